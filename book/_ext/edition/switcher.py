"""The other edition of every page: the link in its header, and `hreflang` in its head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from .language import LANGUAGES, NAMES, other

MADE_BY_SPHINX = {"search", "genindex"}


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_links, priority=100)


def add_links(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    language = other(app.config.language)
    twin = Path(app.srcdir).parent / language / f"{page}.md"
    there = page in MADE_BY_SPHINX or twin.exists()
    up = context["pathto"](app.config.master_doc, 0).rsplit("/", 1)
    up = up[0] + "/" if len(up) == 2 and up[0] != "." else ""
    context["edition_switch"] = {
        "language": language,
        "name": NAMES[language],
        "url": f"{up}../{language}/{page if there else app.config.master_doc}.html",
    }
    context["alternates"] = [(each, f"{up}../{each}/{page}.html") for each in LANGUAGES] if there else []
    if page == app.config.master_doc:
        context["alternates"].append(("x-default", f"{up}../index.html"))
