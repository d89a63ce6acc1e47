"""The threshold unit and the perceptron: worked by hand, refusing at the door, held to the theorem."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from backprop import Perceptron, ThresholdUnit, plots
from backprop import widest_margin as package_margin
from backprop.data.datasets import separable, truth_table

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def signed(X: np.ndarray, t: np.ndarray) -> np.ndarray:
    return t[:, None] * np.column_stack([X, np.ones(len(X))])


def widest_margin(Z: np.ndarray) -> float:
    """The largest margin, by scipy's non-negative least squares: an oracle apart from the page's code.

    The shortest average c of the rows solves min ‖aᵀZ‖ over the simplex; with a large weight on Σa = 1, NNLS
    finds a multiple of a, and the margin of c/‖c‖ is the answer whatever the solver's tolerance.
    """
    optimize = pytest.importorskip("scipy.optimize")
    heavy = 1e3
    a, _ = optimize.nnls(np.vstack([Z.T, heavy * np.ones(len(Z))]), np.append(np.zeros(Z.shape[1]), heavy))
    c = a @ Z / a.sum()
    gamma = float((Z @ c).min() / np.linalg.norm(c))
    assert 0 < gamma <= np.linalg.norm(c) * (1 + 1e-9), "no separator was found"
    assert gamma > 0.99 * np.linalg.norm(c), "the margin found is not the widest"
    return gamma


# Threshold unit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "weights", "threshold"),
    [("AND", [1, 1], 2), ("AND", [1, 1], 1.5), ("OR", [1, 1], 1), ("NAND", [-1, -1], -1)],
)
def test_gates_by_hand(name: str, weights: list[float], threshold: float) -> None:
    X, answers = truth_table(name)
    assert (X == CORNERS).all()
    assert (ThresholdUnit(weights, threshold).predict(X) == answers).all()


def test_not_by_hand() -> None:
    assert ThresholdUnit([-1], threshold=0).predict(np.array([[0], [1]])).tolist() == [1, 0]


def test_the_threshold_itself_fires() -> None:
    unit = ThresholdUnit([0.5, 0.25], threshold=0.75)
    assert unit.predict(np.array([[1, 1], [1, 0.999]])).tolist() == [1, 0]


def test_no_threshold_unit_computes_xor() -> None:
    X, answers = truth_table("XOR")
    grid = np.linspace(-3, 3, 13)
    for a in grid:
        for b in grid:
            for threshold in grid:
                assert (ThresholdUnit([a, b], threshold).predict(X) != answers).any()


@pytest.mark.parametrize(
    ("weights", "threshold"),
    [([[1, 1]], 1), ([1, np.nan], 1), ([1, np.inf], 1), ([1, 1], np.nan), ([1, 1], np.inf), (3.0, 1)],
)
def test_threshold_unit_refuses(weights: object, threshold: float) -> None:
    with pytest.raises(ValueError, match="ThresholdUnit expects a row of finite weights"):
        ThresholdUnit(weights, threshold)  # type: ignore[arg-type]


# Perceptron, by hand -----------------------------------------------------------------------------


def test_or_by_hand() -> None:
    X, answers = truth_table("OR")
    learner = Perceptron().fit(X, 2 * answers - 1)
    assert learner.mistakes == [3, 1, 2, 2, 1, 0]
    assert learner.path.tolist() == [
        [0, 0, 0],
        [0, 0, -1],
        [0, 1, 0],
        [1, 1, 1],
        [1, 1, 0],
        [1, 1, -1],
        [1, 2, 0],
        [1, 2, -1],
        [2, 2, 0],
        [2, 2, -1],
    ]
    assert learner.converged and learner.w.tolist() == [2, 2] and learner.b == -1


def test_and_by_hand_in_its_first_epoch() -> None:
    X, answers = truth_table("AND")
    learner = Perceptron(max_epochs=1).fit(X, 2 * answers - 1)
    assert learner.path.tolist() == [[0, 0, 0], [0, 0, -1], [1, 1, 0]]
    assert learner.mistakes == [2] and not learner.converged


def test_one_example() -> None:
    learner = Perceptron().fit(np.array([[2.0, -3.0]]), np.array([-1]))
    assert learner.mistakes == [1, 0] and learner.path.tolist() == [[0, 0, 0], [-2, 3, -1]]


def test_a_sum_of_zero_is_a_mistake_and_answers_minus_one() -> None:
    learner = Perceptron(max_epochs=1).fit(np.array([[0.0], [0.0]]), np.array([1, -1]))
    assert learner.mistakes == [2]  # 0 is wrong for +1; after that b = 1 is wrong for −1
    assert learner.w.tolist() == [0] and learner.b == 0
    assert learner.predict(np.array([[5.0]])).tolist() == [-1]


def test_opposite_answers_give_opposite_weights() -> None:
    X, t = separable(30, np.random.default_rng(7001))
    one, other = Perceptron().fit(X, t), Perceptron().fit(X, -t)
    assert (one.path == -other.path).all() and one.mistakes == other.mistakes


# The rule on fresh data --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(7100, 7110))
def test_every_correction_adds_a_wrong_signed_example(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, t = separable(20, rng, features=3)
    learner = Perceptron(1000, rng).fit(X, t)
    Z = signed(X, t)
    for before, after in zip(learner.path[:-1], learner.path[1:], strict=True):
        z = Z[np.abs(Z - (after - before)).sum(axis=1).argmin()]
        np.testing.assert_allclose(after - before, z, atol=1e-12)
        assert z @ before <= 1e-12
        assert z @ after - z @ before == pytest.approx(z @ z)
    assert sum(learner.mistakes) == len(learner.path) - 1
    assert (learner.path[-1] == [*learner.w, learner.b]).all() and (learner.path[0] == 0).all()
    assert learner.converged and (learner.predict(X) == t).all()


@pytest.mark.parametrize("seed", range(7200, 7205))
def test_agrees_with_exact_arithmetic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, t = separable(15, rng, features=4)
    learner = Perceptron(500).fit(X, t)
    rows = [
        [int(s) * Fraction(float(x)) for x in row] + [Fraction(int(s))] for row, s in zip(X, t, strict=True)
    ]
    v, mistakes = [Fraction(0)] * 5, []
    for _ in learner.mistakes:
        wrong = 0
        for z in rows:
            if sum(a * b for a, b in zip(z, v, strict=True)) <= 0:
                v, wrong = [a + b for a, b in zip(v, z, strict=True)], wrong + 1
        mistakes.append(wrong)
    assert mistakes == learner.mistakes
    np.testing.assert_allclose([float(a) for a in v], [*learner.w, learner.b], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(7300, 7305))
def test_agrees_with_scikit_learn(seed: int) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    X, t = separable(25, np.random.default_rng(seed))
    ours = Perceptron(1000).fit(X, t)
    theirs = linear_model.Perceptron(shuffle=False, tol=None, max_iter=len(ours.mistakes)).fit(X, t)
    np.testing.assert_allclose(theirs.coef_[0], ours.w, atol=1e-12)
    np.testing.assert_allclose(theirs.intercept_[0], ours.b, atol=1e-12)


def test_random_order_is_the_generator_s_and_new_in_each_epoch() -> None:
    X, t = separable(40, np.random.default_rng(7400))
    one = Perceptron(1000, np.random.default_rng(5)).fit(X, t)
    same = Perceptron(1000, np.random.default_rng(5)).fit(X, t)
    assert (one.path == same.path).all()
    rng, v = np.random.default_rng(5), np.zeros(3)
    Z = signed(X, t)
    for _ in one.mistakes:
        for n in rng.permutation(len(X)):
            if Z[n] @ v <= 0:
                v = v + Z[n]
    np.testing.assert_allclose(v, one.path[-1], atol=1e-12)


# Novikoff's bound --------------------------------------------------------------------------------


@pytest.mark.parametrize("features", [1, 2, 6, 15])
@pytest.mark.parametrize("ordered", [True, False], ids=["as they stand", "random order"])
def test_no_set_exceeds_the_bound(features: int, ordered: bool) -> None:
    for seed in range(8000, 8025):
        rng = np.random.default_rng([seed, features])
        X, t = separable(35, rng, features=features, margin=0.08)
        learner = Perceptron(20_000, None if ordered else rng).fit(X, t)
        Z = signed(X, t)
        gamma = widest_margin(Z)
        assert learner.converged
        assert len(learner.path) - 1 <= (Z**2).sum(axis=1).max() / gamma**2


def test_the_two_halves_of_the_proof_hold_at_every_step() -> None:
    for seed in range(8100, 8110):
        X, t = separable(30, np.random.default_rng(seed), margin=0.05)
        learner = Perceptron(20_000).fit(X, t)
        Z = signed(X, t)
        u = learner.path[-1] / np.linalg.norm(learner.path[-1])  # any separator will do
        k = np.arange(len(learner.path))
        assert (learner.path @ u >= k * (Z @ u).min() - 1e-9).all()
        assert ((learner.path**2).sum(axis=1) <= k * (Z**2).sum(axis=1).max() + 1e-9).all()


@pytest.mark.parametrize("n", [2, 4, 8, 16])
def test_the_bound_is_attained(n: int) -> None:
    H = np.ones((1, 1))
    while len(H) < n:
        H = np.block([[H, H], [H, -H]])  # Hadamard: rows at right angles, first column all ones
    X, t = H[:, 1:], np.random.default_rng(n).choice([-1, 1], n)
    Z = signed(X, t)
    gamma = float((Z @ (Z.sum(axis=0) / n)).min())
    assert np.linalg.norm(Z.sum(axis=0) / n) == 1 and gamma == 1
    assert len(Perceptron().fit(X, t).path) - 1 == n == (Z**2).sum(axis=1).max() / gamma**2


def test_three_points_in_a_row_never_stop_and_come_round_again() -> None:
    X, t = np.array([[-1.0], [0.0], [1.0]]), np.array([1, -1, 1])  # z1 + 2 z2 + z3 = 0: no separator
    assert (signed(X, t).T @ [1, 2, 1] == 0).all()
    learner = Perceptron(60).fit(X, t)
    starts = learner.path[np.cumsum([0, *learner.mistakes])]
    assert not learner.converged and min(learner.mistakes) > 0
    assert len(np.unique(starts, axis=0)) < len(starts)
    assert np.linalg.norm(learner.path, axis=1).max() < 5


# The widest margin -------------------------------------------------------------------------------


def test_widest_margin_of_or_by_hand() -> None:
    X, answers = truth_table("OR")
    u, margin, bound = package_margin(signed(X, 2 * answers - 1), tolerance=1e-9)
    np.testing.assert_allclose(u, np.array([2, 2, -1]) / 3, atol=1e-6)
    assert margin == pytest.approx(1 / 3) and bound == pytest.approx(1 / 3)


def test_widest_margin_of_one_example_is_its_length() -> None:
    u, margin, bound = package_margin(np.array([[3.0, -4.0]]))
    assert u.tolist() == [0.6, -0.8] and margin == bound == 5


@pytest.mark.parametrize("features", [1, 2, 6, 15])
def test_widest_margin_agrees_with_scipy(features: int) -> None:
    for seed in range(8200, 8210):
        Z = signed(*separable(30, np.random.default_rng([seed, features]), features=features))
        u, margin, bound = package_margin(Z, tolerance=0.001)
        assert np.linalg.norm(u) == pytest.approx(1)
        assert margin == pytest.approx(float((Z @ u).min()))
        assert 0.999 * bound <= margin <= bound + 1e-12
        assert margin == pytest.approx(widest_margin(Z), rel=0.01)


def test_no_separator_beats_the_bound_and_scaling_scales() -> None:
    rng = np.random.default_rng(8300)
    Z = signed(*separable(30, rng, features=3))
    _, margin, bound = package_margin(Z)
    for v in rng.standard_normal((1000, 4)):
        assert (Z @ v).min() / np.linalg.norm(v) <= bound + 1e-12
    assert package_margin(8 * Z)[1] == 8 * margin  # a power of two: not even rounding differs


@pytest.mark.parametrize("labels", [[-1, 1, 1, -1], [1, -1, -1, 1]])
def test_widest_margin_of_xor_is_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="no separator exists: an average of the examples is 0"):
        package_margin(signed(CORNERS, np.array(labels)))


def test_widest_margin_ends_on_sets_that_no_line_separates() -> None:
    rng = np.random.default_rng(46)
    Z = signed(rng.integers(-3, 4, (10, 2)), rng.choice([-1, 1], 10))
    with pytest.raises(ValueError, match="found no separator in 3 rounds"):
        package_margin(Z, rounds=3)


def test_widest_margin_refuses_at_the_door() -> None:
    with pytest.raises(ValueError, match=r"widest_margin expects X of shape \(N, features\)"):
        package_margin(np.zeros(3))
    with pytest.raises(ValueError, match="finite inputs"):
        package_margin(np.array([[np.nan, 1.0]]))


# At the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "t", "message"),
    [
        (np.zeros(3), np.ones(3), r"Perceptron expects X of shape \(N, features\), got \(3,\)"),
        (np.zeros((0, 2)), np.ones(0), r"at least one case, got shape \(0, 2\)"),
        (np.zeros((3, 0)), np.ones(3), r"at least one case, got shape \(3, 0\)"),
        (np.array([[np.nan, 1.0]]), np.ones(1), "finite inputs, got NaN or infinity"),
        (np.array([[np.inf, 1.0]]), np.ones(1), "finite inputs, got NaN or infinity"),
        (CORNERS, np.array([0, 1, 1, 1]), r"targets of -1 and \+1 of shape \(4,\), got"),
        (CORNERS, np.ones(3), r"targets of -1 and \+1 of shape \(4,\), got"),
        (CORNERS, np.ones((4, 1)), r"targets of -1 and \+1 of shape \(4,\), got"),
    ],
)
def test_fit_refuses(X: np.ndarray, t: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Perceptron().fit(X, t)


def test_predict_refuses() -> None:
    with pytest.raises(ValueError, match=r"Perceptron.predict expects fit to have been called first"):
        Perceptron().predict(CORNERS)
    learner = Perceptron().fit(CORNERS, np.array([-1, 1, 1, 1]))
    with pytest.raises(ValueError, match=r"Perceptron expects X of shape \(N, 2\), got \(4, 3\)"):
        learner.predict(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"ThresholdUnit expects X of shape \(N, 1\), got \(4, 2\)"):
        ThresholdUnit([1], 1).predict(CORNERS)


def test_a_hundred_epochs_where_nothing_else_is_said() -> None:
    assert len(Perceptron().fit(CORNERS, np.array([-1, 1, 1, -1])).mistakes) == 100


def test_lists_are_taken_for_arrays() -> None:
    learner = Perceptron().fit([[0.0], [1.0]], [-1, 1])  # type: ignore[arg-type]
    assert learner.predict([[0.0], [1.0]]).tolist() == [-1, 1]  # type: ignore[arg-type]
    assert ThresholdUnit([1], 1).predict([[0.0], [1.0]]).tolist() == [0, 1]  # type: ignore[arg-type]


def test_epochs_refused() -> None:
    with pytest.raises(ValueError, match="max_epochs expects at least 1, got 0"):
        Perceptron(0)


def test_arguments_are_left_alone() -> None:
    X, t = separable(20, np.random.default_rng(7500))
    X_before, t_before = X.copy(), t.copy()
    learner = Perceptron().fit(X, t)
    learner.predict(X)
    assert (X_before == X).all() and (t_before == t).all()
    assert not np.shares_memory(learner.w, X)


# Its pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("w", "b"), [([1.0, -2.0], 0.3), ([0.0, 1.0], 0.0), ([-3.0, 0.0], 1.0)])
def test_boundary_lies_where_the_sum_is_zero_and_shades_its_positive_side(w: list[float], b: float) -> None:
    _, ax = plots.figure()
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    plots.boundary(ax, np.array(w), b)
    line = np.column_stack(ax.lines[0].get_data())
    np.testing.assert_allclose(line @ w + b, 0, atol=1e-9)
    shaded = ax.patches[0].get_xy()
    assert (shaded @ w + b >= -1e-9).all() and (shaded @ w + b > 0.1).any()
    assert ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-1, 1)


def test_boundary_of_no_weights_draws_no_line() -> None:
    for b, patches in ((1.0, 1), (-1.0, 0), (0.0, 0)):
        _, ax = plots.figure()
        plots.boundary(ax, np.zeros(2), b)
        assert len(ax.lines) == 0 and len(ax.patches) == patches


def test_points_are_told_apart_without_colour() -> None:
    _, ax = plots.figure()
    plots.points(ax, CORNERS, np.array([-1, 1, 1, 1]))
    up, down = ax.collections
    assert len(up.get_offsets()) == 3 and len(down.get_offsets()) == 1
    assert len(up.get_paths()[0].vertices) != len(down.get_paths()[0].vertices)
