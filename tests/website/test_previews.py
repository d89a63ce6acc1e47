"""What a link leads to is shown beside it, by pointer and by keyboard, and goes again."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.site, pytest.mark.browser]

#: What each link shows: a link of the page on softmax, and what stands in the preview.
SHOWN = {
    "a[href='#equation-activations-dsoftmax']": ".math .katex",
    "a[href*='backpropagation.html#equation-dense-db']": ".math .katex",
    "a[href^='#fig-']": "img",
    "a[href*='references.html#']": "p",
    "a[href*='mathematics.html#mathematics-jacobian']": "h2, h3",
    "a[href^='#ex-']": ".caption-number",
}


def link(tab: Any, selector: str) -> Any:
    found = tab.locator(f".bd-article {selector}:not(.headerlink)").first
    found.evaluate("link => { const fold = link.closest('details'); if (fold) fold.open = true; }")
    found.scroll_into_view_if_needed()
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("selector", SHOWN)
def test_the_pointer_opens_it(selector: str, language: str, tab: Any, address: str) -> None:
    tab.goto(f"{address}/{language}/softmax.html")
    link(tab, selector).hover()
    box = tab.locator(".preview")
    box.wait_for(timeout=5000)
    assert box.locator(SHOWN[selector]).count() >= 1
    for image in box.locator("img").all():
        tab.wait_for_function("document.querySelector('.preview img')?.naturalWidth > 0")
        assert image.evaluate("image => image.naturalWidth") > 0
    at = box.bounding_box()
    assert at["x"] >= 0 and at["y"] >= 0 and at["x"] + at["width"] <= tab.evaluate("innerWidth")
    doubled = tab.evaluate(
        "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) < i)"
    )
    assert not doubled, "ids must stay single"


def test_it_can_be_walked_into_and_goes_with_escape(tab: Any, address: str) -> None:
    tab.goto(f"{address}/en/softmax.html")
    link(tab, "a[href='#equation-activations-dsoftmax']").hover()
    tab.locator(".preview").wait_for(timeout=5000)
    tab.locator(".preview").hover()
    tab.wait_for_timeout(600)
    assert tab.locator(".preview").count() == 1, "the pointer in it keeps it open"
    tab.keyboard.press("Escape")
    assert tab.locator(".preview").count() == 0
    tab.mouse.move(2, 2)
    link(tab, "a[href='#equation-activations-dsoftmax']").hover()
    tab.locator(".preview").wait_for(timeout=5000)
    tab.mouse.move(2, 2)
    tab.wait_for_timeout(600)
    assert tab.locator(".preview").count() == 0, "it goes when the pointer does"


def test_the_keyboard_opens_it_and_names_it(tab: Any, address: str) -> None:
    tab.goto(f"{address}/en/softmax.html")
    first = link(tab, "a[href='#equation-activations-dsoftmax']")
    tab.keyboard.press("Tab")  # from here on the browser knows that the keyboard is used
    first.focus()
    tab.locator(".preview").wait_for(timeout=5000)
    assert first.get_attribute("aria-describedby") == tab.locator("[role=tooltip]").get_attribute("id")
    tab.keyboard.press("Tab")
    tab.wait_for_timeout(600)
    assert first.get_attribute("aria-describedby") is None


def test_a_work_keeps_its_title_for_browsers_without_previews(tab: Any, address: str) -> None:
    tab.goto(f"{address}/en/softmax.html")
    work = link(tab, "a[href*='references.html#']")
    title = work.get_attribute("title")
    work.hover()
    tab.locator(".preview").wait_for(timeout=5000)
    assert work.get_attribute("title") is None, "two tooltips at once"
    tab.keyboard.press("Escape")
    assert work.get_attribute("title") == title
