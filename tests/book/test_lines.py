"""Words stay with their numbers, letters and signs where a line ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.lines import IN_HEAD, IN_NAME, NUMBERED, SIGN, KeepTogether


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
    assert SIGN.sub("~", NUMBERED.sub(r"\1~", text)) == kept


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
    assert SIGN.sub("~", IN_HEAD.sub("~", head)) == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("tanh, w = 1.2", "tanh, w~=~1.2"),
        ("LSTM, forget 1", "LSTM, forget~1"),
        ("no tanh of c", "no tanh of~c"),
        ("half_space, 20", "half_space, 20"),
        ("English numerals", "English numerals"),
    ],
)
def test_the_name_of_a_row_stays_with_its_number(name: str, kept: str) -> None:
    assert IN_NAME.sub("~", name) == kept


def test_a_displayed_formula_is_left_as_it_is() -> None:
    document = new_document("page")
    document += [nodes.math_block("", r"a \ge 0, \to 0"), nodes.paragraph("", "see section 5")]
    KeepTogether(document).run()
    assert [part.astext() for part in document] == [r"a \ge 0, \to 0", "see section\u00a05"]
