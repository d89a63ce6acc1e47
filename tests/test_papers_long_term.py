"""What becomes of gradients through time, and what clipping does; the seeds are not those of the page.

Bengio et al. 1994 and Pascanu et al. 2013 for what is claimed; the bars are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from backprop import (
    GRU,
    LSTM,
    Adam,
    Dense,
    GradientDescent,
    LastStep,
    Recurrent,
    Sequential,
    chrono,
    clip_by_norm,
    clip_by_value,
    gradient_norm,
    lecun_normal,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    orthogonal,
    train_fresh,
)
from backprop.data.datasets import latch
from backprop.layers.gates import GateBiases
from backprop.layers.layer import Array
from backprop.layers.unrolled import Unrolled

SEEDS = range(7300, 7308)
LOSS = mean_over_cases(logistic_cross_entropy)
Generators = list[np.random.Generator]


def generators(seeds: range = SEEDS) -> Generators:
    return [np.random.default_rng(seed) for seed in seeds]


def identity(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.eye(shape[0])


def lost(layer: Unrolled, x: Array, steps: int) -> Array:
    """log₁₀ of the length of the gradient that many steps before the end, (runs, N)."""
    found, parts, state = np.zeros(()), [], None
    for t in range(len(x) - steps, len(x), 50):
        y, cache = layer.forward(x[t : t + 50], state)
        parts.append((y, cache))
        state = layer.last_state(cache)
    assert state is not None
    d = {name: np.zeros_like(one) for name, one in state.items()}
    d["h"] = np.random.default_rng(7400).normal(size=d["h"].shape)
    d["h"] /= np.linalg.norm(d["h"], axis=-1, keepdims=True)
    for y, cache in parts[::-1]:
        _, _, d = layer.backward_to_start(np.zeros_like(y), cache, d)
        length = np.sqrt(sum((one**2).sum(axis=-1) for one in d.values()))
        found = found + np.log10(length)
        d = {name: one / length[..., None] for name, one in d.items()}
    return found


def learn(make: Callable[[Generators], Unrolled], T: int, seeds: range = SEEDS) -> Sequential:
    rngs = generators(seeds)
    layer = make(rngs)
    net = Sequential(layer, LastStep(), Dense(layer.n_hidden, 1, rngs))
    rng = np.random.default_rng(7500)
    train_fresh(
        net,
        LOSS,
        lambda _: latch(T, 16, rng),
        Adam(0.01),
        100,
        clip=lambda grads: clip_by_norm(grads, 1.0, runs=len(seeds)),
    )
    return net


@pytest.mark.parametrize("rho", [0.9, 1.0, 1.1])
def test_a_linear_net_multiplies_by_the_spectral_radius(rho: float) -> None:
    U = orthogonal(rho)((32, 32), np.random.default_rng(7301))
    v = np.random.default_rng(7302).normal(size=32)
    back = np.linalg.matrix_power(U.T, 100) @ v
    assert np.isclose(np.linalg.norm(back) / np.linalg.norm(v), rho**100)


def test_tanh_and_inputs_make_the_gradient_vanish_where_a_linear_net_explodes() -> None:
    x = np.random.default_rng(7303).normal(size=(200, 2, 2))
    layer = Recurrent(2, 64, generators(), weight=normal(1.0), recurrent=orthogonal(1.5))
    assert np.median(lost(layer, x, 100)) < -5  # a linear net: +17.6
    quiet = Recurrent(2, 64, generators(), weight=normal(0.01), recurrent=orthogonal())
    assert abs(np.median(lost(quiet, x, 100))) < 0.5


def test_gradients_through_a_thousand_steps() -> None:
    x = np.random.default_rng(7304).normal(size=(1000, 2, 2))
    f1 = np.median(lost(LSTM(2, 32, generators()), x, 100))
    assert -9.5 < f1 < -4.5
    assert np.median(lost(LSTM(2, 32, generators(), bias=chrono(1000)), x, 1000)) > -2
    assert np.median(lost(GRU(2, 32, generators(), bias=chrono(1000)), x, 1000)) > -2
    for start in (lecun_normal(), orthogonal()):
        tanh = np.median(lost(Recurrent(2, 32, generators(), recurrent=start), x, 100))
        assert f1 < tanh < -2  # forget bias 1 keeps less than plain tanh nets


def test_an_lstm_keeps_more_than_a_tanh_net_with_the_same_orthogonal_start() -> None:
    def each_block(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.concatenate([orthogonal()((32, 32), rng) for _ in range(shape[0] // 32)])

    x = np.random.default_rng(7309).normal(size=(1000, 2, 2))
    gated = np.median(lost(LSTM(2, 32, generators(), recurrent=each_block), x, 1000))
    tanh = np.median(lost(Recurrent(2, 32, generators(), recurrent=orthogonal()), x, 1000))
    assert tanh < gated - 10 and gated < -8


def test_an_lstm_told_the_length_holds_the_bit_and_some_gradient_and_forget_bias_1_does_not_learn() -> None:
    x, d = latch(5000, 80, np.random.default_rng(7310))
    bit = d[:, 0] > 0.5
    for bias, learned in ((chrono(50), len(SEEDS)), (None, 3)):

        def make(rngs: Generators, bias: GateBiases | None = bias) -> Unrolled:
            return LSTM(1, 16, rngs, bias=bias)

        net = learn(make, 50)
        y, _ = net.forward(x[:50])
        good = ((y[..., 0] > 0) == bit).mean(axis=-1) > 0.85
        assert good.sum() >= learned if bias else good.sum() <= learned
        if bias:
            layer = net.layers[0]
            assert isinstance(layer, LSTM)
            assert -3.5 < np.median(lost(layer, x[:101, :8], 100)) < -0.5
            state = None
            for t in range(0, 5000, 50):  # in pieces, for the memory
                h, cache = layer.forward(x[t : t + 50], state)
                state = layer.last_state(cache)
            late, _ = net.layers[2].forward(h[:, -1])
            assert np.mean(np.sign(late) == np.sign(y)) > 0.98


def test_nets_that_hold_a_bit_for_good_have_no_gradient() -> None:
    back, early, lose = [], [], []
    for start in (orthogonal(), identity):

        def make(rngs: Generators, start: Callable[..., Array] = start) -> Unrolled:
            return Recurrent(1, 16, rngs, recurrent=start)

        layer = learn(make, 50).layers[0]
        assert isinstance(layer, Recurrent)
        x, d = latch(5000, 80, np.random.default_rng(7305))
        back.append(np.median(lost(layer, x[:101, :8], 100), axis=1))
        bit, shares, state = d[:, 0] > 0.5, [], None
        for t in range(0, 5000, 50):
            _, cache = layer.forward(x[t : t + 50], state)
            state = layer.last_state(cache)
            if t in (0, 4950):
                h = state["h"]
                up, down = h[:, :40][:, bit[:40]].mean(axis=1), h[:, :40][:, ~bit[:40]].mean(axis=1)
                near = ((h - up[:, None]) ** 2).sum(-1) < ((h - down[:, None]) ** 2).sum(-1)
                shares.append((near == bit)[:, 40:].mean(axis=1))
        early.append(shares[0])
        lose.append(shares[0] - shares[1])
    learned = np.concatenate(early) > 0.9
    gone, fell = np.concatenate(back)[learned] < -3, np.concatenate(lose)[learned]
    assert gone.sum() >= 4 and (~gone).sum() >= 4
    assert abs(fell[gone]).max() < 0.04
    assert fell[~gone].mean() > 0.05


def fresh(rng: np.random.Generator, update: int) -> tuple[Array, Array]:
    return latch(20, 16, rng)


def unit(w: Array, b: Array, T: int = 50) -> tuple[Array, Array, Array]:
    """E and its slopes of Pascanu's unit after T steps."""
    x, ys = np.full_like(w, 0.5), []
    for _ in range(T):
        ys.append(1 / (1 + np.exp(-x)))
        x = w * ys[-1] + b
    y = 1 / (1 + np.exp(-x))
    dx = 2 * (y - 0.7) * y * (1 - y)
    dw, db = np.zeros_like(w), np.zeros_like(w)
    for before in reversed(ys):
        dw, db = dw + dx * before, db + dx
        dx = dx * w * before * (1 - before)
    return (y - 0.7) ** 2, dw, db


