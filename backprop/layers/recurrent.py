"""The plain recurrent net: the state of a step is a tanh of its input and of the state before (Elman 1990).

Unrolled, it is a layered net with one layer for each step and the same weights in all of them (Rumelhart et
al. 1986, Figure 5): its gradients are sums over time, and its error comes back through the same U every step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .initializers import Initializer, constant
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, history_from, over_time


class Recurrent(Unrolled):
    """h_t = tanh(W x_t + U h_{t−1} + b), with `W` (H, n_in), `U` (H, H) and `b` (H,).

    `weight` starts W and `recurrent` starts U, both uniform on ±1/√H where left out; `bias` starts b, at 0.

    >>> layer = Recurrent(1, 1, np.random.default_rng(0), weight=constant(1.0), recurrent=constant(0.5))
    >>> layer.forward(np.array([[[1.0]], [[0.0]]]))[0].ravel().round(4)
    array([0.7616, 0.3634])
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        weight: Initializer | None = None,
        recurrent: Initializer | None = None,
        bias: Initializer | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(n_in, n_hidden, n_hidden, rng, weight, recurrent, bias or constant(0.0), dtype)

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], None]:
        """Map x (T, n_in, N) to the states h (T + 1, H, N), the start first."""
        W, U, b = self.params["W"], self.params["U"], self.params["b"][..., None]
        h = history_from(start["h"], len(x), rows=True)
        a = np.matmul(W, x, out=np.empty_like(h[1:]))
        a += b  # so far what the inputs add, of all steps at once
        total = np.empty_like(h[0])
        for t in range(len(x)):
            np.matmul(U, h[t], out=total)
            total += a[t]
            np.tanh(total, out=h[t + 1])  # eq:recurrent-h
        return {"h": h}, None

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, H, N), dE/dstart and the gradient of `U`."""
        h, U_T = cache.history["h"], np.ascontiguousarray(self.params["U"].mT)
        slope = 1 - h[1:] * h[1:]
        delta = np.empty_like(slope)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(dy))):
            dh += dy[t]  # from above and from the step after; eq:recurrent-dh
            np.multiply(slope[t], dh, out=delta[t])  # eq:recurrent-delta
            np.matmul(U_T, delta[t], out=dh)  # eq:recurrent-back
        dU = over_time(delta, h[:-1])  # eq:recurrent-dU
        return delta, {"h": dh}, {"U": dU}
