"""Where the weights start. Each initializer makes a function of a shape and a random generator.

Equal weights stay equal under gradient descent, so hidden units must start apart; how far apart
decides whether they sit in the steep or in the flat part of their sigmoid. `shape` is
(n_out, n_in) for a weight matrix, so the fan-in m is its last axis.

LeCun's start, He's and Glorot's are one formula, σ² = g² / m, with the gain g that the unit asks
for; Glorot's takes the mean of fan-in and fan-out for m, for the sake of the way back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import DTypeLike

from .layer import Array

__all__ = [  # the check is for what else draws at random
    "Initializer",
    "constant",
    "draw",
    "fan_in_normal",
    "glorot_uniform",
    "he_normal",
    "lecun_normal",
    "normal",
    "orthogonal",
    "uniform",
]

Initializer = Callable[[tuple[int, ...], np.random.Generator], Array]


def uniform(limit: float) -> Initializer:
    """Uniform on [−limit, limit], as Rumelhart et al. (1986) start their nets (.3 in Fig. 1)."""
    if not limit >= 0:
        raise ValueError(f"uniform expects a limit of at least 0, got {limit}")
    return lambda shape, rng: rng.uniform(-limit, limit, shape)


def normal(sigma: float) -> Initializer:
    """Gaussian with mean 0 and standard deviation `sigma`."""
    if not sigma >= 0:
        raise ValueError(f"normal expects a sigma of at least 0, got {sigma}")
    return lambda shape, rng: rng.normal(0.0, sigma, shape)


def lecun_normal() -> Initializer:
    """Gaussian with σ = m^(−1/2) for fan-in m (LeCun et al. 1998, section 4.6)."""
    return lambda shape, rng: rng.normal(0.0, 1 / math.sqrt(shape[-1]), shape)  # eq:initializers-lecun


def fan_in_normal(gain: float) -> Initializer:
    """Gaussian with σ = g m^(−1/2) for fan-in m and the gain g, which is 1 in `lecun_normal`."""
    _check_gain("fan_in_normal", gain)
    return lambda shape, rng: rng.normal(0.0, gain / math.sqrt(shape[-1]), shape)  # eq:initializers-gain


def he_normal() -> Initializer:
    """Gaussian with σ² = 2 / m: a rectifier halves the mean square (He et al. 2015)."""
    return fan_in_normal(math.sqrt(2))  # eq:initializers-he


def glorot_uniform(gain: float = 1.0) -> Initializer:
    """Uniform with variance 2 g² / (m + n) for fan-in m and fan-out n (Glorot and Bengio 2010, eq. 16).

    Only for weight matrices: `shape` is (n_out, n_in), anything else raises ValueError.
    """
    _check_gain("glorot_uniform", gain)

    def initializer(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise ValueError(f"glorot_uniform expects a shape (n_out, n_in), got {shape}")
        limit = gain * math.sqrt(6 / sum(shape))  # eq:initializers-glorot
        return rng.uniform(-limit, limit, shape)

    return initializer


def orthogonal(gain: float = 1.0) -> Initializer:
    """Random orthogonal matrix times the gain: every singular value is g (Saxe, McClelland and Ganguli 2014).

    Of a matrix that is not square, the rows or the columns, whichever are fewer, are orthogonal and of
    length g. Only for weight matrices: `shape` is (n_out, n_in), anything else raises ValueError.
    """
    _check_gain("orthogonal", gain)

    def initializer(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise ValueError(f"orthogonal expects a shape (n_out, n_in), got {shape}")
        wide = shape[0] < shape[1]
        Q, R = np.linalg.qr(rng.normal(size=shape[::-1] if wide else shape))
        Q = Q * np.where(np.diag(R) < 0, -1, 1)  # QR's own choice of signs is no fair draw
        return gain * (Q.T if wide else Q)  # eq:initializers-orthogonal

    return initializer


def _check_gain(owner: str, gain: float) -> None:
    if not 0 < gain < math.inf:
        raise ValueError(f"{owner} expects a gain above 0, got {gain}")


def constant(value: float) -> Initializer:
    """Every weight the same: right for biases, and the way to see symmetry not break."""
    return lambda shape, rng: np.full(shape, float(value))


def draw(
    initializer: Initializer,
    shape: tuple[int, ...],
    rng: np.random.Generator | Sequence[np.random.Generator],
    dtype: DTypeLike = np.float64,
) -> Array:
    """Draw one array of `shape`, or, from a sequence of generators, one for each along a new axis 0.

    Run r of the stacked array is what `rng[r]` alone would have drawn, so that a net trained among
    hundreds is the same net that its seed gives on its own.
    """
    if np.dtype(dtype).kind not in "fc":
        raise TypeError(f"dtype expects a floating-point type, got {np.dtype(dtype)}")
    check_generators(rng)
    if isinstance(rng, np.random.Generator):
        return initializer(shape, rng).astype(dtype)
    return np.stack([initializer(shape, one) for one in rng]).astype(dtype)


def check_generators(rng: np.random.Generator | Sequence[np.random.Generator]) -> None:
    """Refuse, with TypeError or ValueError, what is neither a generator nor a sequence of at least one."""
    if isinstance(rng, np.random.Generator):
        return
    if not isinstance(rng, Sequence) or not all(isinstance(r, np.random.Generator) for r in rng):
        raise TypeError(
            "rng expects a numpy.random.Generator or a sequence of them, "
            f"got {type(rng).__name__}; make one with numpy.random.default_rng(seed)"
        )
    if not rng:
        raise ValueError("rng expects at least one generator, got an empty sequence")
