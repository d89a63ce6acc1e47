"""The perceptron's corrections on points that can be dragged."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Perceptron
from backprop.data.datasets import separable


def data() -> dict[str, Any]:
    """The points of the still figure."""
    X, t = separable(24, np.random.default_rng(23))
    return {"X": X.tolist(), "t": t.tolist()}


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Some points moved, some answers turned, some corrections made."""
    X, t = np.array(data()["X"]), np.array(data()["t"])
    moved = rng.random(24) < rng.choice([0.0, 0.1, 0.5])
    X[moved] = rng.uniform(-1.1, 1.1, (moved.sum(), 2))
    t[rng.random(24) < rng.choice([0.0, 0.05])] *= -1
    return {"X": X.tolist(), "t": t.tolist(), "k": int(rng.integers(0, 30))}


def shown(X: Any, t: Any, k: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    X, t = np.array(X), np.array(t)
    unit = Perceptron().fit(X, t)
    k = min(k, len(unit.path) - 1)
    w1, w2, b = unit.path[k]
    return {
        "k": k,
        "corrections": len(unit.path) - 1,
        "epochs": len(unit.mistakes),
        "w1": w1,
        "w2": w2,
        "b": b,
        "wrong": int((t * (X @ [w1, w2] + b) <= 0).sum()),
    }
