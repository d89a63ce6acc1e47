"""Between sequences and single cases: a layer applied at every step alike, and the last step taken by itself.

Sequences stand as (T, N, features), single cases as (N, features); both may have a runs axis in front.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from .layer import Array, Layer, Sequential, check_batch, check_dy


class EachStep(Layer):
    """Layers in a row for single cases, applied to every step of a sequence with the same weights.

    `params` holds the row's own arrays under Sequential's names, `"0.W"`, `"0.b"`, ….

    >>> from backprop import Dense
    >>> EachStep(Dense.from_weights([[2.0]])).forward(np.array([[[1.0]], [[3.0]]]))[0].ravel()
    array([2., 6.])
    """

    def __init__(self, *layers: Layer) -> None:
        if not layers:
            raise ValueError("EachStep expects at least one layer, got none")
        self.row = Sequential(*layers)
        self.params = self.row.params

    def forward(self, x: Array) -> tuple[Array, tuple[int, list[Any]]]:
        """Map x (T, N, n_in) to y (T, N, n_out); the cache is T and that of the row."""
        _check_steps("EachStep", x)
        y, cache = self.row.forward(_joined(x))
        return y.reshape(*y.shape[:-2], *x.shape[-3:-1], y.shape[-1]), (x.shape[-3], cache)

    def backward(self, dy: Array, cache: tuple[int, list[Any]]) -> tuple[Array, dict[str, Array]]:
        """Map dy (T, N, n_out) to dx (T, N, n_in); the gradients are sums over steps and cases."""
        steps, row_cache = cache
        dx, grads = self.row.backward(_joined(dy), row_cache)
        return dx.reshape(*dx.shape[:-2], steps, -1, dx.shape[-1]), grads

    def gradients(self, dy: Array, cache: tuple[int, list[Any]]) -> dict[str, Array]:
        """Map dy (T, N, n_out) to the gradients alone."""
        return self.row.gradients(_joined(dy), cache[1])

    def evaluation(self, x: Array) -> EachStep:
        """Ask the row with the steps of x (T, N, n_in) as its cases."""
        return EachStep(*self.row.evaluation(_joined(x)).layers)

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy in which the row has `dtype`."""
        return type(self)(*self.row.astype(dtype).layers)


class LastStep(Layer):
    """The last step of a sequence: (T, N, features) to (N, features).

    >>> LastStep().forward(np.array([[[1.0]], [[3.0]]]))[0]
    array([[3.]])
    """

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (T, N, features) to y (N, features); the cache is the shape of x."""
        _check_steps("LastStep", x)
        return x[..., -1, :, :], x.shape

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx (T, N, features), 0 at all steps but the last."""
        check_dy("LastStep", dy, (*cache[:-3], *cache[-2:]))
        dx = np.zeros(cache, dy.dtype)
        dx[..., -1, :, :] = dy
        return dx, {}


def _joined(x: Array) -> Array:
    """Steps and cases (T, N, features) as one batch of cases (T · N, features)."""
    return x.reshape(*x.shape[:-3], -1, x.shape[-1])


def _check_steps(owner: str, x: Array) -> None:
    check_batch(owner, x)
    if x.ndim < 3:
        raise ValueError(f"{owner} expects x of shape (T, N, features), got {x.shape}")
