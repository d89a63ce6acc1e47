"""Dropout: its masks, the same mask in both directions, none in evaluation; PyTorch with the same mask."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from backprop import (
    BatchNorm,
    Dense,
    Dropout,
    FixedMask,
    ReLU,
    Sequential,
    Tanh,
    check_network,
    complex_step_gradient,
    softmax_cross_entropy,
    sum_of_squares,
)

X = np.random.default_rng(1).standard_normal((6, 5))
DY = np.random.default_rng(2).standard_normal((6, 5))


def generators(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.9])
def test_the_mask_has_mean_1_and_variance_p_over_1_minus_p(rate: float) -> None:
    x = np.ones((400, 500))
    _, mask = Dropout(rate, np.random.default_rng(3)).forward(x)
    assert set(np.unique(mask)) <= {0.0, 1 / (1 - rate)}
    share = (mask == 0).mean()
    assert abs(share - rate) <= 5 * np.sqrt(rate * (1 - rate) / x.size)
    variance = rate / (1 - rate)
    assert abs(mask.mean() - 1) <= 5 * np.sqrt(variance / x.size)
    assert mask.var() == pytest.approx(variance, rel=0.02, abs=1e-15)
    rows, columns = mask.mean(axis=1).var(), mask.mean(axis=0).var()  # drawn for every number apart
    assert rows == pytest.approx(variance / 500, rel=0.4, abs=1e-15)
    assert columns == pytest.approx(variance / 400, rel=0.4, abs=1e-15)


def test_a_draw_below_the_rate_drops() -> None:
    u = np.random.default_rng(4).random((3, 4))
    rate = float(np.sort(u.ravel())[5])  # a draw equal to the rate keeps: below 0 there is none
    _, mask = Dropout(rate, np.random.default_rng(4)).forward(np.ones((3, 4)))
    np.testing.assert_array_equal(mask, np.where(u < rate, 0, 1 / (1 - rate)))


def test_both_directions_use_the_mask_of_the_cache() -> None:
    layer = Dropout(0.5, np.random.default_rng(0))
    y, mask = layer.forward(X)
    other = layer.forward(X)[1]  # the next mask must not matter to the first cache
    assert (mask != other).any()
    np.testing.assert_array_equal(y, mask * X)
    dx, grads = layer.backward(DY, mask)
    np.testing.assert_array_equal(dx, mask * DY)
    assert grads == {} and layer.params == {}
    np.testing.assert_array_equal(layer.backward(DY, other)[0], other * DY)


def test_only_the_generator_moves() -> None:
    rng = np.random.default_rng(0)
    layer = Dropout(0.5, rng)
    before = copy.deepcopy(rng.bit_generator.state)
    _, first = layer.forward(X)
    rng.bit_generator.state = before
    np.testing.assert_array_equal(layer.forward(X)[1], first)
    state = copy.deepcopy(rng.bit_generator.state)
    layer.backward(DY, first)
    layer.evaluation(X).forward(X)
    assert rng.bit_generator.state == state
    assert layer.rate == 0.5 and layer.rng is rng


def test_evaluation_is_the_identity() -> None:
    still = Dropout(0.5, np.random.default_rng(0)).evaluation(X)
    assert isinstance(still, FixedMask)
    for x in (X, X.astype(np.float32), X[None] * np.ones((3, 1, 1))):
        y, cache = still.forward(x)
        np.testing.assert_array_equal(y, x)
        dy = np.ones_like(x)
        dx, grads = still.backward(dy, cache)
        np.testing.assert_array_equal(dx, dy)
        assert y.dtype == x.dtype == dx.dtype and grads == {}
    assert still.evaluation(X) is still


def test_a_net_is_evaluated_on_the_same_weights_and_without_masks() -> None:
    rng = np.random.default_rng(0)
    net = Sequential(Dropout(0.2, rng), Dense(5, 4, rng), BatchNorm(4, rng), ReLU(), Dropout(0.5, rng))
    still = net.evaluation(X)
    y = still.forward(X)[0]
    np.testing.assert_array_equal(still.forward(X)[0], y)
    assert all(still.params[name] is w for name, w in net.params.items())
    dense, norm = net.layers[1], net.layers[2]
    total = dense.forward(X)[0]
    np.testing.assert_allclose(y, np.maximum(norm.evaluation(total).forward(total)[0], 0), rtol=1e-14)


@pytest.mark.parametrize("rate", [0.3, np.array([0.0, 0.3, 0.8])])
@pytest.mark.parametrize("apart", [False, True])
def test_many_nets_draw_as_each_would_alone(rate: Any, apart: bool) -> None:
    x = np.stack([X, 2 * X, 3 * X]) if apart else X
    y, mask = Dropout(rate, generators(5, 6, 7)).forward(x)
    assert y.shape == mask.shape == (3, 6, 5)
    for r, rng in enumerate(generators(5, 6, 7)):
        alone = Dropout(float(np.broadcast_to(rate, 3)[r]), rng)
        y_r, mask_r = alone.forward(x[r] if apart else x)
        np.testing.assert_array_equal(mask[r], mask_r)
        np.testing.assert_array_equal(y[r], y_r)
    assert (mask[1] != mask[2]).any()


def test_one_generator_masks_every_run_apart() -> None:
    _, mask = Dropout(0.5, np.random.default_rng(0)).forward(np.ones((3, 6, 5)))
    assert mask.shape == (3, 6, 5) and (mask[0] != mask[1]).any()


def test_float32_and_complex_keep_their_type_and_the_mask_is_real() -> None:
    for kind, real in ((np.float32, np.float32), (np.complex128, np.float64)):
        layer = Dropout(0.5, np.random.default_rng(0)).astype(kind)
        y, mask = layer.forward(X.astype(kind))
        assert y.dtype == kind and mask.dtype == real
        y, mask = FixedMask(mask).forward(X.astype(kind))
        assert y.dtype == kind and mask.dtype == real


def test_the_net_of_a_held_mask_agrees_with_a_complex_step() -> None:
    rng = np.random.default_rng(0)
    dense, top, dropout = Dense(5, 4, rng), Dense(4, 3, rng), Dropout(0.5, rng)
    t = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    hidden = Sequential(dense, Tanh()).forward(X)[0]
    mask = dropout.forward(hidden)[1]
    held = Sequential(dense, Tanh(), FixedMask(mask), top)
    assert max(check_network(held, softmax_cross_entropy, X, t, method="complex").values()) < 1e-12
    drawn = Sequential(dense, Tanh(), Dropout(0.5, np.random.default_rng(0)), top)
    assert max(check_network(drawn, softmax_cross_entropy, X, t).values()) > 1e-2  # other masks each time


def test_a_fixed_mask_broadcasts_and_keeps_a_copy() -> None:
    given = np.array([0.0, 2.0, 1.0, 0.0, 4.0])
    layer = FixedMask(given)
    given[:] = 7
    y, cache = layer.forward(X)
    np.testing.assert_array_equal(y, X * [0, 2, 1, 0, 4])
    dx = layer.backward(DY, cache)[0]
    numerical = complex_step_gradient(lambda x: complex((layer.forward(x)[0] * DY).sum()), X)
    np.testing.assert_allclose(dx, numerical, rtol=1e-14)
    masks = np.random.default_rng(3).integers(0, 2, (4, 1, 5)) * 2.0
    y, cache = FixedMask(masks).forward(X)
    np.testing.assert_array_equal(y, masks * X)
    assert FixedMask(masks).backward(y, cache)[0].shape == (4, 6, 5)


def test_pytorch_agrees_when_it_is_handed_the_mask() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    rng = np.random.default_rng(0)
    net = Sequential(Dropout(0.2, rng), Dense(5, 4, rng), ReLU(), Dropout(0.5, rng), Dense(4, 3, rng))
    d = rng.standard_normal((6, 3))
    y, caches = net.forward(X)
    dx, grads = net.backward(sum_of_squares(y, d)[1], caches)
    w = {name: torch.tensor(value, requires_grad=True) for name, value in net.params.items()}
    x = torch.tensor(X, requires_grad=True)
    below, above = torch.tensor(caches[0]), torch.tensor(caches[3])
    hidden = torch.relu((below * x) @ w["1.W"].T + w["1.b"])
    output = (above * hidden) @ w["4.W"].T + w["4.b"]
    (0.5 * ((output - torch.tensor(d)) ** 2).sum()).backward()
    np.testing.assert_allclose(y, output.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(dx, x.grad.numpy(), rtol=1e-11, atol=1e-14)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, w[name].grad.numpy(), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, np.nan, np.array([0.1, 1.0])])
def test_impossible_rates_are_refused(rate: Any) -> None:
    with pytest.raises(ValueError, match="Dropout expects a rate from 0 to below 1, got"):
        Dropout(rate, generators(0, 1))


@pytest.mark.parametrize("rng", [0, None, (1, 2), [np.random.default_rng(0), 3], np.random.RandomState(0)])
def test_what_is_no_generator_is_refused(rng: Any) -> None:
    with pytest.raises(TypeError, match=f"rng expects a numpy.random.Generator .*, got {type(rng).__name__}"):
        Dropout(0.5, rng)
    with pytest.raises(ValueError, match="rng expects at least one generator, got an empty sequence"):
        Dropout(0.5, [])


def test_rates_and_runs_that_do_not_fit_are_refused() -> None:
    wanted = "one rate, or one for each generator, got shape"
    for rate, rng in (
        (np.full(2, 0.5), np.random.default_rng(0)),
        (np.full(3, 0.5), generators(0, 1)),
        (np.full((2, 1), 0.5), generators(0, 1)),
    ):
        with pytest.raises(ValueError, match=wanted):
            Dropout(rate, rng)
    with pytest.raises(ValueError, match="Dropout expects x of 2 runs, got 3"):
        Dropout(0.5, generators(0, 1)).forward(np.ones((3, 6, 5)))


def test_masks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="FixedMask expects finite numbers, got NaN or infinity"):
        FixedMask([1.0, np.inf])
    with pytest.raises(ValueError, match=r"FixedMask expects x that fits \(4,\), got \(6, 5\)"):
        FixedMask(np.ones(4)).forward(X)
