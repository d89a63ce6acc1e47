"""Rectifiers on seeds that the page does not use: regions, dead units, who comes back, who learns faster.

Hanin and Rolnick (2019) for the regions of nets at the start; the other bars are our own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import (
    Dense,
    GradientDescent,
    LeakyReLU,
    Logistic,
    ReLU,
    Sequential,
    Tanh,
    constant,
    fan_in_normal,
    he_normal,
    mean_over_cases,
    normal,
    softmax_cross_entropy,
    train_minibatches,
)
from backprop.data.datasets import digits
from backprop.layers.layer import Array

SEEDS = range(9100, 9108)
IMAGES, LABELS = digits()
LOSS = mean_over_cases(softmax_cross_entropy)


def data(centre: bool, scale: bool = False) -> list[Array]:
    parts = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(IMAGES))
        x, t = IMAGES[order[:1140]], LABELS[order[:1140]]
        x = x - x[:640].mean(axis=0) if centre else x
        spread = x[:640].std(axis=0)
        x = x / np.where(spread < 1e-3, 1, spread) if scale else x
        parts.append((x[:640], np.eye(10)[t[:640]], x[640:], t[640:]))
    return [np.stack(part) for part in zip(*parts, strict=True)]


def stack(unit: Any, gain: float, depth: int = 2, units: int = 64, bias: float = 0.0) -> Sequential:
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    layers: list[Any] = []
    for i in range(depth):
        start = {"weight": fan_in_normal(gain), "bias": constant(bias)}
        layers += [Dense(units if i else 64, units, rngs, **start), unit()]
    return Sequential(*layers, Dense(units, 10, rngs))


def taught(net: Sequential, x: Array, d: Array, rule: GradientDescent, epochs: int) -> Array:
    rng = [np.random.default_rng(seed + 1000) for seed in SEEDS]
    return train_minibatches(net, LOSS, x, d, rule, epochs, size=32, rng=rng, keep_diverged=True).errors


def dead(net: Sequential, x: Array) -> list[Array]:
    found = []
    for layer in net.layers:
        x, _ = layer.forward(x)
        if not layer.params:
            found.append((x <= 0).all(axis=-2))
    return found


def test_units_die_at_large_rates_and_centring_saves_the_first_layer() -> None:
    share = {}
    for centre, rate in ((False, 0.1), (False, 1.0), (True, 1.0)):
        x, d, _, _ = data(centre)
        net = stack(ReLU, 2**0.5)
        taught(net, x, d, GradientDescent(rate), 6)
        share[centre, rate] = dead(net, x)[0].mean()
    assert share[False, 0.1] <= 0.08
    assert share[False, 1.0] >= 0.4
    assert share[True, 1.0] <= 0.02


class FirstHeld(GradientDescent):
    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        return {name: w * (name[0] != "0") for name, w in super().changes(grads).items()}


def test_the_dead_come_back_only_where_the_layer_below_moves() -> None:
    x, d, _, _ = data(centre=True, scale=True)
    back = []
    for rule in (GradientDescent(0.3), FirstHeld(0.3)):
        net = stack(ReLU, 1, bias=-1)
        before = dead(net, x)
        taught(net, x, d, rule, 8)
        after = dead(net, x)
        assert not (before[0] & ~after[0]).any()
        back.append((before[1] & ~after[1]).sum() / before[1].sum())
    assert back[0] >= 0.5
    assert back[1] == 0


def test_units_that_cannot_die_fail_at_the_same_rate() -> None:
    x, d, x_test, t_test = data(centre=False)
    net = stack(lambda: LeakyReLU(0.1), 2**0.5)
    taught(net, x, d, GradientDescent(1.0), 5)
    assert (net.forward(x_test)[0].argmax(axis=-1) != t_test).mean() > 0.3


def test_half_of_the_outputs_are_zero_and_training_does_not_add_to_them() -> None:
    x, d, x_test, _ = data(centre=True)
    net = stack(ReLU, 2**0.5, depth=3)
    zeros = []
    for epochs in (0, 12):
        if epochs:
            taught(net, x, d, GradientDescent(0.1), epochs)
        y, share = x_test, []
        for layer in net.layers[:-1]:
            y, _ = layer.forward(y)
            share.append((y == 0).mean())
        zeros.append(np.array(share[1::2]))
    assert abs(zeros[0] - 0.5).max() < 0.06
    assert (zeros[1] < zeros[0] + 0.02).all()
    assert zeros[1].mean() < zeros[0].mean() - 0.05


def test_tanh_is_not_slower_and_logistic_units_are_in_three_layers() -> None:
    x, d, _, _ = data(centre=True, scale=True)
    third = {}
    for unit, gain in ((ReLU, 2**0.5), (Tanh, 1), (Logistic, 1)):
        runs = [
            taught(stack(unit, gain, depth=3, units=32), x, d, GradientDescent(rate), 3)[2].mean() / 20
            for rate in (0.1, 0.3, 1.0, 3.0)
        ]
        third[unit] = min(runs)
    assert third[Tanh] < 1.2 * third[ReLU]
    assert third[Logistic] > 5 * third[ReLU]


def pieces(sizes: list[int], seed: int, points: int = 20001) -> int:
    """How many patterns of on and off follow one another along a line: a lower bound for the pieces."""
    rng = np.random.default_rng(seed)
    y = np.stack([np.linspace(-3, 3, points), np.zeros(points)], axis=1)
    changes = np.zeros(points - 1, bool)
    for m, n in zip([2, *sizes], sizes, strict=False):
        dense = Dense(m, n, rng, weight=he_normal(), bias=normal(0.5))
        y, on = ReLU().forward(dense.forward(y)[0])
        changes |= (on[1:] != on[:-1]).any(axis=1)
    return 1 + int(changes.sum())


def test_pieces_along_a_line_grow_with_the_units_not_with_the_depth() -> None:
    for depth in (1, 4):
        of_each = [
            np.mean([pieces([units // depth] * depth, seed) for seed in range(9100, 9120)]) / units
            for units in (24, 48)
        ]
        assert min(of_each) > 0.5
        assert max(of_each) < 1.1
