"""Hessian, Gauss-Newton matrix and back-propagated diagonal, against programs that nobody here wrote."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backprop import (
    Dense,
    Layer,
    LeCunTanh,
    Logistic,
    Parallel,
    ReLU,
    Sequential,
    Softmax,
    Tanh,
    as_vector,
    diagonal_curvature,
    from_vector,
    gauss_newton,
    hessian,
    jacobian,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    softmax_cross_entropy,
    sum_of_squares,
)
from backprop.layers.layer import Array
from backprop.learning.hessian import backward_squared, output_hessian
from backprop.learning.losses import Loss

MEAN = mean_over_cases(sum_of_squares)
LOSSES = [sum_of_squares, softmax_cross_entropy, logistic_cross_entropy, MEAN]


def data(seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x, d = rng.standard_normal((5, 3)), rng.uniform(0.1, 1, (5, 2))
    return x, d / d.sum(axis=1, keepdims=True)


def net(
    unit: type[Layer] = Tanh, rng: Any = None, hidden: tuple[int, ...] = (4,), last: int = 2
) -> Sequential:
    rng = rng or np.random.default_rng(1)
    layers: list[Layer] = []
    width = 3
    for units in hidden:
        layers += [Dense(width, units, rng, bias=normal(0.5)), unit()]
        width = units
    return Sequential(*layers, Dense(width, last, rng, bias=normal(0.5)))


def by_autograd(loss: Loss, x: Array, d: Array, like: Sequential) -> Any:
    """E of a 3-4-2 tanh net as a function of the vector of its weights, in autograd's NumPy."""
    anp = pytest.importorskip("autograd.numpy", reason="autograd is not installed")

    def outputs(w: Any) -> Any:
        p = from_vector(w, like.params) if isinstance(w, np.ndarray) else _cut(w, like.params)
        return anp.dot(anp.tanh(anp.dot(x, p["0.W"].T) + p["0.b"]), p["2.W"].T) + p["2.b"]

    def E(w: Any) -> Any:
        y = outputs(w)
        if loss is softmax_cross_entropy:
            return anp.sum(anp.log(anp.sum(anp.exp(y), axis=1)) - anp.sum(d * y, axis=1))
        if loss is logistic_cross_entropy:
            return anp.sum(anp.logaddexp(0, y) - d * y)
        return anp.sum((y - d) ** 2) / (2 if loss is sum_of_squares else 2 * len(x))

    return E, outputs


def _cut(w: Any, like: dict[str, Array]) -> dict[str, Any]:
    parts, start = {}, 0
    for name in sorted(like):
        parts[name] = w[start : start + like[name].size].reshape(like[name].shape)
        start += like[name].size
    return parts


def test_vectors_there_and_back() -> None:
    arrays = {"b": np.array([5.0, 6.0]), "W": np.array([[1.0, 2.0], [3.0, 4.0]])}
    vector = as_vector(arrays)
    np.testing.assert_array_equal(vector, [1, 2, 3, 4, 5, 6])
    for name, part in from_vector(vector, arrays).items():
        np.testing.assert_array_equal(part, arrays[name])
    many = {name: np.stack([array, 10 * array]) for name, array in arrays.items()}
    np.testing.assert_array_equal(as_vector(many, (2,)), [vector, 10 * vector])
    for name, part in from_vector(np.stack([vector, 10 * vector]), many).items():
        np.testing.assert_array_equal(part, many[name])
    with pytest.raises(ValueError, match="expects 6 numbers for each net, got 5"):
        from_vector(vector[:5], arrays)


@pytest.mark.parametrize("loss", LOSSES)
def test_all_second_derivatives_are_autograds(loss: Loss) -> None:
    autograd = pytest.importorskip("autograd", reason="autograd is not installed")
    x, d = data()
    one = net()
    E, outputs = by_autograd(loss, x, d, one)
    w = as_vector(one.params)
    np.testing.assert_allclose(hessian(one, loss, x, d), autograd.hessian(E)(w), rtol=1e-9, atol=1e-11)
    J = autograd.jacobian(outputs)(w)
    np.testing.assert_allclose(jacobian(one, x), J, rtol=1e-9, atol=1e-12)
    outer = output_hessian(loss, one.forward(x)[0], d)
    G = np.einsum("nkp,nkl,nlq->pq", J, outer, J)
    np.testing.assert_allclose(gauss_newton(one, loss, x, d), G, rtol=1e-9, atol=1e-11)
    assert np.linalg.norm(G - hessian(one, loss, x, d)) > 0.01 * np.linalg.norm(G)


def test_the_hessian_is_pytorchs_double_backward() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    x, d = data()
    one = net(Logistic, hidden=(4, 3))
    X, D = torch.tensor(x), torch.tensor(d)

    def E(w: Any) -> Any:
        p = _cut(w, one.params)
        y = X
        for i in (0, 2):
            y = torch.sigmoid(y @ p[f"{i}.W"].T + p[f"{i}.b"])
        return ((y @ p["4.W"].T + p["4.b"] - D) ** 2).sum() / 2

    H = torch.autograd.functional.hessian(E, torch.tensor(as_vector(one.params))).numpy()
    np.testing.assert_allclose(hessian(one, sum_of_squares, x, d), H, rtol=1e-9, atol=1e-11)


