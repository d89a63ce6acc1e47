"""What the book promises, each promise a function ``check_*(book)`` that returns what it found.

A contract returns ``Found``: the problems (file, line, what is wrong, what to do) and how many things it
looked at, so that a test can tell "all is well" from "nothing was read".
"""

from __future__ import annotations

from collections.abc import Callable

from . import (
    agreed,
    arithmetic,
    code,
    derived,
    form,
    honest,
    included,
    numerals,
    openings,
    pairs,
    questions,
    twins,
    words,
)
from .book import Book, Found, Problem

CONTRACTS: dict[str, Callable[[Book], Found]] = {
    name: function
    for module in (
        form,
        twins,
        pairs,
        numerals,
        arithmetic,
        code,
        included,
        honest,
        words,
        openings,
        derived,
        agreed,
        questions,
    )
    for name, function in vars(module).items()
    if name.startswith("check_")
}

__all__ = ["CONTRACTS", "Book", "Found", "Problem"]
