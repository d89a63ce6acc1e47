"""What every page loads: the theme's files less what this book replaces, in `book.css` and `book.js`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

REPLACED = ("mystnb.", "proof.css", "exercise.css", "katex-math.css")
#: The boxes that the theme measures and changes in turn, laying a chapter out again and again before it is
#: seen; `reachable` in `book.js` does the same for these and others, later and with one layout.
MEASURED = "pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon"


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", drop_replaced, priority=900)
    app.connect("build-finished", measure_once)


def drop_replaced(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    for kind in ("css_files", "script_files"):
        context[kind] = [asset for asset in context.get(kind, []) if not is_replaced(asset)]


def is_replaced(asset: object) -> bool:
    name = str(getattr(asset, "filename", asset) or "").rsplit("/", 1)[-1]
    return name.startswith(REPLACED)


def measure_once(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    script = Path(app.outdir) / "_static" / "scripts" / "pydata-sphinx-theme.js"
    theirs = script.read_text("utf-8")
    if theirs.count(f'"{MEASURED}"') != 1:
        raise ExtensionError(
            f"expected the theme's script to measure {MEASURED!r} once: see edition/assets.py"
        )
    script.write_text(theirs.replace(f'"{MEASURED}"', '"not-here"'), "utf-8")
