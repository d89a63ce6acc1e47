"""The symmetry net of Rumelhart, Hinton and Williams (1986), Figure 1: what a right program shows.

The seeds are not those of the page.
"""

from __future__ import annotations

import numpy as np
import pytest

from backprop import Dense, Logistic, Momentum, Sequential, sum_of_squares, train, uniform
from backprop.datasets import symmetry
from backprop.layer import Array

X, D = symmetry()
SEEDS = range(5000, 5200)


def net(bias: float = 0.3, seeds: range = SEEDS) -> Sequential:
    rng = [np.random.default_rng(seed) for seed in seeds]
    below = Dense(6, 2, rng, weight=uniform(0.3), bias=uniform(bias))
    above = Dense(2, 1, rng, weight=uniform(0.3), bias=uniform(bias))
    return Sequential(below, Logistic(), above, Logistic())


def solved(y: Array, d: Array) -> Array:
    return np.asarray((np.abs(y - d) < 0.5).all(axis=(-2, -1)))


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
    share = (run.solved_at >= 0).mean()
    assert 0.20 <= share <= 0.42, share
    resting = run.errors[-1][run.solved_at < 0]
    assert np.mean((resting > 3.9) & (resting < 4.01)) > 0.6


def test_half_the_rate_solves_nearly_always(gentle: tuple[Sequential, Array]) -> None:
    _, at = gentle
    assert (at >= 0).mean() >= 0.97
    assert ((at >= 0) & (at <= 1425)).mean() >= 0.85


def test_never_symmetric_is_a_plateau_not_a_minimum() -> None:
    few = net(seeds=range(5200, 5206))
    run = train(few, sum_of_squares, X, D, Momentum(0.1, 0.9), 60_000, solved=solved)
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
