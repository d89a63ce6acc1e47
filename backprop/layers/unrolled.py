"""What recurrent layers share: one layer used again at every step of time, its state handed on to the next.

Sequences are x (T, N, features), with runs in front of all, so time is on axis −3 and cases stay on axis −2.
Inside, time comes first and the cases stand in columns: x[t] is (features, N), so every formula of a step
reads as it does for one case, and the rows that hold one gate are contiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from .initializers import Initializer, draw, uniform
from .layer import Array, Layer, check_batch, check_dy

State = dict[str, Array]


class Unrolling(NamedTuple):
    """The cache of a recurrent layer: everything that happened, with time first and cases last.

    `x` (T, n_in, N) are the inputs; `history` has for each name of the state an array (T + 1, H, N) that
    begins with the start; `steps` is what the layer keeps of every step besides; `ends` (N,) are the numbers
    of steps of the sequences, where a mask was given.
    """

    x: Array
    history: dict[str, Array]
    steps: Any
    ends: Array | None


class Unrolled(Layer):
    """A layer with a state. Subclasses say what one step does (`unroll`) and how its error comes back.

    `W` (rows, n_in) weighs the input of a step, `U` (rows, H) the state before it, `b` (rows,) is the bias,
    where `rows` is H times the number of total inputs that the step has for each unit.
    """

    STATE: tuple[str, ...] = ("h",)

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        rows: int,
        rng: np.random.Generator | Sequence[np.random.Generator],
        weight: Initializer | None,
        recurrent: Initializer | None,
        bias: Initializer,
        dtype: DTypeLike,
    ) -> None:
        name = type(self).__name__
        if n_in < 1 or n_hidden < 1:
            raise ValueError(f"{name} expects at least 1 input and 1 unit, got {n_in} and {n_hidden}")
        self.n_hidden = n_hidden
        small = uniform(n_hidden**-0.5)
        self.params = {
            "W": draw(weight or small, (rows, n_in), rng, dtype),
            "U": draw(recurrent or small, (rows, n_hidden), rng, dtype),
            "b": draw(bias, (rows,), rng, dtype),
        }

    def unroll(self, x: Array, start: State) -> tuple[dict[str, Array], Any]:
        """Walk up through time: x (T, n_in, N) to the history of the state and what `through_time` needs."""
        raise NotImplementedError

    def through_time(
        self, dy: Array, cache: Unrolling, late: dict[int, State]
    ) -> tuple[Array, State, dict[str, Array]]:
        """Walk down again: dy (T, H, N) to the δ of all total inputs, dE/dstart and the gradients.

        Those of W and b may be left out; then they are summed from these δ and x. `late[t]` is dE/d(the rest
        of the state after step t) where it was given; that of h is in dy already.
        """
        raise NotImplementedError

    def forward(
        self, x: Array, start: State | None = None, mask: Array | None = None
    ) -> tuple[Array, Unrolling]:
        """Map x (T, N, n_in) to y (T, N, H), the state h after every step.

        `start` is the state before the first step, {"h": (N, H), …}, zeros where left out. `mask` (T, N) is
        True up to the last step of each sequence; what is padded behind it has y = 0 and no influence.
        """
        W = self.params["W"]
        check_sequences(type(self).__name__, x, W.shape[-1], like=W)
        ends = None if mask is None else _ends(type(self).__name__, mask, x)
        columns = np.moveaxis(x, -3, 0).mT
        if W.ndim == 3 and x.ndim == 3:
            columns = columns[:, None]  # one batch of sequences for all runs
        history, steps = self.unroll(columns, self._start(start, x))
        cache = Unrolling(columns, history, steps, ends)
        return np.moveaxis(_before(ends, history["h"][1:]).mT, 0, -3), cache

    def backward(
        self, dy: Array, cache: Unrolling, dlast: State | None = None
    ) -> tuple[Array, dict[str, Array]]:
        """Map dy (T, N, H) to dx (T, N, n_in) and the gradients; `dlast` is dE/d(last state), if any."""
        dx, grads, _ = self.backward_to_start(dy, cache, dlast)
        return dx, grads

    def backward_to_start(
        self, dy: Array, cache: Unrolling, dlast: State | None = None
    ) -> tuple[Array, dict[str, Array], State]:
        """Return dx, the gradients, and dE/dstart, {"h": (N, H), …}, of the state before the first step."""
        delta, dstart, grads = self._walk_down(dy, cache, dlast or {})
        dx = self.params["W"].mT @ delta  # eq:unrolled-dx
        return np.moveaxis(dx.mT, 0, -3), grads, {name: one.mT for name, one in dstart.items()}

    def gradients(self, dy: Array, cache: Unrolling) -> dict[str, Array]:
        """Map dy (T, N, H) to the gradients alone, without the work for dx."""
        return self._walk_down(dy, cache, {})[2]

    def last_state(self, cache: Unrolling) -> State:
        """Return the state after each sequence's last step, {"h": (N, H), …}: a `start` for what follows."""
        if cache.ends is None:
            return {name: values[-1].mT for name, values in cache.history.items()}
        cases = np.arange(len(cache.ends))
        return {
            name: np.moveaxis(values[cache.ends, ..., cases], 0, -2) for name, values in cache.history.items()
        }

    def step(self, x: Array, state: State | None = None) -> tuple[Array, State]:
        """Map the input x (N, n_in) of one step and the state before it to y (N, H) and the state after."""
        check_batch(type(self).__name__, x, self.params["W"].shape[-1])
        y, cache = self.forward(x[..., None, :, :], state)
        return y[..., 0, :, :], self.last_state(cache)

    def _walk_down(self, dy: Array, cache: Unrolling, dlast: State) -> tuple[Array, State, dict[str, Array]]:
        h = cache.history["h"]
        check_dy(type(self).__name__, dy, np.moveaxis(h[1:].mT, 0, -3).shape)
        dy = _before(cache.ends, np.moveaxis(dy, -3, 0).mT)
        late = self._late(self._columns("dlast", dlast, h.shape[1:]), cache)
        if "h" in dlast:
            dy = dy.copy()
            for t, state in late.items():
                dy[t] += state["h"]
        delta, dstart, grads = self.through_time(dy, cache, late)
        if "W" not in grads:  # a layer may have summed them itself
            grads["W"] = over_time(delta, cache.x)  # eq:unrolled-dW
            grads["b"] = delta.sum(axis=0).sum(axis=-1)  # eq:unrolled-db
        return delta, dstart, grads

    def _late(self, dlast: State, cache: Unrolling) -> dict[int, State]:
        """For each step after which a sequence ends, what of `dlast` comes in there; nothing without one."""
        if not dlast:
            return {}
        zeros = np.zeros_like(cache.history["h"][0])
        whole = {name: dlast.get(name, zeros) for name in self.STATE}
        if cache.ends is None:
            return {len(cache.history["h"]) - 2: whole}
        return {
            int(end) - 1: {name: one * (cache.ends == end) for name, one in whole.items()}
            for end in np.unique(cache.ends)
        }

    def _start(self, start: State | None, x: Array) -> State:
        W = self.params["W"]
        shape = (*W.shape[:-2], self.n_hidden, x.shape[-2])
        given = self._columns("start", start or {}, shape)
        dtype = np.result_type(x, W, *given.values())
        return {name: given.get(name, np.zeros(shape)).astype(dtype) for name in self.STATE}

    def _columns(self, what: str, state: State, shape: tuple[int, ...]) -> State:
        """The arrays (N, H) of a state as columns (H, N), once they have been looked at."""
        name = type(self).__name__
        if not state.keys() <= set(self.STATE):
            raise ValueError(f"{name} expects {what} with the keys {list(self.STATE)}, got {list(state)}")
        wanted = (*shape[:-2], shape[-1], shape[-2])
        for key, value in state.items():
            if not isinstance(value, np.ndarray) or value.shape != wanted:
                got = value.shape if isinstance(value, np.ndarray) else type(value).__name__
                raise ValueError(f"{name} expects {what}[{key!r}] of shape {wanted}, got {got}")
            w = self.params["W"]
            if value.dtype != w.dtype and "c" not in value.dtype.kind + w.dtype.kind:
                raise TypeError(f"{name} expects {what}[{key!r}] of dtype {w.dtype}, got {value.dtype}")
        return {key: value.mT for key, value in state.items()}


