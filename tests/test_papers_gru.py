"""What the gated recurrent unit can and cannot do; the seeds are not those of the page.

Cho et al. 2014 and Chung et al. 2014 for the cell, Weiss et al. 2018 and Tallec and Ollivier 2018 for what is
claimed of it; the bars are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    GRU,
    LSTM,
    Adam,
    Dense,
    EachStep,
    LastStep,
    Sequential,
    chrono,
    clip_by_norm,
    datasets,
    each_step,
    gate_biases,
    logistic,
    mean_over_cases,
    softmax_cross_entropy,
    torch_weights,
    train_fresh,
    with_torch_weights,
)
from backprop.layers.layer import Array

RATES = (0.04, 0.08, 0.16)
SEEDS = range(9300, 9305)
Make = Callable[..., Any]


def generators(rates: tuple[float, ...] = RATES) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for _ in rates for seed in SEEDS]


def sure_after(net: Sequential, loss: Any, draw: Any, updates: int, counts: Any = True) -> Array:
    """After how many updates ten batches in a row are all right, (rates, seeds)."""

    def all_right(y: Array, d: Array) -> Array:
        right = (y.argmax(axis=-1) == d.argmax(axis=-1)) | ~np.array(counts)
        answer: Array = right.reshape(len(right), -1).all(axis=1)
        return answer

    runs = len(RATES) * len(SEEDS)
    history = train_fresh(
        net, loss, draw, Adam(np.repeat(RATES, len(SEEDS))), updates,
        clip=lambda grads: clip_by_norm(grads, 1.0, runs=runs), record=all_right,
    )  # fmt: skip
    sums = np.cumsum(np.vstack([0 * history.recorded[:1], history.recorded]), axis=0)
    ten = sums[10:] - sums[:-10] == 10
    return np.where(ten.any(axis=0), ten.argmax(axis=0) + 10, np.inf).reshape(len(RATES), -1)


def order(make: Make, units: int) -> Array:
    rngs, draws = generators(), np.random.default_rng(9310)
    net = Sequential(make(8, units, rngs), LastStep(), Dense(units, 4, rngs))
    loss = mean_over_cases(softmax_cross_entropy)
    return sure_after(net, loss, lambda t: datasets.temporal_order(30, 16, draws), 100)


def test_temporal_order_is_quicker_for_the_gru_and_the_place_of_the_reset_does_not_matter() -> None:
    before = order(lambda *a: GRU(*a, bias=chrono(30)), 12)
    after = order(lambda *a: GRU(*a, bias=chrono(30), reset="after"), 12)
    lstm = order(lambda *a: LSTM(*a, bias=chrono(30)), 10)
    assert np.isfinite(before).all() and np.isfinite(after).all()
    medians = [np.median(one, axis=1) for one in (before, after, lstm)]
    assert abs(medians[0].min() - medians[1].min()) < 10
    assert (medians[2] > medians[0]).all() and medians[2].min() > 1.2 * medians[0].min()


def test_the_start_of_the_update_gate_decides_at_a_small_rate() -> None:
    started = np.isfinite(order(lambda *a: GRU(*a, bias=chrono(30)), 12)).sum(axis=1)
    zero = np.isfinite(order(GRU, 12)).sum(axis=1)
    upside_down = order(lambda *a: GRU(*a, bias=lambda b, n, rng: -chrono(30)(b, n, rng)), 12)
    assert started[0] == 5 and zero[0] <= 2
    assert np.isfinite(upside_down).sum() < started.sum() - 4


def couple(arrays: dict[str, Array], gradient: bool = False) -> None:
    for name in ("0.W", "0.U", "0.b"):
        _, i, f, _ = np.split(arrays[name], 4, axis=1)
        if gradient:
            f -= i
        i[...] = -f


def reach(make: Make, units: int, coupled: bool = False, longest: int = 60) -> Array:
    rngs, draws, each = generators(), np.random.default_rng(9311), np.repeat(RATES, len(SEEDS))
    net = Sequential(make(3, units, rngs), EachStep(Dense(units, 3, rngs)))
    if coupled:
        couple(net.params)

    def clip(grads: dict[str, Array]) -> dict[str, Array]:
        if coupled:
            couple(grads, gradient=True)
        return clip_by_norm(grads, 1.0, runs=len(rngs))

    train_fresh(
        net, each_step(softmax_cross_entropy), lambda t: datasets.a_n_b_n(int(draws.integers(1, 11))),
        Adam(each), 500, clip=clip, schedule=lambda t: each * (1 - t / 500),
    )  # fmt: skip
    if coupled:
        _, i, f, _ = np.split(net.params["0.b"], 4, axis=1)
        assert (i == -f).all()
    right = []
    for n in range(1, longest + 1):
        x, d = datasets.a_n_b_n(n)
        same = net.forward(x)[0].argmax(axis=-1) == d.argmax(axis=-1)
        right.append(same[:, n + 1 :].all(axis=(1, 2)))
    return np.cumprod(right, axis=0).sum(axis=0)


def test_counting_is_lost_with_the_merger_of_two_gates() -> None:
    lstm = reach(LSTM, 6)
    coupled = reach(LSTM, 7, coupled=True)
    gru = reach(GRU, 7)
    assert np.median(lstm) >= 13 and lstm.max() >= 20
    assert (coupled > 14).sum() <= 1 and (gru > 14).sum() <= 1
    assert np.median(gru) >= 7 and np.median(coupled) >= 7


def test_copying_goes_to_the_lstm_with_a_large_forget_bias() -> None:
    mask = np.repeat(datasets.copying(5, 1, np.random.default_rng(0), length=2)[2], 16, axis=1)
    found = []
    for make, units in ((GRU, 16), (lambda *a: LSTM(*a, bias=gate_biases(forget=3)), 14)):
        rngs, draws = generators(), generators((1.0,))
        net = Sequential(make(6, units, rngs), EachStep(Dense(units, 6, rngs)))

        def draw(t: int, draws: Any = draws) -> tuple[Array, Array]:
            pairs = [datasets.copying(5, 16, rng, length=2)[:2] for rng in draws]
            x, d = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
            return np.tile(x, (3, 1, 1, 1)), np.tile(d, (3, 1, 1, 1))

        loss = mean_over_cases(each_step(softmax_cross_entropy, mask))
        found.append(np.isfinite(sure_after(net, loss, draw, 250, counts=mask)).sum())
    assert found[1] >= 10 and found[0] <= found[1] / 2


@pytest.mark.parametrize("reset", ["before", "after"])
def test_the_state_never_leaves_its_bounds(reset: str) -> None:
    rng = np.random.default_rng(9312)
    layer = GRU(2, 5, rng, reset=reset)
    for w in layer.params.values():
        w += rng.normal(size=w.shape, scale=100)
    y, _ = layer.forward(rng.normal(size=(300, 3, 2)))
    assert abs(y).max() <= 1


def test_a_step_of_pytorch_by_its_documentation() -> None:
    rng = np.random.default_rng(9313)
    layer = GRU(3, 4, rng, reset="after")
    w = {name: rng.normal(size=one.shape) for name, one in torch_weights(layer).items()}
    x, h = rng.normal(size=(1, 1, 3)), rng.normal(size=(1, 4))
    y, _ = with_torch_weights(layer, w).forward(x, start={"h": h})
    (x_r, x_z, x_n) = np.split(w["weight_ih_l0"] @ x[0, 0] + w["bias_ih_l0"], 3)
    (h_r, h_z, h_n) = np.split(w["weight_hh_l0"] @ h[0] + w["bias_hh_l0"], 3)
    r, z = logistic(x_r + h_r), logistic(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    np.testing.assert_allclose(y[0, 0], (1 - z) * n + z * h[0], atol=1e-12)
