"""A tag in a listing, ``# eq:dense-dW``, is a link to the equation that the line computes, with its number."""

from __future__ import annotations

import html
import re
from typing import Any

from docutils.nodes import make_id
from sphinx.application import Sphinx

#: A comment as Pygments sets it, with one or more tags in it.
COMMENT = re.compile(r'(?P<open><span class="c1">)(?P<text>[^<]*\beq:[^<]*)(?P<close></span>)')
TAG = re.compile(r"\beq:([A-Za-z0-9_-]+)")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", link_tags)


def link_tags(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if "body" in context and "eq:" in context["body"]:
        context["body"] = COMMENT.sub(lambda match: _linked(app, page, match), context["body"])


def _linked(app: Sphinx, page: str, match: re.Match[str]) -> str:
    text = TAG.sub(lambda tag: link(app, page, tag[1]) or tag[0], match["text"])
    return f"{match['open']}{text}{match['close']}"


def link(app: Sphinx, page: str, label: str) -> str:
    """The equation's number as a link, named for those who do not see where it leads; nothing for an unknown label."""
    found = app.env.get_domain("math").equations.get(label)  # type: ignore[attr-defined]
    if not found:
        return ""
    document, _ = found
    anchor = make_id(f"equation-{label}")
    numbers = app.env.toc_fignumbers.get(document, {}).get("displaymath", {}).get(anchor, ())
    number = ".".join(map(str, numbers))
    if not number:
        return ""
    address = app.builder.get_relative_uri(page, document) if document != page else ""
    words = "식" if app.config.language == "ko" else "equation"
    name = html.escape(f"{words} {number}")
    return f'<a class="equation-tag" href="{address}#{anchor}" title="{label}" aria-label="{name}">({number})</a>'
