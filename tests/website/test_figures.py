"""Figures speak the reader's language: Korean in the Korean edition, from a list that is whole."""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

from edition.figures import TEXT, WORD, korean, translate

from .conftest import page_names

YAML = Path(__file__).parents[2] / "book" / "figures.yml"
pytestmark = pytest.mark.site


def words_of(site: Path, language: str, page: str) -> set[str]:
    """Every word or number that stands as text in a figure of the page; the map is drawn twice, by hand."""
    html = (site / language / f"{page}.html").read_text("utf-8")
    shown = set(re.findall(r'src="_images/(\w+\.svg)"', html))
    svgs = [(site / language / "_images" / name).read_text("utf-8") for name in shown]
    return {unescape(word).strip() for svg in svgs for _, word, _ in TEXT.findall(svg)}


@pytest.mark.parametrize("page", page_names())
def test_every_word_of_a_figure_is_korean_in_the_korean_edition(page: str, site: Path) -> None:
    words = korean(YAML, page)
    english = {word for word in words_of(site, "en", page) if WORD.search(word)}
    assert not english - words.keys(), "say these in book/figures.yml"
    shown = words_of(site, "ko", page)
    assert not {word for word in shown if WORD.search(word)} - set(words.values())
    assert {words[word] for word in english} <= shown


def test_no_entry_is_of_a_figure_that_is_gone(site: Path) -> None:
    on_pages = {page: words_of(site, "en", page) for page in page_names()}
    everywhere = set().union(*on_pages.values())
    assert len(everywhere) > 400, "the figures have no words: are they outlines again?"
    assert not korean(YAML, "").keys() - everywhere
    for page, words in yaml.safe_load(YAML.read_text("utf-8"))["pages"].items():
        assert not words.keys() - on_pages[page]


def test_a_word_without_korean_is_told() -> None:
    svg = '<text x="1">root mean square</text><text>0.5</text><text>x &amp; y</text><text>new one</text>'
    unknown: list[str] = []
    done = translate(svg, {"root mean square": "제곱 & 평균"}, unknown.append)
    assert done == svg.replace("root mean square", "제곱 &amp; 평균") and unknown == ["new one"]
