"""One cell of an LSTM with its gates in hand, and the gradient across time."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import LSTM, logistic

from .depth import mulberry32

T = 24


def settings(rng: np.random.Generator) -> dict[str, Any]:
    biases = {name: float(rng.integers(-24, 25)) / 4 for name in ("forget", "input", "output")}
    return {**biases, "listens": float(rng.integers(0, 49)) / 4, "mark": int(rng.integers(1, T + 1))}


def shown(forget: float, input: float, listens: float, output: float, mark: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    draw = mulberry32(4)
    x = np.zeros((T, 1, 2))  # the value, and the mark
    x[:, 0, 0] = [2 * draw() - 1 for _ in range(T)]
    x[mark - 1, 0, 1] = 1
    cell = LSTM(2, 1, np.random.default_rng(0))
    cell.params["W"][...] = [[1, 0], [0, listens], [0, 0], [0, 0]]  # g, i, f, o
    cell.params["U"][...] = 0
    cell.params["b"][...] = [0, input, forget, output]
    y, cache = cell.forward(x)
    dy = np.zeros_like(y)
    dy[-1] = 1
    dx, _ = cell.backward(dy, cache)
    dv = dx[:, 0, 0]
    f, other, marked, o = logistic(np.array([forget, input, input + listens, output]))
    c = cell.last_state(cache)["c"].item()
    dc = o * (1 - np.tanh(c) ** 2)
    if mark < T:  # what comes back to the cell of the marked step, through the steps after it
        _, first = cell.forward(x[:mark])
        _, rest = cell.forward(x[mark:], cell.last_state(first))
        dc = cell.backward_to_start(dy[mark:], rest)[2]["c"].item()
    return {
        "f": f,
        "marked": marked,
        "other": other,
        "kept": f ** (T - mark),
        "steps": T - mark,
        "dv": dv[mark - 1],
        "noise": float(np.sqrt((np.delete(dv, mark - 1) ** 2).sum())),
        "cT": c,
        "h": y[-1].item(),
        "dc": dc,
    }
