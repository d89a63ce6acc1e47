"""What the page on inputs says of mean, scale and correlation, on seeds the page does not use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from backprop import (
    Adaline,
    Dense,
    GradientDescent,
    Sequential,
    Standardize,
    Tanh,
    Whiten,
    mean_over_cases,
    softmax_cross_entropy,
    train_minibatches,
)
from backprop.data.datasets import digits, one_hot, split, two_gaussians
from backprop.layers.layer import Array

Scaling = Callable[[Array], Array]


def hessian(X: Array) -> Array:
    A = np.column_stack([X, np.ones(len(X))])
    H: Array = A.T @ A / len(X)
    return H


def test_a_shift_of_the_two_clouds_lengthens_the_valley_and_the_epochs() -> None:
    """κ is 16 where centred and scaled, 127 and 1,904 where shifted by 1 and 3, and 1 where whitened."""
    kappas, epochs = [], []
    for seed in range(500, 508):
        X, t = two_gaussians(100, np.random.default_rng(seed), sigma=0.19)
        A = np.column_stack([X, np.ones(100)])
        least = ((t - A @ np.linalg.lstsq(A, t, rcond=None)[0]) ** 2).mean() / 2
        for inputs in (Standardize(X)(X), X + 1, X + 3, Whiten(X)(X)):
            low, *_, high = np.linalg.eigvalsh(hessian(inputs))
            run = Adaline(2 / (low + high), epochs=int(4 * high / low) + 50).fit(inputs, t)
            kappas.append(high / low)
            epochs.append(int(np.argmax(np.array(run.errors) < 1.01 * least)))
    kappa = np.median(np.reshape(kappas, (-1, 4)), axis=0)
    count = np.median(np.reshape(epochs, (-1, 4)), axis=0)
    np.testing.assert_allclose(kappa, [16, 127, 1904, 1], rtol=0.2)
    assert count[3] == 1 and (count[:3] > 0).all()
    np.testing.assert_allclose((count / kappa)[:3], 1.75, rtol=0.5)


@pytest.mark.parametrize("seed", range(700, 720))
def test_no_mean_is_better_than_0_and_the_bound_holds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 8))
    Z = rng.normal(size=(50, m)) @ rng.normal(size=(m, m))
    C = np.atleast_2d(np.cov(Z.T, bias=True))
    at_zero = np.linalg.cond(hessian(Z - Z.mean(axis=0)))
    for far in (0.1, 1.0, 10.0):
        X = Z - Z.mean(axis=0) + far * rng.normal(size=m)
        mean = X.mean(axis=0)
        kappa, square = np.linalg.cond(hessian(X)), mean @ mean
        assert kappa > at_zero * (1 - 1e-9)
        assert kappa > (1 + square) ** 2 * square / (mean @ C @ mean)


def test_the_zigzag_costs_no_time_but_the_mean_costs_the_rate() -> None:
    X = np.random.default_rng(900).uniform(1, 2, (100, 1500, 2))
    goal, R = np.array([1.0, -1.0]), np.array([[1, -1], [1, 1]]) / np.sqrt(2)

    def cases_needed(X: Array, goal: Array, rate: float) -> float:
        w, taken, walking = np.zeros((len(X), 2)), np.zeros(len(X)), np.ones(len(X), bool)
        for x in X.swapaxes(0, 1):
            w = w + rate * ((goal - w) * x).sum(axis=1, keepdims=True) * x
            taken += walking
            walking &= np.linalg.norm(w - goal, axis=1) > 0.01 * np.sqrt(2)
        return float(np.median(np.where(walking, np.inf, taken)))

    positive = cases_needed(X, goal, 0.2)
    assert cases_needed(X @ R.T, R @ goal, 0.2) == positive
    assert cases_needed(X - 1.5, goal, 0.2) == pytest.approx(positive, rel=0.1)
    assert cases_needed(X - 1.5, goal, 4.8) < positive / 10


def test_a_negative_is_learned_worse_and_full_whitening_misreads_more() -> None:
    pixels, labels = digits()
    seeds = range(2000, 2010)
    parts = [split(pixels, labels, 500, np.random.default_rng(seed)) for seed in seeds]
    d = np.stack([one_hot(part[1], 10) for part in parts])
    loss = mean_over_cases(softmax_cross_entropy)

    def outcome(fits: Sequence[Scaling], rate: float) -> tuple[float, float]:
        x, new = ([fit(part[i]) for fit, part in zip(fits, parts, strict=True)] for i in (0, 2))
        width = min(array.shape[1] for array in x)
        inputs, test = (np.stack([array[:, :width] for array in arrays]) for arrays in (x, new))
        starts, orders = ([np.random.default_rng(seed + more) for seed in seeds] for more in (100, 200))
        net = Sequential(Dense(width, 30, starts), Tanh(), Dense(30, 10, starts))
        train_minibatches(net, loss, inputs, d, GradientDescent(rate), 5, size=32, rng=orders)
        said = net.forward(test)[0].argmax(axis=-1)
        wrong = float((said != np.stack([part[3] for part in parts])).mean())
        return float(np.median(loss(net.forward(inputs)[0], d)[0])), 100 * wrong

    def centring(train: Array) -> Scaling:
        mean = train.mean(axis=0)
        return lambda x: x - mean

    ink = outcome([lambda x: x] * 10, 1.0)
    negative = outcome([lambda x: 1 - x] * 10, 0.3)
    centred = outcome([centring(part[0]) for part in parts], 3.0)
    whitened = outcome([Whiten(part[0]) for part in parts], 3.0)
    assert negative[0] > 1.5 * ink[0] > 3 * centred[0]
    assert negative[1] > ink[1] + 1 > centred[1] + 2
    assert whitened[1] > 1.4 * centred[1]
