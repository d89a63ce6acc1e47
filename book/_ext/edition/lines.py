"""Where a line may not end: between a short formula and the comma or particle that belongs to it.

Browsers break a line on either side of a formula, and after a closing bracket even before a Korean
particle, so that lines would begin with "," or with 은.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from .maths import RENDERED, render

SHORT = 16  # letters: a longer formula may have to break on a phone
BELONGS = re.compile(r"[^\s(]{1,12}(?!\S)|[,.;:)]+")
BRACKET = re.compile(r"[^\s()]{1,16}\)[가-힣]{1,6}")
UNTOUCHED = (nodes.literal, nodes.literal_block, nodes.math, nodes.raw, nodes.comment)


def setup(app: Sphinx) -> None:
    app.add_post_transform(KeepTogether)


def letters(formula: nodes.math) -> int:
    """How many letters a reader sees."""
    seen = RENDERED[formula.astext(), False].get("html", "").partition('class="katex-html')[2]
    return len(re.sub(r"<[^>]*>", "", f"<{seen}"))


def together(*parts: nodes.Node) -> nodes.inline:
    return nodes.inline("", "", *parts, classes=["together"])


class KeepTogether(SphinxPostTransform):
    default_priority = 850
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        formulas = list(self.document.findall(nodes.math))
        render([(formula.astext(), False) for formula in formulas])
        for formula in formulas:
            if letters(formula) <= SHORT:
                self.keep_formula(formula)
        if self.config.language == "ko":
            for text in list(self.document.findall(nodes.Text)):
                if BRACKET.search(text) and not isinstance(text.parent, UNTOUCHED):
                    self.keep_brackets(text)

    def keep_formula(self, formula: nodes.math) -> None:
        after = formula.next_node(descend=False, siblings=True)
        belongs = BELONGS.match(after) if isinstance(after, nodes.Text) else None
        if belongs is None:
            formula["classes"].append("together")
            return
        parent, place = formula.parent, formula.parent.index(formula)
        rest = [nodes.Text(after[belongs.end() :])] if belongs.end() < len(after) else []
        parent[place : place + 2] = [together(formula, nodes.Text(belongs[0])), *rest]

    def keep_brackets(self, text: nodes.Text) -> None:
        pieces: list[nodes.Node] = []
        end = 0
        for match in BRACKET.finditer(text):
            if match.start() > end:
                pieces.append(nodes.Text(text[end : match.start()]))
            pieces.append(together(nodes.Text(match[0])))
            end = match.end()
        if end < len(text):
            pieces.append(nodes.Text(text[end:]))
        text.parent.replace(text, pieces)
