"""A window moved over a digit, and the map that its kernel makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from backprop import Convolution

KERNELS = {
    "right": [[-1, 0, 1]] * 3,
    "down": [[-1] * 3, [0] * 3, [1] * 3],
    "spot": [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
    "mean": [[1] * 3] * 3,
}


def data() -> dict[str, Any]:
    """The digit of the still figure."""
    return {"digit": (load_digits().images[2] / 16).tolist()}


def settings(rng: np.random.Generator) -> dict[str, Any]:
    i, j = rng.integers(0, 12, 2).tolist()
    return {"kernel": str(rng.choice(list(KERNELS))), "shift": int(rng.integers(-3, 4)), "i": i, "j": j}


def field(shift: int) -> Any:
    x = np.zeros((1, 14, 14, 1))
    x[0, 3:11, 3 + shift : 11 + shift, 0] = data()["digit"]
    return x


def shown(kernel: str, shift: int, i: int, j: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    W = np.array(KERNELS[kernel], float)
    layer = Convolution.from_kernel(W[:, :, None, None])
    y, still = (layer.forward(field(each))[0][0, :, :, 0] for each in (shift, 0))
    moved = y[:, max(0, shift) : 12 + min(0, shift)] - still[:, max(0, -shift) : 12 - max(0, shift)]
    patch = field(shift)[0, i : i + 3, j : j + 3, 0]
    places = [(u, v) for u in range(3) for v in range(3)]
    return {
        "i": i,
        "j": j,
        "y": y[i, j],
        "gap": abs(moved).max(),
        **{f"w{u}{v}": W[u, v] for u, v in places},
        **{f"x{u}{v}": patch[u, v] for u, v in places},
    }
