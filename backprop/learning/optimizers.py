"""Rules that turn gradients into changes of the weights, and the one place that applies them.

`changes` is the rule: it computes Δw and touches no weight. `step` applies it in place, and is the
only code in the package that writes parameters.
"""

from __future__ import annotations

import math

import numpy as np

from ..layers.layer import Array


class GradientDescent:
    """Δw = −ε ∂E/∂w (Rumelhart et al. 1986, equation 8), with ε the `learning_rate`.

    `decay` is the fraction by which every weight shrinks after each change. For many nets at once
    `learning_rate` may be an array with one rate for each run.
    """

    def __init__(self, learning_rate: float | Array, *, decay: float = 0.0) -> None:
        if not np.all((np.asarray(learning_rate) > 0) & np.isfinite(learning_rate)):
            raise ValueError(f"learning_rate expects a positive number, got {learning_rate}")
        if not 0 <= decay < 1:
            raise ValueError(f"decay expects a fraction in [0, 1), got {decay}")
        self.learning_rate = learning_rate
        self.decay = decay
        self._shapes: dict[str, tuple[int, ...]] = {}

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw for every gradient, keyed alike."""
        epsilon = self.learning_rate
        if isinstance(epsilon, np.ndarray):
            return self._parts(-self._spread(epsilon, grads) * self._joined(grads))
        return {name: -epsilon * grad for name, grad in grads.items()}  # eq:optimizers-descent

    def step(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Add Δw to every parameter in place, then shrink it by `decay`."""
        if params.keys() != grads.keys():
            odd = sorted(params.keys() ^ grads.keys())
            raise ValueError(f"step expects a gradient for every parameter and no other, got {odd}")
        for name, w in params.items():
            if grads[name].shape != w.shape:
                raise ValueError(f"step expects {name} of shape {w.shape}, got {grads[name].shape}")
        for name, change in self.changes(grads).items():
            w = params[name]
            w += change
            if self.decay:
                w *= 1 - self.decay  # eq:optimizers-decay

    def _joined(self, grads: dict[str, Array]) -> Array:
        """All gradients in one array: a net has many short ones, and each costs a call."""
        self._shapes = self._shapes or {name: grad.shape for name, grad in grads.items()}
        return np.concatenate([grad.ravel() for grad in grads.values()])

    def _parts(self, joined: Array) -> dict[str, Array]:
        """The same array cut where the gradients were joined; the parts are views of it."""
        parts, start = {}, 0
        for name, shape in self._shapes.items():
            end = start + math.prod(shape)
            parts[name] = joined[start:end].reshape(shape)
            start = end
        return parts

    def _spread(self, setting: float | Array, grads: dict[str, Array]) -> float | Array:
        """One number as it is; one for each run as an array that stands beside the joined gradients."""
        if not isinstance(setting, np.ndarray):
            return setting
        runs = [grad.shape[0] for grad in grads.values()]
        if setting.ndim != 1 or any(count != len(setting) for count in runs):
            wanted = f"one number, or one for each of {runs[0]} runs"
            raise ValueError(f"learning_rate expects {wanted}, got shape {setting.shape}")
        return np.concatenate([np.repeat(setting, grad.size // len(setting)) for grad in grads.values()])


class Momentum(GradientDescent):
    """Δw(t) = −ε ∂E/∂w(t) + α Δw(t−1) (Rumelhart et al. 1986, equation 9), α the `momentum`.

    The velocities belong to the optimizer, so one optimizer serves one net. `learning_rate` and
    `momentum` may be reassigned between sweeps, as the paper does for the family trees.
    """

    def __init__(self, learning_rate: float | Array, momentum: float = 0.9, *, decay: float = 0.0) -> None:
        super().__init__(learning_rate, decay=decay)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum expects a number in [0, 1), got {momentum}")
        self.momentum = momentum
        self.last: dict[str, Array] = {}
        self._velocity: Array

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t) and remember it as the next step's Δw(t−1)."""
        gradient = self._joined(grads)
        if not self.last:
            self._velocity = np.zeros_like(gradient)
            self.last = self._parts(self._velocity)
        epsilon, alpha, velocity = self._spread(self.learning_rate, grads), self.momentum, self._velocity
        velocity[...] = alpha * velocity - epsilon * gradient  # eq:optimizers-momentum
        return self.last


class Nesterov(Momentum):
    """v(t) = α v(t−1) − η ∂E/∂w(t), Δw(t) = α v(t) − η ∂E/∂w(t): the next velocity is used at once.

    The weights stand where the velocity would carry them, so the gradient is taken there (Nesterov
    1983; Sutskever et al. 2013). `last` holds the velocities v, not the changes.
    """

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t), and remember the velocity."""
        super().changes(grads)
        eta, alpha, velocity = self._spread(self.learning_rate, grads), self.momentum, self._velocity
        return self._parts(alpha * velocity - eta * self._joined(grads))  # eq:optimizers-nesterov
