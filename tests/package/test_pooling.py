"""Pooling, and the layers between rows and maps: by hand, against PyTorch, with a runs axis, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    Convolution,
    Dense,
    Flatten,
    GlobalMaxPooling,
    Layer,
    Maps,
    MaxPooling,
    MeanPooling,
    Sequential,
    complex_step_gradient,
)

X = np.random.default_rng(0).standard_normal((2, 4, 6, 3))
POOLING = {"max": MaxPooling(2), "mean": MeanPooling(2), "global": GlobalMaxPooling()}


def _torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")


def both_passes(layer: Layer, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y, cache = layer.forward(x)
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(x.dtype)
    dx, grads = layer.backward(dy, cache)
    assert grads == {}
    return y, dy, dx


def test_four_windows_by_hand() -> None:
    x = np.array([[1.0, 2, 0, 0], [4, 3, 0, 0], [5, 5, -1, -4], [5, 5, -3, -2]])[None, :, :, None]
    dy = np.array([[1.0, 2], [3, 4]])[None, :, :, None]
    for layer, out, back in (
        (MaxPooling(2), [[4, 0], [5, -1]], [[0, 0, 2, 0], [1, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]),
        (MeanPooling(2), [[2.5, 0], [5, -2.5]], np.kron([[1, 2], [3, 4]], np.full((2, 2), 0.25))),
    ):
        y, cache = layer.forward(x)
        np.testing.assert_array_equal(y[0, :, :, 0], out)
        np.testing.assert_array_equal(layer.backward(dy, cache)[0][0, :, :, 0], back)
    y, cache = GlobalMaxPooling().forward(x)
    np.testing.assert_array_equal(y, [[5]])
    dx = GlobalMaxPooling().backward(np.array([[7.0]]), cache)[0]
    assert dx[0, 2, 0, 0] == dx.sum() == 7


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", ["max", "mean", "global"])
def test_pytorch_agrees(kind: str, ties: bool, dtype: str, size: int) -> None:
    torch = _torch()
    x = np.random.default_rng(2).standard_normal((2, 6, 12, 3)).astype(dtype)
    x = np.sign(x) if ties else x
    functional = torch.nn.functional
    layer, theirs = {
        "max": (MaxPooling(size), lambda x: functional.max_pool2d(x, size)),
        "mean": (MeanPooling(size), lambda x: functional.avg_pool2d(x, size)),
        "global": (GlobalMaxPooling(), lambda x: functional.max_pool2d(x, (6, 12))[:, :, 0, 0]),
    }[kind]
    y, dy, dx = both_passes(layer, x)
    assert y.dtype == dx.dtype == np.dtype(dtype)
    inputs = torch.tensor(x.transpose(0, 3, 1, 2), requires_grad=True)
    output = theirs(inputs)
    output.backward(torch.tensor(np.moveaxis(dy, -1, 1)))
    tolerance = {"rtol": 1e-12, "atol": 1e-14} if dtype == "float64" else {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(y, np.moveaxis(output.detach().numpy(), 1, -1), **tolerance)
    np.testing.assert_allclose(dx, inputs.grad.numpy().transpose(0, 2, 3, 1), **tolerance)


@pytest.mark.parametrize("kind", POOLING)
def test_the_way_back_agrees_with_a_complex_step(kind: str) -> None:
    layer = POOLING[kind]
    _, dy, dx = both_passes(layer, X)
    exact = complex_step_gradient(lambda x: complex((layer.forward(x)[0] * dy).sum()), X)
    np.testing.assert_allclose(dx, exact, rtol=1e-12, atol=1e-15)


def test_an_imaginary_part_wins_no_map() -> None:
    x, layer = np.array([[1 + 0j, 1 + 2j], [0.5 + 9j, 1 + 1j]])[None, :, :, None], GlobalMaxPooling()
    y, cache = layer.forward(x)
    dx = layer.backward(np.ones_like(y), cache)[0]
    assert y.item() == 1
    assert dx.ravel().tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("layer", [*POOLING.values(), Flatten()])
def test_a_runs_axis_stays_in_front_and_may_come_from_above(layer: Layer) -> None:
    many = np.stack([X, 2 * X, -X])
    y, dy, dx = both_passes(layer, many)
    assert len(y) == 3 and dx.shape == many.shape
    for run, x in enumerate(many):
        y_alone, cache = layer.forward(x)
        np.testing.assert_array_equal(y[run], y_alone)
        np.testing.assert_array_equal(dx[run], layer.backward(dy[run], cache)[0])
    _, cache = layer.forward(X)  # one batch for all runs; every run sends its own dE/dy
    dx = layer.backward(dy, cache)[0]
    assert dx.shape == many.shape
    for run in range(3):
        np.testing.assert_array_equal(dx[run], layer.backward(dy[run], cache)[0])


def test_rows_become_maps_and_maps_rows() -> None:
    rows = np.arange(24.0).reshape(1, 24)
    maps, cache = Maps(2, 4, 3).forward(rows)
    assert maps[0, 1, 2, 1] == (1 * 4 + 2) * 3 + 1
    np.testing.assert_array_equal(Flatten().forward(maps)[0], rows)
    np.testing.assert_array_equal(Maps(2, 4, 3).backward(maps, cache)[0], rows)
    np.testing.assert_array_equal(Maps(2, 4, 3).backward(np.stack([maps, -maps]), cache)[0], [rows, -rows])
    many = np.stack([rows, -rows])
    maps, cache = Maps(2, 4, 3).forward(many)
    assert maps.shape == (2, 1, 2, 4, 3)
    back, flat_cache = Flatten().forward(maps)
    np.testing.assert_array_equal(back, many)
    np.testing.assert_array_equal(
        Maps(2, 4, 3).backward(Flatten().backward(back, flat_cache)[0], cache)[0], many
    )


@pytest.mark.parametrize("kind", ["max", "mean"])
def test_pooling_below_the_first_weights_passes_the_runs_down(kind: str) -> None:
    seeds = [np.random.default_rng(seed) for seed in range(3)]
    net = Sequential(Maps(4, 6, 3), POOLING[kind], Convolution(3, 2, 2, seeds), Flatten(), Dense(4, 1, seeds))
    x = X.reshape(2, 72)
    y, caches = net.forward(x)
    dx, grads = net.backward(np.ones_like(y), caches)
    assert y.shape == (3, 2, 1) and dx.shape == (3, 2, 72)
    for name, grad in net.gradients(np.ones_like(y), caches).items():
        np.testing.assert_array_equal(grad, grads[name])


def passes(layer: Layer, dy: np.ndarray) -> object:
    return layer.backward(dy, layer.forward(X)[1])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MaxPooling(0), "MaxPooling expects a size of at least 1, got 0"),
        (lambda: MeanPooling(-2), "MeanPooling expects a size of at least 1, got -2"),
        (lambda: Maps(0, 2, 1), "a number of maps of at least 1, got 0, 2 and 1"),
        (lambda: Maps(2, 0, 1), "a number of maps of at least 1, got 2, 0 and 1"),
        (lambda: Maps(2, 2, 0), "a number of maps of at least 1, got 2, 2 and 0"),
        (lambda: MaxPooling(4).forward(X), "multiples of 4, got 4 and 6"),
        (lambda: MeanPooling(3).forward(X), "multiples of 3, got 4 and 6"),
        (
            lambda: MaxPooling(2).forward(X[0]),
            r"MaxPooling expects x of shape \(N, height, width, maps\), got",
        ),
        (lambda: MeanPooling(2).forward(X.astype(int)), "MeanPooling expects x as a floating-point array"),
        (lambda: GlobalMaxPooling().forward(X[0]), r"GlobalMaxPooling expects x of shape \(N, height"),
        (lambda: GlobalMaxPooling().forward(X[:0]), "at least one row"),
        (lambda: Flatten().forward(X[0]), r"Flatten expects x of shape \(N, height, width, maps\), got"),
        (
            lambda: Maps(2, 4, 3).forward(np.ones((2, 23))),
            r"Maps expects x of shape \(N, 24\), got \(2, 23\)",
        ),
        (lambda: passes(MaxPooling(2), X), r"MaxPooling.backward expects dy of shape \(2, 2, 3, 3\), got"),
        (lambda: passes(MeanPooling(2), X), r"MeanPooling.backward expects dy of shape \(2, 2, 3, 3\), got"),
        (
            lambda: passes(GlobalMaxPooling(), X),
            r"GlobalMaxPooling.backward expects dy of shape \(2, 3\), got",
        ),
        (lambda: passes(Flatten(), X), r"Flatten.backward expects dy of shape \(2, 72\), got"),
        (
            lambda: Maps(1, 2, 2).backward(X, Maps(1, 2, 2).forward(np.ones((2, 4)))[1]),
            r"Maps.backward expects dy of shape \(2, 1, 2, 2\), got",
        ),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build()
