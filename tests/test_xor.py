"""What the chapter on XOR says of one unit, of a hand-wired hidden layer, and of gradients through steps."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from numpy.typing import ArrayLike

from backprop import (
    Adaline,
    Dense,
    GradientDescent,
    Perceptron,
    Sequential,
    Threshold,
    normal,
    numerical_gradient,
    sum_of_squares,
    train,
)
from backprop.data.datasets import truth_table
from backprop.layers.layer import Array

X, T = truth_table("XOR")
SIGNS = np.where(T > 0, 1, -1)
CASES = np.column_stack([X, np.ones(4)]).astype(int)


def wired(hidden: ArrayLike, hidden_bias: ArrayLike, output: ArrayLike, output_bias: float) -> Sequential:
    return Sequential(
        Dense.from_weights(hidden, hidden_bias),
        Threshold(),
        Dense.from_weights(output, [output_bias]),
        Threshold(),
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_perceptron_repeats_its_weights_after_one_epoch(order: tuple[int, ...]) -> None:
    unit = Perceptron(max_epochs=50).fit(X[list(order)], SIGNS[list(order)])
    ends = unit.path[np.cumsum(unit.mistakes)]
    assert not unit.converged
    assert (ends == ends[0]).all()
    assert np.linalg.norm(unit.path, axis=1).max() <= np.sqrt(3)
    assert unit.mistakes[1:] == [4] * 49  # each case once: the certificate of infeasibility
    assert unit.mistakes[0] == (3 if ends[0].any() else 4)  # the first epoch may not be a lap yet


def test_of_24_orders_16_come_back_to_zero_and_8_to_four_other_points() -> None:
    orders = [list(order) for order in itertools.permutations(range(4))]
    places = [Perceptron(max_epochs=2).fit(X[order], SIGNS[order]).path[-1] for order in orders]
    counts = Counter(tuple(place.astype(int).tolist()) for place in places)
    assert counts.pop((0, 0, 0)) == 16
    assert counts == {(1, 1, 1): 2, (-1, 0, -1): 2, (0, -1, -1): 2, (0, 0, 1): 2}


@pytest.mark.parametrize("seed", range(5))
def test_new_orders_in_every_epoch_do_not_help(seed: int) -> None:
    unit = Perceptron(max_epochs=300, rng=np.random.default_rng(1000 + seed)).fit(X, SIGNS)
    assert not unit.converged
    assert min(unit.mistakes) >= 1


def test_fourteen_of_sixteen_functions_have_a_unit_and_two_a_certificate() -> None:
    halves = np.arange(-1.5, 2, 0.5)
    grid = np.array(list(itertools.product(halves, repeat=3)))
    answers = grid @ CASES.T >= 0
    units, certificates = set(), set()
    for target in itertools.product((False, True), repeat=4):
        if (answers == target).all(axis=1).any():
            units.add(target)
        rows = np.where(target, 1, -1)[:, None] * CASES
        if any(not (np.array(m) @ rows).any() for m in itertools.product((0, 1), repeat=4) if any(m)):
            certificates.add(target)
    assert len(units) == 14 and len(certificates) == 2 and not units & certificates
    assert tuple(T > 0) in certificates


def nearest_to_origin(points: Array) -> Array:
    """The point of the convex hull of `points` that is nearest to the origin: the best of all faces."""
    candidates = []
    for size in range(1, points.shape[1] + 2):
        for face in itertools.combinations(points, size):
            P = np.array(face)
            kkt = np.block([[P @ P.T, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
            m = np.linalg.lstsq(kkt, np.eye(size + 1)[-1], rcond=None)[0][:size]
            if (m > -1e-9).all() and np.isclose(m.sum(), 1):
                candidates.append(m @ P)
    return min(candidates, key=lambda p: float(p @ p))


@pytest.mark.parametrize("seed", range(40))
def test_the_nearest_point_is_a_unit_or_the_origin(seed: int) -> None:
    rng = np.random.default_rng(5000 + seed)
    cases = np.column_stack([rng.integers(-3, 4, (6, 2)), np.ones(6)])
    signs = rng.choice([-1, 1], 6)
    signed = signs[:, None] * cases
    p = nearest_to_origin(signed)
    if np.linalg.norm(p) > 1e-6:
        assert (signed @ p >= p @ p - 1e-9).all()  # a unit, with a margin of at least the length of p
        assert Perceptron(max_epochs=5000).fit(cases[:, :2], signs).converged
    else:
        assert not Perceptron(max_epochs=300).fit(cases[:, :2], signs).converged


@pytest.mark.parametrize(
    ("hidden", "hidden_bias", "output", "output_bias"),
    [
        ([[1, 1], [-1, -1]], [-0.5, 1.5], [[1, 1]], -1.5),  # OR, NAND, then AND
        ([[1, -1], [-1, 1]], [-0.5, -0.5], [[1, 1]], -0.5),  # one corner each, then OR
        ([[1, 1], [1, 1]], [-0.5, -1.5], [[1, -1]], -0.5),  # at least one, at least two
    ],
)
def test_hand_wired_nets_compute_xor(
    hidden: ArrayLike, hidden_bias: ArrayLike, output: ArrayLike, output_bias: float
) -> None:
    net = wired(hidden, hidden_bias, output, output_bias)
    assert (net.forward(X)[0][:, 0] == T).all()
    without_step = Sequential(net.layers[0], net.layers[2], net.layers[3])
    assert (without_step.forward(X)[0][:, 0] != T).any()


@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_parity_by_counting(n: int) -> None:
    k = np.arange(1, n + 1)
    net = wired(np.ones((n, n)), 0.5 - k, [(-1.0) ** (k + 1)], -0.5)
    x = np.array(list(itertools.product((0.0, 1.0), repeat=n)))
    assert (net.forward(x)[0][:, 0] == x.sum(axis=1) % 2).all()


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_a_feature_blind_to_one_input_is_orthogonal_to_parity(n: int) -> None:
    rng = np.random.default_rng(2000 + n)
    x = np.array(list(itertools.product((0, 1), repeat=n)))
    parity = 2 * (x.sum(axis=1) % 2) - 1
    for blind in range(n):
        seen = np.delete(x, blind, axis=1) @ 2 ** np.arange(n - 1)
        assert parity @ rng.integers(-99, 99, 2 ** (n - 1))[seen] == 0


def test_linear_hidden_layers_end_at_one_half() -> None:
    rngs = [np.random.default_rng(3000 + seed) for seed in range(20)]
    net = Sequential(Dense(2, 5, rngs), Dense(5, 1, rngs))
    train(net, sum_of_squares, X, T[:, None], GradientDescent(0.02), 4000)
    y = net.forward(X)[0]
    E, _ = sum_of_squares(y, T[:, None])
    assert np.allclose(E, 0.5, atol=1e-4) and (E >= 0.5 - 1e-12).all()
    assert np.allclose(y, 0.5, atol=0.02)


def test_adaline_ends_at_one_half_for_every_case_and_reports_half_the_mean() -> None:
    unit = Adaline(0.2, epochs=3000).fit(X, T)
    assert np.allclose(unit.path[-1], [0, 0, 0.5])
    assert np.isclose(unit.errors[-1], 0.125)
    assert np.isclose(0.5 * ((X @ unit.w + unit.b - T) ** 2).sum(), 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_numerical_derivatives_stop_at_the_first_step(seed: int) -> None:
    def E(v: Array, last: bool) -> float:
        layers = [
            Dense.from_weights(v[:4].reshape(2, 2), v[4:6]),
            Threshold(),
            Dense.from_weights(v[6:8][None], v[8:]),
        ]
        net = Sequential(*layers, Threshold()) if last else Sequential(*layers)
        return float(sum_of_squares(net.forward(X)[0], T[:, None])[0])

    v = np.random.default_rng(6000 + seed).normal(size=9)
    assert not numerical_gradient(lambda v: E(v, True), v).any()
    gradient = numerical_gradient(lambda v: E(v, False), v)
    assert not gradient[:6].any() and gradient[6:].any()


def test_no_gradient_passes_a_threshold() -> None:
    rngs = [np.random.default_rng(4000 + seed) for seed in range(200)]
    hidden = Dense(2, 3, rngs, weight=normal(1.0), bias=normal(1.0))
    output = Dense(3, 1, rngs, weight=normal(1.0), bias=normal(1.0))
    for ending, stays_zero in (([Threshold()], "0.W 0.b 2.W 2.b"), ([], "0.W 0.b")):
        net = Sequential(hidden, Threshold(), output, *ending)
        y, cache = net.forward(X)
        dx, grads = net.backward(sum_of_squares(y, T[:, None])[1], cache)
        assert not dx.any()
        assert {name for name, grad in grads.items() if not grad.any()} == set(stays_zero.split())
