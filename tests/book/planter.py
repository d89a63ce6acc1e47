"""Plant faults in a page, one at a time, as an author's slip would, and see whether a contract objects.

A fault is counted as caught if something still objects after the routine commands have been obeyed: the notebooks
are taken as regenerated, and ``make agree`` has recorded all that it records without a judgement. Run it as a
program for a table: ``python tests/book/planter.py [PAGE ...] [--each N]``.
"""

from __future__ import annotations

import argparse
import copy
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book" / "_tools"))

from contracts import CONTRACTS, Book  # noqa: E402
from facts import number_words, printed  # noqa: E402
from pages import read_page  # noqa: E402

#: What objects to meaning, the quickest first. Form, files and derived notebooks are tested elsewhere.
OBJECTORS = [
    "check_agreed_numbers", "check_agreed_statements", "check_agreed_twins", "check_agreed_units",
    "check_agreed_equations", "check_same_equations", "check_same_cells", "check_same_formulas",
    "check_same_references", "check_same_citations", "check_same_code_spans", "check_same_years", "check_same_names",
    "check_same_number_words", "check_twin_numerals", "check_arithmetic", "check_cited_years", "check_solutions",
    "check_numbers", "check_papers",
]  # fmt: skip
KOREAN_WORDS = {2: ("두", "둘"), 3: ("세", "셋"), 4: ("네", "넷"), 5: ("다섯",), 6: ("여섯",), 7: ("일곱",), 8: ("여덟",), 9: ("아홉",)}  # fmt: skip
ENGLISH_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


class Fault(NamedTuple):
    """New texts for the page's files (by language), its outputs or the package; ``what`` tells the slip."""

    what: str
    texts: dict[str, str]
    outputs: Callable[[Book], None] | None = None
    tagged: tuple[str, str, str] | None = None  # label, statement, changed statement


