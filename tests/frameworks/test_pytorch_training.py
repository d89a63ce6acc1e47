"""Layers that training and evaluation part."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    BatchNorm,
    Dropout,
    FixedMask,
    FixedNorm,
    LayerNorm,
    normal,
)

RANDOM = {
    "gain": normal(1.0),
    "shift": normal(1.0),
}


def test_dropout(torch: Any) -> None:
    x = draw(6, 5)
    # begin: dropout, PyTorch
    theirs = torch.nn.Dropout(0.3)
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.sum().backward()
    mask = tx.grad.numpy()
    # end
    # begin: dropout, NumPy
    layer = Dropout(
        0.3, np.random.default_rng(0)
    )
    y, drawn = layer.forward(x)
    same = FixedMask(mask)
    y, _ = same.forward(x)
    # end
    agree(y, ty)
    assert 0 < (mask > 0).sum() < mask.size
    agree(np.unique(drawn), np.unique(mask))
    theirs.eval()
    agree(
        layer.evaluation(x).forward(x)[0],
        theirs(tx),
    )


def test_batch_norm(torch: Any) -> None:
    x, dy = (
        2 * draw(6, 5) + 1,
        draw(6, 5, seed=1),
    )
    rng = np.random.default_rng(0)
    layer = BatchNorm(5, rng, **RANDOM)
    gamma, beta = layer.params.values()
    # begin: batch-norm, NumPy
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    # end
    # begin: batch-norm, PyTorch
    theirs = torch.nn.BatchNorm1d(5).double()
    with torch.no_grad():
        theirs.weight.copy_(
            torch.tensor(gamma)
        )
        theirs.bias.copy_(torch.tensor(beta))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.backward(torch.tensor(dy))
    # end
    agree(y, ty)
    agree(dx, tx.grad)
    agree(grads["gamma"], theirs.weight.grad)
    agree(grads["beta"], theirs.bias.grad)
    # begin: running, NumPy
    mean = 0.9 * 0 + 0.1 * x.mean(axis=0)
    spread = x.var(axis=0, ddof=1)
    variance = 0.9 * 1 + 0.1 * spread
    fixed = FixedNorm(layer, mean, variance)
    y, _ = fixed.forward(x)
    # end
    # begin: running, PyTorch
    theirs.eval()
    ty = theirs(tx)
    # end
    agree(mean, theirs.running_mean)
    agree(variance, theirs.running_var)
    agree(y, ty)
    torch.nn.init.normal_(theirs.weight)
    gamma[...] = theirs.weight.detach().numpy()
    agree(fixed.forward(x)[0], theirs(tx))


def test_layer_norm(torch: Any) -> None:
    x, dy = (
        2 * draw(6, 5) + 1,
        draw(6, 5, seed=1),
    )
    rng = np.random.default_rng(0)
    layer = LayerNorm(5, rng, **RANDOM)
    gamma, beta = layer.params.values()
    # begin: layer-norm, NumPy
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    # end
    # begin: layer-norm, PyTorch
    theirs = torch.nn.LayerNorm(5).double()
    with torch.no_grad():
        theirs.weight.copy_(
            torch.tensor(gamma)
        )
        theirs.bias.copy_(torch.tensor(beta))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.backward(torch.tensor(dy))
    # end
    agree(y, ty)
    agree(dx, tx.grad)
    agree(grads["gamma"], theirs.weight.grad)
    agree(grads["beta"], theirs.bias.grad)
    torch.nn.init.normal_(theirs.weight)
    gamma[...] = theirs.weight.detach().numpy()
    agree(layer.forward(x)[0], theirs(tx))
