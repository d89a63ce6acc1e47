"""What a page states, unit by unit: its numbers, number words, formulas, references, citations and code spans.

A unit is a section, or an exercise with its solution: what a reader takes in at once. The numbers are those of
the English page, since a contract holds the two editions to the same ones. A cell of a unit can vouch for a
number by a token of its output, or by a literal of its code, if its code is visible and the literal is neither a
seed nor the size of something drawn.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from pages import Block, Page, figure_of, is_container
from quantities import LOCATOR, OUTPUT, Quantity, decimal, fold, in_tex, in_text

#: Values that a formula may hold without a source: they are part of its form.
FORMAL = {Decimal(text) for text in ("0", "1", "-1", "2", "-2", "0.5", "-0.5")}

#: English words that state a number. "One", "first" and "second" mostly do not, and are left out.
NUMBER_WORDS: dict[str, int | str] = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "million": 10**6,
    "dozen": 12, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "thirds": 3, "fourths": 4, "fifths": 5, "half": "0.5", "halves": "0.5", "quarter": "0.25", "quarters": "0.25",
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "twofold": 2, "thrice": 3, "threefold": 3, "tenfold": 10,
}  # fmt: skip
WORD = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})(?!\w)", re.IGNORECASE)

#: Calls whose numbers say how something looks, or where chance begins.
DRAWING = {
    "plot", "set", "imshow", "contour", "contourf", "annotate", "text", "scatter", "legend", "figure", "subplots",
    "axhline", "axvline", "fill_between", "bar", "barh", "hist", "set_xlim", "set_ylim", "tick_params", "savefig",
    "colorbar", "set_xticks", "set_yticks", "step", "errorbar", "quiver", "arrow", "grid", "suptitle", "set_title",
}  # fmt: skip
SEEDING = {"default_rng", "SeedSequence", "RandomState", "seed", "PCG64"}
LOOKS = {
    "width", "height", "linewidth", "linewidths", "lw", "size", "markersize", "ms", "alpha", "fontsize", "figsize",
    "zorder", "rotation", "pad", "ncols", "nrows", "dpi", "seed", "labelpad", "levels", "bins", "capsize",
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number of the prose as ``written``, the values it may mean, and its line; ``word`` if written as a word."""

    written: str
    values: tuple[Decimal, ...]
    line: int
    block: int
    word: bool = False
    percent: bool = False

    @property
    def formal(self) -> bool:
        return self.values[0] in FORMAL

    def is_(self, value: Decimal) -> bool:
        """Whether ``value`` is this number; a minus sign in front must have been seen too."""
        return any(value == own or (own > 0 and -value == own) for own in self.values)


@dataclass(frozen=True)
class Token:
    """A number that a cell shows: ``place`` is ``2.out.4`` (cell of its unit, token), ``line`` the cell's."""

    unit: str
    place: str
    written: str
    values: tuple[Decimal, ...]
    line: int
    block: int

    def name(self, unit: str) -> str:
        return self.place if unit == self.unit else f"{self.unit}/{self.place}"


@dataclass
class Unit:
    """A section or an exercise of the English page, with its twin's blocks beside it."""

    name: str
    section: str
    line: int
    numbers: list[Number] = field(default_factory=list)
    states: list[tuple[str, int]] = field(default_factory=list)  # fact, line
    tokens: list[Token] = field(default_factory=list)
    rests: list[tuple[str, str, int]] = field(default_factory=list)  # code, outputs, line of each cell
    twins: list[tuple[str, str, int, int, str]] = field(
        default_factory=list
    )  # ko, en, their lines, first words


def digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:8]


def bare(tex: str) -> str:
    """TeX without its spacing and without the words in ``\\text``, which are in the reader's language."""
    tex = re.sub(r"\\(?:text|mbox|textrm|textit)\{[^{}]*\}", r"\\text{}", tex)
    tex = re.sub(r"\\(?:[,;:!]|quad\b|qquad\b)|(?<!\\)~", " ", tex)
    tex = re.sub(r"(\\[A-Za-z]+)\s+(?=[A-Za-z])", "\\1\0", tex)  # \sigma x is not \sigmax
    return re.sub(r"\s+", "", tex).replace("\0", " ").rstrip(".,;")


def runs(block: Block) -> Iterator[tuple[str, int, str]]:
    """The block's text and formulas in order; neighbouring text joined, so that '30' and '%' are read together."""
    text, line = "", block.line
    for piece in block.pieces:
        if piece.kind == "text":
            if text and piece.line != line + text.count("\n"):  # the next cell of a table
                yield text, line, "text"
                text = ""
            if not text:
                line = piece.line
            text += piece.text
        else:
            if text:
                yield text, line, "text"
                text = ""
            if piece.kind == "math":
                yield piece.text, piece.line, "math"
    if text:
        yield text, line, "text"


def numbers_of(block: Block, index: int) -> Iterator[Number]:
    """The numbers that an English block states, in digits and in words; places in a cited source are not among them."""
    if block.kind == "math":
        return
    cited = bool(block.citations)
    for text, line, kind in runs(block):
        if kind == "math":
            for quantity in in_tex(text, line):
                if quantity.value not in FORMAL:
                    yield _number(quantity, index)
            continue
        if cited:
            text = LOCATOR.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
        for quantity in in_text(text, line):
            yield _number(quantity, index)
        for written, value, at in number_words(text):
            yield Number(written, (value,), line + text.count("\n", 0, at), index, word=True)


