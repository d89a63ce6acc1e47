"""The words in a figure in the reader's language.

A page is executed once for both editions, so its figures are drawn with English words; but they are text in
the SVG, and the Korean edition puts its own words in their place, from `book/figures.yml`. A word that is not
there is warned of, and a warning ends the build: no figure of the Korean edition stays English unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape, unescape
from pathlib import Path

import yaml

TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)(</text>)")
#: Two Latin letters in a row make a word; single ones are symbols, in either language.
WORD = re.compile(r"[A-Za-z]{2}")


@cache
def korean(path: Path, page: str) -> dict[str, str]:
    """What a page's figures say, and what the Korean edition says there: of names and code the same."""
    entries = yaml.safe_load(path.read_text("utf-8"))
    same = {word: word for word in entries["same"]}
    doubled = same.keys() & entries["words"].keys()
    if doubled:
        raise ValueError(f"{path.name} has {sorted(doubled)} under both words and same")
    return same | entries["words"] | entries["pages"].get(page, {})


def translate(svg: str, words: Mapping[str, str], unknown: Callable[[str], object]) -> str:
    """Return the figure with its words as in `words`; each word that is not there is given to `unknown`."""

    def in_korean(match: re.Match[str]) -> str:
        text = unescape(match[2]).strip()
        if WORD.search(text) and text not in words:
            unknown(text)
        return match[1] + escape(words.get(text, text), quote=False) + match[3]

    return TEXT.sub(in_korean, svg)
