"""Read a page of the book into blocks that the contracts can compare.

A page is MyST Markdown. It is tokenised by the very parser that builds the site (myst-parser's
markdown-it), and flattened here into a list of blocks in reading order: headings, paragraphs, list items,
tables, equations, code cells and directives, each with its line, its label and its prose. The prose of a
block is a list of pieces (words, maths, code, roles), so that a contract can look at words without
meeting code, and at maths without meeting words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from included import beside

#: The syntax of the pages, as in ``_config.yml`` (a test compares the two).
EXTENSIONS = {
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "substitution",
}

ADMONITIONS = {
    "admonition", "attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip",
    "warning", "margin", "sidebar", "topic", "dropdown",
}  # fmt: skip
#: Directives whose body is Markdown and is read like the rest of the page.
CONTAINERS = ADMONITIONS | {
    "exercise", "solution", "figure", "table", "list-table", "epigraph", "container", "div", "card", "grid",
    "grid-item", "grid-item-card", "tab-set", "tab-item", "only", "glossary", "details", "kept-figure",
}  # fmt: skip
#: Directives whose argument is a title that readers see.
TITLED = ADMONITIONS | {"exercise", "table", "list-table", "card", "grid-item-card", "tab-item"}
#: Directives without prose of the page in them.
OPAQUE = {
    "code-cell", "math", "code", "code-block", "image", "bibliography", "solution-start", "solution-end",
    "notation-table", "glossary-table", "change-list", "course-table", "tableofcontents", "toctree", "contents", "raw", "include", "beside",
}  # fmt: skip

#: Roles that lead somewhere, or bring a number from there: the last two are filled in when the book is built.
REFERENCE_ROLES = {"ref", "numref", "eq", "prf:ref", "doc", "term", "download", "printed", "counted"}
EXPLICIT_TITLE = re.compile(r"^(?P<title>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
OPTION = re.compile(r"^:(?P<key>[\w-]+):(?:\s+(?P<value>.*))?$")


@dataclass(frozen=True)
class Piece:
    """A run of prose: ``kind`` is text, math, code, cite or ref; ``name`` is the role."""

    kind: str
    text: str
    line: int
    name: str = ""


@dataclass
class Block:
    """One block of a page, in reading order. ``kind`` and ``depth`` make the page's structure."""

    kind: str
    line: int
    depth: int
    name: str = ""
    label: str = ""
    pieces: list[Piece] = field(default_factory=list)
    source: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    argument: str = ""
    body: int = 0  # the line on which the source of a cell or an equation starts

    @property
    def signature(self) -> tuple[str, str, int]:
        return self.kind, self.name, self.depth

    @property
    def shows_tests(self) -> bool:
        """Whether the block is code that a test runs, and the page includes."""
        return self.kind == "directive" and self.name == "beside"

    @property
    def citations(self) -> list[str]:
        return [key for piece in self.pieces if piece.kind == "cite" for key in split_keys(piece.text)]

    @property
    def words(self) -> str:
        """The text alone; whatever is not text leaves a mark, so that words do not run together."""
        return "".join(piece.text if piece.kind == "text" else "\ufffc" for piece in self.pieces)

    def line_at(self, offset: int) -> int:
        """The line of the page on which the character ``offset`` of ``words`` stands."""
        for piece in self.pieces:
            length = len(piece.text) if piece.kind == "text" else 1
            if offset < length:
                return piece.line + (piece.text.count("\n", 0, offset) if piece.kind == "text" else 0)
            offset -= length
        return self.line

    def describe(self) -> str:
        return " ".join(
            part for part in (self.kind, self.name, f"'{self.label}'" if self.label else "") if part
        )


@dataclass
class Page:
    """A page of one edition: ``blocks`` in reading order, ``frontmatter`` as written."""

    path: Path
    language: str
    text: str
    frontmatter: dict[str, Any]
    blocks: list[Block]

    @property
    def name(self) -> str:
        return self.path.stem

    def of(self, *kinds: str) -> list[Block]:
        return [block for block in self.blocks if block.kind in kinds]

    @property
    def cells(self) -> list[Block]:
        return self.of("code-cell")

    @property
    def equations(self) -> list[Block]:
        return self.of("math")

    @property
    def headings(self) -> list[Block]:
        return self.of("heading")

    def directives(self, *names: str) -> list[Block]:
        return [block for block in self.blocks if block.kind == "directive" and block.name in names]

    @property
    def prose(self) -> Iterator[Block]:
        """Every block that readers read as words: paragraphs, headings, tables, titles, captions, alt texts."""
        return (block for block in self.blocks if block.pieces)

    @property
    def labelled(self) -> list[tuple[str, Block]]:
        """Every label with its block, repeated ones included."""
        pairs = [
            (label, block) for block in self.blocks for label in (block.label, figure_of(block).get("name"))
        ]
        return [(str(label), block) for label, block in pairs if label]

    @property
    def labels(self) -> dict[str, Block]:
        return dict(reversed(self.labelled))


