"""Under a chapter's title: what to read first, what one can do after it, and how long reading it takes.

What it says stands in `book/openings.yml`, for both editions side by side, and not in the pages. It is about
a chapter rather than in it, so the search, the notebooks and the words that introduce a shared link are
without it. The links carry the numbers and titles that the edition's own pages have.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

from .language import root
from .minutes import of_page

WORDS = {
    "ko": {
        "name": "이 장의 길잡이",
        "needs": "읽기 전에",
        "after": "읽고 나면",
        "time": "읽는 시간",
        "minutes": "약 {}분, 연습문제 {}개는 따로",
    },
    "en": {
        "name": "This chapter at a glance",
        "needs": "It builds on",
        "after": "After it you can",
        "time": "Reading time",
        "minutes": "about {} minutes, plus {} exercises",
    },
}
EXERCISE = re.compile(r"^`{3,}\{exercise\}", re.MULTILINE)
TITLE = "</h1>"


def setup(app: Sphinx) -> None:
    path = root(app) / "book" / "openings.yml"
    openings = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}

    def open_chapter(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
        if doctree is not None and page in openings:
            title, found, text = context["body"].partition(TITLE)
            context["body"] = title + found + box(app, page, openings[page]) + text

    app.connect("html-page-context", open_chapter)


def box(app: Sphinx, page: str, opening: dict[str, Any]) -> str:
    language = app.config.language
    words = WORDS[language]
    book = root(app) / "book"
    brought = [escape(opening["beforehand"][language])] if "beforehand" in opening else []
    needs = brought + [link(app, page, label) for label in opening["needs"]]
    after = [escape(line) for line in opening["after"][language]]
    exercises = len(EXERCISE.findall((book / language / f"{page}.md").read_text("utf-8")))
    time = words["minutes"].format(of_page(book, page), exercises)
    groups = (("needs", bullets(needs)), ("after", bullets(after)), ("time", time))
    rows = (
        f'<div class="opening-{kind}"><dt>{words[kind]}</dt><dd>{what}</dd></div>' for kind, what in groups
    )
    return (
        f'\n<aside class="opening" aria-label="{words["name"]}">\n<dl>\n'
        + "\n".join(rows)
        + "\n</dl>\n</aside>"
    )


def bullets(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def link(app: Sphinx, page: str, label: str) -> str:
    """The chapter or section of that label, by its title; a label that no page has ends the build."""
    labels = app.env.get_domain("std").labels  # type: ignore[attr-defined]
    if label not in labels:
        logging.getLogger(__name__).warning(f"book/openings.yml: {page} needs {label!r}, which no page has")
        return escape(label)
    document, anchor, title = labels[label]
    address = f"{app.builder.get_relative_uri(page, document)}#{anchor}"
    numbers = app.env.toc_secnumbers.get(document, {})
    number = "".join(f"{part}." for part in numbers.get("" if anchor == document else f"#{anchor}", ()))
    return f'<a class="reference internal" href="{address}">{escape(f"{number} {title}".strip())}</a>'
