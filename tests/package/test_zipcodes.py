"""The net of 1989 has the paper's units, connections and parameters, and computes what it says it does."""

from __future__ import annotations

import numpy as np
import pytest

from backprop import Convolution, Dense, check_layer, sum_of_squares
from backprop.zipcodes import Unshared, eight_of_twelve, start_1989, zip_code_net


def test_units_connections_and_parameters_are_the_papers() -> None:
    net = zip_code_net(np.random.default_rng(0))
    x, units, connections, free = np.zeros((1, 256)), [256], [], []
    for layer in net.layers:
        before, x = x, layer.forward(x)[0]
        if isinstance(layer, Convolution | Dense):
            W, b = layer.params["W"], layer.params["b"]
            sees = getattr(layer, "connections", None)
            wired = W.size if sees is None else 25 * int(sees.sum())
            inputs = {1: 25, 12: 200}[W.shape[2]] if isinstance(layer, Convolution) else before.shape[1]
            units.append(x[0].size)
            connections.append(x[0].size * (inputs + 1))
            free.append(wired + b.size)
        if isinstance(layer, Convolution):
            assert np.count_nonzero(W) == wired
    assert units == [256, 768, 192, 30, 10] and sum(units) == 1256
    assert connections == [19968, 38592, 5790, 310] and sum(connections) == 64660
    assert free == [1068, 2592, 5790, 310] and sum(free) == 9760


def test_eight_of_twelve_is_three_overlapping_blocks() -> None:
    sees = eight_of_twelve()
    assert sees.dtype == bool and sees.shape == (12, 12)
    assert (sees.sum(axis=0) == 8).all() and (sees.sum(axis=1) == 8).all()
    assert np.flatnonzero(sees[:, 3]).tolist() == list(range(8))
    assert np.flatnonzero(sees[:, 4]).tolist() == list(range(4, 12))
    assert np.flatnonzero(sees[:, 11]).tolist() == [0, 1, 2, 3, 8, 9, 10, 11]


def test_the_start_is_uniform_up_to_2_4_over_the_fan_in() -> None:
    w = start_1989((4000, 25), np.random.default_rng(0))
    assert w.shape == (4000, 25)
    assert 0.0959 < w.max() <= 0.096 and -0.096 <= w.min() < -0.0959 and abs(w.mean()) < 1e-3
    w = start_1989((40, 3, 25), np.random.default_rng(0))
    assert 0.095 < w.max() <= 0.096 and -0.096 <= w.min() < -0.095
    net = zip_code_net(np.random.default_rng(1))
    for name, fan_in in (("1.W", 25), ("3.W", 200), ("6.W", 192), ("8.W", 30)):
        assert 0.9 < abs(net.params[name]).max() * fan_in / 2.4 <= 1
    assert all(not net.params[name].any() for name in net.params if name.endswith(".b"))


def test_a_unit_of_each_map_layer_by_hand() -> None:
    rng = np.random.default_rng(2)
    net = zip_code_net(rng)
    for name in net.params:
        if name.endswith(".b"):
            net.params[name][...] = rng.normal(0, 0.1, net.params[name].shape)
    x = rng.uniform(-1, 1, (1, 256))
    framed = np.full((21, 21), -1.0)
    framed[2:18, 2:18] = x.reshape(16, 16)
    h1 = net.layers[2].forward(net.layers[1].forward(net.layers[0].forward(x)[0])[0])[0]
    W, b = net.params["1.W"], net.params["1.b"]
    for i, j, m in [(0, 0, 0), (7, 7, 11), (3, 5, 4)]:
        total = (framed[2 * i : 2 * i + 5, 2 * j : 2 * j + 5] * W[:, :, 0, m]).sum() + b[i, j, m]
        assert h1[0, i, j, m] == pytest.approx(1.7159 * np.tanh(2 / 3 * total))
    below = np.full((13, 13, 12), -1.0)
    below[2:10, 2:10] = h1[0]
    h2 = net.layers[3].forward(h1)[0]
    W, b = net.params["3.W"], net.params["3.b"]
    for i, j, m in [(0, 3, 0), (3, 0, 11), (2, 1, 6)]:
        seen = np.flatnonzero(eight_of_twelve()[:, m])
        window = below[2 * i : 2 * i + 5, 2 * j : 2 * j + 5]
        assert h2[0, i, j, m] == pytest.approx((window[..., seen] * W[:, :, seen, m]).sum() + b[i, j, m])