class Planter:
    """All slips of one page, made from the page itself with a seeded generator."""

    def __init__(self, book: Book, name: str, seed: int = 0) -> None:
        self.book, self.name = book, name
        self.pages = {language: book.pages[language][name] for language in ("ko", "en")}
        self.lines = {language: page.text.split("\n") for language, page in self.pages.items()}
        self.random = random.Random(f"{seed} {name}")
        self.labels = sorted(page_label for page in book.pages["en"].values() for page_label in page.labels)

    # Where the blocks are ------------------------------------------------------------------------------

    def span(self, language: str, index: int) -> tuple[int, int]:
        """The lines (from, to) of block ``index`` in its file, counted from 0."""
        blocks = self.pages[language].blocks
        following = (block.line for block in blocks[index + 1 :] if block.line > blocks[index].line)
        return blocks[index].line - 1, next(following, len(self.lines[language]) + 1) - 1

    def raw(self, language: str, index: int) -> str:
        start, end = self.span(language, index)
        return "\n".join(self.lines[language][start:end])

    def replaced(self, language: str, index: int, new: str) -> str:
        start, end = self.span(language, index)
        return "\n".join([*self.lines[language][:start], new, *self.lines[language][end:]])

    def prose(self) -> Iterator[int]:
        for index, block in enumerate(self.pages["en"].blocks):
            if block.pieces and block.kind in {"paragraph", "caption", "alt", "table", "heading"}:
                yield index

    def both(self, index: int, old: str, new: str, what: str, pattern: str = "") -> Fault | None:
        """``old`` becomes ``new`` in both editions, where it stands in both; ``pattern`` says how it stands alone."""
        texts = {}
        for language in ("ko", "en"):
            raw = self.raw(language, index)
            match = re.search(pattern or rf"(?<![\d.]){re.escape(old)}(?![\d]|[.,]\d)", raw)
            if not match:
                return None
            texts[language] = self.replaced(language, index, raw[: match.start()] + new + raw[match.end() :])
        return Fault(f"{what}: {old} -> {new}", texts)

    def one(self, index: int, language: str, match: re.Match[str], new: str, what: str) -> Fault:
        raw = match.string
        changed = raw[: match.start()] + new + raw[match.end() :]
        return Fault(
            f"{what} ({language}): {match[0]} -> {new}", {language: self.replaced(language, index, changed)}
        )

    # The kinds -----------------------------------------------------------------------------------------

    NUMERAL = re.compile(r"(?<![\w.,{\\^_/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w}]|[.,]\d)")

    def numerals(self) -> list[tuple[int, str]]:
        found = []
        for index in self.prose():
            block = self.pages["en"].blocks[index]
            text = "\n".join(piece.text for piece in block.pieces if piece.kind == "text")
            found += [(index, match[0]) for match in self.NUMERAL.finditer(text)]
        return found

    def slipped(self, numeral: str) -> str:
        last = self.random.choice([digit for digit in "0123456789" if digit != numeral[-1]])
        return numeral[:-1] + last

    def number_both(self) -> Iterator[Fault | None]:
        """A numeral's last digit, in both editions."""
        for index, old in self.numerals():
            yield self.both(index, old, self.slipped(old), "number")

    def number_elsewhere(self) -> Iterator[Fault | None]:
        """A numeral becomes another numeral of the page, in both editions."""
        values = sorted({old for _, old in self.numerals()})
        for index, old in self.numerals():
            others = [value for value in values if value != old]
            yield self.both(index, old, self.random.choice(others), "number elsewhere") if others else None

    def number_one(self) -> Iterator[Fault | None]:
        """A numeral's last digit, in one edition."""
        for index, old in self.numerals():
            language = self.random.choice(("ko", "en"))
            match = re.search(rf"(?<![\d.]){re.escape(old)}(?!\d|[.,]\d)", self.raw(language, index))
            yield self.one(index, language, match, self.slipped(old), "number") if match else None

    def words(self) -> list[tuple[int, str, int]]:
        found = []
        for index in self.prose():
            block = self.pages["en"].blocks[index]
            for piece in block.pieces:
                if piece.kind == "text":
                    found += [(index, word, int(value)) for word, value, _ in number_words(piece.text) if word in ENGLISH_WORDS.values()]  # fmt: skip
        return found

    def word_both(self) -> Iterator[Fault | None]:
        """A number word, in both editions."""
        for index, word, value in self.words():
            other = self.random.choice([n for n in ENGLISH_WORDS if (n != value and n < 5) or n in (value - 1, value + 1)])  # fmt: skip
            if other == value:
                continue
            english, korean = self.raw("en", index), self.raw("ko", index)
            there = re.search(
                rf"(?<![가-힣\d])(?:{'|'.join((*KOREAN_WORDS[value], str(value)))})(?![\d.])", korean
            )
            here = re.search(rf"\b{word}\b", english, re.IGNORECASE)
            if not there or not here:
                yield None
                continue
            at = KOREAN_WORDS[value].index(there[0]) if there[0] in KOREAN_WORDS[value] else -1
            new = str(other) if at < 0 else KOREAN_WORDS[other][min(at, len(KOREAN_WORDS[other]) - 1)]
            texts = {
                "en": self.replaced("en", index, english[: here.start()] + ENGLISH_WORDS[other] + english[here.end() :]),
                "ko": self.replaced("ko", index, korean[: there.start()] + new + korean[there.end() :]),
            }  # fmt: skip
            yield Fault(f"number word: {word} -> {ENGLISH_WORDS[other]}", texts)

    def word_one(self) -> Iterator[Fault | None]:
        """A number word, in English alone."""
        for index, word, value in self.words():
            match = re.search(rf"\b{word}\b", self.raw("en", index), re.IGNORECASE)
            other = self.random.choice([each for n, each in ENGLISH_WORDS.items() if n != value])
            yield self.one(index, "en", match, other, "number word") if match else None

    def counted(self, words: dict[str, str], what: str) -> Iterator[Fault | None]:
        """Words that count without being cardinal numbers: twice, half, third."""
        for index in self.prose():
            for match in re.finditer(rf"\b(?:{'|'.join(words)})\b", self.raw("en", index)):
                yield self.one(index, "en", match, words[match[0]], what)

    def counted_one(self) -> Iterator[Fault | None]:
        """Twice, half, third and their like, in English alone."""
        return self.counted({"twice": "thrice", "half": "a quarter", "third": "fourth", "hundred": "thousand"}, "counting word")  # fmt: skip

    SLIPS = ((r"\+", "-"), (r"(?<![{^_e])-", "+"), (r"_i\b", "_j"), (r"_j\b", "_i"), (r"_\{ji\}", "_{ij}"), (r"\\le\b", r"\\ge"),
             (r"(?<=\d)(?=\s*[\\a-z])", "0"), (r"\bx\b", "y"), (r"(?<![\w\\])([1-9])(?![\d}])", "7"), (r"\^\{?2\}?", "^3"),
             (r"\\sum", r"\\prod"), (r"\\mathsf T|\\top", "-1"), (r"(?<![\\A-Za-z])[A-Z](?![A-Za-z])", "Q"), (r"(?<![\\A-Za-z])[a-z](?![A-Za-z])", "q"))  # fmt: skip

    def slip_in(self, tex: str) -> str | None:
        options = [pair for pair in self.SLIPS if re.search(pair[0], tex)]
        for pattern, new in self.random.sample(options, len(options)):
            match = self.random.choice(list(re.finditer(pattern, tex)))
            changed = tex[: match.start()] + new.replace("\\\\", "\\") + tex[match.end() :]
            if changed != tex:
                return changed
        return None

    def formulas(self) -> Iterator[tuple[int, str]]:
        for index in self.prose():
            for piece in self.pages["en"].blocks[index].pieces:
                if piece.kind == "math":
                    yield index, piece.text

    def formula_both(self) -> Iterator[Fault | None]:
        """A sign, an index or a letter of an inline formula, in both editions."""
        for index, tex in self.formulas():
            new = self.slip_in(tex)
            yield self.both(index, f"${tex}$", f"${new}$", "formula", re.escape(f"${tex}$")) if new else None

    def formula_one(self) -> Iterator[Fault | None]:
        """The same in one edition."""
        for index, tex in self.formulas():
            language = self.random.choice(("ko", "en"))
            match, new = re.search(re.escape(f"${tex}$"), self.raw(language, index)), self.slip_in(tex)
            yield self.one(index, language, match, f"${new}$", "formula") if match and new else None

    def displays(self, tied: bool) -> Iterator[tuple[int, str, str]]:
        for index, block in enumerate(self.pages["en"].blocks):
            if block.kind == "math" and (block.label in self.book.tags) == tied:
                new = self.slip_in(block.source)
                if new:
                    yield index, block.source, new

    def equation_tied_both(self) -> Iterator[Fault | None]:
        """An equation that code computes, in both editions."""
        for index, old, new in self.displays(True):
            yield self.both(index, old, new, "tied equation", re.escape(old))

    def equation_other_both(self) -> Iterator[Fault | None]:
        """Another display equation, in both editions."""
        for index, old, new in self.displays(False):
            yield self.both(index, old, new, "display equation", re.escape(old))

    def equation_one(self) -> Iterator[Fault | None]:
        """A display equation in one edition."""
        for tied in (True, False):
            for index, old, new in self.displays(tied):
                language = self.random.choice(("ko", "en"))
                match = re.search(re.escape(old), self.raw(language, index))
                yield self.one(index, language, match, new, "display equation") if match else None

    def roles(self, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
        for index in self.prose():
            for match in re.finditer(pattern, self.raw("en", index)):
                yield index, match

    def reference(self, where: str) -> Iterator[Fault | None]:
        for index, match in self.roles(r"\{(?:ref|numref|eq|prf:ref)\}`(?:[^`]*<)?(?P<to>[\w-]+)>?`"):
            old = match["to"]
            first = old.split("-")[0]
            others = [label for label in self.labels if label != old and label.split("-")[0] == first]
            if not others:
                continue
            new = match[0].replace(old, self.random.choice(others))
            if where == "both":
                yield self.both(index, match[0], new, "reference", re.escape(match[0]))
            else:
                there = re.search(re.escape(match[0]), self.raw("ko", index))
                yield self.one(index, "ko", there, new, "reference") if there else None

    def reference_both(self) -> Iterator[Fault | None]:
        """A reference to another existing label, in both editions."""
        return self.reference("both")

    def reference_one(self) -> Iterator[Fault | None]:
        """The same in one edition."""
        return self.reference("one")

    def citation_both(self) -> Iterator[Fault | None]:
        """Another key of the bibliography, in both editions."""
        keys = sorted(self.book.bibliography)
        for index, match in self.roles(r"\{cite(?::\w+)?\}`(?P<key>\w+)"):
            old = match["key"]
            new = self.random.choice([key for key in keys if key != old])
            yield self.both(index, old, new, "citation", rf"(?<=[`,]){old}(?=[`,])")

    def citation_one(self) -> Iterator[Fault | None]:
        """The same in one edition."""
        keys = sorted(self.book.bibliography)
        for index, match in self.roles(r"(?<=\{cite\}`)\w+"):
            there = re.search(rf"(?<=[`,]){match[0]}(?=[`,])", self.raw("ko", index))
            new = self.random.choice([key for key in keys if key != match[0]])
            yield self.one(index, "ko", there, new, "citation") if there else None

    def year_both(self) -> Iterator[Fault | None]:
        """A year of the text, in both editions."""
        for index, old in self.numerals():
            if re.fullmatch(r"1[89]\d\d|20[012]\d", old):
                yield self.both(index, old, str(int(old) + self.random.choice((-2, -1, 1, 2))), "year")

    def claim_one(self) -> Iterator[Fault | None]:
        """A word of a sentence, a caption, an alternative text or a heading is gone, in one edition."""
        for index in self.prose():
            language = self.random.choice(("ko", "en"))
            words = list(re.finditer(r"(?<= )[A-Za-z가-힣]{2,}(?= )", self.raw(language, index)))
            if words:
                match = self.random.choice(words)
                raw = match.string
                yield Fault(f"word gone ({language}): {match[0]}", {language: self.replaced(language, index, raw[: match.start()] + raw[match.end() + 1 :])})  # fmt: skip

    def swapped_one(self) -> Iterator[Fault | None]:
        """Two neighbouring paragraphs have changed places, in one edition."""
        blocks = self.pages["ko"].blocks
        for index in range(len(blocks) - 1):
            if blocks[index].kind == blocks[index + 1].kind == "paragraph" and blocks[index].depth == blocks[index + 1].depth == 0:  # fmt: skip
                (start, middle), (_, end) = self.span("ko", index), self.span("ko", index + 1)
                lines = self.lines["ko"]
                moved = [*lines[:start], *lines[middle:end], *lines[start:middle], *lines[end:]]
                yield Fault("paragraphs swapped (ko)", {"ko": "\n".join(moved)})

    def cell_both(self) -> Iterator[Fault | None]:
        """A number or a name in a code cell, in both editions, with the outputs as they were."""
        for index, block in enumerate(self.pages["en"].blocks):
            if block.kind != "code-cell":
                continue
            matches = list(re.finditer(r"(?<![\w.\"'#])\d+(?:\.\d+)?(?![\w.\"'])| [-+*] ", block.source))
            if not matches:
                continue
            match = self.random.choice(matches)
            old = block.source
            new = {" - ": " + ", " + ": " - ", " * ": " + "}.get(match[0]) or self.slipped(match[0])
            fault = self.both(
                index, old, old[: match.start()] + new + old[match.end() :], "cell", re.escape(old)
            )
            yield fault and fault._replace(
                what=f"cell: {match[0]} -> {new}", outputs=_same_outputs(self.name)
            )

    def output_both(self) -> Iterator[Fault | None]:
        """A number of an output, in the notebooks of both editions."""
        notebook = self.book.notebook(self.pages["en"])
        for number, cell in enumerate(notebook.cells if notebook else []):
            for at, output in enumerate(cell.get("outputs", [])):
                text = output.get("text") or (output.get("data") or {}).get("text/markdown") or (output.get("data") or {}).get("text/plain") or ""  # fmt: skip
                found = [written for written, _ in printed(text)]
                if found:
                    old = self.random.choice(found)
                    digits = re.search(r"\d(?=\D*$)", old)
                    new = (
                        old[: digits.start()] + self.slipped(digits[0]) + old[digits.end() :]
                        if digits
                        else old
                    )
                    yield Fault(
                        f"output: {old} -> {new}", {}, outputs=_other_output(self.name, number, at, old, new)
                    )

    def package_line(self) -> Iterator[Fault | None]:
        """A line of the package that computes an equation of the page."""
        for block in self.pages["en"].equations:
            if block.label in self.book.tags:
                path, line = self.book.tags[block.label]
                yield Fault(f"package: {path.name}:{line}", {}, tagged=(block.label, "", ""))

    def paper_value(self) -> Iterator[Fault | None]:
        """A value of papers.yml that the page quotes."""
        cited = {key for block in self.pages["en"].blocks for key in block.citations}
        for number, entry in enumerate(self.book.papers):
            if entry.get("paper") in cited and entry.get("values"):
                yield Fault(f"papers.yml: {entry['id']}", {}, outputs=_other_value(number, self.random.randrange(len(entry["values"]))))  # fmt: skip

    # Trying one ----------------------------------------------------------------------------------------

    def caught_by(self, fault: Fault | None) -> str:
        """The contract that objects to the fault, or nothing."""
        book = part_of(self.book, self.name)
        if fault is not None:
            for language, text in fault.texts.items():
                book.pages[language][self.name] = read_page(self.pages[language].path, text)
            if fault.outputs:
                fault.outputs(book)
            if fault.tagged:
                record = next(review for review in book.reviews if review.name == self.name)
                assert record.old is not None
                record.old.equations[fault.tagged[0]] = {
                    **record.old.equations[fault.tagged[0]],
                    "code": "changed",
                }
                record._equations()
                return "check_agreed_equations" if record.differences else ""
        for name in OBJECTORS:
            if CONTRACTS[name](book).problems:
                return name
        return ""


def part_of(book: Book, name: str) -> Book:
    """A book of the one page, which shares with the whole what does not change."""
    part = Book(book.root, dict(book._notebooks), {})
    part.__dict__["pages"] = {language: {name: pages[name]} for language, pages in book.pages.items()}
    for shared in ("bibliography", "surnames", "tags", "modules"):
        part.__dict__[shared] = getattr(book, shared)
    part.__dict__["papers"] = book.papers
    return part


def _same_outputs(name: str) -> Callable[[Book], None]:
    """The notebook is regenerated: the changed cells have the outputs that stood in their places."""

    def apply(book: Book) -> None:
        for language in ("ko", "en"):
            page = book.pages[language][name]
            notebook = copy.deepcopy(book.notebook(page))
            cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "install"]
            for cell, block in zip(cells, page.cells, strict=True):
                cell.source = block.source
            book._notebooks[book.notebook_path(page)] = notebook

    return apply


