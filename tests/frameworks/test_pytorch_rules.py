"""Rules of change beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agree, draw

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    Logistic,
    Momentum,
    Nesterov,
    RMSProp,
    Sequential,
    sum_of_squares,
)


def test_one_step(torch: Any) -> None:
    x, d = draw(6, 5), draw(6, 3)
    rng = np.random.default_rng(0)
    net = Sequential(
        Dense(5, 4, rng),
        Logistic(),
        Dense(4, 3, rng),
    )
    theirs = torch.nn.Sequential(
        torch.nn.Linear(5, 4),
        torch.nn.Sigmoid(),
        torch.nn.Linear(4, 3),
    ).double()
    pairs = list(
        zip(
            net.params.values(),
            theirs.parameters(),
            strict=True,
        )
    )
    for w, tw in pairs:
        w[...] = tw.detach().numpy()
    tx, td = torch.tensor(x), torch.tensor(d)
    # begin: descent, NumPy
    rule = GradientDescent(0.02)
    y, caches = net.forward(x)
    E, dy = sum_of_squares(y, d)
    grads = net.gradients(dy, caches)
    rule.step(net.params, grads)
    # end
    # begin: descent, PyTorch
    rule = torch.optim.SGD(
        theirs.parameters(), lr=0.02
    )
    rule.zero_grad()
    tE = ((theirs(tx) - td) ** 2).sum() / 2
    tE.backward()
    rule.step()
    # end
    agree(E, tE)
    for w, tw in pairs:
        agree(w, tw)


class Walk:
    """Noisy gradients of a quadratic.

    Over five decades, and some are 0.
    """

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.rng = np.random.default_rng(7)
        self.ours = {
            "W": draw(4, 3),
            "b": draw(4),
        }
        self.start = {
            name: w.copy()
            for name, w in self.ours.items()
        }
        self.scale = {
            name: 10.0
            ** self.rng.uniform(-3, 2, w.shape)
            for name, w in self.ours.items()
        }
        self.theirs = {
            name: torch.tensor(
                w.copy(), requires_grad=True
            )
            for name, w in self.ours.items()
        }
        self.weights = list(
            self.theirs.values()
        )

    def agree(
        self, rule: Any, rival: Any
    ) -> None:
        """After each of a hundred steps."""
        rng = self.rng
        for _ in range(100):
            grads = {}
            for name, w in self.ours.items():
                noise = rng.standard_normal(
                    w.shape
                )
                met = rng.random(w.shape) < 0.7
                g = self.scale[name] * (
                    w + noise
                )
                grads[name] = np.where(
                    met, g, 0.0
                )
                self.theirs[
                    name
                ].grad = self.torch.tensor(
                    grads[name]
                )
            rule.step(self.ours, grads)
            rival.step()
            agree(self.ours, self.theirs)
        for name, w in self.ours.items():
            way = abs(w - self.start[name])
            assert (way > 1e-3).any()


@pytest.fixture
def walk(torch: Any) -> Walk:
    return Walk(torch)


def test_momentum(
    torch: Any, walk: Walk
) -> None:
    weights = walk.weights
    # begin: momentum, NumPy
    rule = Momentum(0.002, 0.9)
    # end
    # begin: momentum, PyTorch
    rival = torch.optim.SGD(
        weights, lr=0.002, momentum=0.9
    )
    # end
    walk.agree(rule, rival)
    # begin: new-rate, NumPy
    rule.learning_rate = 0.001
    for velocity in rule.last.values():
        velocity *= 0.001 / 0.002
    # end
    # begin: new-rate, PyTorch
    for group in rival.param_groups:
        group["lr"] = 0.001
    # end
    walk.agree(rule, rival)


def test_a_new_rate_tells_them_apart(
    torch: Any, walk: Walk
) -> None:
    rule = Momentum(0.002, 0.9)
    rival = torch.optim.SGD(
        walk.weights, lr=0.002, momentum=0.9
    )
    walk.agree(rule, rival)
    rule.learning_rate = 0.001
    rival.param_groups[0]["lr"] = 0.001
    with pytest.raises(AssertionError):
        walk.agree(rule, rival)


def test_nesterov(
    torch: Any, walk: Walk
) -> None:
    weights = walk.weights
    # begin: nesterov, NumPy
    rule = Nesterov(0.002, 0.9)
    # end
    # begin: nesterov, PyTorch
    rival = torch.optim.SGD(
        weights,
        lr=0.002,
        momentum=0.9,
        nesterov=True,
    )
    # end
    walk.agree(rule, rival)


def test_adagrad(
    torch: Any, walk: Walk
) -> None:
    weights = walk.weights
    # begin: adagrad, NumPy
    rule = Adagrad(0.1, epsilon=1e-10)
    # end
    # begin: adagrad, PyTorch
    rival = torch.optim.Adagrad(
        weights, lr=0.1, eps=1e-10
    )
    # end
    walk.agree(rule, rival)


def test_rmsprop(
    torch: Any, walk: Walk
) -> None:
    weights = walk.weights
    # begin: rmsprop, NumPy
    rule = RMSProp(0.01, 0.9, epsilon=1e-8)
    # end
    # begin: rmsprop, PyTorch
    rival = torch.optim.RMSprop(
        weights, lr=0.01, alpha=0.9, eps=1e-8
    )
    # end
    walk.agree(rule, rival)


def test_adam(torch: Any, walk: Walk) -> None:
    weights = walk.weights
    # begin: adam, NumPy
    rule = Adam(
        0.001, 0.9, 0.999, epsilon=1e-8
    )
    # end
    # begin: adam, PyTorch
    rival = torch.optim.Adam(
        weights,
        lr=0.001,
        betas=(0.9, 0.999),
        eps=1e-8,
    )
    # end
    walk.agree(rule, rival)


def test_adamw(torch: Any, walk: Walk) -> None:
    weights = walk.weights
    # begin: adamw, NumPy
    rule = AdamW(0.001, weight_decay=0.01)
    # end
    # begin: adamw, PyTorch
    rival = torch.optim.AdamW(
        weights, lr=0.001, weight_decay=0.01
    )
    # end
    walk.agree(rule, rival)
