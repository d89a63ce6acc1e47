"""Ask the function itself: numerical derivatives to hold every hand-written backward pass against.

A central difference costs two evaluations for each number; a random projection needs two in all,
however many parameters there are; a complex step has no cancellation, so it is exact to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..layers.layer import Array, Layer
from .losses import Loss


def relative_error(a: Array, b: Array) -> float:
    """‖a − b‖ / max(‖a‖, ‖b‖), and 0 where both are zero."""
    scale = max(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
    return float(np.linalg.norm(np.subtract(a, b))) / scale if scale else 0.0


def numerical_gradient(f: Callable[[Array], float], w: Array, h: float = 1e-5) -> Array:
    """Central differences (f(w + h) − f(w − h)) / 2h, one component of `w` at a time.

    `f` maps an array like `w` to a number; `w` is not changed. The error is of order h² until
    rounding, of order 1e-16/h, takes over.

    >>> numerical_gradient(lambda w: float((w**2).sum()), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    if not h > 0:
        raise ValueError(f"numerical_gradient expects a positive h, got {h}")
    probe = np.array(w, dtype=float)
    gradient = np.zeros_like(probe)
    for index in np.ndindex(probe.shape):
        old = probe[index]
        probe[index] = old + h
        above = f(probe)
        probe[index] = old - h
        below = f(probe)
        probe[index] = old
        gradient[index] = (above - below) / (2 * h)  # eq:gradcheck-central
    return gradient


def complex_step_gradient(f: Callable[[Array], complex], w: Array, h: float = 1e-20) -> Array:
    """Im f(w + ih) / h, one component at a time: no difference, so no cancellation.

    `f` must be made of operations that are analytic in `w` (no abs, no max, no comparison).
    Squire and Trapp 1998.
    """
    if not h > 0:
        raise ValueError(f"complex_step_gradient expects a positive h, got {h}")
    probe = np.array(w, dtype=complex)
    gradient = np.zeros(probe.shape)
    for index in np.ndindex(probe.shape):
        old = probe[index]
        probe[index] = old + 1j * h
        gradient[index] = f(probe).imag / h  # eq:gradcheck-complex
        probe[index] = old
    return gradient


def check_layer(layer: Layer, x: Array, rng: np.random.Generator, h: float = 1e-6) -> dict[str, float]:
    """Compare `backward` with central differences along one random direction for each array.

    The output is projected on a random v, so that f = ⟨v, forward(x)⟩ is a number; along a random
    u the derivative ⟨u, df⟩ must equal (f(·+hu) − f(·−hu)) / 2h. Returns the relative error of
    that one number for `"x"` and for every parameter.
    """
    y, cache = layer.forward(x)
    v = rng.standard_normal(y.shape)
    dx, grads = layer.backward(v, cache)

    def projected() -> float:
        return float((layer.forward(moved)[0] * v).sum())

    moved = x.copy()
    errors = {}
    for name, array, gradient in [("x", moved, dx)] + [
        (name, layer.params[name], grads[name]) for name in layer.params
    ]:
        u = rng.standard_normal(array.shape)
        start = array.copy()
        try:
            array[...] = start + h * u
            above = projected()
            array[...] = start - h * u
            below = projected()
        finally:
            array[...] = start
        numerical = (above - below) / (2 * h)  # eq:gradcheck-projection
        analytic = float((u * gradient).sum())
        scale = max(abs(numerical), abs(analytic))
        errors[name] = abs(numerical - analytic) / scale if scale else 0.0
    return errors


def check_network(
    net: Layer, loss: Loss, x: Array, d: Array, *, method: str = "central", h: float | None = None
) -> dict[str, float]:
    """Compare back-propagation with a numerical gradient, weight by weight, for a small net.

    `method` is `"central"` or `"complex"`. Returns the relative error of each parameter's
    gradient. The net is not changed.
    """
    if method not in ("central", "complex"):
        raise ValueError(f"check_network expects method 'central' or 'complex', got {method!r}")
    y, cache = net.forward(x)
    _, dy = loss(y, d)
    _, grads = net.backward(dy, cache)
    twin = net.astype(complex if method == "complex" else float)
    errors = {}
    for name, w in twin.params.items():
        start = w.copy()

        def error_at(value: Array, w: Array = w) -> Any:
            w[...] = value
            return loss(twin.forward(x)[0], d)[0]

        if method == "complex":
            numerical = complex_step_gradient(error_at, start, h or 1e-20)
        else:
            numerical = numerical_gradient(error_at, start, h or 1e-5)
        w[...] = start
        errors[name] = relative_error(grads[name], numerical)
    return errors
