"""Batch and layer normalization: by hand, by complex step, in training and in evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    BatchNorm,
    Dense,
    FixedNorm,
    Layer,
    LayerNorm,
    Logistic,
    Parallel,
    Sequential,
    Tanh,
    check_network,
    complex_step_gradient,
    constant,
    normal,
    sum_of_squares,
)

RANDOM = {"gain": normal(1.0), "shift": normal(1.0)}
X = np.random.default_rng(1).standard_normal((6, 5)) * 2 + 1
DY = np.random.default_rng(2).standard_normal((6, 5))


def make(kind: type, features: int = 5, **more: Any) -> Any:
    return kind(features, np.random.default_rng(0), **(RANDOM | more))


@pytest.mark.parametrize(("kind", "axis"), [(BatchNorm, 0), (LayerNorm, 1)])
def test_five_numbers_by_hand(kind: type, axis: int) -> None:
    numbers, slopes = np.array([2.0, 4, 5, 6, 8]), np.array([1.0, 0, 0, 0, 0])
    x, dy = np.expand_dims(numbers, 1 - axis), np.expand_dims(slopes, 1 - axis)
    layer = make(kind, x.shape[1], gain=constant(2.0), shift=constant(1.0), epsilon=1e-14)
    y, cache = layer.forward(x)
    np.testing.assert_allclose(y.ravel(), [-2, 0, 1, 2, 4], rtol=1e-12, atol=1e-13)
    dx, grads = layer.backward(dy, cache)
    np.testing.assert_allclose(dx.ravel(), [0.35, -0.35, -0.2, -0.05, 0.25], rtol=1e-12, atol=1e-13)
    assert grads["gamma"].sum() == pytest.approx(-1.5) and grads["beta"].sum() == pytest.approx(1)


def test_epsilon_is_added_to_the_variance() -> None:
    x = np.array([[0.0], [2.0]])
    layer = BatchNorm(1, np.random.default_rng(0), epsilon=3.0)
    np.testing.assert_allclose(layer.forward(x)[0].ravel(), [-0.5, 0.5], rtol=1e-14)
    np.testing.assert_allclose(layer.evaluation(x).forward(x)[0].ravel(), [-0.5, 0.5], rtol=1e-14)
    beside = LayerNorm(2, np.random.default_rng(0), epsilon=3.0)
    np.testing.assert_allclose(beside.forward(x.T)[0].ravel(), [-0.5, 0.5], rtol=1e-14)
    assert BatchNorm(1, np.random.default_rng(0)).epsilon == 1e-5


@pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])
def test_the_way_back_agrees_with_a_complex_step(kind: type) -> None:
    layer = make(kind)
    twin = layer.astype(complex)
    dx, _ = layer.backward(DY, layer.forward(X)[1])
    exact = complex_step_gradient(lambda x: complex((twin.forward(x)[0] * DY).sum()), X)
    np.testing.assert_allclose(dx, exact, rtol=1e-12, atol=1e-15)


def test_a_net_with_both_agrees_with_a_complex_step_and_the_idle_bias_has_no_gradient() -> None:
    rng = np.random.default_rng(4)
    net = Sequential(
        Dense(5, 4, rng), BatchNorm(4, rng, **RANDOM), Tanh(), Dense(4, 3, rng), LayerNorm(3, rng, **RANDOM)
    )
    d = rng.standard_normal((6, 3))
    errors = check_network(net, sum_of_squares, X, d, method="complex")
    assert max(error for name, error in errors.items() if name != "0.b") < 1e-11
    y, caches = net.forward(X)
    grads = net.backward(sum_of_squares(y, d)[1], caches)[1]
    assert abs(grads["0.b"]).max() < 1e-14


def test_what_comes_back_has_no_part_along_the_ones_or_the_output() -> None:
    layer = make(BatchNorm, epsilon=1e-14)
    dx, _ = layer.backward(DY, layer.forward(X)[1])
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((dx * X).sum(axis=0), 0, atol=1e-12)
    beside = make(LayerNorm, epsilon=1e-14)
    dx, _ = beside.backward(DY, beside.forward(X)[1])
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-13)
    np.testing.assert_allclose((dx * X).sum(axis=1), 0, atol=1e-12)


# Training and evaluation. --------------------------------------------------------------------------------


def test_evaluation_takes_the_statistics_of_what_it_is_given_and_keeps_them() -> None:
    layer = make(BatchNorm)
    fixed = layer.evaluation(X)
    assert isinstance(fixed, FixedNorm)
    np.testing.assert_allclose(fixed.forward(X)[0], layer.forward(X)[0], rtol=1e-13)
    alone = np.concatenate([fixed.forward(X[c : c + 1])[0] for c in range(6)])
    np.testing.assert_allclose(alone, fixed.forward(X)[0], rtol=1e-13)
    layer.forward(100 * X)  # another batch in training changes nothing there
    np.testing.assert_array_equal(fixed.mean, X.mean(axis=0, keepdims=True))
    np.testing.assert_allclose(fixed.variance, X.var(axis=0, keepdims=True), rtol=1e-14)


def test_a_single_case_can_be_trained_on_and_is_mapped_to_the_shift() -> None:
    layer = make(BatchNorm)
    y, cache = layer.forward(X[:1])
    np.testing.assert_array_equal(y[0], layer.params["beta"])
    np.testing.assert_array_equal(layer.backward(DY[:1], cache)[0], np.zeros((1, 5)))


def test_a_batch_of_two_lets_nothing_back_but_for_epsilon() -> None:
    layer = make(BatchNorm, epsilon=1e-14)
    dx, _ = layer.backward(DY[:2], layer.forward(X[:2])[1])
    np.testing.assert_allclose(dx, 0, atol=1e-11)


def deep(rng: Any) -> Sequential:
    left = Sequential(Dense(2, 3, rng), BatchNorm(3, rng, **RANDOM), Tanh())
    right = Sequential(Dense(3, 2, rng), LayerNorm(2, rng))
    return Sequential(Parallel((2, left), (3, right)), Dense(5, 4, rng), BatchNorm(4, rng), Logistic())


def test_the_evaluated_net_is_another_net_on_the_same_parameters() -> None:
    net = deep(np.random.default_rng(5))
    fixed = net.evaluation(X)
    assert fixed.params.keys() == net.params.keys()
    assert all(fixed.params[name] is w for name, w in net.params.items())
    np.testing.assert_allclose(fixed.forward(X)[0], net.forward(X)[0], rtol=1e-12)
    one = fixed.forward(X[2:3])[0]
    np.testing.assert_allclose(one, fixed.forward(X)[0][2:3], rtol=1e-12)
    assert abs(net.forward(X[2:3])[0] - one).max() > 1e-3
    kinds = [type(layer) for layer in fixed.layers]
    assert kinds == [Parallel, Dense, FixedNorm, Logistic]
    branches = fixed.layers[0]
    assert isinstance(branches, Parallel)
    assert [width for width, _ in branches.branches] == [2, 3]
    left, right = (branch for _, branch in branches.branches)
    assert isinstance(left, Sequential) and isinstance(left.layers[1], FixedNorm)
    assert isinstance(right, Sequential) and isinstance(right.layers[1], LayerNorm)
    before = fixed.forward(X)[0]
    net.params["1.W"] += 0.1  # in place, as an optimizer does
    assert abs(fixed.forward(X)[0] - before).max() > 1e-3


def test_training_and_evaluation_do_not_interfere() -> None:
    net = deep(np.random.default_rng(6))
    fixed = net.evaluation(X)
    other = X[::-1] * 0.5 + 0.1
    dy = np.random.default_rng(7).standard_normal((6, 4))
    expected = [net.backward(dy, net.forward(X)[1]), fixed.backward(dy, fixed.forward(other)[1])]
    cache1, cache2, cache3 = net.forward(X)[1], fixed.forward(other)[1], net.forward(other)[1]
    found = [net.backward(dy, cache1), fixed.backward(dy, cache2)]
    net.backward(dy, cache3)
    np.testing.assert_equal(found, expected)


def test_most_layers_are_evaluated_as_they_are() -> None:
    rng = np.random.default_rng(0)
    layers: list[Layer] = [Dense(5, 2, rng), LayerNorm(5, rng), Tanh(), make(BatchNorm).evaluation(X)]
    for layer in layers:
        assert layer.evaluation(X) is layer


@pytest.mark.parametrize("own_cases", [False, True])
def test_many_nets_are_evaluated_each_with_its_own_statistics(own_cases: bool) -> None:
    seeds = [1, 2, 3]
    x = np.random.default_rng(8).standard_normal((3, 7, 5)) if own_cases else X
    net = deep([np.random.default_rng(s) for s in seeds])
    fixed = net.evaluation(x)
    for run, seed in enumerate(seeds):
        cases = x[run] if own_cases else x
        alone = deep(np.random.default_rng(seed)).evaluation(cases)
        np.testing.assert_allclose(fixed.forward(X)[0][run], alone.forward(X)[0], rtol=1e-12)


def test_a_copy_in_another_dtype_takes_the_statistics_along() -> None:
    fixed = make(BatchNorm).evaluation(X)
    single = fixed.astype(np.float32)
    assert {single.mean.dtype, single.variance.dtype} == {np.dtype(np.float32)}
    assert single.forward(X.astype(np.float32))[0].dtype == np.float32
    assert fixed.mean.dtype == np.float64
    np.testing.assert_allclose(single.forward(X.astype(np.float32))[0], fixed.forward(X)[0], rtol=1e-4)


# Refusals. -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda rng: BatchNorm(0, rng), "BatchNorm expects at least 1 feature, got 0"),
        (lambda rng: LayerNorm(0, rng), "LayerNorm expects at least 1 feature, got 0"),
        (lambda rng: BatchNorm(2, rng, epsilon=0.0), "BatchNorm expects a positive epsilon, got 0.0"),
        (lambda rng: LayerNorm(2, rng, epsilon=np.inf), "LayerNorm expects a positive epsilon, got inf"),
        (lambda rng: BatchNorm(2, rng, dtype=np.int64), "expects a floating-point type, got int64"),
        (lambda rng: BatchNorm(2, 0), "Generator or a sequence of them, got int"),
        (lambda rng: make(BatchNorm).evaluation(X[:, :4]), r"BatchNorm expects x of shape \(N, 5\), got"),
        (lambda rng: make(BatchNorm).evaluation(X[:0]), "BatchNorm expects a batch of at least one row"),
        (lambda rng: make(BatchNorm).evaluation(X).forward(X[:, :4]), "FixedNorm expects x of shape"),
        (lambda rng: deep(rng).evaluation(np.full((3, 5), np.nan)), "expects finite numbers, got 15 NaN"),
        (lambda rng: deep(rng).evaluation(X[:, :4]), "Parallel expects x of shape"),
        (lambda rng: make(BatchNorm, dtype=np.float32).forward(X), "dtype float32, got float64"),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[Any], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(np.random.default_rng(0))
