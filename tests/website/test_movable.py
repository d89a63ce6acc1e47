"""Figures that a reader can move show what the package computes, to the last digit shown, at any setting.

The figures compute in the browser, line by line as the package does; `book/moving/NAME.py` has the package
compute the same. Both are tried at settings drawn at random, in both editions.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from movable_data import MODULES, ROOT, names, twin, written

pytestmark = [pytest.mark.site, pytest.mark.browser]

LANGUAGES = ("ko", "en")
TRIES = 12
#: Every number that the figure shows: its name, its full value, its digits, and what stands there.
READ = """stage => [...stage.element.querySelectorAll("[data-name]")].map(
    each => [each.dataset.name, Number(each.dataset.value), Number(each.dataset.digits), each.textContent])"""
#: All text of the figure but those numbers, the marks of axes and the values of the controls.
REST = """stage => [...stage.element.querySelectorAll(".move-said, text:not(.move-mark)")].map(each => {
    const twin = each.cloneNode(true);
    for (const number of twin.querySelectorAll("[data-name]")) number.remove();
    return twin.textContent; })"""


def moves(name: str) -> str:
    """The label of the still figure."""
    match = re.match(r"// Moves (fig-[\w-]+)\.", (MODULES / f"{name}.js").read_text("utf-8"))
    assert match, f"{name}.js does not say which figure it moves"
    return match[1]


def page_of(label: str) -> str:
    """The page that has the figure."""
    found = [
        p.stem for p in (ROOT / "book" / "en").glob("*.md") if f"name: {label}\n" in p.read_text("utf-8")
    ]
    assert len(found) == 1, (label, found)
    return found[0]


def opened(name: str, language: str, tab: Any, address: str) -> Any:
    """The stage of the figure, opened as a reader opens it."""
    label = moves(name)
    tab.goto(f"{address}/{language}/{page_of(label)}.html")
    figure = tab.locator(f"figure#{label}")
    figure.scroll_into_view_if_needed()
    figure.locator(".move-bar button").press("Enter")
    figure.locator(".move-drawing").wait_for()
    return tab.evaluate_handle("label => document.getElementById(label).stage", label)


def test_every_figure_has_its_twin() -> None:
    modules = {path.stem for path in MODULES.glob("*.js")} - {"core"}
    assert {name for name in modules if not name.endswith(".data")} == set(names())


@pytest.mark.parametrize("name", names())
def test_it_begins_with_the_data_of_the_page(name: str) -> None:
    path = MODULES / f"{name}.data.js"
    text = written(name)
    if text is None:
        assert not path.exists()
        return
    texts = (text, path.read_text("utf-8"))
    mine, theirs = (json.loads(each.split("export default ")[1].rstrip(";\n")) for each in texts)
    same(mine, theirs, name)


def same(mine: Any, theirs: Any, where: str) -> None:
    """Numbers agree to rounding (another processor may end a digit otherwise); all else is equal."""
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys(), where
        for key in mine:
            same(mine[key], theirs[key], f"{where}.{key}")
    elif isinstance(mine, list):
        assert len(mine) == len(theirs), where
        for number, (one, two) in enumerate(zip(mine, theirs, strict=True)):
            same(one, two, f"{where}[{number}]")
    elif isinstance(mine, float):
        assert abs(mine - theirs) <= 1e-9 * max(1, abs(mine)), where
    else:
        assert mine == theirs, where


def alike(words: dict[str, dict[str, str]]) -> None:
    """Both editions say the same: the same keys, Korean in the one, and the same numbers filled in."""
    ko, en = words["ko"], words["en"]
    assert ko.keys() == en.keys()
    latin = [key for key, text in ko.items() if not re.search("[가-힣]", text) and text != en[key]]
    assert not latin, f"not Korean: {latin}"
    for key in ko:
        blanks = [set(re.findall(r"\{\w+(?::\d)?\}", text)) for text in (ko[key], en[key])]
        assert blanks[0] == blanks[1], f"{key}: the editions fill in different numbers"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_every_number_is_the_package_s(name: str, language: str, tab: Any, address: str) -> None:
    module, rng = twin(name), np.random.default_rng([2026, LANGUAGES.index(language)])
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    stage = opened(name, language, tab, address)
    alike(stage.evaluate("stage => stage.module.words"))
    seen: set[str] = set()
    for _ in range(TRIES):
        settings = module.settings(rng)
        expected = module.shown(**settings)
        stage.evaluate("(stage, settings) => stage.set(settings)", settings)
        for what, value, digits, text in stage.evaluate(READ):
            assert what in expected, f"{name} shows {what}, which its twin does not compute"
            exact = float(expected[what])
            if np.isfinite(exact):
                assert abs(value - exact) <= 1e-9 * max(1, abs(exact)), (name, what, value, exact, settings)
                said, last = read(text, digits)
                assert abs(said - exact) <= 0.5000001 * last, (name, what, text, exact)
            seen.add(what)
    assert len(seen) >= 3, f"{name} shows hardly a number: {seen}"
    assert not errors


POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def read(text: str, digits: int) -> tuple[float, float]:
    """The number that stands there, and what one is worth in its last place."""
    factor, _, power = text.replace("−", "-").replace(",", "").partition(" · 10")
    scale = 10.0 ** int(power.translate(POWERS) or 0)
    return float(factor) * scale, scale * 10.0 ** -(1 if power else digits)


#: Sizes of the drawing's text in pixels.
SIZES = """stage => [...stage.svg.querySelectorAll("text")].map(
    text => parseFloat(getComputedStyle(text).fontSize))"""
NAMELESS = """stage => [...stage.element.querySelectorAll("input, select, button, [tabindex]")]
    .filter(e => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"""
WIDE = """stage => document.documentElement.scrollWidth > innerWidth
    || stage.element.scrollWidth > stage.element.clientWidth + 1"""


@pytest.mark.parametrize("name", names())
def test_it_is_there_for_everyone(name: str, tab: Any, address: str) -> None:
    """In Korean, on a phone: within the screen, legible, named, by keyboard; still on paper; and back."""
    tab.set_viewport_size({"width": 390, "height": 844})
    stage = opened(name, "ko", tab, address)
    assert not stage.evaluate(WIDE), "nothing scrolls sideways"
    assert min(stage.evaluate(SIZES)) >= 11
    loose = [text for text in stage.evaluate(REST) if re.search(r"\d[.,]\d", text)]
    assert not loose, f"numbers that nothing vouches for: {loose}"
    assert not stage.evaluate(NAMELESS), "every control has a name"
    before = stage.evaluate("stage => stage.element.innerHTML")
    tab.locator("figure.moving :is(input[type=range], select, .move-grip)").first.focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):  # whichever way there is room
        tab.keyboard.press(key)
        if stage.evaluate("stage => stage.element.innerHTML") != before:
            break
    else:
        pytest.fail("arrow keys change nothing")
    tab.emulate_media(media="print")
    assert tab.locator("figure.moving img").is_visible() and not tab.locator(".move-drawing").is_visible()
    tab.emulate_media(media="screen")
    tab.locator("figure.moving .move-controls button").last.press("Enter")
    assert tab.locator("figure.moving").count() == 0 and tab.locator(".move-drawing").count() == 0
