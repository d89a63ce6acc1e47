"""Steps by curvature: Newton, Levenberg-Marquardt and its stochastic diagonal, by hand and against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import (
    Dense,
    DiagonalLevenbergMarquardt,
    LevenbergMarquardt,
    Sequential,
    Tanh,
    as_vector,
    diagonal_curvature,
    from_vector,
    gauss_newton,
    mean_over_cases,
    newton_step,
    normal,
    sum_of_squares,
    train_minibatches,
)
from backprop.layers.layer import Array

MEAN = mean_over_cases(sum_of_squares)


def chain(a: float, b: float) -> Sequential:
    """Two weights in a row and two biases, which stay as they are in what follows: y = b (a x)."""
    return Sequential(Dense.from_weights([[a]], [0.0]), Dense.from_weights([[b]], [0.0]))


def wave() -> tuple[Array, Array]:
    x = np.linspace(-1, 1, 30)[:, None]
    return x, np.sin(4 * x)


def curve_net(rng: Any) -> Sequential:
    return Sequential(Dense(1, 5, rng, weight=normal(2.0), bias=normal(1.0)), Tanh(), Dense(5, 1, rng))


def test_newtons_step_on_a_quadratic_ends_at_its_bottom() -> None:
    rng = np.random.default_rng(0)
    A = rng.standard_normal((4, 4))
    C, w, bottom = A @ A.T + np.eye(4), rng.standard_normal(4), rng.standard_normal(4)
    np.testing.assert_allclose(w + newton_step(C, C @ (w - bottom)), bottom, rtol=1e-10)
    many = np.stack([C, 2 * C])
    g = np.stack([C @ (w - bottom), rng.standard_normal(4)])
    mu = np.array([0.0, 0.5])
    for run in range(2):
        wanted = -np.linalg.inv(many[run] + mu[run] * np.eye(4)) @ g[run]
        np.testing.assert_allclose(newton_step(many, g, mu)[run], wanted, rtol=1e-9)


def test_newton_step_refuses() -> None:
    with pytest.raises(ValueError, match=r"expects C of shape \(2, 2\), got \(3, 3\)"):
        newton_step(np.eye(3), np.ones(2))
    with pytest.raises(ValueError, match="expects a damping of at least 0, got -1"):
        newton_step(np.eye(2), np.ones(2), -1)
    two = np.stack([np.eye(3), np.eye(3)])
    with pytest.raises(ValueError, match="at least 0, got"):
        newton_step(two, np.ones((2, 3)), np.array([1.0, -1.0]))


@pytest.mark.parametrize("settings", [{"damping": 0}, {"damping": np.inf}, {"factor": 1}, {"factor": np.inf}])
def test_levenberg_marquardt_refuses(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))} expects a"):
        LevenbergMarquardt(**settings)


@pytest.mark.parametrize(
    "settings",
    [{"damping": 0}, {"damping": np.inf}, {"memory": 0}, {"memory": 1.1}, {"learning_rate": 0}, {"decay": 1}],
)
def test_the_diagonal_optimizer_refuses(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))} expects a"):
        DiagonalLevenbergMarquardt(**({"learning_rate": 0.1} | settings))


def test_levenberg_marquardt_begins_at_one_and_changes_tenfold() -> None:
    rule = LevenbergMarquardt()
    assert (rule.damping, rule.factor) == (1, 10)
    rule.step(chain(0.0, 0.0), sum_of_squares, np.ones((1, 1)), np.zeros((1, 1)))
    assert rule.damping == 10


def test_one_try_by_hand() -> None:
    x, d = wave()
    one = curve_net(np.random.default_rng(1))
    w = as_vector(one.params)
    y, cache = one.forward(x)
    E, dy = MEAN(y, d)
    g, G = as_vector(one.gradients(dy, cache)), gauss_newton(one, MEAN, x, d)
    rule = LevenbergMarquardt(0.5, factor=4)
    now = rule.step(one, MEAN, x, d)
    assert now < E and now == MEAN(one.forward(x)[0], d)[0]
    np.testing.assert_allclose(as_vector(one.params), w - np.linalg.solve(G + 0.5 * np.eye(16), g), rtol=1e-9)
    assert rule.damping == 0.125


def test_a_try_that_climbs_is_taken_back() -> None:
    x, d = wave()
    many = curve_net([np.random.default_rng(seed) for seed in range(10)])
    E, before = MEAN(many.forward(x)[0], d)[0], as_vector(many.params, (10,))
    rule = LevenbergMarquardt(0.01, factor=10)
    now = rule.step(many, MEAN, x, d)
    after = as_vector(many.params, (10,))
    kept = (after != before).any(axis=1)
    assert 0 < kept.sum() < 10
    assert (now[kept] < E[kept]).all() and (now[~kept] == E[~kept]).all()
    np.testing.assert_allclose(now, MEAN(many.forward(x)[0], d)[0])
    np.testing.assert_allclose(rule.damping, np.where(kept, 0.001, 0.1))
    x, d = np.ones((1, 1)), np.ones((1, 1))
    level = chain(0.0, 0.0)  # at the saddle the gradient is 0: no try can lower E
    rule = LevenbergMarquardt(1.0)
    assert rule.step(level, sum_of_squares, x, np.zeros((1, 1))) == 0
    assert rule.damping == 10
    assert not as_vector(level.params).any()


def test_damping_has_a_floor_and_each_net_its_own() -> None:
    x, d = wave()
    rngs = [np.random.default_rng(seed) for seed in range(3)]
    many, alone = curve_net(rngs), [curve_net(np.random.default_rng(seed)) for seed in range(3)]
    rule, rules = LevenbergMarquardt(), [LevenbergMarquardt() for _ in alone]
    for _ in range(12):
        together = rule.step(many, MEAN, x, d)
        apart = [own.step(net, MEAN, x, d) for own, net in zip(rules, alone, strict=True)]
        np.testing.assert_allclose(together, apart, rtol=1e-6)
    np.testing.assert_allclose(rule.damping, [own.damping for own in rules])
    assert len(np.unique(rule.damping)) > 1
    line, target = Dense.from_weights([[0.0]]), 2 * x + 1
    rule = LevenbergMarquardt(1e-12)
    rule.step(line, MEAN, x, target)
    assert rule.damping == 1e-12
    np.testing.assert_allclose(as_vector(line.params), [2, 1], rtol=1e-9)


def test_it_ends_where_scipys_least_squares_ends() -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")
    x, d = wave()
    ours, theirs = curve_net(np.random.default_rng(2)), curve_net(np.random.default_rng(2))

    def residuals(w: Array) -> Array:
        for name, part in from_vector(w, theirs.params).items():
            theirs.params[name][...] = part
        return np.asarray((theirs.forward(x)[0] - d).ravel() / np.sqrt(len(x)))

    judge = optimize.least_squares(residuals, as_vector(theirs.params), method="lm", xtol=1e-15, ftol=1e-15)
    rule = LevenbergMarquardt()
    for _ in range(300):
        E = rule.step(ours, MEAN, x, d)
    assert float(E) - 2 * judge.cost < 1e-7


def test_the_diagonal_rule_by_hand() -> None:
    rule = DiagonalLevenbergMarquardt(0.5, 0.25, memory=0.2)
    grads = {"b": np.array([4.0]), "W": np.array([[1.0, -2.0]])}
    with pytest.raises(ValueError, match="expects observe to have been called first"):
        rule.changes(grads)
    rule.observe({"W": np.array([[0.75, 1.75]]), "b": np.array([0.0])})
    first = rule.changes(grads)
    np.testing.assert_allclose(first["W"], [[-0.5, 0.5]])
    np.testing.assert_allclose(first["b"], [-8.0])
    rule.observe({"W": np.array([[10.75, 1.75]]), "b": np.array([1.0])})
    np.testing.assert_allclose(rule.average["W"], [[0.8 * 0.75 + 0.2 * 10.75, 1.75]])
    np.testing.assert_allclose(rule.changes(grads)["b"], [-0.5 * 4 / 0.45])
    with pytest.raises(ValueError, match="expects curvatures of at least 0"):
        rule.observe({"W": np.array([[-1.0, 1.0]]), "b": np.array([1.0])})
    assert DiagonalLevenbergMarquardt(1.0).damping == 0.01 and DiagonalLevenbergMarquardt(1.0).memory == 0.1
    assert DiagonalLevenbergMarquardt(1.0, memory=1).memory == 1
    shrinking, w = DiagonalLevenbergMarquardt(1.0, 1.0, decay=0.5), {"w": np.array([2.0])}
    shrinking.observe({"w": np.array([0.0])})
    shrinking.step(w, {"w": np.array([0.0])})
    np.testing.assert_allclose(w["w"], [1.0])


def test_many_nets_at_their_own_rates_learn_as_one_by_one() -> None:
    x, d = wave()
    rates = np.array([0.01, 0.03])
    many = curve_net([np.random.default_rng(s) for s in (7, 8)])
    rule = DiagonalLevenbergMarquardt(rates)
    rule.observe(diagonal_curvature(many, MEAN, x, d))
    train_minibatches(many, MEAN, x, d, rule, 2, size=5)
    for run, seed in enumerate((7, 8)):
        one, own = curve_net(np.random.default_rng(seed)), DiagonalLevenbergMarquardt(rates[run])
        own.observe(diagonal_curvature(one, MEAN, x, d))
        train_minibatches(one, MEAN, x, d, own, 2, size=5)
        np.testing.assert_allclose(as_vector(many.params, (2,))[run], as_vector(one.params), rtol=1e-8)
