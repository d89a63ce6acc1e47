"""The checks themselves are checked: right derivatives pass, planted mistakes are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import (
    Dense,
    Layer,
    Logistic,
    Sequential,
    Tanh,
    Threshold,
    check_layer,
    check_network,
    complex_step_gradient,
    normal,
    numerical_gradient,
    relative_error,
    sum_of_squares,
)


def _net(seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    layers = [Dense(n, m, rng, weight=normal(1.0), bias=normal(1.0)) for n, m in ((3, 4), (4, 2))]
    return Sequential(layers[0], Logistic(), layers[1], Logistic())


def test_numerical_and_complex_gradients_of_a_known_function() -> None:
    w = np.array([[0.3, -1.2], [2.0, 0.1]])

    def f(v: np.ndarray) -> Any:
        return (np.sin(v) * v).sum()

    exact = np.cos(w) * w + np.sin(w)
    before = w.copy()
    np.testing.assert_allclose(numerical_gradient(f, w), exact, rtol=1e-8)
    np.testing.assert_allclose(complex_step_gradient(f, w), exact, rtol=1e-14)
    np.testing.assert_array_equal(w, before)


def test_relative_error() -> None:
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
    assert relative_error(np.array([3.0, 4.0]), np.array([3.0, 4.0 + 5e-6])) == pytest.approx(1e-6)
    assert relative_error(np.array([1.0]), np.array([-1.0])) == 2.0
    assert relative_error(np.zeros(3), np.ones(3)) == relative_error(np.ones(3), np.zeros(3)) == 1.0
    assert relative_error(np.array([1.0]), np.array([4.0])) == 0.75


@pytest.mark.parametrize("seed", range(5))
def test_a_right_network_passes_and_stays_unchanged(seed: int) -> None:
    net = _net(seed)
    rng = np.random.default_rng(100 + seed)
    x, d = rng.standard_normal((5, 3)), rng.uniform(0, 1, (5, 2))
    before = {name: w.copy() for name, w in net.params.items()}
    assert max(check_network(net, sum_of_squares, x, d).values()) < 1e-8
    assert max(check_network(net, sum_of_squares, x, d, method="complex").values()) < 1e-14
    np.testing.assert_equal(net.params, before)


class LostTranspose(Dense):
    def backward(self, dy: np.ndarray, cache: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        dx, grads = super().backward(dy, cache)
        return dx, grads | {"W": grads["W"].T.copy()}


class ForgottenBias(Dense):
    def backward(self, dy: np.ndarray, cache: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        dx, grads = super().backward(dy, cache)
        return dx, grads | {"b": dy[0]}


class ForgottenSlope(Logistic):
    def backward(self, dy: np.ndarray, cache: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return dy, {}


class NothingComesBack(Logistic):
    def backward(self, dy: np.ndarray, cache: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return np.zeros_like(dy), {}


@pytest.mark.parametrize(
    ("layer", "wrong"),
    [
        (LostTranspose(3, 3, np.random.default_rng(0), bias=normal(1.0)), {"W"}),
        (ForgottenBias(3, 2, np.random.default_rng(0), bias=normal(1.0)), {"b"}),
        (ForgottenSlope(), {"x"}),
        (NothingComesBack(), {"x"}),
    ],
)
def test_a_planted_mistake_is_seen_where_it_is(layer: Layer, wrong: set[str]) -> None:
    rng = np.random.default_rng(7)
    errors = check_layer(layer, rng.standard_normal((4, 3)), rng)
    assert {name for name, error in errors.items() if error > 1e-3} == wrong
    assert all(error < 1e-6 for name, error in errors.items() if name not in wrong)


def test_a_gradient_of_zeros_is_wholly_wrong() -> None:
    rng = np.random.default_rng(7)
    x, d = rng.standard_normal((4, 3)), rng.uniform(0, 1, (4, 3))
    assert check_layer(NothingComesBack(), x, rng) == {"x": 1.0}
    assert check_layer(Threshold(), x, rng) == {"x": 0.0}  # here zeros are right
    net = Sequential(Dense(3, 3, rng), NothingComesBack())
    for method in ("central", "complex"):
        assert check_network(net, sum_of_squares, x, d, method=method) == {"0.W": 1.0, "0.b": 1.0}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["central", "complex"])
def test_no_check_warns(method: str) -> None:
    check_network(_net(), sum_of_squares, np.ones((2, 3)), np.ones((2, 2)), method=method)


def test_a_right_layer_passes_to_eight_digits() -> None:
    x = np.random.default_rng(5).standard_normal((4, 5))
    assert check_layer(Tanh(), x, np.random.default_rng(0))["x"] < 1e-8


def test_check_layer_leaves_an_array_alone_that_must_not_be_written() -> None:
    x = np.ones((2, 3))
    x.flags.writeable = False
    assert check_layer(Logistic(), x, np.random.default_rng(0))["x"] < 1e-6


def test_check_layer_restores_what_it_moves() -> None:
    net, rng = _net(), np.random.default_rng(1)
    before = {name: w.copy() for name, w in net.params.items()}
    x = rng.standard_normal((4, 3))
    x_before = x.copy()
    check_layer(net, x, rng)
    np.testing.assert_equal(net.params, before)
    np.testing.assert_array_equal(x, x_before)
