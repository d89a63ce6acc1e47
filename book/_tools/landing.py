"""The page at the site's own address: the head of the front page of both editions, side by side.

Nothing is written twice. Title, sentences, picture, buttons and numbers are taken from the two front pages as they
were built, and the rules for their look from the book's style sheet; `landing.html` is what stands around them.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

TOOLS = Path(__file__).resolve().parent
RULES = re.compile(r"/\* Front page: .*?\*/\n(.*?)(?=^/\* )", re.DOTALL | re.MULTILINE)
READ = {"ko": "한국어로 읽기", "en": "Read in English"}


def landing(site: Path) -> str:
    """The HTML of the landing page of a site whose editions are built."""
    page = (TOOLS / "landing.html").read_text("utf-8")
    style = RULES.search((TOOLS.parent / "_static" / "book.css").read_text("utf-8"))
    assert style is not None, "book.css has no rules for the front page"
    page = page.replace("/* front */", style[1].strip())
    for language in READ:
        page = page.replace(f"<!-- {language} -->", head_of(site, language))
    pictures = re.findall(r'<meta property="og:image[^>]*>', (site / "en" / "index.html").read_text("utf-8"))
    return page.replace(
        "<!-- picture -->", "\n".join(pictures).replace('content="_static', 'content="en/_static')
    )


def head_of(site: Path, language: str) -> str:
    """The title of an edition's front page and what stands below it, with links that lead into the edition."""
    soup = BeautifulSoup((site / language / "index.html").read_text("utf-8"), "html.parser")
    title, front = soup.select_one("article h1"), soup.select_one("article .front")
    assert isinstance(title, Tag) and isinstance(front, Tag), f"the front page of {language} has no head"
    for mark in title.select("a.headerlink"):
        mark.decompose()
    for element in front.select("[id]"):
        del element["id"]
    for element in front.select("[href], [src]"):
        for name in {"href", "src"} & set(element.attrs):
            if not urlsplit(str(element[name])).scheme:
                element[name] = f"{language}/{element[name]}"
    door = f'<a class="door" href="{language}/index.html" hreflang="{language}">{READ[language]}</a>'
    return f'<section lang="{language}">\n<h1>{title.get_text()}</h1>\n{door}\n{front}\n</section>'
