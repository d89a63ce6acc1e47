"""The net of LeCun et al. (1989) for handwritten zip codes, unit by unit.

Two layers of maps look at windows of 5 × 5, two pixels apart, then two layers are fully connected. What the
paper does not state is chosen here and marked as chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .layers.activations import LeCunTanh
from .layers.convolution import Convolution
from .layers.dense import Dense
from .layers.initializers import draw, uniform
from .layers.layer import Array, Layer, Sequential, check_dy
from .layers.shapes import Flatten, Maps


def start_1989(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Uniform on ±2.4 / F for fan-in F, the last axis of `shape` (LeCun et al. 1989)."""
    return rng.uniform(-2.4 / shape[-1], 2.4 / shape[-1], shape)


def eight_of_twelve() -> Array:
    """Which maps of H1 (rows) each map of H2 (columns) sees: booleans (12, 12), eight in every column.

    The paper has "a scheme that will not be described here". Chosen, as by Karpathy (2022): the first
    four maps of H2 see the maps 1 to 8, the next four 5 to 12, the last four 9 to 12 and 1 to 4.
    """
    sees = np.zeros((12, 12), bool)
    for m in range(12):
        sees[(4 * (m // 4) + np.arange(8)) % 12, m] = True
    return sees


def zip_code_net(
    rng: np.random.Generator | Sequence[np.random.Generator],
    *,
    unit_biases: bool = True,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """Return the net: rows of 16 × 16 pixels from −1 to 1 (N, 256) become ten outputs (N, 10).

    One bias for every unit, as in the paper, or with `unit_biases=False` one for every map. Chosen: the
    sigmoid 1.7159 tanh(2x/3), biases that start at 0. A sequence of generators makes many nets at once.
    """
    alike: dict[str, Any] = {"padding": 2, "background": -1.0, "weights": start_1989, "dtype": dtype}

    def maps(maps_in: int, units: int, sees: Array | None = None) -> Convolution:
        own = (units, units) if unit_biases else None
        return Convolution(maps_in, 12, 5, rng, stride=2, unit_biases=own, connections=sees, **alike)

    h1, h2 = maps(1, 8), maps(12, 4, eight_of_twelve())
    h3 = Dense(192, 30, rng, weight=start_1989, dtype=dtype)
    output = Dense(30, 10, rng, weight=start_1989, dtype=dtype)
    unit = LeCunTanh
    return Sequential(Maps(16, 16, 1), h1, unit(), h2, unit(), Flatten(), h3, unit(), output, unit())


class Unshared(Layer):
    """The wiring of a `Convolution`, with weights of its own for every unit: nothing adds up any more.

    `W` has shape (places, k k maps_in, maps_out), a matrix for each place of square maps of `size` pixels,
    row by row. It starts as a copy of the kernel everywhere, or, with `rng`, as numbers drawn like those of
    `start_1989`; `b` starts as a copy. If the convolution has a runs axis, so have both.
    """

    def __init__(
        self,
        shared: Convolution,
        size: int,
        rng: np.random.Generator | Sequence[np.random.Generator] | None = None,
    ) -> None:
        *runs, k, _, maps_in, maps_out = shared.params["W"].shape
        side = (size + 2 * shared.padding - k) // shared.stride + 1
        if side < 1:
            raise ValueError(f"Unshared expects maps that a kernel of {k} fits into, got size {size}")
        W = shared.params["W"].reshape(*runs, 1, k * k * maps_in, maps_out).repeat(side * side, axis=-3)
        sees = np.ones((maps_in, maps_out), bool) if shared.connections is None else shared.connections
        self.shared, self.wired = shared, np.tile(sees, (k * k, 1))
        if rng is not None:
            start = uniform(2.4 / int(self.wired.sum(axis=0).max()))
            W = draw(start, W.shape[len(runs) :], rng, W.dtype) * self.wired
        self.params = {"W": W, "b": shared.params["b"].copy()}

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Map x (N, size, size, maps_in) to y as the convolution does, each place with its own matrix."""
        W, b = self.params["W"], self.params["b"]
        k, s, p = self.shared.params["W"].shape[-3], self.shared.stride, self.shared.padding
        edge = [(0, 0)] * (x.ndim - 3) + [(p, p), (p, p), (0, 0)]
        padded = np.pad(x, edge, constant_values=self.shared.background)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(-3, -2))
        windows = np.moveaxis(windows[..., ::s, ::s, :, :, :], -3, -1)  # (N, height', width', k, k, maps_in)
        units = windows.shape[-5:-3]
        columns = windows.reshape(*x.shape[:-3], *W.shape[-3:-1]).swapaxes(-3, -2)
        totals = (columns @ W).swapaxes(-3, -2)
        y = totals.reshape(*totals.shape[:-2], *units, W.shape[-1])
        own = b.ndim == W.ndim  # (height', width', maps) and (places, inputs, maps), runs in front of both
        y = y + (b[..., None, :, :, :] if own else b[..., None, None, None, :])
        return y, (columns, padded.shape, y.shape)

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, height', width', maps_out) to dx, and dW and db."""
        _, padded, shape = cache
        grads, s, p = self.gradients(dy, cache), self.shared.stride, self.shared.padding
        k = self.shared.params["W"].shape[-3]
        shares = (self._by_place(dy) @ self.params["W"].mT).swapaxes(-3, -2)
        shares = shares.reshape(*shape[:-1], k, k, padded[-1])
        dx = np.zeros((*shape[:-3], *padded[-3:]), shares.dtype)
        for u in range(k):
            for v in range(k):
                rows, across = slice(u, u + s * shape[-3], s), slice(v, v + s * shape[-2], s)
                dx[..., rows, across, :] += shares[..., u, v, :]
        return dx[..., p : padded[-3] - p, p : padded[-2] - p, :], grads

    def gradients(self, dy: Array, cache: Any) -> dict[str, Array]:
        """Map dy to dW, a matrix for each place, and db alone."""
        check_dy("Unshared", dy, cache[2])
        dW = (cache[0].mT @ self._by_place(dy)) * self.wired
        shared = self.params["b"].ndim < self.params["W"].ndim
        return {"W": dW, "b": dy.sum(axis=(-4, -3, -2) if shared else -4)}

    def _by_place(self, dy: Array) -> Array:
        """Lay dy out as (places, N, maps_out)."""
        return dy.reshape(*dy.shape[:-3], -1, dy.shape[-1]).swapaxes(-3, -2)
