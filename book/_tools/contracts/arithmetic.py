"""Formulas are true where they can be computed: arithmetic by hand is recomputed, identities are tried at random numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise

from formulas import Unknown, Values, chains, evaluate
from pages import Block

from .book import Book, Found

TRIES = 3
PURE = re.compile(r"[-−+]?[\d.,{}]+")


def check_arithmetic(book: Book) -> Found:
    """The two sides of every equality that can be computed come to the same number."""
    found = Found()
    for page in book.pages["en"].values():
        known: Values = {}
        for block in page.blocks:
            if (block.kind == "heading" and block.name == "h2") or (block.kind == "directive" and block.name == "exercise"):  # fmt: skip
                known = {}
            for tex, line, display in _formulas(block):
                for sides in chains(tex):
                    problem, computed = compare(sides, known if display else {}, display)
                    found.saw += computed
                    if problem:
                        found.report(page.path, line, problem, "correct the formula in both editions")
    return found


def _formulas(block: Block) -> Iterator[tuple[str, int, bool]]:
    if block.kind == "math":
        yield block.source, block.body, True
    for piece in block.pieces:
        if piece.kind == "math" and "=" in piece.text:
            yield piece.text, piece.line, False


def compare(sides: list[str], known: Values, display: bool = True) -> tuple[str, bool]:
    """What is wrong with a chain of equal sides, and whether anything could be computed.

    A side that is a symbol with an index, or a derivative, gets the value of the others, and keeps it for the
    equations that follow. Symbols without an index change their meaning too often for that.
    """
    values: list[tuple[str, float, float]] = []
    open_: list[str] = []
    for side in sides:
        name = symbol_of(side)
        if name:
            open_ += [name] if "_" in name or "partial" in name else []
            continue
        try:
            values.append((side, *evaluate(side, known)))
        except (KeyError, Unknown, OverflowError, ZeroDivisionError, ValueError):
            continue
    for (one, a, slack_a), (two, b, slack_b) in pairwise(values):
        if abs(a - b) > 1.05 * (slack_a + slack_b + last_place(one) + last_place(two)) + 1e-9 * max(abs(a), abs(b)):  # fmt: skip
            return (
                f"{one} is {a:.6g}, and not {two if PURE.fullmatch(two) else f'{two}, which is {b:.6g}'}",
                True,
            )
    if values:
        exact = min(values, key=lambda each: (each[2] + last_place(each[0]), bool(PURE.fullmatch(each[0]))))
        known.update(dict.fromkeys(open_, exact[1]))
    if len(values) > 1 or not display:
        return "", len(values) > 1
    return identity(sides)


def symbol_of(side: str) -> str:
    """The symbol that a side is, and nothing else."""
    try:
        evaluate(side, {})
    except KeyError as problem:
        return str(problem.args[0]) if side.replace(" ", "") == problem.args[0] else ""
    except (Unknown, OverflowError, ZeroDivisionError, ValueError):
        pass
    return ""


def last_place(side: str) -> float:
    """Half a unit of the last place of a side that is one rounded decimal."""
    match = re.fullmatch(r"[-−+]?\d*\.(\d{1,2})", side)  # longer ones are nudged
    return 0.5 * 10 ** -len(match[1]) if match else 0.0


def identity(sides: list[str]) -> tuple[str, bool]:
    """What is wrong with a chain of sides in the same symbols, tried at random numbers, and whether it could be tried."""
    tried = False
    for one, two in pairwise(sides):
        names = _symbols(one)
        if not names or names != _symbols(two) or {one, two} & names or one == two:
            continue
        draw = random.Random(one + two)
        for _ in range(TRIES):
            at = {name: draw.uniform(0.2, 0.9) for name in sorted(names)}
            try:
                a, b = evaluate(one, at)[0], evaluate(two, at)[0]
            except (Unknown, KeyError, OverflowError, ZeroDivisionError, ValueError):
                break
            tried = True
            if abs(a - b) > 1e-9 * max(1.0, abs(a), abs(b)):
                where = ", ".join(f"{name} = {value:.3f}" for name, value in at.items())
                return f"{one} is {a:.6g} and {two} is {b:.6g} at {where}", True
    return "", tried


def _symbols(side: str) -> set[str]:
    """The symbols of a side, found by asking for them one at a time; none where it cannot be read."""
    at: Values = {}
    while True:
        try:
            evaluate(side, at)
        except KeyError as problem:
            at[problem.args[0]] = 0.5 + 0.01 * len(at)
        except (Unknown, OverflowError, ZeroDivisionError, ValueError):
            return set()
        else:
            return set(at)
