"""A symmetry net through its sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from backprop import Dense, Logistic, Momentum, Sequential, sum_of_squares, train, uniform
from backprop.data.datasets import symmetry

SEEDS = (47, 68, 0, 1)
SWEEPS = 4500


def net_of(seed: int) -> Sequential:
    """The net of the page: paper's settings, biases drawn too."""
    rng, start = np.random.default_rng(seed), {"weight": uniform(0.3), "bias": uniform(0.3)}
    below, above = Dense(6, 2, rng, **start), Dense(2, 1, rng, **start)
    return Sequential(below, Logistic(), above, Logistic())


def weights(net: Sequential) -> Any:
    return np.concatenate([each.ravel() for each in net.params.values()])


def data() -> dict[str, Any]:
    """The first weights of four nets: W, b, V and v0."""
    return {"starts": {str(seed): weights(net_of(seed)).tolist() for seed in SEEDS}}


def settings(rng: np.random.Generator) -> dict[str, Any]:
    return {"seed": int(rng.choice(SEEDS)), "sweep": 5 * int(rng.integers(0, SWEEPS // 5 + 1))}


def shown(seed: int, sweep: int) -> dict[str, float]:
    """The numbers of the figure at these settings."""
    X, d = symmetry()
    net = net_of(seed)
    if sweep:
        train(net, sum_of_squares, X, d, Momentum(0.1, 0.9), sweep)
    y, _ = net.forward(X)
    w = weights(net)
    p, q, r = 4 * np.sort(np.abs(w[:3])) / np.abs(w[:3]).max()
    return {
        "sweep": sweep,
        "E": float(sum_of_squares(y, d)[0]),
        "wrong": int((np.abs(y - d) >= 0.5).sum()),
        "cases": len(X),
        "p": p,
        "q": q,
        "r": r,
        "s1": w[0] + w[5],
        "s2": w[1] + w[4],
        "s3": w[2] + w[3],
        **{f"w{i}": each for i, each in enumerate(w)},
    }
