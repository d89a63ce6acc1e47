"""The same few weights used at every place of a map: what is worth finding here is worth finding there.

Every place has a window of k × k inputs. Laid out as the rows of one matrix, the columns of the literature,
the windows make the layer a product of matrices, and its weights' gradient another one: the gradients of a
weight that is used in many places add.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .initializers import Initializer, constant, draw, lecun_normal
from .layer import Array, Layer, check_dy
from .shapes import check_maps

Cache = tuple[Array, tuple[int, ...], tuple[int, ...]]


class Convolution(Layer):
    """y_ijm = b_m + Σ_uvc x_(is+u)(js+v)c W_uvcm, with the stride s: one kernel for all places (i, j).

    x (N, height, width, maps_in) becomes y (N, height', width', maps_out), where height' = (height +
    2 padding − kernel) // stride + 1; rows that fill no window at the far side are not used. The kernel is
    not flipped: a mathematician says correlation. `background` is the number that the padded border holds.

    `W` has shape (kernel, kernel, maps_in, maps_out), `b` (maps_out,), or with `unit_biases` = (height',
    width') one bias for every unit, (height', width', maps_out) (LeCun et al. 1989). Where `connections`, an
    array of booleans (maps_in, maps_out), is False, W starts at 0 and stays, its gradient being 0; the
    initializer gets (maps_out, fan-in) as shape, and the fan-in counts only what is connected.

    With a sequence of generators for `rng`, W and b have a leading runs axis and y is (runs, N, height',
    width', maps_out). Then an x with four axes is one batch for all runs, with five a batch for each.

    >>> edge = Convolution.from_kernel(np.array([[-1.0, 1.0], [-1.0, 1.0]])[:, :, None, None])
    >>> edge.forward(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])[None, :, :, None])[0].ravel()
    array([0., 2.])
    """

    def __init__(
        self,
        maps_in: int,
        maps_out: int,
        kernel: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        stride: int = 1,
        padding: int = 0,
        background: float = 0.0,
        unit_biases: tuple[int, int] | None = None,
        connections: ArrayLike | None = None,
        weights: Initializer | None = None,
        biases: Initializer | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if min(maps_in, maps_out, kernel) < 1:
            got = f"{maps_in}, {maps_out} and {kernel}"
            raise ValueError(f"Convolution expects maps_in, maps_out and kernel of at least 1, got {got}")
        if unit_biases is not None and min(unit_biases) < 1:
            raise ValueError(f"Convolution expects unit_biases of at least 1 by 1, got {unit_biases}")
        self._settle(stride, padding, background, connections, (maps_in, maps_out))
        start = self._start(weights or lecun_normal())
        self.params = {
            "W": draw(start, (kernel, kernel, maps_in, maps_out), rng, dtype),
            "b": draw(biases or constant(0.0), (*(unit_biases or ()), maps_out), rng, dtype),
        }

    @classmethod
    def from_kernel(
        cls,
        W: ArrayLike,
        b: ArrayLike | None = None,
        *,
        stride: int = 1,
        padding: int = 0,
        background: float = 0.0,
        connections: ArrayLike | None = None,
    ) -> Self:
        """Make the layer from given weights W (k, k, maps_in, maps_out) and biases, zeros where left out.

        b has shape (maps_out,) or (height', width', maps_out). The numbers are copied; a leading runs axis
        on both makes many layers at once. Raises ValueError where W is not 0 between unconnected maps.
        """
        W = np.array(W)
        W = W if W.dtype.kind in "fc" else W.astype(np.float64)
        if W.ndim not in (4, 5) or W.size == 0 or W.shape[-4] != W.shape[-3]:
            wanted = "W of shape (k, k, maps_in, maps_out)"
            raise ValueError(f"Convolution.from_kernel expects {wanted}, got {W.shape}")
        runs = W.shape[:-4]
        b = np.zeros((*runs, W.shape[-1]), W.dtype) if b is None else np.array(b, dtype=W.dtype)
        fits = b.ndim - len(runs) in (1, 3) and (*b.shape[: len(runs)], b.shape[-1]) == (*runs, W.shape[-1])
        if not fits or b.size == 0:
            shared, own = ((*runs, *units, W.shape[-1]) for units in ((), ("height'", "width'")))
            wanted = f"b of shape {shared} or {own}".replace('"', "")
            raise ValueError(f"Convolution.from_kernel expects {wanted}, got {b.shape}")
        for name, array in (("W", W), ("b", b)):
            if not np.isfinite(array).all():
                raise ValueError(
                    f"Convolution.from_kernel expects finite numbers in {name}, got NaN or infinity"
                )
        layer = cls.__new__(cls)
        layer._settle(stride, padding, background, connections, W.shape[-2:])
        if layer.connections is not None and W[..., ~layer.connections].any():
            raise ValueError("Convolution.from_kernel expects W to be 0 between maps that are not connected")
        layer.params = {"W": W, "b": b}
        return layer

    def _settle(
        self,
        stride: int,
        padding: int,
        background: float,
        connections: ArrayLike | None,
        maps: tuple[int, ...],
    ) -> None:
        """Look at the settings and keep them."""
        if stride < 1:
            raise ValueError(f"Convolution expects a stride of at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"Convolution expects a padding of at least 0, got {padding}")
        if not np.isfinite(background):
            raise ValueError(f"Convolution expects a finite background, got {background}")
        self.stride, self.padding, self.background = stride, padding, background
        self.connections = None if connections is None else np.array(connections)
        if self.connections is not None:
            if self.connections.shape != maps or self.connections.dtype != bool:
                got = f"{self.connections.dtype} {self.connections.shape}"
                raise ValueError(f"Convolution expects connections as booleans {maps}, got {got}")
            if not self.connections.any(axis=0).all():
                raise ValueError(
                    "Convolution expects every map to be connected to one below, got one with none"
                )

    def _start(self, weights: Initializer) -> Initializer:
        """Make W from rows (maps_out, fan-in), with one draw for each number of maps that are connected."""

        def start(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
            W = np.zeros(shape)
            k, _, maps_in, maps_out = shape
            connected = np.ones((maps_in, maps_out), bool) if self.connections is None else self.connections
            counts = connected.sum(axis=0)
            for count in np.unique(counts):
                rows = weights((maps_out, k * k * int(count)), rng)
                for m in np.flatnonzero(counts == count):
                    W[:, :, connected[:, m], m] = rows[m].reshape(k, k, count)
            return W

        return start

    def forward(self, x: Array) -> tuple[Array, Cache]:
        """Map x (N, height, width, maps_in) to y (N, height', width', maps_out).

        The cache is the columns (N height' width', k k maps_in), the padded shape of x and the shape of y.
        """
        W, b = self.params["W"], self.params["b"]
        check_maps("Convolution", x, W.shape[-2], like=W)
        runs, (k, _, _, maps_out) = W.shape[:-4], W.shape[-4:]
        padded = self._pad(x)
        *before, height, width, _ = padded.shape
        units = ((height - k) // self.stride + 1, (width - k) // self.stride + 1)
        if min(height, width) < k:
            wanted = f"maps of at least {k} by {k}, padding included"
            raise ValueError(f"Convolution expects {wanted}, got {height} by {width}")
        own = b.shape[len(runs) : -1]
        if own and own != units:
            raise ValueError(f"Convolution has biases for units {own}, and x makes units {units}")
        columns = self._columns(padded, k, units)
        kernel = W.reshape(*runs, -1, maps_out)
        biases = b.reshape(*runs, 1, *(own or (1, 1)), maps_out)
        y = (columns @ kernel).reshape(*runs, before[-1], *units, maps_out) + biases  # eq:convolution-forward
        return y, (columns, padded.shape, y.shape)

    def backward(self, dy: Array, cache: Cache) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, height', width', maps_out) to dx (N, height, width, maps_in), and dW and db."""
        grads = self.gradients(dy, cache)
        W, s, p = self.params["W"], self.stride, self.padding
        runs, (k, _, maps_in, maps_out) = W.shape[:-4], W.shape[-4:]
        cases, *units = dy.shape[-4:-1]
        height, width = cache[1][-3:-1]
        kernel = W.reshape(*runs, -1, maps_out)
        shares = dy.reshape(*runs, -1, maps_out) @ kernel.mT
        shares = shares.reshape(*runs, cases, *units, k, k, maps_in)
        dx = np.zeros((*runs, cases, height, width, maps_in), shares.dtype)
        for u in range(k):
            for v in range(k):
                seen = (..., slice(u, u + s * units[0], s), slice(v, v + s * units[1], s), slice(None))
                dx[seen] += shares[..., u, v, :]  # eq:convolution-dx
        return dx[..., p : height - p, p : width - p, :], grads

    def gradients(self, dy: Array, cache: Cache) -> dict[str, Array]:
        """Map dy (N, height', width', maps_out) to dW and db alone, without the work for dx."""
        W, b = self.params["W"], self.params["b"]
        columns, _, shape = cache
        check_dy("Convolution", dy, shape)
        runs = W.shape[:-4]
        dW = columns.mT @ dy.reshape(*runs, -1, W.shape[-1])  # eq:convolution-dw
        dW = dW.reshape(W.shape)
        if self.connections is not None:
            dW *= self.connections
        shared = b.ndim == len(runs) + 1
        db = dy.sum(axis=(-4, -3, -2) if shared else -4)  # eq:convolution-db
        return {"W": dW, "b": db}

    def _pad(self, x: Array) -> Array:
        """Put the background around every map."""
        p = self.padding
        if p == 0:
            return x
        *before, height, width, maps = x.shape
        padded = np.full((*before, height + 2 * p, width + 2 * p, maps), self.background, x.dtype)
        padded[..., p:-p, p:-p, :] = x
        return padded

    def _columns(self, x: Array, k: int, units: tuple[int, int]) -> Array:
        """Lay the window of every unit out as a row: (N units, k k maps_in), from x already padded."""
        windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(-3, -2))
        windows = np.moveaxis(windows[..., :: self.stride, :: self.stride, :, :, :], -3, -1)
        return windows.reshape(*x.shape[:-4], -1, k * k * x.shape[-1])
