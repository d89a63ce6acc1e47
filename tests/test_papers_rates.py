"""Learning rates, momentum, the largest eigenvalue (LeCun et al. 1998, sections 4.7, 5, 9.2) on fresh seeds.

The seeds are not those of the page, the nets, the digits and the settings are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backprop import (
    Dense,
    GradientDescent,
    LeCunTanh,
    Momentum,
    Nesterov,
    Sequential,
    hessian_vector,
    mean_over_cases,
    power_iteration,
    sum_of_squares,
    train,
    train_minibatches,
)
from backprop.data.datasets import digits, one_hot
from backprop.layers.layer import Array
from backprop.learning.schedules import exponential, linear

MEAN = mean_over_cases(sum_of_squares)
PIXELS, LABELS = (part[600:900] for part in digits())
SPREAD = PIXELS.std(axis=0)
X = (PIXELS - PIXELS.mean(axis=0)) / np.where(SPREAD > 0, SPREAD, 1)
D = 2 * one_hot(LABELS, 10) - 1
SEEDS = range(7000, 7006)


def nets(seeds: Array | range) -> Sequential:
    rngs = [np.random.default_rng(int(seed)) for seed in seeds]
    return Sequential(Dense(64, 30, rngs), LeCunTanh(), Dense(30, 10, rngs), LeCunTanh())


def errors(many: Sequential) -> Array:
    return np.asarray(MEAN(many.forward(X)[0], D)[0])


@pytest.fixture(scope="module")
def steepest() -> Array:
    return power_iteration(nets(SEEDS), MEAN, X, D, np.random.default_rng(1), tolerance=0.005).value


def on_a_grid(
    rule: Callable[[Array], GradientDescent],
    factors: Array,
    steepest: Array,
    *,
    single: bool,
    changes: int = 60,
) -> tuple[float, float]:
    """The best rate in units of 1/λmax, and the median error there."""
    seeds = np.tile(SEEDS, len(factors))
    many, optimizer = nets(seeds), rule(np.outer(factors, 1 / steepest).ravel())
    if single:
        orders = [np.random.default_rng(int(seed) + 500) for seed in seeds]
        train_minibatches(many, MEAN, X, D, optimizer, 2, rng=orders, keep_diverged=True)
    else:
        train(many, MEAN, X, D, optimizer, changes, keep_diverged=True)
    E = np.median(errors(many).reshape(len(factors), -1), axis=1)
    return float(factors[E.argmin()]), float(E.min())


BATCH, SINGLE = 2.0 ** np.arange(-1, 5), 2.0 ** np.arange(-8, 1)


def test_the_predicted_rate_is_timid_in_batch_and_ruinous_for_single_cases(steepest: Array) -> None:
    best, _ = on_a_grid(GradientDescent, BATCH, steepest, single=False)
    assert best in {2, 4, 8}
    best, E = on_a_grid(GradientDescent, SINGLE, steepest, single=True)
    assert best <= 1 / 4
    _, at_one = on_a_grid(GradientDescent, np.array([1.0]), steepest, single=True)
    assert at_one > 4 * E


def test_momentum_helps_in_batch(steepest: Array) -> None:
    _, plain = on_a_grid(GradientDescent, BATCH, steepest, single=False)
    for rule in (Momentum, Nesterov):
        _, faster = on_a_grid(lambda r, rule=rule: rule(r, 0.9), BATCH[:4], steepest, single=False)
        assert faster < 0.7 * plain


def test_momentum_hardly_helps_after_single_cases(steepest: Array) -> None:
    best, plain = on_a_grid(GradientDescent, SINGLE[4:7], steepest, single=True)
    lower, same = on_a_grid(lambda r: Momentum(r, 0.9), SINGLE[:5], steepest, single=True)
    assert 0.85 < same / plain < 1.15
    assert lower < best / 3


def test_the_curvature_falls_where_the_steps_are_long(steepest: Array) -> None:
    products = {}
    for factor in (1.0, 4.0):
        many = nets(SEEDS)
        train(many, MEAN, X, D, GradientDescent(factor / steepest), 30)
        later = power_iteration(many, MEAN, X, D, np.random.default_rng(2), tolerance=0.03).value
        products[factor] = float(np.median(factor * later / steepest))
    assert products[4.0] < 2.6
    assert products[1.0] > 0.6


def test_a_single_case_is_several_times_steeper_than_the_mean(steepest: Array) -> None:
    one = nets(SEEDS[:1])
    alone = [
        power_iteration(one, MEAN, X[[c]], D[[c]], np.random.default_rng(3), tolerance=0.05).value[0]
        for c in range(0, 300, 30)
    ]
    assert 4 < np.median(alone) / steepest[0] < 16


def test_the_largest_eigenvalue_agrees_with_the_whole_hessian() -> None:
    """On a net small enough to have one; products for a residual of 1 % stay below 150."""
    rng = np.random.default_rng(7100)
    small = Sequential(Dense(64, 2, rng), LeCunTanh(), Dense(2, 10, rng), LeCunTanh())
    columns = []
    for name, w in small.params.items():
        for index in np.ndindex(w.shape):
            v = {key: np.zeros_like(array) for key, array in small.params.items()}
            v[name][index] = 1
            product = hessian_vector(small, MEAN, X, D, v)
            columns.append(np.concatenate([product[key].ravel() for key in small.params]))
    values = np.linalg.eigvalsh(np.array(columns))
    pair = power_iteration(small, MEAN, X, D, np.random.default_rng(4))
    assert abs(pair.value / values[-1] - 1) < 0.005
    assert pair.products < 150


@pytest.mark.parametrize(("kappa", "plain", "ball", "ahead"), [(10, 64, 25, 39), (100, 634, 87, 142)])
def test_steps_on_bowls(kappa: int, plain: int, ball: int, ahead: int) -> None:
    """Deterministic: a start of equal parts along twenty axes, to a millionth of the distance."""
    spectrum = np.geomspace(1 / kappa, 1, 20)
    rho = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    rules = GradientDescent(2 / (1 + 1 / kappa)), Momentum((1 + rho) ** 2, rho**2), Nesterov(1.0, rho)
    for rule, expected in zip(rules, (plain, ball, ahead), strict=True):
        w, steps = {"w": np.full(20, 20**-0.5)}, 0
        while np.linalg.norm(w["w"]) > 1e-6:
            rule.step(w, {"w": spectrum * w["w"]})
            steps += 1
        assert abs(steps - expected) <= 1


def test_no_pair_on_a_grid_beats_the_derived_one() -> None:
    kappa = 10.0
    rho = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    eta, alpha = np.meshgrid(np.linspace(0.02, 4, 200), np.linspace(0, 0.98, 99))
    worst = np.zeros_like(eta)
    for curvature in np.geomspace(1 / kappa, 1, 7):
        b = 1 + alpha - eta * curvature
        root = np.sqrt((b * b - 4 * alpha).astype(complex))
        worst = np.maximum(worst, np.maximum(abs(b + root), abs(b - root)) / 2)
    assert rho - 1e-9 <= worst.min() < rho + 0.03


def test_a_falling_rate_may_begin_higher_and_ends_lower(steepest: Array) -> None:
    factors, T = 2.0 ** np.arange(-1, 4), 300
    found = {}
    for name in ("constant", "linear"):
        seeds = np.tile(SEEDS, len(factors))
        many, orders = nets(seeds), [np.random.default_rng(int(seed) + 900) for seed in seeds]
        rates = np.outer(factors, 1 / steepest).ravel()
        schedule = linear(rates, T) if name == "linear" else None
        rule = GradientDescent(rates)
        train_minibatches(
            many, MEAN, X, D, rule, 10, size=10, rng=orders, schedule=schedule, keep_diverged=True
        )
        E = np.median(errors(many).reshape(len(factors), -1), axis=1)
        found[name] = factors[E.argmin()], E.min()
    assert found["linear"][0] > found["constant"][0]
    assert found["linear"][1] < 0.9 * found["constant"][1]


def test_a_fast_rate_finder_points_beyond_the_best_constant_rate_a_slow_one_less(steepest: Array) -> None:
    lowest = {}
    for changes in (30, 300, 1000):
        many = nets(SEEDS)
        schedule = exponential(0.001 / steepest, 30 / steepest, changes)
        history = train(
            many, MEAN, X, D, GradientDescent(1.0), changes, schedule=schedule, keep_diverged=True
        )
        last = history.errors[1:].argmin(axis=0)  # the change that has left the lowest error
        lowest[changes] = float(np.median(0.001 * 30_000 ** (last / changes)))
    assert 4.2 < lowest[30] < 15 and 5 < lowest[300] < 15
    assert lowest[1000] < 0.8 * lowest[300]
