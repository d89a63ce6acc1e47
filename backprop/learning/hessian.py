"""Second derivatives as numbers: the Hessian itself, what replaces it, and its diagonal by itself.

All weights of a net stand here in one vector w of length P, in the order of their names. The Hessian costs
P gradients. The Gauss-Newton matrix keeps of it what first derivatives can tell; the back-propagated
diagonal keeps one number a weight, for the price of one gradient. With a runs axis every net has its own.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from ..layers.activations import LeCunTanh, Logistic, ReLU, Tanh
from ..layers.dense import Dense
from ..layers.layer import Array, Layer, Parallel, Sequential
from .curvature import STEP, hessian_vector
from .losses import Loss

UNITS = (Logistic, Tanh, LeCunTanh, ReLU)  # each acts on every unit alone


def as_vector(arrays: dict[str, Array], runs: tuple[int, ...] = ()) -> Array:
    """Put all arrays into one vector (P,), ordered by name; into (R, P) where `runs` = (R,) leads in each.

    >>> as_vector({"b": np.array([3.0]), "W": np.array([[1.0, 2.0]])})
    array([1., 2., 3.])
    """
    return np.concatenate([arrays[name].reshape(*runs, -1) for name in sorted(arrays)], axis=-1)


def from_vector(vector: Array, like: dict[str, Array]) -> dict[str, Array]:
    """Cut a vector (P,) or (R, P) into arrays keyed and shaped like those of `like`: views where possible."""
    copies = math.prod(vector.shape[:-1])
    wanted = sum(array.size for array in like.values()) // copies
    if vector.shape[-1] != wanted:
        raise ValueError(f"from_vector expects {wanted} numbers for each net, got {vector.shape[-1]}")
    parts, start = {}, 0
    for name in sorted(like):
        end = start + like[name].size // copies
        parts[name] = vector[..., start:end].reshape(like[name].shape)
        start = end
    return parts


def hessian(net: Layer, loss: Loss, x: Array, d: Array) -> Array:
    """Return H (P, P), all second derivatives of E: one product Hv for each weight's direction.

    Exact to rounding; costs P gradients in complex numbers.
    """
    runs = np.shape(loss(net.forward(x)[0], d)[0])
    weights = as_vector(net.params, runs).shape[-1]
    columns = []
    for one in np.eye(weights):
        direction = from_vector(np.broadcast_to(one, (*runs, weights)), net.params)
        columns.append(as_vector(hessian_vector(net, loss, x, d, direction), runs))
    return np.stack(columns, axis=-1)


def jacobian(net: Layer, x: Array) -> Array:
    """Return J (N, n_out, P): how every output, for every case, changes with every weight.

    One backward pass for each output unit, through as many copies of the net as there are cases, so
    that no sum over the cases mixes them (LeCun et al. 1998, section 7.2).
    """
    *runs, cases, outputs = net.forward(x)[0].shape
    copies = _one_for_each(net, runs, cases)
    y, cache = copies.forward(np.broadcast_to(x, (*runs, *x.shape[-2:])).reshape(-1, 1, x.shape[-1]))
    rows = []
    for k in range(outputs):
        dy = np.zeros_like(y)
        dy[..., k] = 1
        rows.append(as_vector(copies.gradients(dy, cache), (len(y),)))
    return np.stack(rows, axis=-2).reshape(*runs, cases, outputs, -1)


def output_hessian(loss: Loss, y: Array, d: Array) -> Array:
    """Return ∂²E/∂y_k∂y_l for every case, shape (N, n_out, n_out), by complex steps through dE/dy."""
    seconds = []
    for k in range(y.shape[-1]):
        moved = y.astype(complex)
        moved[..., k] += 1j * STEP
        seconds.append(loss(moved, d)[1].imag / STEP)
    return np.stack(seconds, axis=-1)


def gauss_newton(net: Layer, loss: Loss, x: Array, d: Array) -> Array:
    """Return G (P, P) = Σ_c J_cᵀ (∂²E/∂y²)_c J_c: the Hessian without the curvature of the net itself.

    With half a sum of squares ∂²E/∂y² is the identity. No eigenvalue of G is negative where E is
    convex in the outputs, as all losses of this package are.
    """
    J, outer = jacobian(net, x), output_hessian(loss, net.forward(x)[0], d)
    *runs, cases, outputs, weights = J.shape
    left = J.reshape(*runs, cases * outputs, weights)
    right = (outer @ J).reshape(left.shape)
    G: Array = left.mT @ right  # eq:hessian-gauss-newton
    return G


def diagonal_curvature(net: Layer, loss: Loss, x: Array, d: Array) -> dict[str, Array]:
    """Return estimates of ∂²E/∂w² ≥ 0, keyed like `params`, summed over the cases like a gradient.

    The backward pass of the gradient with every factor squared (LeCun et al. 1998, equations 54 to 56). It
    leaves out f″, and all second derivatives that mix two units of a layer.
    """
    y, cache = net.forward(x)
    curvature = np.einsum("...kk->...k", output_hessian(loss, y, d))
    return backward_squared(net, curvature, cache)[1]


def backward_squared(layer: Layer, d2y: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
    """Return the diagonals ∂²E/∂x² and ∂²E/∂w², given ∂²E/∂y² and the cache: `backward` with squares."""
    if isinstance(layer, Sequential):
        found: dict[str, Array] = {}
        for i in range(len(layer.layers) - 1, -1, -1):
            d2y, second = backward_squared(layer.layers[i], d2y, cache[i])
            found |= {f"{i}.{name}": value for name, value in second.items()}
        return d2y, found
    if isinstance(layer, Dense):
        squares = copy.copy(layer)
        squares.params = {"W": layer.params["W"] ** 2, "b": layer.params["b"]}
        return squares.backward(d2y, cache**2)  # eq:hessian-dense
    if isinstance(layer, UNITS):
        slope = layer.backward(np.ones_like(d2y), cache)[0]
        return d2y * slope**2, {}  # eq:hessian-unit
    wanted = ", ".join(one.__name__ for one in (Sequential, Dense, *UNITS))
    raise TypeError(f"backward_squared expects one of {wanted}, got {type(layer).__name__}")


def _one_for_each(layer: Layer, runs: list[int], cases: int) -> Layer:
    """The layer as many times over as there are cases, on a runs axis (runs × cases)."""
    if isinstance(layer, Sequential):
        return Sequential(*(_one_for_each(one, runs, cases) for one in layer.layers))
    if isinstance(layer, Parallel):
        return Parallel(*((width, _one_for_each(one, runs, cases)) for width, one in layer.branches))
    copies = copy.copy(layer)
    copies.params = {
        name: np.repeat(w.reshape(-1, *w.shape[len(runs) :]), cases, axis=0)
        for name, w in layer.params.items()
    }
    return copies
