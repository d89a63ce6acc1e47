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

Part = tuple[slice, slice, Array]
Cache = tuple[list[Part], tuple[int, ...], tuple[int, ...]]

CLOSE = 2**16  # so many numbers, half a MB, stay close to the processor: columns are laid out in such parts


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
        W = np.array(W, order="C")
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
                wanted = f"finite numbers in {name}"
                raise ValueError(f"Convolution.from_kernel expects {wanted}, got NaN or infinity")
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
                raise ValueError("Convolution expects connections for every map above, got a map with none")

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

        The cache is the windows of x in parts, each laid out when it is needed, and the shapes of x and y.
        """
        W, b = self.params["W"], self.params["b"]
        check_maps("Convolution", x, W.shape[-2], like=W)
        runs, (k, _, _, maps_out) = W.shape[:-4], W.shape[-4:]
        windows = _windows(self._padded(x, k), k, k, self.stride)
        cases, *units = windows.shape[-5:-2]
        own = b.shape[len(runs) : -1]
        if own and own != tuple(units):
            raise ValueError(f"Convolution has biases for units {own}, and x makes units {tuple(units)}")
        y = np.empty((*runs, cases, *units, maps_out), np.result_type(x, W))
        y[...] = b.reshape(*runs, 1, *(own or (1, 1)), maps_out)
        sums, kernel = y.reshape(*runs, -1, maps_out), W.reshape(*runs, -1, maps_out)
        parts = _parts(windows)
        for _, rows, part in parts:
            columns = _laid_out(part)
            sums[..., rows, :] += columns @ kernel  # eq:convolution-forward
        return y, (parts, x.shape, y.shape)

    def backward(self, dy: Array, cache: Cache) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, height', width', maps_out) to dx (N, height, width, maps_in), and dW and db.

        With the stride s, row s q + r of the padded maps meets row s a + r of the kernel in row q − a of the
        units: hence neighbouring rows of dy, laid side by side as the windows were, times the kernel with a
        falling. What the columns v of the kernel send to one place is then added.
        """
        grads = self.gradients(dy, cache)
        s, p = self.stride, self.padding
        runs, (k, _, maps_in, maps_out) = self.params["W"].shape[:-4], self.params["W"].shape[-4:]
        *_, height, width, _ = cache[1]
        cases, across = dy.shape[-4], dy.shape[-2]
        flipped, meets = self._flipped()
        first, last = p // s, -(-(p + height) // s)  # the rows q of which something lies inside the border
        inside = dy[..., max(0, first - meets + 1) : last, :, :]
        above = max(0, meets - 1 - first)
        field = np.zeros((*runs, cases, last - first + meets - 1, across, maps_out), dy.dtype)
        field[..., above : above + inside.shape[-3], :, :] = inside
        dx = np.zeros((*runs, cases, last - first, s, width + 2 * p, maps_in), np.result_type(dy, flipped))
        for some, _, part in _parts(_windows(field, meets, 1, 1)):
            shares = _laid_out(part) @ flipped  # eq:convolution-dx
            shares = shares.reshape(*part.shape[:-2], s, k, maps_in).swapaxes(-4, -3)
            for v in range(k):
                seen = dx[..., some, :, :, v : v + s * across : s, :]
                seen += shares[..., v, :]
        dx = dx.reshape(*dx.shape[:-4], -1, *dx.shape[-2:])
        top = p - s * first
        return dx[..., top : top + height, p : p + width, :], grads

    def gradients(self, dy: Array, cache: Cache) -> dict[str, Array]:
        """Map dy (N, height', width', maps_out) to dW and db alone, without the work for dx."""
        W, b = self.params["W"], self.params["b"]
        parts, _, shape = cache
        check_dy("Convolution", dy, shape)
        runs, maps_out = W.shape[:-4], W.shape[-1]
        dsums = dy.reshape(*runs, -1, maps_out)
        dW = np.zeros(W.shape, np.result_type(dy, parts[0][-1])).reshape(*runs, -1, maps_out)
        for _, rows, part in parts:
            columns = _laid_out(part)
            dW += columns.mT @ dsums[..., rows, :]  # eq:convolution-dw
        dW = dW.reshape(W.shape)
        if self.connections is not None:
            dW *= self.connections
        shared = b.ndim == len(runs) + 1
        db = dsums.sum(axis=-2) if shared else dy.sum(axis=-4)  # eq:convolution-db
        return {"W": dW, "b": db}

    def _padded(self, x: Array, k: int) -> Array:
        """Put the background around every map."""
        p = self.padding
        *before, height, width, maps = x.shape
        if min(height, width) + 2 * p < k:
            wanted = f"maps of at least {k} by {k} with the padding of {p}"
            raise ValueError(f"Convolution expects {wanted}, got {height} by {width}")
        if not p:
            return np.ascontiguousarray(x)
        padded = np.full((*before, height + 2 * p, width + 2 * p, maps), self.background, x.dtype)
        padded[..., p:-p, p:-p, :] = x
        return padded

    def _flipped(self) -> tuple[Array, int]:
        """W with its rows s a + r as (a, maps_out) by (r, v, maps_in), a falling; and the number of a."""
        W, s = self.params["W"], self.stride
        runs, (k, _, maps_in, maps_out) = W.shape[:-4], W.shape[-4:]
        meets = -(-k // s)
        kernel = W
        if meets * s > k:
            kernel = np.zeros((*runs, meets * s, k, maps_in, maps_out), W.dtype)
            kernel[..., :k, :, :, :] = W
        kernel = kernel.reshape(*runs, meets, s * k * maps_in, maps_out)[..., ::-1, :, :]
        return kernel.swapaxes(-2, -1).reshape(*runs, meets * maps_out, -1), meets


def _windows(x: Array, height: int, width: int, stride: int) -> Array:
    """View the windows of x (…, rows, columns, maps): (…, rows', columns', height, width · maps), no copy.

    x lies in memory in the order of its axes, yet the stride of an axis of length 1 may be any number.
    """
    *before, rows, columns, maps = x.shape
    along = x.itemsize * maps
    down = along * columns
    places = ((rows - height) // stride + 1, (columns - width) // stride + 1)
    strides = (*x.strides[:-3], stride * down, stride * along, down, x.itemsize)
    return np.ndarray((*before, *places, height, width * maps), x.dtype, x, 0, strides)


def _laid_out(windows: Array) -> Array:
    """Copy each window into a row of its own: (…, N rows' columns', height · width · maps)."""
    *runs, _, _, _, height, row = windows.shape
    return windows.reshape(*runs, -1, height * row)


def _parts(windows: Array) -> list[Part]:
    """Cut the windows into parts of a few cases: which cases, which rows of the columns, and the windows.

    Laid out, a part stays close to the processor. A single part is laid out at once, and is then not again.
    """
    if windows.size <= CLOSE:
        return [(slice(None), slice(None), np.ascontiguousarray(windows))]
    *_, cases, rows, columns, _, _ = windows.shape
    each, size = rows * columns, max(1, CLOSE * cases // windows.size)
    return [
        (slice(i, i + size), slice(i * each, (i + size) * each), windows[..., i : i + size, :, :, :, :])
        for i in range(0, cases, size)
    ]
