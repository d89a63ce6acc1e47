"""The minutes of a page count what a reader reads, and agree between the editions."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.minutes import FIGURE, LINE_OF_CODE, PRINTED, minutes, of_page, seconds

from contracts import Book
from pages import read_page

WORDS = "one two three four five " * 30  # a minute of English
FENCE = "```"
SOLUTION = f"{FENCE}{{solution}} ex-x\n:class: dropdown\n{WORDS}\n{FENCE}\n"
SPLIT = f"{FENCE}{{solution-start}} ex-x\n:class: dropdown\n{FENCE}\n{WORDS}\n\n{FENCE}{{code-cell}} python\nx\n{FENCE}\n\n{FENCE}{{solution-end}}\n{FENCE}\n"
DRAWN = f"{FENCE}{{code-cell}} python\n---\ntags: [hide-input]\nmystnb:\n  figure:\n    name: fig-x\n---\na\nb\nc\n{FENCE}\n"


def seconds_of(text: str) -> float:
    return seconds(read_page(Path("en/page.md"), text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WORDS, 60),
        ("우리말 " * 110, 60),
        (SOLUTION, 0),
        (SPLIT, 0),
        (f"{SPLIT}\n{WORDS}", 60),
        (DRAWN, FIGURE),
        (f"{FENCE}{{code-cell}} python\nprint(1)\nx = 2\n{FENCE}\n", 2 * LINE_OF_CODE + PRINTED),
        (f"{FENCE}{{code-cell}} python\nassert x\n{FENCE}\n", LINE_OF_CODE),
        ("$x$", 2),
        (f"{FENCE}{{math}}\nx = y\n{FENCE}\n", 20),
    ],
)
def test_what_is_read_counts(text: str, expected: float) -> None:
    assert seconds_of(text) == pytest.approx(expected)


@pytest.mark.parametrize(("count", "shown"), [(0, 1), (2, 2), (14, 14), (16, 15), (18, 20), (53, 55)])
def test_long_pages_are_rounded_to_five(count: int, shown: int) -> None:
    assert minutes(f"{WORDS}\n\n" * count) == shown


def test_the_editions_take_as_long(real_book: Book) -> None:
    """One figure may stand in both because the speeds are fair to both: they agree to five minutes in an hour."""
    for pair in real_book.pairs:
        english, korean = seconds(pair.en), seconds(pair.ko)
        assert abs(english - korean) <= max(60, english / 12), pair.en.name


def test_both_editions_show_the_english_figure(real_book: Book) -> None:
    assert (
        of_page(real_book.root / "book", "notation") == minutes(real_book.pages["en"]["notation"].text) == 10
    )
