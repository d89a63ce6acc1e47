"""Gradients kept from being too long: by their norm, which leaves the direction, or value by value.

Both return new arrays. For many nets at once, say how many with `runs`: then each is clipped by itself.
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array


def gradient_norm(grads: dict[str, Array], runs: int | None = None) -> Array:
    """Return the length ‖g‖ of all gradients taken as one vector: a number, or one for each run, (runs,)."""
    rows = 1 if runs is None else runs
    squares = sum(
        (np.square(np.abs(g)).reshape(rows, -1).sum(axis=1) for g in grads.values()), np.zeros(rows)
    )
    norm = np.sqrt(squares)  # eq:clipping-length
    return norm if runs is not None else norm[0]


def clip_by_norm(grads: dict[str, Array], limit: float, runs: int | None = None) -> dict[str, Array]:
    """Return g · min(1, limit / ‖g‖): at most `limit` long, the direction as it was (Pascanu et al. 2013)."""
    _check_limit("clip_by_norm", limit)
    norm = np.maximum(gradient_norm(grads, runs), np.finfo(np.float64).tiny)
    factor = np.minimum(1.0, limit / norm)  # eq:clipping-norm
    return {name: g * _beside(factor, g).astype(g.dtype) for name, g in grads.items()}


def clip_by_value(grads: dict[str, Array], limit: float) -> dict[str, Array]:
    """Return every component of g cut at ± `limit`, which turns g unless all or none are cut."""
    _check_limit("clip_by_value", limit)
    return {name: np.clip(g, -limit, limit) for name, g in grads.items()}  # eq:clipping-value


def _beside(factor: Array, g: Array) -> Array:
    return factor.reshape(-1, *[1] * (g.ndim - 1)) if factor.ndim else factor


def _check_limit(owner: str, limit: float) -> None:
    if not 0 < limit < np.inf:
        raise ValueError(f"{owner} expects a limit above 0, got {limit}")
