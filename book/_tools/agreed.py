"""The record of what each page states and what vouches for it: ``book/agreed/NAME.yml``.

A record is written by ``make agree`` and held by contracts. For each unit of a page (a section, or an exercise
with its solution) it has the numbers of the prose, each with the one thing that vouches for it; the other facts
(formulas, references, citations, code spans) in their order; digests of the code and of the outputs that the prose
rests on; and a digest of each pair of twin blocks. For the page it has every equation that code computes, with
that code. ``review`` compares a record with the book as it is and says what has parted company.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from facts import Number, Token, Unit, bare

if TYPE_CHECKING:
    from contracts.book import Book

HEAD = """\
# What this page states and what vouches for it; written by `make agree`. CONTRIBUTING.md says how to read it.
"""
#: PyYAML's parser in C where it was built: the records are the largest files that are read.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXT = "text"
UNSETTLED = "?"
NUMBER = re.compile(r"^(?P<written>.*) <- (?P<voucher>.*)$")


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was agreed: ``kind`` is number, statement, unit, twin or equation."""

    kind: str
    file: Path
    line: int
    what: str
    do: str
    unit: str


@dataclass
class Record:
    """What was agreed of one page."""

    units: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    equations: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Record | None:
        if not path.exists():
            return None
        data = yaml.load(path.read_text(encoding="utf-8"), LOADER) or {}
        return cls(data.get("units") or {}, data.get("equations") or {})

    def text(self) -> str:
        """The record as it is written: the same bytes for the same record."""
        lines = [HEAD + "units:"]
        for name, unit in self.units.items():
            lines.append(f"  {name}:")
            for key, values in unit.items():
                if key in {"rests", "states"}:
                    flow = yaml.safe_dump(values, default_flow_style=True, width=100, allow_unicode=True)
                    lines.append(f"    {key}: " + flow.strip().replace("\n", "\n      "))
                else:
                    lines.append(f"    {key}:")
                    block = yaml.safe_dump(values, default_flow_style=False, width=10**6, allow_unicode=True)
                    lines += ["    " + line for line in block.splitlines()]
        if self.equations:
            lines.append("equations:")
            block = yaml.safe_dump(self.equations, width=10**6, allow_unicode=True, sort_keys=True)
            lines += ["  " + line for line in block.splitlines()]
        return "\n".join(lines) + "\n"


