"""One threshold unit and the four inequalities of a gate."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import ThresholdUnit
from backprop.data.datasets import truth_table

GATES = ("AND", "OR", "NAND", "XOR")


def settings(rng: np.random.Generator) -> dict[str, Any]:
    w1, w2, b = (round(float(value), 2) for value in rng.uniform(-2, 2, 3))
    if rng.random() < 0.5:
        b = round(-w1 - w2, 2)  # on the line, where the order of a floating-point sum would decide
    return {"gate": str(rng.choice(GATES)), "w1": w1, "w2": w2, "b": b}


def shown(gate: str, w1: float, w2: float, b: float) -> dict[str, float]:
    """The numbers of the figure at these settings, reckoned in whole hundredths: a sum of 0 is 0."""
    X, t = truth_table(gate)
    v1, v2, v0 = np.rint(100 * np.array([w1, w2, b]))
    z = (X @ [v1, v2] + v0) / 100
    right = int((ThresholdUnit([v1, v2], threshold=-v0).predict(X) == t).sum())
    each = {f"z{c}": float(z[c]) for c in range(4)}
    return {"w1": w1, "w2": w2, "b": b, **each, "right": right, "cases": 4, "sum": w1 + w2 + 2 * b}
