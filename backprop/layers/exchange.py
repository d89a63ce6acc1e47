"""The weights of recurrent layers as PyTorch names and orders them, so that either can check the other.

PyTorch keeps `weight_ih_l0` (rows, n_in), `weight_hh_l0` (rows, H) and two biases, of which only the sum
counts, but for the candidate of a GRU. The rows of its LSTM belong to i, f, g, o, of its GRU to r, z, n.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from .gru import GRU
from .layer import Array, check_arrays
from .lstm import GATES, LSTM
from .recurrent import Recurrent

Same = TypeVar("Same", Recurrent, LSTM, GRU)


def torch_weights(layer: Recurrent | LSTM | GRU) -> dict[str, Array]:
    """Return copies of the weights under the names of `torch.nn.RNN`, `LSTM` or `GRU`, in their order.

    As tensors they are what its `load_state_dict` takes. The first bias is `b`, the second 0, but for the `v`
    of a GRU. Raises ValueError for what PyTorch does not have: an LSTM with gates left out, without the tanh
    of the cell or with peepholes, a GRU that resets before the product, many nets at once.
    """
    order = _order(layer)
    W, U, b = (_rearranged(layer.params[name], order) for name in ("W", "U", "b"))
    second = np.zeros_like(b)
    if "v" in layer.params:
        second[-layer.n_hidden :] = layer.params["v"]
    return {"weight_ih_l0": W, "weight_hh_l0": U, "bias_ih_l0": b, "bias_hh_l0": second}


def with_torch_weights(layer: Same, weights: dict[str, Array]) -> Same:
    """Return a copy of the layer, of the same dtype, with the weights of a `torch.nn.RNN`, `LSTM` or `GRU`.

    `weights` are arrays with the names and shapes that `torch_weights(layer)` has: one layer, one direction.
    Raises ValueError for any others, and where `torch_weights` does.
    """
    check_arrays("with_torch_weights", "an array", weights, torch_weights(layer))
    back = [int(k) for k in np.argsort(_order(layer))]
    first, second = weights["bias_ih_l0"].copy(), weights["bias_hh_l0"].copy()
    params = {"W": weights["weight_ih_l0"], "U": weights["weight_hh_l0"]}
    if "v" in layer.params:
        params["v"] = second[-layer.n_hidden :].copy()
        second[-layer.n_hidden :] = 0
    params["b"] = first + second
    twin = copy.copy(layer)
    twin.params = {
        name: (params[name] if name == "v" else _rearranged(params[name], back)).astype(w.dtype)
        for name, w in layer.params.items()
    }
    return twin


def _order(layer: Recurrent | LSTM | GRU) -> list[int]:
    """Which of the layer's blocks of rows come in which order in PyTorch."""
    if layer.params["W"].ndim > 2:
        raise ValueError(f"torch_weights expects one net, got {len(layer.params['W'])} runs")
    refusal = f"torch_weights expects a layer that PyTorch has, got {type(layer).__name__}"
    if isinstance(layer, Recurrent):
        return [0]
    if isinstance(layer, GRU):
        if layer.reset != "after":
            raise ValueError(f"{refusal} with reset {layer.reset!r}")
        return [1, 0, 2]  # z, r, n here; r, z, n there
    if type(layer) is not LSTM:
        raise ValueError(refusal)
    if layer.blocks[1:] != GATES or not layer.squash:
        raise ValueError(f"{refusal} with gates {layer.blocks[1:]} and squash {layer.squash}")
    return [1, 2, 0, 3]  # g, i, f, o here; i, f, g, o there


def _rearranged(w: Array, order: Sequence[int]) -> Array:
    """A copy of w (rows, columns) or (rows,) with its blocks of rows in another order."""
    parts = np.split(w, len(order), axis=0)
    return np.concatenate([parts[k] for k in order], axis=0)
