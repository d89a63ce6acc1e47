"""The ways through the site: links, languages, search, the front door."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from .conftest import LANGUAGES, SITE, page_names

pytestmark = pytest.mark.site


class _Page(HTMLParser):
    """The ids and the links of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value)
            elif name in ("href", "src"):
                self.links.append(value)


def test_no_link_is_broken(site: Path) -> None:
    pages = {path: _Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) >= 2 * len(page_names())
    broken, checked = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data", "javascript"):
                continue
            checked += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            if not target.exists():
                broken.append(f"{path.relative_to(site)}: {link}: no such file")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                broken.append(f"{path.relative_to(site)}: {link}: no such anchor")
    assert checked > 100
    assert not broken, "\n".join(broken[:30])


def test_both_editions_have_the_same_pages(site: Path) -> None:
    ko, en = ({path.name for path in (site / language).glob("*.html")} for language in LANGUAGES)
    assert ko == en


@pytest.mark.browser
@pytest.mark.parametrize("name", page_names())
def test_the_other_edition_and_back(tab, address: str, name: str) -> None:
    tab.goto(f"{address}/ko/{name}.html")
    for alternate in ("ko", "en"):
        link = tab.locator(f"head link[rel=alternate][hreflang={alternate}]").first
        assert link.evaluate("l => l.href") == f"{address}/{alternate}/{name}.html"
    tab.locator("a[hreflang=en]:visible").first.click()
    tab.wait_for_url(f"**/en/{name}.html*")
    tab.locator("a[hreflang=ko]:visible").first.click()
    tab.wait_for_url(f"**/ko/{name}.html*")


@pytest.mark.browser
def test_the_switch_keeps_the_section(tab, address: str) -> None:
    tab.goto(f"{address}/ko/perceptron.html")
    section = tab.locator("main section section[id]").nth(2).get_attribute("id")
    tab.goto("about:blank")
    tab.goto(f"{address}/ko/perceptron.html#{section}", wait_until="networkidle")
    tab.wait_for_function(
        "id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 150", arg=section
    )
    # A click where the link is seen: the driver's own would first scroll the page to the link.
    box = tab.locator("a[hreflang=en]:visible").first.bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_url(f"**/en/perceptron.html#{section}")
    assert tab.locator(f"[id='{section}']").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "word", "page"),
    [
        ("ko", "오차", "adaline"),
        ("ko", "오차를", "adaline"),
        ("ko", "오차의", "adaline"),
        ("ko", "가중치", "perceptron"),
        ("ko", "가중치는", "perceptron"),
        ("ko", "퍼셉트론", "perceptron"),
        ("ko", "퍼셉트론이", "perceptron"),
        ("ko", "고윳값", "adaline"),
        ("ko", "은닉층", "xor"),
        ("ko", "은닉층으로", "xor"),
        ("ko", "Rosenblatt", "perceptron"),
        ("en", "perceptron", "perceptron"),
        ("en", "eigenvalue", "adaline"),
        ("en", "hidden layer", "xor"),
    ],
)
def test_search_finds(tab, address: str, language: str, word: str, page: str) -> None:
    tab.goto(f"{address}/{language}/search.html?q={word}")
    tab.wait_for_selector("#search-results ul.search li a")
    tab.wait_for_function("document.querySelectorAll('#search-results ul.search li').length > 0")
    tab.wait_for_timeout(500)
    found = tab.locator("#search-results ul.search li a").evaluate_all("a => a.map(x => x.href)")
    assert any(f"/{language}/{page}.html" in link for link in found), found


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-GB", "en")])
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_the_front_door_knows_the_reader(
    browser, address: str, locale: str, language: str, scheme: str
) -> None:
    """The reader's language stands first, the other beside it, and nobody is sent on."""
    context = browser.new_context(locale=locale)
    tab = context.new_page()
    door = f"{address}/index.html" if scheme == "http" else (SITE / "index.html").as_uri()
    tab.goto(door)
    assert tab.locator("section").first.get_attribute("lang") == language
    assert tab.url == door
    tab.locator(f"a.door[hreflang={LANGUAGES[1 - LANGUAGES.index(language)]}]").click()
    tab.wait_for_url("**/index.html")
    tab.go_back()
    assert tab.url == door
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("reader", [{"java_script_enabled": False}, {"locale": "fr-FR"}])
def test_the_front_door_leaves_the_choice_to_all_others(browser, address: str, reader: dict) -> None:
    """Without scripts, or with none of the book's languages, both doors stand open."""
    context = browser.new_context(**reader)
    tab = context.new_page()
    tab.goto(f"{address}/index.html")
    for language in LANGUAGES:
        assert tab.locator(f"a.door[hreflang={language}]").is_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_skip_link_is_the_first_stop_of_the_keyboard(tab, address: str, language: str) -> None:
    tab.goto(f"{address}/{language}/perceptron.html")
    tab.keyboard.press("Tab")
    focused = tab.evaluate("document.activeElement.textContent.trim()")
    assert focused == {"ko": "본문으로 건너뛰기", "en": "Skip to main content"}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_how_to_cite_it(site: Path, language: str) -> None:
    for name in page_names():
        text = (site / language / f"{name}.html").read_text(encoding="utf-8")
        assert "how-to-cite.html" in text, name
        assert "0.1.0" in text, name
