"""Small things that readers stumbled over: brackets, links to boxes, ways back, names of buttons."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import LANGUAGES, page_names

pytestmark = pytest.mark.site


@pytest.mark.parametrize("language", LANGUAGES)
def test_references_and_boxes(site: Path, language: str) -> None:
    boxes = 0
    for name in page_names():
        page = (site / language / f"{name}.html").read_text("utf-8")
        assert not re.search(r'\(<a [^>]*href="[^"]*#equation-[^"]*">\([\d.]+\)</a>\)', page), (
            f"{name}: ((…))"
        )
        assert not re.search(r'std-numref">[^<,]+ \d', page), f"{name}: a line may end before a number"
        for box in re.findall(r'<div class="(?:exercise|proof) [^"]*" id="[^"]+">.*?</p>', page, re.S):
            address = re.search(r'id="([^"]+)"', box)
            assert address and f'class="headerlink" href="#{address[1]}"' in box, (name, box)
            assert 'role="heading" aria-level="3"' in box, (name, box)
            boxes += 1
    assert boxes > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_work_says_where_it_is_cited(site: Path, language: str) -> None:
    page = (site / language / "references.html").read_text("utf-8")
    works = page.split('<div class="citation"')[1:]
    assert len(works) > 50
    for work in works:
        assert re.search(
            r'class="cited-in"[^>]*>.*?<a class="reference internal" href="[\w-]+\.html"', work
        ), work[:200]


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_for_colours_says_which(tab: Any, address: str, language: str) -> None:
    tab.goto(f"{address}/{language}/how-to-cite.html", wait_until="networkidle")
    button = tab.locator(".theme-switch-button:visible").first
    said = []
    for _ in range(3):
        said.append(button.get_attribute("aria-label"))
        button.click()
    assert len(set(said)) == 3 and button.get_attribute("aria-label") == said[0]


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_foot_of_a_page_on_a_phone(tab: Any, address: str, language: str) -> None:
    """The titles of the pages before and after are whole, and no key is offered that a phone has not."""
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{address}/{language}/notation.html", wait_until="networkidle")
    cut = "links => links.filter(a => a.scrollWidth > a.clientWidth).length"
    assert tab.locator(".prev-next-area a").count() == 2
    assert tab.locator(".prev-next-area a").evaluate_all(cut) == 0
    assert not tab.locator(".search-button__kbd-shortcut:visible").count()


@pytest.mark.browser
def test_a_listing_is_copied_as_it_stands(tab: Any, address: str) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    tab.goto(f"{address}/ko/xor.html", wait_until="networkidle")
    button = tab.locator(".cell_input .copybtn").first
    button.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".copybtn.copied")
    listing = tab.locator(".cell_input pre").first.inner_text()
    assert tab.evaluate("navigator.clipboard.readText()").strip() == listing.strip() != ""
    assert tab.locator(".output.stream .copybtn").count() == 0
