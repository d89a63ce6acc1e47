"""The rectifier's relatives at known points, far out, and against PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backprop import GELU, LeakyReLU, ReLU, Softplus, logistic
from backprop.layers.layer import Array, Layer

POINTS = np.array([[-30.0, -6.0, -1.0, -0.1, 0.1, 1.0, 6.0, 30.0]])


def slope(layer: Layer, x: Array) -> Array:
    """f′ at x, from the backward pass."""
    return layer.backward(np.ones_like(x), layer.forward(x)[1])[0]


def test_leaky_at_points_known_by_heart() -> None:
    x = np.array([[-2.0, 0.0, 3.0]])
    np.testing.assert_array_equal(LeakyReLU(0.1).forward(x)[0], [[-0.2, 0.0, 3.0]])
    np.testing.assert_array_equal(slope(LeakyReLU(0.1), x), [[0.1, 0.1, 1.0]])
    np.testing.assert_array_equal(LeakyReLU().forward(x)[0], [[-0.02, 0.0, 3.0]])
    np.testing.assert_array_equal(LeakyReLU(0).forward(x)[0], ReLU().forward(x)[0])


def test_leaky_looks_at_the_real_part_alone() -> None:
    y, factor = LeakyReLU(0.5).forward(np.array([[1e-20j, 1 + 1e-20j]]))
    np.testing.assert_array_equal(y, [[0.5e-20j, 1 + 1e-20j]])
    assert factor.dtype == np.float64


@pytest.mark.parametrize("bad", [-0.1, 1.0, math.nan])
def test_a_slope_that_leaks_too_much_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=r"LeakyReLU expects a slope of at least 0 and below 1, got"):
        LeakyReLU(bad)


def test_softplus_at_points_known_by_heart() -> None:
    x = np.array([[-math.log(3), 0.0, math.log(3)]])
    np.testing.assert_allclose(Softplus().forward(x)[0], np.log([[4 / 3, 2, 4]]), rtol=1e-15)
    np.testing.assert_allclose(slope(Softplus(), x), [[0.25, 0.5, 0.75]], rtol=1e-15)


def test_softplus_keeps_its_digits_far_out() -> None:
    x = np.array([[-1e4, -700.0, -40.0, 40.0, 1e4]])
    with np.errstate(all="raise", under="ignore"):
        y, dx = Softplus().forward(x)[0], slope(Softplus(), x)
    np.testing.assert_allclose(y, [[0, math.exp(-700), math.exp(-40), 40 + math.exp(-40), 1e4]], rtol=1e-15)
    np.testing.assert_allclose(dx, logistic(x), rtol=1e-15)


def test_gelu_at_points_known_by_heart() -> None:
    x = np.array([[-1.0, 0.0, 1.0]])
    np.testing.assert_allclose(GELU().forward(x)[0], [[-0.15865525393, 0, 0.84134474607]], rtol=1e-10)
    density = math.exp(-0.5) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(
        slope(GELU(), x), [[0.15865525393 - density, 0.5, 0.84134474607 + density]], rtol=1e-10
    )


def test_gelu_keeps_its_digits_far_out() -> None:
    x = np.array([[-1e200, -20.0, 20.0, 1e200]])
    np.testing.assert_allclose(GELU().forward(x)[0], [[0, -20 * 2.753624118606e-89, 20, 1e200]], rtol=1e-12)
    np.testing.assert_allclose(slope(GELU(), x)[0, [0, 2, 3]], [0, 1, 1], rtol=1e-15)


def test_gelu_refuses_complex_numbers() -> None:
    with pytest.raises(TypeError, match="GELU expects real numbers, got dtype complex128"):
        GELU().forward(np.ones((1, 1), dtype=complex))


@pytest.mark.parametrize(
    ("layer", "name", "settings"),
    [
        (LeakyReLU(), "leaky_relu", {}),
        (LeakyReLU(0.3), "leaky_relu", {"negative_slope": 0.3}),
        (Softplus(), "softplus", {"threshold": 1000}),
        (GELU(), "gelu", {}),
    ],
)
def test_pytorch_agrees_on_values_and_derivatives(
    layer: Layer, name: str, settings: dict[str, float]
) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    x = np.concatenate([POINTS[0], np.random.default_rng(0).normal(0, 2, 200)])[None]
    dy = np.random.default_rng(1).standard_normal(x.shape)
    tx = torch.tensor(x, requires_grad=True)
    ty = getattr(torch.nn.functional, name)(tx, **settings)
    ty.backward(torch.tensor(dy))
    y, cache = layer.forward(x)
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(layer.backward(dy, cache)[0], tx.grad.numpy(), rtol=1e-12, atol=1e-15)
