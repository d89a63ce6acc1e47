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

    def _places(self, x: Array) -> list[Array]:
        """View the first place of every window, the second, … row by row: each (N, height', width', maps)."""
        *before, height, width, maps = x.shape
        s = self.size
        windows = x.reshape(*before, height // s, s, width // s, s, maps)
        return [windows[..., u, :, v, :] for u in range(s) for v in range(s)]

    def _check(self, x: Array) -> None:
        """Refuse what is no batch of maps, and maps that windows do not fill."""
        name = type(self).__name__
        check_maps(name, x)
        height, width = x.shape[-3:-1]
        if height % self.size or width % self.size:
            wanted = f"a height and a width that are multiples of {self.size}"
            raise ValueError(f"{name} expects {wanted}, got {height} and {width}")


class MaxPooling(_Pooling):
    """The largest number of each window of `size` × `size` places, map by map.

    Where several are largest, the first of them (row by row) gets the gradient, as in PyTorch.

    >>> x = np.array([[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]])[None, :, :, None]
    >>> MaxPooling(2).forward(x)[0].ravel()
    array([8., 6.])
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """Map x (N, height, width, maps) to y (N, height / size, width / size, maps); the cache is both."""
        self._check(x)
        y, *places = self._places(x)
        for place in places:
            y = np.maximum(y, place)  # eq:pooling-max
        return y, (x, y)

    def backward(self, dy: Array, cache: tuple[Array, Array]) -> tuple[Array, dict[str, Array]]:
        """Send each dy to the place that its y came from; every other place gets 0."""
        x, y = cache
        runs = runs_above(dy, y.ndim)
        check_dy("MaxPooling", dy, (*runs, *y.shape))
        dx = np.empty((*runs, *x.shape), dy.dtype)
        unmet = np.ones(y.shape, bool)  # where the largest has not been met
        for place, dplace in zip(self._places(x), self._places(dx), strict=True):
            largest = (place == y) & unmet
            dplace[...] = dy * largest  # eq:pooling-dmax
            unmet &= ~largest
        return dx, {}


class MeanPooling(_Pooling):
    """The mean of each window of `size` × `size` places, map by map."""

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (N, height, width, maps) to y (N, height / size, width / size, maps)."""
        self._check(x)
        y: Array = np.add.reduce(self._places(x)) / self.size**2  # eq:pooling-mean
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