def test_clipping_takes_descents_down_the_cliff() -> None:
    arrived = {}
    for limit in (np.inf, 1.0):
        rng = np.random.default_rng(7306)
        w = rng.uniform(4.5, 8, 200)
        b = -w / 2 + rng.uniform(-1, 1, 200)
        with np.errstate(over="ignore"):
            for _ in range(1500):
                _, dw, db = unit(w, b)
                scale = np.minimum(1, limit / np.maximum(np.hypot(dw, db), 1e-300))
                w, b = w - scale * dw, b - scale * db
            arrived[limit] = (unit(w, b)[0] < 1e-4).mean()
    assert arrived[np.inf] < 0.8 < 0.97 < arrived[1.0]


def test_clipping_lets_more_rates_learn() -> None:
    rates, runs = (0.01, 0.03, 0.1), 3 * len(SEEDS)
    learned = {}
    clips: dict[str, Callable[[dict[str, Array]], dict[str, Array]] | None] = {
        "none": None,
        "norm": lambda g: clip_by_norm(g, 1.0, runs=runs),
        "value": lambda g: clip_by_value(g, 0.1),
    }
    for name, clip in clips.items():
        rngs = [np.random.default_rng(seed) for seed in [*SEEDS] * len(rates)]
        net = Sequential(Recurrent(1, 16, rngs, recurrent=identity), LastStep(), Dense(16, 1, rngs))
        rule = GradientDescent(np.repeat(rates, len(SEEDS)))
        draw = partial(fresh, np.random.default_rng(7307))
        train_fresh(net, LOSS, draw, rule, 100, clip=clip, keep_diverged=True)
        x, d = latch(20, 300, np.random.default_rng(7308))
        good = ((net.forward(x)[0] > 0) == (d > 0.5)).mean(axis=(-2, -1)) > 0.9
        learned[name] = good.sum()
    assert learned["none"] <= runs - 8
    assert min(learned["norm"], learned["value"]) >= runs - 2


def test_by_norm_keeps_the_direction_and_by_value_does_not() -> None:
    g = {"W": np.array([[3.0, 0.1]]), "b": np.array([-4.0])}
    for clipped, same in ((clip_by_norm(g, 1.0), True), (clip_by_value(g, 1.0), False)):
        product = sum((g[key] * clipped[key]).sum() for key in g)
        cosine = product / (gradient_norm(g) * gradient_norm(clipped))
        assert np.isclose(cosine, 1) == same
