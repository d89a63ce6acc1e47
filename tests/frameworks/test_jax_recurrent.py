"""Recurrent layers beside loops of JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    GRU,
    LSTM,
    Recurrent,
    normal,
)

RANDOM = {
    "weight": normal(0.7),
    "recurrent": normal(0.7),
}


def test_recurrent(jax: Any, jnp: Any) -> None:
    x, dy = draw(6, 4, 2), draw(6, 4, 3)
    rng = np.random.default_rng(0)
    layer = Recurrent(2, 3, rng, **RANDOM)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)

    # begin: recurrent, JAX
    def run(x, params):
        W, U, b = map(params.get, "WUb")

        def step(h, x):
            a = x @ W.T + h @ U.T + b
            h = jnp.tanh(a)
            return h, h

        h = jnp.zeros((x.shape[1], len(b)))
        return jax.lax.scan(step, h, x)[1]

    # end
    jy, backward = jax.vjp(
        run, x, layer.params
    )
    jdx, jgrads = backward(dy)
    agree(y, jy)
    agree(dx, jdx)
    agree(grads, jgrads)


def test_lstm(jax: Any, jnp: Any) -> None:
    x, dy = draw(6, 4, 2), draw(6, 4, 3)
    rng = np.random.default_rng(0)
    layer = LSTM(2, 3, rng, **RANDOM)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    sigmoid = jax.nn.sigmoid

    # begin: lstm, JAX
    def run(x, params):
        W, U, b = map(params.get, "WUb")

        def step(state, x):
            h, c = state
            a = x @ W.T + h @ U.T + b
            g, *gates = jnp.split(a, 4, axis=1)
            i, f, o = map(sigmoid, gates)
            c = f * c + i * jnp.tanh(g)
            h = o * jnp.tanh(c)
            return (h, c), h

        h = jnp.zeros(
            (x.shape[1], len(b) // 4)
        )
        return jax.lax.scan(step, (h, h), x)[1]

    # end
    jy, backward = jax.vjp(
        run, x, layer.params
    )
    jdx, jgrads = backward(dy)
    agree(y, jy)
    agree(dx, jdx)
    agree(grads, jgrads)


def test_gru(jax: Any, jnp: Any) -> None:
    x, dy = draw(6, 4, 2), draw(6, 4, 3)
    # begin: gru-before, NumPy
    rng = np.random.default_rng(0)
    layer = GRU(2, 3, rng)
    y, cache = layer.forward(x)
    # end
    dx, grads = layer.backward(dy, cache)
    sigmoid = jax.nn.sigmoid

    # begin: gru-before, JAX
    def run(x, params):
        U_z, U_r, U_n = jnp.split(
            params["U"], 3
        )
        below = x @ params["W"].T + params["b"]

        def step(h, a):
            z, r, n = jnp.split(a, 3, axis=1)
            z = sigmoid(z + h @ U_z.T)
            r = sigmoid(r + h @ U_r.T)
            n = jnp.tanh(n + (r * h) @ U_n.T)
            h = z * h + (1 - z) * n
            return h, h

        h = jnp.zeros((x.shape[1], len(U_z)))
        return jax.lax.scan(step, h, below)[1]

    # end
    jy, backward = jax.vjp(
        run, x, layer.params
    )
    jdx, jgrads = backward(dy)
    agree(y, jy)
    agree(dx, jdx)
    agree(grads, jgrads)
