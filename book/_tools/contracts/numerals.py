"""No number without a source: it is computed on the page, or quoted from a paper that is cited beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pages import Block, Page
from quantities import LOCATOR, Quantity, in_code, in_output, in_tex, in_text

from .book import Book, Found

#: Values that a formula may hold without a source: they are part of its form.
FORMAL = {Decimal(text) for text in ("0", "1", "-1", "2", "-2", "0.5", "-0.5")}

WORDS = {
    "ko": {
        0: "영", 1: "한|하나|일차|첫|홑", 2: "두|둘|이차|양쪽|둘째|쌍|제곱", 3: "세|셋|석|삼", 4: "네|넷|넉|사분", 5: "다섯",
        6: "여섯", 7: "일곱", 8: "여덟", 9: "아홉", 10: "열", 11: "열한|열하나", 12: "열두|열둘", 20: "스무|스물", 100: "백",
        1000: "천", Decimal("0.5"): "절반|반",
    },
    "en": {
        0: "zero|none|no", 1: "one|once|first|single|a|an|linear", 2: "two|twice|second|both|pair|quadratic|squared?", 3: "three|third|thrice|cubic",
        4: "four|fourth", 5: "five|fifth", 6: "six|sixth", 7: "seven|seventh", 8: "eight|eighth", 9: "nine|ninth",
        10: "ten|tenth", 11: "eleven|eleventh", 12: "twelve|twelfth", 20: "twenty", 100: "hundred", 1000: "thousand",
        Decimal("0.5"): "half",
    },
}  # fmt: skip


def quantities(block: Block) -> list[Quantity]:
    """The numerals of a block's prose, inline formulas included; places in a cited source are not among them."""
    if block.kind == "math":
        return list(in_tex(block.source, block.body))
    found: list[Quantity] = []
    cited = bool(block.citations)
    for text, line, kind in _runs(block):
        if kind == "math":
            found += in_tex(text, line)
        else:
            if cited:
                text = LOCATOR.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
            found += in_text(text, line)
    return found


def _runs(block: Block) -> Iterator[tuple[str, int, str]]:
    """Join neighbouring pieces of text, so that '30' and '%' in two pieces are read together."""
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


def check_twin_numerals(book: Book) -> Found:
    """A numeral in one edition's block stands in the twin's block too (as a numeral, or as a word)."""
    found = Found()
    for pair in book.pairs:
        if not pair.aligned:
            continue  # check_same_structure has reported it
        for couple in zip(pair.ko.blocks, pair.en.blocks, strict=True):
            if couple[0].kind == "math":
                continue  # check_same_equations compares these
            numerals = [quantities(block) for block in couple]
            found.saw += sum(map(len, numerals))
            for side, page in enumerate(pair):
                twin, block = pair[1 - side], couple[1 - side]
                values = {abs(value) for quantity in numerals[1 - side] for value in quantity.readings}
                for quantity in numerals[side]:
                    if abs(quantity.value) not in values and not _in_words(
                        quantity.value, block, twin.language
                    ):
                        found.report(
                            page.path,
                            quantity.line,
                            f"the numeral '{quantity.written}' is not in the twin paragraph "
                            f"book/{twin.language}/{twin.path.name}:{block.line}",
                            "say the same number in both editions",
                        )
    return found


def _in_words(value: Decimal, block: Block, language: str) -> bool:
    words = WORDS[language].get(abs(value))
    if not words:
        return False
    pattern = rf"(?<![가-힣])(?:{words})" if language == "ko" else rf"\b(?:{words})\b"
    return bool(re.search(pattern, block.words, re.IGNORECASE))


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