def test_softmax_outputs_have_the_curvature_of_probabilities() -> None:
    x, d = data()
    y = net().forward(x)[0]
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    wanted = p[:, :, None] * np.eye(2) - p[:, :, None] * p[:, None, :]
    np.testing.assert_allclose(output_hessian(softmax_cross_entropy, y, d), wanted, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(
        output_hessian(MEAN, y, d), np.broadcast_to(np.eye(2) / 5, (5, 2, 2)), atol=1e-15
    )


@pytest.mark.parametrize("unit", [Tanh, Logistic, LeCunTanh, ReLU])
def test_with_one_hidden_layer_and_squares_the_diagonal_is_gauss_newtons(unit: type[Layer]) -> None:
    x, d = data()
    one = net(unit)
    estimate = diagonal_curvature(one, sum_of_squares, x, d)
    assert estimate.keys() == one.params.keys()
    assert all(estimate[name].shape == w.shape for name, w in one.params.items())
    G = gauss_newton(one, sum_of_squares, x, d)
    np.testing.assert_allclose(as_vector(estimate), np.diag(G), rtol=1e-11)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_diagonal_is_the_papers_recursion_by_loops(loss: Loss) -> None:
    """Equations (54) to (56), case by case and index by index, for two hidden layers."""
    x, d = data()
    one = net(hidden=(4, 3))
    p = one.params
    wanted = {name: np.zeros_like(w) for name, w in p.items()}
    outer = output_hessian(loss, one.forward(x)[0], d)
    for c in range(len(x)):
        below = {0: x[c]}
        for i in (0, 2):
            below[i + 2] = np.tanh(p[f"{i}.W"] @ below[i] + p[f"{i}.b"])
        second = np.diag(outer[c])
        for i in (4, 2, 0):
            for k in range(len(second)):
                wanted[f"{i}.b"][k] += second[k]
                for j in range(len(below[i])):
                    wanted[f"{i}.W"][k, j] += second[k] * below[i][j] ** 2
            through = [sum(s * w**2 for s, w in zip(second, column, strict=True)) for column in p[f"{i}.W"].T]
            second = np.array(through) * (1 - below[i] ** 2) ** 2
    found = diagonal_curvature(one, loss, x, d)
    for name, second in wanted.items():
        np.testing.assert_allclose(found[name], second, rtol=1e-11)
        assert (found[name] >= 0).all()


def test_many_nets_are_each_as_one() -> None:
    x, d = data()
    xs = np.stack([x, 2 * x, x - 1])
    many = net(rng=[np.random.default_rng(seed) for seed in range(3)])
    for each in (x, xs):
        H, G = hessian(many, MEAN, each, d), gauss_newton(many, MEAN, each, d)
        J, D = jacobian(many, each), as_vector(diagonal_curvature(many, MEAN, each, d), (3,))
        for run in range(3):
            one, own = net(rng=np.random.default_rng(run)), each if each.ndim == 2 else each[run]
            np.testing.assert_allclose(H[run], hessian(one, MEAN, own, d), rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(G[run], gauss_newton(one, MEAN, own, d), rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(J[run], jacobian(one, own), rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(D[run], as_vector(diagonal_curvature(one, MEAN, own, d)), rtol=1e-9)


def test_branches_have_a_jacobian_and_no_recursion() -> None:
    rng = np.random.default_rng(3)
    x, d = data()
    both = Sequential(Parallel((1, Dense(1, 2, rng)), (2, Dense(2, 2, rng))), Tanh(), Dense(4, 2, rng))
    w, J = as_vector(both.params), jacobian(both, x)
    for k, direction in enumerate(np.eye(len(w))):
        sides = []
        for h in (1e-6, -1e-6):
            moved = both.astype(float)
            for name, part in from_vector(w + h * direction, moved.params).items():
                moved.params[name][...] = part
            sides.append(moved.forward(x)[0])
        np.testing.assert_allclose(J[..., k], (sides[0] - sides[1]) / 2e-6, atol=1e-8)
    before = {name: array.copy() for name, array in both.params.items()}
    gauss_newton(both, sum_of_squares, x, d)
    for name, array in before.items():
        np.testing.assert_array_equal(both.params[name], array)
    for layer, name in ((both, "Parallel"), (Sequential(Dense(3, 2, rng), Softmax()), "Softmax")):
        with pytest.raises(TypeError, match=f"expects one of Sequential, Dense, Logistic, .* got {name}"):
            diagonal_curvature(layer, sum_of_squares, x, d)


def test_the_squared_pass_hands_on_the_inputs_curvature_too() -> None:
    layer = Dense.from_weights([[1.0, -2.0], [3.0, 0.5]], [7.0, 8.0])
    cache = layer.forward(np.array([[2.0, -1.0]]))[1]
    d2x, second = backward_squared(layer, np.array([[10.0, 100.0]]), cache)
    np.testing.assert_allclose(d2x, [[10 + 900, 40 + 25]])
    np.testing.assert_allclose(second["W"], [[40, 10], [400, 100]])
    np.testing.assert_allclose(second["b"], [10, 100])
    np.testing.assert_array_equal(layer.params["W"], [[1, -2], [3, 0.5]])
