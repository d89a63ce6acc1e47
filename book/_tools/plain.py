"""Turn a page's MyST into Markdown that any notebook reader shows: JupyterLab, Colab, an editor.

The site understands directives and roles; a notebook opened elsewhere shows them raw. So in the notebooks labels
disappear, labelled equations become ``$$`` with their number, exercises, solutions and theorems get a bold
heading, references become numbers, titles or links to the notebook beside, and citations become authors and
year. Numbers count from one on each page.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

from included import beside
from pages import (
    EXPLICIT_TITLE,
    REFERENCE_ROLES,
    Page,
    figure_of,
    markdown,
    read_options,
    read_page,
    split_keys,
)

WORDS = {
    "ko": {
        "figure": "그림", "exercise": "연습문제", "solution": "풀이", "theorem": "정리", "lemma": "보조정리",
        "proof": "증명", "definition": "정의", "corollary": "따름정리", "proposition": "명제", "remark": "덧붙임",
        "example": "예", "note": "참고", "warning": "주의", "tip": "도움말", "quote": "‘{}’", "and others": " 외",
        "references": "참고 문헌은 책의 사이트에 있다.",
    },
    "en": {
        "figure": "Figure", "exercise": "Exercise", "solution": "Solution", "theorem": "Theorem", "lemma": "Lemma",
        "proof": "Proof", "definition": "Definition", "corollary": "Corollary", "proposition": "Proposition",
        "remark": "Remark", "example": "Example", "note": "Note", "warning": "Warning", "tip": "Tip", "quote": "“{}”",
        "and others": " et al.", "references": "The references are on the book's site.",
    },
}  # fmt: skip
ROLE = re.compile(r"\{(?P<name>[a-z]+(?::[a-z]+)?)\}`(?P<content>[^`]+)`")
DIRECTIVE = re.compile(r"^\{(?P<name>[^}]+)\}\s*(?P<argument>.*)$")


class Edition:
    """The pages of one language, as far as their notebooks refer to one another."""

    def __init__(self, root: Path, language: str) -> None:
        self.root, self.language = root, language
        self.words = WORDS[language]

    @cached_property
    def pages(self) -> dict[str, Page]:
        return {
            path.stem: read_page(path) for path in sorted((self.root / "book" / self.language).glob("*.md"))
        }

    @cached_property
    def authors(self) -> dict[str, str]:
        path = self.root / "book" / "references.bib"
        entries = parse_file(str(path), bib_format="bibtex").entries if path.exists() else {}
        return {key: self._author_year(entry) for key, entry in entries.items()}

    def _author_year(self, entry: Entry) -> str:
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [
            str(Text.from_latex(" ".join(person.prelast_names + person.last_names))) for person in people
        ]
        shown = names[0] + self.words["and others"] if len(names) > 2 else " & ".join(names)
        return f"{shown or entry.fields.get('title', '')}, {entry.fields.get('year', '')}"

    @cached_property
    def numbers(self) -> dict[str, tuple[str, int, str]]:
        """Label to kind, number and page: equations, figures, exercises and theorems count on their page."""
        found: dict[str, tuple[str, int, str]] = {}
        for page in self.pages.values():
            counts: Counter[str] = Counter()
            for block in page.blocks:
                kind = block.name.removeprefix("prf:")
                label = block.label
                if block.kind == "math":
                    kind = "equation"
                elif block.kind == "code-cell" and figure_of(block):
                    kind, label = "figure", str(figure_of(block).get("name", ""))
                elif block.kind != "directive" or kind not in self.words:
                    continue
                if kind != "equation" or label:
                    counts[kind] += 1
                if label:
                    found.setdefault(label, (kind, counts[kind], page.name))
        return found

    @cached_property
    def titles(self) -> dict[str, tuple[str, str]]:
        """Label of a section to its title and its page."""
        found: dict[str, tuple[str, str]] = {}
        for page in self.pages.values():
            for heading in page.headings:
                text = "".join(
                    piece.text if piece.kind != "math" else f"${piece.text}$" for piece in heading.pieces
                )
                if heading.label:
                    found.setdefault(heading.label, (text.strip(), page.name))
        return found

    def link(self, text: str, name: str, here: str) -> str:
        """``text``, as a link to the notebook of the page ``name`` if that is another one and has code."""
        page = self.pages.get(name)
        return f"[{text}]({name}.ipynb)" if name != here and page and page.cells else text

    def role(self, name: str, content: str, here: str) -> str:
        if name.split(":")[0] == "cite":
            cited = [self.authors.get(key, key) for key in split_keys(content)]
            if name == "cite:t":
                return "; ".join(re.sub(r", (\d+)$", r" (\1)", one) for one in cited)
            return f"({'; '.join(cited)})"
        if name not in REFERENCE_ROLES:
            known = {"math": f"${content}$", "code": f"`{content}`", "kbd": content}
            return known.get(name, f"{{{name}}}`{content}`")
        match = EXPLICIT_TITLE.match(content)
        shown, target = (match["title"], match["target"]) if match else ("", content.strip())
        if target in self.numbers:
            kind, number, page = self.numbers[target]
            text = f"({number})" if kind == "equation" else f"{self.words[kind]} {number}"
            if shown and name != "eq":
                text = shown.replace("%s", str(number)) if "%s" in shown else shown
            return self.link(text, page, here)
        if target in self.titles:
            title, page = self.titles[target]
            return self.link(shown or self.words["quote"].format(title), page, here)
        return shown or target

    def plain(self, source: str, here: str) -> str:
        """The Markdown cell ``source`` of the page ``here`` without directives, roles and labels."""
        lines = source.split("\n")
        result: list[str] = []
        done = 0
        for token in markdown().parse(source):
            if token.level or not token.map or token.map[0] < done:
                continue
            start, end = token.map
            result += self._inline(lines[done:start], here)
            done = end
            if token.type in {"fence", "colon_fence"}:
                match = DIRECTIVE.match(token.info.strip())
                result += (
                    self._directive(match["name"], match["argument"].strip(), token.content, here)
                    if match
                    else lines[start:end]
                )
            elif token.type == "math_block_label":
                result += self._equation(token.content, token.info, here)
            elif token.type in {"math_block", "amsmath", "code_block"}:
                result += lines[start:end]
            elif token.type == "myst_target":
                continue
            elif token.type not in {"front_matter", "myst_line_comment"}:
                result += self._inline(lines[start:end], here)
        result += self._inline(lines[done:], here)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(result)).strip("\n")

    def _inline(self, lines: list[str], here: str) -> list[str]:
        text = "\n".join(lines)
        text = ROLE.sub(lambda match: self.role(match["name"], match["content"], here), text)
        return text.split("\n") if lines else []

    def _equation(self, tex: str, label: str, here: str) -> list[str]:
        number = self.numbers.get(label, ("", 0, ""))[1]
        return ["$$", tex.strip() + (f" \\tag{{{number}}}" if label and number else ""), "$$"]

    def _directive(self, name: str, argument: str, content: str, here: str) -> list[str]:
        options, body, _ = read_options(content)
        label = str(options.get("label") or options.get("name") or "")
        kind = name.removeprefix("prf:")
        if name == "math":
            return self._equation("\n".join(part for part in (argument, body) if part), label, here)
        if kind in {"solution", "solution-start"}:
            number = self.numbers.get(argument, ("", 0, ""))[1]
            heading = f"**{self.words['solution']} {number}.**"
            return [heading, "", *self.plain(body, here).split("\n")] if body.strip() else [heading]
        if kind == "solution-end":
            return []
        if kind == "figure":
            number_text = f" {self.numbers[label][1]}" if label in self.numbers else ""
            path = argument if "://" in argument else f"../../book/{self.language}/{argument}"
            caption = self.plain(body, here)
            return [
                f"![{options.get('alt', '')}]({path})",
                "",
                f"**{self.words['figure']}{number_text}.** {caption}",
            ]
        if kind in self.words:
            number_text = f" {self.numbers[label][1]}" if label in self.numbers else ""
            title = f" ({self._inline([argument], here)[0]})" if argument else ""
            opening = f"**{self.words[kind]}{number_text}{title}.** "
            return (opening + self.plain(body, here)).split("\n")
        if kind == "beside":
            shown = [
                ["", f"**{pane.program}**", "", "```python", *pane.source.split("\n"), "```"]
                for pane in beside(self.root, argument)
            ]
            return [line for lines in shown for line in lines]
        if kind == "bibliography":
            return [self.words["references"]]
        inner = self.plain(body, here).split("\n")
        return [*([f"**{self._inline([argument], here)[0]}**", ""] if argument else []), *inner]

    def caption(self, figure: dict[str, str], here: str) -> str:
        """The text that stands under a code cell's figure."""
        number = self.numbers.get(figure.get("name", ""), ("", 0, ""))[1]
        return f"**{self.words['figure']} {number}.** {self.plain(figure.get('caption', ''), here)}"
