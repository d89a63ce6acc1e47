"""Images made smaller, larger, moved and distorted; all by weighted means of neighbouring pixels.

An image is a row of pixels, S² of them for a square of side S, as in `datasets.digits()`; any axes may
lead, so that a batch (N, S²) or a stack of copies (copies, N, S²) is changed in one go.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ..layers.layer import Array


def resize(X: Array, side: int) -> Array:
    """Return the square images X (…, S²) with `side`² pixels each, in the dtype of X.

    A pixel's weight falls in a straight line to 0 with the distance of its centre: at one pixel of
    the old image where that is made larger (bilinear interpolation), at one of the new where smaller.
    The weights of a new pixel sum to 1, also at the edge.

    >>> resize(np.array([[0.0, 0.0, 1.0, 1.0]]), 4)[0, ::4]  # the first column
    array([0.  , 0.25, 0.75, 1.  ])
    """
    old = _side("resize", X)
    if side < 1:
        raise ValueError(f"resize expects a side of at least 1 pixel, got {side}")
    step = old / side
    centres = (np.arange(side) + 0.5) * step
    distance = np.abs(centres[:, None] - (np.arange(old) + 0.5)) / max(step, 1.0)
    weights = np.maximum(1 - distance, 0)
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(X.dtype)
    resized: Array = weights @ X.reshape(*X.shape[:-1], old, old) @ weights.T
    return resized.reshape(*X.shape[:-1], side * side)


def affine(X: Array, matrix: ArrayLike, shift: ArrayLike = 0.0, *, background: float = 0.0) -> Array:
    """Return the images X (…, S²) as an affine map shows them, by bilinear interpolation.

    The new pixel at p, from the centre (rows down, columns right), takes its value where `matrix` (2, 2)
    sends p − `shift`; beyond the edge all is `background`. So the picture moves by `shift` (down, right)
    and undergoes the inverse of `matrix`. Both may have leading axes, one map for each image.

    >>> affine(np.array([[1.0, 2.0, 3.0, 4.0]]), np.eye(2), (0, 1))  # one pixel to the right
    array([[0., 1., 0., 3.]])
    """
    side = _side("affine", X)
    A, moved = np.asarray(matrix, float), np.asarray(shift, float)
    if A.shape[-2:] != (2, 2) or (moved.ndim and moved.shape[-1] != 2):
        raise ValueError(f"affine expects a matrix (2, 2) and a shift (2,), got {A.shape} and {moved.shape}")
    centre = (side - 1) / 2
    axis = np.arange(side) - centre
    pixels = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    moved = np.broadcast_to(moved, (*moved.shape[:-1], 2))[..., None, :]
    sources = (pixels - moved) @ A.mT + centre  # eq:images-source
    sources = np.broadcast_to(sources, (*X.shape[:-1], side * side, 2))
    sources = np.clip(sources, -1, side) + 1  # in an image with an edge of background around it
    corner = np.minimum(sources.astype(int), side)
    down, right = np.moveaxis((sources - corner).astype(X.dtype), -1, 0)
    edge = [(0, 0)] * (X.ndim - 1) + [(1, 1), (1, 1)]
    framed = np.pad(X.reshape(*X.shape[:-1], side, side), edge, constant_values=background)
    framed = framed.reshape(*X.shape[:-1], -1)
    first, row = corner[..., 0] * (side + 2) + corner[..., 1], side + 2

    def value(offset: int) -> Array:
        return np.take_along_axis(framed, first + offset, axis=-1)

    upper = (1 - right) * value(0) + right * value(1)  # eq:images-bilinear
    lower = (1 - right) * value(row) + right * value(row + 1)
    mixed: Array = (1 - down) * upper + down * lower
    return mixed


def distort(
    X: Array,
    rng: np.random.Generator,
    *,
    angle: float = 10.0,
    scale: float = 0.12,
    shear: float = 0.15,
    shift: float = 1.0,
    background: float = 0.0,
) -> Array:
    """Return the images X (…, S²), each changed by an affine map of its own, drawn from `rng`.

    Uniform, up to: a turn by `angle` degrees; height and width larger or smaller by the share `scale`;
    a slant by `shear` columns a row; a move by `shift` pixels down and right. After Simard et al. (2003).
    """
    if not (0 <= scale < 1 and min(angle, shear, shift) >= 0 and math.isfinite(angle + shear + shift)):
        given = f"angle {angle}, scale {scale}, shear {shear}, shift {shift}"
        raise ValueError(f"distort expects limits of at least 0, and a scale below 1, got {given}")
    _side("distort", X)
    maps = X.shape[:-1]
    turn = np.deg2rad(rng.uniform(-angle, angle, maps))
    sizes = 1 + rng.uniform(-scale, scale, (*maps, 2))
    slant = rng.uniform(-shear, shear, maps)
    moves = rng.uniform(-shift, shift, (*maps, 2))
    A = np.empty((*maps, 2, 2))  # a slant times a turn, columns divided by the sizes
    A[..., 0, 0], A[..., 0, 1] = np.cos(turn), -np.sin(turn)
    A[..., 1, 0] = np.sin(turn) + slant * np.cos(turn)
    A[..., 1, 1] = np.cos(turn) - slant * np.sin(turn)
    return affine(X, A / sizes[..., None, :], moves, background=background)


def _side(owner: str, X: Array) -> int:
    if not isinstance(X, np.ndarray) or X.dtype.kind not in "f" or X.ndim < 1:
        raise TypeError(f"{owner} expects images as a floating-point array, got {X!r:.60}")
    side = math.isqrt(X.shape[-1])
    if side * side != X.shape[-1] or X.size == 0:
        raise ValueError(f"{owner} expects square images (…, S²), got shape {X.shape}")
    return side
