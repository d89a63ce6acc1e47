"""The gated recurrent unit: one state, and a gate that says how much of each unit stays (Cho et al. 2014).

The reset gate may act on the state before the product with U, as in the paper, or on the product after it,
as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .gates import GateBiases, as_initializer, gate_biases, open_gates
from .initializers import Initializer, constant, draw
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, from_below, history_from, over_time

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
        W, U, b = self.params["W"], self.params["U"], self.params["b"][..., None]
        U_zr, U_n = self.apart(U)
        h = history_from(start["h"], len(x))
        gates = from_below(W, x, b)
        z, r, n = self.cut(gates)
        zr, _ = self.apart(gates)
        seen = np.empty_like(h[1:])
        for t in range(len(x)):
            total = zr[t]
            total += U_zr @ h[t]
            open_gates(total)  # eq:gru-gates
            if self.reset == "before":
                np.multiply(r[t], h[t], out=seen[t])  # eq:gru-reset
                np.tanh(n[t] + U_n @ seen[t], out=n[t])  # eq:gru-n
            else:
                np.add(U_n @ h[t], self.params["v"][..., None], out=seen[t])
                np.tanh(n[t] + r[t] * seen[t], out=n[t])  # eq:gru-after
            np.add(z[t] * h[t], (1 - z[t]) * n[t], out=h[t + 1])  # eq:gru-h
        return {"h": h}, (gates, seen)

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 3H, N) of the total inputs, dE/dstart and the gradients of `U`, `v`."""
        U_zr, U_n = self.apart(self.params["U"])
        h, (gates, seen) = cache.history["h"], cache.steps
        z, r, n = self.cut(gates)
        delta, dseen = np.empty_like(gates), np.empty_like(seen)
        delta_z, delta_r, delta_n = self.cut(delta)
        delta_zr, _ = self.apart(delta)
        dh = np.zeros_like(h[0])
        for t in reversed(range(len(dy))):
            dh = dy[t] + dh  # from above and from the step after; eq:gru-dh
            delta_z[t] = dh * (h[t] - n[t]) * z[t] * (1 - z[t])  # eq:gru-delta-z
            delta_n[t] = dh * (1 - z[t]) * (1 - n[t] * n[t])  # eq:gru-delta-n
            if self.reset == "before":
                dseen[t] = U_n.mT @ delta_n[t]  # eq:gru-dseen
                delta_r[t] = dseen[t] * h[t] * r[t] * (1 - r[t])  # eq:gru-delta-r
                past = dseen[t] * r[t]
            else:
                dseen[t] = delta_n[t] * r[t]
                delta_r[t] = dseen[t] * seen[t] * (1 - r[t])
                past = U_n.mT @ dseen[t]
            dh = dh * z[t] + past + U_zr.mT @ delta_zr[t]  # eq:gru-back
        return delta, {"h": dh}, self._state_gradients(delta, dseen, h[:-1], seen)

    def cut(self, gates: Array) -> tuple[Array, Array, Array]:
        """Cut (…, 3H, N) into views z, r and n, each (…, H, N)."""
        H = self.n_hidden
        return gates[..., :H, :], gates[..., H : 2 * H, :], gates[..., 2 * H :, :]

    def apart(self, rows: Array) -> tuple[Array, Array]:
        """Cut the rows (…, 3H, columns) into those of the two gates together and those of n."""
        return rows[..., : 2 * self.n_hidden, :], rows[..., 2 * self.n_hidden :, :]

    def _state_gradients(self, delta: Array, dseen: Array, h: Array, seen: Array) -> dict[str, Array]:
        """The gradients of U, whose last rows see r h (before), or of whose product r is a factor (after)."""
        delta_zr, delta_n = self.apart(delta)
        if self.reset == "before":
            of_n = over_time(delta_n, seen)
            return {"U": np.concatenate([over_time(delta_zr, h), of_n], axis=-2)}
        dU = np.concatenate([over_time(delta_zr, h), over_time(dseen, h)], axis=-2)
        return {"U": dU, "v": dseen.sum(axis=0).sum(axis=-1)}
