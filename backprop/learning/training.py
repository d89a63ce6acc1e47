"""The loop: forward, loss, backward, change the weights; over all cases at once or a few at a time.

`train` is Rumelhart's second scheme, gradients accumulated over all cases before each change; it
follows many nets at once where the parameters carry a runs axis. `train_minibatches` changes the
weights after every case or every few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..layers.layer import Array, Layer, Sequential
from .losses import Loss
from .optimizers import GradientDescent


@dataclass(frozen=True)
class History:
    """What a training run did.

    `errors`: E before every change, shape (changes,) or (changes, runs).
    `solved_at`: changes made when the criterion first held, −1 for never; a 0-d array or (runs,).
    `recorded`: what `record` returned before every change, one row for each; empty without it.
    """

    errors: Array
    solved_at: Array
    recorded: Array = field(default_factory=lambda: np.empty(0))


def train(
    net: Layer,
    loss: Loss,
    x: Array,
    d: Array,
    optimizer: GradientDescent,
    sweeps: int,
    *,
    solved: Callable[[Array, Array], Array] | None = None,
    phases: Mapping[int, Mapping[str, float]] | None = None,
    record: Callable[[Array], Array] | None = None,
) -> History:
    """Change the weights `sweeps` times, each time by the gradient of all cases.

    `solved(y, d)` returns a bool, or one for each run; training stops early once every run has
    met it. `phases` maps a sweep number to optimizer settings that hold from it on, such as
    `{0: {"momentum": 0.5}, 20: {"momentum": 0.9}}`. What `record(y)` makes of the outputs before
    every change is kept.
    """
    if sweeps < 1:
        raise ValueError(f"train expects at least 1 sweep, got {sweeps}")
    d = np.asfortranarray(d)  # cases side by side, as in the outputs
    loss = _telling(loss, net, x)
    errors, recorded = [], []
    solved_at: Array | None = None
    for sweep in range(sweeps + 1):
        y, cache = net.forward(x)
        E, dy = loss(y, d)
        if solved is not None:
            now = np.asarray(solved(y, d))
            solved_at = np.full(now.shape, -1) if solved_at is None else solved_at
            solved_at[(solved_at < 0) & now] = sweep
            if (solved_at >= 0).all():
                break
        if sweep == sweeps:
            break
        errors.append(E)
        if record is not None:
            recorded.append(np.array(record(y)))
        for name, value in (phases or {}).get(sweep, {}).items():
            if not hasattr(optimizer, name):
                raise ValueError(f"phases expects settings of the optimizer, got {name!r}")
            setattr(optimizer, name, value)
        optimizer.step(net.params, net.gradients(dy, cache))
    never = np.array(-1)
    return History(np.array(errors), never if solved_at is None else solved_at, np.array(recorded))


def _telling(loss: Loss, net: Layer, x: Array) -> Loss:
    """The same loss; where E is not finite it says after how many changes, and where that begins."""
    calls = 0

    def telling(y: Array, d: Array) -> tuple[Array, Array]:
        nonlocal calls
        calls += 1
        try:
            return loss(y, d)
        except FloatingPointError as problem:
            where = f"after {calls - 1} changes; {_where_not_finite(net, x)}"
            raise FloatingPointError(f"{problem}, {where} (did the training diverge?)") from None

    return telling


def _where_not_finite(net: Layer, x: Array) -> str:
    """Name the first weights, or else the first layer, with NaN or infinity in them."""
    for name, w in net.params.items():
        if not np.isfinite(w).all():
            return f"the first NaN or infinite weights are those of {name!r}"
    for i, layer in enumerate(net.layers if isinstance(net, Sequential) else (net,)):
        x = layer.forward(x)[0]
        if not np.isfinite(x).all():
            return f"the first NaN or infinite outputs are those of layer {i}, {type(layer).__name__}"
    return f"all weights and outputs are finite, the largest output is {np.abs(x).max():.3g}"


def minibatches(
    x: Array, d: Array, size: int, rng: np.random.Generator | None
) -> Iterator[tuple[Array, Array]]:
    """Cut the cases into batches of `size`, in a fresh random order where `rng` is given."""
    if len(x) != len(d) or len(x) == 0:
        raise ValueError(f"minibatches expects as many targets as inputs, got {len(d)} and {len(x)}")
    if size < 1:
        raise ValueError(f"minibatches expects a size of at least 1, got {size}")
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    for start in range(0, len(x), size):
        batch = order[start : start + size]
        yield x[batch], d[batch]


def train_minibatches(
    net: Layer,
    loss: Loss,
    x: Array,
    d: Array,
    optimizer: GradientDescent,
    epochs: int,
    *,
    size: int = 1,
    rng: np.random.Generator | None = None,
    after_epoch: Callable[[int], bool | None] | None = None,
) -> History:
    """Change the weights after every `size` cases, for `epochs` passes through the training set.

    The order is new in every epoch where `rng` is given. `errors` holds, for each epoch, the sum
    of the batches' E as they were met. `after_epoch(epoch)` may return True to stop.
    """
    if epochs < 1:
        raise ValueError(f"train_minibatches expects at least 1 epoch, got {epochs}")
    errors = []
    loss = _telling(loss, net, x)
    for epoch in range(epochs):
        total = 0.0
        for batch_x, batch_d in minibatches(x, d, size, rng):
            y, cache = net.forward(batch_x)
            E, dy = loss(y, batch_d)
            optimizer.step(net.params, net.gradients(dy, cache))
            total += float(E)
        errors.append(total)
        if after_epoch is not None and after_epoch(epoch):
            break
    return History(np.array(errors), np.array(-1))
