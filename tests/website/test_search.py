"""Korean search finds every page that has the word, also inside a compound, and shows the best first.

What should be found is counted in the pages' own text, by a few lines that share nothing with the search. A
bar ends each block there: a heading's last word and the first of the next paragraph are no compound.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .conftest import page_names

pytestmark = [pytest.mark.site, pytest.mark.browser]

READ = """async names => Object.fromEntries(await Promise.all(names.map(async name => {
  const answer = await fetch(name + ".html");
  const article = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("article");
  const unread = ".headerlink, .copybtn, script, style, summary, .katex-html, annotation";
  for (const element of article.querySelectorAll(unread)) element.remove();
  const blocks = "h1, h2, h3, h4, h5, h6, p, li, dt, dd, th, td, pre";
  for (const block of article.querySelectorAll(blocks)) block.append("|");
  const heads = [...article.querySelectorAll("h1, h2, h3, h4, h5, h6, .admonition-title")];
  return [name, {text: article.textContent, heads: heads.map(head => head.textContent)}];
})))"""

FOUND = "[...document.querySelectorAll('#search-results ul.search > li > a')].map(link => link.href)"


class Article(NamedTuple):
    """One page of the built site: its text, and its headings."""

    text: str
    heads: list[str]

    def count(self, word: str) -> int:
        return times(self.text, word)

    def in_a_head(self, word: str) -> bool:
        return any(times(head, word) for head in self.heads)


def times(text: str, word: str) -> int:
    """How often the word stands in the text; a long one may have spaces in it there."""
    return "".join(text.split()).count(word) if len(word) >= 4 else " ".join(text.split()).count(word)


@pytest.fixture(scope="module")
def articles(browser: Any, address: str) -> dict[str, Article]:
    tab = browser.new_page()
    tab.goto(f"{address}/ko/search.html")
    read = tab.evaluate(READ, page_names())
    tab.close()
    return {name: Article(**page) for name, page in read.items()}


def search(tab: Any, address: str, language: str, query: str) -> list[str]:
    """The pages found, best first, each once."""
    tab.goto(f"{address}/{language}/search.html?q={query}")
    tab.wait_for_function("document.querySelector('#search-results .search-summary')?.innerText")
    links = tab.evaluate(FOUND)
    return list(dict.fromkeys(link.split("/")[-1].split(".html")[0] for link in links))


@pytest.mark.parametrize(
    ("query", "word"),
    [
        *(
            (word, word)
            for word in ("함수", "미분", "정리", "벡터", "행렬", "결과", "정도", "차이", "기울기", "가중치")
        ),
        *((word, word) for word in ("학습률", "연쇄법칙", "경사하강법", "은닉유닛", "가중치행렬")),
        ("연쇄 법칙", "연쇄법칙"),
        ("연쇄법칙을", "연쇄법칙"),
        ("편미분의", "편미분"),
        ("벡터로", "벡터"),
    ],
)
def test_every_page_that_has_the_word(
    query: str, word: str, tab: Any, address: str, articles: dict[str, Article]
) -> None:
    counts = {name: count for name, page in articles.items() if (count := page.count(word))}
    assert counts, f"no page has {word}: choose a word of the book"
    found = search(tab, address, "ko", query)
    assert not counts.keys() - set(found), "pages that have the word and are not found"
    best = articles[found[0]]
    assert best.in_a_head(word) or best.count(word) == max(counts.values()), (found, counts)
    if " " not in query:
        assert set(found) == counts.keys(), "pages that do not have the word"
    headed = [articles[name].in_a_head(word) for name in found]
    assert headed == sorted(headed, reverse=True), "pages that name it in a heading come first"


def test_words_together(tab: Any, address: str, articles: dict[str, Article]) -> None:
    """Every word must be there, whatever its script."""
    for query, words in (("손실 함수", ("손실", "함수")), ("sigmoid 함수", ("igmoid", "함수"))):
        found = search(tab, address, "ko", query)
        have = [name for name, page in articles.items() if all(page.count(word) for word in words)]
        assert have and set(found) == set(have), query


def test_the_passage_shown_has_the_word(tab: Any, address: str) -> None:
    search(tab, address, "ko", "연쇄법칙")
    tab.wait_for_selector("#search-results li .context")
    tab.wait_for_load_state("networkidle")
    for passage in tab.locator("#search-results li .context").all_inner_texts():
        assert "연쇄법칙" in "".join(passage.split()), passage


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_not_there_is_not_found(language: str, tab: Any, address: str) -> None:
    assert search(tab, address, language, "고등어조림") == []


@pytest.mark.parametrize(
    ("language", "written", "meant"),
    [
        ("ko", "로젠블랫", "Rosenblatt"),
        ("ko", "루멜하트의", "Rumelhart"),
        ("ko", "르쿤", "LeCun"),
        ("ko", "델타", "delta"),
        ("ko", "δ", "delta"),
        ("en", "δ", "delta"),
        ("en", "ε", "epsilon"),
    ],
)
def test_names_in_hangul_and_letters_in_greek(
    language: str, written: str, meant: str, tab: Any, address: str
) -> None:
    found = search(tab, address, language, written)
    assert found and found == search(tab, address, language, meant)


def test_every_name_that_is_translated_is_in_the_book() -> None:
    """So that the list in search.js does not keep what has left the book."""
    root = Path(__file__).parents[2] / "book"
    names = re.search(
        r"const names = \{(.*?)\n  \};", (root / "_static/search.js").read_text("utf-8"), re.DOTALL
    )
    assert names
    pages = "".join(path.read_text("utf-8") for path in (root / "en").glob("*.md"))
    pages += (root / "references.bib").read_text("utf-8").replace('{\\"u}', "ü")
    keys = re.findall(r'(\w+): "', names[1])
    assert len(keys) > 40 and not [key for key in keys if key not in pages]