@pytest.mark.parametrize("unit_biases, parameters", [(True, 9760), (False, 8824)])
def test_gradients_runs_and_dtype(unit_biases: bool, parameters: int) -> None:
    rngs = [np.random.default_rng(seed) for seed in (3, 4)]
    nets = zip_code_net(rngs, unit_biases=unit_biases, dtype=np.float32)
    assert nets.forward(np.zeros((3, 256), np.float32))[0].shape == (2, 3, 10)
    alone = zip_code_net(np.random.default_rng(4), unit_biases=unit_biases)
    for name, w in alone.params.items():
        np.testing.assert_array_equal(nets.params[name][1], w.astype(np.float32))
    idle = 25 * 4 * 12  # kernels of maps that are not connected
    assert sum(w.size for w in alone.params.values()) - idle == parameters
    rng = np.random.default_rng(5)
    x, d = rng.uniform(-1, 1, (2, 256)), rng.uniform(-1, 1, (2, 10))
    y, cache = alone.forward(x)
    _, grads = alone.backward(sum_of_squares(y, d)[1], cache)
    for name, place in (("1.W", (0, 4, 0, 3)), ("1.b", (7, 0, 2)), ("3.W", (2, 2, 9, 5)), ("6.W", (4, 100))):
        w, h = alone.params[name], 1e-6
        index = place if unit_biases or name != "1.b" else place[-1:]
        errors = []
        for sign in (1, -1):
            w[index] += sign * h
            errors.append(float(sum_of_squares(alone.forward(x)[0], d)[0]))
            w[index] -= sign * h
        assert grads[name][index] == pytest.approx((errors[0] - errors[1]) / (2 * h), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("runs", [None, 2])
@pytest.mark.parametrize("connections", [None, np.array([[True, True, False], [False, True, True]])])
@pytest.mark.parametrize("own", [False, True])
def test_unshared_copies_compute_the_convolution_and_their_gradients_add_up(
    runs: int | None, connections: np.ndarray | None, own: bool
) -> None:
    rng = np.random.default_rng(6)
    rngs = rng if runs is None else [np.random.default_rng(seed) for seed in range(runs)]
    settings = {"stride": 2, "padding": 2, "background": -1.0, "connections": connections}
    shared = Convolution(2, 3, 5, rngs, unit_biases=(4, 4) if own else None, **settings)
    shared.params["b"][...] = rng.normal(size=shared.params["b"].shape)
    loose = Unshared(shared, 8)
    x = rng.normal(size=(*(() if runs is None else (runs,)), 3, 8, 8, 2))
    y, cache = shared.forward(x)
    y_loose, cache_loose = loose.forward(x)
    np.testing.assert_allclose(y_loose, y, atol=1e-12)
    dy = rng.normal(size=y.shape)
    dx, grads = shared.backward(dy, cache)
    dx_loose, grads_loose = loose.backward(dy, cache_loose)
    np.testing.assert_allclose(dx_loose, dx, atol=1e-12)
    np.testing.assert_allclose(grads_loose["b"], grads["b"], atol=1e-12)
    np.testing.assert_allclose(
        grads_loose["W"].sum(axis=-3), grads["W"].reshape(*grads["W"].shape[: x.ndim - 4], 50, 3), atol=1e-12
    )
    if runs is None and connections is None:
        errors = check_layer(loose, x, rng)
        assert max(errors.values()) < 1e-6


def test_unshared_draws_its_own_start_and_counts_64_660_weights() -> None:
    rng = np.random.default_rng(7)
    net = zip_code_net(rng)
    for place, size in ((1, 16), (3, 8)):
        shared = net.layers[place]
        assert isinstance(shared, Convolution)
        loose = Unshared(shared, size, rng)
        fan_in = 25 if size == 16 else 200
        W = loose.params["W"]
        assert 0.95 < abs(W).max() * fan_in / 2.4 <= 1 and len(np.unique(W)) > W.size / 2
        assert np.count_nonzero(W) + loose.params["b"].size == {16: 19968, 8: 38592}[size]
        assert not W[:, ~loose.wired].any()
    with pytest.raises(ValueError, match="Unshared expects maps that a kernel of 5 fits into, got size 0"):
        Unshared(shared, 0)
    with pytest.raises(ValueError, match=r"Unshared.backward expects dy of shape \(1, 4, 4, 12\)"):
        _, cache = loose.forward(np.zeros((1, 8, 8, 12)))
        loose.gradients(np.zeros((1, 4, 4, 1)), cache)


def test_unshared_has_at_least_one_place() -> None:
    kernel = Convolution(1, 2, 3, np.random.default_rng(0))
    assert Unshared(kernel, 3).params["W"].shape == (1, 9, 2)
    with pytest.raises(ValueError, match="Unshared expects maps that a kernel of 3 fits into, got size 2"):
        Unshared(kernel, 2)
