"""Tables made from YAML at build time: `{notation-table}`, `{glossary-table}`.

Every table of the book, these and those written in Markdown, stands in a box of its own that scrolls
sideways and can be reached with the keyboard.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

HEADS = {
    "ko": ["뜻", "Rumelhart", "LeCun", "오늘날", "코드", "모양"],
    "en": ["Meaning", "Rumelhart", "LeCun", "Today", "Code", "Shape"],
}

#: As the theme's builder writes a cell of one paragraph, and a head cell without words.
PARAGRAPH = re.compile(r"(<t[dh]\b[^>]*>)<p>((?:(?!</?p\b|<t[dh]\b).)*)</p>(?=</t[dh]>)", re.S)
EMPTY_HEAD = re.compile(r'<th class="head[^"]*">\s*</th>')

NAME = 8  # letters: a first column with more is given some room on a phone

COLUMNS = ("meaning", "rumelhart", "lecun", "today", "code", "shape")


def setup(app: Sphinx) -> None:
    app.add_directive("notation-table", NotationTable)
    app.add_directive("glossary-table", GlossaryTable)
    app.add_post_transform(SpellFormulasInHeads)
    app.connect("builder-inited", wrap_tables)
    app.connect("html-page-context", plain_cells)


class YamlTable(SphinxDirective):
    """Markdown made from `book/<name>.yml`, parsed as if it stood in the page."""

    name_of_file = ""
    has_content = False

    @property
    def language(self) -> str:
        return str(self.config.language)

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir).parent / f"{self.name_of_file}.yml"
        self.env.note_dependency(str(path))
        if not path.exists():
            raise self.error(f"expected {path.name} in book/ for this table")
        data = yaml.safe_load(path.read_text("utf-8")) or []
        box = nodes.container(classes=[f"{self.name_of_file}-table"])
        lines = "\n".join(self.markdown(data)).splitlines()
        self.state.nested_parse(StringList(lines, str(path)), 0, box)
        return [box]

    def markdown(self, data: list[dict[str, Any]]) -> list[str]:
        raise NotImplementedError

    def text(self, value: Any) -> str:
        """A value in the edition's language: a plain value, or a mapping from language to value."""
        if isinstance(value, dict):
            value = value.get(self.language, "")
        if isinstance(value, list):
            value = ", ".join(str(each) for each in value)
        return str(value if value is not None else "").replace("\n", " ").strip()


def rows(table: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in table]


class NotationTable(YamlTable):
    name_of_file = "notation"

    def markdown(self, data: list[dict[str, Any]]) -> list[str]:
        titles = dict(zip(COLUMNS, HEADS[self.language], strict=True))
        lines: list[str] = []
        for group in data:
            cells = {key: [self.text(row.get(key)) for row in group["rows"]] for key in COLUMNS}
            # A paper that has none of a group's quantities has no column there.
            used = [key for key in COLUMNS if key not in ("rumelhart", "lecun") or any(cells[key])]
            head = [*rows([[titles[key] for key in used]]), "|" + " --- |" * len(used)]
            table = [list(row) for row in zip(*(cells[key] for key in used), strict=True)]
            lines += ["", f"**{self.text(group['group'])}**", "", *head, *rows(table), ""]
        return lines


class GlossaryTable(YamlTable):
    """A definition list rather than a table, so that phones need no sideways scrolling."""

    name_of_file = "glossary"

    def markdown(self, data: list[dict[str, Any]]) -> list[str]:
        mine, theirs = ("ko", "en") if self.language == "ko" else ("en", "ko")
        lines: list[str] = []
        for entry in sorted(data, key=lambda entry: str(entry[mine]).lower().lstrip("(")):
            meaning = [self.text(entry.get("gloss")), self.text(entry.get("note"))]
            unused = self.text((entry.get("banned") or []) + (entry.get("avoid") or []))
            if unused and self.language == "ko":
                meaning.append(f"쓰지 않는 말: {unused}.")
            text = " ".join(part for part in meaning if part)
            lines += [f"**{entry[mine]}** · {entry[theirs]}", f": {text}", ""]
        return lines


class SpellFormulasInHeads(SphinxPostTransform):
    """A head that is nothing but a formula has no words for a screen reader, so it is given its source."""

    default_priority = 610

    def run(self, **kwargs: Any) -> None:
        for head in self.document.findall(nodes.thead):
            for entry in head.findall(nodes.entry):
                formulas = list(entry.findall(nodes.math))
                source = " ".join(formula.astext() for formula in formulas)
                if formulas and entry.astext().strip() == source.strip():
                    for formula in formulas:
                        formula["silent"] = True
                    formulas[0].parent.append(nodes.inline("", source, classes=["visually-hidden"]))


def plain_cells(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """A cell is no paragraph; the empty corner heads nothing to a screen reader, other heads a column."""
    if "body" in context:
        body = EMPTY_HEAD.sub("<td></td>", PARAGRAPH.sub(r"\1\2", context["body"]))
        context["body"] = body.replace('<th class="head', '<th scope="col" class="head')


def is_printed(node: nodes.Element | None) -> bool:
    """Whether it stands in what a cell has printed, or in a copy of that beside a question."""
    while node is not None:
        if {"cell_output", "question"} & set(node.get("classes", [])):
            return True
        node = node.parent
    return False


def wrap_tables(app: Sphinx) -> None:
    """Put each table in a focusable box, instead of the theme's plain one."""
    if app.builder.format != "html":
        return
    label = {"ko": "표 (옆으로 밀어 볼 수 있다)", "en": "Table (scrolls sideways)"}[app.config.language]

    def visit_table(self: Any, node: nodes.Element) -> None:
        self.body.append(f'<div class="table-scroll" tabindex="0" role="group" aria-label="{label}">\n')
        self._table_row_indices.append(0)
        classes = ["table", *self.settings.table_style.split(",")]
        first = [row[0].astext() for body in node.findall(nodes.tbody) for row in body.findall(nodes.row)]
        if max(map(len, first), default=0) > NAME:
            classes.append("named")
        spoken = {"lang": "en"} if is_printed(node) else {}  # what a cell prints is English in both editions
        self.body.append(self.starttag(node, "table", CLASS=" ".join(filter(None, classes)), **spoken))

    def depart_table(self: Any, node: nodes.Element) -> None:
        self._table_row_indices.pop()
        self.body.append("</table>\n</div>\n")

    app.add_node(nodes.table, override=True, html=(visit_table, depart_table))
