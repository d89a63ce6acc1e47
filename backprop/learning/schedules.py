"""Learning rates that change as training goes on: each schedule is a function of the changes made so far.

`train` and `train_minibatches` call it before every change. A rate may be one number, or an array with
one for each run.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..layers.layer import Array

Rate = float | Array
Schedule = Callable[[int], Rate]


def inverse_time(rate: Rate, tau: float) -> Schedule:
    """ε(t) = ε(0) / (1 + t / τ): nearly constant for τ changes, then falling as 1/t."""
    _positive("inverse_time", tau=tau)
    return lambda t: rate / (1 + t / tau)  # eq:schedules-inverse-time


def steps(rate: Rate, factor: float, every: int) -> Schedule:
    """ε(t) is multiplied by `factor` after every `every` changes."""
    _positive("steps", factor=factor, every=every)
    return lambda t: rate * factor ** (t // every)  # eq:schedules-steps


def linear(rate: Rate, changes: int) -> Schedule:
    """ε(t) falls in a straight line from `rate` to nearly 0 at the last of `changes` changes."""
    _positive("linear", changes=changes)
    return lambda t: rate * max(1 - t / changes, 0.0)  # eq:schedules-linear


def cosine(rate: Rate, changes: int) -> Schedule:
    """ε(t) falls from `rate` to nearly 0 along half a cosine (Loshchilov and Hutter 2017)."""
    _positive("cosine", changes=changes)
    return lambda t: rate * (1 + math.cos(math.pi * min(t / changes, 1.0))) / 2  # eq:schedules-cosine


def exponential(first: Rate, last: Rate, changes: int) -> Schedule:
    """ε(t) is multiplied by the same factor at every change, from `first` to `last` in `changes` changes."""
    _positive("exponential", changes=changes)
    return lambda t: first * (last / first) ** (t / changes)  # eq:schedules-exponential


def _positive(owner: str, **settings: float) -> None:
    for name, value in settings.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{owner} expects {name} above 0, got {value}")
