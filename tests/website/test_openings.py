"""Each chapter opens with a box: what it builds on, what one can do after it, how long reading it takes."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import LANGUAGES, page_names

ROOT = Path(__file__).parents[2]
OPENINGS = yaml.safe_load((ROOT / "book" / "openings.yml").read_text("utf-8"))
NAMES = {"ko": "이 장의 길잡이", "en": "This chapter at a glance"}
BOX = re.compile(r'</h1>\s*<aside class="opening" aria-label="([^"]+)">(.*?)</aside>', re.DOTALL)
MINUTES = re.compile(r"(?:약|about) (\d+)")

# How far the box is wider than its place, and where the first paragraph after it begins.
ROOM = """() => {
  const box = document.querySelector('.opening');
  const paragraph = document.querySelector('.bd-article section > p');
  return [box.scrollWidth - box.clientWidth, paragraph.getBoundingClientRect().top];
}"""


@pytest.mark.site
def test_each_chapter_opens_in_both_editions(site: Path) -> None:
    """The links carry the titles of the reader's own edition; the minutes are the same in both."""
    for name in page_names():
        found = {each: BOX.findall((site / each / f"{name}.html").read_text("utf-8")) for each in LANGUAGES}
        if name not in OPENINGS:
            assert not any(found.values()), name
            continue
        for language in LANGUAGES:
            [(label, box)] = found[language]
            assert label == NAMES[language]
            lines = [html.unescape(line) for line in re.findall(r"<li>([^<]+)</li>", box)]
            assert lines[-len(OPENINGS[name]["after"][language]) :] == OPENINGS[name]["after"][language]
            links = re.findall(r'<a [^>]*href="([^"#]*)#[^"]+">([^<]+)</a>', box)
            assert len(links) == len(OPENINGS[name]["needs"]), name
            titled = [title for _, title in links if bool(re.search("[가-힣]|XOR|LSTM|GRU", title))]
            assert language == "en" or len(titled) == len(links), links
        minutes = {MINUTES.search(found[language][0][1])[1] for language in LANGUAGES}  # type: ignore[index]
        assert len(minutes) == 1, name


@pytest.mark.site
@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["mathematics", "backpropagation", "starts", "normalization"])
def test_the_box_has_a_name_and_leaves_room(tab: Any, address: str, language: str, name: str) -> None:
    """A landmark of its own; the chapter's first sentences are still on the first screen."""
    for width, height in ((1280, 900), (390, 844)):
        tab.set_viewport_size({"width": width, "height": height})
        tab.goto(f"{address}/{language}/{name}.html")
        box = tab.get_by_role("complementary", name=NAMES[language])
        box.wait_for()  # the text waits for the letters of its formulas
        assert box.count() == 1
        assert box.get_by_role("listitem").count() == sum(
            len(part) for part in (OPENINGS[name]["needs"] or [1], OPENINGS[name]["after"][language])
        )
        wider, paragraph = tab.evaluate(ROOM)
        assert wider <= 0
        assert paragraph < height * 2 / 3 if width == 1280 else paragraph < height
