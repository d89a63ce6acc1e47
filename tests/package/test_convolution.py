"""Convolution: by hand, against PyTorch and SciPy, by complex step, as a transpose; the counts of 1989."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    Adam,
    Convolution,
    Dense,
    Flatten,
    GradientDescent,
    LeCunTanh,
    Maps,
    MaxPooling,
    Momentum,
    Parallel,
    Sequential,
    Tanh,
    complex_step_gradient,
    constant,
    glorot_uniform,
    mean_over_cases,
    normal,
    sum_of_squares,
    train,
    train_minibatches,
)
from backprop.layers import convolution

#: cases, height, width, maps in, maps out, kernel, stride, padding
SHAPES = [
    (3, 7, 8, 2, 3, 3, 1, 0),
    (2, 8, 8, 3, 4, 5, 2, 2),
    (2, 9, 6, 1, 2, 2, 3, 1),  # the kernel is smaller than the stride: some inputs are not seen
    (1, 5, 5, 2, 2, 5, 1, 0),
    (2, 6, 7, 2, 1, 4, 2, 3),
    (2, 5, 4, 2, 3, 1, 1, 0),
    (2, 4, 3, 1, 1, 3, 2, 5),  # more border than map
    (2, 10, 9, 2, 3, 5, 3, 1),
]
CONNECTIONS = np.array([[True, False, True], [True, True, False]])


def _torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")


def make(shape: tuple[int, ...], rng: Any = None, **more: Any) -> Convolution:
    _, _, _, maps_in, maps_out, kernel, stride, padding = shape
    settings = {"weights": normal(1.0), "biases": normal(1.0)} | more
    rng = np.random.default_rng(0) if rng is None else rng
    return Convolution(maps_in, maps_out, kernel, rng, stride=stride, padding=padding, **settings)


def batch(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape[:4])


def both_passes(layer: Convolution, x: np.ndarray) -> tuple[np.ndarray, ...]:
    """y, a random dy, dx, dW and db."""
    y, cache = layer.forward(x)
    dy = np.random.default_rng(2).standard_normal(y.shape).astype(y.dtype)
    dx, grads = layer.backward(dy, cache)
    for name, grad in layer.gradients(dy, cache).items():
        np.testing.assert_array_equal(grad, grads[name])
    return y, dy, dx, grads["W"], grads["b"]


@pytest.fixture(params=[convolution.CLOSE, 1, 500], ids=["whole", "one by one", "in parts"])
def close(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "CLOSE", request.param)


def test_one_window_after_another_by_hand() -> None:
    x = np.array([[1.0, 2, 0], [0, 1, 3], [4, 0, 1]])[None, :, :, None]
    W = np.array([[1.0, 2], [0, -1]])[:, :, None, None]
    layer = Convolution.from_kernel(W, [0.5])
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y[0, :, :, 0], [[4.5, -0.5], [2.5, 6.5]])
    dx, grads = layer.backward(np.array([[1.0, 0], [0, 2]])[None, :, :, None], cache)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[1, 2, 0], [0, 1, 4], [0, 0, -2]])
    np.testing.assert_array_equal(grads["W"][:, :, 0, 0], [[3, 8], [0, 3]])
    np.testing.assert_array_equal(grads["b"], [3])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.usefixtures("close")
def test_pytorch_agrees(shape: tuple[int, ...], dtype: str) -> None:
    torch = _torch()
    layer = make(shape, dtype=dtype)
    y, dy, dx, dW, db = both_passes(layer, batch(shape).astype(dtype))
    assert {a.dtype for a in (y, dx, dW, db)} == {np.dtype(dtype)}
    x = torch.tensor(batch(shape).astype(dtype).transpose(0, 3, 1, 2), requires_grad=True)
    W = torch.tensor(layer.params["W"].transpose(3, 2, 0, 1).copy(), requires_grad=True)
    b = torch.tensor(layer.params["b"], requires_grad=True)
    output = torch.nn.functional.conv2d(x, W, b, stride=shape[6], padding=shape[7])
    output.backward(torch.tensor(dy.transpose(0, 3, 1, 2)))
    tolerance = {"rtol": 1e-12, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 2e-5}
    np.testing.assert_allclose(y, output.detach().numpy().transpose(0, 2, 3, 1), **tolerance)
    np.testing.assert_allclose(dx, x.grad.numpy().transpose(0, 2, 3, 1), **tolerance)
    np.testing.assert_allclose(dW, W.grad.numpy().transpose(2, 3, 1, 0), **tolerance)
    np.testing.assert_allclose(db, b.grad.numpy(), **tolerance)


@pytest.mark.parametrize("background", [0.0, -1.0])
def test_scipys_correlation_agrees_border_and_all(background: float) -> None:
    signal = pytest.importorskip("scipy.signal", reason="SciPy is not installed")
    shape = (2, 6, 5, 3, 2, 3, 1, 1)
    layer, x = make(shape, background=background), batch(shape)
    y = layer.forward(x)[0]
    W, b = layer.params["W"], layer.params["b"]
    for n, m in np.ndindex(2, 2):
        maps = [
            signal.correlate2d(x[n, :, :, c], W[:, :, c, m], "same", fillvalue=background) for c in range(3)
        ]
        np.testing.assert_allclose(y[n, :, :, m], sum(maps) + b[m], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.usefixtures("close")
def test_the_way_back_is_the_transpose(shape: tuple[int, ...]) -> None:
    layer, x = make(shape, biases=constant(0.0)), batch(shape)
    y, dy, dx, dW, _ = both_passes(layer, x)
    assert (y * dy).sum() == pytest.approx((x * dx).sum(), rel=1e-11)
    assert (y * dy).sum() == pytest.approx((layer.params["W"] * dW).sum(), rel=1e-11)


@pytest.mark.parametrize("shape", SHAPES[:3])
@pytest.mark.parametrize("own", [False, True])
def test_every_gradient_agrees_with_a_complex_step(shape: tuple[int, ...], own: bool) -> None:
    units = make(shape).forward(batch(shape))[0].shape[1:3]
    layer, x = make(shape, unit_biases=units if own else None, background=-1.0), batch(shape)
    _, dy, dx, *dparams = both_passes(layer, x)
    twin = layer.astype(complex)
    exact = complex_step_gradient(lambda x: complex((twin.forward(x)[0] * dy).sum()), x)
    np.testing.assert_allclose(dx, exact, rtol=1e-11, atol=1e-13)
    for (name, start), grad in zip(layer.params.items(), dparams, strict=True):

        def moved(w: np.ndarray, name: str = name) -> complex:
            twin.params[name][...] = w
            return complex((twin.forward(x)[0] * dy).sum())

        np.testing.assert_allclose(grad, complex_step_gradient(moved, start), rtol=1e-11, atol=1e-13)
        twin.params[name][...] = start


def test_a_gradient_may_be_differentiated_by_a_complex_step() -> None:
    layer = make(SHAPES[0])
    x = batch(SHAPES[0]).astype(complex)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(y.real.copy(), cache)
    assert dx.dtype == float and grads["W"].dtype == complex and grads["b"].dtype == float
    twin = layer.astype(complex)
    y, cache = twin.forward(x.real.copy())
    dx, grads = twin.backward(y, cache)
    assert dx.dtype == grads["W"].dtype == grads["b"].dtype == complex


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("shape", SHAPES[:5])
@pytest.mark.usefixtures("close")
def test_a_run_among_many_is_the_run_alone(shape: tuple[int, ...], shared: bool, own: bool) -> None:
    units = make(shape).forward(batch(shape))[0].shape[1:3]
    more = {"unit_biases": units if own else None, "background": 0.3}
    many = make(shape, [np.random.default_rng(seed) for seed in range(3)], **more)
    x = batch(shape) if shared else np.random.default_rng(4).standard_normal((3, *shape[:4]))
    y, dy, dx, dW, db = both_passes(many, x)
    assert y.shape == (3, shape[0], *units, shape[4]) and dx.shape == (3, *shape[:4])
    for run in range(3):
        alone = make(shape, np.random.default_rng(run), **more)
        for name, w in alone.params.items():
            np.testing.assert_array_equal(many.params[name][run], w)
        y_alone, cache = alone.forward(x if shared else x[run])
        dx_alone, grads = alone.backward(dy[run], cache)
        np.testing.assert_allclose(y[run], y_alone, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(dx[run], dx_alone, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(dW[run], grads["W"], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(db[run], grads["b"], rtol=1e-12, atol=1e-12)


def test_any_order_in_memory_will_do() -> None:
    shape = SHAPES[1]
    layer, x = make(shape), batch(shape)
    for stride_1 in (layer, make((*shape[:6], 1, 0))):
        y, dy, dx, dW, _ = both_passes(stride_1, x)
        turned = np.asfortranarray(x)
        y_turned, cache = stride_1.forward(turned)
        dx_turned, grads = stride_1.backward(np.asfortranarray(dy), cache)
        np.testing.assert_array_equal(y_turned, y)
        np.testing.assert_allclose(dx_turned, dx, rtol=1e-13)
        np.testing.assert_allclose(grads["W"], dW, rtol=1e-12)
    flat = np.arange(12.0).reshape(3, 4)
    edge = Convolution.from_kernel(np.array([[-1.0, 1.0], [-1.0, 1.0]])[:, :, None, None])
    np.testing.assert_array_equal(edge.forward(flat[None, :, :, None])[0], np.full((1, 2, 3, 1), 2.0))


# The net of 1989. -----------------------------------------------------------------------------------------

EIGHT = np.array([[(c - m) % 12 < 8 for m in range(12)] for c in range(12)])


def h1(rng: Any, **more: Any) -> Convolution:
    return Convolution(1, 12, 5, rng, stride=2, padding=2, background=-1.0, unit_biases=(8, 8), **more)


def h2(rng: Any, **more: Any) -> Convolution:
    border = {"padding": 2, "background": -1.0}
    return Convolution(12, 12, 5, rng, stride=2, unit_biases=(4, 4), connections=EIGHT, **border, **more)


def test_units_parameters_and_connections_of_1989() -> None:
    rng = np.random.default_rng(0)
    below, above = h1(rng), h2(rng)
    y = below.forward(np.zeros((1, 16, 16, 1)))[0]
    z = above.forward(y)[0]
    counts = []
    for layer, units, connected in ((below, y, 12), (above, z, EIGHT.sum())):
        weights = 25 * connected
        assert np.count_nonzero(layer.params["W"]) == weights
        free = weights + layer.params["b"].size
        fan_in = weights // 12
        counts.append((units.size, free, units.size * (fan_in + 1)))
    assert counts == [(768, 1068, 19968), (192, 2592, 38592)]


def test_the_start_counts_what_is_connected() -> None:
    W = h2(np.random.default_rng(0)).params["W"]
    connected = W[:, :, EIGHT]
    assert connected.std() == pytest.approx(200**-0.5, rel=0.05)
    assert not W[:, :, ~EIGHT].any()
    uneven = np.array([[True, True], [True, False], [True, False], [True, False]])
    made = Convolution(4, 2, 15, np.random.default_rng(0), connections=uneven).params["W"]
    assert made[..., 0].std() == pytest.approx(900**-0.5, rel=0.1)
    assert made[:, :, 0, 1].std() == pytest.approx(225**-0.5, rel=0.1)
    shapes = []

    def noting(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        shapes.append(shape)
        return np.arange(float(np.prod(shape))).reshape(shape)

    full = Convolution(2, 3, 2, np.random.default_rng(0), weights=noting)
    np.testing.assert_array_equal(full.params["W"].reshape(8, 3).T, np.arange(24).reshape(3, 8))
    Convolution(4, 2, 3, np.random.default_rng(0), connections=uneven, weights=noting)
    assert shapes == [(3, 8), (2, 9), (2, 36)]
    limit = np.sqrt(6 / (3 + 8))
    drawn = Convolution(2, 3, 2, np.random.default_rng(0), weights=glorot_uniform()).params["W"]
    assert limit * 0.8 < abs(drawn).max() <= limit


@pytest.mark.parametrize("rule", [GradientDescent(0.1), Momentum(0.1, 0.9, decay=0.01), Adam(0.01)])
def test_maps_that_are_not_connected_stay_so(rule: GradientDescent) -> None:
    rng = np.random.default_rng(0)
    layer = Convolution(2, 3, 3, rng, connections=CONNECTIONS)
    net = Sequential(Maps(6, 6, 2), layer, Tanh(), Flatten(), Dense(48, 2, rng))
    x, d = rng.standard_normal((8, 72)), rng.standard_normal((8, 2))
    start = layer.params["W"].copy()
    history = train(net, mean_over_cases(sum_of_squares), x, d, rule, 10)
    assert history.errors[-1] < history.errors[0]
    moved = (layer.params["W"] != start).all(axis=(0, 1))
    np.testing.assert_array_equal(moved, CONNECTIONS)
    assert not layer.params["W"][:, :, ~CONNECTIONS].any()


def test_only_what_is_connected_is_seen() -> None:
    layer = make((2, 5, 5, 2, 3, 3, 1, 0), connections=CONNECTIONS)
    x = np.zeros((1, 5, 5, 2))
    x[..., 0] = np.random.default_rng(0).standard_normal((5, 5))
    y = layer.forward(x)[0] - layer.params["b"]
    np.testing.assert_array_equal(np.abs(y).max(axis=(0, 1, 2)) > 0, CONNECTIONS[0])


# In a net. ------------------------------------------------------------------------------------------------


def net(rng: Any) -> Sequential:
    return Sequential(
        Maps(8, 8, 1),
        Convolution(1, 3, 3, rng, padding=1),
        LeCunTanh(),
        MaxPooling(2),
        Convolution(3, 2, 2, rng, stride=2),
        Tanh(),
        Flatten(),
        Dense(8, 2, rng),
    )


@pytest.mark.parametrize("own_cases", [False, True])
def test_many_nets_train_as_each_does_alone(own_cases: bool) -> None:
    def seeds() -> list[np.random.Generator]:
        return [np.random.default_rng(seed) for seed in range(3)]

    rates = np.array([0.01, 0.03, 0.1])
    data = np.random.default_rng(5)
    x, d = data.standard_normal((3, 9, 64) if own_cases else (9, 64)), data.standard_normal((9, 2))
    loss = mean_over_cases(sum_of_squares)
    many, whole = net(seeds()), net(seeds())
    together = train_minibatches(many, loss, x, d, Momentum(rates), 3, size=4, rng=seeds())
    at_once = train(whole, loss, x, d, GradientDescent(rates), 3)
    for run in range(3):
        alone, cases = net(np.random.default_rng(run)), x[run] if own_cases else x
        rule = Momentum(float(rates[run]))
        history = train_minibatches(alone, loss, cases, d, rule, 3, size=4, rng=np.random.default_rng(run))
        np.testing.assert_allclose(together.errors[:, run], history.errors, rtol=1e-11)
        for name, w in alone.params.items():
            np.testing.assert_allclose(many.params[name][run], w, rtol=1e-9, atol=1e-12)
        alone = net(np.random.default_rng(run))
        history = train(alone, loss, cases, d, GradientDescent(float(rates[run])), 3)
        np.testing.assert_allclose(at_once.errors[:, run], history.errors, rtol=1e-11)


def test_parallel_cuts_maps() -> None:
    rng = np.random.default_rng(0)
    left, right = Convolution(1, 2, 3, rng), Convolution(2, 1, 3, rng)
    both = Parallel((1, left), (2, right))
    x = rng.standard_normal((2, 5, 5, 3))
    y, cache = both.forward(x)
    np.testing.assert_array_equal(y[..., :2], left.forward(x[..., :1])[0])
    np.testing.assert_array_equal(y[..., 2:], right.forward(x[..., 1:])[0])
    assert both.backward(y, cache)[0].shape == x.shape


# Refusals. ------------------------------------------------------------------------------------------------

W = np.ones((3, 3, 2, 4))
X = np.ones((2, 6, 6, 2))


def some(rng: Any = None, **more: Any) -> Convolution:
    return Convolution(2, 4, 3, np.random.default_rng(0) if rng is None else rng, **more)


def runs(count: int) -> Convolution:
    return some([np.random.default_rng(seed) for seed in range(count)])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Convolution(0, 1, 3, np.random.default_rng(0)), "of at least 1, got 0, 1 and 3"),
        (lambda: Convolution(1, 0, 3, np.random.default_rng(0)), "of at least 1, got 1, 0 and 3"),
        (lambda: Convolution(1, 1, 0, np.random.default_rng(0)), "of at least 1, got 1, 1 and 0"),
        (lambda: some(stride=0), "a stride of at least 1, got 0"),
        (lambda: some(padding=-1), "a padding of at least 0, got -1"),
        (lambda: some(background=np.nan), "a finite background, got nan"),
        (lambda: some(unit_biases=(4, 0)), r"unit_biases of at least 1 by 1, got \(4, 0\)"),
        (lambda: some(connections=np.ones((4, 2), bool)), r"booleans \(2, 4\), got bool \(4, 2\)"),
        (lambda: some(connections=np.ones((2, 4))), r"booleans \(2, 4\), got float64 \(2, 4\)"),
        (lambda: some(connections=np.eye(2, 4) > 0), "every map above, got a map with none"),
        (lambda: some(dtype=int), "dtype expects a floating-point type, got int64"),
        (lambda: some(rng=7), "rng expects a numpy.random.Generator"),
        (lambda: some().forward(X[0]), r"expects x of shape \(N, height, width, 2\), got \(6, 6, 2\)"),
        (lambda: some().forward(X[..., :1]), r"expects x of shape \(N, height, width, 2\), got"),
        (lambda: some().forward(X[None]), r"\(N, height, width, 2\), got \(1, 2, 6, 6, 2\)"),
        (lambda: runs(3).forward(np.stack([X, X])), r"width, 2\) or \(3, N, height, width, 2\), got \(2, 2"),
        (lambda: runs(3).forward(X[None, None]), r"or \(3, N, height, width, 2\), got \(1, 1"),
        (lambda: some().forward(X.astype(int)), "x as a floating-point array, got dtype int64"),
        (lambda: some().forward(X.tolist()), "x as a floating-point array, got list"),
        (lambda: some().forward(X.astype(np.float32)), "x of dtype float64, got float32"),
        (lambda: some().forward(X[:0]), "at least one row, got shape"),
        (lambda: some().forward(X[:, :2]), "at least 3 by 3 with the padding of 0, got 2 by 6"),
        (lambda: some().forward(X[:, :, :2]), "at least 3 by 3 with the padding of 0, got 6 by 2"),
        (lambda: some(unit_biases=(4, 5)).forward(X), r"units \(4, 5\), and x makes units \(4, 4\)"),
        (lambda: some().backward(X, some().forward(X)[1]), r"dy of shape \(2, 4, 4, 4\), got \(2, 6, 6, 2\)"),
        (lambda: Convolution.from_kernel(W[0]), r"W of shape \(k, k, maps_in, maps_out\), got \(3, 2, 4\)"),
        (lambda: Convolution.from_kernel(W[:2]), r"W of shape \(k, k, maps_in, maps_out\), got \(2, 3"),
        (lambda: Convolution.from_kernel(W[:0, :0]), "W of shape"),
        (lambda: Convolution.from_kernel(W, np.ones(3)), r"b of shape \(4,\) or \(height', width', 4\), got"),
        (lambda: Convolution.from_kernel(W, np.ones((4, 4))), r"b of shape .* got \(4, 4\)"),
        (lambda: Convolution.from_kernel(W, np.ones((0, 4, 4))), r"b of shape .* got \(0, 4, 4\)"),
        (lambda: Convolution.from_kernel(W[None], np.ones(4)), r"b of shape \(1, 4\) or \(1, height'"),
        (lambda: Convolution.from_kernel(W * np.inf), "finite numbers in W"),
        (lambda: Convolution.from_kernel(W, np.full(4, np.nan)), "finite numbers in b"),
        (lambda: Convolution.from_kernel(W, connections=np.tri(4, 2).T > 0), "W to be 0 between maps"),
        (lambda: Convolution.from_kernel(W, stride=-1), "a stride of at least 1, got -1"),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build()


def test_given_weights_are_copied_and_may_be_anything_like_numbers() -> None:
    given = np.arange(8).reshape(2, 2, 1, 2)
    layer = Convolution.from_kernel(given, [1, 2], stride=2, padding=1, background=0.5)
    assert layer.params["W"].dtype == layer.params["b"].dtype == np.float64
    assert (layer.stride, layer.padding, layer.background) == (2, 1, 0.5)
    given[...] = 0
    assert layer.params["W"].sum() == 28
    assert Convolution.from_kernel(W.astype(np.float32)).params["b"].dtype == np.float32
    own = Convolution.from_kernel(np.stack([W, 2 * W]), np.ones((2, 4, 4, 4)))
    np.testing.assert_array_equal(own.forward(X)[0][:, 0, 0, 0, 0], [19, 37])
    masked = Convolution.from_kernel(W * (np.tri(4, 2).T > 0), connections=np.tri(4, 2).T > 0)
    assert masked.backward(np.ones((2, 4, 4, 4)), masked.forward(X)[1])[1]["W"][0, 0].tolist() == [
        [32] * 4,
        [0, 32, 32, 32],
    ]
    each = Convolution.from_kernel(np.stack([W, W]) * masked.connections, connections=masked.connections)
    assert each.params["W"].shape == (2, 3, 3, 2, 4)
