"""Layers beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    GELU,
    Convolution,
    Dense,
    Flatten,
    LeakyReLU,
    Logistic,
    MaxPooling,
    MeanPooling,
    ReLU,
    Sequential,
    Softmax,
    Softplus,
    Tanh,
)


def test_weights_go_there_and_back(
    torch: Any,
) -> None:
    x = draw(6, 5)
    # begin: carry, NumPy
    rng = np.random.default_rng(0)
    net = Sequential(
        Dense(5, 4, rng),
        Logistic(),
        Dense(4, 3, rng),
    )
    weights = net.params
    # end
    # begin: carry, PyTorch
    theirs = torch.nn.Sequential(
        torch.nn.Linear(5, 4),
        torch.nn.Sigmoid(),
        torch.nn.Linear(4, 3),
    ).double()
    names = {"W": "weight", "b": "bias"}
    state = {}
    for key, w in weights.items():
        layer, name = key.split(".")
        new = f"{layer}.{names[name]}"
        state[new] = torch.tensor(w)
    theirs.load_state_dict(state)
    # end
    tx = torch.tensor(x)
    agree(net.forward(x)[0], theirs(tx))
    for w in theirs.parameters():
        torch.nn.init.normal_(w)
    # begin: back, PyTorch
    weights = {}
    for key, w in theirs.named_parameters():
        layer, name = key.split(".")
        old = {"weight": "W", "bias": "b"}
        new = f"{layer}.{old[name]}"
        weights[new] = w.detach().numpy()
    # end
    # begin: back, NumPy
    for key, w in net.params.items():
        w[...] = weights[key]
    # end
    agree(net.forward(x)[0], theirs(tx))


def test_dense(torch: Any) -> None:
    x, dy = draw(6, 5), draw(6, 3)
    W, b = draw(3, 5), draw(3)
    # begin: dense, NumPy
    layer = Dense.from_weights(W, b)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    # end
    # begin: dense, PyTorch
    theirs = torch.nn.Linear(5, 3).double()
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(W))
        theirs.bias.copy_(torch.tensor(b))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.backward(torch.tensor(dy))
    # end
    agree(y, ty)
    agree(dx, tx.grad)
    agree(grads["W"], theirs.weight.grad)
    agree(grads["b"], theirs.bias.grad)


def test_activations(torch: Any) -> None:
    x, dy = draw(6, 5), draw(6, 5, seed=1)
    # begin: activations, NumPy
    ours = [
        Logistic(),
        Tanh(),
        Softmax(),
        ReLU(),
        LeakyReLU(0.01),
        Softplus(),
        GELU(),
    ]
    # end
    # begin: activations, PyTorch
    theirs = [
        torch.nn.Sigmoid(),
        torch.nn.Tanh(),
        torch.nn.Softmax(dim=-1),
        torch.nn.ReLU(),
        torch.nn.LeakyReLU(0.01),
        torch.nn.Softplus(),
        torch.nn.GELU(),
    ]
    # end
    for one, other in zip(
        ours, theirs, strict=True
    ):
        tx = torch.tensor(
            x, requires_grad=True
        )
        y, cache = one.forward(x)
        ty = other(tx)
        ty.backward(torch.tensor(dy))
        agree(y, ty)
        agree(
            one.backward(dy, cache)[0], tx.grad
        )
    zero = np.zeros((1, 1))
    dy = np.ones((1, 1))
    for ours, theirs, slope in (
        (ReLU(), torch.relu, 0.0),
        (
            LeakyReLU(0.01),
            torch.nn.LeakyReLU(0.01),
            0.01,
        ),
    ):  # at the corner
        corner = torch.tensor(
            zero, requires_grad=True
        )
        theirs(corner).backward()
        cache = ours.forward(zero)[1]
        dx = ours.backward(dy, cache)[0]
        agree(dx, corner.grad)
        agree(dx, slope * dy)


def test_convolution(torch: Any) -> None:
    x, W, b = (
        draw(2, 8, 7, 3),
        draw(3, 3, 3, 4),
        draw(4),
    )
    dy = draw(2, 4, 4, 4)
    # begin: convolution, NumPy
    layer = Convolution.from_kernel(
        W, b, stride=2, padding=1
    )
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    # end
    # begin: convolution, PyTorch
    theirs = torch.nn.Conv2d(
        3, 4, 3, stride=2, padding=1
    ).double()
    with torch.no_grad():
        kernel = torch.tensor(W)
        kernel = kernel.permute(3, 2, 0, 1)
        theirs.weight.copy_(kernel)
        theirs.bias.copy_(torch.tensor(b))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx.permute(0, 3, 1, 2))
    ty = ty.permute(0, 2, 3, 1)
    ty.backward(torch.tensor(dy))
    # end
    agree(y, ty)
    agree(dx, tx.grad)
    weight, bias = theirs.parameters()
    dW = weight.grad.permute(2, 3, 1, 0)
    agree(grads["W"], dW)
    agree(grads["b"], bias.grad)
    torch.nn.init.normal_(weight)
    back = Convolution.from_kernel(
        weight.detach()
        .permute(2, 3, 1, 0)
        .numpy(),
        bias.detach().numpy(),
        stride=2,
        padding=1,
    )
    ty = theirs(tx.permute(0, 3, 1, 2))
    ty = ty.permute(0, 2, 3, 1)
    agree(back.forward(x)[0], ty)


def test_pooling(torch: Any) -> None:
    x = draw(2, 4, 6, 3)
    tx = torch.tensor(x)
    # begin: pooling, NumPy
    net = Sequential(MaxPooling(2), Flatten())
    y, _ = net.forward(x)
    # end
    # begin: pooling, PyTorch
    maps = tx.permute(0, 3, 1, 2)
    maps = torch.nn.MaxPool2d(2)(maps)
    rows = maps.permute(0, 2, 3, 1)
    ty = rows.flatten(start_dim=1)
    # end
    agree(y, ty)
    columns = maps.flatten(start_dim=1)
    assert abs(columns - ty).max() > 0.1
    mean = torch.nn.AvgPool2d(2)(
        tx.permute(0, 3, 1, 2)
    )
    agree(
        MeanPooling(2).forward(x)[0],
        mean.permute(0, 2, 3, 1),
    )
