"""Layers beside functions of JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
from agreement import agree, draw

from backprop import (
    GELU,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    FixedMask,
    Flatten,
    LayerNorm,
    LeakyReLU,
    Logistic,
    MaxPooling,
    ReLU,
    Sequential,
    Softmax,
    Softplus,
    Tanh,
)


def test_weights_go_there_and_back(
    jax: Any, jnp: Any
) -> None:
    x = draw(6, 5)
    rng = np.random.default_rng(0)
    net = Sequential(
        Dense(5, 4, rng),
        Logistic(),
        Dense(4, 3, rng),
    )
    weights = net.params
    # begin: carry, JAX
    params = jax.tree.map(jnp.array, weights)

    def predict(w, x):
        x = x @ w["0.W"].T + w["0.b"]
        x = jax.nn.sigmoid(x)
        return x @ w["2.W"].T + w["2.b"]

    # end
    agree(
        net.forward(x)[0], predict(params, x)
    )
    params = jax.tree.map(
        lambda w: 2 * w, params
    )
    # begin: back, JAX
    weights = jax.tree.map(np.asarray, params)
    # end
    for key, w in net.params.items():
        w[...] = weights[key]
    agree(
        net.forward(x)[0], predict(params, x)
    )


def test_dense(jax: Any) -> None:
    x, dy = draw(6, 5), draw(6, 3)
    W, b = draw(3, 5), draw(3)

    # begin: dense, JAX
    def dense(x, W, b):
        return x @ W.T + b

    jy, backward = jax.vjp(dense, x, W, b)
    jdx, jdW, jdb = backward(dy)
    # end
    layer = Dense.from_weights(W, b)
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    agree(y, jy)
    agree(dx, jdx)
    agree(grads, {"W": jdW, "b": jdb})


def test_activations(
    jax: Any, jnp: Any
) -> None:
    x, dy = draw(6, 5), draw(6, 5, seed=1)

    # begin: activations, JAX
    def exact_gelu(x):
        return jax.nn.gelu(
            x, approximate=False
        )

    theirs = [
        jax.nn.sigmoid,
        jnp.tanh,
        jax.nn.softmax,
        jax.nn.relu,
        jax.nn.leaky_relu,
        jax.nn.softplus,
        exact_gelu,
    ]
    # end
    ours = [
        Logistic(),
        Tanh(),
        Softmax(),
        ReLU(),
        LeakyReLU(0.01),
        Softplus(),
        GELU(),
    ]
    for one, other in zip(
        ours, theirs, strict=True
    ):
        y, cache = one.forward(x)
        jy, backward = jax.vjp(other, x)
        agree(y, jy)
        dx = one.backward(dy, cache)[0]
        agree(dx, backward(dy)[0])
    agree(0.0, jax.grad(jax.nn.relu)(0.0))
    corner = jax.grad(jax.nn.leaky_relu)(0.0)
    agree(1.0, corner)  # of the right
    y = GELU().forward(x)[0]
    assert abs(y - jax.nn.gelu(x)).max() > 1e-5


def test_convolution(jax: Any) -> None:
    x, W = draw(2, 8, 7, 3), draw(3, 3, 3, 4)
    b, dy = draw(4), draw(2, 4, 4, 4)

    # begin: convolution, JAX
    def convolve(x, W, b):
        axes = "NHWC", "HWIO", "NHWC"
        y = jax.lax.conv_general_dilated(
            x,
            W,
            window_strides=(2, 2),
            padding=[(1, 1), (1, 1)],
            dimension_numbers=axes,
        )
        return y + b

    jy, backward = jax.vjp(convolve, x, W, b)
    jdx, jdW, jdb = backward(dy)
    # end
    layer = Convolution.from_kernel(
        W, b, stride=2, padding=1
    )
    y, cache = layer.forward(x)
    dx, grads = layer.backward(dy, cache)
    agree(y, jy)
    agree(dx, jdx)
    agree(grads, {"W": jdW, "b": jdb})


def test_pooling(jax: Any, jnp: Any) -> None:
    x = draw(2, 4, 6, 3)
    # begin: pooling, JAX
    maps = jax.lax.reduce_window(
        x,
        -jnp.inf,
        jax.lax.max,
        window_dimensions=(1, 2, 2, 1),
        window_strides=(1, 2, 2, 1),
        padding="VALID",
    )
    jy = maps.reshape(len(x), -1)
    # end
    net = Sequential(MaxPooling(2), Flatten())
    agree(net.forward(x)[0], jy)


def test_dropout(jax: Any, jnp: Any) -> None:
    x = draw(6, 5)
    # begin: dropout, JAX
    key = jax.random.key(0)
    stay = jax.random.bernoulli(
        key, 0.7, x.shape
    )
    jy = jnp.where(stay, x / 0.7, 0.0)
    # end
    assert 0 < stay.sum() < stay.size
    layer = FixedMask(np.asarray(stay) / 0.7)
    agree(layer.forward(x)[0], jy)
    rng = np.random.default_rng(0)
    _, drawn = Dropout(0.3, rng).forward(x)
    agree(
        np.unique(drawn), np.unique(layer.mask)
    )


def test_norms(jax: Any) -> None:
    x, dy = (
        2 * draw(6, 5) + 1,
        draw(6, 5, seed=1),
    )
    g, b = draw(5), draw(5, seed=1)

    # begin: batch-norm, JAX
    def batch_norm(x, gamma, beta):
        x_hat = jax.nn.standardize(x, axis=0)
        return gamma * x_hat + beta

    # end
    # begin: layer-norm, JAX
    def layer_norm(x, gamma, beta):
        x_hat = jax.nn.standardize(x, axis=-1)
        return gamma * x_hat + beta

    # end
    for kind, f in (
        (BatchNorm, batch_norm),
        (LayerNorm, layer_norm),
    ):
        layer = kind(
            5, np.random.default_rng(0)
        )
        layer.params["gamma"][...] = g
        layer.params["beta"][...] = b
        y, cache = layer.forward(x)
        dx, grads = layer.backward(dy, cache)
        jy, backward = jax.vjp(f, x, g, b)
        jdx, dgamma, dbeta = backward(dy)
        agree(y, jy)
        agree(dx, jdx)
        agree(
            grads,
            {"gamma": dgamma, "beta": dbeta},
        )
