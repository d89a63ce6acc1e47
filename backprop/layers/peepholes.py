"""The LSTM whose gates look at the cell state itself, not only at what it shows (Gers and Schmidhuber 2000).

While an output gate is shut, no gate sees its cell; a peephole is a weight from a cell to one of its gates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .activations import logistic
from .gates import GateBiases, open_gates
from .initializers import Initializer, draw, uniform
from .layer import Array
from .lstm import LSTM
from .unrolled import State, Unrolling, from_below, history_from, over_time


class PeepholeLSTM(LSTM):
    """An LSTM with three gates to whose total inputs P_i c_{t−1}, P_f c_{t−1} and P_o c_t are added.

    The rows of `P` (3, H) belong to i, f and o: each unit's cell is seen by its own gates only. `peephole`
    starts P, uniform on ±1/√H where left out; all else is as in `LSTM`. Nothing is truncated in `backward`.
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        weight: Initializer | None = None,
        recurrent: Initializer | None = None,
        peephole: Initializer | None = None,
        bias: GateBiases | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(n_in, n_hidden, rng, weight=weight, recurrent=recurrent, bias=bias, dtype=dtype)
        self.params["P"] = draw(peephole or uniform(n_hidden**-0.5), (3, n_hidden), rng, dtype)

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], tuple[Array, Array]]:
        """Map x (T, n_in, N) to the states h and c (T + 1, H, N); kept are g, i, f, o and tanh c."""
        W, U, b = self.params["W"], self.params["U"], self.params["b"][..., None]
        P_i, P_f, P_o = np.moveaxis(self.params["P"], -2, 0)[..., None]
        h, c = history_from(start["h"], len(x)), history_from(start["c"], len(x))
        gates = from_below(W, x, b)
        g, i, f, o = self.cut(gates)
        shown = np.empty_like(c[1:])
        for t in range(len(x)):
            gates[t] += U @ h[t]
            i[t] += P_i * c[t]
            f[t] += P_f * c[t]
            o_before = o[t].copy()
            np.tanh(g[t], out=g[t])
            open_gates(gates[t, ..., self.n_hidden :, :])
            c[t + 1] = f[t] * c[t] + i[t] * g[t]
            o[t] = logistic(o_before + P_o * c[t + 1])  # this gate sees the cell as it is now
            shown[t] = np.tanh(c[t + 1])
            h[t + 1] = o[t] * shown[t]
        return {"h": h, "c": c}, (gates, shown)

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 4H, N) of the total inputs, dE/dstart and the gradients of `U`, `P`."""
        U, (gates, shown) = self.params["U"], cache.steps
        P_i, P_f, P_o = np.moveaxis(self.params["P"], -2, 0)[..., None]
        h, c = cache.history["h"], cache.history["c"]
        g, i, f, o = self.cut(gates)
        delta = np.empty_like(gates)
        delta_g, delta_i, delta_f, delta_o = self.cut(delta)
        dh = dc = np.zeros_like(dy[0])
        for t in reversed(range(len(dy))):
            if t in late:
                dc = dc + late[t]["c"]
            dh = dy[t] + dh
            delta_o[t] = dh * shown[t] * o[t] * (1 - o[t])
            dc = dc + dh * o[t] * (1 - shown[t] * shown[t]) + P_o * delta_o[t]
            delta_g[t] = dc * i[t] * (1 - g[t] * g[t])
            delta_i[t] = dc * g[t] * i[t] * (1 - i[t])
            delta_f[t] = dc * c[t] * f[t] * (1 - f[t])
            dc = dc * f[t] + P_i * delta_i[t] + P_f * delta_f[t]  # by the cell and by two peepholes
            dh = U.mT @ delta[t]
        seen = [delta_i * c[:-1], delta_f * c[:-1], delta_o * c[1:]]
        dP = np.stack([one.sum(axis=(0, -1)) for one in seen], axis=-2)
        return delta, {"h": dh, "c": dc}, {"U": over_time(delta, h[:-1]), "P": dP}
