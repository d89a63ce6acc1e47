"""What readers stumbled over in an earlier site: paper, phones, jumps, names of buttons, no scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import LANGUAGES, page_names

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGES = [(language, name) for name in page_names() for language in LANGUAGES]

# Texts too faint for white paper, the darkest ground under them, and what the pictures are drawn for.
ON_WHITE = """() => {
  const light = c => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => .2126 * light(r) + .7152 * light(g) + .0722 * light(b);
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const texts = document.querySelectorAll(
    '.bd-article :is(p, li, td, th, h1, h2, pre, pre span, code, a, summary)');
  const faint = [...texts].filter(e => e.checkVisibility()).map(e => {
    const ratio = 1.05 / (luminance(rgb(getComputedStyle(e).color)) + .05);
    return [ratio, e.outerHTML.slice(0, 80)];
  }).filter(([ratio]) => ratio < 4.5);
  const grounds = [...document.querySelectorAll(
    'html, body, .bd-article, .bd-article pre, .bd-article div.admonition')]
    .map(e => getComputedStyle(e).backgroundColor).filter(c => !/, 0\\)$/.test(c))
    .map(c => luminance(rgb(c)));
  const schemes = [...document.images].map(i => getComputedStyle(i).colorScheme);
  return {faint: faint.slice(0, 5), darkest: Math.min(...grounds), schemes: [...new Set(schemes)]};
}"""

SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 600);
})"""

#: A formula whose letters come a moment after the page may move a line by a pixel; a column moves .07.
STILL = 0.005

CUT_OUTPUTS = """() => [...document.querySelectorAll('.cell_output .output:not(.text_html) pre')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.textContent.slice(0, 80))"""

CUT_TAGS = """() => [...document.querySelectorAll('pre a.equation-tag')].filter(a => {
  const pre = a.closest('pre').getBoundingClientRect(), tag = a.getBoundingClientRect();
  return a.checkVisibility() && (tag.right > pre.right + 1 || tag.left < pre.left);
}).map(a => a.title)"""

UNSEEN = """() => [...document.querySelectorAll('.bd-article :is(pre, .math-scroll, .table-scroll)')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .filter(e => !getComputedStyle(e).backgroundAttachment.includes('local'))
  .map(e => e.className + ': ' + e.textContent.slice(0, 60))"""


def choose(tab: Any, theme: str) -> None:
    tab.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')")


