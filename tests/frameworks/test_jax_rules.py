"""Losses, rules and starts beside JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    Adam,
    Dense,
    GradientDescent,
    Logistic,
    Momentum,
    Sequential,
    clip_by_norm,
    glorot_uniform,
    gradient_norm,
    he_normal,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    softmax_cross_entropy,
    sum_of_squares,
)


def test_squares(jax: Any, jnp: Any) -> None:
    y, d = draw(6, 3), draw(6, 3, seed=1)

    # begin: squares, JAX
    def loss(y):
        return jnp.sum((y - d) ** 2) / 2

    jE, jdy = jax.value_and_grad(loss)(y)
    # end
    E, dy = sum_of_squares(y, d)
    agree(E, jE)
    agree(dy, jdy)


def test_cross_entropy(
    jax: Any, jnp: Any
) -> None:
    x = draw(6, 3)
    t = np.eye(3)[[0, 2, 1, 1, 0, 2]]

    # begin: cross-entropy, JAX
    def loss(x):
        ln_p = jax.nn.log_softmax(x)
        return -jnp.sum(t * ln_p) / len(x)

    jE, jdx = jax.value_and_grad(loss)(x)
    # end
    ours = mean_over_cases(
        softmax_cross_entropy
    )
    E, dx = ours(x, t)
    agree(E, jE)
    agree(dx, jdx)


def test_logistic_entropy(
    jax: Any, jnp: Any
) -> None:
    x = draw(6, 3)
    d = 1.0 * (draw(6, 3, seed=1) > 0)

    # begin: logistic, JAX
    def loss(x):
        each = jax.nn.softplus(x) - d * x
        return jnp.sum(each)

    jE, jdx = jax.value_and_grad(loss)(x)
    # end
    E, dx = logistic_cross_entropy(x, d)
    agree(E, jE)
    agree(dx, jdx)


def small_net() -> Sequential:
    rng = np.random.default_rng(0)
    return Sequential(
        Dense(5, 4, rng),
        Logistic(),
        Dense(4, 3, rng),
    )


def test_rules(jax: Any, jnp: Any) -> None:
    x, d = draw(6, 5), draw(6, 3)
    start = small_net().params
    start = jax.tree.map(jnp.array, start)

    def predict(w, x):
        x = x @ w["0.W"].T + w["0.b"]
        x = jax.nn.sigmoid(x)
        return x @ w["2.W"].T + w["2.b"]

    # begin: descent, JAX
    def error(params):
        y = predict(params, x)
        return jnp.sum((y - d) ** 2) / 2

    def descend(params):
        grads = jax.grad(error)(params)
        return jax.tree.map(
            lambda w, g: w - 0.02 * g,
            params,
            grads,
        )

    # end
    # begin: momentum, JAX
    def roll(params, last):
        grads = jax.grad(error)(params)
        last = jax.tree.map(
            lambda v, g: 0.9 * v - 0.002 * g,
            last,
            grads,
        )
        step = jax.tree.map(
            jnp.add, params, last
        )
        return step, last

    # end
    # begin: adam, JAX
    def mean(old, new, beta):
        return beta * old + (1 - beta) * new

    def change(t, m, v):
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        step = m_hat / (v_hat**0.5 + 1e-8)
        return 0.001 * step

    def adam(params, t, m, v):
        each = jax.tree.map
        g = jax.grad(error)(params)
        m = each(
            lambda m, g: mean(m, g, 0.9), m, g
        )
        v = each(
            lambda v, g: mean(v, g**2, 0.999),
            v,
            g,
        )
        params = each(
            lambda w, m, v: (
                w - change(t, m, v)
            ),
            params,
            m,
            v,
        )
        return params, m, v

    # end
    for rule in (
        GradientDescent(0.02),
        Momentum(0.002, 0.9),
        Adam(0.001, 0.9, 0.999, epsilon=1e-8),
    ):
        net = small_net()
        params = start
        zeros = jax.tree.map(
            jnp.zeros_like, start
        )
        last = m = v = zeros
        for t in range(1, 6):
            y, caches = net.forward(x)
            dy = sum_of_squares(y, d)[1]
            grads = net.gradients(dy, caches)
            rule.step(net.params, grads)
            if isinstance(rule, Momentum):
                params, last = roll(
                    params, last
                )
            elif isinstance(rule, Adam):
                params, m, v = adam(
                    params, t, m, v
                )
            else:
                params = descend(params)
            agree(net.params, params)
        moved = (
            net.params["2.W"] - start["2.W"]
        )
        assert abs(moved).max() > 1e-3


def test_starts(jax: Any, jnp: Any) -> None:
    shape = 30, 70
    key = jax.random.key(0)
    # begin: starts, JAX
    scaling = (
        jax.nn.initializers.variance_scaling
    )
    axes = {"in_axis": -1, "out_axis": -2}
    j_rectifiers = scaling(
        2.0, "fan_in", "normal", **axes
    )(key, shape)
    j_gaussian = scaling(
        25 / 9, "fan_in", "normal", **axes
    )(key, shape)
    j_flat = scaling(
        25 / 9, "fan_avg", "uniform", **axes
    )(key, shape)
    # end
    unit = normal(1.0)
    rng = np.random.default_rng
    fair = jax.random.normal(key, shape)
    ours = he_normal()(shape, rng(0))
    agree(
        ours / unit(shape, rng(0)),
        j_rectifiers / fair,
    )
    agree(
        5 / 3 / 70**0.5 * np.ones(shape),
        j_gaussian / fair,
    )
    ours = glorot_uniform(5 / 3)(shape, rng(0))
    agree(
        ours / rng(0).uniform(-1, 1, shape),
        j_flat
        / jax.random.uniform(
            key, shape, minval=-1.0
        ),
    )
    named = jax.nn.initializers.he_normal(
        **axes
    )
    far = abs(named(key, (30, 700))).max()
    sigma = (
        2 / 700
    ) ** 0.5 / 0.87962566103423978
    assert far < 2 * sigma


def test_clipping(jax: Any, jnp: Any) -> None:
    grads = {"W": draw(4, 3), "b": draw(4)}
    # begin: clipping, JAX
    leaves = jax.tree.leaves(grads)
    squares = [jnp.sum(g**2) for g in leaves]
    j_norm = jnp.sqrt(sum(squares))
    factor = jnp.minimum(1.0, 1.5 / j_norm)
    j_clipped = jax.tree.map(
        lambda g: factor * g, grads
    )
    # end
    agree(gradient_norm(grads), j_norm)
    assert j_norm > 1.5
    agree(clip_by_norm(grads, 1.5), j_clipped)
