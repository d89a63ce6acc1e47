"""The signal forwards and the gradient backwards through many untrained layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop import Dense, Logistic, ReLU, Sequential, Skip, Tanh

UNITS, CASES = 12, 8
KINDS = {"logistic": Logistic, "tanh": Tanh, "relu": ReLU}


def settings(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "unit": str(rng.choice(list(KINDS))),
        "gain": round(float(rng.uniform(0.2, 2.5)), 2),
        "depth": int(rng.integers(2, 31)),
        "skip": bool(rng.random() < 0.5),
        "seed": int(rng.integers(1, 21)),
    }


def shown(unit: str, gain: float, depth: int, skip: bool, seed: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    draw = mulberry32(seed)

    def rows(count: int, size: float) -> Any:
        return np.array([[size * (2 * draw() - 1) for _ in range(UNITS)] for _ in range(count)])

    y, dy = rows(CASES, np.sqrt(3)), rows(CASES, 1)
    layers: list[Any] = []
    for _ in range(depth):
        pair = Dense.from_weights(rows(UNITS, gain * np.sqrt(6 / (2 * UNITS)))), KINDS[unit]()
        layers += [Skip(*pair)] if skip else pair
    net = Sequential(*layers)
    dx, _ = net.backward(dy, net.forward(y)[1])
    orders = float(np.log10(rms(dx) / rms(dy)))
    return {"layers": depth, "orders": abs(orders), "factor": 10 ** (orders / depth)}


def rms(values: Any) -> float:
    return float(np.sqrt((values**2).mean()))


def mulberry32(seed: int) -> Callable[[], float]:
    """The generator of core.js."""
    state = seed

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = (state ^ (state >> 15)) * (1 | state) & 0xFFFFFFFF
        t = (t + ((t ^ (t >> 7)) * (61 | t) & 0xFFFFFFFF) & 0xFFFFFFFF) ^ t
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    return draw
