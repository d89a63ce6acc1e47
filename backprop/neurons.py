"""The machines before back-propagation: one unit, and three ideas of how to set its weights.

McCulloch and Pitts (1943) choose them by hand; Rosenblatt's perceptron (1958, with this rule 1962)
corrects them when it is wrong; Widrow and Hoff's Adaline (1960) walks down the gradient of a
squared error. All of them answer −1 or +1, except the logic unit, which answers 0 or 1.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from .layer import Array


class ThresholdUnit:
    """The threshold logic unit: 1 where Σ_i w_i x_i reaches θ, else 0 (McCulloch and Pitts 1943).

    >>> ThresholdUnit([1, 1], threshold=2).predict(np.array([[1.0, 0.0], [1.0, 1.0]]))
    array([0, 1])
    """

    def __init__(self, weights: list[float] | Array, threshold: float) -> None:
        self.w = np.asarray(weights, dtype=float)
        self.threshold = float(threshold)
        if self.w.ndim != 1 or not np.isfinite(self.w).all() or not np.isfinite(threshold):
            raise ValueError(f"ThresholdUnit expects a row of finite weights, got {weights!r}")

    def predict(self, X: Array) -> Array:
        """Map X (N, features) to zeros and ones (N,)."""
        X = _check_cases("ThresholdUnit", X, self.w.size)
        fires: Array = X @ self.w >= self.threshold  # eq:neurons-threshold-unit
        return fires.astype(int)


class Perceptron:
    """Rosenblatt's rule: where the answer is wrong, add the signed example to the weights.

    `fit` starts at zero and presents the cases in their order, or in a new random order for each
    epoch where `rng` is given, until an epoch passes without a mistake or `max_epochs` are over.
    Then `w` (features,), `b`, `mistakes` (one count for each epoch), `converged`, and `path`: the
    weights and bias after every correction, shape (corrections + 1, features + 1), bias last.
    """

    def __init__(self, max_epochs: int = 100, rng: np.random.Generator | None = None) -> None:
        if max_epochs < 1:
            raise ValueError(f"max_epochs expects at least 1, got {max_epochs}")
        self.max_epochs = max_epochs
        self.rng = rng

    def fit(self, X: Array, t: Array) -> Self:
        """Learn from X (N, features) and targets t (N,) of −1 and +1."""
        X = _check_cases("Perceptron", X)
        t = _check_signs("Perceptron", t, len(X))
        self.w, self.b = np.zeros(X.shape[1]), 0.0
        self.mistakes: list[int] = []
        path = [np.zeros(X.shape[1] + 1)]
        order = np.arange(len(X))
        for _ in range(self.max_epochs):
            wrong = 0
            for n in order if self.rng is None else self.rng.permutation(order):
                total = X[n] @ self.w + self.b
                if t[n] * total <= 0:  # eq:neurons-perceptron-mistake
                    self.w = self.w + t[n] * X[n]  # eq:neurons-perceptron-rule
                    self.b = self.b + t[n]
                    wrong += 1
                    path.append(np.append(self.w, self.b))
            self.mistakes.append(wrong)
            if wrong == 0:
                break
        self.converged = self.mistakes[-1] == 0
        self.path = np.array(path)
        return self

    def predict(self, X: Array) -> Array:
        """Map X (N, features) to −1 and +1 (N,)."""
        return _signs(self, X)


class Adaline:
    """The adaptive linear neuron: gradient descent on E = (1/2N) Σ_c (t_c − w·x_c − b)².

    `mode="batch"` takes one step down the gradient of all N cases in an epoch; `mode="sample"`
    (LMS, Widrow and Hoff 1960) takes one for each case, in their order, or in a new random order
    for each epoch where `rng` is given. Both start at zero. After `fit`: `w` (features,), `b`,
    `errors` (E before each epoch), `path` (epochs + 1, features + 1), bias last, and `diverged`.
    A learning rate beyond 2/λ_max makes batch mode diverge: once E has passed 1e12 the fit stops,
    and `diverged` is True.

    >>> unit = Adaline(0.2, epochs=2).fit(np.arange(4.0)[:, None], np.array([-1, -1, 1, 1]))
    >>> unit.path.round(2) + 0.0
    array([[ 0.  ,  0.  ],
           [ 0.2 ,  0.  ],
           [ 0.26, -0.06]])
    """

    def __init__(
        self,
        learning_rate: float,
        epochs: int = 50,
        *,
        mode: str = "batch",
        rng: np.random.Generator | None = None,
    ) -> None:
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"learning_rate expects a positive number, got {learning_rate}")
        if epochs < 1:
            raise ValueError(f"epochs expects at least 1, got {epochs}")
        if mode not in ("batch", "sample"):
            raise ValueError(f"mode expects 'batch' or 'sample', got {mode!r}")
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.mode = mode
        self.rng = rng

    @np.errstate(over="ignore", invalid="ignore")  # reported by `diverged`
    def fit(self, X: Array, t: Array) -> Self:
        """Learn from X (N, features) and real or ±1 targets t (N,)."""
        X, N, rate = _check_cases("Adaline", X), len(X), self.learning_rate
        t = np.asarray(t, dtype=float)
        if t.shape != (N,) or not np.isfinite(t).all():
            raise ValueError(f"Adaline expects finite targets of shape ({N},), got {t.shape}")
        A = np.column_stack([X, np.ones(N)])  # the bias as the weight of a constant 1
        v = np.zeros(A.shape[1])
        self.errors: list[float] = []
        path = [v]
        self.diverged = False
        for _ in range(self.epochs):
            residual = A @ v - t
            E = float(residual @ residual) / (2 * N)  # eq:neurons-adaline-error
            self.errors.append(E)
            if not E < 1e12:
                self.diverged = True
                break
            if self.mode == "batch":
                v = v - rate * (A.T @ residual) / N  # eq:neurons-adaline-batch
            else:
                cases = range(N) if self.rng is None else self.rng.permutation(N)
                for n in cases:
                    error = t[n] - A[n] @ v
                    v = v + rate * error * A[n]  # eq:neurons-adaline-sample
            path.append(v)
        self.path = np.array(path)
        self.w, self.b = v[:-1], float(v[-1])
        return self

    def predict(self, X: Array) -> Array:
        """Map X (N, features) to −1 and +1 (N,): the threshold comes after the learning."""
        return _signs(self, X)


def _signs(neuron: Perceptron | Adaline, X: Array) -> Array:
    if not hasattr(neuron, "w"):
        raise ValueError(f"{type(neuron).__name__}.predict expects fit to have been called first")
    X = _check_cases(type(neuron).__name__, X, neuron.w.size)
    return np.where(X @ neuron.w + neuron.b > 0, 1, -1)


def _check_cases(owner: str, X: Array, features: int | None = None) -> Array:
    X = np.asarray(X, dtype=float)
    wanted = "features" if features is None else features
    if X.ndim != 2 or (features is not None and X.shape[1] != features):
        raise ValueError(f"{owner} expects X of shape (N, {wanted}), got {X.shape}")
    if X.size == 0:
        raise ValueError(f"{owner} expects at least one case, got shape {X.shape}")
    if not np.isfinite(X).all():
        raise ValueError(f"{owner} expects finite inputs, got NaN or infinity")
    return X


def _check_signs(owner: str, t: Array, cases: int) -> Array:
    t = np.asarray(t)
    if t.shape != (cases,) or not np.isin(t, (-1, 1)).all():
        raise ValueError(f"{owner} expects targets of -1 and +1 of shape ({cases},), got {t!r:.60}")
    return t.astype(float)
