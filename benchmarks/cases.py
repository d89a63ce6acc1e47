"""The nets and data of the benchmarks, each built once in NumPy and once for every other library.

A case knows its layer sizes, its data and its loss. Every library gets the same starting weights, so
their gradients can be compared before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop import (
    Adam,
    BatchNorm,
    Dense,
    Logistic,
    Momentum,
    Parallel,
    Sequential,
    datasets,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
    uniform,
)
from backprop.layers.layer import Array
from backprop.learning.losses import Loss

EPSILON, ALPHA = 1e-4, 0.9
FAMILY_GROUPS = (24, 12)


@dataclass(frozen=True)
class Case:
    """A net, its cases (N, inputs) and targets (N, outputs), and how they are met."""

    name: str
    sizes: tuple[int, ...]
    x: Array
    d: Array
    batch: int
    groups: bool = False  # the lowest layer in two groups, as in the family-tree net
    softmax: bool = False  # softmax and cross-entropy; otherwise logistic units and ½ Σ (y − d)²
    norm: bool = False  # batch normalization before the units of the lowest layer

    @property
    def loss(self) -> Loss:
        return softmax_cross_entropy if self.softmax else sum_of_squares

    def net(self) -> Sequential:
        rng = np.random.default_rng(0)

        def dense(n_in: int, n_out: int) -> Dense:
            return Dense(n_in, n_out, rng, weight=uniform(0.5), bias=uniform(0.5))

        n_in, first, *above = self.sizes
        if self.groups:
            a, b = FAMILY_GROUPS
            layers = [Parallel((a, dense(a, first // 2)), (b, dense(b, first // 2))), Logistic()]
        else:
            layers = [dense(n_in, first), *([BatchNorm(first, rng)] if self.norm else []), Logistic()]
        for n_out in above:
            layers += [dense(first, n_out), Logistic()]
            first = n_out
        return Sequential(*(layers[:-1] if self.softmax else layers))

    def first_batch(self) -> tuple[Array, Array]:
        return self.x[: self.batch], self.d[: self.batch]


def cases() -> list[Case]:
    """Return the digits net at three batch sizes and normalized, the symmetry net and the family-tree net."""
    x, label = datasets.digits()
    x, d = x[:1437], np.eye(10)[label[:1437]]
    bits, symmetric = datasets.symmetry()
    trees = datasets.family_trees()
    digits = (64, 25, 10)
    return [
        Case("digits, batch 1", digits, x, d, 1, softmax=True),
        Case("digits, batch 32", digits, x, d, 32, softmax=True),
        Case("digits, all 1437", digits, x, d, 1437, softmax=True),
        Case("digits, batch 32, normalized", digits, x, d, 32, softmax=True, norm=True),
        Case("symmetry, all 64", (6, 2, 1), bits, symmetric, 64),
        Case("family trees, all 100", (36, 12, 12, 6, 24), trees.X[:100], trees.D[:100], 100, groups=True),
    ]


Step = Callable[[], None]
Gradients = dict[str, Array]


def ours(case: Case) -> tuple[Step, Gradients]:
    """One change of the weights by this package, and the gradients before it."""
    net, loss, optimizer = case.net(), case.loss, Momentum(EPSILON, ALPHA)
    x, d = case.first_batch()
    d = np.asfortranarray(d)  # as `train` does, once

    def step() -> None:
        y, cache = net.forward(x)
        _, dy = loss(y, d)
        optimizer.step(net.params, net.gradients(dy, cache))

    y, cache = net.forward(x)
    return step, net.gradients(loss(y, d)[1], cache)


def torch_eager(case: Case) -> tuple[Step, Gradients]:
    """The same with `torch.nn` and `torch.optim.SGD`, eager, float64, one thread."""
    import torch

    net, error = _torch_net(case)
    optimizer = torch.optim.SGD(net.parameters(), lr=EPSILON, momentum=ALPHA)

    def step() -> None:
        optimizer.zero_grad()
        error().backward()
        optimizer.step()

    error().backward()
    return step, dict(zip(case.net().params, [p.grad.numpy().copy() for p in net.parameters()], strict=True))


def adam_steps(case: Case) -> tuple[Callable[[], Gradients], Callable[[], Gradients]]:
    """One change of the weights by Adam, ours and PyTorch's; each returns the weights after it."""
    import torch

    ours, optimizer = case.net(), Adam(EPSILON)
    x, d = case.first_batch()
    d = np.asfortranarray(d)
    theirs, error = _torch_net(case)
    rival = torch.optim.Adam(theirs.parameters(), lr=EPSILON)
    their_weights = dict(zip(ours.params, [p.detach().numpy() for p in theirs.parameters()], strict=True))

    def step() -> Gradients:
        y, cache = ours.forward(x)
        optimizer.step(ours.params, ours.gradients(case.loss(y, d)[1], cache))
        return ours.params

    def their_step() -> Gradients:
        rival.zero_grad()
        error().backward()
        rival.step()
        return their_weights

    return step, their_step


