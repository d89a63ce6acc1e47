"""Recurrent layers beside those of PyTorch."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    GRU,
    LSTM,
    Recurrent,
    normal,
    torch_weights,
    with_torch_weights,
)

RANDOM = {
    "weight": normal(0.7),
    "recurrent": normal(0.7),
}


def same_both_ways(
    torch: Any, layer: Any, theirs: Any
) -> None:
    """Everything that comes out and back.

    First with our weights, then with theirs.
    """
    x, dy = draw(6, 4, 2), draw(6, 4, 3)
    start, dlast = (
        {
            name: draw(4, 3, seed=seed + i)
            for i, name in enumerate(
                layer.STATE
            )
        }
        for seed in (1, 5)
    )
    for _ in "ab":
        theirs.zero_grad()
        y, cache = layer.forward(x, start)
        last = layer.last_state(cache)
        dx, grads, dstart = (
            layer.backward_to_start(
                dy, cache, dlast
            )
        )
        tx = torch.tensor(
            x, requires_grad=True
        )
        begin = [
            torch.tensor(
                s[None], requires_grad=True
            )
            for s in start.values()
        ]
        ty, end = theirs(
            tx,
            begin[0]
            if len(begin) == 1
            else begin,
        )
        end = [end] if len(begin) == 1 else end
        torch.autograd.backward(
            [ty, *end],
            [
                torch.tensor(dy),
                *(
                    torch.tensor(s[None])
                    for s in dlast.values()
                ),
            ],
        )
        agree(y, ty)
        agree(dx, tx.grad)
        for i, name in enumerate(layer.STATE):
            agree(last[name], end[i][0])
            agree(
                dstart[name], begin[i].grad[0]
            )
        twin = copy.copy(layer)
        twin.params = grads
        ours = torch_weights(twin)
        for (
            name,
            w,
        ) in theirs.named_parameters():
            if name != "bias_hh_l0":
                agree(ours[name], w.grad)
            elif "v" in grads:
                agree(grads["v"], w.grad[-3:])
        for w in theirs.parameters():
            torch.nn.init.normal_(w, std=0.7)
        layer = with_torch_weights(
            layer,
            {
                name: w.detach().numpy()
                for name, w in (
                    theirs.named_parameters()
                )
            },
        )


def test_recurrent(torch: Any) -> None:
    rng = np.random.default_rng(0)
    # begin: recurrent, NumPy
    layer = Recurrent(2, 3, rng, **RANDOM)
    weights = torch_weights(layer)
    # end
    # begin: recurrent, PyTorch
    theirs = torch.nn.RNN(2, 3).double()
    theirs.load_state_dict(
        {
            name: torch.tensor(w)
            for name, w in weights.items()
        }
    )
    # end
    same_both_ways(torch, layer, theirs)


def test_lstm(torch: Any) -> None:
    rng = np.random.default_rng(0)
    x = draw(6, 4, 2)
    # begin: lstm, PyTorch
    theirs = torch.nn.LSTM(2, 3).double()
    tx = torch.tensor(x)
    ty, (h, c) = theirs(tx)
    named = theirs.named_parameters()
    weights = {
        name: w.detach().numpy()
        for name, w in named
    }
    # end
    # begin: lstm, NumPy
    layer = LSTM(2, 3, rng)
    layer = with_torch_weights(layer, weights)
    y, cache = layer.forward(x)
    last = layer.last_state(cache)
    # end
    agree(y, ty)
    agree(last["h"], h[0])
    agree(last["c"], c[0])
    rows = np.repeat([0.0, 1.0, 2.0, 3.0], 3)
    layer.params["b"][...] = rows
    order = torch_weights(layer)["bias_ih_l0"][
        ::3
    ]
    assert list(order) == [1, 2, 0, 3]
    same_both_ways(
        torch,
        with_torch_weights(layer, weights),
        theirs,
    )


def test_gru(torch: Any) -> None:
    rng = np.random.default_rng(0)
    # begin: gru, NumPy
    layer = GRU(2, 3, rng, reset="after")
    weights = torch_weights(layer)
    # end
    # begin: gru, PyTorch
    theirs = torch.nn.GRU(2, 3).double()
    theirs.load_state_dict(
        {
            name: torch.tensor(w)
            for name, w in weights.items()
        }
    )
    # end
    same_both_ways(torch, layer, theirs)
    layer.params["b"][...] = np.repeat(
        [0.0, 1.0, 2.0], 3
    )
    order = torch_weights(layer)["bias_ih_l0"][
        ::3
    ]
    assert list(order) == [1, 0, 2]
