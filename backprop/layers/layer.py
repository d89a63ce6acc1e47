"""A layer is a function with weights that also knows its derivative.

`forward` computes the output and hands back a cache: what the derivative will have to remember.
`backward` takes dE/dy and that cache and returns dE/dx and the gradient of every weight. The layer
itself remembers nothing between the two, so two forward passes can be followed by two backward
passes in any order. In names and docstrings `dX` always means dE/dX.

There is no mode, and so none to forget. Where training and evaluation differ, they are two nets with the
same parameter arrays: `evaluation(x)` returns the layer to evaluate with, after training on inputs x.
That is the layer itself for most; batch normalization returns one whose mean and variance are those of x,
and dropout, whose forward pass draws a mask and so moves its generator on, returns the identity.
"""

from __future__ import annotations

import cmath
import copy
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]

# The C library gives freed arrays of 128 kB and more back to the system, which then has to clear
# each new one, at five times the cost of the arithmetic. Freeing one large array ends that.
np.empty(2**21)


class Layer:
    """The contract: a layer owns `params` and nothing else that changes, but for a random generator.

    `forward(x)` returns `(y, cache)`; `backward(dy, cache)` returns `(dx, grads)` with `grads`
    keyed and shaped like `params`. Neither changes its arguments or the layer. Only optimizers
    write parameters, in place.
    """

    params: dict[str, Array]

    def __init__(self) -> None:
        self.params = {}

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return the output `y` for the batch `x`, and the cache that `backward` needs."""
        raise NotImplementedError

    def backward(self, dy: Array, cache: Any) -> tuple[Array, dict[str, Array]]:
        """Return dE/dx and the gradients of `params`, given dE/dy and the cache of a forward."""
        raise NotImplementedError

    def gradients(self, dy: Array, cache: Any) -> dict[str, Array]:
        """Return the gradients of `params` alone: training has no use for dE/dx of the data."""
        return self.backward(dy, cache)[1]

    def evaluation(self, x: Array) -> Layer:
        """Return the layer to evaluate with, on the same parameter arrays, given the inputs of training."""
        return self

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy whose parameters have `dtype` (complex, for the complex-step check)."""
        twin = copy.copy(self)
        twin.params = {name: value.astype(dtype) for name, value in self.params.items()}
        return twin


