"""The built pages of one edition as one document, in the order of the site's side bar.

Everything that the PDF needs is on the site already: order and parts stand in the side bar, the version in the foot,
and each page's text in its `article`. This puts them one after the other, with a title page in front; what a book on
paper has and a site has not (contents with page numbers, solutions at the end) is done in the browser, by
`print/book.js`.
"""

from __future__ import annotations

import html
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "print"
WORDS = {
    "ko": {
        "contents": "차례",
        "start": "이 책에 대하여",
        "solutions": "답과 풀이",
        "solution": "풀이 {}쪽",
        "answer": "답 {}쪽",
        "page": "({}쪽)",
        "about": "이 PDF는 책의 사이트에 실린 글을 그대로 담았다. 식과 그림의 번호도 사이트와 같다. 물음의 답과 연습문제의 풀이는 장마다 끝에 모았다. 그림을 그리는 코드와 결과를 확인하는 코드는 여기에 싣지 않았으니 사이트나 노트북에서 본다.",
    },
    "en": {
        "contents": "Contents",
        "start": "About this book",
        "solutions": "Answers and solutions",
        "solution": "Solution on page {}",
        "answer": "Answer on page {}",
        "page": "(page {})",
        "about": "This PDF holds the text of the book’s site, with the same numbers of equations and figures. Answers to the questions and solutions to the exercises stand at the end of each chapter. The code that draws the figures, and the code that only guards a result, is left out here; see the site or the notebooks for it.",
    },
}
SIDE_BAR = re.compile(
    r'caption-text">([^<]*)<|class="toctree-l1[^"]*">\s*<a [^>]*href="([\w-]+)\.html(?:#[^"]*)?"'
)


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str  # with its number, as the side bar has it
    part: str  # empty for what stands before the first part
    article: str


def chapters(edition: Path, only: list[str] | None = None) -> list[Chapter]:
    """Every page that the side bar lists, or those of them that are named in `only`."""
    found = []
    part = ""
    # A chapter's own side bar lists that chapter as "#"; the search page's lists them all by name.
    bar = re.search(r'<nav class="bd-links.*?</nav>', (edition / "search.html").read_text("utf-8"), re.S)
    if bar is None:
        raise SystemExit(
            f"{edition} has no side bar to take the order of the chapters from: run `make site` again"
        )
    for caption, name in SIDE_BAR.findall(bar[0]):
        if caption:
            part = caption
        elif only is None or name in only:
            page = (edition / f"{name}.html").read_text("utf-8")
            article = page[page.index(">", page.index("<article")) + 1 : page.index("</article>")]
            heading = re.search(r"<h1>(.*?)<a class=\"headerlink\"", article, re.S)
            assert heading is not None, f"{name}.html has no heading"
            if name == "index":  # its heading is the book's title, which has a page of its own here
                article = article.replace(heading[1], WORDS[edition.name]["start"], 1)
                title = WORDS[edition.name]["start"]
            else:
                title = html.unescape(re.sub(r"<[^>]*>", "", heading[1]))
            found.append(Chapter(name, title, html.unescape(part), article))
    return found


def document(edition: Path, out: Path, only: list[str] | None = None) -> str:
    """The joined document, to be written into the folder `out`: its style sheets and pictures stay on the site."""
    first = (edition / "index.html").read_text("utf-8")
    language = edition.name
    words = WORDS[language]
    meta = re.search(r'<meta property="og:site_name" content="([^"]*)"', first)
    foot = re.search(r'<div class="footer-item">(.*?)</div>', first, re.S)
    if meta is None or foot is None:
        raise SystemExit(f"{edition / 'index.html'} names no title or no version: run `make site` again")
    title = html.unescape(meta[1])
    main, _, rest = title.partition(": ")
    sheets = re.findall(r'<link [^>]*href="(_static/[^"]*\.css)', first)
    within = Path(os.path.relpath(edition.resolve(), out.resolve())).as_posix() + "/"
    listed = chapters(edition, only)
    body = []
    part = ""
    for chapter in listed:
        if chapter.part != part:
            part = chapter.part
            body.append(f'<section class="part"><h1>{html.escape(part)}</h1></section>')
        article = re.sub(r'(<img\b[^>]*\bsrc=")(?!https?:|data:)', rf"\1{within}", chapter.article)
        article = article.replace('loading="lazy"', "")
        heading = html.escape(chapter.title, quote=True)
        body.append(
            f'<article class="bd-article chapter" data-page="{chapter.name}" data-title="{heading}"'
            f"{' data-in-part' if part else ''}>{article}</article>"
        )
    return "\n".join(
        [
            f'<!DOCTYPE html><html lang="{language}" data-theme="light"><head><meta charset="utf-8">',
            f"<title>{html.escape(title)}</title>",
            *(f'<link rel="stylesheet" href="{within}{sheet}">' for sheet in sheets),
            f"<style>{(HERE / 'book.css').read_text('utf-8')}</style>",
            f"<style>{running_heads(listed, main)}</style></head>",
            f'<body data-words="{html.escape(json.dumps(words), quote=True)}">',
            '<div class="bd-main"><div class="bd-content"><div class="bd-article-container">',
            f'<section class="title-page"><p class="book-title">{html.escape(main)}</p>',
            f'<p class="book-subtitle">{html.escape(rest)}</p>',
            f'<div class="imprint"><p>{html.escape(words["about"])}</p>{foot[1]}</div></section>',
            f'<nav class="book-contents"><h1>{words["contents"]}</h1></nav>',
            *body,
            "</div></div></div></body></html>",
        ]
    )


def running_heads(listed: list[Chapter], title: str) -> str:
    """One named page a chapter, because a head cannot yet be taken from the heading it stands above."""
    rules = [f"@page contents {{ @top-left {{ content: {quoted(title)}; }} }}"]
    for chapter in listed:
        rules.append(
            f"@page chapter-{chapter.name} {{ @top-left {{ content: {quoted(title)}; }}"
            f" @top-right {{ content: {quoted(chapter.title)}; }} }}\n"
            f'[data-page="{chapter.name}"] {{ page: chapter-{chapter.name}; }}'
        )
    return "\n".join(rules)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ") + '"'
