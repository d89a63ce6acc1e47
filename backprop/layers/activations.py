"""What a unit does with its total input: the non-linear functions, each beside its derivative.

Every class is a layer without weights. Its cache holds whatever makes the derivative cheapest,
which for the sigmoids is their own output.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .layer import Array, Layer, check_batch, check_dy

LECUN_A = 1.7159
LECUN_S = 2 / 3


@np.errstate(over="ignore")  # e^(−x) may reach infinity: then y is 0, which is right
def logistic(x: Array) -> Array:
    """y = 1 / (1 + e^(−x)), between 0 and 1 (Rumelhart et al. 1986, equation 2)."""
    y: Array = 1.0 / (1.0 + np.exp(-x))  # eq:activations-logistic
    return y


def softmax(x: Array) -> Array:
    """Probabilities along the last axis: p_k = e^(x_k) / Σ_l e^(x_l), safe from overflow."""
    shifted = x - x.real.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    p: Array = e / e.sum(axis=-1, keepdims=True)  # eq:activations-softmax
    return p


class Logistic(Layer):
    """The logistic unit; the derivative is y (1 − y), so the cache is y."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y of the same shape, between 0 and 1."""
        check_batch("Logistic", x)
        y = logistic(x)
        return y, y

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by y (1 − y)."""
        y = cache
        check_dy("Logistic", dy, y.shape)
        return dy * y * (1.0 - y), {}  # eq:activations-dlogistic


class Tanh(Layer):
    """The hyperbolic tangent, between −1 and 1; the derivative is 1 − y²."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y = tanh x of the same shape."""
        check_batch("Tanh", x)
        y = np.tanh(x)  # eq:activations-tanh
        return y, y

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by 1 − y²."""
        y = cache
        check_dy("Tanh", dy, y.shape)
        return dy * (1 - y * y), {}  # eq:activations-dtanh


class LeCunTanh(Layer):
    """1.7159 tanh(2x/3), which keeps ±1 where its curvature peaks (LeCun et al. 1998, sec. 4.4)."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y of the same shape; f(±1) is ±1 to five digits."""
        check_batch("LeCunTanh", x)
        y = LECUN_A * np.tanh(LECUN_S * x)  # eq:activations-lecun-tanh
        return y, y

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by (2/3) (1.7159 − y² / 1.7159)."""
        y = cache
        check_dy("LeCunTanh", dy, y.shape)
        return dy * (LECUN_S * (LECUN_A - y * y / LECUN_A)), {}  # eq:activations-dlecun-tanh


class ReLU(Layer):
    """max(0, x); the derivative is 1 where x > 0 and 0 elsewhere, at the kink x = 0 too."""

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (…, features) to y of the same shape; the cache is the mask x > 0."""
        check_batch("ReLU", x)
        positive = x.real > 0
        return x * positive, positive  # eq:activations-relu

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Let dy pass where the unit was on."""
        check_dy("ReLU", dy, cache.shape)
        return dy * cache, {}  # eq:activations-drelu


class Threshold(Layer):
    """1 where x ≥ 0, else 0 (McCulloch and Pitts 1943); its derivative is 0 wherever it exists.

    That zero is why no gradient passes a threshold, and why the sigmoid took its place.
    """

    def forward(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Map x (…, features) to zeros and ones of the same shape and dtype."""
        check_batch("Threshold", x)
        return (x.real >= 0).astype(x.dtype), x.shape  # eq:activations-threshold

    def backward(self, dy: Array, cache: tuple[int, ...]) -> tuple[Array, dict[str, Array]]:
        """Return zeros: nothing comes back through a step."""
        check_dy("Threshold", dy, cache)
        return np.zeros_like(dy), {}


class Softmax(Layer):
    """Softmax over the features; ∂p_k/∂x_l = p_k (δ_kl − p_l), for use apart from a loss.

    With cross-entropy use `losses.softmax_cross_entropy`, where the two collapse to p − t.
    """

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Map x (N, K) to rows of probabilities (N, K)."""
        check_batch("Softmax", x)
        p = softmax(x)
        return p, p

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Multiply each row of dy by the Jacobian, without building it."""
        p = cache
        check_dy("Softmax", dy, p.shape)
        return p * (dy - (dy * p).sum(axis=-1, keepdims=True)), {}  # eq:activations-dsoftmax
