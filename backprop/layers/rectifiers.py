"""Relatives of the rectifier: one that leaks, and two that bend where it has a corner.

`ReLU` itself stands with the sigmoids in `activations`. Each class here is a layer without weights
whose cache holds what makes its derivative cheapest.
"""

from __future__ import annotations

import math

import numpy as np

from .layer import Array, Layer, check_batch, check_dy

#: The complement of the error function for arrays, from the standard library: about .1 µs a number.
_erfc = np.vectorize(math.erfc, otypes=[float])


class LeakyReLU(Layer):
    """x where x > 0 and a x elsewhere, so that no derivative is 0 (Maas, Hannun and Ng 2013).

    `slope` is a, at least 0 and below 1; else ValueError. At the kink x = 0 the derivative is a.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        if not 0 <= slope < 1:
            raise ValueError(f"LeakyReLU expects a slope of at least 0 and below 1, got {slope}")
        self.slope = slope

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y of the same shape; the cache is the derivative, 1 or a."""
        check_batch("LeakyReLU", x)
        factor = np.where(x.real > 0, 1, self.slope).astype(x.real.dtype)
        return x * factor, factor  # eq:rectifiers-leaky

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Let dy pass where the unit was on, and the fraction a of it elsewhere."""
        check_dy("LeakyReLU", dy, cache.shape)
        return dy * cache, {}  # eq:rectifiers-dleaky


class Softplus(Layer):
    """ln(1 + e^x), the rectifier with its corner rounded (Glorot, Bordes and Bengio 2011).

    Its derivative is the logistic function of x, which is 1 − e^(−y): the cache is y.
    """

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y > 0 of the same shape; no exponent is ever positive."""
        check_batch("Softplus", x)
        positive = x.real > 0
        y = x * positive + np.log1p(np.exp(np.where(positive, -x, x)))  # eq:rectifiers-softplus
        return y, y

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by 1 − e^(−y)."""
        y = cache
        check_dy("Softplus", dy, y.shape)
        return dy * -np.expm1(-y), {}  # eq:rectifiers-dsoftplus


class GELU(Layer):
    """x Φ(x), Φ the distribution function of the Gaussian (Hendrycks and Gimpel 2016).

    This is the exact form, Φ(x) = erfc(−x/√2)/2, not the one with tanh. The standard library's
    erfc knows real numbers only, so complex x are refused with TypeError.
    """

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """Map x (…, features) to y of the same shape; the cache holds x and Φ(x)."""
        check_batch("GELU", x)
        if x.dtype.kind == "c":
            raise TypeError(f"GELU expects real numbers, got dtype {x.dtype}")
        below = (_erfc(-x / math.sqrt(2)) / 2).astype(x.dtype)
        return x * below, (x, below)  # eq:rectifiers-gelu

    @np.errstate(over="ignore")  # x² may reach infinity: then the density is 0, which is right
    def backward(self, dy: Array, cache: tuple[Array, Array]) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by Φ(x) + x φ(x), φ the Gaussian's density."""
        x, below = cache
        check_dy("GELU", dy, x.shape)
        density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return dy * (below + x * density), {}  # eq:rectifiers-dgelu
