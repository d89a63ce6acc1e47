"""Korean particles fit what a reference prints before them; words stay with their numbers and signs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.lines import DOT, NUMBERED, KeepTogether
from edition.particles import fitting
from edition.tables import INSIDE


@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        ("(12.3)", "가 더는", "이"),
        ("(12.3)", "이 더는", None),
        ("(12.3)", "와도 견준다", "과"),
        ("(12.5)", "을 한계로", "를"),
        ("(5.6)", "로 구한다", "으로"),
        ("(12.7)", "로 구한다", None),
        ("(12.7)", "으로 구한다", "로"),
        ("연습문제\u00a012.10", "는 어렵다", "은"),
        ("정리 3.3", "는", "은"),
        ("비탈을 따라 내려가기", "과 이 논문", "와"),
        ("Rosenblatt (1958)", "는 말한다", "은"),
        ("PyTorch", "은 무엇을 하는가", None),
        ("(12.3)", "이다", None),
        ("(12.4)", "가지", None),
        ("(12.4)", "에서", None),
        ("", "는", None),
    ],
)
def test_a_particle_is_judged_by_the_sound_before_it(before: str, after: str, right: str | None) -> None:
    assert fitting(before, after) == right


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("see section 5 of the paper", "see section~5 of the paper"),
        ("between 0.5 and 1.", "between 0.5 and~1."),
        ("it is 1.5 times", "it is 1.5 times"),
        ("in version 2.0 of it", "in version 2.0 of it"),
        ("Kingma · Ba", "Kingma~· Ba"),
        ("40 zeros", "40 zeros"),
    ],
)
def test_a_number_stays_with_its_word(text: str, kept: str) -> None:
    assert DOT.sub("~", NUMBERED.sub(r"\1~", text)) == kept


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ("error, %", "error,~%"),
        ("η = 0.05", "η~= 0.05"),  # a line may end behind it, so that many such columns stay narrow
        ("lowest / highest", "lowest~/ highest"),
        ("y - t, 1", "y~-~t, 1"),
        ("tiny U, k", "tiny U, k"),
    ],
)
def test_a_sign_in_a_head_stays_with_what_it_belongs_to(head: str, kept: str) -> None:
    assert INSIDE.sub("~", head) == kept


def test_a_displayed_formula_is_left_as_it_is() -> None:
    document = new_document("page")
    document += [nodes.math_block("", r"a \ge 0, \to 0"), nodes.paragraph("", "see section 5")]
    KeepTogether(document).run()
    assert [part.astext() for part in document] == [r"a \ge 0, \to 0", "see section\u00a05"]
