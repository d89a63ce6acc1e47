"""The book as the contracts see it: pages of both editions, their outputs, and the tables beside them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from pybtex.database import parse_file
from pybtex.richtext import Text

from agreed import Record, Review
from facts import Unit, content, digest, units_of
from pages import Block, Page, pieces_of, read_page
from quantities import in_code, in_output

LANGUAGES = ("ko", "en")
OTHER = {"ko": "en", "en": "ko"}


class Problem(NamedTuple):
    """One broken promise: where it is, what it is, and what to do about it."""

    file: Path
    line: int
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} - {self.do}"


@dataclass
class Found:
    """What a contract found: ``problems``, and how many things it ``saw`` (a contract that saw nothing proves nothing)."""

    problems: list[Problem] = field(default_factory=list)
    saw: int = 0

    def report(self, file: Path, line: int, what: str, do: str) -> None:
        self.problems.append(Problem(file, line, what, do))


class Pair(NamedTuple):
    """A page in Korean and in English."""

    ko: Page
    en: Page

    @property
    def aligned(self) -> bool:
        """Whether the blocks of the two correspond one by one."""
        return [b.signature for b in self.ko.blocks] == [b.signature for b in self.en.blocks]


@dataclass
class Book:
    """Everything under ``root`` that the contracts read. Nothing is imported or executed."""

    root: Path
    _notebooks: dict[Path, Any] = field(default_factory=dict, repr=False)
    _computed: dict[Path, set[Decimal]] = field(default_factory=dict, repr=False)

    @cached_property
    def pages(self) -> dict[str, dict[str, Page]]:
        return {
            language: {
                path.stem: read_page(path) for path in sorted((self.root / "book" / language).glob("*.md"))
            }
            for language in LANGUAGES
        }

    @cached_property
    def contents(self) -> list[str]:
        """The names of the pages in ``_toc.yml``, in the book's order."""
        path = self.root / "_toc.yml"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return re.findall(r"^\s*(?:-\s*file|root):\s*(\S+)", text, re.MULTILINE)

    @property
    def all_pages(self) -> Iterator[Page]:
        for pages in self.pages.values():
            yield from pages.values()

    @cached_property
    def pairs(self) -> list[Pair]:
        return [
            Pair(page, self.pages["en"][name])
            for name, page in self.pages["ko"].items()
            if name in self.pages["en"]
        ]

    @property
    def chapters(self) -> Iterator[Page]:
        """The pages that run code."""
        return (page for page in self.all_pages if page.cells)

    def notebook_path(self, page: Page) -> Path:
        return self.root / "notebooks" / page.language / f"{page.name}.ipynb"

    def notebook(self, page: Page) -> Any:
        path = self.notebook_path(page)
        if path not in self._notebooks:
            self._notebooks[path] = nbformat.read(path, as_version=4) if path.exists() else None
        return self._notebooks[path]

    def outputs(self, page: Page) -> list[tuple[Block, list[Any]]]:
        """The page's code cells with the outputs that its notebook keeps for cells of the same source."""
        notebook = self.notebook(page)
        if notebook is None:
            return []
        kept: dict[str, list[Any]] = {}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                kept.setdefault(cell.source.strip(), []).extend(cell.outputs)
        return [(cell, kept.get(cell.source.strip(), [])) for cell in page.cells]

    def units(self, name: str) -> list[Unit]:
        """The page ``name`` cut into units, with what its cells gave."""
        page = self.pages["en"][name]
        outputs = {id(cell): given for cell, given in self.outputs(page)}
        return units_of(page, self.pages["ko"].get(name), outputs, output_text)

    @cached_property
    def reviews(self) -> list[Review]:
        """Every page that stands in both editions, in the same structure, held against its record."""
        return [Review(self, pair.en.name) for pair in self.pairs if pair.aligned]

    def changed_side(self, pair: Pair, ko: Block, en: Block) -> tuple[Page, Block, Page, Block]:
        """The twin of two that differ which is not as it was agreed, and the other; Korean where that cannot be told."""
        record = Record.read(self.root / "book" / "agreed" / f"{pair.en.name}.yml")
        twins = [one.split(" ") for unit in (record.units if record else {}).values() for one in unit.get("twins", [])]  # fmt: skip
        as_agreed = digest(content(ko)) in {one[0] for one in twins}
        if as_agreed and digest(content(en)) not in {one[1] for one in twins}:
            return pair.en, en, pair.ko, ko
        return pair.ko, ko, pair.en, en

    @cached_property
    def tags(self) -> dict[str, tuple[Path, int]]:
        """Equation label to the module and the line that compute it."""
        return {label: (path, line) for path in self.modules.values() for label, line in equation_tags(path)}

    @cached_property
    def bibliography(self) -> dict[str, str]:
        """Citation key to year."""
        path = self.root / "book" / "references.bib"
        if not path.exists():
            return {}
        entries = parse_file(str(path), bib_format="bibtex").entries
        return {key: str(entry.fields.get("year", "")) for key, entry in entries.items()}

    @cached_property
    def surnames(self) -> set[str]:
        """The surnames of everybody who wrote a work of the bibliography."""
        path = self.root / "book" / "references.bib"
        entries = parse_file(str(path), bib_format="bibtex").entries if path.exists() else {}
        people = (person for entry in entries.values() for each in entry.persons.values() for person in each)
        names = {str(Text.from_latex(" ".join(person.last_names))) for person in people}
        return {name for name in names if len(name) > 2} - {"others"}

    def computed(self, page: Page) -> set[Decimal]:
        """Every number that stands in the page's code cells or in their outputs, or in what it includes."""
        if page.path not in self._computed:
            seen: set[Decimal] = set()
            for code in (block for block in page.blocks if block.kind == "code-cell" or block.shows_tests):
                try:
                    seen |= in_code(code.source)
                except SyntaxError:
                    seen |= in_output(code.source)
            for one in (page, self.pages[OTHER[page.language]].get(page.name)):
                for _, outputs in self.outputs(one) if one else []:
                    for output in outputs:
                        seen |= in_output(output_text(output))
            self._computed[page.path] = seen
        return self._computed[page.path]

    @cached_property
    def papers(self) -> list[dict[str, Any]]:
        return self._table("papers.yml")

    @cached_property
    def glossary(self) -> list[dict[str, Any]]:
        return self._table("glossary.yml")

    def _table(self, name: str) -> list[dict[str, Any]]:
        path = self.root / "book" / name
        return (yaml.safe_load(path.read_text(encoding="utf-8")) or []) if path.exists() else []

    def prose(self, language: str) -> Iterator[tuple[Path, Block]]:
        """Every block of prose of an edition: its pages', and the sentences in the tables that pages are made from."""
        for page in self.pages[language].values():
            yield from ((page.path, block) for block in page.prose)
        names = (
            "glossary.yml",
            "notation.yml",
            "openings.yml",
            "changes.yml",
            "courses.yml",
            "questions/*.yml",
        )
        for path in (path for name in names for path in sorted((self.root / "book").glob(name))):
            for text, line in _sentences(_composed(path), language):
                yield path, Block("paragraph", line, 0, pieces=pieces_of(text, line))

    def line_in(self, name: str, needle: str) -> tuple[Path, int]:
        """The file ``book/<name>`` and the line on which ``needle`` stands first."""
        path = self.root / "book" / name
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        return path, next((i for i, line in enumerate(lines, start=1) if needle in line), 1)

    @cached_property
    def modules(self) -> dict[str, Path]:
        return {
            path.stem: path
            for path in sorted((self.root / "backprop").rglob("*.py"))
            if path.stem != "__init__"
        }

    @cached_property
    def names_in_cells(self) -> set[str]:
        """Every identifier that some code cell of the book uses."""
        names: set[str] = set()
        for page in self.all_pages:
            for cell in page.cells:
                names |= identifiers(cell.source)
        return names


