"""A recurrent layer, forward and backward with dE/dx, here and in PyTorch, on sequences of random numbers.

The inputs, weights and dE/dy are the same numbers. PyTorch has two biases where one would do; both stay.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from backprop import GRU, LSTM, Recurrent, torch_weights
from backprop.layers.layer import Array

Layer = Recurrent | LSTM | GRU
Results = dict[str, Array]


@dataclass(frozen=True)
class Case:
    """A kind of layer, and `steps` of a batch of sequences."""

    kind: str
    steps: int
    batch: int
    inputs: int
    units: int
    dtype: DTypeLike = np.float64

    @property
    def name(self) -> str:
        sizes = f"{self.steps} steps, batch {self.batch}, {self.inputs} inputs, {self.units} units"
        return f"{self.kind}, {sizes}, {np.dtype(self.dtype)}"

    def layer(self) -> Layer:
        rng = np.random.default_rng(0)
        if self.kind == "GRU":
            return GRU(self.inputs, self.units, rng, reset="after", dtype=self.dtype)
        return (LSTM if self.kind == "LSTM" else Recurrent)(self.inputs, self.units, rng, dtype=self.dtype)

    def x(self) -> Array:
        shape = (self.steps, self.batch, self.inputs)
        return np.random.default_rng(1).standard_normal(shape).astype(self.dtype)


def cases() -> list[Case]:
    """Return the three layers in float64, and again in float32, where PyTorch has oneDNN for the LSTM."""
    return [
        Case(*sizes, dtype)
        for dtype in (np.float64, np.float32)
        for sizes in (("LSTM", 100, 32, 32, 32), ("GRU", 50, 64, 64, 64), ("tanh RNN", 100, 32, 32, 128))
    ]


def ours(case: Case) -> tuple[Callable[[], None], Results]:
    """Return the step of this package, and what it comes to: y, dx and the gradients as PyTorch has them."""
    layer, x = case.layer(), case.x()
    y, cache = layer.forward(x)
    dy = np.cos(y)
    dx, grads = layer.backward(dy, cache)

    def step() -> None:
        _, cache = layer.forward(x)
        layer.backward(dy, cache)

    as_weights = copy.copy(layer)
    as_weights.params = grads  # so that they are named and ordered as PyTorch's
    theirs = torch_weights(as_weights)
    return step, {"y": y, "x": dx} | {name: w for name, w in theirs.items() if name != "bias_hh_l0"}


def torch_eager(case: Case) -> tuple[Callable[[], None], Results]:
    """Return the same of `torch.nn.RNN`, `LSTM` or `GRU`, eager, one thread."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    kind = {"LSTM": nn.LSTM, "GRU": nn.GRU, "tanh RNN": nn.RNN}[case.kind]
    net = kind(case.inputs, case.units).to(torch.from_numpy(case.x()).dtype)
    net.load_state_dict({name: torch.from_numpy(w) for name, w in torch_weights(case.layer()).items()})
    x = torch.from_numpy(case.x()).requires_grad_()
    with torch.no_grad():
        dy = torch.cos(net(x)[0])

    def step() -> None:
        x.grad = None
        net.zero_grad()
        net(x)[0].backward(dy)

    step()
    results = {"y": net(x)[0].detach(), "x": x.grad} | {name: w.grad for name, w in net.named_parameters()}
    return step, {name: array.numpy().copy() for name, array in results.items()}


def compare(mine: Results, theirs: Results) -> None:
    """Refuse to go on where the two do not agree: to rounding, on the scale of the largest number."""
    for name, array in mine.items():
        rounding = 300 * np.finfo(array.dtype).eps * np.abs(array).max()
        np.testing.assert_allclose(theirs[name], array, rtol=0, atol=rounding, err_msg=f"PyTorch, {name}")
