"""What the Korean search looks in: words as they stand, and a bar where two do not belong together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docutils import nodes

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.texts import hangul, text_of


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("연쇄 법칙을  쓰면,\n값은 3이다.", "연쇄 법칙을 쓰면|값은|이다"),
        ("그 값 $x$, 3의 (열) 벡터", "그 값|의|열|벡터"),
        ("no Hangul", ""),
    ],
)
def test_hangul(text: str, kept: str) -> None:
    assert hangul(text) == kept


def test_text_of_a_page() -> None:
    page = nodes.section(
        "",
        nodes.title("", "연쇄 ", nodes.emphasis("", "법칙")),
        nodes.paragraph("", "", nodes.Text("식"), nodes.math("", r"a_\text{은닉}"), nodes.Text("이다")),
        nodes.image(alt="그림"),
        nodes.raw("", "<p>날것</p>", format="html"),
    )
    assert hangul(text_of(page)) == "연쇄 법칙|식|은닉|이다"
