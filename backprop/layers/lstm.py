"""Long short-term memory: a state to which is added, and gates that say what is added, kept and shown.

The net of Hochreiter and Schmidhuber (1997) has the gates `input` and `output` and keeps everything; the
`forget` gate came with Gers, Schmidhuber and Cummins (2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .gates import GateBiases, as_initializer, gate_biases, open_gates
from .initializers import Initializer
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, from_below, history_from, over_time

GATES = ("input", "forget", "output")


class LSTM(Unrolled):
    """c_t = f c_{t−1} + i g and h_t = o tanh(c_t); g is a tanh, i, f, o are logistic, of x_t and h_{t−1}.

    The rows of `W` (4H, n_in), `U` (4H, H) and `b` (4H,) belong to g, i, f and o, in this order; a gate that
    is not among `gates` is always 1 and has no rows. `squash=False` leaves out the tanh of the cell.
    `truncated` sends no error back through h_{t−1}, as in 1997: then `backward` is not the gradient. `weight`
    starts W and `recurrent` U, both uniform on ±1/√H where left out; `bias` starts b, where left out at 1 for
    the forget gate and at 0 for all others.
    """

    STATE = ("h", "c")

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        *,
        gates: tuple[str, ...] = GATES,
        squash: bool = True,
        truncated: bool = False,
        weight: Initializer | None = None,
        recurrent: Initializer | None = None,
        bias: GateBiases | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if not set(gates) <= set(GATES):
            raise ValueError(f"LSTM expects gates among {', '.join(GATES)}, got {', '.join(gates)}")
        self.blocks = ("candidate", *(gate for gate in GATES if gate in gates))
        self.squash, self.truncated = squash, truncated
        if bias is None:
            bias = gate_biases(forget=1.0) if "forget" in gates else gate_biases()
        starts = as_initializer(bias, self.blocks)
        super().__init__(n_in, n_hidden, len(self.blocks) * n_hidden, rng, weight, recurrent, starts, dtype)

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], tuple[Array, Array]]:
        """Map x (T, n_in, N) to the states h and c (T + 1, H, N); kept are g, i, f, o and tanh c."""
        W, U, b = self.params["W"], self.params["U"], self.params["b"][..., None]
        h, c = history_from(start["h"], len(x)), history_from(start["c"], len(x))
        gates = from_below(W, x, b)
        g, i, f, o = self.cut(gates)
        shown = np.empty_like(c[1:]) if self.squash else c[1:]
        for t in range(len(x)):
            total = gates[t]
            total += U @ h[t]  # eq:lstm-total
            self.open(total)
            np.add(f[t] * c[t], i[t] * g[t], out=c[t + 1])  # eq:lstm-c
            if self.squash:
                np.tanh(c[t + 1], out=shown[t])
            np.multiply(o[t], shown[t], out=h[t + 1])  # eq:lstm-h
        return {"h": h, "c": c}, (gates, shown)

    def open(self, total: Array) -> None:
        """Turn the total inputs (4H, N) of one step into g, i, f and o, in place."""
        g, others = total[..., : self.n_hidden, :], total[..., self.n_hidden :, :]
        np.tanh(g, out=g)  # eq:lstm-g
        open_gates(others)  # eq:lstm-gates

    def cut(self, gates: Array) -> tuple[Array, ...]:
        """Cut (…, 4H, N) into views g, i, f, o, each (…, H, N); a gate that the layer lacks is all ones."""
        H = self.n_hidden
        views = {block: gates[..., k * H : (k + 1) * H, :] for k, block in enumerate(self.blocks)}
        g = views["candidate"]
        return g, *(views[gate] if gate in views else np.ones_like(g) for gate in GATES)

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 4H, N) of the total inputs, dE/dstart and the gradient of `U`."""
        U, (gates, shown) = self.params["U"], cache.steps
        h, c = cache.history["h"], cache.history["c"]
        g, i, f, o = self.cut(gates)
        # What dh and dc are multiplied by does not wait for them: it is there for all steps at once.
        shows = o * (1 - shown * shown) if self.squash else o
        by_g, by_i, by_f, by_o = i * (1 - g * g), g * i * (1 - i), c[:-1] * f * (1 - f), shown * o * (1 - o)
        delta = np.empty_like(gates)
        delta_g, delta_i, delta_f, delta_o = self.cut(delta)
        dh = dc = np.zeros_like(dy[0])
        for t in reversed(range(len(dy))):
            if t in late:
                dc = dc + late[t]["c"]
            dh = dy[t] + dh  # from above and from the step after; eq:lstm-dh
            dc = dc + dh * shows[t]  # eq:lstm-dc
            np.multiply(dc, by_g[t], out=delta_g[t])  # eq:lstm-delta-g
            np.multiply(dc, by_i[t], out=delta_i[t])  # eq:lstm-delta-i
            np.multiply(dc, by_f[t], out=delta_f[t])  # eq:lstm-delta-f
            np.multiply(dh, by_o[t], out=delta_o[t])  # eq:lstm-delta-o
            dc = dc * f[t]  # eq:lstm-carousel
            dh = np.zeros_like(dh) if self.truncated else U.mT @ delta[t]  # eq:lstm-back
        dU = over_time(delta, h[:-1])  # eq:lstm-dU
        return delta, {"h": dh, "c": dc}, {"U": dU}
