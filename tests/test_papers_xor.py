"""What the chapter on backpropagation says of XOR, symmetry and momentum, on seeds the page does not use."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backprop import (
    Dense,
    GradientDescent,
    Logistic,
    Momentum,
    Sequential,
    check_network,
    constant,
    sum_of_squares,
    train,
    uniform,
)
from backprop.data.datasets import truth_table
from backprop.layers.initializers import Initializer
from backprop.layers.layer import Array

X, T = truth_table("XOR")
D = T[:, None]
SEEDS = range(1000, 1200)


def solved(y: Array, d: Array) -> Array:
    good: Array = (np.abs(y - d) < 0.1).all(axis=(-2, -1))
    return good


def nets(hidden: int, start: Initializer, seeds: range = SEEDS) -> Sequential:
    rngs = [np.random.default_rng(seed) for seed in seeds]
    return Sequential(
        Dense(2, hidden, rngs, weight=start, bias=start),
        Logistic(),
        Dense(hidden, 1, rngs, weight=start, bias=start),
        Logistic(),
    )


@cache
def sweeps_to_solve(hidden: int, limit: float, sweeps: int = 3000) -> Array:
    rule = Momentum(0.5, 0.9)
    return train(nets(hidden, uniform(limit)), sum_of_squares, X, D, rule, sweeps, solved=solved).solved_at


def test_two_hidden_units_mostly_solve_xor() -> None:
    at = sweeps_to_solve(2, 0.5)
    assert 0.85 <= (at >= 0).mean() <= 0.98
    assert 250 <= np.median(at[at >= 0]) <= 360


@pytest.mark.parametrize("hidden", [3, 4, 8])
def test_a_few_more_hidden_units_solve_it_nearly_always(hidden: int) -> None:
    assert (sweeps_to_solve(hidden, 0.5) >= 0).mean() >= 0.99


def test_more_hidden_units_need_fewer_sweeps() -> None:
    medians = []
    for hidden in (2, 3, 4, 8):
        at = sweeps_to_solve(hidden, 0.5)
        medians.append(float(np.median(at[at >= 0])))
    assert medians == sorted(medians, reverse=True)


def test_a_wider_start_gets_stuck_more_often() -> None:
    narrow, wide = sweeps_to_solve(2, 0.5, 1500), sweeps_to_solve(2, 3.0, 1500)
    assert (narrow < 0).mean() < (wide < 0).mean()
    assert 0.3 <= (wide < 0).mean() <= 0.5


def test_stuck_nets_stand_at_a_quarter_or_a_third_with_hardly_a_slope() -> None:
    many = nets(2, uniform(0.5))
    at = train(many, sum_of_squares, X, D, Momentum(0.5, 0.9), 3000, solved=solved).solved_at
    y, cache = many.forward(X)
    E, dy = sum_of_squares(y, D)
    _, grads = many.backward(dy, cache)
    stuck = at < 0
    level = np.minimum(np.abs(E[stuck] - 1 / 4), np.abs(E[stuck] - 1 / 3))
    assert stuck.any() and (level < 0.01).all()
    for gradient in grads.values():
        assert np.abs(gradient[stuck]).max() < 1e-3


@pytest.mark.parametrize("value", [-0.7, 0.0, 0.4])
def test_hidden_units_that_start_alike_stay_alike(value: float) -> None:
    net = Sequential(
        Dense(2, 2, np.random.default_rng(0), weight=constant(value), bias=constant(value)),
        Logistic(),
        Dense(2, 1, np.random.default_rng(0), weight=constant(value), bias=constant(value)),
        Logistic(),
    )
    train(net, sum_of_squares, X, D, Momentum(0.5, 0.9), 500)
    y, _ = net.forward(X)
    assert not solved(y, D)
    assert np.allclose(net.params["0.W"][0], net.params["0.W"][1], rtol=0, atol=1e-9)
    assert np.ptp(net.params["2.W"]) < 1e-9


def test_the_gradient_of_every_weight_of_an_xor_net_is_exact() -> None:
    for seed in range(2000, 2005):
        rng = np.random.default_rng(seed)
        net = Sequential(
            Dense(2, 2, rng, weight=uniform(1), bias=uniform(1)),
            Logistic(),
            Dense(2, 1, rng, weight=uniform(1), bias=uniform(1)),
            Logistic(),
        )
        assert max(check_network(net, sum_of_squares, X, D, method="complex").values()) < 1e-12


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.8, 0.95])
def test_momentum_lengthens_steps_on_a_slope_and_shortens_them_in_a_zigzag(alpha: float) -> None:
    for sign, limit in ((1.0, 1 / (1 - alpha)), (-1.0, 1 / (1 + alpha))):
        w, rule, step = {"w": np.zeros(1)}, Momentum(0.1, alpha), 0.0
        for t in range(400):
            before = w["w"].copy()
            rule.step(w, {"w": np.array([3.0 * sign**t])})
            step = float(np.abs(w["w"] - before)[0])
        assert np.isclose(step, 0.1 * 3.0 * limit)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("part", "converges"), [(0.99, True), (1.01, False)])
def test_momentum_converges_up_to_twice_one_plus_alpha_over_the_curvature(
    alpha: float, part: float, converges: bool
) -> None:
    curvature = 3.0
    epsilon = part * 2 * (1 + alpha) / curvature
    rule = Momentum(epsilon, alpha) if alpha else GradientDescent(epsilon)
    w = {"w": np.ones(1)}
    for _ in range(2000):
        rule.step(w, {"w": curvature * w["w"]})
    assert (abs(w["w"][0]) < 1) == converges
