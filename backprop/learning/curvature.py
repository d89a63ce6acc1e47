"""Second derivatives without the matrix: the Hessian of E times a vector, at the price of one gradient.

The derivative of the gradient along v is Hv. A complex step finds it through any net: every number of
the forward and of the backward pass carries its own derivative along v as a tiny imaginary part, which
is forward mode over backward mode (Pearlmutter 1994), and nothing is rounded away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..layers.layer import Array, Layer, check_arrays
from .losses import Loss

STEP = 1e-20


@dataclass(frozen=True)
class Eigenpair:
    """An eigenvalue λ of the Hessian and its eigenvector ψ of length 1, as far as they were found.

    `value`: λ, a number, or (runs,). `vector`: ψ, keyed and shaped like the net's `params`.
    `residual`: ‖Hψ − λψ‖, shaped like `value`; an eigenvalue lies no further than that from λ.
    `products`: the number of products Hψ that were computed.
    """

    value: Array
    vector: dict[str, Array]
    residual: Array
    products: int


def hessian_vector(net: Layer, loss: Loss, x: Array, d: Array, v: dict[str, Array]) -> dict[str, Array]:
    """Return Hv, keyed like `params`, with H the second derivatives of E.

    `v` has an array for each of the net's parameters, of its shape. With a leading runs axis each net
    has its own H and v. Exact to rounding, where layers and loss are made of operations that are
    analytic, as all those of this package are (a ReLU is, except at its kink).
    """
    check_arrays("hessian_vector", "an array", v, net.params)
    twin = net.astype(complex)
    for name, w in twin.params.items():
        w += 1j * STEP * v[name]
    y, cache = twin.forward(x)
    grads = twin.gradients(loss(y, d)[1], cache)
    return {name: grads[name].imag / STEP for name in net.params}  # eq:curvature-step


def power_iteration(
    net: Layer, loss: Loss, x: Array, d: Array, rng: np.random.Generator,
    *, tolerance: float = 0.01, products: int = 1000,
) -> Eigenpair:  # fmt: skip
    """Find the eigenvalue of the Hessian that is largest in size, from a random start.

    It ends when ‖Hψ − λψ‖ ≤ `tolerance` × |λ| in every run, or raises RuntimeError after so many
    `products`. λ is ψᵀHψ, with its sign; its own error is far smaller than the tolerance, of the order
    of its square, where the next eigenvalue is not close (LeCun et al. 1998, section 9.2).
    """
    _check_settings(tolerance, products)
    runs = np.shape(loss(net.forward(x)[0], d)[0])
    u = {name: rng.standard_normal(w.shape) for name, w in net.params.items()}
    for count in range(1, products + 1):
        psi = _scaled(u, 1 / np.sqrt(_inner(u, u, runs)))  # eq:curvature-power
        u = hessian_vector(net, loss, x, d, psi)
        value = _inner(psi, u, runs)  # eq:curvature-quotient
        along = _scaled(psi, value)
        rest = {name: u[name] - along[name] for name in u}
        residual = np.sqrt(_inner(rest, rest, runs))  # eq:curvature-residual
        if (residual <= tolerance * np.abs(value)).all():
            return Eigenpair(value, psi, residual, count)
    off = np.max(residual / np.abs(value))
    raise RuntimeError(
        f"power_iteration expects to come within {tolerance}, got {off:.2g} in {products} products"
    )


def _inner(a: dict[str, Array], b: dict[str, Array], runs: tuple[int, ...]) -> Array:
    """The inner product over all parameters, one for each run."""
    return np.asarray(sum((a[name] * b[name]).reshape(*runs, -1).sum(axis=-1) for name in a))


def _scaled(arrays: dict[str, Array], numbers: Array) -> dict[str, Array]:
    """Every array times one number, or times one for each run."""
    return {
        name: a * numbers.reshape(numbers.shape + (1,) * (a.ndim - numbers.ndim))
        for name, a in arrays.items()
    }


def _check_settings(tolerance: float, products: int) -> None:
    if not 0 < tolerance < 1:
        raise ValueError(f"power_iteration expects a tolerance between 0 and 1, got {tolerance}")
    if products < 1:
        raise ValueError(f"power_iteration expects at least 1 product, got {products}")
