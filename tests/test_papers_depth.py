"""What becomes of the signal with depth, and what lifts it; the seeds are not those of the page.

Hochreiter 1991, Bengio et al. 1994, He et al. 2016, Saxe et al. 2014 and Yang et al. 2019 for what is
claimed; the bars are our own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import (
    Adam,
    BatchNorm,
    Dense,
    Logistic,
    Momentum,
    ReLU,
    Sequential,
    Skip,
    Tanh,
    glorot_uniform,
    he_normal,
    mean_over_cases,
    orthogonal,
    softmax_cross_entropy,
    train_minibatches,
)
from backprop.data.datasets import digits
from backprop.layers.layer import Array

SEEDS = range(9200, 9212)
IMAGES, LABELS = digits()
LOSS = mean_over_cases(softmax_cross_entropy)


def deep(
    depth: int,
    unit: type,
    start: Any,
    rng: Any,
    norm: type | None = None,
    scale: float | None = None,
    units: int = 32,
    dtype: Any = np.float64,
) -> Sequential:
    layers: list[Any] = [Dense(64, units, rng, weight=start, dtype=dtype), unit()]
    for _ in range(depth - 1):
        branch: list[Any] = [Dense(units, units, rng, weight=start, dtype=dtype)]
        branch += [norm(units, rng, dtype=dtype)] if norm else []
        branch.append(unit())
        layers += branch if scale is None else [Skip(*branch, scale=scale)]
    return Sequential(*layers, Dense(units, 10, rng, dtype=dtype))


def generators(seeds: Any) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def data(seeds: Any) -> list[Array]:
    parts = []
    for rng in generators(seeds):
        order = rng.permutation(len(IMAGES))
        x, t = IMAGES[order[:1524]], LABELS[order[:1524]]
        spread = x[:1024].std(axis=0)
        x = (x - x[:1024].mean(axis=0)) / np.where(spread < 1e-3, 1, spread)
        parts.append((x[:1024], np.eye(10)[t[:1024]], x[1024:], t[1024:]))
    return [np.stack(part) for part in zip(*parts, strict=True)]


def taught(net: Sequential, seeds: Any, rule: Any, epochs: int) -> Array:
    """Per cent misread, one number for each seed."""
    x, d, x_test, t_test = data(seeds)
    x, d, x_test = (one.astype(np.float32) for one in (x, d, x_test))
    order = generators([seed + 1000 for seed in seeds])
    with np.errstate(over="ignore"):
        train_minibatches(net, LOSS, x, d, rule, epochs, size=32, rng=order)
        y, _ = net.evaluation(x).forward(x_test)
    return np.asarray(100 * (y.argmax(axis=-1) != t_test).mean(axis=-1))


def lifted(depth: int, unit: type, start: Any, rate: float, **more: Any) -> Array:
    net = deep(depth, unit, start, generators(SEEDS), units=16, dtype=np.float32, **more)
    return taught(net, SEEDS, Adam(rate), 3)


def walked(unit: type, start: Any, depth: int = 30, **more: Any) -> list[tuple[Any, Array, dict[str, Array]]]:
    """For every layer of fresh nets, lowest first: itself, dE/d(output), gradients."""
    seeds = range(9300, 9320)
    net = deep(depth, unit, start, generators(seeds), **more)
    x, d, _, _ = (part[:, :100] for part in data(seeds))
    y, caches = net.forward(x)
    dy, found = LOSS(y, d)[1], []
    for layer, cache in zip(net.layers[::-1], caches[::-1], strict=True):
        dx, grads = layer.backward(dy, cache)
        found.append((layer, dy, grads))
        dy = dx
    return found[::-1]


def per_layer(found: Any) -> float:
    """The factor by which dE/dy changes on its way down one layer, typical of the nets."""
    line = [
        np.sqrt((dy**2).mean(axis=(-2, -1)))
        for layer, dy, _ in found
        if isinstance(layer, Skip | Logistic | Tanh | ReLU)
    ]
    return float(np.exp(np.log(line[0] / line[-1]).mean() / (len(line) - 1)))


@pytest.mark.parametrize(
    ("unit", "start", "norm", "low", "high"),
    [
        (Logistic, glorot_uniform(), None, 0.22, 0.25),
        (Logistic, he_normal(), None, 0.29, 0.33),
        (Tanh, orthogonal(), None, 0.92, 0.97),
        (Tanh, glorot_uniform(2), None, 1.12, 1.20),
        (ReLU, glorot_uniform(), None, 0.67, 0.72),
        (ReLU, he_normal(), None, 0.95, 1.01),
        (ReLU, he_normal(), BatchNorm, 1.15, 1.26),
    ],
)
def test_the_signal_shrinks_or_grows_by_a_factor_at_every_layer(
    unit: type, start: Any, norm: type | None, low: float, high: float
) -> None:
    assert low < per_layer(walked(unit, start, norm=norm)) < high


def test_no_logistic_layer_lets_more_through_than_a_quarter_of_its_largest_singular_value() -> None:
    found = walked(Logistic, glorot_uniform())
    lengths = [np.sqrt((dy**2).sum(axis=(-2, -1))) for layer, dy, _ in found if isinstance(layer, Logistic)]
    weights = [layer.params["W"] for layer, _, grads in found if grads][1:-1]
    for below, above, W in zip(lengths, lengths[1:], weights, strict=False):
        assert (below <= above * np.linalg.svd(W, compute_uv=False)[:, 0] / 4).all()


@pytest.mark.parametrize("start", [glorot_uniform(), he_normal()])
def test_rectifiers_without_biases_have_one_inner_product_in_every_layer(start: Any) -> None:
    inner = np.array(
        [
            (layer.params["W"] * grads["W"]).sum(axis=(-2, -1))
            for layer, _, grads in walked(ReLU, start)
            if grads
        ]
    )
    np.testing.assert_allclose(inner, np.broadcast_to(inner[0], inner.shape), rtol=1e-12)


def test_too_small_a_start_leaves_rectifiers_equal_weight_gradients() -> None:
    norms = [np.sqrt((grads["W"] ** 2).mean()) for _, _, grads in walked(ReLU, glorot_uniform()) if grads]
    assert max(norms[:-1]) / min(norms[:-1]) < 4
    assert max(norms[:-1]) < 1e-5


def test_scaled_skips_grow_as_derived_where_the_branch_ends_in_weights() -> None:
    rngs, depth = generators(range(9300, 9320)), 30
    blocks = [
        Skip(Dense(32, 32, rngs, weight=he_normal()), ReLU(), Dense(32, 32, rngs), scale=depth**-0.5)
        for _ in range(depth)
    ]
    net = Sequential(*blocks)
    x = np.random.default_rng(9400).standard_normal((50, 32))
    y, cache = net.forward(x)
    dy = np.random.default_rng(9401).standard_normal(y.shape)
    growth = np.sqrt((net.backward(dy, cache)[0] ** 2).mean() / (dy**2).mean())
    assert growth == pytest.approx((1 + 1 / depth) ** (depth / 2), rel=0.1)


def test_the_cliff_lies_between_three_and_four_logistic_layers() -> None:
    seeds = range(9200, 9206)

    def best(depth: int, gain: float = 1.0) -> float:
        found = []
        for rate in (0.1, 0.3):
            net = deep(depth, Logistic, glorot_uniform(gain), generators(seeds), dtype=np.float32)
            found.append(float(np.median(taught(net, seeds, Momentum(rate), 6))))
        return min(found)

    assert best(3) < 25
    assert best(4) > 80
    assert best(6, gain=4.0) < 25  # the slope of the logistic unit at 0 is a quarter


def test_what_does_not_lift_thirty_layers() -> None:
    assert lifted(30, Logistic, glorot_uniform(), 0.01).min() > 80
    assert np.median(lifted(30, ReLU, he_normal(), 0.003)) > 50
    assert np.median(lifted(30, ReLU, he_normal(), 0.03, norm=BatchNorm)) > 50
    assert lifted(30, ReLU, he_normal(), 0.003, scale=1.0).min() > 50


def test_what_lifts_thirty_layers_and_fifty() -> None:
    assert (lifted(30, Logistic, glorot_uniform(), 0.03, scale=1.0) < 20).sum() >= 11
    assert (lifted(30, ReLU, glorot_uniform(), 0.03, scale=30**-0.5) < 20).sum() >= 11
    assert (lifted(50, ReLU, he_normal(), 0.03, scale=50**-0.5) < 20).sum() >= 11
    assert np.median(lifted(30, Tanh, orthogonal(), 0.003)) < 30
