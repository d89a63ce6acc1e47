"""Training with units left out at random: a mask for every case, drawn anew at every forward pass.

A unit stays with probability 1 − p and is then divided by that probability, so that the mean over the masks
is the unit itself and the net to evaluate is the net without masks (Hinton et al. 2012; Srivastava et al.
2014, who divide at the other end, by multiplying the weights after training).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .initializers import check_generators
from .layer import Array, Layer, check_batch, check_dy


class Dropout(Layer):
    """y = r x with r = 1 / (1 − p) where a draw keeps the unit, and 0 where it drops it, with probability p.

    `rate` is p, from 0 to below 1: one number, or an array with one for each run. `rng` is a generator, or a
    sequence of them for many nets at once, each of which draws masks of its own. The mask stands in the
    cache. Nothing of the layer changes but the state of its generators: two forward passes differ.

    >>> layer = Dropout(0.5, np.random.default_rng(0))
    >>> layer.forward(np.ones((2, 4)))[0]
    array([[2., 0., 0., 0.],
           [2., 2., 2., 2.]])
    """

    def __init__(self, rate: float | Array, rng: np.random.Generator | Sequence[np.random.Generator]) -> None:
        super().__init__()
        p = np.asarray(rate)
        check_generators(rng)
        if not np.all((p >= 0) & (p < 1)):
            raise ValueError(f"Dropout expects a rate from 0 to below 1, got {rate}")
        if p.ndim and (isinstance(rng, np.random.Generator) or p.shape != (len(rng),)):
            raise ValueError(f"Dropout expects one rate, or one for each generator, got shape {p.shape}")
        self.rate = p.reshape(-1, 1, 1) if p.ndim else p
        self.rng = rng

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (N, features) to y of the same shape; the cache is the mask, drawn for every number of x."""
        check_batch("Dropout", x)
        u, p = self._draw(x), self.rate
        mask = ((u >= p) / (1 - p)).astype(x.real.dtype)  # eq:dropout-mask
        y = mask * x  # eq:dropout-y
        return y, mask

    def _draw(self, x: Array) -> Array:
        """Uniform numbers from 0 to 1 for every number of x; with many generators, from each its own."""
        if isinstance(self.rng, np.random.Generator):
            return self.rng.random(x.shape)
        if x.ndim == 3 and len(x) != len(self.rng):
            raise ValueError(f"Dropout expects x of {len(self.rng)} runs, got {len(x)}")
        return np.stack([one.random(x.shape[-2:]) for one in self.rng])

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by the mask of the forward pass that the cache comes from."""
        mask = cache
        check_dy("Dropout", dy, mask.shape)
        dx = mask * dy  # eq:dropout-dx
        return dx, {}

    def evaluation(self, x: Array) -> FixedMask:
        """Return the identity: a mask of ones, the mean of the masks of training."""
        return FixedMask(1.0)


class FixedMask(Layer):
    """y = r x with a given mask r: one of the nets that dropout draws from, and an ordinary function.

    `mask` is anything that x (N, features) can be multiplied by, such as the cache of a `Dropout`, or
    (features,) for the same units in every case, or (masks, 1, features) for many nets at once. It is copied.
    A numerical gradient asks the function more than once, so it needs the mask held: hold it by this.

    >>> FixedMask([0.0, 2.0]).forward(np.array([[3.0, 4.0]]))[0]
    array([[0., 8.]])
    """

    def __init__(self, mask: ArrayLike) -> None:
        super().__init__()
        self.mask = np.array(mask, dtype=np.float64)
        if not np.isfinite(self.mask).all():
            raise ValueError("FixedMask expects finite numbers, got NaN or infinity")

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Map x (N, features) to y, its shape and the mask's joined; the cache is the mask in that shape."""
        check_batch("FixedMask", x)
        try:
            mask = self.mask.astype(x.real.dtype) * np.ones_like(x.real)
        except ValueError:
            raise ValueError(f"FixedMask expects x that fits {self.mask.shape}, got {x.shape}") from None
        return mask * x, mask

    def backward(self, dy: Array, cache: Array) -> tuple[Array, dict[str, Array]]:
        """Multiply dy by the mask."""
        check_dy("FixedMask", dy, cache.shape)
        return cache * dy, {}
