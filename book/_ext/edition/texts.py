"""What the Korean search looks in: the Hangul of every page, word for word.

Sphinx's index has whole words only, without their particles, and not how often they occur; Korean writes
words together that one looks for apart (함수 in 손실함수), and apart that one looks for together (연쇄 법칙).
The search page therefore loads the pages' Hangul as it stands, and `search.js` looks for a word anywhere in
it. Whatever else the text has is a bar, so that no word is put together from two sides of a comma. The titles
of boxes come with it as the page shows them (정리 1.1): Sphinx's index has the headings of sections alone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FILE = "_static/texts.js"
UNREAD = (nodes.image, nodes.raw, nodes.comment, nodes.system_message)
BETWEEN = re.compile(r"\s*[^가-힣\s][^가-힣]*")
SPACES = re.compile(r"\s+")
BOX_TITLE = re.compile(r'<p class="admonition-title">(.*?)</p>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def setup(app: Sphinx) -> None:
    if app.config.language != "ko":
        return
    texts: dict[str, str] = {}
    boxes: dict[str, list[str]] = {}

    def collect(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        if isinstance(doctree, nodes.document):
            texts[page] = hangul(text_of(doctree))
            boxes[page] = sorted({hangul(TAG.sub("", title)) for title in BOX_TITLE.findall(context["body"])})

    def write(app: Sphinx, exception: Exception | None) -> None:
        if exception is None and app.builder.format == "html":
            script = "".join(
                f"Search.{name} = {json.dumps(found, ensure_ascii=False, sort_keys=True, indent=0)};\n"
                for name, found in (("texts", texts), ("boxes", boxes))
            )
            (Path(app.outdir) / FILE).write_text(script, "utf-8")

    app.connect("html-page-context", collect)
    app.connect("build-finished", write)


def text_of(node: nodes.Node) -> str:
    """The words of a part of a page; between two paragraphs stands a bar."""
    if isinstance(node, UNREAD):
        return ""
    if isinstance(node, nodes.Text):
        return str(node)
    between = "" if isinstance(node, (nodes.TextElement, nodes.Inline)) else "|"
    return between.join(text_of(child) for child in node.children)


def hangul(text: str) -> str:
    """The Hangul words of a text, with a bar wherever something other than a space is between them."""
    return SPACES.sub(" ", BETWEEN.sub("|", text)).strip("| ")
