"""Adaline: worked by hand, against the closed form, its bounds on fresh seeds, and its refusals."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from backprop import Adaline, Perceptron, numerical_gradient, plots, relative_error
from backprop.data.datasets import separable, truth_table, two_gaussians
from backprop.layers.layer import Array

X4, T4 = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([-1.0, -1.0, 1.0, 1.0])


def augmented(X: Array) -> Array:
    return np.column_stack([X, np.ones(len(X))])


def hessian(X: Array) -> Array:
    return augmented(X).T @ augmented(X) / len(X)


def least_squares(X: Array, t: Array) -> Array:
    solution: Array = np.linalg.lstsq(augmented(X), np.asarray(t, dtype=float), rcond=None)[0]
    return solution


def problem(seed: int) -> tuple[Array, Array, Array]:
    """A random problem, none of which the book shows: X, t and the eigenvalues of its Hessian."""
    rng = np.random.default_rng([77, seed])
    cases, features = int(rng.integers(10, 61)), int(rng.integers(1, 9))
    X = rng.normal(rng.uniform(-1, 1, features), rng.uniform(0.3, 2, features), (cases, features))
    return X, np.where(rng.random(cases) < 0.5, 1, -1), np.linalg.eigvalsh(hessian(X))


def test_batch_steps_by_hand() -> None:
    unit = Adaline(0.2, epochs=3).fit(X4, T4)
    np.testing.assert_allclose(unit.path[:3], [[0, 0], [0.2, 0], [0.26, -0.06]], atol=1e-15)
    np.testing.assert_allclose(unit.errors[:2], [0.5, 0.37], atol=1e-15)
    assert unit.path.shape == (4, 2)
    assert len(unit.errors) == 4
    assert (unit.w[0], unit.b) == (unit.path[-1, 0], unit.path[-1, 1])


def test_sample_steps_by_hand() -> None:
    unit = Adaline(0.2, epochs=1, mode="sample").fit(X4, T4)
    np.testing.assert_allclose(unit.path[-1], [0.2048, -0.1264], atol=1e-15)


@pytest.mark.parametrize("mode", ["batch", "sample"])
def test_a_walk_goes_on_from_where_it_is_started(mode: str) -> None:
    start = np.array([0.3, -0.7])
    whole = Adaline(0.1, 6, mode=mode).fit(X4, T4, start=start)
    first = Adaline(0.1, 2, mode=mode).fit(X4, T4, start=start)
    rest = Adaline(0.1, 4, mode=mode).fit(X4, T4, start=first.path[-1])
    assert np.array_equal(whole.path, np.vstack([first.path, rest.path[1:]]))
    assert np.array_equal(whole.path[0], start)
    assert np.array_equal(start, [0.3, -0.7])


def test_errors_are_those_of_the_path() -> None:
    X, t, eigenvalues = problem(930)
    for mode, rate in (("batch", 1 / eigenvalues[-1]), ("sample", 0.01)):
        unit = Adaline(rate, 7, mode=mode).fit(X, t)
        expected = ((t[:, None] - augmented(X) @ unit.path.T) ** 2).sum(axis=0) / (2 * len(X))
        np.testing.assert_allclose(unit.errors, expected, rtol=1e-12)


def test_every_step_of_a_sample_run_is_down_the_gradient_of_its_case() -> None:
    X, t, _ = problem(931)
    v = np.zeros(X.shape[1] + 1)
    for c in range(len(X)):
        before, after = Adaline(0.05, 1, mode="sample").fit(X[[c]], t[[c]], start=v).path
        numerical = numerical_gradient(lambda u, c=c: (t[c] - augmented(X)[c] @ u) ** 2 / 2, before)
        assert relative_error((before - after) / 0.05, numerical) < 1e-7
        v = after
    np.testing.assert_allclose(v, Adaline(0.05, 1, mode="sample").fit(X, t).path[-1], atol=1e-14)


def test_sample_order_comes_from_the_generator_alone() -> None:
    X, t = two_gaussians(20, np.random.default_rng(901))
    paths = [
        Adaline(0.1, 3, mode="sample", rng=rng).fit(X, t).path
        for rng in (np.random.default_rng(1), np.random.default_rng(1), np.random.default_rng(2), None)
    ]
    assert np.array_equal(paths[0], paths[1])
    assert not np.array_equal(paths[0], paths[2])
    by_hand = np.zeros(3)
    for a, target in zip(augmented(X), t, strict=True):
        by_hand = by_hand + 0.1 * (target - a @ by_hand) * a
    np.testing.assert_allclose(paths[3][1], by_hand, atol=1e-14)


@pytest.mark.parametrize("seed", range(900, 906))
def test_every_batch_step_is_down_the_numerical_gradient(seed: int) -> None:
    X, t, eigenvalues = problem(seed)
    rate = 1 / eigenvalues[-1]
    unit = Adaline(rate, epochs=4).fit(X, t)
    for before, after in zip(unit.path, unit.path[1:], strict=False):
        numerical = numerical_gradient(
            lambda v: float(((augmented(X) @ v - t) ** 2).sum()) / (2 * len(X)), before
        )
        assert relative_error((before - after) / rate, numerical) < 1e-7


@pytest.mark.parametrize("seed", range(910, 930))
def test_batch_ends_at_least_squares(seed: int) -> None:
    X, t, eigenvalues = problem(seed)
    unit = Adaline(2 / (eigenvalues[0] + eigenvalues[-1]), epochs=20_000).fit(X[:, :2], t)
    np.testing.assert_allclose(unit.path[-1], least_squares(X[:, :2], t), atol=1e-6)


def test_stability_limit_is_two_over_the_largest_eigenvalue() -> None:
    for seed in range(40):
        X, t, eigenvalues = problem(seed)
        limit = 2 / eigenvalues[-1]
        below, above = Adaline(0.99 * limit, 1500).fit(X, t), Adaline(1.01 * limit, 1500).fit(X, t)
        assert not below.diverged
        assert below.errors[-1] <= below.errors[0]
        assert above.diverged
        assert len(above.errors) == len(above.path) < 1500


def test_each_component_shrinks_by_its_own_factor() -> None:
    for seed in range(40, 60):
        X, t, _ = problem(seed)
        eigenvalues, Q = np.linalg.eigh(hessian(X))
        rate = 0.8 * 2 / eigenvalues[-1]
        path = (Adaline(rate, 3).fit(X, t).path - least_squares(X, t)) @ Q
        np.testing.assert_allclose(path[1:], (1 - rate * eigenvalues) * path[:-1], atol=1e-11)


def test_distance_contracts_by_the_largest_factor() -> None:
    near = 0
    for seed in range(100, 200):
        X, t, eigenvalues = problem(seed)
        rate = np.random.default_rng([78, seed]).uniform(0.05, 0.99) * 2 / eigenvalues[-1]
        distance = np.linalg.norm(Adaline(rate, 600).fit(X, t).path - least_squares(X, t), axis=1)
        last = np.flatnonzero(distance > 1e-9 * distance[0])[-1]
        factor = np.abs(1 - rate * eigenvalues).max()
        assert distance[last] / distance[last - 1] < factor * 1.0001
        near += abs(distance[last] / distance[last - 1] / factor - 1) < 0.01
    assert near >= 97


def test_a_huge_rate_reports_divergence_without_a_warning() -> None:
    X, t = two_gaussians(100, np.random.default_rng(902))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for mode in ("batch", "sample"):
            for epochs in (1, 3, 200):
                unit = Adaline(50.0, epochs, mode=mode).fit(X, t)
                assert unit.diverged == (mode == "sample" or epochs == 200)
                assert np.isfinite(unit.path).all() and np.isfinite(unit.errors).all()
                assert np.isfinite(unit.w).all() and np.isfinite(unit.b)


@pytest.mark.parametrize("target", [1.9e6, 2e6, 2.05e6])
def test_an_error_of_a_million_millions_is_divergence(target: float) -> None:
    still = np.array([target, -target, 0.0, 0.0])  # no weight and no bias would bring these nearer
    unit = Adaline(0.1, 1).fit(np.zeros((4, 1)), still)
    assert unit.errors[0] == target**2 / 4
    assert unit.diverged == (target >= 2e6)


def test_fifty_epochs_where_nothing_else_is_said() -> None:
    assert len(Adaline(0.1).fit(X4, T4).path) == 51


def test_the_last_weights_and_bias_are_the_end_of_the_path() -> None:
    unit = Adaline(0.1, 3).fit(*two_gaussians(20, np.random.default_rng(903)))
    assert unit.w.shape == (2,)
    np.testing.assert_array_equal([*unit.w, unit.b], unit.path[-1])


def test_settles_where_the_perceptron_does_not() -> None:
    for seed in range(1000, 1020):
        X, t = two_gaussians(100, np.random.default_rng(seed), sigma=0.6)
        unit, other = Adaline(0.5, 300).fit(X, t), Perceptron(50).fit(X, t)
        assert np.linalg.norm(unit.path[-1] - unit.path[-2]) < 1e-10
        assert not other.converged
    X, t = truth_table("XOR")
    start = np.random.default_rng(932).normal(size=3)
    np.testing.assert_allclose(Adaline(1.0, 500).fit(X, 2 * t - 1, start=start).path[-1], 0, atol=1e-10)


def test_may_misclassify_what_a_line_separates() -> None:
    X, t = np.append(X4, [[10.0]], axis=0), np.append(T4, 1)
    assert (Adaline(0.08, 5000).fit(X, t).predict(X) != t).tolist() == [False, False, True, False, False]
    assert (Perceptron().fit(X, t).predict(X) == t).all()
    sets = [separable(50, np.random.default_rng(seed), margin=0.05) for seed in range(2000, 2100)]
    missed = sum(bool((np.sign(augmented(X) @ least_squares(X, t)) != t).any()) for X, t in sets)
    assert 20 <= missed <= 70
    assert all(Perceptron(2000).fit(X, t).converged for X, t in sets)


def test_real_targets_are_allowed() -> None:
    line = Adaline(0.4, 2000).fit(X4, 3 * X4[:, 0] - 1)
    np.testing.assert_allclose([line.w[0], line.b], [3, -1], atol=1e-9)


def test_predict_thresholds_after_the_learning() -> None:
    unit = Adaline(0.2, 400).fit(X4, T4)
    np.testing.assert_allclose([unit.w[0], unit.b], [0.8, -1.2], atol=1e-9)
    assert unit.predict(np.array([[1.4], [1.6]])).tolist() == [-1, 1]


def test_lists_are_taken_for_arrays() -> None:
    lists = Adaline(0.2, 3).fit(X4.tolist(), T4.tolist())  # type: ignore[arg-type]
    assert np.array_equal(lists.path, Adaline(0.2, 3).fit(X4, T4).path)


def test_arguments_are_left_alone() -> None:
    X, t = X4.copy(), T4.copy()
    Adaline(0.2, 5, mode="sample").fit(X, t)
    assert np.array_equal(X, X4)
    assert np.array_equal(t, T4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0}, "learning_rate expects a positive number, got 0"),
        ({"learning_rate": np.nan}, "learning_rate expects a positive number, got nan"),
        ({"learning_rate": np.inf}, "learning_rate expects a positive number, got inf"),
        ({"learning_rate": 0.1, "epochs": 0}, "epochs expects at least 1, got 0"),
        ({"learning_rate": 0.1, "mode": "online"}, "mode expects 'batch' or 'sample', got 'online'"),
    ],
)
def test_refuses_settings(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Adaline(**arguments)


@pytest.mark.parametrize(
    ("X", "t", "message"),
    [
        (X4[:, 0], T4, r"Adaline expects X of shape \(N, features\), got \(4,\)"),
        (X4[:0], T4[:0], r"at least one case, got shape \(0, 1\)"),
        (np.full((2, 1), np.nan), T4[:2], "finite inputs"),
        (X4, T4[:3], r"finite targets of shape \(4,\), got \(3,\)"),
        (X4, np.array([1, np.nan, 1, 1]), "finite targets"),
    ],
)
def test_refuses_data(X: Array, t: Array, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Adaline(0.1).fit(X, t)


@pytest.mark.parametrize("start", [np.zeros(1), np.zeros((1, 2)), np.array([0, np.inf])])
def test_refuses_a_start(start: Array) -> None:
    with pytest.raises(ValueError, match=r"finite start of shape \(2,\)"):
        Adaline(0.1).fit(X4, T4, start=start)


def test_refuses_to_predict_before_fit_or_other_shapes() -> None:
    with pytest.raises(ValueError, match="fit to have been called first"):
        Adaline(0.1).predict(X4)
    with pytest.raises(ValueError, match=r"expects X of shape \(N, 1\), got \(4, 2\)"):
        Adaline(0.1).fit(X4, T4).predict(np.zeros((4, 2)))


def test_error_surface_draws_its_contours_and_the_whole_path() -> None:
    fig, ax = plots.figure()
    path = Adaline(0.2, 6).fit(X4, T4).path
    plots.error_surface(ax, lambda w, b: w**2 + b**2, (-1, 2), (-3, 1), path=path, levels=[1, 2, 4])
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (-3, 1))
    assert len(ax.collections) == 1
    np.testing.assert_allclose(np.column_stack(ax.lines[0].get_data()), path)
    assert "<svg" in fig._repr_svg_()
