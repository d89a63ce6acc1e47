"""No number without a source: it is computed on the page, or quoted from a paper that is cited beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from facts import FORMAL, number_words, runs
from pages import Block
from quantities import LOCATOR, Quantity, in_tex, in_text

from .book import Book, Found

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
    for text, line, kind in runs(block):
        if kind == "math":
            found += in_tex(text, line)
        else:
            if cited:
                text = LOCATOR.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
            found += in_text(text, line)
    return found


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


def paper_values(entry: dict[str, Any]) -> set[Decimal]:
    return {Decimal(str(value)).normalize() + 0 for value in entry.get("values", [])}


def check_numbers(book: Book) -> Found:
    """Every number in the prose is in the page's code or outputs, or in papers.yml with its citation beside it."""
    found = Found()
    quoted: dict[str, set[Decimal]] = {}
    for entry in book.papers:
        quoted.setdefault(str(entry.get("paper")), set()).update(paper_values(entry))
    for page in book.all_pages:
        seen = book.computed(page)
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
    """Every entry of papers.yml has a known paper, a place, and only values that its sentence says."""
    found = Found()
    for entry in book.papers:
        file, line = book.line_in("papers.yml", f"id: {entry.get('id', '')}")
        name = entry.get("id") or "(no id)"
        missing = [key for key in ("id", "paper", "place", "says") if not entry.get(key)]
        missing += [] if "values" in entry else ["values"]
        if missing:
            found.report(file, line, f"the entry {name} lacks {', '.join(missing)}", "complete the entry")
        if entry.get("paper") and entry["paper"] not in book.bibliography:
            found.report(file, line, f"the paper '{entry['paper']}' of {name} is not in references.bib", "add it there")  # fmt: skip
        says = str(entry.get("says", ""))
        said = {
            value for quantity in in_text(says, 1) for value in [*quantity.readings, quantity.value / 100]
        }
        said |= {value for _, value, _ in number_words(says)} | {
            quantity.value for part in re.findall(r"\$([^$]+)\$", says) for quantity in in_tex(part, 1)
        }
        for value in paper_values(entry):
            found.saw += 1
            if abs(value) not in {abs(each).normalize() + 0 for each in said}:
                found.report(
                    file, line, f"the value {value:f} of {name} does not stand in what it says the paper says",
                    "say it in 'says', or take it out of 'values'",
                )  # fmt: skip
    return found


def check_quotations(book: Book) -> Found:
    """Every value of papers.yml is used in a paragraph that cites its paper."""
    found = Found()
    quoted: dict[str, set[Decimal]] = {}
    cited: set[str] = set()
    for page in book.all_pages:
        keys: list[str] = []
        for block in page.blocks:
            if block.kind != "math":
                keys = block.citations
            cited |= set(keys)
            values = set(_values(block)) if keys else set()
            for key in keys:
                quoted.setdefault(key, set()).update(values)
    for entry in book.papers:
        paper = str(entry.get("paper"))
        if (
            entry.get("later") or paper not in book.bibliography
        ):  # for a page in preparation; or reported above
            continue
        file, line = book.line_in("papers.yml", f"id: {entry.get('id', '')}")
        if paper not in cited:
            found.report(file, line, f"no page cites '{paper}', the paper of {entry.get('id')}", "cite it, or remove the entry")  # fmt: skip
            continue
        for value in paper_values(entry):
            found.saw += 1
            if abs(value) not in quoted.get(paper, set()):
                found.report(
                    file, line, f"no paragraph that cites '{paper}' has the value {value:f} of {entry.get('id')}",
                    "use it beside its citation, or remove it",
                )  # fmt: skip
    return found


def _values(block: Block) -> Iterator[Decimal]:
    """The sizes of all numbers of a block, in digits and in words of either language."""
    for quantity in quantities(block):
        for value in [*quantity.readings, *([quantity.value / 100] if quantity.percent else [])]:
            yield abs(value).normalize() + 0
    for _, value, _ in number_words(block.words):
        yield value
    for known, pattern in WORDS["ko"].items():
        if re.search(rf"(?<![가-힣])(?:{pattern})", block.words):
            yield Decimal(str(known))
