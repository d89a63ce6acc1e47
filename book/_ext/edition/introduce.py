"""What a page says of itself where a link to it is pasted: its title, and the sentences it begins with."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LENGTH = 200
SENTENCES = re.compile(r"(?<=[.?!])\s+")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", introduce)


def introduce(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    opening = opening_of(doctree) if isinstance(doctree, nodes.document) else ""
    title = re.sub(r"<[^>]*>", "", context.get("title", ""))
    context["introduction"] = opening or title or app.config.project


def opening_of(doctree: nodes.document) -> str:
    """The first sentences of the page without a formula, as many as fit; nothing if there are none."""
    for paragraph in doctree.findall(nodes.paragraph):
        taken = ""
        for sentence in SENTENCES.split(text_of(paragraph)):
            if "\0" in sentence or len(taken) + len(sentence) > LENGTH:
                break
            taken += f" {sentence}"
        if taken:
            return taken.strip()
    return ""


def text_of(node: nodes.Node) -> str:
    """The words of a paragraph, on one line, with a NUL for each formula."""
    if isinstance(node, (nodes.math, nodes.image)):
        return "\0"
    if isinstance(node, nodes.Text):
        return str(node).replace("\n", " ")
    return "".join(text_of(child) for child in node.children)