def _torch_net(case: Case) -> tuple[Any, Callable[[], Any]]:
    """The net in PyTorch with the same weights, and the error of its first batch as a function of nothing."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    source = case.net()

    def linear(layer: Dense) -> nn.Linear:
        twin = nn.Linear(*layer.params["W"].shape[::-1], dtype=torch.float64)
        with torch.no_grad():
            twin.weight.copy_(torch.from_numpy(layer.params["W"]))
            twin.bias.copy_(torch.from_numpy(layer.params["b"]))
        return twin

    class Groups(nn.Module):
        def __init__(self, layer: Parallel) -> None:
            super().__init__()
            self.parts = nn.ModuleList(linear(part) for _, part in layer.branches)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            pieces = x.split(FAMILY_GROUPS, dim=1)
            return torch.cat([part(piece) for part, piece in zip(self.parts, pieces, strict=True)], 1)

    def normalization(layer: BatchNorm) -> nn.BatchNorm1d:  # γ and β start at 1 and 0 in both
        return nn.BatchNorm1d(layer.params["gamma"].size, eps=layer.epsilon, dtype=torch.float64)

    make = {Dense: linear, Parallel: Groups, BatchNorm: normalization, Logistic: lambda _: nn.Sigmoid()}
    net = nn.Sequential(*(make[type(layer)](layer) for layer in source.layers))
    x, d = (torch.from_numpy(a) for a in case.first_batch())

    def error() -> torch.Tensor:
        if case.softmax:
            return nn.functional.cross_entropy(net(x), d, reduction="sum")
        return nn.functional.mse_loss(net(x), d, reduction="sum") / 2

    return net, error


def hips_autograd(case: Case) -> tuple[Step, Gradients]:
    """The same with HIPS autograd: the error written in its NumPy, differentiated by tracing."""
    import autograd.numpy as anp
    from autograd import grad

    params = case.net().params
    x, d = case.first_batch()

    def error(p: Gradients) -> Array:
        y, weights = x, list(p.values())
        if case.groups:
            split = FAMILY_GROUPS[0]
            W0, b0, W1, b1, *weights = weights
            y = anp.concatenate([y[:, :split] @ W0.T + b0, y[:, split:] @ W1.T + b1], axis=1)
            y = 1 / (1 + anp.exp(-y))
        if case.norm:
            W, b, gamma, beta, *weights = weights
            y = y @ W.T + b
            y = (y - anp.mean(y, axis=0)) / anp.sqrt(anp.var(y, axis=0) + 1e-5)
            y = 1 / (1 + anp.exp(-(gamma * y + beta)))
        for i in range(0, len(weights), 2):
            y = y @ weights[i].T + weights[i + 1]
            if not case.softmax or i + 2 < len(weights):
                y = 1 / (1 + anp.exp(-y))
        if case.softmax:
            top = anp.max(y, axis=1, keepdims=True)
            return -anp.sum(d * (y - top - anp.log(anp.sum(anp.exp(y - top), axis=1, keepdims=True))))
        return 0.5 * anp.sum((y - d) ** 2)

    gradient, last = grad(error), {name: np.zeros_like(w) for name, w in params.items()}

    def step() -> None:
        for name, g in gradient(params).items():
            last[name] = ALPHA * last[name] - EPSILON * g
            params[name] += last[name]

    return step, gradient(params)


def matrix_products(case: Case) -> tuple[Step, Gradients]:
    """Only the products that no method can avoid, with the shapes of the forward and backward pass."""
    rng = np.random.default_rng(0)
    pairs = list(zip(case.sizes, case.sizes[1:], strict=False))
    operands = []
    for i, (n_in, n_out) in enumerate(pairs):
        widths = (
            list(zip(FAMILY_GROUPS, (n_out // 2,) * 2, strict=True))
            if case.groups and i == 0
            else [(n_in, n_out)]
        )
        for a, b in widths:
            x, W, dy = rng.random((case.batch, a)), rng.random((b, a)), rng.random((case.batch, b))
            operands += [(x, W.T), (dy.T, x)] + ([(dy, W)] if i else [])

    def step() -> None:
        for a, b in operands:
            a @ b

    return step, {}


def sklearn_fit(case: Case, epochs: int) -> tuple[Step, Step]:
    """Return two fits of `epochs` epochs, ours and scikit-learn's, after their weights have agreed.

    Both start from the weights that scikit-learn drew and average over the batch. scikit-learn has
    cross-entropy only, so the nets with squared error get it too, and no groups, so the family-tree
    net has one group of 12.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    from backprop import logistic_cross_entropy, train_minibatches

    warnings.simplefilter("ignore", ConvergenceWarning)
    loss = mean_over_cases(softmax_cross_entropy if case.softmax else logistic_cross_entropy)
    labels = case.d.argmax(axis=1) if case.softmax else case.d.astype(int)
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels

    def machine(rate: float, sweeps: int, **more: object) -> MLPClassifier:
        return MLPClassifier(
            case.sizes[1:-1], activation="logistic", solver="sgd", alpha=0, batch_size=case.batch,
            learning_rate_init=rate, momentum=ALPHA, nesterovs_momentum=False, max_iter=sweeps,
            n_iter_no_change=10**9, tol=0, random_state=0, **more,
        )  # fmt: skip

    still = machine(1e-300, 1).fit(case.x, labels)  # its weights as they were drawn

    def twin() -> Sequential:
        layers: list = []
        for W, b in zip(still.coefs_, still.intercepts_, strict=True):
            dense = Dense(*W.shape, np.random.default_rng(0))
            dense.params["W"][...], dense.params["b"][...] = W.T, b
            layers += [dense, Logistic()]
        return Sequential(*layers[:-1])

    moved, net = machine(0.5, 1, shuffle=False).fit(case.x, labels), twin()
    train_minibatches(net, loss, case.x, case.d, Momentum(0.5, ALPHA), 1, size=case.batch)
    for W, w in zip(moved.coefs_, [w for name, w in net.params.items() if name.endswith("W")], strict=True):
        np.testing.assert_allclose(w.T, W, rtol=1e-6, atol=1e-9)

    def our_fit() -> None:
        rng = np.random.default_rng(0)
        train_minibatches(
            twin(), loss, case.x, case.d, Momentum(EPSILON, ALPHA), epochs, size=case.batch, rng=rng
        )

    def their_fit() -> None:
        machine(EPSILON, epochs).fit(case.x, labels)

    return our_fit, their_fit


