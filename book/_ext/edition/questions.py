"""Five questions at the end of a chapter, answered by what its own cells printed.

They stand in `book/questions/NAME.yml` and are put before the exercises as the page is read, as MyST, so
that their formulas, links and tables are made like those of the page; the page's file and its notebook do
without them. Each is a list of choices and a folded answer, which is all that is needed without a script;
`questions.js` makes radio buttons of the choices. What the file must keep to is in
`book/_tools/contracts/questions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from .language import root

WORDS = {
    "ko": {
        "title": "스스로 확인하기",
        "opening": "다섯 물음의 답은 모두 이 장의 셀이 출력한 결과에 있다. 답을 보기 전에 먼저 골라 본다.",
        "question": "물음",
        "answer": "답",
        "right": "맞다.",
        "wrong": "아니다.",
        "shown": "‘{{ref}}`{}`’에서 이렇게 출력되었다.",
    },
    "en": {
        "title": "Test yourself",
        "opening": "Five questions. What a cell of this page printed answers each; choose before you look.",
        "question": "Question",
        "answer": "Answer",
        "right": "Right.",
        "wrong": "Wrong.",
        "shown": "This was printed in “{{ref}}`{}`”:",
    },
}


def setup(app: Sphinx) -> None:
    app.connect("source-read", insert)
    app.connect("html-page-context", load_script)


def file_of(app: Sphinx, page: str) -> Path:
    return root(app) / "book" / "questions" / f"{page}.yml"


def insert(app: Sphinx, page: str, content: list[str]) -> None:
    path = file_of(app, page)
    if not path.exists():
        return
    app.env.note_dependency(str(path))
    exercises = re.compile(rf"^\({page}-exercises\)=$", re.MULTILINE)
    if not exercises.search(content[0]):
        raise ExtensionError(f"{page} has questions, but no section ({page}-exercises)= for them to precede")
    questions = yaml.safe_load(path.read_text("utf-8"))
    section = "\n".join(section_of(page, questions, WORDS[app.config.language], app.config.language))
    content[0] = exercises.sub(lambda label: f"{section}\n{label[0]}", content[0], count=1)


def section_of(
    page: str, questions: list[dict[str, Any]], words: dict[str, str], language: str
) -> Iterator[str]:
    """The section's lines of MyST."""
    yield f"({page}-questions)=\n## {words['title']}\n\n{words['opening']}\n"
    for number, question in enumerate(questions, start=1):
        choices = list(enumerate(question["choices"], start=1))
        yield "``````{container} question"
        yield f"**{words['question']} {number}.** {said(question['ask'], language)}\n"
        yield from (f"{place}. {said(choice['text'], language)}" for place, choice in choices)
        yield f"\n`````{{admonition}} {words['answer']}\n:class: dropdown answer\n"
        for place, choice in choices:
            kind = "right" if choice.get("right") else "wrong"
            yield f"{place}. [{words[kind]}]{{.{kind}}} {said(choice['why'], language)}"
        yield f"\n{words['shown'].format(question['section'])}\n"
        shown = question["shown"].strip()
        yield shown if shown.startswith("|") else f"```text\n{shown}\n```"
        yield "`````\n``````\n"


def said(text: str | dict[str, str], language: str) -> str:
    """A text in the page's language, on one line; a plain string is the same in both."""
    return " ".join((text if isinstance(text, str) else text[language]).split())


def load_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if file_of(app, page).exists():
        app.add_js_file("questions.js", loading_method="defer")
