"""`{beside} dense`: one thing in the book's program and in others, as the tests in tests/frameworks run it.

Each program has its name above it, as text, and a box of its own; the style sheet places the boxes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .language import root

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from included import beside


def setup(app: Sphinx) -> None:
    app.add_directive("beside", Beside)


class Beside(SphinxDirective):
    """All that is marked by the name that the directive is given."""

    required_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        panes = beside(root(self.env.app), name)
        if not panes:
            raise self.error(f"no test marks anything by the name '{name}'")
        box = nodes.container(classes=["beside"])
        for pane in panes:
            self.env.note_dependency(str(pane.path))
            label = nodes.paragraph("", pane.program, classes=["program"])
            code = nodes.literal_block(pane.source, pane.source, language="python")
            box += nodes.container("", label, code, classes=["pane"])
        return [box]
