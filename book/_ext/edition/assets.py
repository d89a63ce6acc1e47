"""What every page loads: the theme's files less those that this book replaces in `book.css`."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

REPLACED = ("mystnb.", "proof.css", "exercise.css", "katex-math.css")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", drop_replaced, priority=900)


def drop_replaced(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    for kind in ("css_files", "script_files"):
        context[kind] = [asset for asset in context.get(kind, []) if not is_replaced(asset)]


def is_replaced(asset: object) -> bool:
    name = str(getattr(asset, "filename", asset) or "").rsplit("/", 1)[-1]
    return name.startswith(REPLACED)
