"""What the chapter on single cases and batches says, on other seeds (LeCun et al. 1998, 4.1 to 4.2)."""

from __future__ import annotations

import numpy as np
import pytest

from backprop import (
    Dense,
    GradientDescent,
    Sequential,
    Tanh,
    datasets,
    mean_over_cases,
    softmax,
    softmax_cross_entropy,
    train_minibatches,
)
from backprop.layers.layer import Array
from backprop.learning.schedules import Schedule, inverse_time, steps

X, DIGIT = datasets.digits()
TARGETS = datasets.one_hot(DIGIT, 10)
LOSS = mean_over_cases(softmax_cross_entropy)
CURVATURES = np.geomspace(0.1, 1, 10)


def net(seeds: range) -> tuple[Sequential, list[np.random.Generator]]:
    rngs = [np.random.default_rng(seed) for seed in seeds]
    return Sequential(Dense(64, 10, rngs), Tanh(), Dense(10, 10, rngs)), rngs


def places(seeds: range, count: int = len(X)) -> Array:
    return np.array([np.random.default_rng([seed, 1]).permutation(len(X))[:count] for seed in seeds])


def epochs_to(goal: float, chosen: Array, size: int, rate: float, seeds: range, limit: int) -> float:
    nets, rngs = net(seeds)
    x, d, E = X[chosen], TARGETS[chosen], []

    def look(_: int) -> bool:
        E.append(LOSS(nets.forward(x)[0], d)[0])
        return bool((E[-1] < goal).all())

    train_minibatches(nets, LOSS, x, d, GradientDescent(rate), limit, size=size, rng=rngs, after_epoch=look)
    below = np.array(E) < goal
    assert below.any(axis=0).mean() > 0.5
    return float(np.median(np.where(below.any(axis=0), below.argmax(axis=0) + 1, np.inf)))


def test_ten_copies_are_worth_ten_epochs_to_single_cases_and_nothing_to_the_batch() -> None:
    seeds = range(1000, 1006)
    once = places(seeds, 100)
    whole = epochs_to(0.03, once, 100, 2.0, seeds, 250)
    singly = epochs_to(0.03, once, 1, 0.2, seeds, 40)
    copied = epochs_to(0.03, np.tile(once, (1, 10)), 1, 0.1, seeds, 6)
    assert 60 <= whole <= 200
    assert whole > 5 * singly
    assert copied <= 3 and singly > 3 * copied


def excess(rate: Schedule | float, changes: int, runs: int, seed: int, start: float = 0.0) -> Array:
    """The mean excess after every change of a quadratic with added noise."""
    rng, found = np.random.default_rng(seed), []
    z = np.full((runs, 10), start)
    for t in range(changes):
        eta = rate(t) if callable(rate) else rate
        z = z - eta * (CURVATURES * z + rng.normal(size=z.shape))
        found.append((CURVATURES * z**2).sum(axis=1).mean() / 2)
    return np.array(found)


@pytest.mark.parametrize("eta", [0.05, 0.3, 1.0, 1.9])
def test_the_excess_at_a_fixed_rate(eta: float) -> None:
    measured = excess(eta, 2000, 100, seed=11)[500:].mean()
    assert measured == pytest.approx((eta / (2 - eta * CURVATURES)).sum() / 2, rel=0.05)


@pytest.mark.parametrize(("B", "share"), [(1, 0.2), (1, 0.6), (4, 0.6)])
def test_the_excess_of_a_linear_unit_case_by_case(B: int, share: float, m: int = 5) -> None:
    rng, eta = np.random.default_rng(12), share * 2 * B / (B + m + 1)
    off, found = np.zeros((200, m)), []
    for _ in range(1200):
        x, e = rng.normal(size=(200, B, m)), rng.normal(size=(200, B))
        error = (x @ off[:, :, None])[..., 0] - e
        off = off - eta * (error[:, None] @ x)[:, 0] / B
        found.append((off**2).sum(axis=1).mean() / 2)
    derived = m * eta / (2 * B - (B + m + 1) * eta) / 2
    assert np.mean(found[200:]) == pytest.approx(derived, rel=0.05)
    if share == 0.6:
        assert derived > 1.5 * m * eta / (2 - eta) / B / 2  # what merely added noise would give


def test_a_falling_rate_ends_lower_unless_it_falls_too_fast() -> None:
    ends = {tau: excess(inverse_time(1.0, tau), 3000, 100, 13, 1.0)[-1] for tau in (1, 5, 10)}
    constant = min(excess(eta, 3000, 100, 13, 1.0)[-1] for eta in (0.005, 0.01, 0.02))
    assert ends[5] < constant / 1.4 and ends[10] < constant / 1.2
    assert ends[1] > 3 * constant and ends[1] > 5 * ends[10]
    assert ends[10] == pytest.approx((100 * CURVATURES / (20 * CURVATURES - 1)).sum() / 2 / 3000, rel=0.15)


