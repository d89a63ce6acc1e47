"""Ways to derivatives beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    Dense,
    Sequential,
    Tanh,
    Value,
    hessian_vector,
    sum_of_squares,
)


def test_tape(torch: Any) -> None:
    # begin: tape, NumPy
    a, b = Value(3.0), Value(-1.0)
    f = (a * b + a).logistic()
    f.backward()
    f.backward()
    # end
    # begin: tape, PyTorch
    ta, tb = torch.tensor(
        [3.0, -1.0],
        dtype=torch.float64,
        requires_grad=True,
    )
    ta.retain_grad()
    tb.retain_grad()
    tf = torch.sigmoid(ta * tb + ta)
    tf.backward(retain_graph=True)
    tf.backward()
    # end
    agree(2 * a.grad, ta.grad)
    agree(2 * b.grad, tb.grad)


def test_hessian(torch: Any) -> None:
    x, d = draw(5, 3), draw(5, 2)
    rng = np.random.default_rng(0)
    net = Sequential(
        Dense(3, 4, rng),
        Tanh(),
        Dense(4, 2, rng),
    )
    v = {
        name: draw(*w.shape, seed=1)
        for name, w in net.params.items()
    }
    # begin: hessian, NumPy
    Hv = hessian_vector(
        net, sum_of_squares, x, d, v
    )
    # end
    tx, td = torch.tensor(x), torch.tensor(d)

    # begin: hessian, PyTorch
    def error(w):
        h = tx @ w["0.W"].T + w["0.b"]
        h = torch.tanh(h)
        y = h @ w["2.W"].T + w["2.b"]
        return ((y - td) ** 2).sum() / 2

    def carried(arrays):
        return {
            name: torch.tensor(array)
            for name, array in arrays.items()
        }

    _, tHv = torch.func.jvp(
        torch.func.grad(error),
        (carried(net.params),),
        (carried(v),),
    )
    # end
    agree(Hv, tHv)


def test_many_nets(torch: Any) -> None:
    x = draw(6, 5)
    # begin: runs, NumPy
    rngs = [
        np.random.default_rng(seed)
        for seed in range(200)
    ]
    layer = Dense(5, 3, rngs)
    y, _ = layer.forward(x)
    # end
    # begin: runs, PyTorch
    W, b = (
        torch.tensor(w)
        for w in layer.params.values()
    )
    linear = torch.nn.functional.linear
    many = torch.vmap(
        linear, in_dims=(None, 0, 0)
    )
    ty = many(torch.tensor(x), W, b)
    # end
    agree(y, ty)
    assert ty.shape == (200, 6, 3)
