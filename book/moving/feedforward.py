"""The staircase of hidden units, put together step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Dense, Logistic, Sequential


def settings(rng: np.random.Generator) -> dict[str, Any]:
    n = int(rng.integers(2, 33))
    power = float(rng.uniform(0.7, 3.8))
    return {"n": n, "power": power, "there": int(rng.integers(0, n)), "u": float(rng.random())}


def shown(n: int, power: float, there: int, u: float) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    s, edges, heights = 10**power, np.arange(1, n) / n, curve((np.arange(n) + 0.5) / n)
    W = np.where(np.arange(n - 1) < there, np.diff(heights), 0)
    hidden = Dense.from_weights(np.full((n - 1, 1), s), -s * edges)
    net = Sequential(hidden, Logistic(), Dense.from_weights([W], heights[:1]))
    grid = np.linspace(0, 1, 1001)[:, None]
    return {
        "there": there,
        "units": n - 1,
        "u": u,
        "y": net.forward(np.array([[u]]))[0].item(),
        "g": float(curve(u)),
        "largest": float(np.abs(net.forward(grid)[0] - curve(grid)).max()),
        "bound": 1.5 * np.pi / (2 * n),
    }


def curve(u: Any) -> Any:
    return 0.5 + 0.3 * np.sin(2 * np.pi * u) + 0.15 * np.sin(6 * np.pi * u)
