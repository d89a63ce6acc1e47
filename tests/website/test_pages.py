"""Every page of both editions, opened as a reader opens it."""

from __future__ import annotations

import base64
import gzip

import pytest

from .conftest import LANGUAGES, page_names

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGES = [(language, name) for name in page_names() for language in LANGUAGES]
WEIGHT = 1_200_000
#: What a first visit asks for before the reader scrolls, as a server compresses it, and how many elements it
#: has to lay out. `python -m benchmarks.site_weight` has the times that go with it.
COLD, ELEMENTS = 160_000, 9_000

OPEN = "document.querySelectorAll('.toggle-hidden').forEach(e => e.classList.remove('toggle-hidden'))"

#: A lazy picture is asked for when it is near, and comes a little later.
HERE = "image => image.complete && image.naturalWidth > 0"

# Wider than its window: the elements that make a page scroll sideways, to name them in the failure.
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clips = e => { for (let p = e.parentElement; p; p = p.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(p).overflowX)) return true;
    return false; };
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !clips(e))
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
}"""


def prefer(tab, theme: str) -> None:
    """Come back as a reader who chose this mode before."""
    tab.add_init_script(f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')")


def test_there_are_pages() -> None:
    assert {"index", "perceptron", "adaline", "xor"} <= set(page_names())


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_page(tab, address: str, language: str, name: str) -> None:
    elsewhere: list[str] = []
    complaints: list[str] = []
    bytes_of: dict[str, int] = {}
    sent: dict[str, int] = {}

    def count(response) -> None:
        if not response.url.startswith(address):
            return
        if response.status >= 400:
            complaints.append(f"{response.status} {response.url}")
        elif response.status == 200:
            body = response.body()
            bytes_of[response.url] = len(body)
            sent[response.url] = len(body if response.url.endswith(".woff2") else gzip.compress(body))

    tab.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or elsewhere.append(r.url))
    tab.on("requestfinished", lambda r: count(r.response()))
    tab.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{address}/{language}/{name}.html", wait_until="networkidle")
    cold, elements = dict(sent), tab.evaluate("document.getElementsByTagName('*').length")
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for image in tab.locator("main img").all():
        for _ in range(20):
            image.scroll_into_view_if_needed()
            if image.evaluate(HERE):
                break
            tab.wait_for_timeout(50)

    assert not elsewhere, "the page asks other sites"
    assert not complaints
    total = sum(bytes_of.values())
    heaviest = sorted(((size, url.removeprefix(address)) for url, size in bytes_of.items()), reverse=True)
    assert total <= WEIGHT, f"{total:,} bytes, of which {heaviest[:5]}"
    most = sorted(((size, url.removeprefix(address)) for url, size in cold.items()), reverse=True)
    assert sum(cold.values()) <= COLD, f"{sum(cold.values()):,} bytes compressed, of which {most[:5]}"
    assert elements <= ELEMENTS
    assert tab.locator("html").get_attribute("lang") == language
    broken = tab.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)")
    assert not broken, "pictures that do not show"
    unread = tab.evaluate("[...document.images].filter(i => !i.alt.trim()).map(i => i.src)")
    assert not unread, "pictures without words for those who cannot see them"


#: The words of a figure that are set smaller than 9 px on the screen, those that can be moved included.
SMALL = """async () => {
  const found = [];
  for (const figure of document.querySelectorAll("article figure img[src$='.svg'], .move-drawing")) {
    const inside = figure.src ? await (await fetch(figure.src)).text() : figure.outerHTML;
    const scale = figure.getBoundingClientRect().width / Number(/viewBox="\\S+ \\S+ (\\S+)/.exec(inside)[1]);
    const sizes = figure.src
      ? [...inside.matchAll(/font(?:-size)?:[^;"]*?([\\d.]+)px/g)].map((match) => Number(match[1]))
      : [...figure.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
    const least = Math.min(...sizes) * scale;
    if (least < 9) found.push([figure.alt ?? figure.closest("figure").id, least]);
  }
  return found;
}"""


#: How a search through the letters of a page begins: where each of them stands.
LETTERS = """() => {
  const found = [];
  const article = document.querySelector("article");
  const letters = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const box = (node, from, to = from + 1) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return range.getClientRects()[0];
  };
"""
#: Stops, brackets and Korean particles that begin a line, torn from the formula, link or code before them.
TORN = (
    LETTERS
    + """  for (let before; letters.nextNode(); ) {
    const node = letters.currentNode, begins = /^\u2060?[.,;:!?)\\]’”가-힣]/.exec(node.data);
    if (node.parentElement.closest(".katex-mathml, pre, .visually-hidden")) continue;
    const seen = begins && node.parentElement.checkVisibility();
    const box1 = seen && node.previousSibling && box(node, begins[0].length - 1, begins[0].length);
    const ends = before && before.data.trimEnd() === before.data;
    const last = ends && before.data.replace(/[\u200b\u2060]+$/, "");
    const beside = node.previousSibling;
    if (box1 && last && beside.contains(before) && beside.matches?.(".math, a, code, .together")) {
      const box0 = box(before, last.length - 1, last.length);
      if (box0 && box1.top > box0.bottom) found.push(`${last.slice(-12)} / ${node.data.slice(0, 12)}`);
    }
    before = node;
  }
  return found;
}"""
)
#: Numbers and letters that begin a line, away from the word that they belong to.
ALONE = (
    LETTERS
    + """  const apart = (box0, box1) => box0 && box1 && box1.top > box0.bottom;
  const named = /(?:\\b(?:section|chapter)|[a-z](?=\\s\\d{1,2}[.,;:?!](?!\\d)))\\s\\d/gi;
  while (letters.nextNode()) {
    const node = letters.currentNode, parent = node.parentElement;
    if (parent.closest(".katex, pre, .cell_output, .visually-hidden") || !parent.checkVisibility()) continue;
    for (const match of node.data.matchAll(named)) {
      const end = match.index + match[0].length - 1;
      if (apart(box(node, end - 2), box(node, end))) found.push(node.data.slice(0, end + 2).slice(-14));
    }
  }
  for (const formula of article.querySelectorAll("span.math")) {
    const word = formula.previousSibling, letter = formula.textContent;
    if (letter.length > 1 || !/[a-z]{2}\\s$/.test(word?.data ?? "") || !formula.checkVisibility()) continue;
    const at = formula.getClientRects()[0];
    if (apart(box(word, word.length - 2), at)) found.push(word.data.slice(-12) + letter);
  }
  return found;
}"""
)
#: Displayed formulas that are wider than their box.
CUT = """() => [...document.querySelectorAll(".math-scroll")]
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
  .map((box) => box.closest("div.math").id || box.textContent.slice(0, 30))"""


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_a_phone_scrolls_nothing_sideways_and_shows_words_one_can_read(
    tab, address: str, language: str, name: str
) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{address}/{language}/{name}.html", wait_until="networkidle")
    assert tab.evaluate(OVERFLOW) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.evaluate(SMALL) == []
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 844})
        assert tab.evaluate(TORN) == [], f"a line begins with what belongs to the one before, {width} wide"
        assert tab.evaluate(ALONE) == [], f"a number stands away from its word, {width} wide"
        assert tab.evaluate(CUT) == [], f"a formula is wider than its place, {width} wide"


#: The dark adds colours, which are the same in both editions: there a page is judged in one of them, in turn.
MODES = [(*page, "light") for page in PAGES]
MODES += [(LANGUAGES[number % 2], name, "dark") for number, name in enumerate(page_names())]


@pytest.mark.parametrize(("language", "name", "theme"), MODES)
def test_nobody_is_shut_out(tab, address: str, language: str, name: str, theme: str) -> None:
    """axe-core, colour contrast in both modes included."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    prefer(tab, theme)
    tab.goto(f"{address}/{language}/{name}.html", wait_until="networkidle")
    assert tab.locator("html").get_attribute("data-theme") == theme
    # Folded solutions are opened, so that what is in them is judged as well.
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.evaluate(
        "document.querySelectorAll('.toggle-hidden').forEach(d => d.classList.remove('toggle-hidden'))"
    )
    tab.wait_for_timeout(300)
    # What the dark adds to the light is its colours. What KaTeX draws is hidden from screen readers,
    # who are given its MathML instead, so in the light it is left out: it is most of a page's elements.
    if theme == "dark":
        found = axe.Axe().run(tab, options={"runOnly": ["color-contrast"]})
    else:
        found = axe.Axe().run(tab, context={"exclude": [[".katex-html"]]})
    violations = found.response["violations"]
    told = [
        f"{v['id']}: {v['help']}: " + "; ".join(node["html"][:160] for node in v["nodes"][:3])
        for v in violations
    ]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_follow_the_readers_mode(tab, address: str, theme: str) -> None:
    prefer(tab, theme)
    tab.goto(f"{address}/ko/perceptron.html", wait_until="networkidle")
    figure = tab.locator("main img[src$='.svg']").first
    figure.scroll_into_view_if_needed()
    assert theme in figure.evaluate("img => getComputedStyle(img).colorScheme").split()
    # The corner of the picture is its paper: bright by day, dark by night.
    corner = figure.screenshot()
    brightness = tab.evaluate(
        """async png => {
          const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
          const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
          const ink = canvas.getContext('2d');
          ink.drawImage(bitmap, 0, 0);
          const [r, g, b] = ink.getImageData(3, 3, 1, 1).data;
          return (r + g + b) / 3;
        }""",
        base64.b64encode(corner).decode(),
    )
    assert brightness > 200 if theme == "light" else brightness < 60
