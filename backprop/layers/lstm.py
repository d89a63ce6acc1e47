"""Long short-term memory: a state to which is added, and gates that say what is added, kept and shown.

The net of Hochreiter and Schmidhuber (1997) has the gates `input` and `output` and keeps everything; the
`forget` gate came with Gers, Schmidhuber and Cummins (2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .activations import logistic
from .gates import GateBiases, as_initializer, gate_biases
from .initializers import Initializer
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, history_from, over_time

GATES = ("input", "forget", "output")


class LSTM(Unrolled):
    """c_t = f c_{t−1} + i g and h_t = o tanh(c_t); g is a tanh, i, f, o are logistic, of x_t and h_{t−1}.

    The rows of `W` (4H, n_in), `U` (4H, H) and `b` (4H,) belong to g, i, f and o, in this order; a gate that is
    not among `gates` is always 1 and has no rows. `squash=False` leaves out the tanh of the cell. `truncated`
    sends no error back through h_{t−1}, as in 1997: then `backward` is not the gradient. `weight` starts W and
    `recurrent` U, both uniform on ±1/√H where left out; `bias` starts b, the forget gate's at 1 and others at 0.
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
        gates = W @ x + b  # the inputs' share of all steps at once
        shown = np.empty_like(c[1:])
        for t in range(len(x)):
            gates[t] += U @ h[t]  # eq:lstm-total
            self.open(gates[t])
            g, i, f, o = self.cut(gates[t])
            c[t + 1] = f * c[t] + i * g  # eq:lstm-c
            shown[t] = np.tanh(c[t + 1]) if self.squash else c[t + 1]
            h[t + 1] = o * shown[t]  # eq:lstm-h
        return {"h": h, "c": c}, (gates, shown)

    def open(self, total: Array) -> None:
        """Turn the total inputs (4H, N) of one step into g, i, f and o, in place."""
        H = self.n_hidden
        total[..., :H, :] = np.tanh(total[..., :H, :])  # eq:lstm-g
        total[..., H:, :] = logistic(total[..., H:, :])  # eq:lstm-gates

    def cut(self, gates: Array) -> tuple[Array | float, ...]:
        """Cut (4H, N) into views g, i, f, o, each (H, N); a gate that the layer lacks is the number 1."""
        H = self.n_hidden
        views = {block: gates[..., k * H : (k + 1) * H, :] for k, block in enumerate(self.blocks)}
        return tuple(views.get(block, 1.0) for block in ("candidate", *GATES))

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 4H, N) of the total inputs, dE/dstart and the gradient of `U`."""
        U, (gates, shown) = self.params["U"], cache.steps
        h, c = cache.history["h"], cache.history["c"]
        delta = np.empty_like(gates)
        dh = dc = np.zeros_like(dy[0])
        for t in reversed(range(len(dy))):
            g, i, f, o = self.cut(gates[t])
            if t in late:
                dc = dc + late[t]["c"]
            dh = dy[t] + dh  # from above and from the step after; eq:lstm-dh
            slope = 1 - shown[t] * shown[t] if self.squash else 1.0
            dc = dc + dh * o * slope  # eq:lstm-dc
            delta_g = dc * i * (1 - g * g)  # eq:lstm-delta-g
            delta_i = dc * g * i * (1 - i)  # eq:lstm-delta-i
            delta_f = dc * c[t] * f * (1 - f)  # eq:lstm-delta-f
            delta_o = dh * shown[t] * o * (1 - o)  # eq:lstm-delta-o
            self.join((delta_g, delta_i, delta_f, delta_o), delta[t])
            dc = dc * f  # eq:lstm-carousel
            dh = 0 * dh if self.truncated else U.mT @ delta[t]  # eq:lstm-back
        dU = over_time(delta, h[:-1])  # eq:lstm-dU
        return delta, {"h": dh, "c": dc}, {"U": dU}

    def join(self, parts: tuple[Array, ...], whole: Array) -> None:
        """Write the δ of g, i, f and o into `whole` (4H, N), without those of gates that the layer lacks."""
        for view, part in zip(self.cut(whole), parts, strict=True):
            if isinstance(view, np.ndarray):
                view[...] = part
