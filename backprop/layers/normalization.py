"""The normalizing of inputs moved inside the net: mean 0, variance 1, and the way back through both.

Batch normalization (Ioffe and Szegedy 2015) takes the mean and the variance of every unit over the cases
of the batch, layer normalization (Ba, Kiros and Hinton 2016) those of every case over the units of the
layer. Both then multiply by a gain γ and add a shift β, which are learned, one of each for every unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from .initializers import Initializer, constant, draw
from .layer import Array, Layer, check_batch, check_dy


def moments(x: Array, axis: int) -> tuple[Array, Array]:
    """Return the mean of x along `axis` and the variance, the mean square of what is left; both keep it."""
    mean = x.mean(axis=axis, keepdims=True)  # eq:normalization-mean
    centred = x - mean
    variance = (centred * centred).mean(axis=axis, keepdims=True)  # eq:normalization-variance
    return mean, variance


class _Normalization(Layer):
    """What the two share: `gamma` and `beta` of shape (features,), or (runs, features) for many nets."""

    def __init__(
        self,
        features: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        gain: Initializer | None = None,
        shift: Initializer | None = None,
        epsilon: float = 1e-5,
        dtype: DTypeLike = np.float64,
    ) -> None:
        name = type(self).__name__
        if features < 1:
            raise ValueError(f"{name} expects at least 1 feature, got {features}")
        if not 0 < epsilon < np.inf:
            raise ValueError(f"{name} expects a positive epsilon, got {epsilon}")
        self.epsilon = epsilon
        self.params = {
            "gamma": draw(gain or constant(1.0), (features,), rng, dtype),
            "beta": draw(shift or constant(0.0), (features,), rng, dtype),
        }

    def _rows(self, x: Array) -> tuple[Array, Array]:
        """γ and β as rows that stand beside the cases of x, once x has been looked at."""
        gamma, beta = (w[..., None, :] for w in self.params.values())
        check_batch(type(self).__name__, x, gamma.shape[-1], like=gamma)
        return gamma, beta

    def _summed(self, dy: Array, x_hat: Array) -> dict[str, Array]:
        """The gradients of γ and β, summed over the cases."""
        check_dy(type(self).__name__, dy, (*self.params["gamma"].shape[:-1], *x_hat.shape[-2:]))
        dgamma = (dy * x_hat).sum(axis=-2)  # eq:normalization-dgamma
        dbeta = dy.sum(axis=-2)  # eq:normalization-dbeta
        return {"gamma": dgamma, "beta": dbeta}


class BatchNorm(_Normalization):
    """y = γ x̂ + β, with x̂ of mean 0 and variance 1 over the cases of the batch (Ioffe and Szegedy 2015).

    The variance is the mean square, over N and not N − 1, and x̂ = (x − μ) / √(variance + `epsilon`). What
    one case is mapped to depends on the others in its batch; `evaluation` ends that.

    >>> layer = BatchNorm(1, np.random.default_rng(0))
    >>> layer.forward(np.array([[2.0], [4.0], [5.0], [6.0], [8.0]]))[0].round(3).ravel()
    array([-1.5, -0.5,  0. ,  0.5,  1.5])
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """Map x (N, features) to y of the same shape; the cache is x̂ and 1 / √(variance + ε)."""
        gamma, beta = self._rows(x)
        mean, variance = moments(x, axis=-2)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) * inverse  # eq:normalization-hat
        y = gamma * x_hat + beta  # eq:normalization-y
        return y, (x_hat, inverse)

    def backward(self, dy: Array, cache: tuple[Array, Array]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx, through the mean and the variance too; dγ and dβ sum over cases."""
        x_hat, inverse = cache
        grads = self._summed(dy, x_hat)
        dgamma, dbeta = (grad[..., None, :] for grad in grads.values())
        cases = dy.shape[-2]
        slope = self.params["gamma"][..., None, :] * inverse
        dx = slope * (dy - dbeta / cases - x_hat * (dgamma / cases))  # eq:normalization-dx
        return dx, grads

    def evaluation(self, x: Array) -> FixedNorm:
        """Return a layer with the mean and the variance of x (N, features), fixed, and with these γ and β."""
        self._rows(x)
        return FixedNorm(self, *moments(x, axis=-2))


class FixedNorm(_Normalization):
    """What batch normalization becomes when training is over: for each unit a straight line.

    It shares `gamma` and `beta` with the layer that it is `of`; `mean` and `variance` stay as given, so a
    case is mapped alike in any company, or alone (Ioffe and Szegedy 2015, Algorithm 2).
    """

    def __init__(self, of: BatchNorm, mean: Array, variance: Array) -> None:
        self.params = of.params
        self.epsilon = of.epsilon
        self.mean, self.variance = mean, variance

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy whose parameters, mean and variance have `dtype`."""
        twin = super().astype(dtype)
        twin.mean, twin.variance = self.mean.astype(dtype), self.variance.astype(dtype)
        return twin

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """Map x (N, features) to y of the same shape; the cache is x̂ and 1 / √(variance + ε)."""
        gamma, beta = self._rows(x)
        inverse = 1 / np.sqrt(self.variance + self.epsilon)
        x_hat = (x - self.mean) * inverse
        y = gamma * x_hat + beta  # eq:normalization-fixed
        return y, (x_hat, inverse)

    def backward(self, dy: Array, cache: tuple[Array, Array]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx: with nothing taken from the batch, one factor for each unit."""
        x_hat, inverse = cache
        grads = self._summed(dy, x_hat)
        return dy * (self.params["gamma"][..., None, :] * inverse), grads


class LayerNorm(_Normalization):
    """y = γ x̂ + β, with x̂ of mean 0 and variance 1 over the units of the layer (Ba, Kiros and Hinton 2016).

    Each case has its own mean and variance, so that training and evaluation are the same function.

    >>> layer = LayerNorm(5, np.random.default_rng(0))
    >>> layer.forward(np.array([[2.0, 4.0, 5.0, 6.0, 8.0]]))[0].round(3)
    array([[-1.5, -0.5,  0. ,  0.5,  1.5]])
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """Map x (N, features) to y of the same shape; the cache is x̂ and 1 / √(variance + ε)."""
        gamma, beta = self._rows(x)
        mean, variance = moments(x, axis=-1)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) * inverse  # eq:normalization-layer-hat
        return gamma * x_hat + beta, (x_hat, inverse)

    def backward(self, dy: Array, cache: tuple[Array, Array]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx, through the mean and the variance too; dγ and dβ sum over cases."""
        x_hat, inverse = cache
        grads = self._summed(dy, x_hat)
        dx_hat = dy * self.params["gamma"][..., None, :]
        along = (dx_hat * x_hat).mean(axis=-1, keepdims=True)
        dx = inverse * (
            dx_hat - dx_hat.mean(axis=-1, keepdims=True) - x_hat * along
        )  # eq:normalization-layer-dx
        return dx, grads