@pytest.mark.parametrize("name", ["backpropagation", "digits", "notation", "normalization"])
def test_paper_is_white_in_the_dark(tab: Any, address: str, name: str) -> None:
    """A page that is printed while the dark theme is on is black on white, its figures too."""
    choose(tab, "dark")
    tab.goto(f"{address}/ko/{name}.html", wait_until="networkidle")
    tab.emulate_media(media="print")
    seen = tab.evaluate(ON_WHITE)
    assert seen["faint"] == []
    assert seen["darkest"] > 0.85
    assert set(seen["schemes"]) <= {"light"}


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_a_phone_shows_that_there_is_more(tab: Any, address: str, language: str, name: str) -> None:
    """What scrolls says so; what was printed does not; the number beside a line of code is never cut."""
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{address}/{language}/{name}.html", wait_until="networkidle")
    assert tab.evaluate(SHIFTS) < STILL
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate(UNSEEN) == []
    assert tab.evaluate(CUT_OUTPUTS) == []
    assert tab.evaluate(CUT_TAGS) == []


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_nothing_moves_while_the_page_comes(tab: Any, address: str, language: str, name: str) -> None:
    tab.goto(f"{address}/{language}/{name}.html", wait_until="networkidle")
    assert tab.evaluate(SHIFTS) < STILL
    assert tab.evaluate(CUT_TAGS) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deep_link_is_there_at_once(tab: Any, address: str, language: str) -> None:
    tab.goto(f"{address}/{language}/backpropagation.html", wait_until="networkidle")
    last = tab.locator(".bd-article section section[id]").last.get_attribute("id")
    tab.evaluate("id => { location.hash = id; }", last)
    tab.wait_for_timeout(100)
    top = tab.evaluate(
        "id => document.getElementById(id).querySelector('h2, h3').getBoundingClientRect().top", last
    )
    at_the_end = tab.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 2")
    assert 40 <= top <= 120 or at_the_end, top


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_without_scripts(browser: Any, address: str, scheme: str) -> None:
    context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(f"{address}/ko/perceptron.html")
    style = "e => (s => [s.color, s.backgroundColor, s.colorScheme])(getComputedStyle(e))"
    text, _, _ = tab.locator(".bd-article p").first.evaluate(style)
    _, code, _ = tab.locator(".bd-article pre").first.evaluate(style)
    assert tab.locator("main img").first.evaluate(style)[2] == scheme
    bright = {"light": "rgb(29, 33, 38)", "dark": "rgb(223, 227, 232)"}
    ground = {"light": "rgb(243, 244, 247)", "dark": "rgb(33, 38, 45)"}
    assert (text, code) == (bright[scheme], ground[scheme])
    context.close()


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_every_page_introduces_itself(site: Any, language: str, name: str) -> None:
    """A link to it shows a title and a sentence, wherever it is pasted."""
    text = (site / language / f"{name}.html").read_text(encoding="utf-8")
    head = text[: text.index("</head>")]
    for once in (
        '<meta name="description"',
        '<meta property="og:title"',
        '<meta property="og:description"',
        'name="viewport"',
    ):
        assert head.count(once) == 1, once


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_have_names_and_rings(tab: Any, address: str, language: str) -> None:
    tab.set_viewport_size({"width": 800, "height": 900})
    tab.goto(f"{address}/{language}/perceptron.html", wait_until="networkidle")
    nameless = """[...document.querySelectorAll('button, summary, [role=button]')]
      .filter(b => !(b.getAttribute('aria-label') || b.textContent).trim())
      .map(b => b.outerHTML.slice(0, 90))"""
    assert tab.evaluate(nameless) == []
    seen, ringless = 0, []
    for _ in range(40):
        tab.keyboard.press("Tab")
        style, html = tab.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              return [[s.outlineStyle, s.outlineWidth, s.boxShadow], e.outerHTML.slice(0, 90)]; }"""
        )
        seen += 1
        if (style[0] == "none" or style[1] == "0px") and style[2] == "none":
            ringless.append(html)
    assert seen == 40 and ringless == []


def test_the_marks_of_a_search_stay_with_it(tab: Any, address: str) -> None:
    """A search that was left without opening a result marks nothing elsewhere."""
    tab.goto(f"{address}/ko/search.html?q=오차")
    tab.wait_for_selector("#search-results ul.search li a")
    tab.goto(f"{address}/en/perceptron.html", wait_until="networkidle")
    tab.wait_for_timeout(100)
    assert tab.locator(".highlight-link").count() == 0
    tab.goto(f"{address}/ko/search.html?q=오차")
    tab.locator("#search-results ul.search li a").first.click()
    tab.wait_for_selector("span.highlighted")


def test_every_head_of_a_table_says_what_it_heads(site: Any) -> None:
    """A screen reader then says the column's head with each cell; an empty corner heads nothing."""
    for language in LANGUAGES:
        for name in page_names():
            page = (site / language / f"{name}.html").read_text("utf-8")
            heads = re.findall(r"<th\b[^>]*>", page)
            assert all('scope="col"' in head for head in heads), (language, name, heads[:1])
            assert not re.search(r"<th\b[^>]*>\s*(<p>\s*</p>)?\s*</th>", page), (language, name)


WATCH = """new MutationObserver(() => {
  window.wasBrief ||= document.documentElement.classList.contains("brief");
}).observe(document, {attributes: true, subtree: true});"""


@pytest.mark.parametrize(("anchor", "brief"), [("", True), ("#perceptron-exercises", False)])
def test_a_chapter_is_whole_as_soon_as_it_is_seen(tab, address: str, anchor: str, brief: bool) -> None:
    """What is below the window waits for the page to be seen, and no longer; a jump waits for nothing."""
    tab.add_init_script(WATCH)
    tab.goto(f"{address}/ko/perceptron.html{anchor}")
    tab.wait_for_function("!document.documentElement.classList.contains('brief')")
    assert bool(tab.evaluate("window.wasBrief")) == brief
    shown = "s => getComputedStyle(s).contentVisibility"
    sections = f"[...document.querySelectorAll('.bd-article section')].map({shown})"
    assert set(tab.evaluate(sections)) == {"visible"}
