"""The machines before back-propagation: one unit, and three ideas of how to set its weights.

McCulloch and Pitts (1943) choose them by hand; Rosenblatt's perceptron (1958, with this rule 1962)
corrects them when it is wrong; Widrow and Hoff's Adaline (1960) walks down the gradient of a
squared error. All of them answer −1 or +1, except the logic unit, which answers 0 or 1.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from .layers.layer import Array


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
        X, t = _check_examples("Perceptron", X, t)
        self.w, self.b = np.zeros(X.shape[1]), 0.0
        self.mistakes: list[int] = []
        path = [np.append(self.w, self.b)]
        for _ in range(self.max_epochs):
            wrong = 0
            order = np.arange(len(X))
            if self.rng is not None:
                order = self.rng.permutation(order)
            for n in order:
                if t[n] * (X[n] @ self.w + self.b) <= 0:  # eq:neurons-perceptron-mistake
                    self.w = self.w + t[n] * X[n]  # eq:neurons-perceptron-rule
                    self.b = self.b + t[n]
                    path.append(np.append(self.w, self.b))
                    wrong += 1
            self.mistakes.append(wrong)
            if wrong == 0:
                break
        self.path, self.converged = np.array(path), self.mistakes[-1] == 0
        return self

    def predict(self, X: Array) -> Array:
        """Map X (N, features) to −1 and +1 (N,)."""
        return _signs(self, X)


def widest_margin(
    Z: Array,
    tolerance: float = 0.001,
    rounds: int = 100_000,
) -> tuple[Array, float, float]:
    """Return a separator u (d,) of length 1, its margin min_n u·z_n, and a bound on every margin.

    Z (N, d) are signed examples. The weighted average p of them that is nearest to the origin points
    along the separator of widest margin, and its length bounds the margin of every other. p starts at
    the first example; each round moves weight to the example that lies least far along p from the one
    that lies farthest (Mitchell, Dem'yanov and Malozemov 1974), until margin and bound differ by no
    more than `tolerance` as a share. ValueError where p becomes 0 (then nothing separates the examples)
    or `rounds` are not enough.

    >>> u, margin, bound = widest_margin(np.array([[0.0, -1.0], [0.0, -3.0]]))
    >>> margin, bound
    (1.0, 1.0)
    """
    Z = _check_cases("widest_margin", Z)
    share = np.zeros(len(Z))  # never negative, 1 in all
    share[0] = 1.0
    p, nothing = Z[0], 1e-24 * float((Z**2).sum(axis=1).max())
    for _ in range(rounds):
        along, square = Z @ p, float(p @ p)
        if square <= nothing:
            raise ValueError("no separator exists: an average of the examples is 0")
        low = along.argmin()
        if along[low] >= (1 - tolerance) * square:
            length = float(np.sqrt(square))
            return p / length, float(along[low]) / length, length
        high = np.where(share > 0, along, -np.inf).argmax()
        d = Z[low] - Z[high]
        s = min(share[high], -(p @ d) / (d @ d))  # shortens p + s d most
        share[low], share[high] = share[low] + s, share[high] - s
        p = p + s * d
    raise ValueError(f"widest_margin found no separator in {rounds} rounds")


class Adaline:
    """The adaptive linear neuron: gradient descent on E = (1/2N) Σ_c (t_c − w·x_c − b)².

    `mode="batch"` takes one step down the gradient of all N cases in an epoch; `mode="sample"`
    (LMS, Widrow and Hoff 1960) takes one for each case, in their order, or in a new random order
    for each epoch where `rng` is given. After `fit`: `w` (features,), `b`, `path`, the weights at
    the start and after every epoch, (epochs + 1, features + 1), bias last, `errors`, E at each of
    them, and `diverged`. Beyond its limit a learning rate makes E grow (in batch mode 2/λ_max): an
    epoch after which E has passed 1e12, or is no longer a number, ends the fit and is not kept.

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
    def fit(self, X: Array, t: Array, start: Array | None = None) -> Self:
        """Learn from X (N, features) and real or ±1 targets t (N,).

        `start` (features + 1,), bias last, is where the walk begins: at zero if it is not given.
        """
        X, t, v = _check_problem(X, t, start)
        A, N, rate = np.column_stack([X, np.ones(len(X))]), len(X), self.learning_rate

        def E(v: Array) -> float:
            errors = t - A @ v
            return float(errors @ errors) / (2 * N)  # eq:neurons-adaline-error

        path, self.errors, self.diverged = [v], [E(v)], False
        for _ in range(self.epochs):
            if self.mode == "batch":
                v = v - rate / N * (A.T @ (A @ v - t))  # eq:neurons-adaline-batch
            else:
                cases = range(N) if self.rng is None else self.rng.permutation(N)
                for c in cases:
                    v = v + rate * (t[c] - A[c] @ v) * A[c]  # eq:neurons-adaline-sample
            now = E(v)
            if not now < 1e12:  # or no longer a number
                self.diverged = True
                break
            path.append(v)
            self.errors.append(now)
        self.path = np.array(path)
        self.w, self.b = path[-1][:-1], float(path[-1][-1])
        return self

    def predict(self, X: Array) -> Array:
        """Map X (N, features) to −1 and +1 (N,): the threshold comes after the learning."""
        return _signs(self, X)


def _check_problem(X: Array, t: Array, start: Array | None) -> tuple[Array, Array, Array]:
    X, t = _check_cases("Adaline", X), np.asarray(t, dtype=float)
    if t.shape != (len(X),) or not np.isfinite(t).all():
        raise ValueError(f"Adaline expects finite targets of shape ({len(X)},), got {t.shape}")
    weights = X.shape[1] + 1
    v = np.zeros(weights) if start is None else np.array(start, dtype=float)
    if v.shape != (weights,) or not np.isfinite(v).all():
        raise ValueError(f"Adaline expects a finite start of shape ({weights},), got {v.shape}")
    return X, t, v


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


def _check_examples(owner: str, X: Array, t: Array) -> tuple[Array, Array]:
    X, t = _check_cases(owner, X), np.asarray(t)
    if t.shape != (len(X),) or not np.isin(t, (-1, 1)).all():
        raise ValueError(f"{owner} expects targets of -1 and +1 of shape ({len(X)},), got {t!r:.60}")
    return X, t.astype(float)
