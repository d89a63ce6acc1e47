"""A section's address is the label written above it, the same in both editions.

Sphinx makes an address from the heading's words as well: `id1` for Korean, something else for English.
Those are dropped wherever a label stands, so that a link keeps its place when the language changes.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def setup(app: Sphinx) -> None:
    app.add_transform(LabelsAsAnchors)


class LabelsAsAnchors(SphinxTransform):
    default_priority = 800  # after the labels have reached their sections, before domains note them

    def apply(self, **kwargs: Any) -> None:
        for section in self.document.findall(nodes.section):
            labels = [
                self.document.nameids[name]
                for name in section["names"]
                if self.document.nametypes.get(name) and self.document.nameids.get(name)
            ]
            if labels:
                section["ids"] = list(dict.fromkeys(labels))