def _other_output(name: str, number: int, at: int, old: str, new: str) -> Callable[[Book], None]:
    def apply(book: Book) -> None:
        for language in ("ko", "en"):
            page = book.pages[language][name]
            notebook = copy.deepcopy(book.notebook(page))
            cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
            cell = cells[_nth_code(book, name, number)]
            output = cell.outputs[at]
            if "text" in output:
                output["text"] = output["text"].replace(old, new, 1)
            for kind, text in (output.get("data") or {}).items():
                output["data"][kind] = text.replace(old, new, 1)
            book._notebooks[book.notebook_path(page)] = notebook

    return apply


def _nth_code(book: Book, name: str, number: int) -> int:
    cells = book.notebook(book.pages["en"][name]).cells
    return sum(cell.cell_type == "code" for cell in cells[:number])


def _other_value(number: int, at: int) -> Callable[[Book], None]:
    def apply(book: Book) -> None:
        papers = copy.deepcopy(book.papers)
        papers[number]["values"][at] = float(papers[number]["values"][at]) + 0.37
        book.__dict__["papers"] = papers

    return apply


#: Kind to the group whose share is promised, and the share.
GROUPS = {
    "one edition": (0.98, ["number_one", "word_one", "counted_one", "formula_one", "equation_one", "reference_one", "citation_one", "claim_one", "swapped_one"]),
    "numbers and number words": (0.95, ["number_both", "number_elsewhere", "word_both", "year_both"]),
    "equations tied to code": (1.0, ["equation_tied_both", "package_line"]),
    "other display equations": (0.6, ["equation_other_both"]),
    "inline formulas": (0.9, ["formula_both"]),
    "references and citations": (0.9, ["reference_both", "citation_both", "paper_value"]),
    "cells and package": (0.95, ["cell_both", "output_both"]),
}  # fmt: skip