class Sequential(Layer):
    """Layers in a row: the output of each is the input of the next.

    `params` holds every layer's own arrays (not copies) under the names `"0.W"`, `"0.b"`, …
    The backward pass is the chain rule: the same row, walked from the end.
    """

    def __init__(self, *layers: Layer) -> None:
        if not layers:
            raise ValueError("Sequential expects at least one layer, got none")
        self.layers = layers
        self.params = _gather(layers)
        self._lowest = next((i for i, layer in enumerate(layers) if layer.params), 0)

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Map `x` through every layer; the cache is the list of the layers' caches."""
        check_finite("Sequential", x)
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x)
            caches.append(cache)
        return x, caches

    def backward(self, dy: Array, cache: list[Any]) -> tuple[Array, dict[str, Array]]:
        """Walk the layers from last to first, each turning dE/dy into dE/dx."""
        grads: dict[str, Array] = {}
        for i in range(len(self.layers) - 1, -1, -1):
            dy, layer_grads = self.layers[i].backward(dy, cache[i])
            _put(grads, i, layer_grads)
        return dy, grads

    def gradients(self, dy: Array, cache: list[Any]) -> dict[str, Array]:
        """Walk likewise, but stop above the dE/dx of the lowest layer that has parameters."""
        grads: dict[str, Array] = {}
        lowest = self._lowest
        for i in range(len(self.layers) - 1, lowest, -1):
            dy, layer_grads = self.layers[i].backward(dy, cache[i])
            _put(grads, i, layer_grads)
        _put(grads, lowest, self.layers[lowest].gradients(dy, cache[lowest]))
        return grads

    def evaluation(self, x: Array) -> Sequential:
        """Walk up with the inputs x of training: each layer is asked with what reaches it."""
        check_finite("Sequential", x)
        layers = []
        for layer in self.layers:
            layers.append(layer.evaluation(x))
            x = layers[-1].forward(x)[0]
        return Sequential(*layers)

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy in which every layer has `dtype`."""
        return type(self)(*(layer.astype(dtype) for layer in self.layers))


class Parallel(Layer):
    """Branches side by side: each sees its own slice of the features, the outputs are joined.

    `Parallel((24, people), (12, relations))` sends features 0..23 through `people` and 24..35
    through `relations`, as the two groups of the family-tree net (Rumelhart et al. 1986, Fig. 3).
    """

    def __init__(self, *branches: tuple[int, Layer]) -> None:
        if not branches or any(width < 1 for width, _ in branches):
            raise ValueError("Parallel expects (width, layer) pairs with widths of at least 1")
        self.branches = branches
        self.width = sum(width for width, _ in branches)
        self.params = _gather([layer for _, layer in branches])

    def forward(self, x: Array) -> tuple[Array, list[Any]]:
        """Cut `x` (N, sum of widths) at the widths, map each piece, join the outputs."""
        check_batch("Parallel", x, self.width)
        outputs, cache = [], []
        for layer, piece in self._pieces(x):
            y, layer_cache = layer.forward(piece)
            outputs.append(y)
            cache.append((y.shape[-1], layer_cache))
        return np.concatenate(outputs, axis=-1), cache

    def backward(self, dy: Array, cache: list[Any]) -> tuple[Array, dict[str, Array]]:
        """Cut `dy` where the outputs were joined; join the branches' dE/dx."""
        grads: dict[str, Array] = {}
        inputs = []
        for i, (branch, branch_dy, branch_cache) in enumerate(self._cut(dy, cache)):
            dx, branch_grads = branch.backward(branch_dy, branch_cache)
            inputs.append(dx)
            _put(grads, i, branch_grads)
        return np.concatenate(inputs, axis=-1), grads

    def gradients(self, dy: Array, cache: list[Any]) -> dict[str, Array]:
        """Cut `dy` likewise, but leave out the branches' dE/dx."""
        grads: dict[str, Array] = {}
        for i, (branch, branch_dy, branch_cache) in enumerate(self._cut(dy, cache)):
            _put(grads, i, branch.gradients(branch_dy, branch_cache))
        return grads

    def evaluation(self, x: Array) -> Parallel:
        """Ask every branch with its own slice of the inputs x of training."""
        check_batch("Parallel", x, self.width)
        return Parallel(*((piece.shape[-1], layer.evaluation(piece)) for layer, piece in self._pieces(x)))

    def _pieces(self, x: Array) -> Iterator[tuple[Layer, Array]]:
        start = 0
        for width, layer in self.branches:
            yield layer, x[..., start : start + width]
            start += width

    def _cut(self, dy: Array, cache: list[Any]) -> Iterator[tuple[Layer, Array, Any]]:
        start = 0
        for (_, branch), (width, branch_cache) in zip(self.branches, cache, strict=True):
            yield branch, dy[..., start : start + width], branch_cache
            start += width

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy in which every branch has `dtype`."""
        return type(self)(*((width, layer.astype(dtype)) for width, layer in self.branches))


def _gather(layers: Sequence[Layer]) -> dict[str, Array]:
    params: dict[str, Array] = {}
    for i, layer in enumerate(layers):
        _put(params, i, layer.params)
    return params


def _put(arrays: dict[str, Array], i: int, more: dict[str, Array]) -> None:
    for name, array in more.items():
        arrays[_within(i, name)] = array


@cache  # asked for at every update of every layer
def _within(i: int, name: str) -> str:
    return f"{i}.{name}"


def check_batch(owner: str, x: Array, features: int | None = None, like: Array | None = None) -> None:
    """Refuse, with a reason, what is not a batch of floating-point rows.

    `x` must have shape (N, features), or (runs, N, features) for many nets at once; `like` is the
    weight array whose dtype `x` has to share. Raises TypeError or ValueError.
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        got = f"dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"{owner} expects x as a floating-point array, got {got}")
    wanted = "features" if features is None else features
    if x.ndim < 2 or (features is not None and x.shape[-1] != features):
        raise ValueError(f"{owner} expects x of shape (N, {wanted}), got {x.shape}")
    if x.size == 0:
        raise ValueError(f"{owner} expects a batch of at least one row, got shape {x.shape}")
    if like is not None:
        if x.dtype is not like.dtype and x.dtype != like.dtype and "c" not in x.dtype.kind + like.dtype.kind:
            raise TypeError(f"{owner} expects x of dtype {like.dtype}, got {x.dtype}")
        if x.ndim > like.ndim or (x.ndim == 3 and x.shape[0] != like.shape[0]):
            runs = "" if like.ndim == 2 else f" or ({like.shape[0]}, N, {wanted})"
            raise ValueError(f"{owner} expects x of shape (N, {wanted}){runs}, got {x.shape}")


def check_arrays(owner: str, what: str, arrays: dict[str, Array], params: dict[str, Array]) -> None:
    """Refuse, with ValueError, arrays not keyed and shaped like `params`; `what` says what one of them is."""
    if arrays.keys() != params.keys():
        odd = sorted(arrays.keys() ^ params.keys())
        raise ValueError(f"{owner} expects {what} for every parameter and no other, got {odd}")
    for name, w in params.items():
        if arrays[name].shape != w.shape:
            raise ValueError(f"{owner} expects {name} of shape {w.shape}, got {arrays[name].shape}")


def check_finite(owner: str, x: Array) -> None:
    """Refuse NaN and infinity, once at the door: inside a net they go on until the error shows them."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        return  # the first layer says what it expects
    flat = x.ravel(order="K")
    if cmath.isfinite(np.vdot(flat, flat)):  # quicker than a look at each
        return
    bad = int(x.size - np.isfinite(x).sum())
    if bad:
        raise ValueError(f"{owner} expects finite numbers, got {bad} NaN or infinite of {x.size}")


def check_dy(owner: str, dy: Array, shape: tuple[int, ...]) -> None:
    """Refuse a dE/dy that is not shaped like the output of the forward pass it belongs to."""
    if dy.shape != shape:
        raise ValueError(f"{owner}.backward expects dy of shape {shape}, got {dy.shape}")
