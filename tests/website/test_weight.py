"""One style sheet, no script that holds the page up, figures with a size, formulas without empty elements."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

from edition.bundle import asked_for, lead, shared
from edition.leaner import lean

from .conftest import LANGUAGES, page_names

pytestmark = pytest.mark.site


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_waits_for_one_sheet_and_no_script(site: Path, language: str) -> None:
    for name in page_names():
        page = (site / language / f"{name}.html").read_text("utf-8")
        sheets = re.findall(r'<link[^>]*rel="stylesheet"[^>]*>', page)
        assert "_static/site.css" in sheets[0] and len(sheets) <= 2, name
        for script in re.findall(r"<script\b[^>]*\bsrc=[^>]*>", page):
            assert "defer" in script or 'type="module"' in script, (name, script)
        for picture in re.findall(r"<img\b[^>]*\.svg[^>]*>", page):
            assert "width=" in picture and "height=" in picture, (name, picture[:120])
        for empty in ('class="base"><span class="strut"', 'class="vlist-s"', "<semantics>"):
            assert empty not in page, (name, empty)


def test_the_sheet_keeps_what_states_need(site: Path) -> None:
    """Rules for what comes after the page: a pointer, the keyboard, paper, the dark, a script's class."""
    for language in LANGUAGES:
        css = (site / language / "_static" / "site.css").read_text("utf-8")
        for kept in (
            "[open]",
            ":hover",
            ":focus-visible",
            "@media print",
            '[data-theme="dark"]',
            "prefers-color-scheme:dark",
            ".preview",
            ".copied",
            ".highlighted",
            "prefers-reduced-motion",
        ):
            assert kept in css, kept
        for file in re.findall(r"url\((?![\"']?data:)[\"']?([^)\"']+)", css):
            assert (site / language / "_static" / file).exists(), file


def test_a_value_that_nothing_asks_for_goes() -> None:
    css = 'html{--a:1px;--b:var(--a);--c:url("data:;x");--d:3}p{margin:var(--b)}i{--e:1}'
    assert asked_for(css, "setProperty('--d', 4)") == "html{--a:1px;--b:var(--a);--d:3}p{margin:var(--b)}"


def test_only_what_every_page_asks_for_is_put_together() -> None:
    assert shared([["a", "b", "c"], ["a", "c"], ["c", "a", "d"]]) == ["a", "c"]
    page = (
        '<link href="_static/a.css" rel="stylesheet" /><link href="_static/own.css" rel="stylesheet" />'
        '<script src="_static/a.js?v=1"></script><script src="_static/own.js"></script>'
        '<script type="module" src="_static/m.js"></script><script>let inline;</script>'
    )
    assert lead(page, "HEAD", {"_static/a.css", "_static/a.js"}) == (
        'HEAD<link href="_static/own.css" rel="stylesheet" /><script defer src="_static/own.js"></script>'
        '<script type="module" src="_static/m.js"></script><script>let inline;</script>'
    )


def test_a_letter_is_a_letter() -> None:
    """For the ear and the eye; what is more than a letter keeps its MathML."""
    letter = '<span class="mord mathnormal">w</span>'
    whole = (
        '<span class="katex"><span class="katex-mathml"><math><semantics><mrow>{}</mrow></semantics></math>'
        "</span>"
        '<span class="katex-html" aria-hidden="true"><span class="base">'
        '<span class="strut" style="height:0.4306em;"></span>{}</span></span></span>'
    )
    assert lean(whole.format("<mi>w</mi>", letter)) == '<span class="katex mathnormal">w</span>'
    pair = whole.format(
        "<mi>w</mi><mo>=</mo>", letter + '<span class="mspace" style="margin-right:0.2778em;"></span>'
    )
    assert "<math><mi>w</mi><mo>=</mo></math>" in lean(pair)
    assert '<span class="mord mathnormal" style="margin-right:0.2778em">w</span>' in lean(pair)
    number = whole.format("<mn>12</mn>", '<span class="mord">12</span>')
    assert lean(number) == '<span class="katex">12</span>'
