"""Where normalization helps and where it breaks, on the digits; the seeds are not those of the page.

Ioffe and Szegedy (2015) and Ba, Kiros and Hinton (2016) for what is claimed; the bars are our own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import (
    BatchNorm,
    Dense,
    GradientDescent,
    LayerNorm,
    Logistic,
    Sequential,
    Tanh,
    mean_over_cases,
    softmax_cross_entropy,
    train_minibatches,
)
from backprop.data.datasets import digits
from backprop.layers.layer import Array

SEEDS = range(9000, 9004)
IMAGES, LABELS = digits()
LOSS = mean_over_cases(softmax_cross_entropy)
HALF_DECADES = 10.0 ** np.array([-1.5, -1, -0.5, 0, 0.5])


class Centred(Logistic):
    """The logistic unit lowered by a half."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        y, cache = super().forward(x)
        return y - 0.5, cache


def chain(norm: type | None, unit: type, depth: int, rng: Any, units: int = 32) -> Sequential:
    layers: list[Any] = []
    for i in range(depth):
        layers.append(Dense(units if i else 64, units, rng))
        layers += [norm(units, rng)] if norm else []
        layers.append(unit())
    return Sequential(*layers, Dense(units, 10, rng))


def data(runs: int) -> list[Array]:
    """Training x and d, test x and labels, of one split for each seed, as often as there are rates."""
    parts = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(IMAGES))
        x, t = IMAGES[order[:1140]], LABELS[order[:1140]]
        spread = x[:640].std(axis=0)
        x = (x - x[:640].mean(axis=0)) / np.where(spread < 1e-3, 1, spread)
        parts.append((x[:640], np.eye(10)[t[:640]], x[640:], t[640:]))
    return [np.concatenate([np.stack(part)] * (runs // len(SEEDS))) for part in zip(*parts, strict=True)]


def taught(
    norm: type | None, unit: type, depth: int, rates: Any, size: int = 32, epochs: int = 5, scale: float = 1
) -> tuple[Sequential, list[Array]]:
    rates = np.atleast_1d(rates)
    rng = [np.random.default_rng(seed) for seed in [*SEEDS] * len(rates)]
    x, d, x_test, t_test = data(len(rng))
    net = chain(norm, unit, depth, rng)
    for name, w in net.params.items():
        if name.endswith("W"):
            w *= scale
    rule = GradientDescent(np.repeat(rates, len(SEEDS)))
    train_minibatches(net, LOSS, x, d, rule, epochs, size=size, rng=rng, keep_diverged=True)
    return net, [x, d, x_test, t_test]


def wrong(y: Array, t: Array) -> Array:
    """Per cent of wrong answers for each rate, the mean over the seeds."""
    return np.asarray(100 * (y.argmax(axis=-1) != t).mean(axis=-1).reshape(-1, len(SEEDS)).mean(axis=1))


def errors(*arm: Any, **more: Any) -> Array:
    net, (x, _, x_test, t_test) = taught(*arm, **more)
    return wrong(net.evaluation(x).forward(x_test)[0], t_test)


def test_deep_logistic_nets_learn_with_batch_normalization_alone() -> None:
    assert errors(None, Logistic, 8, HALF_DECADES).min() > 85
    assert errors(LayerNorm, Logistic, 8, HALF_DECADES).min() > 80
    assert errors(BatchNorm, Logistic, 8, HALF_DECADES).min() < 12


def test_layer_normalization_works_once_the_half_is_gone() -> None:
    middle = HALF_DECADES[1:3]
    assert errors(LayerNorm, Centred, 8, middle).min() < 25
    assert errors(None, Centred, 8, middle).min() > 85


def test_in_a_shallow_tanh_net_nothing_is_gained() -> None:
    least = [errors(norm, Tanh, 2, HALF_DECADES).min() for norm in (None, BatchNorm, LayerNorm)]
    assert max(least) < 8 and least[0] < min(least[1:]) + 1.5


@pytest.mark.parametrize(
    ("norm", "low", "high"), [(None, 1e-5, 1e-4), (BatchNorm, 0.99, 1.01), (LayerNorm, 3e-4, 4e-3)]
)
def test_the_spread_over_the_cases_in_the_eighth_layer(norm: type | None, low: float, high: float) -> None:
    net = chain(norm, Logistic, 8, [np.random.default_rng(seed) for seed in range(9100, 9120)])
    below = Sequential(*net.layers[:-2])  # all that comes before the last unit
    assert low < below.forward(data(len(SEEDS))[0][0])[0].std(axis=-2).mean() < high


def test_batches_of_one_and_two_break_batch_normalization_and_not_layer_normalization() -> None:
    rates = 10.0 ** np.array([-1.5, -1])
    small = {"epochs": 2}
    assert errors(BatchNorm, Tanh, 2, rates, size=1, **small).min() > 80
    assert 20 < errors(BatchNorm, Tanh, 2, rates, size=2, **small).min() < 55
    assert errors(LayerNorm, Tanh, 2, rates, size=1, **small).min() < 10


def test_a_test_batch_of_one_class_ruins_its_own_statistics() -> None:
    net, (x, _, x_test, t_test) = taught(BatchNorm, Tanh, 2, 0.3)
    order = np.argsort(t_test, axis=1)
    x_sorted = np.take_along_axis(x_test, order[..., None], axis=1)
    own = [net.forward(x_sorted[:, i : i + 32])[0] for i in range(0, 500, 32)]
    assert wrong(np.concatenate(own, axis=1), np.take_along_axis(t_test, order, axis=1))[0] > 55
    assert wrong(net.evaluation(x).forward(x_test)[0], t_test)[0] < 10


def test_small_starts_are_forgiven_more_than_large_ones_and_neither_altogether() -> None:
    usual, tiny, large = (errors(BatchNorm, Tanh, 4, HALF_DECADES, scale=s).min() for s in (1, 0.01, 10))
    assert usual < 9 and usual + 3 < tiny < 35 and usual + 3 < large < 35
    assert errors(None, Tanh, 4, HALF_DECADES, scale=0.01).min() > 80


def test_larger_weights_are_a_smaller_rate_exactly() -> None:
    """Weights of the hidden layers times 10, their learning rate times 100: the same functions all along."""

    def run(factor: float) -> Array:
        rng = np.random.default_rng(SEEDS[0])
        net = chain(BatchNorm, Tanh, 4, rng)
        for layer in net.layers:
            if isinstance(layer, BatchNorm):
                layer.epsilon = 1e-20
        *hidden, _ = [name for name in net.params if name.endswith("W")]
        for name in hidden:
            net.params[name] *= factor
        x, d, x_test, _ = (part[0] for part in data(len(SEEDS)))
        for start in range(0, 640, 32):
            y, cache = net.forward(x[start : start + 32])
            grads = net.gradients(LOSS(y, d[start : start + 32])[1], cache)
            GradientDescent(0.3).step(
                net.params, {n: g * (factor**2 if n in hidden else 1) for n, g in grads.items()}
            )
        return net.evaluation(x).forward(x_test)[0]

    np.testing.assert_allclose(run(10), run(1), rtol=1e-6, atol=1e-8)


def test_steps_across_the_weights_lengthen_them_by_pythagoras() -> None:
    rng = np.random.default_rng(SEEDS[0])
    net = chain(BatchNorm, Tanh, 2, rng)
    x, d, _, _ = (part[0] for part in data(len(SEEDS)))
    W = net.params["0.W"]
    expected = (W**2).sum(axis=1)
    for step in range(100):
        batch = slice(32 * (step % 20), 32 * (step % 20) + 32)
        y, cache = net.forward(x[batch])
        grads = net.gradients(LOSS(y, d[batch])[1], cache)
        expected += 0.3**2 * (grads["0.W"] ** 2).sum(axis=1)
        GradientDescent(0.3).step(net.params, grads)
    np.testing.assert_allclose((W**2).sum(axis=1), expected, rtol=1e-4)