def test_batches_cost_no_epochs_while_they_are_small() -> None:
    seeds = range(1010, 1015)
    chosen = places(seeds, 500)
    epochs = {
        B: epochs_to(0.1, chosen, B, rate, seeds, limit)
        for B, rate, limit in ((1, 0.1, 20), (20, 0.8, 30), (125, 1.6, 60), (500, 1.6, 160))
    }
    assert epochs[20] <= 3 * epochs[1]
    assert epochs[125] > 3 * epochs[1] and epochs[500] > 2.5 * epochs[125]


def test_noise_leaves_the_shallow_well_and_forgets_the_start() -> None:
    def deep(eta: float, start: float, fall: bool = False, seed: int = 14) -> float:
        rng, w, schedule = np.random.default_rng(seed), np.full(1000, start), steps(1.0, 0.5, 300)
        for t in range(2000):
            rate = eta * float(schedule(t)) if fall else eta
            w = w - rate * (w * (w * w - 1) + 0.15 + rng.choice([-1, 1], 1000))
        return float((w < 0.15).mean())

    assert deep(0.03, 0.914) < 0.02 and deep(0.1, 0.914) > 0.9
    other_coins = deep(0.3, -1.068, seed=15)  # with the same coins the runs meet, and cannot but agree
    assert 0.84 < deep(0.3, 0.914) < 0.93 and abs(deep(0.3, 0.914) - other_coins) < 0.05
    assert deep(0.3, 0.914, fall=True) > 0.95


def test_sorted_by_class_forgets_and_does_not_look_it() -> None:
    seeds = range(1020, 1026)
    chosen = [[p[DIGIT[p] == k][:30] for k in range(10)] for p in places(seeds)]
    by_class = np.array(chosen).reshape(len(seeds), -1)
    x, d = X[by_class], TARGETS[by_class]
    met, ends = [], []
    for shuffled in (False, True):
        nets, rngs = net(seeds)
        rule = GradientDescent(0.08)
        history = train_minibatches(nets, LOSS, x, d, rule, 5, rng=rngs if shuffled else None)
        met.append(np.median(history.errors[-1]) / 300)
        ends.append(np.median(LOSS(nets.forward(x)[0], d)[0]))
    assert ends[0] > 2.3 and ends[1] < 0.3
    assert max(met) < 0.4


@pytest.mark.parametrize("rate", [0.02, 0.08])
def test_the_classes_in_turn_end_a_little_lower_than_shuffled(rate: float) -> None:
    seeds = range(1040, 1064)
    chosen = np.array([[p[DIGIT[p] == k][:30] for k in range(10)] for p in places(seeds)])
    ends = []
    for order in (chosen.swapaxes(1, 2), chosen):
        nets, rngs = net(seeds)
        x, d = (of[order.reshape(len(seeds), -1)] for of in (X, TARGETS))
        train_minibatches(nets, LOSS, x, d, GradientDescent(rate), 5, rng=rngs if order is chosen else None)
        ends.append(LOSS(nets.forward(x)[0], d)[0])
    assert np.median(ends[0]) < np.median(ends[1]) and (ends[0] < ends[1]).sum() > 12


@pytest.mark.parametrize(("kind", "rate"), [("wrong labels", 0.2), ("wrong labels", 0.4), ("rare", 0.2)])
def test_emphasising_ruins_with_wrong_labels_and_helps_the_rare(kind: str, rate: float) -> None:
    seeds = range(1030, 1042)
    known, new = np.split(places(seeds), [400], axis=1)
    row, wrong, eights = np.arange(len(seeds))[:, None], [], []
    for floor in (1e9, 0.02):  # with a huge floor all cases are alike
        nets, rngs = net(seeds)
        rule, labels, there = GradientDescent(rate), DIGIT[known], np.ones(known.shape)
        if kind == "wrong labels":
            labels[:, :20] = (labels[:, :20] + [rng.integers(1, 10, 20) for rng in rngs]) % 10
        else:
            there[(labels == 8) & ((labels == 8).cumsum(axis=1) > 5)] = 0
        x, d = X[known], np.eye(10)[labels]
        for _ in range(10):
            chance = there * (1 - (softmax(nets.forward(x)[0]) * d).sum(axis=-1) + floor)
            chance /= chance.sum(axis=1, keepdims=True)
            shown = [rng.choice(400, 400, p=each) for rng, each in zip(rngs, chance, strict=True)]
            train_minibatches(nets, LOSS, x[row, shown], d[row, shown], rule, 1, size=10)
        misread = nets.forward(X[new])[0].argmax(axis=-1) != DIGIT[new]
        wrong.append(misread.mean(axis=1))
        eights.append(misread[DIGIT[new] == 8].mean())
    alike, emphasised = wrong
    if kind == "wrong labels":
        assert (emphasised > alike).sum() >= 9
        assert emphasised.mean() > alike.mean() + 0.01
    else:
        assert (emphasised < alike).sum() >= 9
        assert eights[1] < eights[0] - 0.15
