"""Long short-term memory: a state to which is added, and gates that say what is added, kept and shown.

The net of Hochreiter and Schmidhuber (1997) has the gates `input` and `output` and keeps everything; the
`forget` gate came with Gers, Schmidhuber and Cummins (2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from .gates import GateBiases, as_initializer, gate_biases
from .initializers import Initializer
from .layer import Array
from .unrolled import State, Unrolled, Unrolling, history_from, over_time

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

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], tuple[Array, ...]]:
        """Map x (T, n_in, N) to the states h and c (T + 1, H, N); kept are g, i, f, o, tanh c and `seen`.

        `seen` (T + 1, n_in + 1 + H, N) has what a step's total inputs see, x_t, 1 and h_{t−1}, in one column.
        """
        weights, seen = self.side_by_side(x, start["h"])
        h = seen[..., x.shape[-2] + 1 :, :]  # a view: h_t stands in the column of the next step
        c = history_from(start["c"], len(x))
        gates = np.empty((len(x), *weights.shape[:-1], x.shape[-1]), c.dtype)
        shown = np.empty_like(c[1:]) if self.squash else c[1:]
        steps = zip(seen, gates, *self.cut(gates), c, c[1:], shown, h[1:], strict=False)
        for seen_t, total, g, i, f, o, c_before, c_t, shown_t, h_t in steps:
            np.matmul(weights, seen_t, out=total)  # eq:lstm-total
            np.tanh(total, out=total)  # eq:lstm-g
            opening = total[..., self.n_hidden :, :]
            opening += 1
            opening *= 0.5  # eq:lstm-gates
            np.add(f * c_before, i * g, out=c_t)  # eq:lstm-c
            if self.squash:
                np.tanh(c_t, out=shown_t)
            np.multiply(o, shown_t, out=h_t)  # eq:lstm-h
        return {"h": h, "c": c}, (gates, shown, seen)

    def side_by_side(self, x: Array, start: Array) -> tuple[Array, Array]:
        """Return [W b U], with the rows of the gates halved, and `seen`, as yet without h after the start.

        Halved, since σ(a) = (1 + tanh(a/2)) / 2: so one tanh serves g and the gates. The last entry of `seen`
        is seen by no step and gets h alone.
        """
        W, U, b = self.params["W"], self.params["U"], self.params["b"][..., None]
        weights = np.concatenate([W, b, U], axis=-1)
        weights[..., self.n_hidden :, :] *= 0.5
        n_in, columns = W.shape[-1], weights.shape[-1]
        seen = np.empty((len(x) + 1, *W.shape[:-2], columns, x.shape[-1]), start.dtype)
        seen[:-1, ..., :n_in, :] = x
        seen[..., n_in, :] = 1
        seen[0, ..., n_in + 1 :, :] = start
        return weights, seen

    def cut(self, gates: Array) -> tuple[Array, ...]:
        """Cut (…, 4H, N) into views g, i, f, o, each (…, H, N); a gate that the layer lacks is all ones."""
        H = self.n_hidden
        views = {block: gates[..., k * H : (k + 1) * H, :] for k, block in enumerate(self.blocks)}
        g = views["candidate"]
        return g, *(views[gate] if gate in views else np.ones_like(g) for gate in GATES)

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Map dy (T, H, N) to δ (T, 4H, N) of the total inputs, dE/dstart and the gradients."""
        (gates, shown, seen), c = cache.steps, cache.history["c"]
        g, i, f, o = self.cut(gates)
        shows = o * (1 - shown * shown) if self.squash else o
        delta = np.empty_like(gates)
        delta_g, delta_i, delta_f, delta_o = self.cut(delta)
        # All factors of δ but the last, dc or dh, for all steps at once:
        np.multiply(i, 1 - g * g, out=delta_g)
        np.multiply(g * i, 1 - i, out=delta_i)
        np.multiply(c[:-1] * f, 1 - f, out=delta_f)
        np.multiply(shown * o, 1 - o, out=delta_o)
        U_T = np.ascontiguousarray(self.params["U"].mT)
        dh, dc = np.zeros_like(c[0]), np.zeros_like(c[0])
        steps = list(zip(range(len(dy)), delta, *self.cut(delta), strict=True))
        for t, delta_t, delta_g, delta_i, delta_f, delta_o in reversed(steps):
            if t in late:
                dc += late[t]["c"]
            dh += dy[t]  # from above and from the step after; eq:lstm-dh
            dc += dh * shows[t]  # eq:lstm-dc
            delta_g *= dc  # eq:lstm-delta-g
            delta_i *= dc  # eq:lstm-delta-i
            delta_f *= dc  # eq:lstm-delta-f
            delta_o *= dh  # eq:lstm-delta-o
            dc *= f[t]  # eq:lstm-carousel
            np.matmul(U_T, delta_t, out=dh)  # eq:lstm-back
            if self.truncated:
                dh[...] = 0
        n_in = cache.x.shape[-2]
        of_all = over_time(delta, seen[:-1])  # eq:lstm-dU
        dW, db, dU = np.split(of_all, [n_in, n_in + 1], axis=-1)
        return delta, {"h": dh, "c": dc}, {"W": dW, "b": db[..., 0], "U": dU}