def plant(book: Book, name: str, each: int, seed: int = 0) -> tuple[Counter[str], Counter[str], list[str]]:
    """Try ``each`` faults of every kind in one page: how many were planted and caught by kind, and what was missed."""
    planter = Planter(book, name, seed)
    assert not planter.caught_by(None), (
        f"{name} is not without problems as it stands: {planter.caught_by(None)}"
    )
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed = []
    for _, kinds in GROUPS.values():
        for kind in kinds:
            faults = [fault for fault in getattr(planter, kind)() if fault is not None]
            chosen = planter.random.sample(faults, min(each, len(faults)))
            for fault in chosen:
                planted[kind] += 1
                if planter.caught_by(fault):
                    caught[kind] += 1
                else:
                    missed.append(f"{name}: {kind}: {fault.what}")
    return planted, caught, missed


def table(planted: Counter[str], caught: Counter[str]) -> str:
    lines = [f"{'group':26s} {'kind':20s} planted caught  share"]
    for group, (wanted, kinds) in GROUPS.items():
        for kind in kinds:
            if planted[kind]:
                lines.append(f"{group:26s} {kind:20s} {planted[kind]:7d} {caught[kind]:6d} {caught[kind] / planted[kind]:6.1%}")  # fmt: skip
        total, found = sum(planted[kind] for kind in kinds), sum(caught[kind] for kind in kinds)
        if total:
            lines.append(f"{group:26s} {'(to reach ' + format(wanted, '.0%') + ')':20s} {total:7d} {found:6d} {found / total:6.1%}")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Plant faults in the book and count those that a contract catches."
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    parser.add_argument("--each", type=int, default=20, help="faults of each kind in each page (default 20)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--missed", action="store_true", help="list what was missed")
    arguments = parser.parse_args()
    book = Book(ROOT)
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[str] = []
    for name in arguments.pages or sorted(page.name for page in book.chapters if page.language == "en"):
        one, two, three = plant(book, name, arguments.each, arguments.seed)
        planted, caught, missed = planted + one, caught + two, missed + three
    print(table(planted, caught))
    if arguments.missed:
        print(*missed, sep="\n")


if __name__ == "__main__":
    main()
