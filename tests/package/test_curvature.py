"""The product of the Hessian with a vector, and the largest eigenvalue, held against the whole matrix."""

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
    hessian,
    hessian_vector,
    logistic_cross_entropy,
    mean_over_cases,
    normal,
    power_iteration,
    softmax_cross_entropy,
    sum_of_squares,
)
from backprop.layers.layer import Array
from backprop.learning.losses import Loss

MEAN = mean_over_cases(sum_of_squares)


def data(seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x, d = rng.standard_normal((5, 3)), rng.uniform(0.1, 1, (5, 2))
    return x, d / d.sum(axis=1, keepdims=True)


def net(above: type[Layer] = Tanh, seed: int = 1, rng: Any = None) -> Sequential:
    rng = rng or np.random.default_rng(seed)
    return Sequential(Dense(3, 4, rng, bias=normal(0.5)), above(), Dense(4, 2, rng, bias=normal(0.5)))


def random_like(params: dict[str, Array], seed: int = 2) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal(w.shape) for name, w in params.items()}


def difference_along(net: Layer, loss: Loss, x: Array, d: Array, v: dict[str, Array]) -> Array:
    """Central differences of the gradient along v."""
    sides = []
    for h in (1e-5, -1e-5):
        twin = net.astype(float)
        for name, w in twin.params.items():
            w += h * v[name]
        y, cache = twin.forward(x)
        sides.append(as_vector(twin.gradients(loss(y, d)[1], cache)))
    return np.asarray((sides[0] - sides[1]) / 2e-5)


@pytest.mark.parametrize("loss", [MEAN, sum_of_squares, softmax_cross_entropy, logistic_cross_entropy])
@pytest.mark.parametrize("above", [Tanh, LeCunTanh, Logistic, ReLU, Softmax])
def test_the_product_is_the_derivative_of_the_gradient(above: type[Layer], loss: Loss) -> None:
    one, (x, d) = net(above), data()
    v = random_like(one.params)
    before = as_vector(one.params)
    product = hessian_vector(one, loss, x, d, v)
    np.testing.assert_allclose(as_vector(product), difference_along(one, loss, x, d, v), rtol=1e-6, atol=1e-7)
    assert list(product) == list(one.params)
    assert all(
        product[name].shape == w.shape and product[name].dtype == w.dtype for name, w in one.params.items()
    )
    assert (as_vector(one.params) == before).all()


def test_branches_are_gone_through_too() -> None:
    rng = np.random.default_rng(3)
    both = Sequential(Parallel((2, Dense(2, 3, rng)), (1, Dense(1, 2, rng))), Tanh(), Dense(5, 2, rng))
    x, d = data()
    v = random_like(both.params)
    product = as_vector(hessian_vector(both, MEAN, x, d, v))
    np.testing.assert_allclose(product, difference_along(both, MEAN, x, d, v), rtol=1e-6, atol=1e-8)


def test_the_hessian_is_symmetric_to_rounding() -> None:
    one, (x, d) = net(), data()
    H = hessian(one, MEAN, x, d)
    np.testing.assert_allclose(H, H.T, rtol=1e-12, atol=1e-14)


def test_many_nets_have_each_their_own_product() -> None:
    x, d = data()
    many = net(rng=[np.random.default_rng(seed) for seed in range(3)])
    v = random_like(many.params)
    products = hessian_vector(many, MEAN, x, d, v)
    for run in range(3):
        alone = net(seed=run)
        own = hessian_vector(alone, MEAN, x, d, {name: array[run] for name, array in v.items()})
        for name, product in own.items():
            np.testing.assert_allclose(products[name][run], product, rtol=1e-11, atol=1e-13)


def test_power_iteration_finds_the_largest_eigenvalue() -> None:
    one, (x, d) = net(), data()
    values, vectors = np.linalg.eigh(hessian(one, MEAN, x, d))
    pair = power_iteration(one, MEAN, x, d, np.random.default_rng(0), tolerance=1e-6)
    assert abs(pair.value - values[-1]) < 1e-9 * values[-1]
    psi = as_vector(pair.vector)
    assert abs(np.linalg.norm(psi) - 1) < 1e-12
    assert abs(abs(psi @ vectors[:, -1]) - 1) < 1e-9
    assert pair.vector.keys() == one.params.keys()


@pytest.mark.parametrize("tolerance", [0.3, 0.01, 1e-4])
def test_the_residual_is_what_it_says_and_where_it_ends(tolerance: float) -> None:
    one, (x, d) = net(), data()
    H = hessian(one, MEAN, x, d)
    pair = power_iteration(one, MEAN, x, d, np.random.default_rng(4), tolerance=tolerance)
    psi = as_vector(pair.vector)
    np.testing.assert_allclose(pair.value, psi @ H @ psi, rtol=1e-10)
    np.testing.assert_allclose(pair.residual, np.linalg.norm(H @ psi - pair.value * psi), rtol=1e-8)
    assert pair.residual <= tolerance * pair.value
    assert np.abs(np.linalg.eigvalsh(H) - pair.value).min() <= pair.residual
    assert pair.products > 1
    with pytest.raises(RuntimeError, match=f"within {tolerance}, got .* in {pair.products - 1} products"):
        power_iteration(
            one, MEAN, x, d, np.random.default_rng(4), tolerance=tolerance, products=pair.products - 1
        )
    again = power_iteration(
        one, MEAN, x, d, np.random.default_rng(4), tolerance=tolerance, products=pair.products
    )
    assert again.products == pair.products


