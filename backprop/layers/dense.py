"""The fully connected layer: every output unit takes a weighted sum of every input.

Three lines of the backward pass carry the whole book: the gradient of the weights, of the biases,
and of the inputs, which is what the layer below will call its dE/dy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .initializers import Initializer, constant, draw, lecun_normal
from .layer import Array, Layer, check_batch, check_dy


class Dense(Layer):
    """Total input of each unit: x_j = Σ_i y_i w_ji + b_j (Rumelhart et al. 1986, equation 1).

    `W` has shape (n_out, n_in) and `b` (n_out,). With a sequence of generators for `rng` both get
    a leading axis of that length, and the layer is that many independent layers at once.

    >>> layer = Dense(2, 1, np.random.default_rng(0), weight=constant(0.5))
    >>> layer.forward(np.array([[1.0, 3.0]]))[0]
    array([[2.]])
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        weight: Initializer | None = None,
        bias: Initializer | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if n_in < 1 or n_out < 1:
            raise ValueError(f"Dense expects at least 1 input and 1 output, got {n_in} and {n_out}")
        self.params = {
            "W": draw(weight or lecun_normal(), (n_out, n_in), rng, dtype),
            "b": draw(bias or constant(0.0), (n_out,), rng, dtype),
        }

    @classmethod
    def from_weights(cls, W: ArrayLike, b: ArrayLike | None = None) -> Self:
        """Make the layer from given weights W (n_out, n_in) and biases b (n_out,), zeros where left out.

        The numbers are copied; a leading runs axis on both makes many layers at once.

        >>> Dense.from_weights([[0.5, 0.5]]).forward(np.array([[1.0, 3.0]]))[0]
        array([[2.]])
        """
        W = np.array(W)
        W = W if W.dtype.kind in "fc" else W.astype(np.float64)
        if W.ndim not in (2, 3) or W.size == 0:
            raise ValueError(f"Dense.from_weights expects W of shape (n_out, n_in), got {W.shape}")
        b = np.zeros(W.shape[:-1], W.dtype) if b is None else np.array(b, dtype=W.dtype)
        if b.shape != W.shape[:-1]:
            raise ValueError(f"Dense.from_weights expects b of shape {W.shape[:-1]}, got {b.shape}")
        for name, array in (("W", W), ("b", b)):
            if not np.isfinite(array).all():
                raise ValueError(f"Dense.from_weights expects finite numbers in {name}, got NaN or infinity")
        layer = cls.__new__(cls)
        layer.params = {"W": W, "b": b}
        return layer

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (N, n_in) to y (N, n_out); the cache is x itself."""
        W, b = self.params["W"], self.params["b"]
        check_batch("Dense", x, W.shape[-1], like=W)
        y = rows_times(x, W.mT)
        y += b[..., None, :]  # eq:dense-y
        return y, x

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, n_out) to dx (N, n_in) and the gradients of `W` and `b`, summed over cases."""
        x, W = cache, self.params["W"]
        check_dy("Dense", dy, (*W.shape[:-2], x.shape[-2], W.shape[-2]))
        dW = dy.mT @ x  # eq:dense-dW
        db = dy.sum(axis=-2)  # eq:dense-db
        dx = rows_times(dy, W)  # eq:dense-dx
        return dx, {"W": dW, "b": db}

    def gradients(self, dy: Array, cache: Array) -> dict[str, Array]:
        """Map dy (N, n_out) to the gradients of `W` and `b` alone, without the work for dx."""
        if dy.ndim == 2:
            return {"W": dy.T.dot(cache), "b": dy.sum(axis=-2)}  # dot is quicker than @ where both are small
        if cache.ndim == 3:
            return {"W": dy.mT @ cache, "b": dy.sum(axis=-2)}
        columns = dy.mT.reshape(-1, len(cache))  # many nets have seen the same x: their products are one
        shape = self.params["W"].shape
        return {
            "W": (columns @ cache).reshape(shape),
            "b": (columns @ np.ones_like(cache[:, 0])).reshape(shape[:-1]),
        }


def rows_times(x: Array, M: Array) -> Array:
    """Return x @ M with the cases, the rows of x, side by side in memory.

    There a sum over cases is quickest, and so is every function of the outputs of few units. Where
    many nets look at the same x (N, n_in), their products are one.
    """
    if M.ndim == 2:
        product: Array = M.T.dot(x.T).T
        return product
    if x.ndim == 2:
        runs, n_in, n_out = M.shape
        return (M.mT.reshape(runs * n_out, n_in) @ x.T).reshape(runs, n_out, len(x)).mT
    if x.shape[-1] == 1:
        return (M.mT * x.mT).mT  # an outer product
    return (M.mT @ x.mT).mT
