"""Ways to derivatives beside those of JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    Dense,
    Sequential,
    Tanh,
    Value,
    hessian_vector,
    sum_of_squares,
)


def test_tape(jax: Any) -> None:
    # begin: tape, JAX
    def f(a, b):
        return jax.nn.sigmoid(a * b + a)

    both = jax.grad(f, argnums=(0, 1))
    ja, jb = both(3.0, -1.0)
    # end
    a, b = Value(3.0), Value(-1.0)
    (a * b + a).logistic().backward()
    agree(a.grad, ja)
    agree(b.grad, jb)


def test_hessian(jax: Any, jnp: Any) -> None:
    x, d = draw(6, 5), draw(6, 3)
    rng = np.random.default_rng(0)
    net = Sequential(
        Dense(5, 4, rng),
        Tanh(),
        Dense(4, 3, rng),
    )
    v = {
        name: draw(*w.shape, seed=1)
        for name, w in net.params.items()
    }

    # begin: hessian, JAX
    def error(w):
        h = x @ w["0.W"].T + w["0.b"]
        y = jnp.tanh(h) @ w["2.W"].T + w["2.b"]
        return jnp.sum((y - d) ** 2) / 2

    gradient = jax.grad(error)
    _, jHv = jax.jvp(
        gradient, (net.params,), (v,)
    )
    # end
    Hv = hessian_vector(
        net, sum_of_squares, x, d, v
    )
    agree(Hv, jHv)


def test_many_nets(jax: Any) -> None:
    x = draw(6, 5)
    rngs = [
        np.random.default_rng(seed)
        for seed in range(200)
    ]
    layer = Dense(5, 3, rngs)

    # begin: runs, JAX
    def dense(params, x):
        return x @ params["W"].T + params["b"]

    many = jax.vmap(dense, in_axes=(0, None))
    jy = many(layer.params, x)
    # end
    agree(layer.forward(x)[0], jy)
    assert jy.shape == (200, 6, 3)
