"""Theorems and exercises can be linked to and jumped to: each has a sign beside its name, and is a heading.

Sphinx gives a permalink to headings, figures and equations alone; and a screen reader goes from heading to
heading.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

BOX = re.compile(
    r'(<div class="(?P<kind>proof|exercise)\b[^"]*" id="(?P<id>[^"]+)">\s*)'
    r'<p class="admonition-title">(?P<title>.*?)</p>',
    re.S,
)
WORDS = {
    "ko": {"proof": "이 상자의 고유 링크", "exercise": "이 연습문제의 고유 링크"},
    "en": {"proof": "Link to this box", "exercise": "Link to this exercise"},
}


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_links)


def add_links(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if "body" in context:
        words = WORDS[app.config.language]
        context["body"] = BOX.sub(lambda match: titled(match, words[match["kind"]]), context["body"])


def titled(match: re.Match[str], words: str) -> str:
    link = f'<a class="headerlink" href="#{match["id"]}" title="{words}">#</a>'
    opening = '<p class="admonition-title" role="heading" aria-level="3">'
    return f"{match[1]}{opening}{match['title'].rstrip()}{link}</p>"