def test_a_negative_eigenvalue_keeps_its_sign() -> None:
    """E = −½ Σ (y − d)² of a linear unit bends down only: its Hessian is −AᵀA."""
    unit, x, d = Sequential(Dense(3, 1, np.random.default_rng(0))), data()[0], np.zeros((5, 1))

    def hill(y: Array, d: Array) -> tuple[Array, Array]:
        E, dy = sum_of_squares(y, d)
        return -E, -dy

    A = np.column_stack([x, np.ones(5)])
    pair = power_iteration(unit, hill, x, d, np.random.default_rng(1), tolerance=1e-6)
    np.testing.assert_allclose(pair.value, -np.linalg.eigvalsh(A.T @ A)[-1], rtol=1e-9)


def test_many_nets_have_each_their_own_eigenvalue() -> None:
    x, d = data()
    many = net(rng=[np.random.default_rng(seed) for seed in range(3)])
    together = power_iteration(many, MEAN, x, d, np.random.default_rng(0), tolerance=1e-5)
    assert together.value.shape == together.residual.shape == (3,)
    assert (together.residual <= 1e-5 * together.value).all()
    for run in range(3):
        values = np.linalg.eigvalsh(hessian(net(seed=run), MEAN, x, d))
        np.testing.assert_allclose(together.value[run], values[-1], rtol=1e-8)


def test_by_default_it_comes_within_a_hundredth() -> None:
    one, (x, d) = net(), data()
    pair = power_iteration(one, MEAN, x, d, np.random.default_rng(1))
    same = power_iteration(one, MEAN, x, d, np.random.default_rng(1), tolerance=0.01, products=1000)
    assert pair.products == same.products
    assert pair.value == same.value
    assert (
        pair.products > power_iteration(one, MEAN, x, d, np.random.default_rng(1), tolerance=0.011).products
    )


def test_among_many_nets_the_one_that_is_furthest_off_is_told() -> None:
    x = np.array([[[1.0], [-1.0]], [[3.0], [-3.0]]])  # a round bowl is done at once, a long one is not
    units = Sequential(Dense(1, 1, [np.random.default_rng(seed) for seed in range(2)]))
    with pytest.raises(RuntimeError, match=r"got [1-9]\.\d in 1 products"):
        power_iteration(units, MEAN, x, x[0], np.random.default_rng(1), products=1)


def test_where_the_error_is_flat_the_eigenvalue_is_zero() -> None:
    x, d = data()
    dead = Dense.from_weights(np.zeros((2, 3)), [-1.0, -1.0])  # no unit is on, for any of these cases
    pair = power_iteration(Sequential(dead, ReLU()), MEAN, x, d, np.random.default_rng(0))
    assert (pair.value, pair.residual, pair.products) == (0, 0, 1)


def test_what_does_not_fit_is_refused() -> None:
    one, (x, d) = net(), data()
    v = random_like(one.params)
    with pytest.raises(ValueError, match=r"every parameter and no other, got \['2.b'\]"):
        hessian_vector(one, MEAN, x, d, {name: array for name, array in v.items() if name != "2.b"})
    with pytest.raises(ValueError, match=r"expects 0.b of shape \(4,\), got \(1, 4\)"):
        hessian_vector(one, MEAN, x, d, v | {"0.b": v["0.b"][None]})
    rng = np.random.default_rng(0)
    for wrong in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match=f"a tolerance between 0 and 1, got {wrong}"):
            power_iteration(one, MEAN, x, d, rng, tolerance=wrong)
    with pytest.raises(ValueError, match="at least 1 product, got 0"):
        power_iteration(one, MEAN, x, d, rng, products=0)


def test_one_product_is_enough_on_a_round_bowl() -> None:
    x = np.array([[1.0], [-1.0]])  # the Hessian of this linear unit is the unit matrix
    unit = Sequential(Dense(1, 1, np.random.default_rng(0)))
    pair = power_iteration(unit, MEAN, x, x, np.random.default_rng(1), tolerance=0.999, products=1)
    assert pair.products == 1
    np.testing.assert_allclose(pair.value, 1)
    rng = np.random.default_rng(1)
    start = np.concatenate([rng.standard_normal(w.size) for w in unit.params.values()])
    np.testing.assert_allclose(as_vector(pair.vector), start / np.linalg.norm(start))  # not turned round
