"""How wrong the net is, in one number, and in which direction: every loss returns (E, dE/dy).

All are sums over the cases c and the output units j, as in Rumelhart et al. (1986), so the
gradient of a batch is the sum of its cases' gradients; `mean_over_cases` divides by their number.
With a leading runs axis E has one number for each run.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable

import numpy as np

from ..layers.activations import logistic
from ..layers.layer import Array

Loss = Callable[[Array, Array], tuple[Array, Array]]


def sum_of_squares(y: Array, d: Array) -> tuple[Array, Array]:
    """E = ½ Σ_c Σ_j (y_jc − d_jc)², and dE/dy = y − d (Rumelhart et al. 1986, equations 3, 4).

    >>> E, dy = sum_of_squares(np.array([[0.5, 1.0]]), np.array([[1.0, 0.0]]))
    >>> float(E), dy
    (0.625, array([[-0.5,  1. ]]))
    """
    check_targets("sum_of_squares", y, d)
    dy = y - d  # eq:losses-dsse
    E = 0.5 * inner(dy, dy)  # eq:losses-sse
    check_error("sum_of_squares", E, y, d)
    return E, dy


def softmax_cross_entropy(x: Array, t: Array) -> tuple[Array, Array]:
    """E = −Σ_c Σ_k t_kc ln p_kc with p = softmax(x), and dE/dx = p − t.

    `x` (N, K) are total inputs, not probabilities; each row of `t` (N, K) sums to 1.
    """
    check_targets("softmax_cross_entropy", x, t)
    excess = t.sum(axis=-1) - 1.0
    if np.vdot(excess, excess).real > 1e-8:
        raise ValueError("softmax_cross_entropy expects every row of t to sum to 1")
    shifted = x - x.real.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=-1, keepdims=True)
    E = -inner(t, shifted - np.log(total))  # eq:losses-cross-entropy
    check_error("softmax_cross_entropy", E, x, t)
    return E, e / total - t  # eq:losses-dcross-entropy


def inner(a: Array, b: Array) -> Array:
    """Return Σ_c Σ_j a_cj b_cj of arrays (N, n), one number for each run where runs lead."""
    if a.ndim == b.ndim == 2:
        product: Array = a.T.ravel().dot(b.T.ravel())  # quick where cases are side by side, as in outputs
        return product
    return np.asarray(np.einsum("...cj,...cj->...", a, b))


def logistic_cross_entropy(x: Array, d: Array) -> tuple[Array, Array]:
    """E = −Σ d ln y + (1 − d) ln(1 − y) with y = logistic(x), and dE/dx = y − d.

    `x` (N, n) are total inputs of logistic units, `d` (N, n) lies between 0 and 1.
    """
    check_targets("logistic_cross_entropy", x, d)
    E = (_log_one_plus_exp(x) - d * x).sum(axis=(-2, -1))  # eq:losses-logistic
    check_error("logistic_cross_entropy", E, x, d)
    return E, logistic(x) - d  # eq:losses-dlogistic


def _log_one_plus_exp(x: Array) -> Array:
    """ln(1 + e^x), safe from overflow; for complex x too, as a complex step needs it."""
    if x.dtype.kind != "c":
        return np.logaddexp(0, x)
    positive = x.real > 0
    return np.asarray(positive * x + np.log1p(np.exp(np.where(positive, -x, x))))


def mean_over_cases(loss: Loss) -> Loss:
    """Make a loss that divides E and its derivative by the number of cases in the batch."""

    def mean_loss(y: Array, d: Array) -> tuple[Array, Array]:
        E, dy = loss(y, d)
        cases = y.shape[-2]
        return E / cases, dy / cases  # eq:losses-mean

    return mean_loss


def each_step(loss: Loss, mask: Array | None = None) -> Loss:
    """Make a loss of sequences y, d (T, N, outputs) from one of cases: summed over steps and cases alike.

    Where `mask` (T, N) is False the step does not count: what its target is does not matter, and dE/dy is 0.
    """

    def loss_of_steps(y: Array, d: Array) -> tuple[Array, Array]:
        if y.ndim < 3 or d.shape[-3:] != y.shape[-3:]:
            raise ValueError(f"each_step expects y and d of shape (T, N, outputs), got {y.shape}, {d.shape}")
        if mask is None:
            E, dy = loss(_rows(y), _rows(d))
            return E, dy.reshape(y.shape)
        if mask.dtype != bool or mask.shape != y.shape[-3:-1]:
            wanted = f"a mask of truth values of shape {y.shape[-3:-1]}"
            raise ValueError(f"each_step expects {wanted}, got {mask.dtype} {mask.shape}")
        E, counted = loss(y[..., mask, :], d[..., mask, :])
        dy = np.zeros_like(y)
        dy[..., mask, :] = counted
        return E, dy

    return loss_of_steps


def _rows(y: Array) -> Array:
    return y.reshape(*y.shape[:-3], -1, y.shape[-1])


def check_targets(owner: str, y: Array, d: Array) -> None:
    """Refuse targets that are not shaped and typed like the output (a runs axis may lead in y)."""
    if not isinstance(d, np.ndarray) or d.dtype.kind not in "fc":
        raise TypeError(f"{owner} expects floating-point targets, got {np.asarray(d).dtype}")
    if y.ndim < 2 or d.shape[-2:] != y.shape[-2:] or d.ndim > y.ndim:
        raise ValueError(f"{owner} expects targets of shape {y.shape[-2:]}, got {d.shape}")
    if d.size == 0:
        raise ValueError(f"{owner} expects at least one case, got shape {d.shape}")
    if d.dtype != y.dtype and "c" not in d.dtype.kind + y.dtype.kind:
        raise TypeError(f"{owner} expects targets of dtype {y.dtype}, got {d.dtype}")


def check_error(owner: str, E: Array, y: Array, d: Array) -> None:
    """Refuse an E that is not finite, with FloatingPointError: every NaN of a net ends up in it."""
    if cmath.isfinite(E) if E.ndim == 0 else np.isfinite(E).all():
        return
    bad = {"outputs": int((~np.isfinite(y)).sum()), "targets": int((~np.isfinite(d)).sum())}
    found = " and ".join(f"{count} {name}" for name, count in bad.items() if count)
    raise FloatingPointError(
        f"{owner} expects a finite E, got {'NaN or infinity in ' + found if found else 'an overflow'}"
    )
