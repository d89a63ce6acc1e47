"""Figures that a reader can move: those with a module in `_static/movable`, and the place of their button.

A module says in its first line which figure it moves: `// Moves fig-perceptron-moments.` The still figure
stays what it is; under it comes a place of fixed height, which the script fills with a button, so that
nothing jumps.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .language import root

MOVES = re.compile(r"// Moves (fig-[\w-]+)\.")


@cache
def movable(folder: Path) -> dict[str, str]:
    """The figures that can be moved, by label, and the names of their modules."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.js")):
        if match := MOVES.match(path.read_text("utf-8")):
            if match[1] in found:
                raise ValueError(f"{match[1]} has two modules: {found[match[1]]}.js and {path.name}")
            found[match[1]] = path.stem
    return found


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", make_room)
    app.connect("html-page-context", bring_script)


def make_room(app: Sphinx, doctree: nodes.document, page: str) -> None:
    modules = movable(root(app) / "book" / "_static" / "movable")
    for figure in doctree.findall(nodes.figure):
        name = next((modules[label] for label in figure["ids"] if label in modules), None)
        if name:
            caption = figure.first_child_matching_class(nodes.caption)
            place = len(figure) if caption is None else caption
            room = f'<div class="move-bar" data-movable="{name}"></div>'
            figure.insert(place, nodes.raw("", room, format="html"))


def bring_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if doctree is not None and any('class="move-bar"' in raw.astext() for raw in doctree.findall(nodes.raw)):
        app.add_js_file("movable.js", type="module")
