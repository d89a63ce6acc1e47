"""Nets that run in steps, against the layered nets that they are; the seeds are not those of the page.

Rumelhart et al. (1986, Nature) for the two provisos of Figure 5, Rohde (1999) for the sequences; the bars
are our own.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from backprop import (
    Dense,
    EachStep,
    Logistic,
    Momentum,
    Recurrent,
    Sequential,
    Tanh,
    each_step,
    relative_error,
    sum_of_squares,
    train,
    uniform,
)
from backprop.layers.layer import Array

SEEDS = range(7000, 7060)
TURN = np.roll(np.eye(3), 1, axis=0)


def generators(seeds: range) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


def register() -> tuple[Array, Array]:
    x = np.array(list(product((-1.0, 1.0), repeat=3)))
    return x, 0.9 * np.roll(x, 2, axis=1)


def test_a_loop_and_a_stack_of_equal_layers_have_the_same_gradients() -> None:
    rng = np.random.default_rng(7100)
    for steps in (1, 2, 7, 25):
        loop = Recurrent(1, 6, rng, recurrent=uniform(0.6), bias=uniform(0.6))
        U, b = loop.params["U"], loop.params["b"]
        stack = Sequential(*[layer for _ in range(steps) for layer in (Dense.from_weights(U, b), Tanh())])
        x, dy = rng.uniform(-1, 1, (3, 6)), rng.normal(size=(3, 6))
        y, cache = loop.forward(np.zeros((steps, 3, 1)), start={"h": x})
        _, grads, first = loop.backward_to_start(np.zeros_like(y), cache, {"h": dy})
        y_stack, cache_stack = stack.forward(x)
        dx, copies = stack.backward(dy, cache_stack)
        assert relative_error(y[-1], y_stack) < 1e-14
        assert relative_error(first["h"], dx) < 1e-13
        for name, other in (("U", "W"), ("b", "b")):
            total = np.sum([copies[f"{2 * t}.{other}"] for t in range(steps)], axis=0)
            assert relative_error(grads[name], total) < 1e-13


def trained(tied: bool) -> tuple[Sequential, Array]:
    """Two layers that start equal, trained with the sum of their gradients or with each its own."""
    x, d = register()
    rng = generators(SEEDS)
    start = Recurrent(1, 3, rng, recurrent=uniform(0.3), bias=uniform(0.3)).params
    layers = [[Dense.from_weights(start["U"], start["b"]), Tanh()] for _ in range(2)]
    stack = Sequential(*layers[0], *layers[1])
    rule = Momentum(0.1)
    for _ in range(300):
        y, cache = stack.forward(x)
        grads = stack.gradients(sum_of_squares(y, d)[1] / len(x), cache)
        for name in "Wb" if tied else "":
            grads[f"0.{name}"] = grads[f"2.{name}"] = grads[f"0.{name}"] + grads[f"2.{name}"]
        rule.step(stack.params, grads)
    return stack, np.asarray((stack.forward(x)[0] * d > 0).all(axis=(-2, -1)))


def test_tied_nets_come_near_the_four_roots_of_the_shift_by_two() -> None:
    stack, right = trained(tied=True)
    assert right.mean() >= 0.95
    U = stack.params["0.W"][:, None]
    assert np.array_equal(U[:, 0], stack.params["2.W"])
    roots = np.array([TURN, -TURN, TURN - 2 / 3, 2 / 3 - TURN])
    cosine = (U * roots).sum(axis=(-2, -1)) / np.linalg.norm(U, axis=(-2, -1)) / np.linalg.norm(TURN)
    assert (cosine.max(axis=1) > 0.8).mean() >= 0.95
    assert set(cosine.argmax(axis=1)) == {0, 1, 2, 3}


def test_copies_that_go_their_own_ways_learn_as_a_stack_and_fail_as_a_loop() -> None:
    stack, right = trained(tied=False)
    assert right.mean() >= 0.95
    for k in (0, 2):
        x, d = register()
        for _ in range(2):
            x = np.tanh(x @ stack.params[f"{k}.W"].mT + stack.params[f"{k}.b"][:, None])
        assert (x * d > 0).all(axis=(-2, -1)).mean() <= 0.35


def test_the_first_letter_of_a_new_sequence_comes_right_and_the_second_less_often() -> None:
    code = {"A": "12", "B": "23", "C": "31", "D": "21", "E": "13"}
    pairs = ["".join(pair) for pair in product(code, repeat=2)]
    held = [pairs.index(pair) for pair in ("AD", "BE", "CA", "DB", "EC")]
    known = [n for n in range(len(pairs)) if n not in held]
    x, d = np.zeros((6, 25, 5)), np.zeros((6, 25, 3))
    for n, pair in enumerate(pairs):
        first, second = pair[0], pair[1]
        x[0, n, "ABCDE".index(first)] = x[1, n, "ABCDE".index(second)] = 1
        for t, digit in enumerate(code[first] + code[second]):
            d[2 + t, n, int(digit) - 1] = 1
    mask = np.repeat(np.arange(6) >= 2, len(known)).reshape(6, -1)
    rng, small = generators(range(7200, 7212)), uniform(0.3)
    net = Sequential(
        Recurrent(5, 30, rng, weight=small, recurrent=small, bias=small),
        EachStep(Dense(30, 3, rng, weight=small), Logistic()),
    )
    train(net, each_step(sum_of_squares, mask), x[:, known], d[:, known], Momentum(0.005), 600)
    right = (net.forward(x)[0].argmax(axis=-1) == d.argmax(axis=-1))[:, 2:]
    assert right[..., known].all(axis=(-2, -1)).mean() >= 0.7
    assert right[:, :2, held].mean() >= 0.95
    assert 0.5 <= right[:, 2:, held].mean() <= 0.95
