"""The loop: forward, loss, backward, change the weights; over all cases at once or a few at a time.

`train` is Rumelhart's second scheme, gradients accumulated over all cases before each change; it
follows many nets at once where the parameters carry a runs axis. `train_minibatches` changes the
weights after every case or every few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..layers.layer import Array, Layer, Sequential
from .losses import Loss
from .optimizers import GradientDescent
from .schedules import Schedule


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
    schedule: Schedule | None = None,
    keep_diverged: bool = False,
) -> History:
    """Change the weights `sweeps` times, each time by the gradient of all cases.

    `solved(y, d)` returns a bool, or one for each run; training stops early once every run has
    met it. `phases` maps a sweep number to optimizer settings that hold from it on, such as
    `{0: {"momentum": 0.5}, 20: {"momentum": 0.9}}`; `schedule(t)` is the learning rate of the
    change number t, from 0. What `record(y)` makes of the outputs before every change is kept.
    A divergence raises FloatingPointError, or, with `keep_diverged`, leaves E = inf for that run.
    """
    if sweeps < 1:
        raise ValueError(f"train expects at least 1 sweep, got {sweeps}")
    d = np.asfortranarray(d)  # cases side by side, as in the outputs
    loss = _keeping(loss) if keep_diverged else _telling(loss, net, x)
    errors, recorded = [], []
    solved_at: Array | None = None
    with np.errstate(**_warnings(keep_diverged)):
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
            if schedule is not None:
                optimizer.learning_rate = schedule(sweep)
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


def _warnings(keep_diverged: bool) -> dict[str, Any]:
    """What NumPy should not warn of: an overflow that the caller has asked to keep."""
    return {"over": "ignore", "invalid": "ignore"} if keep_diverged else {}


def _keeping(loss: Loss) -> Loss:
    """The same loss for many nets; those whose outputs are no longer finite have E = inf and dy = 0."""

    def keeping(y: Array, d: Array) -> tuple[Array, Array]:
        try:
            return loss(y, d)
        except FloatingPointError:
            runs = loss(np.broadcast_to(d, y.shape), d)[0].shape
            if not runs:
                raise
            fine = np.abs(y) < 1e150  # not where NaN; larger squares overflow
            lost = ~fine.reshape(*runs, -1).all(axis=1)
            E, dy = loss(np.where(lost.reshape(*runs, *[1] * (y.ndim - 1)), d, y), d)
            E[lost], dy[lost] = np.inf, 0
            return E, dy

    return keeping


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
    x: Array, d: Array, size: int, rng: np.random.Generator | Sequence[np.random.Generator] | None
) -> Iterator[tuple[Array, Array]]:
    """Cut the cases into batches of `size`, in a fresh random order where `rng` is given.

    With one generator for each run, every run has an order of its own: batches have shape
    (runs, size, features), from x (N, features) for all or (runs, N, features) for each.
    """
    if x.ndim < 2 or d.ndim < 1:
        wanted = "rows of inputs, and rows of targets or labels"
        raise ValueError(f"minibatches expects {wanted}, got {x.shape} and {d.shape}")
    cases, targets = x.shape[-2], len(d) if d.ndim == 1 else d.shape[-2]
    if cases != targets or cases == 0:
        raise ValueError(f"minibatches expects as many targets as inputs, got {targets} and {cases}")
    if size < 1:
        raise ValueError(f"minibatches expects a size of at least 1, got {size}")
    if rng is None or isinstance(rng, np.random.Generator):
        order = np.arange(cases) if rng is None else rng.permutation(cases)
    else:
        order = np.stack([one.permutation(cases) for one in rng])
    for start in range(0, cases, size):
        batch = order[..., start : start + size]
        yield _cases(x, batch), _cases(d, batch)


def _cases(x: Array, batch: Array) -> Array:
    """Pick cases of x (N, features) or labels (N,), or of x (runs, N, features) for each run its own."""
    if x.ndim == 3 and batch.ndim == 2:
        return x[np.arange(len(x))[:, None], batch]
    return x.take(batch, axis=0) if x.ndim < 3 else x[..., batch, :]  # take is quicker than an index


def train_minibatches(
    net: Layer,
    loss: Loss,
    x: Array,
    d: Array,
    optimizer: GradientDescent,
    epochs: int,
    *,
    size: int = 1,
    rng: np.random.Generator | Sequence[np.random.Generator] | None = None,
    after_epoch: Callable[[int], bool | None] | None = None,
    schedule: Schedule | None = None,
    keep_diverged: bool = False,
) -> History:
    """Change the weights after every `size` cases, for `epochs` passes through the training set.

    The order is new in every epoch where `rng` is given; for many nets at once a sequence of
    generators gives each its own. `errors` holds, for each epoch (and run), the sum of the batches'
    E as they were met. `after_epoch(epoch)` may return True to stop; `schedule(t)` is the learning
    rate of change number t, from 0; `keep_diverged` as in `train`.
    """
    if epochs < 1:
        raise ValueError(f"train_minibatches expects at least 1 epoch, got {epochs}")
    errors, change = [], 0
    loss = _keeping(loss) if keep_diverged else _telling(loss, net, x)
    with np.errstate(**_warnings(keep_diverged)):
        for epoch in range(epochs):
            total: Array = np.array(0.0)
            for batch_x, batch_d in minibatches(x, d, size, rng):
                y, cache = net.forward(batch_x)
                E, dy = loss(y, batch_d)
                if schedule is not None:
                    optimizer.learning_rate = schedule(change)
                optimizer.step(net.params, net.gradients(dy, cache))
                total = total + E
                change += 1
            errors.append(total)
            if after_epoch is not None and after_epoch(epoch):
                break
    return History(np.array(errors), np.array(-1))


def train_fresh(
    net: Layer,
    loss: Loss,
    draw: Callable[[int], tuple[Array, Array]],
    optimizer: GradientDescent,
    updates: int,
    *,
    clip: Callable[[dict[str, Array]], dict[str, Array]] | None = None,
    record: Callable[[Array, Array], Array | None] | None = None,
    schedule: Schedule | None = None,
    keep_diverged: bool = False,
) -> History:
    """Change the weights `updates` times, each time by a batch that has not been seen before.

    `draw(t)` returns the inputs and targets of change number t, from 0; `clip` makes of the gradients those
    that are used. What `record(y, d)` makes of outputs and targets before every change is kept; where it
    returns None, training stops. `schedule` and `keep_diverged` as in `train`.
    """
    if updates < 1:
        raise ValueError(f"train_fresh expects at least 1 update, got {updates}")
    errors, recorded = [], []
    loss = _keeping(loss) if keep_diverged else loss
    with np.errstate(**_warnings(keep_diverged)):
        for t in range(updates):
            x, d = draw(t)
            y, cache = net.forward(x)
            E, dy = loss(y, d)
            errors.append(E)
            if record is not None:
                kept = record(y, d)
                if kept is None:
                    break
                recorded.append(np.array(kept))
            if schedule is not None:
                optimizer.learning_rate = schedule(t)
            grads = net.gradients(dy, cache)
            optimizer.step(net.params, grads if clip is None else clip(grads))
    return History(np.array(errors), np.array(-1), np.array(recorded))
