"""The symmetry net of Rumelhart, Hinton and Williams (1986), Figure 1: what a right program shows.

The seeds are not those of the page.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import Dense, Logistic, Momentum, Sequential, logistic, sum_of_squares, train, uniform
from backprop.data.datasets import symmetry
from backprop.layers.layer import Array

X, D = symmetry()
SYMMETRIC = D[:, 0] == 1
SEEDS = range(5000, 5200)
NO_DIVE = {0: {"momentum": 0.0}, 40: {"momentum": 0.9}}


def net(bias: float = 0.3, seeds: range | Array = SEEDS) -> Sequential:
    rng = [np.random.default_rng(seed) for seed in seeds]
    below = Dense(6, 2, rng, weight=uniform(0.3), bias=uniform(bias))
    above = Dense(2, 1, rng, weight=uniform(0.3), bias=uniform(bias))
    return Sequential(below, Logistic(), above, Logistic())


def solved(y: Array, d: Array) -> Array:
    return np.asarray((np.abs(y - d) < 0.5).all(axis=(-2, -1)))


def level(y: Array) -> Array:
    """The mean output for the symmetric vectors, one for each net."""
    return np.asarray(y[:, SYMMETRIC].mean(axis=(1, 2)))


def mean_input(many: Sequential) -> Array:
    """The mean total input of every hidden unit over the 64 vectors."""
    return np.asarray(many.params["0.b"] + many.params["0.W"].sum(axis=-1) / 2)


def share(many: Sequential, rule: Momentum, sweeps: int, **more: Any) -> float:
    run = train(many, sum_of_squares, X, D, rule, sweeps, solved=solved, **more)
    return float((run.solved_at >= 0).mean())


def in_first_region(a: Array) -> Array:
    """Whether the largest of three sizes exceeds the sum of the two others."""
    p, q, r = np.sort(np.abs(a), axis=-1).T
    return np.asarray(r > p + q)


@pytest.fixture(scope="module")
def gentle() -> tuple[Sequential, Array]:
    """Two hundred nets taught with ε = .05, and the sweeps that each needed."""
    many, rule = net(), Momentum(0.05, 0.9)
    at = train(many, sum_of_squares, X, D, rule, 3000, solved=solved).solved_at
    train(many, sum_of_squares, X, D, rule, 1500)
    return many, at


def test_the_data_are_all_vectors_and_eight_are_symmetric() -> None:
    assert len(np.unique(X, axis=0)) == 64
    assert [row for row, d in zip(X.tolist(), D[:, 0], strict=True) if d == 1] == [
        row for row in X.tolist() if row == row[::-1]
    ]
    assert D.shape == (64, 1) and D.sum() == 8
    with pytest.raises(ValueError, match="even number of bits of at least 2, got 5"):
        symmetry(5)


def test_the_papers_settings_solve_a_third_and_leave_the_rest_saying_never_symmetric() -> None:
    many = net()
    run = train(many, sum_of_squares, X, D, Momentum(0.1, 0.9), 1425, solved=solved)
    in_time = (run.solved_at >= 0).mean()
    assert 0.20 <= in_time <= 0.42, in_time
    resting = run.errors[-1][run.solved_at < 0]
    assert np.mean((resting > 3.9) & (resting < 4.01)) > 0.6


def test_half_the_rate_solves_nearly_always(gentle: tuple[Sequential, Array]) -> None:
    _, at = gentle
    assert (at >= 0).mean() >= 0.97
    assert ((at >= 0) & (at <= 1425)).mean() >= 0.85


def test_never_symmetric_is_a_plateau_not_a_minimum() -> None:
    """Every late net of a hundred seeds gets there in the end, as the chapter says."""
    many = net(seeds=range(5200, 5300))
    first = train(many, sum_of_squares, X, D, Momentum(0.1, 0.9), 3000, solved=solved).solved_at
    late = np.arange(5200, 5300)[first < 0]
    assert len(late) > 30
    run = train(net(seeds=late), sum_of_squares, X, D, Momentum(0.1, 0.9), 60_000, solved=solved)
    assert (run.solved_at >= 0).all()


def test_solved_nets_have_the_properties_of_the_figure(gentle: tuple[Sequential, Array]) -> None:
    many, at = gentle
    W, b, V, v0 = (w[at >= 0] for w in many.params.values())
    largest = np.abs(W).max(axis=(1, 2))
    assert (np.abs(W + W[..., ::-1]).max(axis=(1, 2)) / largest).max() < 1e-3
    cosine = (W[:, 0] * W[:, 1]).sum(axis=-1) / np.linalg.norm(W, axis=-1).prod(axis=-1)
    assert (np.abs(cosine) > 0.999).all()
    opposite = cosine < 0  # else one unit is the complement of the paper's: 1 − σ(z) = σ(−z)
    assert opposite.mean() > 0.97
    assert (b[opposite] < 0).all() and (V[opposite] < 0).all() and (v0[opposite] > 0).all()
    assert (b[~opposite].prod(axis=-1) < 0).all() and (V[~opposite].prod(axis=(-2, -1)) < 0).all()


def test_the_ratios_are_1_2_4_and_2_3_4_and_no_other(gentle: tuple[Sequential, Array]) -> None:
    many, at = gentle
    sizes = np.sort(np.abs(many.params["0.W"][at >= 0, 0, :3]), axis=-1)
    ratios = sizes / sizes[:, -1:]
    first = np.abs(ratios - np.array([1, 2, 4]) / 4).max(axis=-1) < 0.03
    second = np.abs(ratios - np.array([2, 3, 4]) / 4).max(axis=-1) < 0.03
    assert (first | second).all()
    assert 0.6 < first.mean() < 0.9


@pytest.mark.parametrize("ratio", [(1, 2, 4), (2, 3, 4)])
def test_either_ratio_gives_eight_distinct_half_sums(ratio: tuple[int, int, int]) -> None:
    halves = np.array(list(np.ndindex(2, 2, 2)))
    assert len(set((halves @ ratio).tolist())) == 8


def test_no_gap_for_given_weights_is_wider_than_that_of_the_two_ratios() -> None:
    differences = np.array([v for v in np.ndindex(3, 3, 3) if v != (1, 1, 1)]) - 1
    rng = np.random.default_rng(7)
    a = np.sort(rng.uniform(0, 1, (4000, 3)), axis=-1)
    gap = np.abs(a @ differences.T).min(axis=-1)[:, None]
    near = a[:, 2] < a[:, 0] + a[:, 1]
    assert (a[~near] >= gap[~near] * [1, 2, 4] - 1e-12).all()
    assert (a[near] >= gap[near] * [2, 3, 4] - 1e-12).all()


def test_the_difference_of_the_units_as_drawn_foretells_the_ratio(gentle: tuple[Sequential, Array]) -> None:
    many, at = gentle
    drawn = net().params["0.W"]
    a = (drawn - drawn[..., ::-1])[..., :3] / 2
    end = in_first_region(many.params["0.W"][:, 0, :3])[at >= 0]
    starts = {"difference": a[:, 0] - a[:, 1], "sum": a[:, 0] + a[:, 1], "unit": a[:, 0]}
    stays = {name: in_first_region(start)[at >= 0] == end for name, start in starts.items()}
    assert stays["difference"].mean() > 0.8
    assert stays["sum"].mean() < 0.75 and stays["unit"].mean() < 0.75
    assert end[in_first_region(starts["difference"])[at >= 0]].mean() > 0.95


def test_the_plateau_is_climbed_at_the_slope_that_the_weights_give() -> None:
    many = net(seeds=range(5200, 5230))
    rule = Momentum(0.1, 0.9)
    train(many, sum_of_squares, X, D, rule, 1000)
    W, b, V, _ = many.params.values()
    y, _ = many.forward(X[SYMMETRIC])
    h = logistic(X[SYMMETRIC] @ W.mT + b[:, None])
    vh = V * h * (1 - h)
    pairs = 1 + h @ h.mT + (vh @ vh.mT) * (1 + X[SYMMETRIC] @ X[SYMMETRIC].T)
    weights = y @ y.mT
    K = (weights * pairs).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))
    run = train(many, sum_of_squares, X, D, rule, 51, record=level)
    height = 1 / run.recorded
    deep = height[0] > 3000
    assert deep.sum() > 10
    fall = (height[0] - height[50])[deep] / 50
    np.testing.assert_allclose(fall, 8 * K[deep], rtol=0.1)


def test_the_drawn_output_bias_tells_which_net_dives_deep() -> None:
    def log_bottoms(zero: str | None = None, inputs: Array = X) -> Array:
        many = net()
        if zero is not None:
            many.params[zero][...] = 0
        run = train(many, sum_of_squares, inputs, D, Momentum(0.1, 0.9), 150, record=level)
        return np.asarray(np.log(run.recorded.min(axis=0)))

    drawn = log_bottoms()
    assert np.corrcoef(net().params["2.b"][:, 0], drawn)[0, 1] < -0.9
    assert log_bottoms("2.b").std() < 0.4 * drawn.std()
    for other in ("2.W", "0.b", "0.W"):
        assert log_bottoms(other).std() > 0.9 * drawn.std()
    grey = log_bottoms(inputs=np.full_like(X, 0.5))  # a net that sees nothing dives like one that sees all
    assert np.corrcoef(grey, drawn)[0, 1] > 0.99


def test_without_the_dive_nets_are_stuck_unless_their_mean_inputs_are_low() -> None:
    seeds = range(5000, 5060)
    timid, rule = net(seeds=seeds), Momentum(0.05, 0.0)
    assert share(timid, rule, 2000, phases=NO_DIVE) < 0.15
    train(timid, sum_of_squares, X, D, rule, 4000)
    assert solved(timid.forward(X)[0], D).mean() < 0.15  # stuck, not slow
    moved = net(seeds=seeds)
    moved.params["0.b"][...] += -1 - mean_input(moved)
    assert share(moved, Momentum(0.05, 0.0), 2000, phases=NO_DIVE) > 0.9


def test_the_dive_helps_if_the_mean_inputs_are_held_low_and_little_if_they_are_held_as_drawn() -> None:
    def solved_after_holding(to: float | None) -> float:
        held, rule = net(seeds=range(5000, 5060)), Momentum(0.05, 0.9)
        W, b, _, _ = held.params.values()
        if to is not None:
            b += to - mean_input(held)
        mu = mean_input(held)
        for _ in range(600):
            train(held, sum_of_squares, X, D, rule, 1)
            back = (mu - mean_input(held)) / (1 + 6 / 4)  # along the gradient of the mean input
            b += back
            W += back[..., None] / 2
        return share(held, rule, 1500)

    assert solved_after_holding(None) < 0.65
    assert solved_after_holding(-1.0) > 0.9


def test_some_nets_for_four_digits_are_stuck() -> None:
    x, d = symmetry(4)
    rng = [np.random.default_rng(seed) for seed in range(5000, 5050)]
    below = Dense(4, 2, rng, weight=uniform(0.3), bias=uniform(0.3))
    above = Dense(2, 1, rng, weight=uniform(0.3), bias=uniform(0.3))
    small, rule = Sequential(below, Logistic(), above, Logistic()), Momentum(0.1, 0.9)
    counts = []
    for _ in range(2):
        train(small, sum_of_squares, x, d, rule, 4000)
        counts.append(int(solved(small.forward(x)[0], d).sum()))
    assert counts[0] == counts[1] and 30 <= counts[1] < 50
