"""Bad input is refused at the door, by a message that names what was expected and what came."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    Momentum,
    RMSProp,
    Sequential,
    check_network,
    complex_step_gradient,
    fan_in_normal,
    glorot_uniform,
    logistic_cross_entropy,
    mean_over_cases,
    minibatches,
    normal,
    numerical_gradient,
    softmax_cross_entropy,
    source,
    sum_of_squares,
    train,
    train_minibatches,
    uniform,
)

ONE = np.ones((1, 1))


def _net() -> Dense:
    return Dense(1, 1, np.random.default_rng(0))


@pytest.mark.parametrize("loss", [sum_of_squares, softmax_cross_entropy, logistic_cross_entropy])
def test_losses_refuse_targets_that_do_not_fit(loss: Callable[..., object]) -> None:
    y = np.zeros((2, 3))
    good = np.full((2, 3), 1 / 3)
    loss(y, good)
    with pytest.raises(ValueError, match=re.escape("targets of shape (2, 3), got (3, 2)")):
        loss(y, good.T)
    with pytest.raises(ValueError, match=re.escape("targets of shape (2, 3), got (1, 2, 3)")):
        loss(y, good[None])
    with pytest.raises(TypeError, match="floating-point targets, got int64"):
        loss(y, np.zeros((2, 3), dtype=np.int64))
    with pytest.raises(TypeError, match="targets of dtype float32, got float64"):
        loss(y.astype(np.float32), good)
    with pytest.raises(ValueError, match="at least one case"):
        loss(y[:0], good[:0])
    with pytest.raises(ValueError, match=re.escape("targets of shape (3,), got (3,)")):
        loss(y[0], good[0])
    with pytest.raises(TypeError, match="floating-point targets, got float64"):
        loss(y, good.tolist())
    good[0, 0] = np.nan
    with pytest.raises(FloatingPointError, match="1 targets"):
        loss(y, good)


def test_cross_entropy_refuses_targets_that_are_no_distribution() -> None:
    with pytest.raises(ValueError, match="row of t to sum to 1"):
        softmax_cross_entropy(np.zeros((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match="row of t to sum to 1"):
        softmax_cross_entropy(np.zeros((2, 2)), np.array([[1.0, 1.0], [0.0, 0.0]]))
    with pytest.raises(ValueError, match="row of t to sum to 1"):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([[0.5, 0.501]]))
    softmax_cross_entropy(np.zeros((1, 2)), np.array([[0.5, 0.50001]]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: GradientDescent(0.0), "learning_rate expects a positive number, got 0.0"),
        (lambda: GradientDescent(float("nan")), "learning_rate expects a positive number, got nan"),
        (lambda: GradientDescent(np.inf), "learning_rate expects a positive number, got inf"),
        (lambda: GradientDescent(0.1, decay=-0.1), r"decay expects a fraction in \[0, 1\), got -0.1"),
        (lambda: GradientDescent(0.1, decay=1.0), r"decay expects a fraction in \[0, 1\), got 1.0"),
        (lambda: Momentum(0.1, 1.0), r"momentum expects a number in \[0, 1\), got 1.0"),
        (lambda: Momentum(0.1, -0.1), r"momentum expects a number in \[0, 1\), got -0.1"),
        (lambda: Momentum(-1.0, 0.5), "learning_rate expects a positive number, got -1.0"),
        (lambda: RMSProp(0.1, 1.0), r"beta2 expects a number in \[0, 1\), got 1.0"),
        (lambda: RMSProp(0.1, -0.1), r"beta2 expects a number in \[0, 1\), got -0.1"),
        (lambda: RMSProp(0.1, epsilon=0.0), "epsilon expects a positive number, got 0.0"),
        (lambda: RMSProp(-0.1), "learning_rate expects a positive number, got -0.1"),
        (lambda: Adagrad(0.0), "learning_rate expects a positive number, got 0.0"),
        (lambda: Adagrad(0.1, epsilon=-1.0), "epsilon expects a positive number, got -1.0"),
        (lambda: Adagrad(0.1, epsilon=np.inf), "epsilon expects a positive number, got inf"),
        (lambda: Adam(0.1, 1.0), r"beta1 expects a number in \[0, 1\), got 1.0"),
        (lambda: Adam(0.1, 0.9, 1.0), r"beta2 expects a number in \[0, 1\), got 1.0"),
        (lambda: Adam(epsilon=0.0), "epsilon expects a positive number, got 0.0"),
        (lambda: AdamW(weight_decay=-0.1), "weight_decay expects a number of at least 0, got -0.1"),
        (lambda: AdamW(weight_decay=np.inf), "weight_decay expects a number of at least 0, got inf"),
        (lambda: uniform(-0.1), "limit of at least 0, got -0.1"),
        (lambda: uniform(np.nan), "limit of at least 0, got nan"),
        (lambda: fan_in_normal(0.0), "fan_in_normal expects a gain above 0, got 0.0"),
        (lambda: fan_in_normal(np.inf), "gain above 0, got inf"),
        (lambda: glorot_uniform(gain=-1.0), "glorot_uniform expects a gain above 0, got -1.0"),
        (
            lambda: glorot_uniform()((3,), np.random.default_rng(0)),
            r"glorot_uniform expects a shape \(n_out, n_in\), got \(3,\)",
        ),
        (lambda: normal(-1.0), "sigma of at least 0, got -1.0"),
        (lambda: normal(-0.1), "sigma of at least 0, got -0.1"),
        (lambda: normal(np.nan), "sigma of at least 0, got nan"),
        (lambda: train(_net(), sum_of_squares, ONE, ONE, GradientDescent(0.1), 0), "at least 1 sweep, got 0"),
        (
            lambda: train_minibatches(_net(), sum_of_squares, ONE, ONE, GradientDescent(0.1), 0),
            "at least 1 epoch, got 0",
        ),
        (lambda: list(minibatches(ONE, np.ones((2, 1)), 1, None)), "as many targets as inputs, got 2 and 1"),
        (lambda: list(minibatches(ONE[:0], ONE[:0], 1, None)), "as many targets as inputs, got 0 and 0"),
        (lambda: list(minibatches(ONE, ONE, 0, None)), "a size of at least 1, got 0"),
        (lambda: numerical_gradient(lambda w: 0.0, ONE, h=0.0), "a positive h, got 0.0"),
        (lambda: complex_step_gradient(lambda w: 0j, ONE, h=-1.0), "a positive h, got -1.0"),
        (lambda: complex_step_gradient(lambda w: 0j, ONE, h=0.0), "a positive h, got 0.0"),
        (
            lambda: check_network(_net(), sum_of_squares, ONE, ONE, method="both"),
            "'central' or 'complex', got 'both'",
        ),
        (lambda: source(), "at least one function, method or class, got none"),
        (lambda: source(np.exp), "a Python function or class, got <ufunc 'exp'>"),
    ],
)
def test_wrong_settings_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call()


@pytest.mark.parametrize("rule", [GradientDescent, Adagrad, RMSProp, Adam, AdamW])
def test_step_refuses_gradients_that_do_not_fit_and_changes_nothing(rule: type[GradientDescent]) -> None:
    w, b = np.array([1.0, 2.0]), np.array([3.0])
    optimizer = rule(0.1)
    with pytest.raises(ValueError, match=r"a gradient for every parameter and no other, got \['b'\]"):
        optimizer.step({"w": w, "b": b}, {"w": w})
    with pytest.raises(ValueError, match=re.escape("step expects b of shape (1,), got (2,)")):
        optimizer.step({"w": w, "b": b}, {"w": np.ones(2), "b": np.ones(2)})
    np.testing.assert_array_equal(w, [1.0, 2.0])
    np.testing.assert_array_equal(b, [3.0])


def test_a_wrong_number_of_rates_is_refused_before_any_weight_shrinks() -> None:
    w = np.ones((3, 2))
    with pytest.raises(ValueError, match="one for each of 3 runs"):
        AdamW(np.array([0.1, 0.2]), weight_decay=0.5).step({"w": w}, {"w": w.copy()})
    np.testing.assert_array_equal(w, 1.0)


def test_losses_refuse_an_error_that_is_no_number() -> None:
    good = np.full((2, 3), 1 / 3)
    for loss in (
        sum_of_squares,
        softmax_cross_entropy,
        logistic_cross_entropy,
        mean_over_cases(sum_of_squares),
    ):
        for bad in (np.nan, np.inf, -np.inf):
            y = np.zeros((2, 3))
            y[1, 1] = bad
            with (
                np.errstate(all="ignore"),
                pytest.raises(FloatingPointError, match="finite E, got NaN or infinity in 1 outputs"),
            ):
                loss(y, good)
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match="finite E, got an overflow"):
        sum_of_squares(np.full((1, 1), 1e200), ONE)
    stack = np.zeros((4, 2, 3))
    stack[2, 0, 0] = np.nan
    with pytest.raises(FloatingPointError, match="1 outputs"):
        sum_of_squares(stack, good)


@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2)])
@pytest.mark.parametrize("rate", [1e9, 1e150])
def test_a_training_that_diverges_says_where(sizes: tuple[int, ...], rate: float) -> None:
    rng = np.random.default_rng(0)
    x, d = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    net = Sequential(*(Dense(a, b, rng) for a, b in pairwise(sizes)))
    where = "weights are those of|outputs are those of layer|all weights"
    says = rf"finite E, got .*, after \d+ changes; .*({where}).*did the training diverge"
    for run in (
        lambda: train(net, sum_of_squares, x, d, Momentum(rate, 0.9), 50),
        lambda: train_minibatches(net, sum_of_squares, x, d, Momentum(rate, 0.9), 50, size=2),
    ):
        with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=says):
            run()


def test_the_message_names_the_weights_or_the_layer() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Dense(1, 1, rng), Dense(1, 1, rng))
    net.params["1.W"][...] = np.nan
    with pytest.raises(
        FloatingPointError, match=r"after 0 changes; the first NaN or infinite weights are those of '1\.W'"
    ):
        train(net, sum_of_squares, ONE, ONE, GradientDescent(0.1), 1)
    net.params["1.W"][...] = net.params["0.W"][...] = 1e200
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="outputs are those of layer 1, Dense"),
    ):
        train(net, sum_of_squares, ONE, ONE, GradientDescent(0.1), 1)
    lone = Dense.from_weights([[1e200]])
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=r"largest output is 1e\+200"):
        train(lone, sum_of_squares, ONE, ONE, GradientDescent(0.1), 1)


def test_the_message_finds_a_single_bad_number_among_good_ones() -> None:
    wide = Dense.from_weights([[1.0], [1e200]])
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=r"largest output is 1e\+200"):
        train(wide, sum_of_squares, ONE, np.ones((1, 2)), GradientDescent(0.1), 1)
    wide.params["W"][0] = np.nan
    with pytest.raises(FloatingPointError, match="weights are those of 'W'"):
        train(wide, sum_of_squares, ONE, np.ones((1, 2)), GradientDescent(0.1), 1)
    net = Sequential(Dense.from_weights([[1.0], [1e200]]), Dense.from_weights([[0.0, 1e200], [1.0, 0.0]]))
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="outputs are those of layer 1, Dense"),
    ):
        train(net, sum_of_squares, ONE, np.ones((1, 2)), GradientDescent(0.1), 1)


def test_minibatches_count_the_changes_before_the_error() -> None:
    d = np.array([[1.0], [1.0], [np.inf]])
    with pytest.raises(FloatingPointError, match="in 1 targets, after 2 changes"):
        train_minibatches(_net(), sum_of_squares, np.ones((3, 1)), d, GradientDescent(0.1), 1)
