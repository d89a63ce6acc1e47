"""Numerals are read by value, in prose, formulas, code and output, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quantities import in_code, in_output, in_tex, in_text


def values(found: object) -> list[str]:
    return [str(quantity.value) for quantity in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,425 sweeps", ["1425"]),
        ("about .5, then 0.50.", ["0.5", "0.5"]),
        ("1, 2, 3 and 1,2,3", ["1", "2", "3", "1", "2", "3"]),
        ("a 6-2-1 net on 8x8 and 16×16 images", ["6", "2", "1", "8", "8", "16", "16"]),
        ("from 1,000 to 10,000.5", ["1000", "10000.5"]),
        ("float64, L2, x1, W2b and BPTT3 name things", []),
        ("약 100번, 2차원, 3개의 층", ["100", "2", "3"]),
        ("8만 개, 3천 번, 2억", ["80000", "3000", "200000000"]),
        ("10 만약", ["10"]),
        ("0.12만큼", ["0.12"]),
        ("2 million and 3 thousand", ["2000000", "3000"]),
        ("3×10⁻⁵ or 2 · 10⁴ or 10⁻³", ["0.00003", "20000", "0.001"]),
        ("−0.5 and (-2), but a−3 and 4-5", ["-0.5", "-2", "3", "4", "5"]),
        ("1958–1960", ["1958", "1960"]),
        ("½ of it", ["0.5"]),
        ("1e-05 and 2.5E3", ["0.00001", "2500"]),
        ("CC BY 4.0, Python 3.11, 제1부, Part 2", []),
        ("0.30 % of 5 percent of 5퍼센트", ["0.3", "5", "5"]),
        ("version 3.14.", ["3.14"]),
    ],
)
def test_text(text: str, expected: list[str]) -> None:
    assert values(in_text(text, 1)) == expected


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x_1 + w_{21} + a^{(2)} + x^2", []),
        (r"\sum_{i=1}^{100} x_i^{2}", []),
        (r"10^{-5} = 1 / 10^5", ["0.00001", "1", "100000"]),
        (r"3 \times 10^{-4} = 3\cdot 10^{-4}", ["0.0003", "0.0003"]),
        (r"2^{10} = 1{,}024 = 1\,024", ["1024", "1024", "1024"]),
        (r"\frac12 + \tfrac{1}{3} + \frac{a}{4}", ["1", "2", "1", "3", "4"]),
        (r"w = -0.6, \quad x - 3, \quad (-.3, .3)", ["-0.6", "3", "-0.3", "0.3"]),
        (r"30\,\% \text{ of } 5\%", ["30", "5"]),
        (r"\begin{array}{c2} 1 & -2 \\[4pt] -3 \end{array}", ["1", "-2", "-3"]),
        (r"1.7159 \tanh(2x/3)", ["1.7159", "2", "3"]),
        (r"\lambda_{\max}^2 \le 4 \cdot 5", ["4", "5"]),
        (r"\tag{7} \label{eq:8} y", []),
        (r"\hspace{2em} W^{(1)}_{12}", []),
        (r"\sigma'(0) = 0.25", ["0", "0.25"]),
        (r"R^2 \leq 3\gamma^{-2}", ["3"]),
    ],
)
def test_tex(tex: str, expected: list[str]) -> None:
    assert values(in_tex(tex, 1)) == expected


def test_lines_are_counted() -> None:
    assert [quantity.line for quantity in in_text("one\n2\n\n4", 10)] == [11, 13]
    assert [quantity.line for quantity in in_tex("y_{a\nb} = 2 \\\\\n  3", 10)] == [11, 12]


def test_output() -> None:
    text = "array([-0.5,  1. ]) 1e-05 30.0% 1,425 <Figure size 640x480 with 7 Axes> np.float64(0.25) W=-3 8x8"
    expected = {"-0.5", "1", "0.00001", "30", "0.3", "1425", "0.25", "-3", "8"}
    assert in_output(text) == {Decimal(text) for text in expected}


def test_code() -> None:
    found = in_code("x = 10**-5  # 99\ny = [-0.5, 1_000]\nz = 1 / 8\nprint('30 % of 7', float64, a1)")
    assert found >= {
        Decimal(text) for text in ("0.00001", "-0.5", "0.5", "1000", "0.125", "30", "0.3", "7", "8")
    }
    assert Decimal(99) not in found and Decimal(64) not in found


@pytest.mark.parametrize(
    ("text", "seen", "stands"),
    [
        ("30 %", {"0.3"}, True),
        ("30 %", {"30"}, True),
        ("30", {"0.3"}, False),
        ("0.5", {"-0.5"}, True),  # a size of 0.5, where -0.5 was printed
        ("−0.5", {"0.5"}, False),  # a sign that was not
        ("0.33", {"0.333"}, False),
        ("1,425", {"1425"}, True),
        ("8만", {"80000"}, True),
        ("3만 남는다", {"3"}, True),  # only 3
    ],
)
def test_standing(text: str, seen: set[str], stands: bool) -> None:
    (quantity,) = in_text(text, 1)
    assert quantity.stands_in({Decimal(one) for one in seen}) is stands
