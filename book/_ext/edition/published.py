"""What a published copy says of itself in its pages: its own address, and where an error in it is reported.

Both need an address, of the site and of the repository (`book/_tools/place.py` finds them), and are left out
where it is not known. Each section's report begins with the page, the section, the edition and the version.
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .language import NAMES

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from place import Place, place_of

WORDS = {
    "ko": {
        "link": "오류 알리기",
        "name": "오류 알리기: {}",
        "title": "[{edition}] {page}: {section}",
        "body": (
            "쪽: {file}\n절: {section} ({label})\n판: {version} ({date})\n{where}\n"
            "무엇이 잘못되었나:\n\n\n어떻게 고치면 되나(알면):\n\n"
        ),
        "where": "주소: {}\n",
    },
    "en": {
        "link": "Report an error",
        "name": "Report an error: {}",
        "title": "[{edition}] {page}: {section}",
        "body": (
            "Page: {file}\nSection: {section} ({label})\nVersion: {version} ({date})\n{where}\n"
            "What is wrong:\n\n\nWhat it should be, if you know:\n\n"
        ),
        "where": "Address: {}\n",
    },
}
HEADING = re.compile(
    r'<h2>(?P<text>(?:(?!</h2>).)*)<a class="headerlink" href="#(?P<label>[^"]+)".*?</a></h2>', re.S
)
LINK = '{heading}\n<a class="report-error" href="{address}" rel="noopener" aria-label="{name}">{link}</a>'
NUMBER = re.compile(r'<span class="section-number">([\d.]+)')


def setup(app: Sphinx) -> None:
    app.add_config_value("book_address", "", "html", [str])
    app.connect("config-inited", find_place, priority=150)
    app.connect("html-page-context", add_report_links)


def find_place(app: Sphinx, config: Config) -> None:
    place = place_of(config.book_repository, config.book_branch, config.book_address)
    config.book_repository, config.book_branch = place.repository, place.branch
    config.book_address = place.address
    if place.address:
        config.html_baseurl = f"{place.address}/{config.language}/"


def add_report_links(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """After each heading of a section, outside of it, so that the heading's name stays its words."""
    place = Place(app.config.book_repository, app.config.book_branch, app.config.book_address)
    if not place.repository or not isinstance(doctree, nodes.document):
        return
    titles = titles_of(doctree)
    language = app.config.language
    words = WORDS[language]

    def add(match: re.Match[str]) -> str:
        label = match["label"]
        number = NUMBER.search(match["text"])
        section = f"{number[1]} {titles.get(label, label)}" if number else titles.get(label, label)
        body = words["body"].format(
            file=f"book/{language}/{page}.md",
            section=section,
            label=label,
            version=f"{NAMES[language]}, {app.config.version}",
            date=context["book_date"],
            where=words["where"].format(f"{context['pageurl']}#{label}") if place.address else "",
        )
        title = words["title"].format(edition=language, page=page, section=section)
        return LINK.format(
            heading=match[0],
            address=escape(place.new_issue(title, body)),
            name=escape(words["name"].format(section)),
            link=words["link"],
        )

    context["body"] = HEADING.sub(add, context["body"])


def titles_of(doctree: nodes.document) -> dict[str, str]:
    """Every section's title in words, formulas as they are written, by each of the section's labels."""
    return {
        label: section.next_node(nodes.title).astext()
        for section in doctree.findall(nodes.section)
        for label in section["ids"]
    }
