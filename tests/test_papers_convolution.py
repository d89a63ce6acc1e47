"""Digits that are moved after training in the middle of a field; the seeds are not those of the page.

LeCun et al. (1989) for the shared weights and the unshared biases, Zhang (2019) for what strides do; the bars
are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    Adam,
    Convolution,
    Dense,
    Flatten,
    GlobalMaxPooling,
    Layer,
    ReLU,
    Sequential,
    mean_over_cases,
    minibatches,
    softmax_cross_entropy,
)
from backprop.data.datasets import digits
from backprop.layers.layer import Array

SEEDS = range(9000, 9010)
IMAGES, LABELS = digits()
LOSS = mean_over_cases(softmax_cross_entropy)
ONE_HOT = np.eye(10, dtype=np.float32)[LABELS]
Make = Callable[[np.random.Generator], Sequential]


def field(rows: Array, right: int = 0, down: int = 0, size: int = 14) -> Array:
    fields, corner = np.zeros((len(rows), size, size, 1), np.float32), (size - 8) // 2
    top, left = corner + down, corner + right
    fields[:, top : top + 8, left : left + 8, 0] = rows.reshape(-1, 8, 8)
    return fields


class Unshared(Layer):
    """5×5 windows at the 196 places of a field, each with its own weights."""

    def __init__(self, maps: int, rng: np.random.Generator) -> None:
        self.params = {"W": rng.normal(size=(196, 25, maps)) / 5, "b": np.zeros((196, 1, maps))}

    def forward(self, x: Array) -> tuple[Array, Array]:
        padded = np.pad(x[..., 0], ((0, 0), (2, 2), (2, 2)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (1, 2))
        windows = windows.reshape(len(x), 196, 25).swapaxes(0, 1)
        y = windows @ self.params["W"] + self.params["b"]
        return y.swapaxes(0, 1).reshape(len(x), 14, 14, -1), windows

    def gradients(self, dy: Array, cache: Any) -> dict[str, Array]:
        dy = dy.reshape(len(dy), 196, -1).swapaxes(0, 1)
        return {"W": cache.mT @ dy, "b": dy.sum(axis=1, keepdims=True)}


def pooled(first: Layer, rng: np.random.Generator) -> Sequential:
    return Sequential(first, GlobalMaxPooling(), ReLU(), Dense(16, 10, rng))


def convolved(rng: np.random.Generator, **settings: Any) -> Sequential:
    return pooled(Convolution(1, 16, 5, rng, padding=2, **settings), rng)


MAKE: dict[str, Make] = {
    "dense": lambda rng: Sequential(Flatten(), Dense(196, 32, rng), ReLU(), Dense(32, 10, rng)),
    "unshared": lambda rng: pooled(Unshared(16, rng), rng),
    "own biases": lambda rng: convolved(rng, unit_biases=(14, 14)),
    "stride 2": lambda rng: convolved(rng, stride=2),
    "stride 1": convolved,
}


def taught(make: Make, seed: int) -> tuple[Sequential, Array]:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(IMAGES))
    net, rule = make(rng).astype(np.float32), Adam(0.02)
    x = field(IMAGES[order[:500]]).reshape(500, -1)
    for _ in range(10):
        for rows, d in minibatches(x, ONE_HOT[order[:500]], 25, rng):
            y, caches = net.forward(rows.reshape(-1, 14, 14, 1))
            rule.step(net.params, net.gradients(LOSS(y, d)[1], caches))
    return net, order[-200:]


def misread(make: Make, *sizes: int) -> list[Array]:
    """For each size of the field, per cent misread (seeds, 4) of new digits moved right or down by 0 to 3."""
    nets = [taught(make, seed) for seed in SEEDS]
    found = []
    for size in sizes or (14,):
        off = np.zeros((len(nets), 4))
        for (net, new), row in zip(nets, off, strict=True):
            for d in range(4):
                for x in (field(IMAGES[new], right=d, size=size), field(IMAGES[new], down=d, size=size)):
                    row[d] += 50 * (net.forward(x)[0].argmax(axis=1) != LABELS[new]).mean()
        found.append(off)
    return found


@pytest.mark.parametrize("name", ["dense", "unshared"])
def test_a_digit_moved_by_two_pixels_is_lost_without_sharing(name: str) -> None:
    off = misread(MAKE[name])[0].mean(axis=0)
    assert off[0] < 12 and off[1] > 40 and off[2] > 75, off


def test_sharing_stride_one_and_the_global_maximum_read_it_anywhere() -> None:
    off, wide = misread(MAKE["stride 1"], 14, 20)
    np.testing.assert_allclose(off[:, 0], off[:, 1], atol=0.5)  # every window is still there
    assert off[:, 2].mean() < 18, off.mean(axis=0)
    assert np.ptp(wide, axis=1).max() < 0.5, wide  # without an edge there is no difference


def test_a_bias_for_every_unit_spoils_half_of_it() -> None:
    off = misread(MAKE["own biases"])[0].mean(axis=0)
    assert off[0] < 12 and 35 < off[2] < 72, off


def test_stride_two_minds_odd_moves() -> None:
    off = misread(MAKE["stride 2"])[0].mean(axis=0)
    assert off[1] > off[2] + 25 and off[3] > off[2] + 25, off