def statement_at(path: Path, line: int) -> str:
    """The simple statement of a module in which ``line`` stands, without comments and formatting."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    around = [each for each in statements if each.lineno <= line <= (each.end_lineno or each.lineno)]
    best = max(around, key=lambda each: each.lineno, default=None)
    return ast.unparse(best) if best is not None else ""


def is_subsequence(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return all(item in rest for item in short)


class Review:
    """Holds one page's record against the page. ``differences`` is what needs a judgement; ``record`` the rest, updated.

    With ``accept`` (True, or the names of units) what needs a judgement has had it, and is recorded too.
    """

    def __init__(self, book: Book, name: str, accept: bool | Iterable[str] = False) -> None:
        self.book, self.name = book, name
        self.page = book.pages["en"][name]
        self.twin = book.pages["ko"].get(name)
        self.units = book.units(name)
        self.path = book.root / "book" / "agreed" / f"{name}.yml"
        self.old = Record.read(self.path)
        self.accept = accept if isinstance(accept, bool) else set(accept)
        self.differences: list[Difference] = []
        self.settled = 0
        self.tokens = {f"{token.unit}/{token.place}": token for unit in self.units for token in unit.tokens}
        self.record = Record()
        for unit in self.units:
            entry = self._unit(unit, (self.old.units if self.old else {}).get(unit.name))
            if entry:
                self.record.units[unit.name] = entry
        self._equations()

    @property
    def current(self) -> bool:
        """Whether the record on disk is what would be written."""
        return self.path.exists() and self.path.read_text(encoding="utf-8") == self.record.text()

    def accepts(self, unit: str) -> bool:
        return self.accept if isinstance(self.accept, bool) else unit in self.accept

    def differ(self, kind: str, line: int, what: str, do: str, unit: str, file: Path | None = None) -> None:
        self.differences.append(Difference(kind, file or self.page.path, line, what, do, unit))

    @property
    def look(self) -> str:
        return f"look at both, then: agree.py {self.name} --yes"

    # One unit --------------------------------------------------------------------------------------------

    def _unit(self, unit: Unit, old: dict[str, list[str]] | None) -> dict[str, list[str]]:
        new = old is None
        old = old or {}
        entry = {
            "rests": self._rests(unit, old.get("rests", []), new),
            "numbers": self._numbers(unit, old.get("numbers", [])),
            "states": self._states(unit, old.get("states", []), new),
            "twins": self._twins(unit, old.get("twins", [])),
        }
        return {key: values for key, values in entry.items() if values}

    def _rests(self, unit: Unit, old: list[str], new: bool) -> list[str]:
        now = [f"{code}/{output}" for code, output, _ in unit.rests]
        if now == old or new or self.accepts(unit.name):
            return now
        for tag, a0, a1, b0, b1 in SequenceMatcher(None, old, now, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            cells = unit.rests[b0:b1]
            before = [one.split("/") for one in old[a0:a1]]
            line = cells[0][2] if cells else unit.line
            if not cells:
                what = f"a cell under '{unit.name}' is gone"
            elif len(before) == len(cells) and all(
                cell[0] == was[0] for cell, was in zip(cells, before, strict=True)
            ):
                what = "the output of this cell is not the one that the prose beside it was agreed with"
            else:
                what = "the code of this cell is not the one that the prose beside it was agreed with"
            self.differ("unit", line, what, f"read '{unit.name}' in both editions, then: agree.py {self.name} --yes", unit.name)  # fmt: skip
        return old

    def _states(self, unit: Unit, old: list[str], new: bool) -> list[str]:
        now = [fact for fact, _ in unit.states]
        if now == old or new or is_subsequence(old, now) or is_subsequence(now, old) or self.accepts(unit.name):  # fmt: skip
            return now
        for tag, a0, a1, b0, b1 in SequenceMatcher(None, old, now, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            line = unit.states[min(b0, len(now) - 1)][1] if now else unit.line
            was, is_ = (" ".join(_shown(fact) for fact in facts) or "nothing" for facts in (old[a0:a1], now[b0:b1]))  # fmt: skip
            self.differ("statement", line, f"here stands {is_}, where {was} was agreed", self.look, unit.name)
        return old

    def _twins(self, unit: Unit, old: list[str]) -> list[str]:
        known = {(one.split(" ")[0], one.split(" ")[1]) for one in old}
        of_ko, of_en = {ko for ko, _ in known}, {en for _, en in known}
        result, kept = [], False
        for ko, en, line_ko, line_en, words in unit.twins:
            if (ko, en) not in known and (ko in of_ko) + (en in of_en) and not self.accepts(unit.name):
                if ko in of_ko and en in of_en:
                    changed, line, other = self.page, line_en, "the twins do not stand side by side as agreed"
                else:
                    changed, line = (self.page, line_en) if ko in of_ko else (self.twin or self.page, line_ko)
                    twin = "ko" if ko in of_ko else "en"
                    at = line_ko if ko in of_ko else line_en
                    other = f"this was changed, and its twin book/{twin}/{self.name}.md:{at} was not"
                self.differ("twin", line, other, f"look at the twin: change it too, or agree.py {self.name} --yes", unit.name, changed.path)  # fmt: skip
                kept = True
            result.append(f"{ko} {en} {words}".strip())
        return old if kept else result

    # Numbers ---------------------------------------------------------------------------------------------

    def _numbers(self, unit: Unit, old: list[str]) -> list[str]:
        before = [(match["written"], match["voucher"]) for one in old if (match := NUMBER.match(one))]
        written, now = [each for each, _ in before], [number.written for number in unit.numbers]
        if not is_subsequence(written, now) and not is_subsequence(now, written) and not self.accepts(unit.name):  # fmt: skip
            self._changed_numbers(unit, before, now)
            return old
        kept: dict[int, str] = {}
        for tag, a0, a1, b0, _ in SequenceMatcher(None, written, now, autojunk=False).get_opcodes():
            if tag == "equal":
                kept.update({b0 + i: before[a0 + i][1] for i in range(a1 - a0)})
        result = []
        for i, number in enumerate(unit.numbers):
            voucher = kept.get(i, UNSETTLED)
            fault = self.fault(unit, number, voucher)
            if fault and (voucher == UNSETTLED or self.accepts(unit.name)):
                candidates, certain = self.candidates(unit, number)
                if (certain and len(candidates) == 1) or (candidates and self.accepts(unit.name)):
                    voucher, fault = candidates[0], ""
                elif candidates:
                    voucher = UNSETTLED
                    fault = f"{len(candidates)} thing{'s' * (len(candidates) > 1)} may vouch for the number '{number.written}' ({', '.join(candidates[:4])})"
                else:
                    fault = f"nothing that is shown vouches for the number '{number.written}'{self.nearest(unit, number)}"
            if fault:
                self.differ("number", number.line, fault, f"mend it, name one in book/agreed/{self.name}.yml, or: agree.py {self.name} --yes", unit.name)  # fmt: skip
            else:
                self.settled += 1
            result.append(f"{number.written} <- {voucher}")
        return result

    def _changed_numbers(self, unit: Unit, before: list[tuple[str, str]], now: list[str]) -> None:
        written = [each for each, _ in before]
        for tag, a0, a1, b0, b1 in SequenceMatcher(None, written, now, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            line = unit.numbers[min(b0, len(now) - 1)].line if now else unit.line
            gone = ", ".join(f"'{each}' ({self.describe(unit, voucher)})" for each, voucher in before[a0:a1])
            here = ", ".join(f"'{each}'" for each in now[b0:b1]) or "nothing"
            hint = "".join(self.nearest(unit, number) for number in unit.numbers[b0:b1][:1])
            self.differ("number", line, f"here stands {here}, where {gone or 'nothing'} was agreed{hint}", self.look, unit.name)  # fmt: skip

    def token(self, unit: Unit, voucher: str) -> Token | None:
        return self.tokens.get(voucher if "/" in voucher else f"{unit.name}/{voucher}")

    def describe(self, unit: Unit, voucher: str) -> str:
        token = self.token(unit, voucher)
        return f"{token.written} in the cell at line {token.line}" if token else voucher

    def fault(self, unit: Unit, number: Number, voucher: str) -> str:
        """Why ``voucher`` does not vouch for ``number``; nothing if it does."""
        block = self.page.blocks[number.block]
        kind, _, rest = voucher.partition(" ")
        if voucher == UNSETTLED:
            return f"nothing has been named that vouches for the number '{number.written}'"
        if voucher == TEXT:
            free = number.word or number.formal
            return "" if free else f"the text alone does not vouch for the number '{number.written}'"
        if kind == "paper":
            entry = next((each for each in self.book.papers if each.get("id") == rest), None)
            if entry is None:
                return f"book/papers.yml has no entry '{rest}', which vouched for '{number.written}'"
            if entry.get("paper") not in block.citations:
                return f"'{number.written}' is quoted from {rest}, and {entry.get('paper')} is not cited in this paragraph"
            if not any(number.is_(Decimal(str(value)).normalize() + 0) for value in entry.get("values", [])):
                return f"'{number.written}' was agreed with {rest} of book/papers.yml, which has {entry.get('values')}"
            return ""
        if kind == "year":
            year = self.book.bibliography.get(rest, "no work of that key")
            return "" if year == number.written else f"'{number.written}' was agreed as the year of {rest}, which is {year}"  # fmt: skip
        if kind == "=":
            terms = [Decimal(term) for term in re.findall(r"\d+(?:\.\d+)?", rest)]
            beside = [each for each in unit.numbers if each.block == number.block and each is not number]
            missing = [term for term in terms if not any(each.is_(term) for each in beside)]
            if missing:
                return f"'{number.written}' was agreed as {rest}, and {missing[0]} does not stand in this paragraph"
            value = evaluate(rest)
            return "" if value is not None and number.is_(value) else f"'{number.written}' is not {rest}"
        token = self.token(unit, voucher)
        if token is None:
            return f"'{number.written}' was agreed with {voucher}, which is not there any more{self.nearest(unit, number)}"
        if not any(number.is_(value) for value in token.values):
            return f"'{number.written}' was agreed with a number of the cell at line {token.line}, which is now {token.written}"
        return ""

    def candidates(self, unit: Unit, number: Number) -> tuple[list[str], bool]:
        """What may vouch for a number, best first, and whether one alone leaves no doubt."""
        block = self.page.blocks[number.block]
        quoted = [
            f"paper {entry['id']}"
            for entry in self.book.papers
            if entry.get("paper") in block.citations
            and any(number.is_(Decimal(str(value)).normalize() + 0) for value in entry.get("values", []))
        ]
        if re.fullmatch(r"1[6-9]\d\d|20\d\d", number.written):
            cited = [*block.citations, *(key for other in self.page.blocks for key in other.citations)]
            years = [key for key in dict.fromkeys(cited) if self.book.bibliography.get(key) == number.written]
            if years:
                return [f"year {years[0]}"], True
        if quoted and not (number.word or number.formal):
            return quoted, True
        matching = [
            token for token in self.tokens.values() if any(number.is_(value) for value in token.values)
        ]
        here = [token for token in matching if token.unit == unit.name]
        if number.word or number.formal:
            shown = [*quoted, *(token.name(unit.name) for token in here if ".out." in token.place)]
            return shown if len(shown) == 1 and not number.formal else [TEXT], True
        sections = {each.name: each.section for each in self.units}
        near = [token for token in matching if sections[token.unit] == unit.section]
        for group in (here, near):
            best = self.ranked(unit, number, group)
            if best:
                return best, True
        sums = self.sums(unit, number) if abs(number.values[0]) > 10 else []
        return [*self.ranked(unit, number, matching), *sums], False

    def ranked(self, unit: Unit, number: Number, tokens: list[Token]) -> list[str]:
        """Outputs before literals, nearest first. One output, or one literal where no output has it, is enough."""
        outputs = [token for token in tokens if ".out." in token.place]
        chosen = outputs or tokens
        chosen.sort(key=lambda token: (abs(token.block - number.block), token.block))
        return [token.name(unit.name) for token in chosen]

    def sums(self, unit: Unit, number: Number) -> list[str]:
        """Sums of two other numbers of the paragraph that make this one: 177 of 200, the other 23."""
        others = {
            abs(each.values[0]): None
            for each in unit.numbers
            if each.block == number.block and each.values[0] != number.values[0]
        }
        found = []
        for a in others:
            for b in others:
                for operator in "-+*/":
                    text = f"{a:f} {operator} {b:f}"
                    value = evaluate(text)
                    if value in number.values and a != b:
                        found.append(f"= {text}")
        return found

    def nearest(self, unit: Unit, number: Number) -> str:
        """A hint: the number of this unit, or of the page, that looks most like it."""
        digits = re.sub(r"\D", "", number.written)
        if number.word or not digits:
            return ""
        best, score = None, 0.6
        for token in self.tokens.values():
            other = re.sub(r"\D", "", token.written)
            likeness = SequenceMatcher(None, digits, other, autojunk=False).ratio() + 0.05 * (token.unit == unit.name)  # fmt: skip
            if other != digits and abs(len(other) - len(digits)) < 3 and likeness > score:
                best, score = token, likeness
        return f" - did you mean {best.written} (cell at line {best.line})?" if best else ""

    # Equations -------------------------------------------------------------------------------------------

    def _equations(self) -> None:
        old = self.old.equations if self.old else {}
        for block in self.page.equations:
            tag = self.book.tags.get(block.label)
            if tag is None:
                continue
            path, line = tag
            now = {"tex": bare(block.source), "code": statement_at(path, line)}
            was = old.get(block.label)
            self.record.equations[block.label] = now
            if was is None or was == now or self.accepts(self.name):
                continue
            self.record.equations[block.label] = was
            where = f"{path.relative_to(self.book.root)}:{line}"
            if was.get("code") == now["code"]:
                what = f"the equation '{block.label}' is not the one that was agreed with {where}: {_parting(was.get('tex', ''), now['tex'])}"
                self.differ("equation", block.line, what, self.look, self.name)
            else:
                what = f"this line is not the one that was agreed with the equation '{block.label}' (book/en/{self.name}.md:{block.line}): it was {was.get('code')}"
                self.differ("equation", line, what, self.look, self.name, path)


def evaluate(text: str) -> Decimal | None:
    """The value of ``a - b`` and its like, written with two plain numbers."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ([-+*/]) (\d+(?:\.\d+)?)", text)
    if not match:
        return None
    a, b = Decimal(match[1]), Decimal(match[3])
    if match[2] == "/":
        return None if b == 0 else (a / b).normalize() + 0
    return {"-": a - b, "+": a + b, "*": a * b}[match[2]].normalize() + 0


def _shown(fact: str) -> str:
    return "another display equation" if fact.startswith("display ") else fact


def _parting(was: str, now: str) -> str:
    """Where two texts part, with a little before and after it."""
    at = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    cut = slice(max(0, at - 12), at + 16)
    return f"…{now[cut]}… where …{was[cut]}… was agreed"


def vouchers(record: Record) -> Counter[str]:
    """How many numbers of a record each kind of thing vouches for."""
    kinds: Counter[str] = Counter()
    for unit in record.units.values():
        for one in unit.get("numbers", []):
            voucher = one.rpartition(" <- ")[2]
            kind = re.search(r"\.(out|code)\.", voucher)
            kinds[kind[1] if kind else voucher.split(" ")[0]] += 1
    return kinds
