"""Radial basis units: each looks at how far the input is from a centre of its own, not at a weighted sum.

The squared distance is multiplied out, so that no array of differences (cases × units × inputs) is ever
built and the whole backward pass is made of products of matrices, as that of a `Dense` layer is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .initializers import Initializer, constant, draw, normal
from .layer import Array, Layer, check_batch, check_dy

Cache = tuple[Array, Array, Array]


class RadialBasis(Layer):
    """Gaussian units: y_j = exp(−‖x − c_j‖² / 2σ_j²) (LeCun et al. 1998, section 4.8).

    `C` holds the centres, (units, n_in), `sigma` the widths, (units,), in the units of the inputs. Left
    out, centres are drawn from the normal distribution and widths are √n_in: right for inputs of mean 0
    and variance 1, whose squared distances are then 2 n_in on average. With a sequence of generators for
    `rng` both get a leading axis of that length. Only σ² is used, so the sign of a width is of no account.

    >>> layer = RadialBasis.from_centres([[0.0, 0.0], [1.0, 1.0]], [1.0, 1.0])
    >>> layer.forward(np.array([[0.0, 0.0]]))[0].round(3)
    array([[1.   , 0.368]])
    """

    def __init__(
        self,
        n_in: int,
        units: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        centre: Initializer | None = None,
        width: Initializer | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if n_in < 1 or units < 1:
            raise ValueError(f"RadialBasis expects at least 1 input and 1 unit, got {n_in} and {units}")
        self.params = {
            "C": draw(centre or normal(1.0), (units, n_in), rng, dtype),
            "sigma": draw(width or constant(math.sqrt(n_in)), (units,), rng, dtype),
        }
        _check_widths(self.params["sigma"])

    @classmethod
    def from_centres(cls, C: ArrayLike, sigma: ArrayLike) -> Self:
        """Make the layer from centres C (units, n_in) and widths sigma (units,), or one width for all.

        The numbers are copied; a leading runs axis on the centres makes many layers at once.
        """
        C = np.array(C)
        C = C if C.dtype.kind in "fc" else C.astype(np.float64)
        if C.ndim not in (2, 3) or C.size == 0:
            raise ValueError(f"RadialBasis.from_centres expects C of shape (units, n_in), got {C.shape}")
        sigma = np.array(sigma, dtype=C.dtype)
        if sigma.ndim == 0:
            sigma = np.full(C.shape[:-1], sigma)
        if sigma.shape != C.shape[:-1]:
            wanted = f"sigma of shape {C.shape[:-1]}"
            raise ValueError(f"RadialBasis.from_centres expects {wanted}, got {sigma.shape}")
        if not np.isfinite(C).all():
            raise ValueError("RadialBasis.from_centres expects finite numbers in C, got NaN or infinity")
        _check_widths(sigma)
        layer = cls.__new__(cls)
        layer.params = {"C": C, "sigma": sigma}
        return layer

    @np.errstate(over="ignore")  # a squared distance may reach infinity: then y is 0, which is right
    def forward(self, x: Array) -> tuple[Array, Cache]:
        """Map x (N, n_in) to y (N, units), between 0 and 1; the cache is x, the squared distances and y."""
        C, sigma = self.params["C"], self.params["sigma"]
        check_batch("RadialBasis", x, C.shape[-1], like=C)
        lengths = (x * x).sum(axis=-1)[..., :, None] + (C * C).sum(axis=-1)[..., None, :]
        r2 = lengths - 2 * (x @ C.mT)  # eq:radial-distance
        y = np.exp(-r2 / (2 * sigma * sigma)[..., None, :])  # eq:radial-y
        return y, (x, r2, y)

    def backward(self, dy: Array, cache: Cache) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, units) to dx (N, n_in) and the gradients of `C` and `sigma`, summed over cases."""
        C, sigma = self.params["C"], self.params["sigma"]
        x, r2, y = cache
        check_dy("RadialBasis", dy, y.shape)
        pull = dy * y / (sigma * sigma)[..., None, :]  # eq:radial-pull
        dC = pull.mT @ x - pull.sum(axis=-2)[..., None] * C  # eq:radial-dC
        dsigma = (pull * r2).sum(axis=-2) / sigma  # eq:radial-dsigma
        dx = pull @ C - pull.sum(axis=-1)[..., None] * x  # eq:radial-dx
        return dx, {"C": dC, "sigma": dsigma}


def _check_widths(sigma: Array) -> None:
    """Refuse widths that are not above 0: at 0 a unit is nowhere, and its derivative too."""
    if not (np.isfinite(sigma).all() and (sigma.real > 0).all()):
        raise ValueError(f"RadialBasis expects widths above 0 and finite, got {sigma.ravel()[:5]}")