def computed(book: Book, page: Page) -> set[Decimal]:
    """Every number that stands in the page's code cells or in their outputs."""
    seen: set[Decimal] = set()
    for cell in page.cells:
        try:
            seen |= in_code(cell.source)
        except SyntaxError:
            seen |= in_output(cell.source)
    twin = book.pages["en" if page.language == "ko" else "ko"].get(page.name)
    for one in (page, twin):
        for _, outputs in book.outputs(one) if one else []:
            for output in outputs:
                seen |= in_output(output_text(output))
    return seen


def paper_values(entry: dict[str, Any]) -> set[Decimal]:
    return {Decimal(str(value)).normalize() + 0 for value in entry.get("values", [])}


def check_numbers(book: Book) -> Found:
    """Every number in the prose is in the page's code or outputs, or in papers.yml with its citation beside it."""
    found = Found()
    quoted: dict[str, set[Decimal]] = {}
    for entry in book.papers:
        quoted.setdefault(str(entry.get("paper")), set()).update(paper_values(entry))
    for page in book.all_pages:
        seen = computed(book, page)
        cited_on_page = {key for block in page.blocks for key in block.citations}
        years = {
            Decimal(book.bibliography[key])
            for key in cited_on_page
            if book.bibliography.get(key, "").isdigit()
        }
        keys: set[str] = set()
        for block in page.blocks:
            if block.kind != "math":
                keys = set(block.citations)
            for quantity in quantities(block):
                found.saw += 1
                in_formula = block.kind == "math" or _inside_maths(block, quantity)
                if (
                    (in_formula and quantity.value in FORMAL)
                    or quantity.stands_in(seen)
                    or quantity.value in years
                ):
                    continue
                if any(quantity.stands_in(quoted.get(key, set())) for key in keys):
                    continue
                owners = sorted(key for key, values in quoted.items() if quantity.stands_in(values))
                found.report(
                    page.path,
                    quantity.line,
                    f"the number '{quantity.written}' is neither computed on this page nor quoted from a paper cited here",
                    f"cite {' or '.join(owners)} in this paragraph" if owners
                    else "print it in a cell (then run make notebooks), or list it in book/papers.yml and cite the paper here",
                )  # fmt: skip
    return found


def _inside_maths(block: Block, quantity: Quantity) -> bool:
    return any(
        quantity.value == other.value
        for piece in block.pieces
        if piece.kind == "math"
        for other in in_tex(piece.text, piece.line)
    )


def check_papers(book: Book) -> Found:
    """Every entry of papers.yml has a known paper, a place, and values that the book uses."""
    found = Found()
    values_in_book: set[Decimal] = set()
    cited: set[str] = set()
    for page in book.all_pages:
        cited |= {key for block in page.blocks for key in block.citations}
        values_in_book |= computed(book, page)
        for block in page.blocks:
            values_in_book |= {quantity.value for quantity in quantities(block)}
            values_in_book |= {quantity.value / 100 for quantity in quantities(block) if quantity.percent}
    values_in_book |= {-value for value in values_in_book}
    for entry in book.papers:
        file, line = book.line_in("papers.yml", f"id: {entry.get('id', '')}")
        name = entry.get("id") or "(no id)"
        missing = [
            key
            for key in ("id", "paper", "place", "values", "says")
            if not entry.get(key) and key != "values"
        ]
        if missing:
            found.report(file, line, f"the entry {name} lacks {', '.join(missing)}", "complete the entry")
        if entry.get("paper") and entry["paper"] not in book.bibliography:
            found.report(
                file, line, f"the paper '{entry['paper']}' of {name} is not in references.bib", "add it there"
            )
        elif entry.get("later"):  # for a page of the parts in preparation
            continue
        elif entry.get("paper") not in cited:
            found.report(
                file,
                line,
                f"no page cites '{entry.get('paper')}', the paper of {name}",
                "cite it, or remove the entry",
            )
        for value in entry.get("values", []):
            found.saw += 1
            if Decimal(str(value)).normalize() + 0 not in values_in_book:
                found.report(
                    file, line, f"the value {value} of {name} is used on no page", "use it, or remove it"
                )
    return found
