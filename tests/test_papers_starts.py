"""What the page on starts says of targets and first weights, on seeds that the page does not use."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from backprop import (
    Dense,
    GradientDescent,
    Layer,
    LeCunTanh,
    Logistic,
    ReLU,
    Sequential,
    Tanh,
    fan_in_normal,
    glorot_uniform,
    lecun_normal,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
    train_minibatches,
)
from backprop.data.datasets import digits, one_hot, split
from backprop.layers.layer import Array
from backprop.learning.losses import Loss
from backprop.learning.schedules import linear

DEPTH, WIDTH = 30, 256
A = 1.7159
SEEDS = range(1000, 1004)

# Unit, gain, outputs of layers 1, 10 and 30 by the recursion, what comes back through 30, and a bar.
ARMS: list[tuple[type[Layer], float, tuple[float, float, float], float, float]] = [
    (LeCunTanh, 1.0, (0.866, 0.636, 0.619), 0.89, 0.2),
    (Tanh, 1.0, (0.628, 0.228, 0.131), 0.155, 0.2),
    (Tanh, 5 / 3, (0.759, 0.651, 0.651), 13.1, 0.25),
    (ReLU, 2**0.5, (1.0, 1.0, 1.0), 1.0, 0.4),
    (ReLU, 1.0, (0.707, 0.03125, 3.05e-5), 3.05e-5, 0.4),
    (Logistic, 1.0, (0.542, 0.514, 0.514), 1.38e-19, 0.2),
]


def rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean()))


@cache
def weights(seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [lecun_normal()((WIDTH, WIDTH), rng) for _ in range(DEPTH)]


@pytest.mark.parametrize(("unit", "gain", "outputs", "back", "bar"), ARMS)
def test_thirty_layers_do_as_derived(
    unit: type[Layer], gain: float, outputs: tuple[float, float, float], back: float, bar: float
) -> None:
    logs = []
    for seed in SEEDS:
        rng = np.random.default_rng([seed, 1])
        y, up, caches, layer = rng.normal(size=(32, WIDTH)), [], [], unit()
        for W in weights(seed):
            y, cache = layer.forward(y @ (gain * W).T)
            caches.append(cache)
            up.append(rms(y))
        dy = rng.normal(size=y.shape)
        for W, cache in zip(weights(seed)[::-1], caches[::-1], strict=True):
            dy = layer.backward(dy, cache)[0] @ (gain * W)
        logs.append(np.log([up[0], up[9], up[29], rms(dy)]))
    *seen, seen_back = np.exp(np.mean(logs, axis=0))
    assert seen[0] == pytest.approx(outputs[0], rel=0.05)
    assert seen == pytest.approx(outputs, rel=0.3 if unit is ReLU else 0.08)
    assert seen_back == pytest.approx(back, rel=bar)


def test_the_compromise_loses_in_both_directions_where_widths_alternate() -> None:
    widths = [40, 160] * 10 + [40]
    ends = []
    for seed in range(1000, 1030):
        rng = np.random.default_rng(seed)
        start = glorot_uniform()
        net = [start((n, m), rng) for m, n in pairwise(widths)]
        up, down = rng.normal(size=(64, 40)), rng.normal(size=(64, 40))
        for W in net:
            up = up @ W.T
        for W in net[::-1]:
            down = down @ W
        ends.append([(up**2).mean(), (down**2).mean()])
    np.testing.assert_allclose(np.mean(ends, axis=0), 0.64**10, rtol=0.4)


@cache
def data() -> list[Array]:
    """Splits of the digits, centred and scaled by the training set of each seed."""
    parts = []
    for seed in SEEDS:
        x, labels, test_x, test = split(*digits(), 500, np.random.default_rng(seed))
        spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
        centre = x.mean(axis=0)
        parts.append([(x - centre) / spread, one_hot(labels, 10), (test_x - centre) / spread, test])
    return [np.stack(part) for part in zip(*parts, strict=True)]


def misread(
    layers: list[Layer],
    loss: Loss,
    level: float | None,
    rate: float,
    epochs: int,
    rngs: list[np.random.Generator],
    falling: bool = False,
) -> float:
    x, d, test_x, test = data()
    d = d if level is None else level * (2 * d - 1)
    net, changes = Sequential(*layers), epochs * -(-x.shape[1] // 32)
    schedule = linear(rate, changes) if falling else None
    rule = GradientDescent(rate)
    train_minibatches(
        net,
        mean_over_cases(loss),
        x,
        d,
        rule,
        epochs,
        size=32,
        rng=rngs,
        schedule=schedule,
        keep_diverged=True,
    )
    return float(100 * (net.forward(test_x)[0].argmax(axis=-1) != test).mean())


def generators() -> list[np.random.Generator]:
    return [np.random.default_rng([seed, 1]) for seed in SEEDS]


@pytest.mark.parametrize(
    ("unit", "gain", "low", "high"),
    [(LeCunTanh, 1.0, 0, 15), (Tanh, 3**-0.5, 60, 100), (Logistic, 1.0, 85, 100)],
)
def test_the_start_decides_whether_ten_layers_learn(
    unit: type[Layer], gain: float, low: float, high: float
) -> None:
    rngs = generators()
    sizes, layers = [64] + 10 * [32], []
    for m, n in pairwise(sizes):
        layers += [Dense(m, n, rngs, weight=fan_in_normal(gain)), unit()]
    layers.append(Dense(32, 10, rngs))
    assert low <= misread(layers, softmax_cross_entropy, None, 0.1, 4, rngs) <= high


def test_the_rate_decides_which_targets_are_better() -> None:
    def error(level: float, rate: float, falling: bool) -> float:
        rngs = generators()
        layers = [Dense(64, 30, rngs), LeCunTanh(), Dense(30, 10, rngs), LeCunTanh()]
        return misread(layers, sum_of_squares, level, rate, 10, rngs, falling)

    assert error(1, 0.1, False) > error(A, 0.1, False) + 0.5
    assert error(1, 1.0, True) < error(A, 1.0, True) - 1
