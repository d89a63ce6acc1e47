"""Boxes that open and close by themselves (`details`), and proofs that begin in the page's language.

Solutions, admonitions of class `dropdown` and hidden code become `details`, so they work without a
script, from the keyboard, and when a link points inside one.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node

GUARD_PROMPT = {"ko": "결과를 확인하는 코드 보기", "en": "Show the checks that guard the result"}
PROOF = {"ko": "증명.", "en": "Proof."}
REPEATED_IDS = {"proof-content", "exercise-content", "solution-content", "proof"}


def setup(app: Sphinx) -> None:
    app.add_post_transform(TidyBoxes)
    app.connect("config-inited", replace_visitors, priority=900)


def replace_visitors(app: Sphinx, config: object) -> None:
    app.add_node(solution_node, override=True, html=(visit_folded, depart_folded))
    app.add_node(folded, html=(visit_folded, depart_folded))
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_folded))


class folded(nodes.Element):
    """An admonition of class `dropdown`."""


class TidyBoxes(SphinxPostTransform):
    default_priority = 600

    def run(self, **kwargs: Any) -> None:
        for node in self.document.findall(nodes.Element):
            if set(node.get("ids", [])) & REPEATED_IDS:
                node["ids"] = [name for name in node["ids"] if name not in REPEATED_IDS]
        for box in list(self.document.findall(nodes.admonition)):
            if box["classes"][:2] == ["proof", "proof"]:
                box["classes"] = ["book-proof"]
                translate_proof(box, PROOF[self.config.language])
            elif "dropdown" in box["classes"] and isinstance(box.children[0], nodes.title):
                box.replace_self(folded("", *box.children, **box.attributes))


def translate_proof(box: nodes.admonition, word: str) -> None:
    first = next(iter(box.findall(nodes.Text)))
    if first.startswith("Proof. "):
        parent = first.parent
        at = parent.index(first)
        label = nodes.strong("", word, classes=["proof-label"])
        parent[at : at + 1] = [label, nodes.Text(" " + str(first)[len("Proof. ") :])]


def visit_folded(self: Any, node: nodes.Element) -> None:
    title = node.next_node(nodes.title)
    node.remove(title)
    self.body.append(self.starttag(node, "details", CLASS="admonition"))
    self.body.append(f'<summary class="admonition-title">{escape(title.astext().strip())}</summary>\n')


def depart_folded(self: Any, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def visit_hidden_code(self: Any, node: nodes.Element) -> None:
    guards = node.astext().lstrip().startswith("assert")  # a folded cell draws, or only asserts
    prompt = GUARD_PROMPT[self.builder.config.language] if guards else node["prompt_show"]
    self.body.append(f'<details class="hidden-code">\n<summary>{escape(prompt)}</summary>\n')
