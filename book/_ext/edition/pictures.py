"""Pictures keep their place before they come, and come when they are near.

A page's figures are a fifth of what it weighs. Each is asked for when the reader comes near it, and its size
stands in the page, so that nothing moves when it is there. Before printing `book.js` asks for those that are
missing.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

PICTURE = re.compile(r'<img\b(?P<rest>[^>]*?\bsrc="(?P<path>_(?:images|static)/[^"]+\.svg)"[^>]*?)\s*/?>')
SIZE = re.compile(
    r'<svg\b[^>]*?\b(width|height)="([\d.]+)(pt|px)?"[^>]*?\b(?:width|height)="([\d.]+)(?:pt|px)?"'
)
PIXELS = {"pt": 4 / 3, "px": 1.0, None: 1.0}


def setup(app: Sphinx) -> None:
    app.connect(
        "build-finished", write, priority=910
    )  # after `slim`, which rounds what figures say of themselves


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        for page in sorted(Path(app.outdir).glob("*.html")):
            page.write_text(sized(page.read_text("utf-8"), Path(app.outdir)), "utf-8")


def sized(text: str, out: Path) -> str:
    def size(match: re.Match[str]) -> str:
        found = SIZE.search((out / match["path"]).read_text("utf-8")[:1000])
        if not found or "loading=" in match["rest"]:
            return match[0]
        first, second = (round(float(found[n]) * PIXELS[found[3]], 1) for n in (2, 4))
        width, height = (first, second) if found[1] == "width" else (second, first)
        said = "" if "width=" in match["rest"] else f' width="{width:g}" height="{height:g}"'
        return f'<img loading="lazy"{said}{match["rest"].rstrip()} />'

    return PICTURE.sub(size, text)
