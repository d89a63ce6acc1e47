"""What the page with all tricks together says, on other seeds (LeCun et al. 1998, section 4)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backprop import (
    Dense,
    Layer,
    LeCunTanh,
    Logistic,
    Momentum,
    Sequential,
    Standardize,
    lecun_normal,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
    train_minibatches,
    uniform,
)
from backprop.data.datasets import digits, one_hot
from backprop.layers.layer import Array
from backprop.learning.schedules import linear

SEEDS = range(1000, 1020)
Case = tuple[Array, Array]


class LayerRates(Momentum):
    """Momentum with 1.5 times the rate below and 1 / 1.5 times above."""

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        factors = {"0": 1.5, "2": 1 / 1.5}
        return super().changes({name: factors[name[0]] * g for name, g in grads.items()})


def digit_sets(seed: int) -> tuple[Case, Case]:
    """400 digits sorted by class, and 1,000 others."""
    X, digit = digits()
    order = np.random.default_rng(seed).permutation(len(X))
    known, _, new = np.split(order, [400, 797])
    known = known[np.argsort(digit[known], kind="stable")]
    targets = one_hot(digit, 10)
    return (X[known], targets[known]), (X[new], targets[new])


def arm_sets(seed: int) -> tuple[Case, Case]:
    """200 positions of an arm with three joints, sorted by the first, and 1,000 others."""
    rng = np.random.default_rng(seed)
    turned = rng.uniform(size=(1200, 3))
    turned[:200] = turned[:200][turned[:200, 0].argsort()]
    length = np.array([1, 0.8, 0.5])
    angle = np.cumsum((turned - 0.5) * [2.5, 3, 3], axis=-1)
    hand = np.stack([np.cos(angle) @ length, np.sin(angle) @ length], axis=-1)
    seen = hand + 0.1 * rng.normal(size=hand.shape)
    x, d = turned * [5, 10, 1], Standardize(seen[:200])(seen)
    return (x[:200], d[:200]), (x[200:], d[200:])


@cache
def left_by(task: str, left_out: tuple[str, ...], power: int) -> Array:
    """Test errors in % of the recipe without some tricks, at the rate 2^power, one for each seed."""
    whole = [(arm_sets if task == "arm" else digit_sets)(seed) for seed in SEEDS]
    if "inputs" not in left_out:
        ready = [Standardize(learned[0]) for learned, _ in whole]
        whole = [((f(a[0]), a[1]), (f(b[0]), b[1])) for f, (a, b) in zip(ready, whole, strict=True)]
    x, d = (np.stack([learned[i] for learned, _ in whole]) for i in (0, 1))
    new_x, new_d = (np.stack([new[i] for _, new in whole]) for i in (0, 1))

    rngs = [np.random.default_rng([seed, 1]) for seed in SEEDS]
    weight = uniform(1) if "start" in left_out else lecun_normal()
    unit = Logistic if "sigmoid" in left_out else LeCunTanh
    layers: list[Layer] = [
        Dense(x.shape[-1], 20, rngs, weight=weight),
        unit(),
        Dense(20, d.shape[-1], rngs, weight=weight),
    ]
    if task == "digits":
        layers.append(unit())
        bend = 0.5 - 3**0.5 / 6
        d = bend + (1 - 2 * bend) * d if unit is Logistic else 2 * d - 1
    net, rate, epochs = Sequential(*layers), 2.0**power, 20 if task == "arm" else 5
    train_minibatches(
        net,
        mean_over_cases(softmax_cross_entropy if task == "softmax" else sum_of_squares),
        x,
        d,
        LayerRates(rate, 0.5),
        epochs,
        size=5,
        rng=None if "shuffling" in left_out else rngs,
        schedule=linear(rate, epochs * x.shape[1] // 5),
    )
    y = net.forward(new_x)[0]
    if task == "arm":
        return np.asarray(100 * ((y - new_d) ** 2).mean(axis=(1, 2)))
    return np.asarray(100 * (y.argmax(axis=-1) != new_d.argmax(axis=-1)).mean(axis=1))


# Task, what is left out, its rate and the recipe's as powers of 2, and the least mean change.
NEEDED = [
    ("digits", "start", -3, -4, 5.0),
    ("digits", "shuffling", -5, -4, 1.0),
    ("softmax", "start", -2, -3, 2.0),
    ("arm", "shuffling", -4, -3, 1.0),
    ("arm", "inputs", -4, -3, 5.0),
]


@pytest.mark.parametrize(("task", "trick", "own", "recipe", "least"), NEEDED)
def test_what_the_recipe_needs(task: str, trick: str, own: int, recipe: int, least: float) -> None:
    change = left_by(task, (trick,), own) - left_by(task, (), recipe)
    assert change.mean() > least
    assert (change > 0).sum() >= 17


@pytest.mark.parametrize(("task", "own", "recipe"), [("digits", 3, -4), ("arm", -1, -3)])
def test_the_logistic_unit_loses_only_at_a_borrowed_rate(task: str, own: int, recipe: int) -> None:
    whole = left_by(task, (), recipe)
    assert (left_by(task, ("sigmoid",), own) - whole).mean() < 0.5
    assert (left_by(task, ("sigmoid",), recipe) - whole).mean() > 1


def test_start_and_sigmoid_interact_on_the_digits() -> None:
    start, sigmoid = left_by("digits", ("start",), -3), left_by("digits", ("sigmoid",), 3)
    both = left_by("digits", ("start", "sigmoid"), 3)
    mixed = left_by("digits", (), -4) - start - sigmoid + both
    assert mixed.mean() < -4
    assert mixed.mean() < -4 * mixed.std(ddof=1) / np.sqrt(len(SEEDS))