def _composed(path: Path) -> yaml.Node | None:
    """The tree of a YAML file; nothing if it is broken, which `check_questions` reports."""
    with suppress(yaml.YAMLError):
        return yaml.compose(path.read_text(encoding="utf-8"))
    return None


def _sentences(node: yaml.Node | None, language: str, inside: bool = False) -> Iterator[tuple[str, int]]:
    """The texts under the key ``language`` of a YAML tree, with their lines; what is banned or noted is left out."""
    if isinstance(node, yaml.ScalarNode) and inside:
        yield node.value, node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _sentences(child, language, inside)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if key.value not in {"banned", "avoid", "allow", "note", *LANGUAGES} - {language}:
                yield from _sentences(child, language, inside or key.value == language)


TAG = re.compile(r"\beq:([A-Za-z0-9_-]+)")


def equation_tags(path: Path) -> list[tuple[str, int]]:
    """The tags ``# eq:label`` in the comments of a module, with their lines."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return [
        (label, token.start[0])
        for token in tokens
        if token.type == tokenize.COMMENT
        for label in TAG.findall(token.string)
    ]


def output_text(output: Any) -> str:
    """What a reader sees of a cell's output, as text."""
    if output.get("output_type") == "stream":
        return str(output["text"])
    data = output.get("data", {})
    for kind in ("text/markdown", "text/html", "text/plain"):
        if kind in data:
            text = data[kind] if isinstance(data[kind], str) else "".join(data[kind])
            return re.sub(r"<(?!Figure)[^>]+>", " ", text) if kind == "text/html" else text
    return "\n".join(output.get("traceback", []))


def identifiers(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or a cell that shows a mistake: words will do
        return set(re.findall(r"\w+", source))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return names


def shared_options(cell: Block) -> dict[str, Any]:
    """A cell's metadata without what belongs to one language: caption and alt text."""
    import copy

    options = copy.deepcopy(cell.options)
    mystnb = options.get("mystnb")
    if isinstance(mystnb, dict):
        for part, key in (("figure", "caption"), ("image", "alt")):
            if isinstance(mystnb.get(part), dict):
                mystnb[part].pop(key, None)
    return options
