"""Rules that turn gradients into changes of the weights, and the one place that applies them.

`changes` is the rule: it computes Δw and touches no weight. `step` applies it in place, and is the
only code in the package that writes parameters.
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array


class GradientDescent:
    """Δw = −ε ∂E/∂w (Rumelhart et al. 1986, equation 8), with ε the `learning_rate`.

    `decay` is the fraction by which every weight shrinks after each change.
    """

    def __init__(self, learning_rate: float, *, decay: float = 0.0) -> None:
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"learning_rate expects a positive number, got {learning_rate}")
        if not 0 <= decay < 1:
            raise ValueError(f"decay expects a fraction in [0, 1), got {decay}")
        self.learning_rate = learning_rate
        self.decay = decay

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw for every gradient, keyed alike."""
        epsilon = self.learning_rate
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


class Momentum(GradientDescent):
    """Δw(t) = −ε ∂E/∂w(t) + α Δw(t−1) (Rumelhart et al. 1986, equation 9), α the `momentum`.

    The velocities belong to the optimizer, so one optimizer serves one net. `learning_rate` and
    `momentum` may be reassigned between sweeps, as the paper does for the family trees.
    """

    def __init__(self, learning_rate: float, momentum: float = 0.9, *, decay: float = 0.0) -> None:
        super().__init__(learning_rate, decay=decay)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum expects a number in [0, 1), got {momentum}")
        self.momentum = momentum
        self.last: dict[str, Array] = {}
        self._velocity: Array

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t) and remember it as the next step's Δw(t−1)."""
        # All gradients in one array: a net has many short ones, and each costs a call.
        gradient = np.concatenate([grad.ravel() for grad in grads.values()])
        if not self.last:
            self._velocity = np.zeros_like(gradient)
            ends = np.cumsum([grad.size for grad in grads.values()])
            self.last = {
                name: self._velocity[end - grad.size : end].reshape(grad.shape)
                for (name, grad), end in zip(grads.items(), ends, strict=True)
            }
        epsilon, alpha, velocity = self.learning_rate, self.momentum, self._velocity
        velocity[...] = alpha * velocity - epsilon * gradient  # eq:optimizers-momentum
        return self.last
