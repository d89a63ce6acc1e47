"""What the page on radial basis units says of narrow and wide units, on seeds that the page does not use."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from backprop import (
    Dense,
    Layer,
    Momentum,
    RadialBasis,
    Sequential,
    Tanh,
    mean_over_cases,
    sum_of_squares,
    train_minibatches,
)
from backprop.layers.layer import Array

SEEDS = range(1000, 1008)
CASES, UNITS = 320, 30
Task = Callable[[Array, np.random.Generator], Array]


def ball(x: Array, rng: np.random.Generator) -> Array:
    lengths = np.linalg.norm(x, axis=1)
    return np.asarray(lengths < np.median(lengths))


def half_space(x: Array, rng: np.random.Generator) -> Array:
    return np.asarray(x @ rng.normal(size=x.shape[1]) > 0)


def draw(task: Task, n: int) -> tuple[Array, Array]:
    xs, ts = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        xs.append(rng.uniform(-1, 1, (CASES + 1000, n)))
        ts.append(np.where(task(xs[-1], rng), 1.0, -1.0))
    return np.array(xs), np.array(ts)[..., None]


def spacing(C: Array) -> Array:
    apart = np.linalg.norm(C[..., :, None, :] - C[..., None, :, :], axis=-1)
    return np.asarray(np.sort(apart, axis=-1)[..., 1].mean(axis=-1))


def k_means(x: Array, rng: np.random.Generator) -> Array:
    C = x[rng.choice(len(x), UNITS, replace=False)]
    for _ in range(15):
        own = np.eye(UNITS)[((C**2).sum(axis=1) - 2 * x @ C.T).argmin(axis=1)]
        count = own.sum(axis=0)[:, None]
        C = np.where(count > 0, own.T @ x / np.maximum(count, 1), C)
    return C


def wrong_by_least_squares(features: Array, t: Array) -> float:
    shares = []
    for x, target in zip(features, t, strict=True):
        A = np.column_stack([x, np.ones(len(x))])
        w = np.linalg.lstsq(A[:CASES], target[:CASES], rcond=1e-8)[0]
        shares.append((A[CASES:] @ w * target[CASES:] <= 0).mean())
    return float(np.mean(shares))


@cache
def wrong_by_width(task: Task, n: int, times: float) -> float:
    x, t = draw(task, n)
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    C = np.stack([k_means(one[:CASES], rng) for one, rng in zip(x, rngs, strict=True)])
    sigma = np.repeat(times * spacing(C)[:, None], UNITS, axis=1)
    return wrong_by_least_squares(RadialBasis.from_centres(C, sigma).forward(x)[0], t)


@pytest.mark.parametrize("task", [ball, half_space])
def test_with_twenty_inputs_narrow_units_guess_and_wide_ones_work(task: Task) -> None:
    assert wrong_by_width(task, 20, 0.25) > 0.4
    assert wrong_by_width(task, 20, 2.0) < 0.1
    assert wrong_by_width(task, 2, 0.25) < 0.25


def test_on_the_ball_a_linear_fit_with_the_squared_length_does_as_well() -> None:
    for n in (2, 20):
        x, t = draw(ball, n)
        squares = np.concatenate([x, (x**2).sum(axis=-1, keepdims=True)], axis=-1)
        assert wrong_by_least_squares(squares, t) < wrong_by_width(ball, n, 2.0) + 0.01
        assert wrong_by_least_squares(x, t) > 0.4


def test_on_the_half_space_radial_units_do_not_beat_the_linear_fit_with_twenty_inputs() -> None:
    x, t = draw(half_space, 20)
    assert wrong_by_width(half_space, 20, 2.0) > wrong_by_least_squares(x, t) - 0.005


def trained(hidden: Layer, rate: float) -> tuple[float, float, Array]:
    x, t = draw(ball, 20)
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    last = Dense(UNITS, 1, rngs)
    net = Sequential(hidden, Tanh(), last) if isinstance(hidden, Dense) else Sequential(hidden, last)
    loss = mean_over_cases(sum_of_squares)
    rule = Momentum(rate, 0.9)
    train_minibatches(net, loss, x[:, :CASES], t[:, :CASES], rule, 40, size=20, rng=rngs)
    bad = net.forward(x)[0] * t <= 0
    return (
        float(bad[:, :CASES].mean()),
        float(bad[:, CASES:].mean()),
        net.params["0." + next(iter(hidden.params))],
    )


def test_tanh_learns_the_ball_by_heart_and_radial_units_do_not() -> None:
    learned, tested, _ = trained(Dense(20, UNITS, [np.random.default_rng(seed) for seed in SEEDS]), 0.03)
    assert learned < 0.15
    assert tested > 0.35
    C = draw(ball, 20)[0][:, :UNITS]
    sigma = np.repeat(spacing(C)[:, None], UNITS, axis=1)
    learned, tested, centres = trained(RadialBasis.from_centres(C, sigma), 0.02)
    assert tested < 0.2
    assert abs(tested - learned) < 0.12
    assert (np.abs(centres) > 1).any(axis=-1).mean() > 0.02  # some centres have left the cube


@pytest.mark.parametrize("n", [1, 4, 8])
def test_the_mean_response_is_a_power_and_distances_grow_alike(n: int) -> None:
    rng, s = np.random.default_rng(SEEDS[0]), 0.5
    p = s * math.sqrt(math.pi / 2) * math.erf(math.sqrt(2) / s) - s**2 / 2 * (1 - math.exp(-2 / s**2))
    layer = RadialBasis.from_centres(rng.uniform(-1, 1, (500, n)), s)
    y, (_, r2, _) = layer.forward(rng.uniform(-1, 1, (4000, n)))
    assert y.mean() == pytest.approx(p**n, rel=0.1)
    assert r2.std() / r2.mean() == pytest.approx(math.sqrt(1.4 / n), rel=0.05)
