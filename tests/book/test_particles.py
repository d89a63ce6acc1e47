"""A Korean particle fits what a reference prints before it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.particles import fitting


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
