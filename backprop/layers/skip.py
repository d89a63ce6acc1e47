"""A branch and a way around it: the input goes on unchanged, and what the branch makes of it is added.

What comes back takes both ways too, and gradients add. So the Jacobian of a row of such layers is a product
of factors I + (something), where that of plain layers is a product of the somethings (He et al. 2016).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from .layer import Array, Layer, Sequential, check_batch, check_dy


class Skip(Layer):
    """y = x + a·F(x), where F is the row of `layers` and a the number `scale` (He et al. 2016, equation 1).

    The branch has to return what is shaped like its input. `params` holds the branch's own arrays under
    Sequential's names, `"0.W"`, `"0.b"`, …; the way around has none.

    >>> from backprop import Dense
    >>> layer = Skip(Dense.from_weights([[2.0]]), scale=0.5)
    >>> layer.forward(np.array([[3.0]]))[0]
    array([[6.]])
    """

    def __init__(self, *layers: Layer, scale: float = 1.0) -> None:
        if not layers:
            raise ValueError("Skip expects at least one layer in its branch, got none")
        if not np.isfinite(scale):
            raise ValueError(f"Skip expects a finite scale, got {scale}")
        self.branch = Sequential(*layers)
        self.scale = float(scale)
        self.params = self.branch.params

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Map x (N, features) to y of the same shape; the cache is the branch's."""
        check_batch("Skip", x)
        branch, cache = self.branch.forward(x)
        if branch.shape[-2:] != x.shape[-2:]:  # a runs axis may come from the branch's weights
            wanted, got = x.shape[-2:], branch.shape[-2:]
            raise ValueError(f"Skip expects its branch to keep the shape {wanted}, got {got}")
        y = x + self.scale * branch  # eq:skip-y
        return y, cache

    def backward(self, dy: Array, cache: list[Any]) -> tuple[Array, dict[str, Array]]:
        """Map dy (N, features) to dx, the sum of what comes back around the branch and through it."""
        through, grads = self.branch.backward(self.scale * dy, cache)
        check_dy("Skip", dy, through.shape)
        dx = dy + through  # eq:skip-dx
        return dx, grads

    def gradients(self, dy: Array, cache: list[Any]) -> dict[str, Array]:
        """Map dy (N, features) to the gradients of the branch alone."""
        return self.branch.gradients(self.scale * dy, cache)

    def evaluation(self, x: Array) -> Skip:
        """Ask the branch with the inputs x of training: the way around is the same in both."""
        return Skip(*self.branch.evaluation(x).layers, scale=self.scale)

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy in which the branch has `dtype`."""
        return type(self)(*self.branch.astype(dtype).layers, scale=self.scale)
