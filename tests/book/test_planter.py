"""Slips planted all over the book are caught, kind by kind, in the shares that are promised."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import planter

from contracts import Book

#: Faults of each kind in each page: a handful here, more in the continuous integration.
EACH = int(os.environ.get("PLANT_EACH", "6" if os.environ.get("CI") else "2"))
REPORT = planter.ROOT / "_build" / "planted.txt"


@cache
def book_at(root: Path) -> Book:
    """Read once a process: a fault is planted in a copy of one page."""
    return Book(root)


def plant(name: str, root: Path, each: int) -> tuple[Counter[str], Counter[str], list[str]]:
    return planter.plant(book_at(root), name, each)


def test_the_promised_shares_are_caught(real_book: Book) -> None:
    names = sorted({page.name for page in real_book.chapters})
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[str] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for one, two, three in pool.map(partial(plant, root=real_book.root, each=EACH), names):
            planted, caught, missed = planted + one, caught + two, missed + three
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join([planter.table(planted, caught), *missed]) + "\n", encoding="utf-8")
    for group, (wanted, kinds) in planter.GROUPS.items():
        total, found = sum(planted[kind] for kind in kinds), sum(caught[kind] for kind in kinds)
        assert total >= EACH, f"no faults were planted: {group}"
        assert found >= wanted * total, (
            f"{group}: {found} of {total}, to reach {wanted:.0%}; missed: {missed}"
        )


def test_a_fault_is_what_it_says(good_root: Path) -> None:
    """The planter's own promise: what it plants differs from the page where it says, in one or both editions."""
    one = planter.Planter(Book(good_root), "sample")
    kinds = [kind for _, names in planter.GROUPS.values() for kind in names]
    faults = [(kind, fault) for kind in kinds for fault in getattr(one, kind)() if fault is not None]
    assert {kind for kind, _ in faults} >= set(kinds) - {"counted_one", "equation_other_both", "swapped_one"}
    for kind, fault in faults:
        if fault.outputs is None and fault.tagged is None:
            assert len(fault.texts) == (1 if kind.endswith("_one") else 2), (kind, fault.what)
        for language, text in fault.texts.items():
            assert text != one.pages[language].text, (kind, fault.what)


def test_faults_in_the_small_book_are_caught(good_root: Path) -> None:
    planted, caught, missed = planter.plant(Book(good_root), "sample", 50)
    assert sum(planted.values()) > 40 and caught == planted, missed
