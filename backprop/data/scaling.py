"""Inputs made ready for gradient descent: mean 0, one scale, and, with whitening, no correlation.

What is subtracted and multiplied is taken from the training set, once; the object made from it then
does the same to every case, be it from the training set or not (LeCun et al. 1998, section 4.3).
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array


class Standardize:
    """Subtract each input's mean over the training set and divide by its standard deviation.

    An input that does not vary there (by more than rounding) becomes 0 in every case, new ones too:
    nothing could be learned about it. After making it: `mean` and `factor`, both (features,).

    >>> standardize = Standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> standardize(np.array([[1.0, 5.0], [4.0, 6.0]]))
    array([[-1.,  0.],
           [ 2.,  0.]])
    """

    def __init__(self, X: Array) -> None:
        X = _check("Standardize", X)
        self.mean = X.mean(axis=0)
        deviation = X.std(axis=0)
        varies = deviation > 1e-12 * np.abs(X).max(axis=0)
        self.factor = varies / np.where(varies, deviation, 1.0)

    def __call__(self, X: Array) -> Array:
        """Map X (N, features) to an array of the same shape."""
        X = _check("Standardize", X, self.mean.size)
        Z: Array = (X - self.mean) * self.factor  # eq:scaling-standardize
        return Z


class Whiten:
    """Subtract the mean, turn to the eigenvectors of the covariance matrix, and divide by √λ there.

    On the training set the results are uncorrelated and have variance 1. Directions whose variance is
    less than `least` times the largest are left out, so that there may be fewer results than inputs.
    After making it: `mean` (features,) and `matrix` (features, kept), largest variance first.

    >>> whiten = Whiten(np.array([[1.0, 2.0], [3.0, 6.0]]))  # the second is twice the first
    >>> whiten.matrix.shape
    (2, 1)
    """

    def __init__(self, X: Array, *, least: float = 1e-10) -> None:
        if not 0 < least < 1:
            raise ValueError(f"Whiten expects a least share between 0 and 1, got {least}")
        X = _check("Whiten", X)
        self.mean = X.mean(axis=0)
        centred = X - self.mean
        C = centred.T @ centred / len(X)  # eq:scaling-covariance
        variances, Q = np.linalg.eigh(C)
        kept = variances > max(least * variances[-1], 1e-24 * float((X**2).max()))
        order = np.flatnonzero(kept)[::-1]
        self.matrix = Q[:, order] / np.sqrt(variances[order])

    def __call__(self, X: Array) -> Array:
        """Map X (N, features) to (N, kept)."""
        X = _check("Whiten", X, self.mean.size)
        Z: Array = (X - self.mean) @ self.matrix  # eq:scaling-whiten
        return Z


def _check(owner: str, X: Array, features: int | None = None) -> Array:
    X = np.asarray(X, dtype=float)
    wanted = "features" if features is None else features
    if X.ndim != 2 or X.size == 0 or (features is not None and X.shape[1] != features):
        raise ValueError(f"{owner} expects X of shape (N, {wanted}), got {X.shape}")
    if not np.isfinite(X).all():
        raise ValueError(f"{owner} expects finite inputs, got NaN or infinity")
    return X
