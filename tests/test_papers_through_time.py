"""What truncation takes away and what it leaves, and forward mode; the seeds are not those of the page.

Elman 1990, Williams and Zipser 1989 and, for the embedded Reber grammar, Hochreiter and Schmidhuber 1997 for
what is claimed; the bars are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    Adam,
    Dense,
    EachStep,
    Recurrent,
    Sequential,
    clip_by_norm,
    each_step,
    logistic_cross_entropy,
    mean_over_cases,
    orthogonal,
    real_time_gradient,
    relative_error,
    softmax_cross_entropy,
    uniform,
)
from backprop.data import datasets
from backprop.layers.layer import Array
from backprop.layers.unrolled import over_time

SEEDS = range(9500, 9506)
TINY, ORTHOGONAL = uniform(0.02), orthogonal()


class OneStep(Recurrent):
    """Elman's procedure: what a state hears from the step after it is dropped."""

    def through_time(
        self, dy: Array, cache: Any, late: Any
    ) -> tuple[Array, dict[str, Array], dict[str, Array]]:
        h = cache.history["h"]
        delta = (1 - h[1:] * h[1:]) * dy
        return delta, {"h": 0 * h[0]}, {"U": over_time(delta, h[:-1])}


def generators(seeds: Any) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def recall(k: int, lag: int, start: Any, rate: float, updates: int = 300) -> Array:
    """Share of bits right in the last 60 updates, by seed; at rate 0 only the output layer learns."""
    layer = Recurrent(1, 16, generators(SEEDS), recurrent=start)
    top = EachStep(Dense(16, 1, generators(SEEDS)))
    x, d, _ = datasets.recall(lag, updates * k + lag, 96 // k, np.random.default_rng(9510))
    loss = mean_over_cases(each_step(logistic_cross_entropy))
    slow, fast = Adam(rate or 1.0), Adam(0.01)
    state, right = None, []
    for t in range(lag, updates * k + lag, k):
        h, cache = layer.forward(2 * x[t : t + k] - 1, state)
        state = layer.last_state(cache)
        y, top_cache = top.forward(h)
        _, dy = loss(y, d[t : t + k])
        e, grads = top.backward(dy / k, top_cache)
        if rate:
            slow.step(layer.params, layer.gradients(e, cache))
        fast.step(top.params, grads)
        right.append(((y > 0) == (d[t : t + k] > 0.5)).mean(axis=(1, 2, 3)))
    return np.asarray(np.mean(right[-60:], axis=0))


@pytest.mark.parametrize("lag", [1, 2, 4])
def test_a_chunk_one_step_longer_than_the_lag_learns_it_from_either_start(lag: int) -> None:
    for start in (TINY, ORTHOGONAL):
        assert recall(lag + 1, lag, start, 0.01).min() > 0.9


def test_shorter_chunks_do_not_learn_what_a_tiny_start_does_not_hold() -> None:
    assert np.median(recall(2, 2, TINY, 0.01)) < 0.75
    assert recall(4, 4, TINY, 0.01).max() < 0.8
    assert recall(1, 4, TINY, 0).max() < 0.6


def test_an_orthogonal_start_holds_the_bit_and_only_large_steps_of_a_truncated_gradient_lose_it() -> None:
    assert np.median(recall(1, 4, ORTHOGONAL, 0)) > 0.9
    assert np.median(recall(4, 4, ORTHOGONAL, 0.001)) > 0.85
    assert np.median(recall(4, 4, ORTHOGONAL, 0.01)) < 0.8


@pytest.mark.parametrize("units", [8, 64])
def test_forward_mode_gives_the_gradient_of_the_way_back(units: int) -> None:
    rng = np.random.default_rng(9520)
    layer = Recurrent(2, units, rng)
    x, e = rng.normal(size=(50, 1, 2)), rng.normal(size=(50, 1, units))
    _, cache = layer.forward(x)
    backwards, (forwards, _) = layer.gradients(e, cache), real_time_gradient(layer, x, e)
    assert all(relative_error(forwards[name], backwards[name]) < 1e-12 for name in backwards)


def grammar(kind: Callable[..., Recurrent], rate: float) -> Array:
    """Share of test strings whose second letter is repeated rightly, one for each of four seeds."""
    rng, seeds = np.random.default_rng(9530), range(9540, 9544)
    strings = [datasets.embedded_reber(rng) for _ in range(512)]
    training, tests = sorted(strings[:256], key=len), strings[256:]
    batches = [datasets.letters_one_hot(training[i : i + 16]) for i in range(0, 256, 16)]
    layer = kind(7, 22, generators(seeds), recurrent=ORTHOGONAL)
    net = Sequential(layer, EachStep(Dense(22, 7, generators(seeds))))
    optimizer = Adam(rate)
    for t in range(1000):
        letters, mask = batches[rng.integers(len(batches))]
        y, cache = net.forward(letters[:-1])
        _, dy = mean_over_cases(each_step(softmax_cross_entropy, mask[1:]))(y, letters[1:])
        optimizer.learning_rate = rate * (1 - t / 1000)
        optimizer.step(net.params, clip_by_norm(net.gradients(dy, cache), 1.0, runs=len(seeds)))
    letters, _ = datasets.letters_one_hot(tests)
    y, _ = net.forward(letters[:-1])
    places, cases = np.array([len(string) - 3 for string in tests]), np.arange(len(tests))
    told = y[:, places, cases].argmax(axis=-1)
    return np.asarray((told == letters[places + 1, cases].argmax(axis=-1)).mean(axis=-1))


def test_the_whole_gradient_learns_the_embedded_grammar_and_one_step_of_it_does_not() -> None:
    assert (grammar(Recurrent, 0.01) > 0.8).sum() >= 3
    assert grammar(OneStep, 0.01).max() < 0.8


def elman(steps_back: int, seeds: Any, passes: int = 10) -> Array:
    """Rms error at the second and the third bit in the last pass, (2, nets): net and training of the page."""
    rngs = generators(seeds)
    streams = [datasets.temporal_xor(1000, rng) for rng in rngs]
    bits, after = (np.stack([one.ravel() for one in each], 1) for each in zip(*streams, strict=True))
    W = np.stack([rng.uniform(-2, 2, (2, 4)) for rng in rngs], -1)
    v = np.stack([rng.uniform(-2, 2, 3) for rng in rngs], -1)
    errors = np.empty(bits.shape)
    for _ in range(passes):
        h = np.full((2, len(rngs)), 0.5)
        last_seen, last_slope = np.zeros((4, len(rngs))), 0 * h
        for t in range(len(bits)):
            seen = np.ones_like(last_seen)
            seen[0], seen[2:] = bits[t], h
            h = 1 / (1 + np.exp(-(W * seen).sum(axis=1)))
            y = 1 / (1 + np.exp(-(v[1:] * h).sum(axis=0) - v[0]))
            errors[t] = y - after[t]
            up, slope = errors[t] * y * (1 - y), h * (1 - h)
            delta = up * v[1:] * slope
            v[0] -= 0.5 * up
            v[1:] -= 0.5 * up * h
            change = delta[:, None] * seen
            if steps_back == 2:
                change += ((W[:, 2:] * delta[:, None]).sum(axis=0) * last_slope)[:, None] * last_seen
            W -= 0.5 * change
            last_seen, last_slope = seen, slope
    return np.array([np.sqrt((errors[i::3] ** 2).mean(axis=0)) for i in (0, 1)])


def test_nets_dip_at_every_third_bit_and_more_do_with_one_step_further_back() -> None:
    dips = []
    for back in (1, 2):
        second, third = elman(back, range(9550, 9590))
        dips.append(int((third < second - 0.05).sum()))
        assert abs(np.median(second) - 0.5) < 0.05 and third.min() > 0.25
    assert 4 <= dips[0] < dips[1]
