"""What dropout is worth and what it is, on seeds that the page does not use (one test says that it does).

Hinton et al. (2012), Wager et al. (2013) and Li et al. (2019) for what is claimed; the bars are our own.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from backprop import (
    Dense,
    Dropout,
    FixedMask,
    GradientDescent,
    Momentum,
    ReLU,
    Sequential,
    constant,
    he_normal,
    mean_over_cases,
    softmax,
    softmax_cross_entropy,
    sum_of_squares,
    train_minibatches,
)
from backprop.data.datasets import digits
from backprop.layers.layer import Array

IMAGES, LABELS = digits()
LOSS = mean_over_cases(softmax_cross_entropy)


def generators(seeds: Any) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


@pytest.mark.parametrize("p", [0.5, 0.2])
def test_below_a_softmax_the_mean_net_is_the_geometric_mean_of_all(p: float) -> None:
    kept = np.array(list(product((0, 1), repeat=10)))
    chance = np.prod(np.where(kept, 1 - p, p), axis=1)
    for seed in range(9100, 9150):
        rng = np.random.default_rng(seed)
        h, W = abs(rng.normal(size=(1, 10))), rng.normal(size=(4, 10))
        thinned = softmax(FixedMask(kept[:, None] / (1 - p)).forward(h)[0] @ W.T)[:, 0]
        logs = chance @ np.log(thinned)
        mean_net = softmax(h @ W.T)[0]
        np.testing.assert_allclose(softmax(logs), mean_net, atol=1e-12)
        assert (np.log(mean_net) >= logs - 1e-12).all()
        assert abs(chance @ thinned - mean_net).max() > 1e-3


def test_with_rectifiers_between_it_is_near_and_not_equal() -> None:
    kept, off = 2.0 * np.array(list(product((0, 1), repeat=10))), []
    for seed in range(9100, 9150):
        rng = np.random.default_rng(seed)
        h = abs(rng.normal(size=(1, 10)))
        V, W = rng.normal(size=(10, 10)) / 10**0.5, rng.normal(size=(4, 10)) * 2 / 10**0.5

        def answer(y: Array, V: Array = V, W: Array = W) -> Array:
            return softmax(np.maximum(y @ V.T, 0) @ W.T)

        logs = np.log(answer(kept * h)).mean(axis=0)
        off.append(abs(softmax(logs) - answer(h)[0]).max())
    assert 0.02 < np.median(off) < 0.12 and max(off) < 0.6


def test_a_linear_unit_goes_to_the_solution_with_a_decay_for_each_weight() -> None:
    seeds, p = range(9200, 9210), 0.3
    rngs = generators(seeds)
    X = np.stack([rng.normal(size=(25, 4)) * [0.7, 1, 1.4, 2] for rng in rngs])
    t = np.stack([rng.normal(size=(25, 1)) for rng in rngs]) + 2 * X[..., :1] - X[..., 3:]
    X, t = X - X.mean(axis=1, keepdims=True), t - t.mean(axis=1, keepdims=True)
    unit = Dense(4, 1, rngs, weight=constant(0))
    net, rule, loss = (
        Sequential(Dropout(p, rngs), unit),
        GradientDescent(0.03),
        mean_over_cases(sum_of_squares),
    )
    total = np.zeros((len(seeds), 4))
    for step in range(4000):
        y, caches = net.forward(X)
        rule.step(net.params, net.gradients(loss(y, t)[1], caches))
        total += unit.params["W"][:, 0] * (step >= 500)
    rho = p / (1 - p) * (X**2).sum(axis=1)
    w = np.linalg.solve(X.mT @ X + rho[..., None] * np.eye(4), X.mT @ t)[..., 0]
    far = np.linalg.norm(total / 3500 - w, axis=1) / np.linalg.norm(w, axis=1)
    assert far.max() <= 0.05


def misread(
    seeds: range, cases: int, epochs: int, rate: float, p: float, wrong: int = 0, decay: float = 0
) -> Array:
    parts = []
    for rng in generators(seeds):
        order = rng.permutation(len(IMAGES))[: cases + 500]
        x, t = IMAGES[order].astype(np.float32), LABELS[order]
        said = t[:cases].copy()
        said[:wrong] = (said[:wrong] + rng.integers(1, 10, wrong)) % 10
        parts.append((x[:cases], np.eye(10, dtype=np.float32)[said], x[cases:], t[cases:]))
    x, d, x_new, t_new = (np.stack(part) for part in zip(*parts, strict=True))
    rngs = generators(seeds)
    net = Sequential(
        Dense(64, 64, rngs, weight=he_normal(), dtype=np.float32),
        ReLU(),
        Dropout(p, rngs),
        Dense(64, 10, rngs, dtype=np.float32),
    )
    order = generators([seed + 1000 for seed in seeds])
    train_minibatches(net, LOSS, x, d, Momentum(rate, decay=decay), epochs, size=25, rng=order)
    y, _ = net.evaluation(x).forward(x_new)
    return np.asarray(100 * (y.argmax(axis=-1) != t_new).mean(axis=-1))


def test_with_few_cases_dropout_gains_a_little_over_the_tuned_plain_net() -> None:
    seeds = range(30_000, 30_032)
    gain = misread(seeds, 100, 75, 0.2, 0.0) - misread(seeds, 100, 75, 0.1, 0.2)
    assert 0 < gain.mean() < 1.5


def test_with_wrong_labels_it_gains_more_at_one_rate_than_over_a_tuned_plain_net() -> None:
    seeds = range(31_000, 31_012)
    plain = misread(seeds, 400, 38, 0.04, 0.0, wrong=80)
    same, tuned = misread(seeds, 400, 38, 0.04, 0.5, wrong=80), misread(seeds, 400, 38, 0.01, 0.5, wrong=80)
    assert (plain - same).mean() > 4
    assert 0 < (misread(seeds, 400, 38, 0.005, 0.0, wrong=80) - tuned).mean() < 3
    decay = misread(seeds, 400, 38, 0.01, 0.0, wrong=80, decay=0.001)
    assert abs((decay - tuned).mean()) < 1.2


def test_the_rates_of_the_page_lie_inside_the_grid_that_they_were_searched_in() -> None:
    seeds = range(7000, 7012)
    few = [misread(seeds, 100, 75, rate, 0.0).mean() for rate in (0.2, 0.4)]
    dropped = [misread(seeds, 100, 75, rate, 0.2).mean() for rate in (0.1, 0.2)]
    half = misread(seeds, 100, 75, 0.1, 0.5).mean()
    told = [misread(seeds, 400, 38, rate, 0.0, wrong=80).mean() for rate in (0.0025, 0.005, 0.02)]
    assert few[1] > few[0] + 1 and dropped[1] > dropped[0]
    assert min(told[0], told[2]) > told[1] + 1
    assert abs(half - dropped[0]) < 0.8  # the page: these two cannot be told apart


def test_on_the_splits_of_the_page_the_other_p_loses_about_what_the_first_gains() -> None:
    plain = misread(range(24), 100, 75, 0.2, 0.0)
    gains = [(plain - misread(range(24), 100, 75, 0.1, p)).mean() for p in (0.2, 0.5)]
    assert 0.2 < gains[0] < 0.6 and -0.6 < gains[1] < -0.2


def test_a_small_rate_alone_does_not_keep_the_wrong_labels_out() -> None:
    seeds = range(31_000, 31_004)
    short, long = (misread(seeds, 400, epochs, 0.005, 0.0, wrong=80).mean() for epochs in (38, 300))
    assert long > short + 4
