"""The LSTM of 1997 and of 2000 on seeds that the page does not use: our bars, the papers' tasks.

Hochreiter and Schmidhuber (1997) on the adding problem, with input gates that start shut and a truncated
gradient; Gers, Schmidhuber and Cummins (2000) on a stream, where cells without a forget gate run away.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from backprop import (
    LSTM,
    Adam,
    Dense,
    EachStep,
    LastStep,
    Recurrent,
    Sequential,
    check_layer,
    chrono,
    clip_by_norm,
    each_step,
    gate_biases,
    mean_over_cases,
    orthogonal,
    softmax_cross_entropy,
    sum_of_squares,
    train_fresh,
)
from backprop.data import datasets
from backprop.layers.layer import Array
from backprop.layers.unrolled import Unrolled
from backprop.learning.schedules import linear
from benchmarks import long_lags

OLD = ("input", "output")


def generators(first: int, number: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(first, first + number)]


def shares_after(layer: Unrolled, rngs: list[np.random.Generator], T: int, updates: int) -> Array:
    """The share of the last ten batches of the adding problem that each net has right."""
    net = Sequential(layer, LastStep(), Dense(layer.n_hidden, 1, rngs, dtype=np.float32))
    stream = np.random.default_rng(9400)

    def draw(t: int) -> tuple[Array, Array]:
        x, d = datasets.adding(T, 32, stream)
        return x.astype(np.float32), d.astype(np.float32)

    history = train_fresh(
        net, mean_over_cases(sum_of_squares), draw, Adam(0.02), updates, schedule=linear(0.02, updates),
        clip=lambda grads: clip_by_norm(grads, 1.0, runs=len(rngs)),
        record=lambda y, d: (np.abs(y - d) < 0.04).mean(axis=(-2, -1)),
    )  # fmt: skip
    shares: Array = history.recorded[-10:].mean(axis=0)
    return shares


@pytest.mark.parametrize("truncated", [False, True])
def test_the_net_of_1997_adds_with_shut_input_gates_and_either_gradient(truncated: bool) -> None:
    rngs = generators(9401, 3)
    shut = gate_biases(input=-3.0)
    layer = LSTM(2, 18, rngs, gates=OLD, truncated=truncated, bias=shut, dtype=np.float32)
    assert shares_after(layer, rngs, 50, 400).min() > 0.8


def test_three_gates_add_when_they_start_by_the_clock_and_not_at_one() -> None:
    rngs = generators(9410, 3)
    assert shares_after(LSTM(2, 16, rngs, bias=chrono(50), dtype=np.float32), rngs, 50, 400).min() > 0.8
    rngs = generators(9410, 3)
    assert shares_after(LSTM(2, 16, rngs, dtype=np.float32), rngs, 50, 400).max() < 0.5


@pytest.mark.parametrize("forget", [True, False])
def test_on_a_stream_the_cell_needs_a_forget_gate(forget: bool) -> None:
    rngs, stream = generators(9420, 3), np.random.default_rng(9423)
    new: dict[str, Any] = {"dtype": np.float32}
    cells = LSTM(7, 12, rngs, **new) if forget else LSTM(7, 14, rngs, gates=OLD, **new)
    top, rule, state = EachStep(Dense(cells.n_hidden, 7, rngs, **new)), Adam(0.02), None
    params = {**cells.params, **{"top" + name: w for name, w in top.params.items()}}
    x, d, _ = datasets.reber_stream(600 * 30, 16, stream)
    for u in range(600):
        here = slice(30 * u, 30 * u + 30)
        h, cache = cells.forward(x[here].astype(np.float32), state)
        y, above = top.forward(h)
        _, dy = mean_over_cases(each_step(softmax_cross_entropy))(y, d[here].astype(np.float32))
        dh, grads = top.backward(dy, above)
        both = {**cells.gradients(dh, cache), **{"top" + name: grad for name, grad in grads.items()}}
        rule.learning_rate = 0.02 * (1 - u / 600)
        rule.step(params, clip_by_norm(both, 5.0, runs=3))
        state = cells.last_state(cache)
    x, d, outer = datasets.reber_stream(3000, 4, stream)
    h, cache = cells.forward(x.astype(np.float32))
    y, _ = top.forward(h)
    late = outer & (np.arange(3000) > 100)[:, None]
    right = (y.argmax(axis=-1) == d.argmax(axis=-1))[:, late].mean(axis=1)
    largest = np.abs(cache.history["c"][-1]).max(axis=(-2, -1))
    if forget:
        assert np.median(right) >= 0.9 and largest.max() < 40
    else:
        assert right.max() <= 0.7 and largest.min() > 400


def back(layer: Unrolled, T: int) -> float:
    """‖∂E/∂start‖ / ‖∂E/∂h_T‖, median over nets and cases, T steps of noise."""
    rng = np.random.default_rng(9430)
    y, cache = layer.forward(rng.normal(size=(T, 2, 2)))
    last = {"h": rng.normal(size=y[..., -1, :, :].shape)}
    _, _, start = layer.backward_to_start(np.zeros_like(y), cache, last)
    parts = np.concatenate(list(start.values()), axis=-1)
    return float(np.median(np.linalg.norm(parts, axis=-1) / np.linalg.norm(last["h"], axis=-1)))


def test_where_the_gates_start_says_what_comes_back_through_time() -> None:
    def nets(**kind: Any) -> LSTM:
        return LSTM(2, 32, generators(9431, 10), **kind)

    assert back(nets(bias=chrono(1000)), 100) > 0.2
    assert 1e-9 < back(nets(), 100) < 1e-5
    assert back(nets(bias=gate_biases()), 100) < 1e-15
    assert back(Recurrent(2, 32, generators(9431, 10), recurrent=orthogonal()), 1000) < 1e-25


def test_the_cut_error_is_constant_along_the_carousel_and_the_whole_one_is_not() -> None:
    x = np.random.default_rng(9435).normal(size=(1000, 2, 2))
    lengths = {}
    for truncated in (True, False):
        shut = gate_biases(input=-3.0)
        layer = LSTM(2, 32, generators(9436, 10), gates=OLD, truncated=truncated, bias=shut)
        _, early = layer.forward(x[:900])
        y, late = layer.forward(x[900:], layer.last_state(early))
        last = {"h": np.random.default_rng(9437).normal(size=y[..., -1, :, :].shape)}
        _, _, near = layer.backward_to_start(np.zeros_like(y), late, last)
        _, _, far = layer.backward_to_start(np.zeros((10, 900, 2, 32)), early, near)
        lengths[truncated] = [np.linalg.norm(one["c"], axis=-1) for one in (near, far)]
    near, far = lengths[True]
    np.testing.assert_allclose(far, near, rtol=1e-12)
    near, far = lengths[False]
    assert np.median(far) > 3 * np.median(near)


def test_the_check_sees_what_truncation_leaves_out() -> None:
    rng = np.random.default_rng(9440)
    x = rng.normal(size=(6, 4, 3))
    assert max(check_layer(LSTM(3, 5, rng, gates=OLD), x, rng).values()) < 1e-6
    assert check_layer(LSTM(3, 5, rng, gates=OLD, truncated=True), x, rng)["U"] > 1e-3


def test_the_kept_runs_are_whole_and_say_what_the_page_says() -> None:
    runs = datasets.long_lag_runs()
    assert all(len(at) == len(long_lags.SEEDS) for at in runs.values())
    solved = {key: int((at > 0).sum()) for key, at in runs.items()}
    for T in (20, 50, 100, 200):
        assert {net for _, length, net, _ in runs if length == T} == set(long_lags.NETS)
        for net in ("chrono", "1997, input -3", "1997, input -3, truncated"):
            assert solved["adding", T, net, 0.02] == 5
    for net in ("tanh, orthogonal", "forget 0", "forget 1", "1997, input 0"):
        assert solved["adding", 100, net, 0.02] == 0
    for net in long_lags.NETS:
        assert all(("adding", 50, net, rate) in runs for rate in long_lags.RATES)


def test_the_kept_runs_are_what_the_benchmark_computes() -> None:
    with (files("backprop") / "data" / "long_lags.csv").open(encoding="utf-8") as file:
        kept = list(csv.reader(file))[1:]
    for task, T, net in (("adding", 20, "1997, input -3"), ("order", 50, "1997, input -3")):
        at = [int(row[5]) for row in kept if row[:4] == [task, str(T), net, "0.02"]]
        found = long_lags.solved_at(task, T, net, 0.02)
        assert (found > 0).all() and abs(np.median(found) - np.median(at)) <= 60  # for other arithmetic
