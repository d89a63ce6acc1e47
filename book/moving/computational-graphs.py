"""A circuit walked backwards wire by wire, in the order of the tape or by the naive recursion."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Value
from backprop.graph import topological_order

NAMES = ("x", "u", "z", "y", "a", "b", "f")


def settings(rng: np.random.Generator) -> dict[str, Any]:
    x, u, z = (rng.integers(-16, 17, 3) / 4).tolist()
    return {
        "x": x,
        "u": u,
        "z": z,
        "way": str(rng.choice(["tape", "naive"])),
        "step": int(rng.integers(0, 10)),
    }


def circuit(x: float, u: float, z: float) -> dict[str, Value]:
    """The values of the circuit; the constant 2 has no name."""
    one, two, three = Value(x), Value(u), Value(z)
    y = two * 2
    a, b = one + y, y.maximum(three)
    return dict(zip(NAMES, (one, two, three, y, a, b, a * b), strict=True))


def shown(x: float, u: float, z: float, way: str, step: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    values = circuit(x, u, z)
    names = {value: name for name, value in values.items()}
    f = values["f"]
    wires: list[tuple[Value, Value, float]] = []

    def push(value: Value) -> None:
        for each, local in value.inputs:
            if each in names:
                wires.append((value, each, local))
                push(each)

    if way == "naive":
        push(f)
    else:
        for value in reversed(topological_order(f)):
            wires += [(value, each, local) for each, local in value.inputs if each in names]
    f.backward()
    right = values["u"].grad
    step = min(step, len(wires))
    grad = dict.fromkeys(values.values(), 0.0) | {f: 1.0}
    now: dict[str, float] = {}
    for value, each, local in wires[:step]:
        sent = local * grad[value]
        grad[each] += sent
        now = {"local": local, "upstream": grad[value], "sent": sent, "now": grad[each]}
    return {
        **{name: value.data for name, value in values.items()},
        **{f"g{name}": grad[value] for name, value in values.items()},
        **now,
        "right": right,
        "times": sum(value is values["y"] for value, _, _ in wires[:step]),
        "real": circuit(x, u + 0.01, z)["f"].data - f.data,
    }
