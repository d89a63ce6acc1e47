"""Skip connections and orthogonal starts: by hand, against PyTorch, by complex step, as nets in one array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    BatchNorm,
    Dense,
    FixedNorm,
    Sequential,
    Skip,
    Tanh,
    check_network,
    complex_step_gradient,
    normal,
    orthogonal,
    sum_of_squares,
)

X = np.random.default_rng(1).standard_normal((6, 4))
DY = np.random.default_rng(2).standard_normal((6, 4))


def make(rng: Any = None, scale: float = 0.7, **more: Any) -> Skip:
    rng = np.random.default_rng(0) if rng is None else rng
    wide = Dense(4, 5, rng, bias=normal(1.0), **more)
    return Skip(wide, Tanh(), Dense(5, 4, rng, bias=normal(1.0), **more), scale=scale)


def test_one_unit_by_hand() -> None:
    layer = Skip(Dense.from_weights([[3.0]], [1.0]), scale=0.5)
    y, cache = layer.forward(np.array([[2.0]]))
    assert y.item() == 2 + 0.5 * (3 * 2 + 1)
    dx, grads = layer.backward(np.array([[10.0]]), cache)
    assert dx.item() == 10 + 0.5 * 3 * 10
    assert (grads["0.W"].item(), grads["0.b"].item()) == (0.5 * 2 * 10, 0.5 * 10)
    assert Skip(Dense.from_weights([[3.0]])).forward(np.array([[2.0]]))[0].item() == 2 + 3 * 2


def test_a_branch_of_zeros_leaves_everything_as_it_is() -> None:
    layer = make()
    for name in ("2.W", "2.b"):
        layer.params[name][...] = 0
    y, cache = layer.forward(X)
    np.testing.assert_array_equal(y, X)
    np.testing.assert_array_equal(layer.backward(DY, cache)[0], DY)


def test_pytorch_agrees() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    layer = make()
    y, cache = layer.forward(X)
    dx, grads = layer.backward(DY, cache)
    w = {name: torch.tensor(value, requires_grad=True) for name, value in layer.params.items()}
    x = torch.tensor(X, requires_grad=True)
    branch = torch.tanh(x @ w["0.W"].T + w["0.b"]) @ w["2.W"].T + w["2.b"]
    theirs = x + 0.7 * branch
    theirs.backward(torch.tensor(DY))
    np.testing.assert_allclose(y, theirs.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(dx, x.grad.numpy(), rtol=1e-12)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, w[name].grad.numpy(), rtol=1e-12)


def test_the_way_back_agrees_with_a_complex_step() -> None:
    layer = make()
    twin = layer.astype(complex)
    dx, _ = layer.backward(DY, layer.forward(X)[1])
    exact = complex_step_gradient(lambda x: complex((twin.forward(x)[0] * DY).sum()), X)
    np.testing.assert_allclose(dx, exact, rtol=1e-12)


def test_a_skip_within_a_skip_agrees_with_a_complex_step() -> None:
    rng = np.random.default_rng(4)
    inner = Skip(Dense(4, 4, rng), Tanh(), scale=-0.3)
    net = Sequential(Dense(3, 4, rng), Skip(Dense(4, 4, rng), inner, Tanh()), Dense(4, 2, rng))
    d = rng.standard_normal((6, 2))
    errors = check_network(net, sum_of_squares, X[:, :3], d, method="complex")
    assert "1.1.0.W" in errors
    assert max(errors.values()) < 1e-12


def test_gradients_alone_are_those_of_backward() -> None:
    layer = make()
    _, cache = layer.forward(X)
    grads = layer.backward(DY, cache)[1]
    alone = layer.gradients(DY, cache)
    assert alone.keys() == grads.keys() == layer.params.keys()
    for name, grad in grads.items():
        np.testing.assert_allclose(alone[name], grad, rtol=1e-12)


def test_many_nets_at_once_are_the_nets_their_seeds_give() -> None:
    rngs = [np.random.default_rng(seed) for seed in range(3)]
    many = make(rngs)
    y, cache = many.forward(X)  # the same cases for all: the branch brings the runs axis
    assert y.shape == (3, 6, 4)
    dy = np.random.default_rng(5).standard_normal(y.shape)
    dx, grads = many.backward(dy, cache)
    for run in range(3):
        one = make(np.random.default_rng(run))
        y_one, cache_one = one.forward(X)
        np.testing.assert_allclose(y[run], y_one, rtol=1e-12)
        dx_one, grads_one = one.backward(dy[run], cache_one)
        np.testing.assert_allclose(dx[run], dx_one, rtol=1e-11)
        for name, grad in grads_one.items():
            np.testing.assert_allclose(grads[name][run], grad, rtol=1e-11)


def test_evaluation_asks_the_branch_and_shares_its_arrays() -> None:
    rng = np.random.default_rng(0)
    layer = Skip(Dense(4, 4, rng), BatchNorm(4, rng), Tanh(), scale=0.5)
    fixed = layer.evaluation(X)
    assert isinstance(fixed.branch.layers[1], FixedNorm)
    assert fixed.scale == 0.5
    np.testing.assert_allclose(fixed.forward(X)[0], layer.forward(X)[0], rtol=1e-12)
    assert all(fixed.params[name] is w for name, w in layer.params.items())
    assert abs(fixed.forward(X[:2])[0] - layer.forward(X[:2])[0]).max() > 0.01


def test_float32_stays_float32() -> None:
    layer = make(dtype=np.float32)
    y, cache = layer.forward(X.astype(np.float32))
    dx, grads = layer.backward(DY.astype(np.float32), cache)
    assert {y.dtype, dx.dtype, *(grad.dtype for grad in grads.values())} == {np.dtype(np.float32)}
    assert make().astype(np.float32).params["0.W"].dtype == np.float32


@pytest.mark.parametrize(
    ("shape", "gain"), [((5, 5), 1.0), ((5, 3), 2.0), ((3, 5), 0.5), ((1, 4), 1.0), ((4, 1), 3.0)]
)
def test_every_singular_value_of_an_orthogonal_start_is_the_gain(shape: Any, gain: float) -> None:
    W = orthogonal(gain)(shape, np.random.default_rng(3))
    assert W.shape == shape
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), gain, rtol=1e-13)


def test_orthogonal_starts_are_drawn_fairly() -> None:
    """The first column, and the sign of every entry, are as likely one way as the other; σ² is g²/m."""
    drawn = np.stack([orthogonal(2.0)((3, 3), np.random.default_rng(seed)) for seed in range(4000)])
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.08)
    np.testing.assert_allclose((drawn**2).mean(axis=0), 4 / 3, atol=0.08)
    assert abs((np.linalg.det(drawn) > 0).mean() - 0.5) < 0.03


def test_pytorch_draws_orthogonal_starts_of_the_same_kind() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    torch.manual_seed(0)
    for shape in ((4, 7), (7, 4)):
        drawn = torch.empty(shape, dtype=torch.float64)
        torch.nn.init.orthogonal_(drawn, gain=1.5)
        ours = orthogonal(1.5)(shape, np.random.default_rng(0))
        few = [w @ w.T if shape[0] < shape[1] else w.T @ w for w in (drawn.numpy(), ours)]
        np.testing.assert_allclose(few[0], few[1], atol=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Skip(), "Skip expects at least one layer in its branch, got none"),
        (lambda: Skip(Tanh(), scale=np.nan), "Skip expects a finite scale, got nan"),
        (lambda: Skip(Tanh(), scale=np.inf), "Skip expects a finite scale, got inf"),
        (
            lambda: Skip(Dense(4, 5, np.random.default_rng(0))).forward(X),
            r"Skip expects its branch to keep the shape \(6, 4\), got \(6, 5\)",
        ),
        (lambda: make().forward(X[0]), r"Skip expects x of shape \(N, features\), got \(4,\)"),
        (lambda: make().forward(X[:, :3]), r"Dense expects x of shape \(N, 4\), got \(6, 3\)"),
        (
            lambda: Skip(Tanh()).backward(DY[:1], Skip(Tanh()).forward(X)[1]),
            r"expects dy of shape \(6, 4\), got \(1, 4\)",
        ),
        (lambda: orthogonal(0.0), "orthogonal expects a gain above 0, got 0.0"),
        (
            lambda: orthogonal()((3,), np.random.default_rng(0)),
            r"orthogonal expects a shape \(n_out, n_in\), got \(3,\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build()