def split_keys(text: str) -> list[str]:
    return [key.strip() for key in text.split(",") if key.strip()]


def figure_of(block: Block) -> dict[str, Any]:
    """The ``mystnb.figure`` metadata of a code cell, or nothing."""
    mystnb = block.options.get("mystnb") or {}
    figure = mystnb.get("figure") if isinstance(mystnb, dict) else None
    return figure if isinstance(figure, dict) else {}


def alt_of(block: Block) -> str:
    mystnb = block.options.get("mystnb") or {}
    image = mystnb.get("image") if isinstance(mystnb, dict) else None
    return str(image.get("alt", "")) if isinstance(image, dict) else ""


@cache
def markdown() -> MarkdownIt:
    return create_md_parser(
        MdParserConfig(enable_extensions=EXTENSIONS, dmath_double_inline=True), RendererHTML
    )


def read_page(path: Path, text: str | None = None) -> Page:
    """Parse the page at ``path``, or ``text`` in its place; its language is the name of its folder."""
    text = path.read_text(encoding="utf-8") if text is None else text
    reader = _Reader()
    reader.read(text, base=0, depth=0)
    for block in reader.blocks:
        if block.shows_tests:  # what is included is part of the page, and a change of it a change of the page
            block.source = "\n".join(pane.source for pane in beside(path.parents[2], block.argument))
    return Page(path, path.parent.name, text, reader.frontmatter, reader.blocks)


def read_options(body: str) -> tuple[dict[str, Any], str, int]:
    """Split a directive's body into its options, the rest, and the number of lines the options took."""
    lines = body.split("\n")
    if lines and lines[0].strip() == "---":
        for end, line in enumerate(lines[1:], start=1):
            if line.strip() == "---":
                options = yaml.safe_load("\n".join(lines[1:end])) or {}
                return options, "\n".join(lines[end + 1 :]), end + 1
    taken, options = 0, {}
    for line in lines:
        match = OPTION.match(line.strip())
        if not match:
            break
        value = (match["value"] or "").strip()
        options[match["key"]] = yaml.safe_load(value) if match["key"] == "tags" else value
        taken += 1
    if taken and taken < len(lines) and not lines[taken].strip():
        taken += 1
    return options, "\n".join(lines[taken:]), taken