def number_words(text: str) -> Iterator[tuple[str, Decimal, int]]:
    """The numbers that English text writes in words, with their offsets: "twenty-five" and "two hundred" are one."""
    matches = list(WORD.finditer(text))
    while matches:
        first = matches.pop(0)
        value, end = Decimal(NUMBER_WORDS[first[0].lower()]), first.end()
        while matches and re.fullmatch(r"[ \n-]", text[end : matches[0].start()]):
            more = Decimal(NUMBER_WORDS[matches[0][0].lower()])
            if more in (100, 1000, 10**6) and value < more:
                value *= more
            elif value in range(20, 100, 10) and 0 < more < 10:
                value += more
            else:
                break
            end = matches.pop(0).end()
        yield " ".join(text[first.start() : end].lower().split()), value.normalize() + 0, first.start()


def _number(quantity: Quantity, index: int) -> Number:
    values = [*quantity.readings, *([quantity.value / 100] if quantity.percent else [])]
    written = re.sub(r"\s+", "", quantity.written)
    return Number(written, tuple(v.normalize() + 0 for v in values), quantity.line, index, percent=quantity.percent)  # fmt: skip


def states_of(block: Block) -> Iterator[tuple[str, int]]:
    """What else a block states that a slip could turn into another statement, and on which line."""
    if block.kind == "math":
        yield f"display {digest(bare(block.source))}" + (f" {block.label}" if block.label else ""), block.line
    for piece in block.pieces:
        match piece.kind:
            case "math":
                yield f"${bare(piece.text)}$", piece.line
            case "code":
                yield f"`{piece.text}`", piece.line
            case "ref" | "cite":
                yield f"{piece.name} {piece.text}", piece.line
            case "text" if block.citations:
                for place in LOCATOR.findall(piece.text):
                    yield " ".join(place.split()), piece.line


def content(block: Block) -> str:
    """Everything that makes a block what it is, except where it stands and what is a block of its own."""
    source = "" if block.kind == "directive" and is_container(block.name) else block.source
    pieces = "\0".join(f"{piece.kind} {piece.name} {piece.text}" for piece in block.pieces)
    argument = "" if block.pieces else block.argument
    return "\0".join([pieces, source, argument, block.label, str(figure_of(block).get("name", ""))]).strip(
        "\0"
    )


def units_of(
    page: Page, twin: Page | None, outputs: dict[int, list[Any]], tell: Callable[[Any], str]
) -> list[Unit]:
    """Cut the English ``page`` into units. ``outputs`` holds what each cell (by ``id``) gave; ``tell`` turns it into text."""
    unit = Unit(page.name, page.name, 1)
    units = [unit]
    section = page.name
    couples = list(zip(page.blocks, twin.blocks if twin else page.blocks, strict=False))
    for index, (block, other) in enumerate(couples):
        if block.kind == "heading" and block.name != "h1":
            section = block.label if block.name == "h2" else section
            unit = Unit(block.label or f"line {block.line}", section, block.line)
            units.append(unit)
        elif block.kind == "directive" and block.name == "exercise":
            unit = Unit(block.label, section, block.line)
            units.append(unit)
        unit.numbers += numbers_of(block, index)
        unit.states += states_of(block)
        if block.kind == "code-cell" or block.shows_tests:
            given = outputs.get(id(block), [])
            place = len(unit.rests) + 1
            texts = [tell(output) for output in given]
            unit.rests.append((digest(block.source), digest(*texts), block.line))
            if not set(block.options.get("tags") or []) & {"hide-input", "hide-cell"}:
                for kind, found in (("out", printed("\n".join(texts))), ("code", literals(block.source))):
                    unit.tokens += [
                        Token(unit.name, f"{place}.{kind}.{n}", written, values, block.body, index)
                        for n, (written, values) in enumerate(found, start=1)
                    ]
        if twin is not None and content(block):
            words = " ".join((block.words or block.source or block.name).split())
            unit.twins.append(
                (digest(content(other)), digest(content(block)), other.line, block.line, words[:40].strip())
            )
    return units


@cache
def printed(text: str) -> tuple[tuple[str, tuple[Decimal, ...]], ...]:
    """The numbers in what a cell printed, in order, each with the values it may mean."""
    text = re.sub(r"<Figure[^>]*>", " ", text)
    text = re.sub(r"(?<=\d)x(?=\d)", "×", text)
    found: list[tuple[str, tuple[Decimal, ...]]] = []
    for match in OUTPUT.finditer(text):
        value = decimal(match["number"])
        value = (-value if match["sign"] else value).normalize() + 0
        values = (value, (value / 100).normalize() + 0) if match["percent"] else (value,)
        found.append((match[0].strip(), values))
    return tuple(found)


@cache
def literals(source: str) -> tuple[tuple[str, tuple[Decimal, ...]], ...]:
    """The numbers that stand in visible code and mean something: not seeds, not how a picture looks."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or a mistake that is shown
        return ()
    found: list[tuple[int, int, str, Decimal]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            visit(node.func)
            if name in DRAWING | SEEDING:
                return
            for argument in node.args:
                visit(argument)
            for keyword in node.keywords:
                if keyword.arg not in LOOKS:
                    visit(keyword.value)
            return
        if isinstance(node, ast.expr):
            value = fold(node)
            if value is not None:
                found.append((node.lineno, node.col_offset, ast.unparse(node), value))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return tuple((written, (value,)) for _, _, written, value in sorted(found, key=lambda one: one[:2]))