def _ends(owner: str, mask: Array, x: Array) -> Array:
    """The number of steps of each sequence, from a mask that is True up to its last step."""
    wanted = f"{owner} expects a mask of truth values of shape {x.shape[-3:-1]}"
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != x.shape[-3:-1]:
        raise ValueError(f"{wanted}, got {np.asarray(mask).dtype} {np.shape(mask)}")
    ends: Array = mask.sum(axis=0)
    if ends.min() == 0 or (mask[1:] & ~mask[:-1]).any():
        raise ValueError(f"{wanted}, True from the first step to the last of each sequence")
    return ends


def _before(ends: Array | None, values: Array) -> Array:
    """The values (T, …, N) of steps, 0 behind the end of each sequence."""
    if ends is None:
        return values
    mask = np.arange(len(values))[:, None] < ends
    return values * mask.reshape(len(mask), *[1] * (values.ndim - 2), -1)


def history_from(start: Array, steps: int, rows: bool = False) -> Array:
    """Return an empty array (steps + 1, …, H, N) whose first entry is `start`.

    It is quicker with `rows`, where no gates have to be cut out of what is computed with it: then the numbers
    of each case are neighbours in memory, as in x and y.
    """
    if rows:
        return history_from(start.mT, steps).mT
    history = np.empty((steps + 1, *start.shape), start.dtype)
    history[0] = start
    return history


def from_below(W: Array, x: Array, b: Array) -> Array:
    """Return W x_t + b for all steps at once: what the inputs x (T, n_in, N) add to the total inputs."""
    a: Array = W @ x
    a += b
    return a


def over_time(delta: Array, x: Array) -> Array:
    """Return Σ_t δ_t x_tᵀ, summed over the cases too: delta (T, n, N) and x (T, m, N) to (n, m)."""
    left, right = np.moveaxis(delta, 0, -2), np.moveaxis(x, 0, -2)
    left, right = (one.reshape(*one.shape[:-2], -1) for one in (left, right))
    product: Array = left @ right.mT
    return product


def check_sequences(owner: str, x: Array, features: int, like: Array) -> None:
    """Refuse, with a reason, what is not a batch of sequences (T, N, features), or (runs, T, N, features)."""
    check_batch(owner, x, features)
    runs = "" if like.ndim == 2 else f" or ({like.shape[0]}, T, N, {features})"
    if not 3 <= x.ndim <= like.ndim + 1 or (x.ndim == 4 and x.shape[0] != like.shape[0]):
        raise ValueError(f"{owner} expects x of shape (T, N, {features}){runs}, got {x.shape}")
    if x.dtype != like.dtype and "c" not in x.dtype.kind + like.dtype.kind:
        raise TypeError(f"{owner} expects x of dtype {like.dtype}, got {x.dtype}")
