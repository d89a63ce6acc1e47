"""What the chapter on XOR says of one unit, of a hand-wired hidden layer, and of gradients through steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from backprop import (
    Dense,
    GradientDescent,
    Perceptron,
    Sequential,
    Threshold,
    normal,
    sum_of_squares,
    train,
)
from backprop.datasets import truth_table
from backprop.layer import Array

X, T = truth_table("XOR")
SIGNS = np.where(T > 0, 1, -1)
CASES = np.column_stack([X, np.ones(4)]).astype(int)


def wired(hidden: Array, hidden_bias: Array, output: Array, output_bias: float) -> Sequential:
    rng = np.random.default_rng(0)
    n_hidden, n_in = np.shape(hidden)
    net = Sequential(Dense(n_in, n_hidden, rng), Threshold(), Dense(n_hidden, 1, rng), Threshold())
    net.params["0.W"][...] = hidden
    net.params["0.b"][...] = hidden_bias
    net.params["2.W"][...] = output
    net.params["2.b"][...] = output_bias
    return net


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_perceptron_repeats_its_weights_after_one_epoch(order: tuple[int, ...]) -> None:
    unit = Perceptron(max_epochs=50).fit(X[list(order)], SIGNS[list(order)])
    ends = unit.path[np.cumsum(unit.mistakes)]
    assert not unit.converged
    assert (ends == ends[0]).all()
    assert np.linalg.norm(unit.path, axis=1).max() <= np.sqrt(3)
    assert unit.mistakes[1:] == [4] * 49  # each case once: the certificate of infeasibility


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


@pytest.mark.parametrize(
    ("hidden", "hidden_bias", "output", "output_bias"),
    [
        ([[1, 1], [-1, -1]], [-0.5, 1.5], [[1, 1]], -1.5),  # OR, NAND, then AND
        ([[1, -1], [-1, 1]], [-0.5, -0.5], [[1, 1]], -0.5),  # one corner each, then OR
        ([[1, 1], [1, 1]], [-0.5, -1.5], [[1, -1]], -0.5),  # at least one, at least two
    ],
)
def test_hand_wired_nets_compute_xor(
    hidden: Array, hidden_bias: Array, output: Array, output_bias: float
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
