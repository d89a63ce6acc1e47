"""Rows of features become maps and maps become rows: the same numbers, only their axes differ.

Maps stand as (N, height, width, maps), one row of features for each case as (N, features). Both may have a
runs axis in front; it stays where it is, since only the last axes are cut or joined. Where one batch for all
runs has gone up, dE/dy comes back with a runs axis, and so dE/dx has one too.
"""

from __future__ import annotations

import math

import numpy as np

from .layer import Array, Layer, check_batch, check_dy

__all__ = ["Flatten", "Maps"]  # the checks are for the layers of maps


class Maps(Layer):
    """Cut rows of features (N, height · width · maps) into maps (N, height, width, maps).

    The first layer of a net of maps: data, batches and the order of cases stay rows, as `minibatches` wants
    them. Feature number (i · width + j) · maps + m stands at row i, column j of map m.

    >>> Maps(2, 3, 1).forward(np.arange(6.0)[None])[0][0, :, :, 0]
    array([[0., 1., 2.],
           [3., 4., 5.]])
    """

    def __init__(self, height: int, width: int, maps: int) -> None:
        super().__init__()
        if min(height, width, maps) < 1:
            got = f"{height}, {width} and {maps}"
            raise ValueError(f"Maps expects a height, a width and a number of maps of at least 1, got {got}")
        self.shape = (height, width, maps)

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (N, features) to y (N, height, width, maps); the cache is the shape of x."""
        check_batch("Maps", x, math.prod(self.shape))
        return x.reshape(*x.shape[:-1], *self.shape), x.shape

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, height, width, maps) to dx (N, features)."""
        check_dy("Maps", dy, (*runs_above(dy, len(cache) + 2), *cache[:-1], *self.shape))
        return dy.reshape(*dy.shape[:-3], cache[-1]), {}


class Flatten(Layer):
    """Join the last three axes: maps (N, height, width, maps) to rows of features for a `Dense` layer.

    Only those three, so that (runs, N, height, width, maps) becomes (runs, N, features).
    """

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (N, height, width, maps) to y (N, height · width · maps); the cache is the shape of x."""
        check_maps("Flatten", x)
        return x.reshape(*x.shape[:-3], -1), x.shape

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx (N, height, width, maps)."""
        check_dy("Flatten", dy, (*runs_above(dy, len(cache) - 2), *cache[:-3], math.prod(cache[-3:])))
        return dy.reshape(*dy.shape[:-1], *cache[-3:]), {}


def runs_above(dy: Array, axes: int) -> tuple[int, ...]:
    """Return the runs axis of dy where y, of so many axes, was one batch for all runs; else nothing."""
    return dy.shape[:1] if dy.ndim == axes + 1 else ()


def check_maps(owner: str, x: Array, maps: int | None = None, like: Array | None = None) -> None:
    """Refuse, with a reason, what is not a batch of maps (N, height, width, maps).

    A runs axis may lead. With `like`, a kernel (k, k, maps, maps_out) or (runs, k, k, maps, maps_out), x
    must share its dtype and its runs: four axes are one batch for all runs, five are a batch for each.
    Raises TypeError or ValueError.
    """
    wanted = f"(N, height, width, {'maps' if maps is None else maps})"
    if isinstance(x, np.ndarray) and (x.ndim < 4 or (maps is not None and x.shape[-1] != maps)):
        raise ValueError(f"{owner} expects x of shape {wanted}, got {x.shape}")
    check_batch(owner, x)
    if like is not None:
        if x.dtype != like.dtype and "c" not in x.dtype.kind + like.dtype.kind:
            raise TypeError(f"{owner} expects x of dtype {like.dtype}, got {x.dtype}")
        if x.ndim > like.ndim or (x.ndim == 5 and x.shape[0] != like.shape[0]):
            runs = "" if like.ndim == 4 else f" or ({like.shape[0]}, {wanted[1:]}"
            raise ValueError(f"{owner} expects x of shape {wanted}{runs}, got {x.shape}")
