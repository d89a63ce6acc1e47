"""Every layer keeps the one contract; a new layer is covered by one line in LAYERS."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop
from backprop import (
    GELU,
    GRU,
    LSTM,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    EachStep,
    FixedMask,
    Flatten,
    GlobalMaxPooling,
    LastStep,
    Layer,
    LayerNorm,
    LeakyReLU,
    LeCunTanh,
    Logistic,
    Maps,
    MaxPooling,
    MeanPooling,
    Parallel,
    PeepholeLSTM,
    RadialBasis,
    Recurrent,
    ReLU,
    Sequential,
    Skip,
    Softmax,
    Softplus,
    Tanh,
    Threshold,
    check_layer,
    complex_step_gradient,
    constant,
    normal,
)
from backprop.layers.layer import check_batch

Make = Callable[[int, np.random.Generator], Layer]


def _dense(n: int, rng: np.random.Generator, dtype: type = np.float64) -> Layer:
    return Dense(n, 3, rng, weight=normal(1.0), bias=normal(1.0), dtype=dtype)


def _normalization(kind: type, n: int, rng: np.random.Generator, dtype: type = np.float64) -> Layer:
    layer: Layer = kind(n, rng, gain=normal(1.0), shift=normal(1.0), dtype=dtype)
    return layer


def _fixed(n: int, rng: np.random.Generator, dtype: type = np.float64) -> Layer:
    seen = np.random.default_rng(7).standard_normal((6, n)).astype(dtype)
    return _normalization(BatchNorm, n, rng, dtype).evaluation(2 * seen + 1)


def _convolution(n: int, rng: np.random.Generator, dtype: type = np.float64) -> Layer:
    layer = Convolution(1, 2, 3, rng, padding=1, background=0.5, biases=normal(1.0), dtype=dtype)
    return Sequential(Maps(1, n, 1), layer)


def _pooling(kind: Callable[[], Layer], n: int, rng: np.random.Generator, dtype: type = np.float64) -> Layer:
    return Sequential(Dense(n, 16, rng, weight=normal(1.0), dtype=dtype), Maps(2, 4, 2), kind())


class _SameMask(Dropout):
    """Dropout that draws each time from its generators as they were given: a function, as the checks need."""

    def __init__(self, rate: float, rng: Any) -> None:
        super().__init__(rate, rng)
        self.start = copy.deepcopy(rng)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.rng = copy.deepcopy(self.start)
        return super().forward(x)


class _AsSteps(Layer):
    """Each feature of a row is one step of a sequence: (N, T) to (T, N, 1)."""

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, None]:
        check_batch("AsSteps", x)
        return x.mT[..., None], None

    def backward(self, dy: np.ndarray, cache: None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return dy[..., 0].mT, {}


class _AsRow(Layer):
    """All steps of a sequence side by side in one row: (T, N, H) to (N, T · H)."""

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, int]:
        across = np.moveaxis(x, -3, -2)
        return across.reshape(*across.shape[:-2], -1), x.shape[-3]

    def backward(self, dy: np.ndarray, cache: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return np.moveaxis(dy.reshape(*dy.shape[:-1], cache, -1), -2, -3), {}


def _over_steps(
    kind: Callable[..., Layer], n: int, rng: np.random.Generator, dtype: type = np.float64
) -> Layer:
    return Sequential(_AsSteps(), kind(1, 3, rng, dtype=dtype), _AsRow())


LAYERS: dict[str, Callable[..., Layer]] = {
    "Dense": _dense,
    "BatchNorm": partial(_normalization, BatchNorm),
    "FixedNorm": _fixed,
    "LayerNorm": partial(_normalization, LayerNorm),
    "Convolution": _convolution,
    "MaxPooling": partial(_pooling, lambda: MaxPooling(2)),
    "MeanPooling": partial(_pooling, lambda: MeanPooling(2)),
    "GlobalMaxPooling": partial(_pooling, GlobalMaxPooling),
    "Flatten": partial(_pooling, Flatten),
    "Maps": lambda n, rng, dtype=np.float64: Maps(1, n, 1),
    "Dropout": lambda n, rng, dtype=np.float64: _SameMask(0.4, rng),
    "FixedMask": lambda n, rng, dtype=np.float64: FixedMask(np.arange(n) % 2 * 2.0),
    "RadialBasis": lambda n, rng, dtype=np.float64: RadialBasis(n, 3, rng, dtype=dtype),
    "Recurrent": partial(_over_steps, Recurrent),
    "LSTM": partial(_over_steps, LSTM),
    "PeepholeLSTM": partial(_over_steps, PeepholeLSTM),
    "GRU": partial(_over_steps, GRU),
    "EachStep": partial(_over_steps, lambda *sizes, **more: EachStep(Dense(*sizes, **more), Tanh())),
    "LastStep": lambda n, rng, dtype=np.float64: Sequential(_AsSteps(), LastStep()),
    "Logistic": lambda n, rng, dtype=np.float64: Logistic(),
    "Tanh": lambda n, rng, dtype=np.float64: Tanh(),
    "LeCunTanh": lambda n, rng, dtype=np.float64: LeCunTanh(),
    "ReLU": lambda n, rng, dtype=np.float64: ReLU(),
    "LeakyReLU": lambda n, rng, dtype=np.float64: LeakyReLU(0.1),
    "Softplus": lambda n, rng, dtype=np.float64: Softplus(),
    "GELU": lambda n, rng, dtype=np.float64: GELU(),
    "Threshold": lambda n, rng, dtype=np.float64: Threshold(),
    "Softmax": lambda n, rng, dtype=np.float64: Softmax(),
    "Sequential": lambda n, rng, dtype=np.float64: Sequential(
        _dense(n, rng, dtype), Tanh(), Dense(3, 2, rng, dtype=dtype), Logistic()
    ),
    "Skip": lambda n, rng, dtype=np.float64: Skip(
        _dense(n, rng, dtype), Tanh(), Dense(3, n, rng, dtype=dtype), scale=0.5
    ),
    "Parallel": lambda n, rng, dtype=np.float64: Parallel(
        (1, _dense(1, rng, dtype)), (n - 1, _dense(n - 1, rng, dtype))
    ),
}
#: No complex step through a kink or a jump, nor through `math.erfc`, which knows real numbers only.
ANALYTIC = sorted(LAYERS.keys() - {"ReLU", "LeakyReLU", "Threshold", "GELU"})


@pytest.fixture(params=sorted(LAYERS))
def case(request: pytest.FixtureRequest) -> tuple[Callable[..., Layer], np.ndarray]:
    x = np.random.default_rng(5).standard_normal((4, 5))
    return LAYERS[request.param], x


def test_every_layer_of_the_package_is_here() -> None:
    public = {
        name
        for name in backprop.__all__
        if isinstance(getattr(backprop, name), type)
        and issubclass(getattr(backprop, name), Layer)
        and name != "Layer"
    }
    assert public == LAYERS.keys()


def test_backward_agrees_with_a_random_projection(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    for seed in range(5):
        rng = np.random.default_rng(seed)
        errors = check_layer(make(5, rng), x, rng)
        assert errors.keys() == {"x", *make(5, rng).params}
        assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("name", ANALYTIC)
def test_backward_agrees_with_the_complex_step_in_every_component(name: str) -> None:
    rng = np.random.default_rng(3)
    layer = LAYERS[name](4, rng)
    x = rng.standard_normal((3, 4))
    y, cache = layer.forward(x)
    v = rng.standard_normal(y.shape)
    dx, grads = layer.backward(v, cache)
    twin = layer.astype(complex)
    numerical = complex_step_gradient(lambda z: (twin.forward(z)[0] * v).sum(), x)
    np.testing.assert_allclose(dx, numerical, rtol=1e-12, atol=1e-13)
    for key, w in twin.params.items():
        start = w.copy()

        def moved(value: np.ndarray, w: np.ndarray = w) -> complex:
            w[...] = value
            return complex((twin.forward(x.astype(complex))[0] * v).sum())

        np.testing.assert_allclose(grads[key], complex_step_gradient(moved, start), rtol=1e-12, atol=1e-13)
        w[...] = start


def test_a_layer_without_the_two_passes_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Layer().forward(np.ones((1, 1)))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.ones((1, 1)), None)


def test_gradients_are_keyed_and_shaped_like_params(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    y, cache = layer.forward(x)
    dx, grads = layer.backward(np.ones_like(y), cache)
    assert dx.shape == x.shape
    assert {k: g.shape for k, g in grads.items()} == {k: w.shape for k, w in layer.params.items()}


def test_gradients_alone_are_those_of_backward(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    y, cache = layer.forward(x)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    grads = layer.backward(dy, cache)[1]
    alone = layer.gradients(dy, cache)
    assert alone.keys() == grads.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(alone[name], grad, rtol=1e-13, atol=1e-15)


def test_arguments_and_parameters_stay_unchanged(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    x_before, params_before = x.copy(), copy.deepcopy(layer.params)
    y, cache = layer.forward(x)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dy_before, y_before, cache_before = dy.copy(), y.copy(), copy.deepcopy(cache)
    layer.backward(dy, cache)
    layer.backward(dy, cache)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dy, dy_before)
    np.testing.assert_array_equal(y, y_before)
    np.testing.assert_equal(cache, cache_before)
    np.testing.assert_equal(layer.params, params_before)


def test_two_forwards_then_two_backwards_do_not_interfere(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    other = x[::-1] * 0.5 + 0.1
    alone = []
    for batch in (x, other):
        y, cache = layer.forward(batch)
        alone.append(layer.backward(np.cos(y), cache))
    y1, cache1 = layer.forward(x)
    y2, cache2 = layer.forward(other)
    together = [layer.backward(np.cos(y1), cache1), layer.backward(np.cos(y2), cache2)]
    np.testing.assert_equal(together, alone)


def test_backward_is_linear_in_dy(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    y, cache = layer.forward(x)
    rng = np.random.default_rng(2)
    u, v = rng.standard_normal((2, *y.shape))
    dx_u, grads_u = layer.backward(u, cache)
    dx_v, grads_v = layer.backward(v, cache)
    dx, grads = layer.backward(2 * u - 3 * v, cache)
    np.testing.assert_allclose(dx, 2 * dx_u - 3 * dx_v, rtol=1e-12, atol=1e-13)
    for key in grads:
        np.testing.assert_allclose(grads[key], 2 * grads_u[key] - 3 * grads_v[key], rtol=1e-12, atol=1e-13)


def test_float32_stays_float32(case: tuple[Callable[..., Layer], np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0), np.float32)
    y, cache = layer.forward(x.astype(np.float32))
    dx, grads = layer.backward(np.ones_like(y), cache)
    assert {y.dtype, dx.dtype, *(g.dtype for g in grads.values())} == {np.dtype(np.float32)}
    assert all(w.dtype == np.float32 for w in layer.params.values())


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_stack_of_runs_is_the_same_nets_one_by_one(name: str) -> None:
    seeds = [11, 12, 13]
    x = np.random.default_rng(0).standard_normal((4, 5))
    stacked = LAYERS[name](5, [np.random.default_rng(s) for s in seeds])
    singles = [LAYERS[name](5, np.random.default_rng(s)) for s in seeds]
    batch = x if stacked.params else np.stack([x, 2 * x, 3 * x])
    y, cache = stacked.forward(batch)
    dy = np.random.default_rng(9).standard_normal(y.shape)
    dx, grads = stacked.backward(dy, cache)
    for r, single in enumerate(singles):
        for key, w in single.params.items():
            np.testing.assert_array_equal(stacked.params[key][r], w)
        y_r, cache_r = single.forward(batch if batch.ndim == 2 else batch[r])
        dx_r, grads_r = single.backward(dy[r], cache_r)
        np.testing.assert_allclose(y[r], y_r, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dx[r], dx_r, rtol=1e-12, atol=1e-14)
        for key, grad in grads_r.items():
            np.testing.assert_allclose(grads[key][r], grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("runs", "cases", "n_in"), [(4, 5, 1), (4, 5, 2), (4, 5, 3), (4, 1, 3), (1, 5, 3)])
@pytest.mark.parametrize("apart", [False, True])
def test_a_stack_of_dense_layers_is_each_of_them(runs: int, cases: int, n_in: int, apart: bool) -> None:
    rng = np.random.default_rng(0)
    W, b = rng.standard_normal((runs, 2, n_in)), rng.standard_normal((runs, 2))
    x = rng.standard_normal((runs, cases, n_in) if apart else (cases, n_in))
    check_stack(Dense.from_weights, (W, b), x, rng)


@pytest.mark.parametrize("apart", [False, True])
def test_a_stack_of_radial_layers_is_each_of_them(apart: bool) -> None:
    rng = np.random.default_rng(0)
    C, sigma = rng.standard_normal((4, 3, 2)), rng.uniform(0.5, 2, (4, 3))
    x = rng.standard_normal((4, 5, 2) if apart else (5, 2))
    check_stack(RadialBasis.from_centres, (C, sigma), x, rng)


def check_stack(
    build: Callable[..., Layer], weights: tuple[np.ndarray, ...], x: np.ndarray, rng: np.random.Generator
) -> None:
    """A layer of many runs, seeing one x or each its own, is in each run what those weights make alone."""
    stacked = build(*weights)
    y, cache = stacked.forward(x)
    dy = rng.standard_normal(y.shape)
    dx, grads = stacked.backward(dy, cache)
    alone = stacked.gradients(dy, cache)
    for r in range(len(y)):
        single = build(*(w[r] for w in weights))
        y_r, cache_r = single.forward(x if x.ndim == 2 else x[r])
        dx_r, grads_r = single.backward(dy[r], cache_r)
        np.testing.assert_allclose(y[r], y_r, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dx[r], dx_r, rtol=1e-12, atol=1e-14)
        for name, grad in grads_r.items():
            np.testing.assert_allclose(grads[name][r], grad, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(alone[name][r], grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(LAYERS))
@settings(max_examples=15, deadline=None)
@given(cases=st.integers(1, 6), features=st.integers(2, 7), seed=st.integers(0, 2**31))
def test_any_shape_checks_numerically(name: str, cases: int, features: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = LAYERS[name](features, rng)
    x = rng.standard_normal((cases, features))
    x += 0.01 * np.sign(x)  # no input on a kink, where a difference has no meaning
    y, cache = layer.forward(x)
    assert y.shape[0] == cases
    v, u = rng.standard_normal(y.shape), rng.standard_normal(x.shape)
    dx, _ = layer.backward(v, cache)
    h = 1e-6
    numerical = ((layer.forward(x + h * u)[0] - layer.forward(x - h * u)[0]) * v).sum() / (2 * h)
    assert (dx * u).sum() == pytest.approx(numerical, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_at_the_door(case: tuple[Make, np.ndarray], bad: float) -> None:
    make, x = case
    x = x.copy()
    x[1, 2] = bad
    net = Sequential(make(5, np.random.default_rng(0)))
    with pytest.raises(ValueError, match=r"Sequential expects finite numbers, got 1 NaN or infinite of 20"):
        net.forward(x)


def test_large_finite_inputs_are_not_refused(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    make(5, np.random.default_rng(0)).forward(np.full_like(x, 1e160))


def test_bad_batches_are_refused_by_name(case: tuple[Make, np.ndarray]) -> None:
    make, x = case
    layer = make(5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least one row"):
        layer.forward(np.empty((0, 5)))
    with pytest.raises(ValueError, match=r"expects x of shape \(N, (5|features)\), got \(5,\)"):
        layer.forward(x[0])
    with pytest.raises(TypeError, match="floating-point array, got dtype int64"):
        layer.forward(np.ones((2, 5), dtype=np.int64))
    with pytest.raises(TypeError, match="floating-point array, got dtype <U1"):
        layer.forward(np.full((2, 5), "a"))
    with pytest.raises(TypeError, match="floating-point array, got list"):
        layer.forward([[1.0] * 5])  # type: ignore[arg-type]
    y, cache = layer.forward(x)
    with pytest.raises(ValueError, match=r"expects dy of shape"):
        layer.backward(np.ones((y.shape[0] + 1, y.shape[1])), cache)


def test_dense_names_its_shapes() -> None:
    dense = Dense(3, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"Dense expects x of shape \(N, 3\), got \(4, 5\)"):
        dense.forward(np.zeros((4, 5)))
    with pytest.raises(ValueError, match=r"Dense expects x of shape \(N, 3\), got \(2, 4, 3\)"):
        dense.forward(np.zeros((2, 4, 3)))
    with pytest.raises(TypeError, match="dtype float64, got float32"):
        dense.forward(np.zeros((4, 3), dtype=np.float32))
    stacked = Dense(3, 2, [np.random.default_rng(s) for s in range(2)])
    with pytest.raises(ValueError, match=r"\(N, 3\) or \(2, N, 3\), got \(5, 4, 3\)"):
        stacked.forward(np.zeros((5, 4, 3)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda rng: Dense(0, 2, rng), "at least 1 input and 1 output, got 0 and 2"),
        (lambda rng: Dense(2, 0, rng), "at least 1 input and 1 output, got 2 and 0"),
        (lambda rng: Dense(2, 2, rng, dtype=np.int32), "expects a floating-point type, got int32"),
        (lambda rng: Dense(2, 2, 0), "Generator or a sequence of them, got int"),
        (lambda rng: Dense(2, 2, [rng, 0]), "Generator or a sequence of them, got list"),
        (lambda rng: Dense(2, 2, []), "at least one generator"),
        (lambda rng: RadialBasis(0, 2, rng), "at least 1 input and 1 unit, got 0 and 2"),
        (lambda rng: RadialBasis(2, 0, rng), "at least 1 input and 1 unit, got 2 and 0"),
        (lambda rng: RadialBasis(2, 2, rng, dtype=np.int32), "expects a floating-point type, got int32"),
        (
            lambda rng: RadialBasis(2, 2, rng, width=constant(0.0)),
            r"widths above 0 and finite, got \[0. 0.\]",
        ),
        (lambda rng: RadialBasis.from_centres([1.0], 1.0), r"C of shape \(units, n_in\), got \(1,\)"),
        (lambda rng: RadialBasis.from_centres([[1.0]], [1, 1]), r"sigma of shape \(1,\), got \(2,\)"),
        (lambda rng: RadialBasis.from_centres([[np.nan, 1.0]], 1.0), "finite numbers in C"),
        (lambda rng: RadialBasis.from_centres([[1.0], [2.0]], [1.0, -1.0]), "widths above 0"),
        (lambda rng: RadialBasis.from_centres([[1.0], [2.0]], [1.0, np.inf]), "widths above 0"),
        (lambda rng: RadialBasis.from_centres([[1.0 + 0.0j]], 1j), "widths above 0"),
        (lambda rng: Sequential(), "at least one layer"),
        (lambda rng: Parallel(), "widths of at least 1"),
        (lambda rng: Parallel((0, Logistic())), "widths of at least 1"),
        (lambda rng: Parallel((1, Logistic()), (0, Logistic())), "widths of at least 1"),
    ],
)
def test_wrong_constructions_are_refused(build: Callable[[np.random.Generator], Layer], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(np.random.default_rng(0))
