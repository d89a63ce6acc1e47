"""Long lags and where the gates start: `python -m benchmarks.long_lags > FILE`.

The adding problem and the task of temporal order of Hochreiter and Schmidhuber (1997), at lengths from 20
to 1,000, for nets that differ in their gates and in where the biases of the gates start; about 1,200
parameters each, five seeds. At T = 50 every net is tried at three learning rates, elsewhere at one. Lengths
above 200 are left to nets that succeeded with every seed at the length before. It takes about half an hour;
what it printed is kept as `backprop/data/long_lags.csv`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop import (
    LSTM,
    Adam,
    Dense,
    LastStep,
    Recurrent,
    Sequential,
    chrono,
    clip_by_norm,
    gate_biases,
    mean_over_cases,
    orthogonal,
    softmax,
    softmax_cross_entropy,
    sum_of_squares,
    train_fresh,
)
from backprop.data import datasets
from backprop.layers.layer import Array
from backprop.layers.unrolled import Unrolled
from backprop.learning.losses import Loss
from backprop.learning.schedules import linear

SEEDS, CASES, UPDATES, BLOCK, ENOUGH = range(5), 32, 1000, 10, 0.95
RATE, RATES = 0.02, (0.005, 0.01, 0.02)
Rngs = Sequence[np.random.Generator]
F32: dict[str, Any] = {"dtype": np.float32}
OLD: dict[str, Any] = {"gates": ("input", "output"), **F32}

NETS: dict[str, Callable[[int, int, Rngs], Unrolled]] = {
    "tanh, orthogonal": lambda n, T, r: Recurrent(n, 32, r, recurrent=orthogonal(), **F32),
    "forget 0": lambda n, T, r: LSTM(n, 16, r, bias=gate_biases(), **F32),
    "forget 1": lambda n, T, r: LSTM(n, 16, r, bias=gate_biases(forget=1.0), **F32),
    "forget 5": lambda n, T, r: LSTM(n, 16, r, bias=gate_biases(forget=5.0), **F32),
    "chrono": lambda n, T, r: LSTM(n, 16, r, bias=chrono(T), **F32),
    "1997, input 0": lambda n, T, r: LSTM(n, 18, r, **OLD),
    "1997, input -3": lambda n, T, r: LSTM(n, 18, r, bias=gate_biases(input=-3.0), **OLD),
    "1997, input -3, truncated": lambda n, T, r: LSTM(
        n, 18, r, bias=gate_biases(input=-3.0), truncated=True, **OLD
    ),
}


def adding(T: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return datasets.adding(T, CASES, rng)


def temporal_order(T: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return datasets.temporal_order(T, CASES, rng)


def summed(y: Array, d: Array) -> Array:
    """Share of sequences whose sum is off by less than .04, for each run."""
    right: Array = (np.abs(y - d) < 0.04).mean(axis=(-2, -1))
    return right


def ordered(y: Array, d: Array) -> Array:
    """Share of sequences of which every output (by softmax) is off by less than .3, for each run."""
    right: Array = (np.abs(softmax(y) - d) < 0.3).all(axis=-1).mean(axis=-1)
    return right


TASKS: dict[
    str, tuple[Callable[..., tuple[Array, Array]], Loss, Callable[[Array, Array], Array], int, int]
] = {
    "adding": (adding, sum_of_squares, summed, 2, 1),
    "order": (temporal_order, softmax_cross_entropy, ordered, 8, 4),
}


def solved_at(task: str, T: int, name: str, rate: float, updates: int = UPDATES) -> Array:
    """Updates after which more than .95 of ten batches in a row were right, for each seed; −1 for never."""
    make, loss, right, n_in, n_out = TASKS[task]
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    layer = NETS[name](n_in, T, rngs)
    net = Sequential(layer, LastStep(), Dense(layer.n_hidden, n_out, rngs, **F32))
    rng, seen, found = np.random.default_rng(1000 + T), [], np.full(len(SEEDS), -1)

    def draw(t: int) -> tuple[Array, Array]:
        x, d = make(T, rng)
        return x.astype(np.float32), d.astype(np.float32)

    def record(y: Array, d: Array) -> Array | None:
        seen.append(right(y, d))
        if len(seen) % BLOCK == 0:
            now = np.mean(seen[-BLOCK:], axis=0) > ENOUGH
            found[(found < 0) & now] = len(seen)
        return None if (found > 0).all() else seen[-1]

    train_fresh(
        net, mean_over_cases(loss), draw, Adam(rate), updates, record=record, keep_diverged=True,
        schedule=linear(rate, updates), clip=lambda grads: clip_by_norm(grads, 1.0, runs=len(SEEDS)),
    )  # fmt: skip
    return found


def main(tasks: Sequence[str]) -> None:
    """Print one line for each task, length, net, rate and seed."""
    print("task,T,net,rate,seed,solved")
    cells = [("adding", T, RATE) for T in (20, 50, 100, 200, 500, 1000)]
    cells += [("adding", 50, rate) for rate in RATES if rate != RATE]
    cells += [("order", T, RATE) for T in (50, 100)]
    able: dict[str, set[str]] = {task: set(NETS) for task in TASKS}
    for task, T, rate in cells:
        if task not in tasks:
            continue
        for name in NETS:
            if T > 200 and name not in able[task]:
                continue
            found = solved_at(task, T, name, rate)
            if T >= 200 and (found < 0).any():
                able[task].discard(name)
            for seed, at in zip(SEEDS, found, strict=True):
                print(f'{task},{T},"{name}",{rate:g},{seed},{at}', flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(TASKS))
