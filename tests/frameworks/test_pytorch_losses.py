"""Losses, starts and clipping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agree, draw

from backprop import (
    clip_by_norm,
    clip_by_value,
    fan_in_normal,
    glorot_uniform,
    gradient_norm,
    he_normal,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    softmax_cross_entropy,
    sum_of_squares,
)


def test_squares(torch: Any) -> None:
    y, d = draw(6, 3), draw(6, 3, seed=1)
    ty = torch.tensor(y, requires_grad=True)
    td = torch.tensor(d)
    # begin: squares, NumPy
    E, dy = sum_of_squares(y, d)
    # end
    # begin: squares, PyTorch
    loss = torch.nn.MSELoss(reduction="sum")
    tE = loss(ty, td) / 2
    tE.backward()
    # end
    agree(E, tE)
    agree(dy, ty.grad)
    mean = torch.nn.MSELoss()(ty, td)
    agree(2 * E / y.size, mean)


def test_cross_entropy(torch: Any) -> None:
    x = draw(6, 3)
    t = np.eye(3)[[0, 2, 1, 1, 0, 2]]
    tx = torch.tensor(x, requires_grad=True)
    tt = torch.tensor(t)
    # begin: cross-entropy, NumPy
    loss = mean_over_cases(
        softmax_cross_entropy
    )
    E, dx = loss(x, t)
    # end
    # begin: cross-entropy, PyTorch
    criterion = torch.nn.CrossEntropyLoss()
    tE = criterion(tx, tt.argmax(dim=1))
    tE.backward()
    # end
    agree(E, tE)
    agree(dx, tx.grad)
    agree(E, criterion(tx, tt))


def test_logistic_entropy(torch: Any) -> None:
    x = draw(6, 3)
    d = 1.0 * (draw(6, 3, seed=1) > 0)
    tx = torch.tensor(x, requires_grad=True)
    td = torch.tensor(d)
    # begin: logistic, NumPy
    E, dx = logistic_cross_entropy(x, d)
    # end
    # begin: logistic, PyTorch
    loss = torch.nn.BCEWithLogitsLoss(
        reduction="sum"
    )
    tE = loss(tx, td)
    tE.backward()
    # end
    agree(E, tE)
    agree(dx, tx.grad)
    mean = torch.nn.BCEWithLogitsLoss()(tx, td)
    agree(E / x.size, mean)


def test_starts(torch: Any) -> None:
    shape = 30, 70
    rng = np.random.default_rng(0)
    # begin: starts, NumPy
    rectifiers = he_normal()(shape, rng)
    gaussian = fan_in_normal(5 / 3)(shape, rng)
    flat = glorot_uniform(5 / 3)(shape, rng)
    # end
    init = torch.nn.init
    V = torch.empty(shape, dtype=torch.float64)
    torch.manual_seed(0)
    # begin: starts, PyTorch
    gain = init.calculate_gain("tanh")
    t_rectifiers = init.kaiming_normal_(
        V.clone(), nonlinearity="relu"
    )
    t_gaussian = init.kaiming_normal_(
        V.clone(), nonlinearity="tanh"
    )
    t_flat = init.xavier_uniform_(
        V.clone(), gain=gain
    )
    # end
    assert gain == 5 / 3
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    for ours, theirs, unit, fair in (
        (
            rectifiers,
            t_rectifiers,
            normal(1.0)(shape, rng),
            init.normal_(V.clone()),
        ),
        (
            gaussian,
            t_gaussian,
            normal(1.0)(shape, rng),
            init.normal_(V.clone()),
        ),
        (
            flat,
            t_flat,
            rng.uniform(-1, 1, shape),
            init.uniform_(V.clone(), -1, 1),
        ),
    ):
        agree(ours / unit, theirs / fair)
    least = torch.nn.Linear(70, 30).weight
    limit = abs(least).max().item()
    assert limit == pytest.approx(
        70**-0.5, rel=0.01
    )


def test_clipping(torch: Any) -> None:
    grads = {"W": draw(4, 3), "b": draw(4)}
    weights = []
    for g in grads.values():
        w = torch.zeros(
            g.shape, dtype=torch.float64
        )
        w.grad = torch.tensor(g)
        weights.append(w)
    # begin: clipping, NumPy
    norm = gradient_norm(grads)
    limit = 1.5 * norm / (norm + 1e-6)
    clipped = clip_by_norm(grads, limit)
    # end
    # begin: clipping, PyTorch
    utils = torch.nn.utils
    t_norm = utils.clip_grad_norm_(
        weights, 1.5
    )
    # end
    agree(norm, t_norm)
    assert norm > 1.5
    for g, w in zip(
        clipped.values(), weights, strict=True
    ):
        agree(g, w.grad)
    for g, w in zip(
        grads.values(), weights, strict=True
    ):
        w.grad = torch.tensor(g)
    # begin: clip-value, NumPy
    clipped = clip_by_value(grads, 0.5)
    # end
    # begin: clip-value, PyTorch
    utils.clip_grad_value_(weights, 0.5)
    # end
    for g, w in zip(
        clipped.values(), weights, strict=True
    ):
        agree(g, w.grad)
