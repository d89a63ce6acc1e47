"""Rules that turn gradients into changes of the weights, and the one place that applies them.

`changes` is the rule: it computes Δw and touches no weight. `step` applies it in place, and is the
only code in the package that writes parameters.
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array, check_arrays


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
        self._places: dict[str, tuple[slice, tuple[int, ...]]] = {}
        self._spread_from = self._spread_out = np.empty(0)

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw for every gradient, keyed alike."""
        epsilon = self.learning_rate
        if isinstance(epsilon, np.ndarray):
            return self._parts(-self._spread(epsilon, grads) * self._joined(grads))
        return {name: -epsilon * grad for name, grad in grads.items()}  # eq:optimizers-descent

    def step(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Add Δw to every parameter in place, then shrink it by `decay`."""
        check_arrays("step", "a gradient", grads, params)
        for name, change in self.changes(grads).items():
            w = params[name]
            w += change
            if self.decay:
                w *= 1 - self.decay  # eq:optimizers-decay

    def _joined(self, grads: dict[str, Array]) -> Array:
        """All gradients in one array: a net has many short ones, and each costs a call."""
        if not self._places:
            start = 0
            for name, grad in grads.items():
                self._places[name] = slice(start, start + grad.size), grad.shape
                start += grad.size
        return np.concatenate([grad.ravel() for grad in grads.values()])

    def _parts(self, joined: Array) -> dict[str, Array]:
        """The same array cut where the gradients were joined; the parts are views of it."""
        return {name: joined[place].reshape(shape) for name, (place, shape) in self._places.items()}

    def _spread(self, setting: float | Array, grads: dict[str, Array]) -> float | Array:
        """One number as it is; one for each run as an array that stands beside the joined gradients."""
        if not isinstance(setting, np.ndarray):
            return setting
        if np.array_equal(setting, self._spread_from):
            return self._spread_out
        runs = [grad.shape[0] for grad in grads.values()]
        if setting.ndim != 1 or any(count != len(setting) for count in runs):
            wanted = f"one number, or one for each of {runs[0]} runs"
            raise ValueError(f"learning_rate expects {wanted}, got shape {setting.shape}")
        self._spread_from = setting.copy()
        self._spread_out = np.concatenate(
            [np.repeat(setting, grad.size // len(setting)) for grad in grads.values()]
        )
        return self._spread_out


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


class Adagrad(GradientDescent):
    """Δw(t) = −η g(t) / (√s(t) + ε), s the sum of all squared gradients so far (Duchi et al. 2011).

    Every weight has an s of its own, hence a rate of its own, and that rate only falls. `epsilon`
    keeps a weight whose gradients have all been 0 from 0/0.
    """

    def __init__(self, learning_rate: float | Array, *, epsilon: float = 1e-10, decay: float = 0.0) -> None:
        super().__init__(learning_rate, decay=decay)
        self.epsilon = _positive("epsilon", epsilon)
        self._sum: Array | None = None

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t), and keep the sum of squares for the next step."""
        g, eta = self._joined(grads), self._spread(self.learning_rate, grads)
        s = np.zeros_like(g) if self._sum is None else self._sum
        s = s + g**2  # eq:optimizers-adagrad-sum
        self._sum = s
        return self._parts(-eta * g / (np.sqrt(s) + self.epsilon))  # eq:optimizers-adagrad


class RMSProp(GradientDescent):
    """Δw(t) = −η g(t) / (√v(t) + ε), v a running mean of the squared gradients (Tieleman and Hinton 2012).

    `beta2` is how much of the mean a step keeps: about 1 / (1 − β₂) steps are remembered.
    """

    def __init__(
        self,
        learning_rate: float | Array,
        beta2: float = 0.9,
        *,
        epsilon: float = 1e-8,
        decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, decay=decay)
        self.beta2 = _fraction("beta2", beta2)
        self.epsilon = _positive("epsilon", epsilon)
        self._mean_square: Array | None = None

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t), and keep the mean of squares for the next step."""
        g, eta = self._joined(grads), self._spread(self.learning_rate, grads)
        v = np.zeros_like(g) if self._mean_square is None else self._mean_square
        v = self.beta2 * v + (1 - self.beta2) * g**2  # eq:optimizers-mean-square
        self._mean_square = v
        return self._parts(-eta * g / (np.sqrt(v) + self.epsilon))  # eq:optimizers-rmsprop


class Adam(GradientDescent):
    """Δw(t) = −η m̂(t) / (√v̂(t) + ε), running means of g and of g², both unbiased (Kingma and Ba 2015).

    With `amsgrad`, v is replaced by the largest v so far, so that no weight's divisor shrinks because
    a large gradient has been forgotten (Reddi et al. 2018).
    """

    def __init__(
        self,
        learning_rate: float | Array = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        *,
        epsilon: float = 1e-8,
        amsgrad: bool = False,
        decay: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, decay=decay)
        self.beta1, self.beta2 = _fraction("beta1", beta1), _fraction("beta2", beta2)
        self.epsilon = _positive("epsilon", epsilon)
        self.amsgrad = amsgrad
        self._t = 0
        self._means: tuple[Array, Array, Array]

    def changes(self, grads: dict[str, Array]) -> dict[str, Array]:
        """Return Δw(t), and keep both means for the next step."""
        g, eta = self._joined(grads), self._spread(self.learning_rate, grads)
        m, v, largest = self._means if self._t else (np.zeros_like(g),) * 3
        self._t = t = self._t + 1
        m = self.beta1 * m + (1 - self.beta1) * g  # eq:optimizers-adam-mean
        v = self.beta2 * v + (1 - self.beta2) * g**2  # eq:optimizers-mean-square
        largest = np.maximum(largest, v)  # eq:optimizers-amsgrad
        self._means = m, v, largest
        v = largest if self.amsgrad else v
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)  # eq:optimizers-unbiased
        return self._parts(-eta * m_hat / (np.sqrt(v_hat) + self.epsilon))  # eq:optimizers-adam


class AdamW(Adam):
    """Adam, with w ← (1 − ηρ) w before each change (Loshchilov and Hutter 2019): decay apart from g.

    ρ is `weight_decay`, as in PyTorch; the λ of the paper, a fraction for each step, is our ηρ.
    """

    def __init__(
        self,
        learning_rate: float | Array = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        *,
        weight_decay: float = 0.01,
        epsilon: float = 1e-8,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon=epsilon, amsgrad=amsgrad)
        if not 0 <= weight_decay < np.inf:
            raise ValueError(f"weight_decay expects a number of at least 0, got {weight_decay}")
        self.weight_decay = weight_decay

    def step(self, params: dict[str, Array], grads: dict[str, Array]) -> None:
        """Shrink every parameter in place, then add Adam's Δw."""
        check_arrays("step", "a gradient", grads, params)
        for name, change in self.changes(grads).items():
            w = params[name]
            eta = np.reshape(self.learning_rate, (-1,) + (1,) * (w.ndim - 1))
            w *= 1 - eta * self.weight_decay  # eq:optimizers-adamw
            w += change


def _fraction(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{name} expects a number in [0, 1), got {value}")
    return value


def _positive(name: str, value: float) -> float:
    if not 0 < value < np.inf:
        raise ValueError(f"{name} expects a positive number, got {value}")
    return value
