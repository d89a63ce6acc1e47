"""Neighbours in a map become one number, their largest or their mean: what was where matters less after it.

The windows lie side by side and do not overlap. A largest number sends its whole dE/dy back to the place
that it came from, a mean sends an equal share to every place.
"""

from __future__ import annotations

import numpy as np

from .layer import Array, Layer, check_dy
from .shapes import check_maps, runs_above

Cache = tuple[Array, tuple[int, ...]]


class _Pooling(Layer):
    """What the two share: windows of `size` × `size` places, side by side."""

    def __init__(self, size: int) -> None:
        super().__init__()
        if size < 1:
            raise ValueError(f"{type(self).__name__} expects a size of at least 1, got {size}")
        self.size = size

    def _windows(self, x: Array) -> Array:
        """View x (N, height, width, maps) as (N, height', size, width', size, maps)."""
        name = type(self).__name__
        check_maps(name, x)
        *before, height, width, maps = x.shape
        if height % self.size or width % self.size:
            wanted = f"a height and a width that are multiples of {self.size}"
            raise ValueError(f"{name} expects {wanted}, got {height} and {width}")
        return x.reshape(*before, height // self.size, self.size, width // self.size, self.size, maps)


class MaxPooling(_Pooling):
    """The largest number of each window of `size` × `size` places, map by map.

    Where several are largest, the first of them (row by row) gets the gradient, as in PyTorch.

    >>> x = np.array([[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]])[None, :, :, None]
    >>> MaxPooling(2).forward(x)[0].ravel()
    array([8., 6.])
    """

    def forward(self, x: Array) -> tuple[Array, Cache]:
        """Map x (N, height, width, maps) to y (N, height / size, width / size, maps).

        The cache is the number of the winner in each window, counted row by row, and the shape of x.
        """
        windows = self._windows(x).swapaxes(-4, -3)
        flat = windows.reshape(*windows.shape[:-3], -1, x.shape[-1])
        winner = flat.real.argmax(axis=-2)[..., None, :]
        y = np.take_along_axis(flat, winner, axis=-2)[..., 0, :]  # eq:pooling-max
        return y, (winner, x.shape)

    def backward(self, dy: Array, cache: Cache) -> tuple[Array, dict[str, Array]]:
        """Send each dy to the place of its winner; every other place gets 0."""
        winner, shape = cache
        *before, _, maps = winner.shape
        runs = runs_above(dy, len(shape))
        check_dy("MaxPooling", dy, (*runs, *before, maps))
        routed = np.zeros((*runs, *before, self.size**2, maps), dy.dtype)
        winner = np.broadcast_to(winner, (*runs, *winner.shape))
        np.put_along_axis(routed, winner, dy[..., None, :], axis=-2)  # eq:pooling-dmax
        windows = routed.reshape(*runs, *before, self.size, self.size, maps)
        return windows.swapaxes(-4, -3).reshape(*runs, *shape), {}


class MeanPooling(_Pooling):
    """The mean of each window of `size` × `size` places, map by map."""

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (N, height, width, maps) to y (N, height / size, width / size, maps)."""
        y = self._windows(x).mean(axis=(-4, -2))  # eq:pooling-mean
        return y, x.shape

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, dict[str, Array]]:
        """Give every place of a window an equal share of its dy."""
        *before, height, width, maps = cache
        pooled = (*before, height // self.size, width // self.size, maps)
        check_dy("MeanPooling", dy, (*runs_above(dy, len(cache)), *pooled))
        share = dy / self.size**2  # eq:pooling-dmean
        return share.repeat(self.size, axis=-3).repeat(self.size, axis=-2), {}


class GlobalMaxPooling(Layer):
    """The largest number of every whole map: what is left says whether, and no longer where.

    Where several are largest, the first of them (row by row) gets the gradient, as in PyTorch.
    """

    def forward(self, x: Array) -> tuple[Array, Cache]:
        """Map x (N, height, width, maps) to y (N, maps); the cache is each winner's place and x's shape."""
        check_maps("GlobalMaxPooling", x)
        places = x.reshape(*x.shape[:-3], -1, x.shape[-1])
        winner = places.real.argmax(axis=-2)[..., None, :]
        y = np.take_along_axis(places, winner, axis=-2)[..., 0, :]  # eq:pooling-global
        return y, (winner, x.shape)

    def backward(self, dy: Array, cache: Cache) -> tuple[Array, dict[str, Array]]:
        """Send each dy (N, maps) to the place of its winner; every other place gets 0."""
        winner, shape = cache
        runs = runs_above(dy, len(shape) - 2)
        check_dy("GlobalMaxPooling", dy, (*runs, *shape[:-3], shape[-1]))
        dx = np.zeros((*runs, *shape[:-3], shape[-3] * shape[-2], shape[-1]), dy.dtype)
        winner = np.broadcast_to(winner, (*runs, *winner.shape))
        np.put_along_axis(dx, winner, dy[..., None, :], axis=-2)  # eq:pooling-dglobal
        return dx.reshape(*runs, *shape), {}
