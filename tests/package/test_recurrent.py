"""Layers with a state: by hand, by complex step; states, masks, chunks, steps, many nets."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    GRU,
    LSTM,
    Dense,
    EachStep,
    LastStep,
    PeepholeLSTM,
    Recurrent,
    Sequential,
    Tanh,
    chrono,
    complex_step_gradient,
    constant,
    gate_biases,
    logistic,
    orthogonal,
    real_time_gradient,
    torch_weights,
    uniform,
    with_torch_weights,
)
from backprop.layers.unrolled import Unrolled

T, N, N_IN, H = 6, 4, 2, 3
X = np.random.default_rng(1).standard_normal((T, N, N_IN))
DY = np.random.default_rng(2).standard_normal((T, N, H))
ENDS = np.array([4, 6, 1, 4])
MASK = np.arange(T)[:, None] < ENDS

LAYERS: dict[str, Callable[..., Unrolled]] = {
    "Recurrent": Recurrent,
    "LSTM": LSTM,
    "LSTM of 1997": lambda *sizes, **more: LSTM(*sizes, gates=("output", "input"), **more),
    "LSTM, forget gate alone": lambda *sizes, **more: LSTM(*sizes, gates=("forget",), squash=False, **more),
    "LSTM, no gates": lambda *sizes, **more: LSTM(*sizes, gates=(), **more),
    "PeepholeLSTM": PeepholeLSTM,
    "GRU, reset before": GRU,
    "GRU, reset after": lambda *sizes, **more: GRU(*sizes, reset="after", **more),
}


def shaken(layer: Unrolled, seed: int = 3) -> Unrolled:
    """The same layer with all its weights drawn anew, biases too."""
    for w in layer.params.values():
        w[...] = np.random.default_rng(seed).normal(0, 0.7, w.shape)
    return layer


@pytest.fixture(params=sorted(LAYERS))
def layer(request: pytest.FixtureRequest) -> Unrolled:
    return shaken(LAYERS[request.param](N_IN, H, np.random.default_rng(0)))


def some_state(layer: Unrolled, seed: int = 4, runs: tuple[int, ...] = (), cases: int = N) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.5, (*runs, cases, H)) for name in layer.STATE}


# By hand. -------------------------------------------------------------------------------------------------


def given(layer: Unrolled, **params: Any) -> Unrolled:
    for name, values in params.items():
        layer.params[name][...] = values
    return layer


def sigma(a: float) -> float:
    return 1 / (1 + math.exp(-a))


ONE = np.array([[[0.5]], [[-1.0]]])  # two steps of one case with one input


def test_two_steps_of_one_tanh_unit_by_hand() -> None:
    layer = given(Recurrent(1, 1, np.random.default_rng(0)), W=2.0, U=-0.5, b=0.25)
    y, cache = layer.forward(ONE, {"h": np.array([[0.4]])})
    h1 = math.tanh(2 * 0.5 - 0.5 * 0.4 + 0.25)
    h2 = math.tanh(2 * -1.0 - 0.5 * h1 + 0.25)
    np.testing.assert_allclose(y.ravel(), [h1, h2], rtol=1e-15)
    dx, grads, dstart = layer.backward_to_start(np.array([[[3.0]], [[7.0]]]), cache)
    delta2 = (1 - h2**2) * 7
    delta1 = (1 - h1**2) * (3 - 0.5 * delta2)
    np.testing.assert_allclose(dx.ravel(), [2 * delta1, 2 * delta2], rtol=1e-14)
    assert grads["W"].item() == pytest.approx(0.5 * delta1 - 1.0 * delta2, rel=1e-14)
    assert grads["U"].item() == pytest.approx(0.4 * delta1 + h1 * delta2, rel=1e-14)
    assert grads["b"].item() == pytest.approx(delta1 + delta2, rel=1e-14)
    assert dstart["h"].item() == pytest.approx(-0.5 * delta1, rel=1e-14)


def test_one_step_of_the_gated_cells_by_hand() -> None:
    x, h, c = 0.5, 0.4, -0.3
    start = {"h": np.array([[h]]), "c": np.array([[c]])}
    W, U, b = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.2, 0.3, -0.4, 0.5]), np.array([0.1, 0, 1, -1])
    a = W * x + U * h + b
    rng = np.random.default_rng(0)
    for squash in (True, False):
        lstm = given(LSTM(1, 1, rng, squash=squash), W=W[:, None], U=U[:, None], b=b)
        after = sigma(a[2]) * c + sigma(a[1]) * math.tanh(a[0])
        y, state = lstm.step(np.array([[x]]), start)
        assert state["c"].item() == pytest.approx(after, rel=1e-14)
        assert y.item() == pytest.approx(sigma(a[3]) * (math.tanh(after) if squash else after), rel=1e-14)
    P = np.array([[0.6], [-0.7], [0.8]])
    peeping = given(PeepholeLSTM(1, 1, rng), W=W[:, None], U=U[:, None], b=b, P=P)
    after = sigma(a[2] - 0.7 * c) * c + sigma(a[1] + 0.6 * c) * math.tanh(a[0])
    y, state = peeping.step(np.array([[x]]), start)
    assert state["c"].item() == pytest.approx(after, rel=1e-14)
    assert y.item() == pytest.approx(sigma(a[3] + 0.8 * after) * math.tanh(after), rel=1e-14)
    W, U, b, a = W[:3], U[:3], b[:3], a[:3]
    z, r = sigma(a[0]), sigma(a[1])
    before = given(GRU(1, 1, rng), W=W[:, None], U=U[:, None], b=b)
    n = math.tanh(W[2] * x + U[2] * (r * h) + b[2])
    y, _ = before.step(np.array([[x]]), {"h": start["h"]})
    assert y.item() == pytest.approx(z * h + (1 - z) * n, rel=1e-14)
    behind = given(GRU(1, 1, rng, reset="after"), W=W[:, None], U=U[:, None], b=b, v=0.9)
    n = math.tanh(W[2] * x + r * (U[2] * h + 0.9) + b[2])
    y, _ = behind.step(np.array([[x]]), {"h": start["h"]})
    assert y.item() == pytest.approx(z * h + (1 - z) * n, rel=1e-14)


def test_a_cell_without_gates_adds_up_and_one_without_forgetting_keeps() -> None:
    x = np.array([0.3, -0.2, 0.9])[:, None, None]
    bare = given(LSTM(1, 1, np.random.default_rng(0), gates=(), squash=False), W=1.0, U=0.0, b=0.0)
    assert {name: w.shape for name, w in bare.params.items()} == {"W": (1, 1), "U": (1, 1), "b": (1,)}
    np.testing.assert_allclose(bare.forward(x)[0].ravel(), np.cumsum(np.tanh(x)), rtol=1e-14)
    kept = LSTM(1, 1, np.random.default_rng(0), gates=("output", "input"))
    assert kept.blocks == ("candidate", "input", "output")
    g, i, f, o = kept.cut(kept.forward(x)[1].steps[0])
    np.testing.assert_array_equal(f, np.ones((3, 1, 1)))
    assert all((gate > 0).all() and (gate < 1).all() for gate in (i, o)) and (abs(g) < 1).all()


def test_gates_that_are_nearly_shut_and_open_are_right() -> None:
    """The gates are computed by a tanh; a logistic says the same, to rounding."""
    totals = np.linspace(-60, 60, 241)
    layer = given(LSTM(1, 1, np.random.default_rng(0)), W=[[0], [1], [0], [0]], U=0.0, b=0.0)
    gates = layer.forward(totals[:, None, None])[1].steps[0]
    np.testing.assert_allclose(gates[:, 1, 0], logistic(totals), rtol=0, atol=4e-16)


# Weights for PyTorch; what it computes with them, tests/frameworks compares. --------------------------------

IN_TORCH = {"Recurrent": "RNN", "LSTM": "LSTM", "GRU, reset after": "GRU"}


@pytest.mark.parametrize("name", IN_TORCH)
def test_weights_carried_both_ways_are_the_same_and_apart(name: str) -> None:
    layer = shaken(LAYERS[name](N_IN, H, np.random.default_rng(0)))
    weights = torch_weights(layer)  # type: ignore[arg-type]
    given = {key: w.copy() for key, w in weights.items()}
    other = LAYERS[name](N_IN, H, np.random.default_rng(9), dtype=np.float32)
    before = copy.deepcopy(other.params)
    back = with_torch_weights(other, weights)  # type: ignore[type-var]
    for key, w in layer.params.items():
        np.testing.assert_array_equal(back.params[key], w.astype(np.float32))
        assert back.params[key].dtype == np.float32
    np.testing.assert_equal(other.params, before)
    np.testing.assert_equal(weights, given)
    for w in [*weights.values(), *back.params.values()]:
        w += 1
    np.testing.assert_equal(other.params, before)
    np.testing.assert_equal(layer.params, shaken(LAYERS[name](N_IN, H, np.random.default_rng(0))).params)


def test_the_blocks_stand_in_pytorchs_order() -> None:
    rows = np.repeat([0.0, 1.0, 2.0, 3.0], H)
    lstm = given(LSTM(N_IN, H, np.random.default_rng(0)), b=rows)
    assert list(torch_weights(lstm)["bias_ih_l0"][::H]) == [1, 2, 0, 3]  # type: ignore[arg-type]
    gru = given(GRU(N_IN, H, np.random.default_rng(0), reset="after"), b=rows[: 3 * H], v=7.0)
    weights = torch_weights(gru)  # type: ignore[arg-type]
    assert list(weights["bias_ih_l0"][::H]) == [1, 0, 2]
    assert list(weights["bias_hh_l0"][::H]) == [0, 0, 7]
    weights["bias_hh_l0"][0] = 10.0  # of r: only the sum with the other bias counts
    back = with_torch_weights(gru, weights)  # type: ignore[type-var]
    assert (back.params["b"][H], back.params["b"][0], back.params["v"][0]) == (11, 0, 7)


# Gradients by complex step. -------------------------------------------------------------------------------


@pytest.mark.parametrize("masked", [False, True])
def test_everything_that_comes_back_agrees_with_a_complex_step(layer: Unrolled, masked: bool) -> None:
    mask = MASK if masked else None
    start, dlast = some_state(layer, 4), some_state(layer, 5)
    _, cache = layer.forward(X, start, mask)
    dx, grads, dstart = layer.backward_to_start(DY, cache, dlast)

    def error(x: Any, state: Any, params: Any) -> complex:
        twin = layer.astype(complex)
        twin.params = twin.params | params
        y, cache = twin.forward(x, state, mask)
        last = twin.last_state(cache)
        return complex((y * DY).sum() + sum((last[name] * dlast[name]).sum() for name in last))

    def close(ours: Any, f: Callable[[Any], complex], at: Any) -> None:
        np.testing.assert_allclose(ours, complex_step_gradient(f, at), rtol=1e-11, atol=1e-13)

    close(dx, lambda x: error(x, start, {}), X)
    for name in layer.params:
        close(grads[name], lambda w, name=name: error(X, start, {name: w}), layer.params[name])  # type: ignore[misc]
    for name in start:
        close(dstart[name], lambda s, name=name: error(X, start | {name: s}, {}), start[name])  # type: ignore[misc]


def test_half_a_dlast_counts_the_rest_as_0(layer: Unrolled) -> None:
    _, cache = layer.forward(X)
    zeros = {name: np.zeros((N, H)) for name in layer.STATE}
    for name in layer.STATE:
        one = {name: DY[0]}
        np.testing.assert_equal(layer.backward(DY, cache, one), layer.backward(DY, cache, zeros | one))
    np.testing.assert_equal(layer.backward(DY, cache, {}), layer.backward(DY, cache))


def test_the_gradient_of_1997_takes_what_the_gates_see_for_given() -> None:
    """It is the gradient of a function whose gates and g get the h that there was, as numbers."""
    for gates in (("input", "output"), ("input", "forget", "output")):
        layer = shaken(LSTM(N_IN, H, np.random.default_rng(0), gates=gates, truncated=True))
        start = some_state(layer)
        y, cache = layer.forward(X, start)
        dx, grads, dstart = layer.backward_to_start(DY, cache)
        before = np.concatenate([start["h"][None], y[:-1]])

        def error(x: Any, params: Any, c: Any, before: Any = before, gates: Any = gates) -> complex:
            E = 0j
            for t in range(T):
                total = x[t] @ params["W"].T + before[t] @ params["U"].T + params["b"]
                parts = np.split(total, len(gates) + 1, axis=1)
                g, i, o = np.tanh(parts[0]), logistic(parts[1]), logistic(parts[-1])
                c = (logistic(parts[2]) if "forget" in gates else 1) * c + i * g
                E += (o * np.tanh(c) * DY[t]).sum()
            return complex(E)

        full = {name: w.astype(complex) for name, w in layer.params.items()}
        for name in full:
            exact = complex_step_gradient(
                lambda w, name=name, full=full, c=start["c"]: error(X, full | {name: w}, c),  # type: ignore[misc]
                layer.params[name],
            )
            np.testing.assert_allclose(grads[name], exact, rtol=1e-11, atol=1e-13)
        exact = complex_step_gradient(lambda x, full=full, c=start["c"]: error(x, full, c), X)  # type: ignore[misc]
        np.testing.assert_allclose(dx, exact, rtol=1e-11, atol=1e-13)
        exact = complex_step_gradient(lambda c, full=full: error(X, full, c), start["c"])  # type: ignore[misc]
        np.testing.assert_allclose(dstart["c"], exact, rtol=1e-11, atol=1e-13)
        np.testing.assert_array_equal(dstart["h"], np.zeros((N, H)))
        whole = shaken(LSTM(N_IN, H, np.random.default_rng(0), gates=gates))
        np.testing.assert_array_equal(whole.forward(X, start)[0], y)
        assert abs(whole.backward(DY, cache)[1]["U"] - grads["U"]).max() > 0.1


# States, chunks, masks, steps. ----------------------------------------------------------------------------


def test_without_a_start_the_state_is_0(layer: Unrolled) -> None:
    zeros = {name: np.zeros((N, H)) for name in layer.STATE}
    y = layer.forward(X)[0]
    np.testing.assert_array_equal(y, layer.forward(X, zeros)[0])
    np.testing.assert_array_equal(y, layer.forward(X, {"h": zeros["h"]})[0])
    assert y.shape == (T, N, H)


def test_chunks_with_the_state_handed_on_are_one_long_pass(layer: Unrolled) -> None:
    start, dlast = some_state(layer, 4), some_state(layer, 5)
    y, cache = layer.forward(X, start)
    dx, grads, dstart = layer.backward_to_start(DY, cache, dlast)
    y1, first = layer.forward(X[:4], start)
    y2, second = layer.forward(X[4:], layer.last_state(first))
    np.testing.assert_allclose(np.concatenate([y1, y2]), y, rtol=0, atol=1e-14)
    last = layer.last_state(second)
    for name, value in layer.last_state(cache).items():
        np.testing.assert_allclose(last[name], value, rtol=0, atol=1e-14)
    dx2, grads2, handed = layer.backward_to_start(DY[4:], second, dlast)
    dx1, grads1, begun = layer.backward_to_start(DY[:4], first, handed)
    np.testing.assert_allclose(np.concatenate([dx1, dx2]), dx, rtol=0, atol=1e-13)
    for name, grad in grads.items():
        np.testing.assert_allclose(grads1[name] + grads2[name], grad, rtol=0, atol=1e-12)
    for name, value in dstart.items():
        np.testing.assert_allclose(begun[name], value, rtol=0, atol=1e-13)


def test_step_by_step_is_the_forward_pass(layer: Unrolled) -> None:
    y, cache = layer.forward(X)
    state = None
    for t in range(T):
        y_t, state = layer.step(X[t], state)
        np.testing.assert_allclose(y_t, y[t], rtol=0, atol=1e-14)
    assert state is not None and list(state) == list(layer.STATE)
    for name, value in layer.last_state(cache).items():
        np.testing.assert_allclose(state[name], value, rtol=0, atol=1e-14)


def test_a_mask_is_shorter_sequences_one_by_one(layer: Unrolled) -> None:
    start, dlast = some_state(layer, 4), some_state(layer, 5)
    padded = np.where(MASK[..., None], X, 1e3)
    y, cache = layer.forward(padded, start, MASK)
    dx, grads, dstart = layer.backward_to_start(DY, cache, dlast)
    last = layer.last_state(cache)
    sums = {name: np.zeros_like(w) for name, w in layer.params.items()}
    assert not y[~MASK].any() and not dx[~MASK].any()
    for case, end in enumerate(ENDS):
        one = slice(case, case + 1)
        y1, cache1 = layer.forward(X[:end, one], {name: s[one] for name, s in start.items()})
        out = layer.backward_to_start(DY[:end, one], cache1, {name: s[one] for name, s in dlast.items()})
        np.testing.assert_allclose(y[:end, one], y1, rtol=0, atol=1e-14)
        np.testing.assert_allclose(dx[:end, one], out[0], rtol=0, atol=1e-13)
        for name in layer.STATE:
            np.testing.assert_allclose(last[name][one], layer.last_state(cache1)[name], rtol=0, atol=1e-14)
            np.testing.assert_allclose(dstart[name][one], out[2][name], rtol=0, atol=1e-13)
        for name, grad in out[1].items():
            sums[name] += grad
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, sums[name], rtol=0, atol=1e-12)
    for name, grad in layer.backward(DY, layer.forward(padded, start, MASK)[1])[1].items():
        alone = layer.gradients(DY * MASK[..., None], layer.forward(X, start)[1])
        np.testing.assert_allclose(grad, alone[name], rtol=0, atol=1e-12)


def test_nothing_that_is_given_is_changed(layer: Unrolled) -> None:
    start, dlast = some_state(layer, 4), some_state(layer, 5)
    x, dy, mask = X.copy(), DY.copy(), MASK.copy()
    for given_mask in (None, mask):
        y, cache = layer.forward(x, start, given_mask)
        last = layer.last_state(cache)
        kept = copy.deepcopy((y, cache, last, layer.params))
        first = copy.deepcopy(layer.backward_to_start(dy, cache, dlast))
        second = layer.backward_to_start(dy, cache, dlast)
        np.testing.assert_equal(second, first)
        np.testing.assert_equal((y, cache, last, layer.params), kept)
    np.testing.assert_equal((x, dy, mask), (X, DY, MASK))
    np.testing.assert_equal((start, dlast), (some_state(layer, 4), some_state(layer, 5)))


# Many nets at once, and other types. ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(LAYERS))
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_many_nets_are_the_nets_their_seeds_give(name: str, own: bool, masked: bool) -> None:
    mask = MASK if masked else None
    many = LAYERS[name](N_IN, H, [np.random.default_rng(seed) for seed in range(3)])
    x = np.stack([X, 2 * X, -X]) if own else X
    start, dlast = some_state(many, 4, (3,)), some_state(many, 5, (3,))
    y, cache = many.forward(x, start, mask)
    dy = np.random.default_rng(6).standard_normal(y.shape)
    dx, grads, dstart = many.backward_to_start(dy, cache, dlast)
    alone = many.gradients(dy, cache)
    assert y.shape == (3, T, N, H) and dx.shape == (3, T, N, N_IN)
    for run in range(3):
        one = LAYERS[name](N_IN, H, np.random.default_rng(run))
        mine = x[run] if own else x
        y1, cache1 = one.forward(mine, {key: s[run] for key, s in start.items()}, mask)
        out = one.backward_to_start(dy[run], cache1, {key: s[run] for key, s in dlast.items()})
        np.testing.assert_allclose(y[run], y1, rtol=0, atol=1e-14)
        np.testing.assert_allclose(dx[run], out[0], rtol=0, atol=1e-13)
        for key, grad in out[1].items():
            np.testing.assert_array_equal(many.params[key][run], one.params[key])
            np.testing.assert_allclose(grads[key][run], grad, rtol=0, atol=1e-12)
            np.testing.assert_allclose(
                alone[key][run], one.gradients(dy[run], cache1)[key], rtol=0, atol=1e-12
            )
        for key in many.STATE:
            np.testing.assert_allclose(dstart[key][run], out[2][key], rtol=0, atol=1e-13)
            last = many.last_state(cache)[key][run]
            np.testing.assert_allclose(last, one.last_state(cache1)[key], rtol=0, atol=1e-14)
        y_t, state = many.step(x[..., 0, :, :], start)
        y_1, state_1 = one.step(mine[0], {key: s[run] for key, s in start.items()})
        np.testing.assert_allclose(y_t[run], y_1, rtol=0, atol=1e-14)
        for key in many.STATE:
            np.testing.assert_allclose(state[key][run], state_1[key], rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_float32_stays_float32(name: str) -> None:
    layer = LAYERS[name](N_IN, H, np.random.default_rng(0), dtype=np.float32)
    start = {key: s.astype(np.float32) for key, s in some_state(layer).items()}
    for mask in (None, MASK):
        y, cache = layer.forward(X.astype(np.float32), start, mask)
        dx, grads, dstart = layer.backward_to_start(DY.astype(np.float32), cache, start)
        last = layer.last_state(cache)
        arrays = [y, dx, *grads.values(), *dstart.values(), *last.values(), *layer.params.values()]
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


# Starts. --------------------------------------------------------------------------------------------------


def test_where_the_weights_start() -> None:
    rng = np.random.default_rng(0)
    for layer, rows in ((Recurrent(5, 100, rng), 1), (LSTM(5, 100, rng), 4), (GRU(5, 100, rng), 3)):
        shapes = {"W": (100 * rows, 5), "U": (100 * rows, 100), "b": (100 * rows,)}
        assert {name: w.shape for name, w in layer.params.items()} == shapes
        for name in "WU":
            assert 0.099 < abs(layer.params[name]).max() <= 0.1
    biases = LSTM(5, 2, rng).params["b"]
    np.testing.assert_array_equal(biases, [0, 0, 0, 0, 1, 1, 0, 0])
    for without in (Recurrent(5, 2, rng), GRU(5, 2, rng), LSTM(5, 2, rng, gates=("input",))):
        assert not without.params["b"].any()
    assert not GRU(5, 2, rng, reset="after").params["v"].any()
    peeping = PeepholeLSTM(5, 100, rng)
    assert peeping.params["P"].shape == (3, 100) and 0.09 < abs(peeping.params["P"]).max() <= 0.1
    np.testing.assert_array_equal(peeping.params["b"][200:300], 1)


def test_every_start_can_be_given() -> None:
    rng = np.random.default_rng(0)
    for kind in (LSTM, PeepholeLSTM, GRU):
        layer = kind(2, 3, rng, weight=constant(2.0), recurrent=constant(3.0), bias=gate_biases())
        assert (layer.params["W"] == 2).all() and (layer.params["U"] == 3).all()
        assert not layer.params["b"].any()
    plain = Recurrent(2, 3, rng, weight=constant(2.0), recurrent=orthogonal(), bias=constant(5.0))
    np.testing.assert_allclose(plain.params["U"] @ plain.params["U"].T, np.eye(3), atol=1e-14)
    assert (plain.params["W"] == 2).all() and (plain.params["b"] == 5).all()
    assert (PeepholeLSTM(2, 3, rng, peephole=constant(4.0)).params["P"] == 4).all()
    biases = LSTM(2, 1, rng, bias=gate_biases(candidate=1.0, input=-3.0, forget=2.0, output=-1.0)).params["b"]
    np.testing.assert_array_equal(biases, [1, -3, 2, -1])
    np.testing.assert_array_equal(GRU(2, 1, rng, bias=gate_biases(update=4.0)).params["b"], [4, 0, 0])


def test_chrono_spreads_the_times_evenly() -> None:
    rng = np.random.default_rng(0)
    g, i, f, o = LSTM(1, 400, rng, bias=chrono(101.0)).params["b"].reshape(4, -1)
    assert not g.any() and not o.any()
    np.testing.assert_array_equal(i, -f)
    times = np.exp(f)
    assert times.min() >= 1 and times.max() <= 100
    np.testing.assert_allclose(np.quantile(times, [0.25, 0.5, 0.75]), [25.75, 50.5, 75.25], atol=8)
    z, r, n = GRU(1, 400, rng, bias=chrono(101.0)).params["b"].reshape(3, -1)
    assert not r.any() and not n.any() and abs(np.median(np.exp(z)) - 50.5) < 8
    alone = LSTM(1, 5, rng, gates=("forget",), bias=chrono(10.0)).params["b"].reshape(2, -1)
    assert not alone[0].any() and (alone[1] > 0).all()


# Layers around them. --------------------------------------------------------------------------------------


def test_each_step_is_the_row_at_every_step_and_the_last_step_is_the_last() -> None:
    rng = np.random.default_rng(0)
    dense = Dense(N_IN, 3, rng, bias=uniform(1.0))
    layer = EachStep(dense, Tanh())
    y, cache = layer.forward(X)
    dx, grads = layer.backward(DY, cache)
    sums = {name: np.zeros_like(w) for name, w in layer.params.items()}
    row = Sequential(dense, Tanh())
    for t in range(T):
        y_t, cache_t = row.forward(X[t])
        dx_t, grads_t = row.backward(DY[t], cache_t)
        np.testing.assert_allclose(y[t], y_t, rtol=0, atol=1e-14)
        np.testing.assert_allclose(dx[t], dx_t, rtol=0, atol=1e-14)
        for name, grad in grads_t.items():
            sums[name] += grad
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, sums[name], rtol=0, atol=1e-13)
        np.testing.assert_array_equal(layer.gradients(DY, cache)[name], grad)
    assert layer.params["0.W"] is dense.params["W"]
    last, shape = LastStep().forward(X)
    np.testing.assert_array_equal(last, X[-1])
    back = LastStep().backward(DY[0, :, :N_IN], shape)[0]
    np.testing.assert_array_equal(back[-1], DY[0, :, :N_IN])
    assert not back[:-1].any() and back.shape == X.shape


def test_a_net_of_all_three_is_many_nets_at_once() -> None:
    def net(rng: Any) -> Sequential:
        return Sequential(
            EachStep(Dense(N_IN, 2, rng), Tanh()), LSTM(2, H, rng), LastStep(), Dense(H, 1, rng)
        )

    many = net([np.random.default_rng(seed) for seed in range(3)])
    y, cache = many.forward(X)
    dy = np.random.default_rng(6).standard_normal(y.shape)
    dx, grads = many.backward(dy, cache)
    for run in range(3):
        one = net(np.random.default_rng(run))
        y1, cache1 = one.forward(X)
        dx1, grads1 = one.backward(dy[run], cache1)
        np.testing.assert_allclose(y[run], y1, rtol=0, atol=1e-14)
        np.testing.assert_allclose(dx[run], dx1, rtol=0, atol=1e-14)
        for name, grad in grads1.items():
            np.testing.assert_allclose(grads[name][run], grad, rtol=0, atol=1e-13)


def test_each_step_asks_its_row_for_its_evaluation() -> None:
    from backprop import BatchNorm, FixedNorm

    rng = np.random.default_rng(0)
    layer = EachStep(Dense(N_IN, 2, rng), BatchNorm(2, rng))
    fixed = layer.evaluation(X)
    assert isinstance(fixed.row.layers[1], FixedNorm)
    np.testing.assert_allclose(fixed.forward(X)[0], layer.forward(X)[0], rtol=1e-12)


# Real-time recurrent learning. ----------------------------------------------------------------------------


def test_forward_mode_has_the_gradient_of_backward_mode() -> None:
    layer = shaken(Recurrent(N_IN, H, np.random.default_rng(0)))
    _, cache = layer.forward(X)
    grads, kept = real_time_gradient(layer, X, DY)  # type: ignore[arg-type]
    exact = layer.backward(DY, cache)[1]
    assert grads.keys() == exact.keys()
    for name, grad in exact.items():
        np.testing.assert_allclose(grads[name], grad, rtol=0, atol=1e-13)
    assert kept == N * H + N * H * H * (N_IN + 1 + H)
    assert real_time_gradient(layer, X[:2], DY[:2])[1] == kept  # type: ignore[arg-type]
    single = Recurrent(N_IN, H, np.random.default_rng(0), dtype=np.float32)
    grads, _ = real_time_gradient(single, X.astype(np.float32), DY.astype(np.float32))
    assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}


# Refusals. ------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
PLAIN = Recurrent(N_IN, H, RNG)
MANY = Recurrent(N_IN, H, [RNG, RNG])
WEIGHTS = {
    "weight_ih_l0": np.ones((H, N_IN)),
    "weight_hh_l0": np.ones((H, H)),
    "bias_ih_l0": np.ones(H),
    "bias_hh_l0": np.ones(H),
}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Recurrent(0, 2, RNG), "Recurrent expects at least 1 input and 1 unit, got 0 and 2"),
        (lambda: LSTM(2, 0, RNG), "LSTM expects at least 1 input and 1 unit, got 2 and 0"),
        (lambda: GRU(2, 2, RNG, dtype=int), "expects a floating-point type"),
        (lambda: LSTM(2, 2, RNG, gates=("reset",)), "gates among input, forget, output, got reset"),
        (lambda: GRU(2, 2, RNG, reset="never"), "reset 'before' or 'after', got 'never'"),
        (lambda: LSTM(2, 2, RNG, bias=gate_biases(update=1.0)), "names among candidate, input, .*got update"),
        (lambda: LSTM(2, 2, RNG, gates=("input",), bias=chrono(9.0)), "a forget or an update gate, got cand"),
        (lambda: chrono(2.0), "a longest time above 2, got 2.0"),
        (lambda: chrono(np.inf), "a longest time above 2, got inf"),
        (lambda: chrono(np.nan), "a longest time above 2, got nan"),
        (lambda: PLAIN.forward(X[0]), r"x of shape \(T, N, 2\), got \(4, 2\)"),
        (lambda: PLAIN.forward(X[None]), r"x of shape \(T, N, 2\), got \(1, 6, 4, 2\)"),
        (lambda: PLAIN.forward(X[..., :1]), r"Recurrent expects x of shape \(N, 2\), got \(6, 4, 1\)"),
        (lambda: MANY.forward(X[None]), r"\(T, N, 2\) or \(2, T, N, 2\), got \(1, 6, 4, 2\)"),
        (lambda: MANY.forward(X[None, None]), r"or \(2, T, N, 2\), got \(1, 1, 6, 4, 2\)"),
        (lambda: PLAIN.forward(X.astype(np.float32)), "x of dtype float64, got float32"),
        (lambda: PLAIN.forward(X, {"c": DY[0]}), r"start with the keys \['h'\], got \['c'\]"),
        (lambda: PLAIN.forward(X, {"h": DY[0, :1]}), r"start\['h'\] of shape \(4, 3\), got \(1, 3\)"),
        (lambda: PLAIN.forward(X, {"h": np.float32(DY[0])}), r"start\['h'\] of dtype float64, got float32"),
        (lambda: PLAIN.forward(X, {"h": [[0.0] * H] * N}), r"start\['h'\] of shape \(4, 3\), got list"),
        (lambda: PLAIN.step(X[0], {"h": DY[0, :1]}), r"start\['h'\] of shape \(4, 3\), got \(1, 3\)"),
        (lambda: PLAIN.step(X[0, 0]), r"x of shape \(N, 2\), got \(2,\)"),
        (lambda: PLAIN.forward(X, mask=MASK[:2]), r"shape \(6, 4\), got bool \(2, 4\)"),
        (lambda: PLAIN.forward(X, mask=MASK * 1.0), r"truth values of shape \(6, 4\), got float64"),
        (lambda: PLAIN.forward(X, mask=MASK.tolist()), r"truth values of shape \(6, 4\), got bool"),
        (lambda: PLAIN.forward(X, mask=MASK[::-1]), "True from the first step to the last"),
        (lambda: PLAIN.forward(X, mask=MASK & (np.arange(N) > 0)), "True from the first step to the last"),
        (
            lambda: PLAIN.forward(X, mask=np.arange(T)[:, None] % 2 < np.ones(N)),
            "True from the first step to",
        ),
        (lambda: PLAIN.backward(DY[1:], PLAIN.forward(X)[1]), r"dy of shape \(6, 4, 3\), got \(5, 4, 3\)"),
        (
            lambda: PLAIN.backward(DY, PLAIN.forward(X)[1], {"h": DY}),
            r"dlast\['h'\] of shape \(4, 3\), got \(6, 4, 3\)",
        ),
        (lambda: EachStep(), "EachStep expects at least one layer, got none"),
        (
            lambda: EachStep(Tanh()).forward(X[0]),
            r"EachStep expects x of shape \(T, N, features\), got \(4, 2\)",
        ),
        (lambda: LastStep().forward(X[0]), r"LastStep expects x of shape \(T, N, features\), got \(4, 2\)"),
        (lambda: LastStep().backward(DY, X.shape), r"dy of shape \(4, 2\), got \(6, 4, 3\)"),
        (lambda: torch_weights(GRU(2, 2, RNG)), "a layer that PyTorch has, got GRU with reset 'before'"),
        (lambda: torch_weights(PeepholeLSTM(2, 2, RNG)), "a layer that PyTorch has, got PeepholeLSTM"),
        (lambda: torch_weights(LSTM(2, 2, RNG, squash=False)), "got LSTM with gates .* and squash False"),
        (lambda: torch_weights(LSTM(2, 2, RNG, gates=("input",))), r"LSTM with gates \('input',\)"),
        (
            lambda: with_torch_weights(PLAIN, {"W": DY}),
            "with_torch_weights expects an array for every parameter and no other, got",
        ),
        (
            lambda: with_torch_weights(PLAIN, WEIGHTS | {"weight_ih_l0": np.ones((H, 1))}),
            r"weight_ih_l0 of shape \(3, 2\), got \(3, 1\)",
        ),
        (lambda: torch_weights(MANY), "torch_weights expects one net, got 2 runs"),
        (lambda: real_time_gradient(LSTM(2, 3, RNG), X, DY), "expects a Recurrent layer, got LSTM"),
        (lambda: real_time_gradient(MANY, X, DY), "real_time_gradient expects one net, got 2 runs"),
        (lambda: real_time_gradient(PLAIN, X[0], DY), r"x of shape \(T, N, 2\), got \(4, 2\)"),
        (lambda: real_time_gradient(PLAIN, X, DY[1:]), r"dy of shape \(6, 4, 3\), got \(5, 4, 3\)"),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build()


def test_a_layer_without_steps_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Unrolled.unroll(PLAIN, X, {})
    with pytest.raises(NotImplementedError):
        Unrolled.through_time(PLAIN, X, PLAIN.forward(X)[1], {})