class _Reader:
    """Walks the tokens of a page, and of the directives in it, collecting blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.frontmatter: dict[str, Any] = {}

    def read(self, text: str, base: int, depth: int) -> None:
        tokens = markdown().parse(text)
        target, table = "", None
        line = base + 1
        kind, level = "paragraph", depth
        for token in tokens:
            if token.map:
                line = base + token.map[0] + 1
            match token.type:
                case "front_matter":
                    self.frontmatter = yaml.safe_load(token.content) or {}
                case "myst_target":
                    target = token.content.strip()
                case "heading_open":
                    kind = "heading"
                    self.blocks.append(Block("heading", line, level, name=token.tag, label=target))
                    target = ""
                case "table_open":
                    table = Block("table", line, level, label=target)
                    self.blocks.append(table)
                    target = ""
                case "table_close" if table is not None:
                    rows = table.source.split()
                    table.name = f"{len(rows)}x{len(rows[0])}"
                    table = None
                case "paragraph_open" | "dt_open":
                    kind = "paragraph" if token.type == "paragraph_open" else "term"
                    self.blocks.append(Block(kind, line, level, label=target))
                    target = ""
                case "bullet_list_open" | "ordered_list_open" | "blockquote_open" | "dl_open":
                    self.blocks.append(Block(token.type.removesuffix("_open"), line, level, label=target))
                    target = ""
                    level += 1
                case "list_item_open":
                    self.blocks.append(Block("item", line, level))
                    level += 1
                case (
                    "bullet_list_close"
                    | "ordered_list_close"
                    | "blockquote_close"
                    | "dl_close"
                    | "list_item_close"
                ):
                    level -= 1
                case "footnote_reference_open":
                    self.blocks.append(Block("footnote", line, level, name=token.meta["label"]))
                    level += 1
                case "footnote_reference_close":
                    level -= 1
                case "inline" if table is not None:
                    table.pieces += [*inline_pieces(token, line), Piece("text", "\n", line)]
                    table.source += "|"
                case "tr_close" if table is not None:
                    table.source += "\n"
                case "inline":
                    self.blocks[-1].pieces += inline_pieces(token, line)
                case "math_block" | "math_block_label" | "amsmath":
                    label = token.info if token.type == "math_block_label" else target
                    text = token.content.strip()
                    body = line + token.content[: token.content.index(text)].count("\n")
                    self.blocks.append(Block("math", line, level, label=label, source=text, body=body))
                    target = ""
                case "fence" | "colon_fence" | "code_block":
                    self.fence(token, line, level, target)
                    target = ""
                case "html_block":
                    self.blocks.append(Block("html", line, level, source=token.content))
                case "hr":
                    self.blocks.append(Block("rule", line, level))

    def fence(self, token: Token, line: int, depth: int, target: str) -> None:
        match = re.match(r"^\{(?P<name>[^}]+)\}\s*(?P<argument>.*)$", token.info.strip())
        if not match:
            self.blocks.append(
                Block("code", line, depth, name=token.info.strip(), label=target, source=token.content)
            )
            return
        name, argument = match["name"], match["argument"].strip()
        options, body, taken = read_options(token.content)
        label = str(options.get("label") or options.get("name") or target)
        if name == "code-cell":
            cell = Block("code-cell", line, depth, argument, label, source=body.rstrip("\n"), options=options)
            cell.body = line + 1 + taken
            self.blocks.append(cell)
            for kind, text in (("caption", str(figure_of(cell).get("caption", ""))), ("alt", alt_of(cell))):
                if text:
                    where = line + _line_within(token.content, f"{kind}:")
                    pieces = pieces_of(text, where + (1 if "\n" in text.strip() or kind == "caption" else 0))
                    self.blocks.append(Block(kind, where, depth + 1, pieces=pieces))
            return
        if name == "math":
            source = "\n".join(part for part in (argument, body) if part).strip()
            at = line if argument else line + 1 + taken
            self.blocks.append(
                Block("math", line, depth, label=label, source=source, options=options, body=at)
            )
            return
        block = Block("directive", line, depth, name, label, source=body, options=options, argument=argument)
        if argument and (name in TITLED or name.startswith("prf:")):
            block.pieces = pieces_of(argument, line)
        self.blocks.append(block)
        if options.get("alt"):
            self.blocks.append(Block("alt", line, depth + 1, pieces=pieces_of(str(options["alt"]), line)))
        if is_container(name):
            self.read(body, base=line + taken, depth=depth + 1)


def is_container(name: str) -> bool:
    return name in CONTAINERS or name.startswith("prf:")


def is_known(name: str) -> bool:
    return is_container(name) or name in OPAQUE


def _line_within(text: str, needle: str) -> int:
    """How many lines below the opening fence ``needle`` stands."""
    for number, line in enumerate(text.split("\n"), start=1):
        if needle in line:
            return number
    return 0


def pieces_of(text: str, line: int) -> list[Piece]:
    pieces: list[Piece] = []
    for token in markdown().parse(text.strip("\n")):
        if token.type == "inline":
            pieces += inline_pieces(token, line + (token.map[0] if token.map else 0))
            pieces.append(Piece("text", "\n", line))
    return pieces


def inline_pieces(token: Token, line: int) -> list[Piece]:
    """Break an inline token into pieces, counting lines at its breaks."""
    pieces: list[Piece] = []
    autolink = False
    for child in token.children or []:
        match child.type:
            case "text" if not autolink:
                pieces.append(Piece("text", child.content, line))
            case "softbreak" | "hardbreak":
                pieces.append(Piece("text", "\n", line))
                line += 1
            case "math_inline" | "math_inline_double" | "math_single" | "math_block":
                pieces.append(Piece("math", child.content, line))
            case "code_inline":
                pieces.append(Piece("code", child.content, line))
            case "link_open":
                autolink = child.info == "auto"
                href = str(child.attrs.get("href", ""))
                if href and "://" not in href and not href.startswith("mailto:"):
                    pieces.append(Piece("ref", href, line, name="link"))
            case "link_close":
                autolink = False
            case "image":
                pieces.append(Piece("image", child.content, line, name=str(child.attrs.get("src", ""))))
            case "myst_role":
                pieces += _role_pieces(child.meta["name"], child.content, line)
    return pieces


def _role_pieces(name: str, content: str, line: int) -> list[Piece]:
    if name.split(":")[0] == "cite":
        return [Piece("cite", content, line, name)]
    if name in REFERENCE_ROLES:
        match = EXPLICIT_TITLE.match(content)
        if not match:
            return [Piece("ref", content.strip(), line, name)]
        shown = re.sub(r"%s|\{\w+\}", "", match["title"])
        return [Piece("ref", match["target"].strip(), line, name), Piece("text", shown, line)]
    if name == "math":
        return [Piece("math", content, line)]
    if name in {"code", "kbd", "file", "py:func", "py:class", "py:mod"}:
        return [Piece("code", content, line)]
    return [Piece("text", content, line, name)]
