"""The network of six weights, every number of which can be changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Dense, Logistic, Sequential, sum_of_squares

WEIGHTS = ("w31", "w32", "w41", "w42", "w53", "w54")
NUDGE = 0.01


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """Nine numbers between −4 and 4, and one of them chosen."""
    names = ("y1", "y2", "d", *WEIGHTS)
    drawn = {name: round(float(value), 2) for name, value in zip(names, rng.uniform(-4, 4, 9), strict=True)}
    return {**drawn, "chosen": str(rng.choice(names))}


def shown(chosen: str, **values: float) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    numbers = passed(values)
    slope = numbers[f"d{chosen}"]
    real = passed({**values, chosen: values[chosen] + NUDGE})["E"] - numbers["E"]
    return {**values, **numbers, "slope": slope, "nudge": NUDGE, "promised": slope * NUDGE, "real": real}


def passed(values: dict[str, float]) -> dict[str, float]:
    """Everything that goes forward and comes back, from the package's layers."""
    w31, w32, w41, w42, w53, w54 = (values[name] for name in WEIGHTS)
    below, above = Dense.from_weights([[w31, w32], [w41, w42]]), Dense.from_weights([[w53, w54]])
    x, d = np.array([[values["y1"], values["y2"]]]), np.array([[values["d"]]])
    hidden, net = Sequential(below, Logistic()), Sequential(below, Logistic(), above, Logistic())
    y, cache = net.forward(x)
    E, dy = sum_of_squares(y, d)
    dx, grads = net.backward(dy, cache)
    deltas = {"delta3": grads["0.b"][0], "delta4": grads["0.b"][1], "delta5": grads["2.b"][0]}
    gradients = np.concatenate([grads["0.W"].ravel(), grads["2.W"].ravel()])
    return {
        **{f"d{name}": float(each) for name, each in zip(WEIGHTS, gradients, strict=True)},
        **{name: float(each) for name, each in deltas.items()},
        **dict(zip(("y3", "y4"), hidden.forward(x)[0][0].tolist(), strict=True)),
        **dict(zip(("dy1", "dy2"), dx[0].tolist(), strict=True)),
        "y5": float(y[0, 0]),
        "dd": float(-dy[0, 0]),
        "E": float(E),
    }
