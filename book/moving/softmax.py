"""Softmax of three total inputs, and the gradients that come back to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Softmax, softmax_cross_entropy, sum_of_squares


def settings(rng: np.random.Generator) -> dict[str, Any]:
    z = rng.uniform(-9, 9, 3).round(1).tolist()
    return {"z1": z[0], "z2": z[1], "z3": z[2], "target": int(rng.integers(1, 4))}


def shown(z1: float, z2: float, z3: float, target: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    z, t = np.array([[z1, z2, z3]]), np.eye(3)[[target - 1]]
    p, cache = Softmax().forward(z)
    E, dz = softmax_cross_entropy(z, t)
    squares, _ = Softmax().backward(sum_of_squares(p, t)[1], cache)
    each = {f"p{k + 1}": p[0, k] for k in range(3)}
    each |= {f"dz{k + 1}": dz[0, k] for k in range(3)} | {f"sz{k + 1}": squares[0, k] for k in range(3)}
    at = 0, target - 1
    return {**each, "E": float(E), "p": p[at], "pull": -dz[at], "weak": -squares[at]}
