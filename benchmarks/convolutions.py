"""One convolution, forward and backward with dE/dx, here and in PyTorch, which keeps its maps first.

The inputs, weights and dE/dy are the same numbers, each library's in the order in memory that it prefers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop import Convolution, normal
from backprop.layers.layer import Array
from backprop.zipcodes import eight_of_twelve

Results = dict[str, Array]


@dataclass(frozen=True)
class Case:
    """A layer of 12 maps with 5 × 5 kernels, and the maps below it."""

    name: str
    side: int
    maps: int
    batch: int
    stride: int = 1
    padding: int = 0
    unit_biases: tuple[int, int] | None = None
    connections: Array | None = None

    def layer(self) -> Convolution:
        return Convolution(
            self.maps, 12, 5, np.random.default_rng(0), stride=self.stride, padding=self.padding,
            unit_biases=self.unit_biases, connections=self.connections, biases=normal(1.0),
        )  # fmt: skip

    def x(self) -> Array:
        return np.random.default_rng(1).standard_normal((self.batch, self.side, self.side, self.maps))


def cases() -> list[Case]:
    """Return 12 maps of 16 × 16 with and without a border, and the two layers of maps of 1989."""
    return [
        case
        for batch in (1, 32)
        for case in (
            Case(f"5×5, 12 maps of 16×16 to 12 of 12×12, batch {batch}", 16, 12, batch),
            Case(f"5×5, 12 maps of 16×16 to 12 of 16×16, batch {batch}", 16, 12, batch, 1, 2),
            Case(f"H1 of 1989, batch {batch}", 16, 1, batch, 2, 2, (8, 8)),
            Case(f"H2 of 1989, batch {batch}", 8, 12, batch, 2, 2, (4, 4), eight_of_twelve()),
        )
    ]


def ours(case: Case) -> tuple[Callable[[], None], Results]:
    """Return the step of this package, and what it comes to: y, dx, dW and db."""
    layer, x = case.layer(), case.x()
    y, cache = layer.forward(x)
    dy = np.cos(y)
    dx, grads = layer.backward(dy, cache)

    def step() -> None:
        _, cache = layer.forward(x)
        layer.backward(dy, cache)

    return step, {"y": y, "x": dx, **grads}


def torch_eager(case: Case) -> tuple[Callable[[], None], Results]:
    """Return the same of `torch.nn.Conv2d`, eager, float64, one thread, its results in our order."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    params = case.layer().params
    shared = case.unit_biases is None
    conv = nn.Conv2d(case.maps, 12, 5, case.stride, case.padding, bias=shared, dtype=torch.float64)
    bias = conv.bias if shared else nn.Parameter(torch.empty(12, *case.unit_biases, dtype=torch.float64))
    with torch.no_grad():
        conv.weight.copy_(torch.from_numpy(params["W"].transpose(3, 2, 0, 1)))
        bias.copy_(torch.from_numpy(np.moveaxis(params["b"], -1, 0)))
    wires = None if case.connections is None else torch.from_numpy(case.connections.T[:, :, None, None] * 1.0)
    x = torch.from_numpy(case.x().transpose(0, 3, 1, 2).copy()).requires_grad_()
    with torch.no_grad():
        y = conv(x) if shared else conv(x) + bias
        dy = torch.cos(y)

    def step() -> None:
        x.grad = conv.weight.grad = bias.grad = None
        y = conv(x) if shared else conv(x) + bias
        y.backward(dy)
        if wires is not None:
            conv.weight.grad.mul_(wires)

    step()
    results = {
        "y": y.numpy().transpose(0, 2, 3, 1),
        "x": x.grad.numpy().transpose(0, 2, 3, 1),
        "W": conv.weight.grad.numpy().transpose(2, 3, 1, 0),
        "b": np.moveaxis(bias.grad.numpy(), 0, -1),
    }
    return step, {name: array.copy() for name, array in results.items()}


def compare(mine: Results, theirs: Results) -> None:
    """Refuse to go on where the two do not agree."""
    for name, array in mine.items():
        np.testing.assert_allclose(theirs[name], array, rtol=1e-9, atol=1e-11, err_msg=f"PyTorch, {name}")
