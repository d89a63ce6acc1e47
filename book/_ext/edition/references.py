"""References as they are read: one pair of brackets around a number, and no line's end inside a name.

The number of an equation has its own brackets, so that one in brackets would stand in two, ((4.2)); and a
line may not end between 그림 and 3.5.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBER = re.compile(r"\((\d+(?:\.\d+)*)\)")
NAME = re.compile(r"[^\s,]+ \d+(?:\.\d+)*")


def setup(app: Sphinx) -> None:
    app.add_post_transform(ReadableReferences)


class ReadableReferences(SphinxPostTransform):
    default_priority = 840  # after the references are resolved, before `lines` wraps what belongs together
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for reference in list(self.document.findall(nodes.reference)):
            words = list(reference.findall(nodes.Text))
            if len(words) != 1:
                continue
            text = str(words[0])
            number = NUMBER.fullmatch(text)
            if number and in_brackets(reference):
                replace(words[0], number[1])
            elif NAME.fullmatch(text):
                replace(words[0], text.replace(" ", "\u00a0"))


def in_brackets(reference: nodes.reference) -> bool:
    parent, place = reference.parent, reference.parent.index(reference)
    before = parent[place - 1] if place else ""
    after = parent[place + 1] if place + 1 < len(parent) else ""
    texts = isinstance(before, nodes.Text) and isinstance(after, nodes.Text)
    return texts and before.endswith("(") and after.startswith(")")


def replace(text: nodes.Text, words: str) -> None:
    text.parent.replace(text, nodes.Text(words))
