"""The same nets, losses and optimizers in programs that nobody here wrote: PyTorch and autograd."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    Layer,
    LeCunTanh,
    Logistic,
    Momentum,
    Nesterov,
    Parallel,
    ReLU,
    RMSProp,
    Sequential,
    Softmax,
    Tanh,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    softmax_cross_entropy,
    sum_of_squares,
)

ACTIVATIONS: list[tuple[type[Layer], str]] = [
    (Logistic, "sigmoid"),
    (Tanh, "tanh"),
    (ReLU, "relu"),
    (LeCunTanh, "lecun"),
    (Softmax, "softmax"),
]


def _torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")


def _torch_activation(name: str) -> Callable[[Any], Any]:
    torch = _torch()
    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "lecun": lambda z: 1.7159 * torch.tanh(2 * z / 3),
        "softmax": lambda z: torch.softmax(z, dim=-1),
    }[name]


def _mlp(activation: type[Layer], seed: int = 0) -> Sequential:
    rng = np.random.default_rng(seed)
    return Sequential(
        Dense(5, 7, rng, weight=normal(0.7), bias=normal(0.5)),
        activation(),
        Dense(7, 3, rng, weight=normal(0.7), bias=normal(0.5)),
    )


@pytest.mark.parametrize(("activation", "name"), ACTIVATIONS)
@pytest.mark.parametrize("loss_name", ["squares", "softmax", "logistic", "mean softmax"])
def test_pytorch_agrees_on_every_gradient(activation: type[Layer], name: str, loss_name: str) -> None:
    torch = _torch()
    net = _mlp(activation)
    rng = np.random.default_rng(1)
    x = rng.standard_normal((6, 5))
    d = rng.dirichlet(np.ones(3), 6)
    functional = torch.nn.functional
    loss, torch_loss = {
        "squares": (sum_of_squares, lambda z, d: 0.5 * ((z - d) ** 2).sum()),
        "softmax": (softmax_cross_entropy, lambda z, d: functional.cross_entropy(z, d, reduction="sum")),
        "logistic": (
            logistic_cross_entropy,
            lambda z, d: functional.binary_cross_entropy_with_logits(z, d, reduction="sum"),
        ),
        "mean softmax": (mean_over_cases(softmax_cross_entropy), functional.cross_entropy),
    }[loss_name]

    y, cache = net.forward(x)
    E, dy = loss(y, d)
    dx, grads = net.backward(dy, cache)

    w = {k: torch.tensor(v, requires_grad=True) for k, v in net.params.items()}
    tx = torch.tensor(x, requires_grad=True)
    hidden = _torch_activation(name)(tx @ w["0.W"].T + w["0.b"])
    torch_E = torch_loss(hidden @ w["2.W"].T + w["2.b"], torch.tensor(d))
    torch_E.backward()

    assert float(E) == pytest.approx(torch_E.item(), rel=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-10, atol=1e-13)
    for key, grad in grads.items():
        np.testing.assert_allclose(grad, w[key].grad.numpy(), rtol=1e-10, atol=1e-13)


def test_pytorch_agrees_on_parallel_branches() -> None:
    torch = _torch()
    rng = np.random.default_rng(0)
    net = Sequential(Parallel((3, Dense(3, 2, rng)), (2, Dense(2, 4, rng))), Tanh())
    x = rng.standard_normal((5, 5))
    y, cache = net.forward(x)
    dy = rng.standard_normal(y.shape)
    dx, grads = net.backward(dy, cache)
    w = {k: torch.tensor(v, requires_grad=True) for k, v in net.params.items()}
    tx = torch.tensor(x, requires_grad=True)
    left = tx[:, :3] @ w["0.0.W"].T + w["0.0.b"]
    right = tx[:, 3:] @ w["0.1.W"].T + w["0.1.b"]
    torch.tanh(torch.cat([left, right], dim=1)).backward(torch.tensor(dy))
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-10, atol=1e-13)
    for key, grad in grads.items():
        np.testing.assert_allclose(grad, w[key].grad.numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    ("momentum", "nesterov"), [(0.0, False), (0.5, False), (0.9, False), (0.5, True), (0.9, True)]
)
def test_pytorch_agrees_on_a_hundred_steps(momentum: float, nesterov: bool) -> None:
    torch = _torch()
    net = _mlp(Logistic, seed=4)
    rng = np.random.default_rng(2)
    x, d = rng.standard_normal((8, 5)), rng.uniform(0, 1, (8, 3))
    w = {k: torch.tensor(v.copy(), requires_grad=True) for k, v in net.params.items()}
    # With a constant learning rate PyTorch's momentum is Rumelhart's equation 9.
    torch_optimizer = torch.optim.SGD(w.values(), lr=0.02, momentum=momentum, nesterov=nesterov)
    rule = Nesterov if nesterov else Momentum
    optimizer = rule(0.02, momentum) if momentum else GradientDescent(0.02)
    tx, td = torch.tensor(x), torch.tensor(d)
    for _ in range(100):
        y, cache = net.forward(x)
        optimizer.step(net.params, net.backward(sum_of_squares(y, d)[1], cache)[1])
        torch_optimizer.zero_grad()
        hidden = torch.sigmoid(tx @ w["0.W"].T + w["0.b"])
        (0.5 * ((hidden @ w["2.W"].T + w["2.b"] - td) ** 2).sum()).backward()
        torch_optimizer.step()
    for key, value in net.params.items():
        np.testing.assert_allclose(value, w[key].detach().numpy(), rtol=1e-12, atol=1e-12)


RULES: list[tuple[str, GradientDescent, dict[str, Any]]] = [
    ("Adagrad", Adagrad(0.1, epsilon=1e-6), {"lr": 0.1, "eps": 1e-6}),
    ("RMSprop", RMSProp(0.01, 0.99, epsilon=1e-6), {"lr": 0.01, "eps": 1e-6}),
    ("Adam", Adam(), {}),
    ("Adam", Adam(0.02, 0.8, 0.95, epsilon=1e-6), {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6}),
    ("Adam", Adam(0.02, 0.5, 0.9, amsgrad=True), {"lr": 0.02, "betas": (0.5, 0.9), "amsgrad": True}),
    ("AdamW", AdamW(0.02, weight_decay=0.3), {"lr": 0.02, "weight_decay": 0.3}),
    (
        "AdamW",
        AdamW(0.02, 0.8, 0.9, weight_decay=0.1, epsilon=1e-6, amsgrad=True),
        {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.1, "eps": 1e-6, "amsgrad": True},
    ),
]


@pytest.mark.parametrize(("name", "optimizer", "settings"), RULES)
def test_pytorch_agrees_on_a_hundred_steps_with_a_rate_for_each_weight(
    name: str, optimizer: GradientDescent, settings: dict[str, Any]
) -> None:
    """Noisy gradients of a quadratic, over five decades, with zeros among them; 1e-12 after every step."""
    torch = _torch()
    rng = np.random.default_rng(7)
    ours = {"0.W": rng.standard_normal((4, 3)), "0.b": rng.standard_normal(4)}
    scale = {key: 10.0 ** rng.uniform(-3, 2, w.shape) for key, w in ours.items()}
    theirs = {key: torch.tensor(w.copy(), requires_grad=True) for key, w in ours.items()}
    rival = getattr(torch.optim, name)(theirs.values(), **settings)
    start = {key: w.copy() for key, w in ours.items()}
    for _ in range(100):
        grads = {}
        for key, w in ours.items():
            noise, met = rng.standard_normal(w.shape), rng.random(w.shape) < 0.7
            grads[key] = np.where(met, scale[key] * (w + noise), 0.0)
            theirs[key].grad = torch.tensor(grads[key])
        optimizer.step(ours, grads)
        rival.step()
        for key, w in ours.items():
            np.testing.assert_allclose(w, theirs[key].detach().numpy(), rtol=0, atol=1e-12)
    assert all((np.abs(w - start[key]) > 1e-3).any() for key, w in ours.items())


def test_autograd_agrees_on_a_deep_net() -> None:
    autograd = pytest.importorskip("autograd", reason="HIPS autograd is not installed")
    anp = pytest.importorskip("autograd.numpy")
    rng = np.random.default_rng(3)
    sizes = [4, 6, 5, 5, 2]
    dense = [Dense(a, b, rng, bias=normal(0.3)) for a, b in pairwise(sizes)]
    net = Sequential(dense[0], Logistic(), dense[1], Tanh(), dense[2], LeCunTanh(), dense[3], Logistic())
    x, d = rng.standard_normal((7, 4)), rng.uniform(0, 1, (7, 2))

    def error(params: dict[str, Any]) -> Any:
        def logistic(z: Any) -> Any:
            return 1 / (1 + anp.exp(-z))

        h = x
        for index, f in zip(
            (0, 2, 4, 6),
            (logistic, anp.tanh, lambda z: 1.7159 * anp.tanh(2 * z / 3), logistic),
            strict=True,
        ):
            h = f(anp.dot(h, params[f"{index}.W"].T) + params[f"{index}.b"])
        return 0.5 * anp.sum((h - d) ** 2)

    expected = autograd.grad(error)(net.params)
    y, cache = net.forward(x)
    E, dy = sum_of_squares(y, d)
    _, grads = net.backward(dy, cache)
    assert float(E) == pytest.approx(float(error(net.params)), rel=1e-13)
    for key, grad in grads.items():
        np.testing.assert_allclose(grad, expected[key], rtol=1e-10, atol=1e-14)
