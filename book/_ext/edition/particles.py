"""A Korean particle fits the sound of what stands before it: 식 (12.3)은, 연습문제 12.6으로, 식 (4.2)는.

What a reference prints, a number or a title, is known only when the book is built, and changes when a
page gets an equation more. A particle that does not fit it any longer stops the build as a warning.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from .korean import as_after_a_vowel, final_consonant

NUMBER = re.compile(r"\(?[\d.]*(\d)\)?\Z")
READ = "영일이삼사오육칠팔구"  # how a number ends; 십 and 백 end in a consonant, as 영 does
PAIRS = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"))
PARTICLE = re.compile(
    r"(?:은|는|을|를|이|가)(?![가-힣])|(?:과|와)(?=[도는의만]?(?![가-힣]))|(?:으로|로)(?=[도는만]?(?![가-힣]))"
)

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    app.add_post_transform(FittingParticles)


def fitting(before: str, after: str) -> str | None:
    """The particle that `after` should begin with if it begins with another, and None if all is well."""
    found, number = PARTICLE.match(after), NUMBER.search(before)
    end = READ[int(number[1])] if number else before[-1:]
    final = final_consonant(end) if end else None
    if found is None or final is None:
        return None
    closed, open_ = next(pair for pair in PAIRS if found[0] in pair)
    right = open_ if as_after_a_vowel(final, open_) else closed
    return None if found[0] == right else right


class FittingParticles(SphinxPostTransform):
    # After `references`, which says how a number is printed, and before `lines` takes the text apart.
    default_priority = 845
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        if self.config.language != "ko":
            return
        for reference in self.document.findall(nodes.reference):
            parent, place = reference.parent, reference.parent.index(reference)
            after = parent[place + 1] if place + 1 < len(parent) else ""
            if not isinstance(after, nodes.Text):
                continue
            right = fitting(reference.astext(), after)
            if right:
                said = f"{reference.astext()}{after[:8]}"
                logger.warning(f"after {said!r} the particle is read {right}", location=reference)
