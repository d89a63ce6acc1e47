"""Down a ravine, with the learning rate and the momentum in hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Momentum

CURVATURES = np.array([1.0, 50.0])
STEPS = 200


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Rates on both sides of the limit."""
    return {
        "epsilon": round(float(rng.uniform(0.001, 0.05)), 3),
        "alpha": round(float(rng.choice([0.0, rng.uniform(0, 0.98)])), 2),
        "k": int(rng.integers(0, 60)),
        "w1": float(rng.uniform(-10, 4)),
        "w2": float(rng.uniform(-1.5, 1.5)),
    }


def shown(epsilon: float, alpha: float, k: int, w1: float, w2: float) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    w, rule, errors = {"w": np.array([w1, w2])}, Momentum(epsilon, alpha), []
    for _ in range(STEPS + 1):
        errors.append(float(0.5 * (CURVATURES * w["w"] ** 2).sum()))
        rule.step(w, {"w": CURVATURES * w["w"]})
    roots = [np.roots([1, -(1 + alpha - epsilon * each), alpha]) for each in CURVATURES]
    along, across = (float(np.abs(each).max()) for each in roots)
    below = [t for t, E in enumerate(errors) if E < 1e-3]
    return {
        "k": k,
        "E": errors[k],
        "along": along,
        "across": across,
        "root": float(np.sqrt(alpha)),
        "limit": 2 * (1 + alpha) / 50,
        "most": STEPS,
        "near": 1e-3,
        "needed": below[0] if below else np.nan,
    }
