"""The front page: what the book is and that it runs, on the first screen, in numbers that are counted.

The facts are counted here a second time, from the files as text, by none of the code that writes them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import LANGUAGES

pytestmark = pytest.mark.site
ROOT = Path(__file__).parents[2]
READERS = [(1280, 900), (390, 844)]

# The parts of a head that do not lie wholly on the first screen, or are covered.
OUT_OF_SIGHT = """head => [".title", ".front-words > p", ".front img", ".front-ways a"].filter(part => {
  const element = part === ".title" ? document.querySelector("h1") : head.querySelector(part);
  const box = element.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const shown = box.width > 20 && box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  return !shown || !(element.contains(there) || there.contains(element));
})"""
CONTRAST = """() => {
  const linear = c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const light = color => color.match(/[\\d.]+/g).slice(0, 3)
    .reduce((sum, c, i) => sum + linear(c / 255) * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(color)) return color;
  } };
  const parts = ".front a, .front p, .front-facts li, .front-facts strong, .minutes, .chapter-number, .door";
  return [...document.querySelectorAll(parts)].map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => b - a);
    return [(a + .05) / (b + .05), e.textContent.slice(0, 30)];
  }).filter(([ratio]) => !(ratio >= 4.5));
}"""


def pages_as_text(language: str = "en") -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (ROOT / "book" / language).glob("*.md")}


def symmetry_prints() -> str:
    """What the page on symmetry printed, from its notebook, on the line about 1,425 sweeps."""
    notebook = json.loads((ROOT / "notebooks" / "en" / "symmetry.ipynb").read_text("utf-8"))
    lines = [
        line
        for cell in notebook["cells"]
        if "paper = learn(many" in "".join(cell["source"])
        for output in cell["outputs"]
        for line in "".join(output.get("text", "")).splitlines()
    ]
    return lines[0]


def counted_again() -> list[int]:
    """Equations, exercises, gradients, experiments and those of them with a citation."""
    book = "\n".join(pages_as_text().values())
    code = "".join(path.read_text("utf-8") for path in (ROOT / "backprop").rglob("*.py"))
    tags = set(re.findall(r"#.*?\beq:([\w-]+)", code))
    labels = set(re.findall(r"^```\{math\}\n:label: ([\w-]+)$", book, re.M))
    solved = set(re.findall(r"^`{3,}\{solution(?:-start)?\} (\S+)", book, re.M))
    cells = re.findall(r"^```\{code-cell\}.*?^```$", book, re.M | re.S)
    checks = [cell for cell in cells if re.search(r"\bcheck_(?:layer|network)\(", cell)]
    numerical = [cell for cell in cells if re.search(r"\b(?:numerical|complex_step)_gradient\(", cell)]
    compared = [cell for cell in numerical if re.search(r"\b(?:relative_error|allclose)\(", cell)]
    sections = [part for part in re.split(r"^(?=##? )", book, flags=re.M) if part.startswith("## Experiment")]
    cited = sum("{cite" in part for part in sections)
    return [len(tags & labels), len(solved), len({*checks, *compared}), len(sections), cited]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_are_what_there_is(site: Path, language: str) -> None:
    html = (site / language / "index.html").read_text("utf-8")
    facts = re.search(r'class="front-facts.*?</ul>', html, re.S)[0]
    numbers = [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", re.sub(r"<[^>]*>", " ", facts))]
    assert numbers == counted_again()
    assert min(numbers) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_the_one_that_was_drawn(site: Path, language: str) -> None:
    front, symmetry = (
        (site / language / f"{name}.html").read_text("utf-8") for name in ("index", "symmetry")
    )
    picture = re.search(r'class="front\b.*?<img [^>]*?alt="([^"]+)"[^>]*src="([^"]+)"', front, re.S)
    assert 'id="fig-symmetry-sweeps"' in symmetry and picture[2] in symmetry and picture[1] in symmetry
    caption = re.sub(r"<[^>]*>", "", re.search(r"<figcaption>.*?</figcaption>", front, re.S)[0])
    sweeps, quick, nets = re.search(r"within ([\d,]+) sweeps: (\d+) of (\d+)", symmetry_prints()).groups()
    said = [each for each in re.findall(r"\d[\d,]*\d", caption) if each != "1986"]
    assert sorted(said) == sorted([sweeps, nets, quick])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_leads_to_every_chapter(site: Path, language: str) -> None:
    """In the order of the book, each with the number on its own page and with minutes."""
    html = (site / language / "index.html").read_text("utf-8")
    listed = re.findall(
        r'(?:<span class="chapter-number">(\d+)</span> )?<a class="reference internal" href="([\w-]+)\.html">'
        r'(?:(?!</a>).)*</a> <span class="minutes">\((\d+)(?:분| min)\)</span>',
        html[html.index('id="index-map"') :],
    )
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
    assert [name for _, name, _ in listed] == [
        each["file"] for part in parts[:-1] for each in part["chapters"]
    ]
    for number, name, minutes in listed:
        page = (site / language / f"{name}.html").read_text("utf-8")
        heading = re.search(r"<h1>(?:<span class=\"section-number\">(\d+)\. </span>)?", page)[1]
        assert (number or None) == heading
        assert 5 <= int(minutes) <= 240
    assert "_static/map-" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_step_is_no_table_of_symbols(site: Path, language: str) -> None:
    html = (site / language / "index.html").read_text("utf-8")
    assert re.search(r'class="right-next"\s+href="mathematics\.html"', html)
    order = re.findall(r'href="([\w-]+)\.html"', html[html.index('class="bd-toc-item') :])
    assert order.index("mathematics") < order.index("sequences") < order.index("notation")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pasted_link_shows_the_picture(site: Path, language: str) -> None:
    for page in (site / language / "index.html", site / language / "lstm.html", site / "index.html"):
        found = re.search(r'<meta property="og:image" content="([^"]+)"', page.read_text("utf-8"))
        data = (page.parent / found[1]).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)] == [1200, 630]
        assert len(data) < 100_000


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["edition", "landing"])
@pytest.mark.parametrize("reader", READERS, ids=lambda size: str(size[0]))
def test_the_first_screen(
    browser: Any, address: str, reader: tuple[int, int], page: str, language: str
) -> None:
    """Title, sentence, picture and the first button; on the landing page in the reader's language."""
    context = browser.new_context(
        viewport={"width": reader[0], "height": reader[1]}, locale={"ko": "ko-KR", "en": "en-GB"}[language]
    )
    tab = context.new_page()
    door = f"{address}/{language}/index.html" if page == "edition" else f"{address}/"
    tab.goto(door, wait_until="networkidle")
    head = tab.locator(".front").first
    assert tab.locator("h1").first.evaluate("h => h.closest(':lang(ko)') ? 'ko' : 'en'") == language
    assert head.evaluate(OUT_OF_SIGHT) == []
    if page == "landing":
        assert tab.locator("section").count() == 2 and tab.url == door
        assert tab.evaluate("document.documentElement.lang") == language
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for target in ("perceptron", "backpropagation", "index"):
        assert head.locator(f".front-ways a[href*='{target}']").count() == 1
    head.locator(".front-ways a").first.click()
    tab.wait_for_url(f"**/{language}/perceptron.html")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["ko/index.html", "en/index.html", "index.html"])
def test_it_can_be_read(browser: Any, address: str, page: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(f"{address}/{page}", wait_until="networkidle")
    assert tab.locator(".front a").count() >= 4
    assert tab.evaluate(CONTRAST) == []
    assert scheme in tab.locator(".front img").first.evaluate("i => getComputedStyle(i).colorScheme").split()
    context.close()
