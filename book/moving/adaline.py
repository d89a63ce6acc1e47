"""Adaline's walk on its error surface, with the rate, the start and the epochs in hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Adaline

X, T = np.arange(4.0)[:, None], np.array([-1.0, -1.0, 1.0, 1.0])
EPOCHS = 40


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Rates on both sides of the limit."""
    return {
        "rate": round(float(rng.uniform(0.01, 0.6)), 3),
        "k": int(rng.integers(0, EPOCHS + 1)),
        "w0": float(rng.uniform(-0.5, 2.1)),
        "b0": float(rng.uniform(-2.0, 0.7)),
    }


def shown(rate: float, k: int, w0: float, b0: float) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    unit = Adaline(rate, epochs=EPOCHS).fit(X, T, start=np.array([w0, b0]))
    A = np.column_stack([X, np.ones(4)])
    eigenvalues = np.linalg.eigvalsh(A.T @ A / 4)
    k = min(k, len(unit.path) - 1)
    w, b = unit.path[k]
    shallow, steep = 1 - rate * eigenvalues
    return {
        "rate": rate,
        "k": k,
        "w": w,
        "b": b,
        "E": unit.errors[k],
        "limit": 2 / eigenvalues[1],
        "shallow": shallow,
        "steep": steep,
    }
