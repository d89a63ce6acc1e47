"""The reader of formulas computes what it knows, gives up on what it does not, and finds wrong arithmetic."""

from __future__ import annotations

import math

import pytest

from contracts.arithmetic import compare
from formulas import Unknown, chains, evaluate, tidy


@pytest.mark.parametrize(
    ("tex", "value"),
    [
        (r"0.5 \cdot 1 + (-0.25) \cdot 2", 0.0),
        (r"\sigma(0)", 0.5),
        (r"\sigma'(0)", 0.25),
        (r"-\tfrac12 \times 4", -2.0),
        (r"\frac{1}{1 + e^{-1}}", 1 / (1 + math.exp(-1))),
        (r"1{,}425 - 425", 1000.0),
        (r"2^{3} + 10^{-3}", 8.001),
        (r"3 \ln 2", 3 * math.log(2)),
        (r"\sqrt{0.25}\,(1 - 0.5)", 0.25),
        (r"7 / 2", 3.5),
        (r"-2^2", -4.0),
    ],
)
def test_what_a_formula_comes_to(tex: str, value: float) -> None:
    assert evaluate(tidy(tex), {})[0] == pytest.approx(value)


def test_symbols_and_derivatives_are_looked_up() -> None:
    at = {
        "y_3": 0.5,
        r"\delta_5": 2.0,
        r"\frac{\partialE}{\partialw_{53}}": 1.0,
        "w_{53}": 3.0,
        r"\sigma": 9.0,
    }
    assert evaluate(tidy(r"\delta_5\, y_{3} w_{53}"), at)[0] == 3.0
    assert evaluate(tidy(r"\frac{\partial E}{\partial w_{53}} + 1"), at)[0] == 2.0
    with pytest.raises(KeyError):
        evaluate("q", {})


@pytest.mark.parametrize(
    "tex", [r"\sum_i y_i", r"f(x)", r"1 / 0", r"\sqrt{-1}", r"\begin{pmatrix}1\end{pmatrix}", "2 +"]
)
def test_what_it_does_not_know_it_does_not_guess(tex: str) -> None:
    with pytest.raises((Unknown, KeyError)):
        evaluate(tidy(tex), {"y_i": 1.0, "x": 2.0})


def test_equalities_of_an_aligned_display() -> None:
    tex = r"\begin{aligned} a &= 1 + 1 = 2, \\ &= 4 / 2, \qquad b = 3 \end{aligned}"
    assert list(chains(tex)) == [["a", "1+1", "2", "4/2"], ["b", "3"]]


@pytest.mark.parametrize(
    ("sides", "wrong"),
    [
        (["x_5", "0.8 y_3 - 0.6 y_4", "-0.0386"], False),
        (["x_5", "0.8 y_3 - 0.6 y_4", "-0.0396"], True),
        (["x_5", "0.8 y_3 + 0.6 y_4", "-0.0386"], True),
        (["0.7311 (1 - 0.7311)", "0.1966"], False),  # rounded on the way
        (["0.7311 (1 - 0.7311)", "0.1976"], True),
        (["v (1 - v)", "v - v^2"], False),  # an identity, at random numbers
        (["v (1 - v)", "v + v^2"], True),
        (["v", "1 - 3 v"], False),  # a symbol is what it is said to be
        ([r"\sum_i y_i", "3"], False),
    ],
)  # fmt: skip
def test_wrong_arithmetic_is_found(sides: list[str], wrong: bool) -> None:
    known = {"y_3": 0.5, "y_4": 0.7310585786}
    assert bool(compare([tidy(side) for side in sides], known)[0]) is wrong


def test_a_value_is_kept_for_the_equations_that_follow() -> None:
    known: dict[str, float] = {}
    assert compare(["y_4", r"\sigma(1)", "0.7311"], known) == ("", True)
    assert known["y_4"] == pytest.approx(0.7310585786)
    assert compare(["x_5", "2y_4", "1.4621"], known) == ("", True)
    assert compare(["x_6", "2y_4", "1.4622"], known)[0]