RUNS, SWEEPS = 200, 300


def many_nets() -> tuple[Callable[[], Gradients], Callable[[], Gradients]]:
    """Return two trainings of 200 symmetry nets for 300 sweeps: ours, and JAX's as one compiled program.

    JAX gets what it does best: `vmap` over the nets, `lax.scan` over the sweeps, all of it under `jit`, in
    float64. Each returns the weights it ends with; the first call of JAX's compiles.
    """
    import jax
    import jax.numpy as jnp

    from backprop import train

    jax.config.update("jax_enable_x64", True)
    x, d = datasets.symmetry()
    small = {"weight": uniform(0.3), "bias": uniform(0.3)}

    def net() -> Sequential:
        seeds = [np.random.default_rng(seed) for seed in range(RUNS)]
        return Sequential(Dense(6, 2, seeds, **small), Logistic(), Dense(2, 1, seeds, **small), Logistic())

    start = net().params

    def ours() -> Gradients:
        fresh = net()
        for name, w in fresh.params.items():
            w[...] = start[name]
        train(fresh, sum_of_squares, x, d, Momentum(0.1, ALPHA), SWEEPS)
        return fresh.params

    def error(params: Gradients) -> Array:
        hidden = jax.nn.sigmoid(x @ params["0.W"].T + params["0.b"])
        y = jax.nn.sigmoid(hidden @ params["2.W"].T + params["2.b"])
        return 0.5 * jnp.sum((y - d) ** 2)

    def one_net(params: Gradients) -> Gradients:
        def sweep(state: tuple[Gradients, Gradients], _: None) -> tuple[tuple[Gradients, Gradients], None]:
            params, last = state
            grads = jax.grad(error)(params)
            last = {name: ALPHA * last[name] - 0.1 * grads[name] for name in params}
            return ({name: params[name] + last[name] for name in params}, last), None

        still = {name: jnp.zeros_like(w) for name, w in params.items()}
        return jax.lax.scan(sweep, (params, still), None, length=SWEEPS)[0][0]

    program = jax.jit(jax.vmap(one_net))

    def theirs() -> Gradients:
        return {name: np.asarray(w) for name, w in program(start).items()}

    return ours, theirs
