"""Rates for every weight: what right programs show, on seeds that the page does not use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    Logistic,
    Momentum,
    RMSProp,
    Sequential,
    Tanh,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
    train,
    train_minibatches,
    uniform,
)
from backprop.data.datasets import digits, one_hot, split, symmetry
from backprop.layers.layer import Array

Rule = Callable[[Any], GradientDescent]


def left_over(rule: Rule, rates: Array, turned: bool, steps: int = 300) -> float:
    """What is left of E in a valley of ten weights, condition number 10,000: median of 20, best rate."""
    hessians, starts = [], []
    for seed in range(7000, 7020):
        rng = np.random.default_rng(seed)
        w, turn = rng.standard_normal(10), np.eye(10)
        if turned:
            turn, _ = np.linalg.qr(rng.standard_normal((10, 10)))
        hessians.append(turn @ np.diag(np.geomspace(1, 1e-4, 10)) @ turn.T)
        starts.append(turn @ w)
    H, start = np.tile(hessians, (len(rates), 1, 1)), np.tile(starts, (len(rates), 1))
    weights, optimizer = {"w": start.copy()}, rule(np.repeat(rates, 20))
    for _ in range(steps):
        optimizer.step(weights, {"w": np.einsum("rij,rj->ri", H, weights["w"])})
    now, first = (np.einsum("ri,rij,rj->r", w, H, w) for w in (weights["w"], start))
    return float(np.median((now / first).reshape(len(rates), 20), axis=1).min())


@pytest.mark.parametrize(("rule", "rates"), [(Adagrad, [1.0, 3.2, 10.0]), (Adam, [0.1, 0.32, 1.0])])
def test_a_scale_for_every_weight_undoes_a_valley_along_the_axes_and_no_other(
    rule: Rule, rates: list[float]
) -> None:
    assert left_over(rule, np.array(rates), turned=False) < 1e-8
    assert left_over(rule, np.array(rates), turned=True) > 1e-6


def test_descent_does_not_know_the_axes() -> None:
    for rule, rate in ((GradientDescent, 1.0), (Momentum, 1.0)):
        straight, turned = (left_over(rule, np.array([rate]), turned) for turned in (False, True))
        assert straight == pytest.approx(turned, rel=1e-6)


class OneScale(GradientDescent):
    """Adam with one v for all weights of a net."""

    def __init__(self, rate: Array) -> None:
        super().__init__(rate)
        self.t, self.v, self.m = 0, np.zeros(len(rate)), dict[str, Array]()

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        self.t += 1
        flat = np.hstack([g.reshape(len(g), -1) for g in grads.values()])
        self.v = 0.999 * self.v + 0.001 * (flat**2).mean(axis=1)
        for name, g in grads.items():
            self.m[name] = 0.9 * self.m.get(name, 0) + 0.1 * g
        v_hat = self.v / (1 - 0.999**self.t)
        step = self.learning_rate / (np.sqrt(v_hat) + 1e-8) / (1 - 0.9**self.t)
        return {name: -(step * m.T).T for name, m in self.m.items()}


def symmetry_solved(rule: Rule, rate: float, sweeps: int = 2000) -> float:
    rngs = [np.random.default_rng(seed) for seed in range(7000, 7050)]
    start = {"weight": uniform(0.3), "bias": uniform(0.3)}
    nets = Sequential(Dense(6, 2, rngs, **start), Logistic(), Dense(2, 1, rngs, **start), Logistic())
    run = train(
        nets,
        sum_of_squares,
        *symmetry(),
        rule(np.full(50, rate)),
        sweeps,
        solved=lambda y, d: np.asarray((np.abs(y - d) < 0.5).all(axis=(-2, -1))),
    )
    return float((run.solved_at >= 0).mean())


def test_on_symmetry_it_is_the_scale_for_every_weight_that_fails() -> None:
    assert symmetry_solved(GradientDescent, 1.0, 3000) >= 0.95
    assert symmetry_solved(Momentum, 0.032) >= 0.95
    assert symmetry_solved(OneScale, 0.2) >= 0.9
    for rule, rate in ((Adagrad, 1.0), (RMSProp, 0.32), (Adam, 0.1), (Adam, 0.32)):
        assert symmetry_solved(rule, rate) <= 0.4, (rule, rate)


def wrong_digits(rule: Rule, rate: float) -> Array:
    """Per cent of wrong test images after five epochs, one for each of twelve splits."""
    images, labels = digits()
    parts = []
    for seed in range(7000, 7012):
        x, label, x_test, label_test = split(images, labels, 500, np.random.default_rng(seed))
        mean, spread = x.mean(axis=0), x.std(axis=0)
        spread[spread == 0] = 1
        parts.append(((x - mean) / spread, one_hot(label, 10), (x_test - mean) / spread, label_test))
    x, d, x_test, label_test = (np.array(part) for part in zip(*parts, strict=True))
    starts, orders = ([np.random.default_rng(seed) for seed in range(12)] for _ in range(2))
    nets = Sequential(Dense(64, 30, starts), Tanh(), Dense(30, 10, starts))
    loss = mean_over_cases(softmax_cross_entropy)
    train_minibatches(nets, loss, x, d, rule(np.full(12, rate)), 5, size=32, rng=orders)
    return np.asarray(100 * (nets.forward(x_test)[0].argmax(axis=-1) != label_test).mean(axis=-1))


def test_on_the_digits_nobody_wins_by_a_point() -> None:
    descent = wrong_digits(GradientDescent, 1.0)
    assert 2 < descent.mean() < 5
    for rule, rate in ((Momentum, 0.1), (Adam, 0.01), (RMSProp, 0.01)):
        assert abs((descent - wrong_digits(rule, rate)).mean()) < 1.2


def online(rule: GradientDescent, steps: int = 3000) -> float:
    """Where x in [−1, 1] is taken by the gradients 3, −1, −1 at the rate 0.5 / √t."""
    x = {"x": np.zeros(1)}
    for t in range(1, steps + 1):
        rule.learning_rate = 0.5 / np.sqrt(t)
        rule.step(x, {"x": np.array([3.0 if t % 3 == 1 else -1.0])})
        np.clip(x["x"], -1, 1, out=x["x"])
    return float(x["x"][0])


def test_adam_with_a_short_memory_goes_to_the_worst_place_and_amsgrad_does_not() -> None:
    assert online(Adam(1.0, 0.0, 0.1)) > 0.98
    for rule in (
        GradientDescent(1.0),
        Adam(1.0, 0.0, 0.1, amsgrad=True),
        Adam(1.0, 0.0, 0.9),
        Adam(1.0, 0.9, 0.1),
    ):
        assert online(rule) < -0.97


def test_adamw_decays_alike_where_l2_depends_on_the_gradients() -> None:
    sizes, rate, rho, steps = 10.0 ** np.arange(-2, 3), 1e-3, 0.1, 2000

    def ends(rule: GradientDescent, penalty: float) -> Array:
        rng, w = np.random.default_rng(7000), {"w": np.ones((400, 5))}
        for _ in range(steps):
            rule.step(w, {"w": sizes * rng.standard_normal((400, 5)) + penalty * w["w"]})
        return np.asarray(w["w"].mean(axis=0))

    np.testing.assert_allclose(ends(AdamW(rate, weight_decay=rho), 0.0), (1 - rate * rho) ** steps, atol=0.02)
    with_l2 = ends(Adam(rate), rho)
    np.testing.assert_allclose(with_l2[2:], np.exp(-rate * rho * steps / sizes[2:]), atol=0.02)
    np.testing.assert_allclose(with_l2[:2], [0.02, 0.19], atol=0.06)


def test_the_defaults_fail_where_large_gradients_are_rare() -> None:
    """C = n = 101, from the best place: the memory of 1,000 steps is too short, 10,000 is enough."""

    def end(rule: Adam, n: int = 101, cycles: int = 500) -> float:
        x, late = {"x": np.full(1, -1.0)}, []
        for _ in range(cycles):
            for k in range(n):
                rule.step(x, {"x": np.array([n if k == 0 else -1.0])})
                np.clip(x["x"], -1, 1, out=x["x"])
            late.append(float(x["x"][0]))
        return float(np.mean(late[-20:]))

    assert end(Adam(0.05)) > 0.5
    assert end(Adam(0.05, beta2=0.9999)) < -0.5
    assert end(Adam(0.05, amsgrad=True)) < -0.5
