"""Where the biases of gates start: it decides how far back a gated net can look before it has learned.

An initializer here takes the names of a layer's blocks, in the order of its rows, the number H of units and a
generator, and returns an array (blocks, H).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .initializers import Initializer
from .layer import Array

__all__ = ["chrono", "gate_biases"]  # the rest is for the gated layers

GateBiases = Callable[[tuple[str, ...], int, np.random.Generator], Array]


def gate_biases(**values: float) -> GateBiases:
    """Start the biases of the named gates at the given numbers, all others at 0.

    `gate_biases(forget=1.0)` is the start of Jozefowicz et al. (2015); `gate_biases(input=-3.0)` that of the
    adding problem of Hochreiter and Schmidhuber (1997). A name that the layer lacks raises ValueError.
    """

    def biases(blocks: tuple[str, ...], units: int, rng: np.random.Generator) -> Array:
        if not values.keys() <= set(blocks):
            raise ValueError(f"gate_biases expects names among {', '.join(blocks)}, got {', '.join(values)}")
        return np.stack([np.full(units, float(values.get(block, 0.0))) for block in blocks])

    return biases


def chrono(longest: float) -> GateBiases:
    """Start gates so that the units forget over times spread uniformly from 1 to `longest` − 1 steps.

    The gate that keeps (an LSTM's forget gate, a GRU's update gate) starts at b = ln u with u uniform on
    [1, `longest` − 1], an LSTM's input gate at −b, all others at 0 (Tallec and Ollivier 2018).
    """
    if not 2 < longest < np.inf:
        raise ValueError(f"chrono expects a longest time above 2, got {longest}")

    def biases(blocks: tuple[str, ...], units: int, rng: np.random.Generator) -> Array:
        keeps = {"forget", "update"} & set(blocks)
        if not keeps:
            raise ValueError(f"chrono expects a forget or an update gate, got {', '.join(blocks)}")
        b = np.log(rng.uniform(1, longest - 1, units))  # eq:gates-chrono
        signs = {"forget": 1, "update": 1, "input": -1 if "forget" in blocks else 0}
        return np.stack([signs.get(block, 0) * b for block in blocks])

    return biases


def open_gates(total: Array) -> None:
    """Turn total inputs a into 1 / (1 + e^(−a)), in place: as (1 + tanh(a/2)) / 2, since tanh is quicker."""
    total *= 0.5
    np.tanh(total, out=total)
    total += 1
    total *= 0.5


def as_initializer(biases: GateBiases, blocks: tuple[str, ...]) -> Initializer:
    """Return the initializer of the joined vector b (blocks · H,)."""
    return lambda shape, rng: biases(blocks, shape[0] // len(blocks), rng).ravel()
