"""Steps that know the curvature: divide the gradient by it, and add a damping where it cannot be trusted.

Newton's step goes to the level point of the quadratic with the same gradient and curvature. Damped, with a
curvature that is never negative, it goes downhill (Levenberg 1944, Marquardt 1963). Reduced to the diagonal
and to running averages it serves single cases (LeCun et al. 1998, section 9.1).
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array, Layer
from .hessian import as_vector, from_vector, gauss_newton
from .losses import Loss
from .optimizers import GradientDescent


def newton_step(curvature: Array, gradient: Array, damping: float | Array = 0.0) -> Array:
    """Return Δw (P,) with (C + μI) Δw = −g, for C (P, P), g (P,) and the `damping` μ ≥ 0.

    With a leading runs axis on both each net has its step, and μ may have one number for each.

    >>> newton_step(np.diag([4.0, 1.0]), np.array([4.0, 2.0]))
    array([-1., -2.])
    """
    weights = gradient.shape[-1]
    if curvature.shape != (*gradient.shape, weights):
        raise ValueError(
            f"newton_step expects C of shape {(*gradient.shape, weights)}, got {curvature.shape}"
        )
    if not (np.asarray(damping) >= 0).all():
        raise ValueError(f"newton_step expects a damping of at least 0, got {damping}")
    mu = np.asarray(damping)[..., None, None]
    step: Array = np.linalg.solve(curvature + mu * np.eye(weights), -gradient[..., None])  # eq:newton-damped
    return step[..., 0]


class LevenbergMarquardt:
    """(G + μI) Δw = −∂E/∂w with G the Gauss-Newton matrix, and a `damping` μ that adapts itself.

    Each `step` is one try on all cases: where it lowers E it is kept and μ becomes `factor` times smaller
    (but not less than 1e-12), elsewhere the weights stay and μ becomes `factor` times larger. The damping
    belongs to the optimizer; many nets at once have one each.
    """

    def __init__(self, damping: float = 1.0, *, factor: float = 10.0) -> None:
        if not 0 < damping < np.inf:
            raise ValueError(f"damping expects a positive number, got {damping}")
        if not 1 < factor < np.inf:
            raise ValueError(f"factor expects a number above 1, got {factor}")
        self.damping: float | Array = damping
        self.factor = factor

    def step(self, net: Layer, loss: Loss, x: Array, d: Array) -> Array:
        """Try one change of the weights, keep it where E falls, and return E as it then is."""
        y, cache = net.forward(x)
        E, dy = loss(y, d)
        runs = np.shape(E)
        gradient = as_vector(net.gradients(dy, cache), runs)
        change = newton_step(gauss_newton(net, loss, x, d), gradient, self.damping)
        before = as_vector(net.params, runs)
        _write(net, before + change)
        tried = loss(net.forward(x)[0], d)[0]
        better = np.asarray(tried < E)
        _write(net, np.where(better[..., None], before + change, before))
        change_of_mu = np.where(better, 1 / self.factor, self.factor)
        self.damping = np.maximum(self.damping * change_of_mu, 1e-12)
        return np.where(better, tried, E)


def _write(net: Layer, vector: Array) -> None:
    for name, part in from_vector(vector, net.params).items():
        net.params[name][...] = part


class DiagonalLevenbergMarquardt(GradientDescent):
    """Δw = −η/(⟨h⟩ + μ) ∂E/∂w: every weight has a rate of its own (LeCun et al. 1998, equation 61).

    h ≥ 0 is the diagonal curvature that `observe` is given from time to time (see `diagonal_curvature`),
    ⟨h⟩ its running average, in which the newest counts for `memory` γ; the first counts alone. It has to be
    of the same E as the gradients: means over cases if they are means. `damping` μ > 0 keeps a weight whose
    curvature is small from leaping.
    """

    def __init__(
        self,
        learning_rate: float | Array,
        damping: float = 0.01,
        *,
        memory: float = 0.1,
        decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, decay=decay)
        if not 0 < damping < np.inf:
            raise ValueError(f"damping expects a positive number, got {damping}")
        if not 0 < memory <= 1:
            raise ValueError(f"memory expects a number above 0 and at most 1, got {memory}")
        self.damping = damping
        self.memory = memory
        self.average: dict[str, Array] = {}

    def observe(self, curvature: dict[str, Array]) -> None:
        """Take in new estimates of ∂²E/∂w², keyed like the gradients."""
        if any((h < 0).any() for h in curvature.values()):
            raise ValueError("observe expects curvatures of at least 0, such as diagonal_curvature gives")
        gamma = self.memory if self.average else 1.0
        old = self.average or curvature
        self.average = {
            name: (1 - gamma) * old[name] + gamma * h for name, h in curvature.items()
        }  # eq:newton-average

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw for every gradient, keyed alike."""
        if not self.average:
            raise ValueError("DiagonalLevenbergMarquardt expects observe to have been called first")
        average = self._joined({name: self.average[name] for name in grads})
        rates = self._spread(self.learning_rate, grads) / (average + self.damping)  # eq:newton-diagonal
        return self._parts(-rates * self._joined(grads))
