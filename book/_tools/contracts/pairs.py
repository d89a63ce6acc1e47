"""Block by block, the two editions say the same: references, formulas, code, years, names, number words."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from decimal import Decimal

from facts import bare, number_words, runs
from pages import Block, Page

from .book import Book, Found
from .numerals import WORDS, quantities

#: What a bibliography's surname names when it is no person: 테일러 전개, 힌턴 그림.
NOT_PEOPLE = re.compile(
    r"Taylor(?:'s|’s)?[ -](?:series|expansions?|polynomials?|form|approximations?|remainder)|Hinton diagrams?|"
    r"Cauchy[-–](?:Schwarz|Riemann)|Newton(?:'s|’s) (?:method|step)"
)
YEAR = re.compile(r"(?<![\d.,])(?:1[6-9]\d\d|20\d\d)(?![\d.,]\d|\d)")
#: Beside WORDS, what Korean writes for a number.
KOREAN = {
    3: "3|삼|세|셋|석|사흘", 4: "4|사|네|넷|넉", 5: "5|오|다섯", 6: "6|육|여섯", 7: "7|칠|일곱", 8: "8|팔|여덟",
    9: "9|구|아홉", 10: "10|십|열", 11: "11|열한|열하나", 12: "12|열두|열둘|십이", 13: "13|열세|열셋", 14: "14|열네",
    15: "15|열다섯", 16: "16|열여섯", 17: "17|열일곱", 18: "18|열여덟", 19: "19|열아홉", 20: "20|스무|스물|이십",
    30: "30|서른|삼십", 40: "40|마흔|사십", 50: "50|쉰|오십", 60: "60|예순|육십", 70: "70|일흔|칠십", 80: "80|여든|팔십",
    90: "90|아흔|구십", 100: "100|백", 1000: "1,?000|천", 1000000: "백만|1,?000,?000",
}  # fmt: skip


def _compare(book: Book, of: Callable[[Block], Iterator[tuple[Hashable, int]]], noun: str, do: str) -> Found:
    """What ``of`` finds in one block, it finds in the twin."""
    found = Found()
    for pair in book.pairs:
        if not pair.aligned:
            continue  # check_same_structure has reported it
        for couple in zip(pair.ko.blocks, pair.en.blocks, strict=True):
            sides = [dict(of(block)) for block in couple]
            found.saw += len(sides[0].keys() | sides[1].keys())
            for side, page in enumerate(pair):
                twin, block = pair[1 - side], couple[1 - side]
                for item in sides[side].keys() - sides[1 - side].keys():
                    there = sides[1 - side].keys() - sides[side].keys()
                    instead = f" (there: {', '.join(sorted(map(str, there)))})" if there else ""
                    found.report(
                        page.path, sides[side][item],
                        f"the {noun} {item} is not in the twin block book/{twin.language}/{twin.path.name}:{block.line}{instead}", do,
                    )  # fmt: skip
    return found


def check_same_references(book: Book) -> Found:
    """Twin blocks refer to the same places."""

    def references(block: Block) -> Iterator[tuple[Hashable, int]]:
        return ((f"{{{p.name}}} to '{p.text}'", p.line) for p in block.pieces if p.kind == "ref")

    return _compare(book, references, "reference", "refer to the same place in both editions")


def check_same_formulas(book: Book) -> Found:
    """Twin blocks hold the same inline formulas, spacing and the words in ``\\text`` apart."""

    def formulas(block: Block) -> Iterator[tuple[Hashable, int]]:
        return ((f"${bare(p.text)}$", p.line) for p in block.pieces if p.kind == "math" and p.text.strip())

    return _compare(book, formulas, "formula", "write the same formulas in both editions")


def check_same_code_spans(book: Book) -> Found:
    """Twin blocks name the same code."""

    def spans(block: Block) -> Iterator[tuple[Hashable, int]]:
        return ((f"`{p.text}`", p.line) for p in block.pieces if p.kind == "code")

    return _compare(book, spans, "code", "name the same code in both editions")


def check_same_years(book: Book) -> Found:
    """Twin blocks name the same years."""

    def years(block: Block) -> Iterator[tuple[Hashable, int]]:
        texts = ((text, line) for text, line, kind in runs(block) if kind == "text")
        return ((year, line) for text, line in texts for year in YEAR.findall(text))

    return _compare(book, years, "year", "name the same year in both editions")


def check_same_names(book: Book) -> Found:
    """Twin blocks name the same authors: surnames of the bibliography, in Latin letters in both editions."""
    surname = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(book.surnames))) or '(?!)'})(?![\w-])")

    def names(block: Block) -> Iterator[tuple[Hashable, int]]:
        for text, line, kind in runs(block):
            if kind == "text":
                plain = NOT_PEOPLE.sub("", text)
                yield from ((name, line) for name in surname.findall(re.sub(r"(?<=[A-Za-z])(?=[가-힣])", " ", plain)))  # fmt: skip

    return _compare(book, names, "name", "name the same people in both editions")


def check_same_number_words(book: Book) -> Found:
    """A number that English writes as a word stands in the Korean twin, as a word or as a numeral."""
    found = Found()
    for pair in book.pairs:
        if not pair.aligned:
            continue
        for ko, en in zip(pair.ko.blocks, pair.en.blocks, strict=True):
            if en.kind == "math":
                continue
            numerals = {abs(value) for quantity in quantities(ko) for value in quantity.readings}
            words = re.sub(r"[\s\ufffc]+", " ", ko.words)
            for text, first, kind in runs(en):
                for word, value, at in number_words(text) if kind == "text" else ():
                    if value < 3 or word.endswith("s"):  # as often pronouns and articles as numbers
                        continue
                    found.saw += 1
                    if value not in numerals and not re.search(_korean(value), words):
                        found.report(
                            pair.en.path, first + text.count("\n", 0, at),
                            f"the number '{word}' is not in the twin block book/ko/{pair.ko.path.name}:{ko.line}",
                            "say the same number in both editions",
                        )  # fmt: skip
    return found


def _korean(value: Decimal) -> str:
    """A pattern for the number in Korean; one-syllable words stand at the beginning of a word."""
    known = (KOREAN.get(int(value), ""), WORDS["ko"].get(value, ""), sino_korean(int(value)))
    options = "|".join(part for part in known if part)
    return rf"(?<![가-힣\d])(?:{options})" if options else "(?!)"


def sino_korean(value: int) -> str:
    """How Korean reads a whole number aloud: 200 is 이백, 70000 is 칠만."""
    digits = " 일이삼사오육칠팔구"
    if value >= 10**4:
        return sino_korean(value // 10**4) + "만" + (sino_korean(value % 10**4) if value % 10**4 else "")
    parts = []
    for unit, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        count = value // unit % 10
        if count:
            parts.append((digits[count] if count > 1 or unit == 1 else "") + name)
    return "".join(parts)


def check_cited_years(book: Book) -> Found:
    """A year in a paragraph with citations is the year of one of the works that it cites."""
    found = Found()
    for page in book.all_pages:
        for block in page.blocks:
            years = {book.bibliography.get(key, "")[:4] for key in block.citations}
            if not years:
                continue
            for text, line, kind in runs(block):
                for match in YEAR.finditer(text) if kind == "text" else ():
                    found.saw += 1
                    if match[0] not in years and not _counted(book, page, match[0]):
                        found.report(
                            page.path, line + text.count("\n", 0, match.start()),
                            f"no work cited in this paragraph is of {match[0]} (they are of {', '.join(sorted(years))})",
                            "cite the work of that year here, or correct the year here or in book/references.bib",
                        )  # fmt: skip
    return found


def _counted(book: Book, page: Page, year: str) -> bool:
    """Whether what looks like a year is a number that the page computed: 2000 seeds, 1425 sweeps."""
    return Decimal(year).normalize() + 0 in book.computed(page)
