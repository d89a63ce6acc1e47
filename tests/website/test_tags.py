"""A tag in a listing leads to the equation that its line computes, and shows the equation's number."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from .conftest import LANGUAGES

pytestmark = pytest.mark.site

LINK = re.compile(r'<a class="equation-tag" href="([^"#]*)#([^"]+)" title="([^"]+)"[^>]*>\(([\d.]+)\)</a>')
NUMBER = r'id="{}"[^>]*>.*?<span class="eqno">\(([\d.]+)\)'


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tag_in_a_listing_is_a_link_to_its_equation(site: Path, language: str) -> None:
    seen = 0
    for page in sorted((site / language).glob("*.html")):
        text = page.read_text(encoding="utf-8")
        listings = re.findall(r'<div class="highlight"><pre>.*?</pre>', text, re.DOTALL)
        assert not any("# eq:" in html.unescape(listing) for listing in listings), (
            f"a bare tag on {page.name}"
        )
        for where, anchor, label, number in LINK.findall("".join(listings)):
            target = (page.parent / where if where else page).read_text(encoding="utf-8")
            assert anchor == f"equation-{label.lower()}"
            shown = re.search(NUMBER.format(re.escape(anchor)), target, re.DOTALL)
            assert shown and shown[1] == number, f"{page.name}: {label} is shown as ({number})"
            seen += 1
    assert seen > 25
