"""The gated recurrent unit: one state, and a gate that says how much of each unit stays (Cho et al. 2014).

The reset gate may act on the state before the product with U, as in the paper, or on the product after it,
as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .activations import logistic
from .gates import GateBiases, as_initializer, gate_biases
from .initializers import Initializer, constant, draw
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, history_from, over_time

BLOCKS = ("update", "reset", "candidate")


class GRU(Unrolled):
    """h_t = z h_{t−1} + (1 − z) n with n = tanh(W_n x_t + U_n (r h_{t−1}) + b_n); z, r are logistic.

    The rows of `W` (3H, n_in), `U` (3H, H) and `b` (3H,) belong to z, r and n, in this order. With
    `reset="after"` n = tanh(W_n x_t + r (U_n h_{t−1} + v) + b_n), with a second bias `v` (H,), at 0 at first.
    `weight` starts W and `recurrent` U, both uniform on ±1/√H where left out; `bias` starts b, at 0.
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        reset: str = "before",
        weight: Initializer | None = None,
        recurrent: Initializer | None = None,
        bias: GateBiases | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if reset not in ("before", "after"):
            raise ValueError(f"GRU expects reset 'before' or 'after', got {reset!r}")
        self.reset = reset
        starts = as_initializer(bias or gate_biases(), BLOCKS)
        super().__init__(n_in, n_hidden, 3 * n_hidden, rng, weight, recurrent, starts, dtype)
        if reset == "after":
            self.params["v"] = draw(constant(0.0), (n_hidden,), rng, dtype)

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], tuple[Array, Array]]:
        """Map x (T, n_in, N) to the states h (T + 1, H, N); kept are z, r, n and the other factor of r."""
        W, U, b, H = self.params["W"], self.params["U"], self.params["b"][..., None], self.n_hidden
        h = history_from(start["h"], len(x))
        gates = W @ x + b  # the inputs' share of all steps at once
        seen = np.empty_like(h[1:])
        for t in range(len(x)):
            z, r, n = (gates[t, ..., k * H : (k + 1) * H, :] for k in range(3))
            zr = gates[t, ..., : 2 * H, :]
            zr[...] = logistic(zr + U[..., : 2 * H, :] @ h[t])  # eq:gru-gates
            if self.reset == "before":
                seen[t] = r * h[t]  # eq:gru-reset
                n[...] = np.tanh(n + U[..., 2 * H :, :] @ seen[t])  # eq:gru-n
            else:
                seen[t] = U[..., 2 * H :, :] @ h[t] + self.params["v"][..., None]
                n[...] = np.tanh(n + r * seen[t])  # eq:gru-after
            h[t + 1] = z * h[t] + (1 - z) * n  # eq:gru-h
        return {"h": h}, (gates, seen)

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 3H, N) of the total inputs, dE/dstart and the gradients of `U`, `v`."""
        U, H = self.params["U"], self.n_hidden
        h, (gates, seen) = cache.history["h"], cache.steps
        delta = np.empty_like(gates)
        dseen = np.empty_like(seen)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(dy))):
            z, r, n = (gates[t, ..., k * H : (k + 1) * H, :] for k in range(3))
            dh = dy[t] + dh  # from above and from the step after; eq:gru-dh
            delta_z = dh * (h[t] - n) * z * (1 - z)  # eq:gru-delta-z
            delta_n = dh * (1 - z) * (1 - n * n)  # eq:gru-delta-n
            if self.reset == "before":
                dseen[t] = U[..., 2 * H :, :].mT @ delta_n  # eq:gru-dseen
                dr, past = dseen[t] * h[t], dseen[t] * r
            else:
                dseen[t] = delta_n * r
                dr, past = delta_n * seen[t], U[..., 2 * H :, :].mT @ dseen[t]
            delta[t] = np.concatenate([delta_z, dr * r * (1 - r), delta_n], axis=-2)  # eq:gru-delta-r
            dh = dh * z + past + U[..., : 2 * H, :].mT @ delta[t, ..., : 2 * H, :]  # eq:gru-back
        return delta, {"h": dh}, self._state_gradients(delta, dseen, h[:-1], seen)

    def _state_gradients(self, delta: Array, dseen: Array, h: Array, seen: Array) -> dict[str, Array]:
        """The gradients of U, whose last rows see r h (before), or of whose product r is a factor (after)."""
        H = self.n_hidden
        of_gates = over_time(delta[..., : 2 * H, :], h)
        if self.reset == "before":
            of_n = over_time(delta[..., 2 * H :, :], seen)
            return {"U": np.concatenate([of_gates, of_n], axis=-2)}
        of_n = over_time(dseen, h)
        return {"U": np.concatenate([of_gates, of_n], axis=-2), "v": dseen.sum(axis=(0, -1))}
