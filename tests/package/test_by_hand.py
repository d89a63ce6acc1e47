"""Small cases worked out with pencil and paper, to the last digit that a pencil gives."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    LeCunTanh,
    Logistic,
    Momentum,
    Nesterov,
    RadialBasis,
    ReLU,
    RMSProp,
    Sequential,
    Softmax,
    Threshold,
    constant,
    fan_in_normal,
    glorot_uniform,
    he_normal,
    lecun_normal,
    logistic,
    logistic_cross_entropy,
    mean_over_cases,
    minibatches,
    normal,
    softmax,
    softmax_cross_entropy,
    sum_of_squares,
    train,
    train_minibatches,
    uniform,
)


def test_dense_forward_and_backward() -> None:
    layer = Dense.from_weights([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0.1, 0.2, 0.3])
    x = np.array([[1.0, -1.0], [2.0, 0.0]])
    y, cache = layer.forward(x)
    np.testing.assert_allclose(y, [[-0.9, -0.8, -0.7], [2.1, 6.2, 10.3]])
    dx, grads = layer.backward(np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]]), cache)
    np.testing.assert_allclose(dx, [[11.0, 14.0], [-2.0, -2.0]])
    np.testing.assert_allclose(grads["W"], [[1.0, -1.0], [2.0, 0.0], [0.0, -2.0]])
    np.testing.assert_allclose(grads["b"], [1.0, 1.0, 1.0])


def test_dense_from_weights_copies_and_keeps_the_kind() -> None:
    W = np.ones((3, 2), np.float32)
    layer = Dense.from_weights(W)
    W[...] = 7
    assert layer.params["W"].dtype == layer.params["b"].dtype == np.float32
    assert layer.params["W"].max() == 1 and layer.params["b"].shape == (3,)
    assert Dense.from_weights([[1, 2]]).params["W"].dtype == np.float64
    many = Dense.from_weights(np.ones((5, 3, 2)), np.zeros((5, 3)))
    assert many.forward(np.ones((4, 2)))[0].shape == (5, 4, 3)
    for W, b, message in [
        ([1.0, 2.0], None, r"W of shape \(n_out, n_in\), got \(2,\)"),
        (np.ones((0, 2)), None, r"W of shape \(n_out, n_in\), got \(0, 2\)"),
        ([[1.0, 2.0]], [0.0, 0.0], r"b of shape \(1,\), got \(2,\)"),
        ([[1.0, np.nan]], None, "finite numbers in W"),
        ([[1.0, 2.0]], [np.inf], "finite numbers in b"),
    ]:
        with pytest.raises(ValueError, match=message):
            Dense.from_weights(W, b)


def test_radial_basis_forward_and_backward() -> None:
    layer = RadialBasis.from_centres([[0.0, 0.0], [1.0, 1.0]], [1.0, 2.0])
    x = np.array([[0.0, 1.0], [3.0, 1.0]])
    y, cache = layer.forward(x)
    near, far = np.exp(-1 / 2), np.exp(-10 / 2)
    np.testing.assert_allclose(y, [[near, np.exp(-1 / 8)], [far, np.exp(-4 / 8)]], rtol=1e-14)
    dx, grads = layer.backward(np.array([[1.0, 0.0], [2.0, 4.0]]), cache)
    pull = 4 * np.exp(-4 / 8) / 4  # of the second case at the second centre, which is 2 to its left
    np.testing.assert_allclose(grads["C"], [[6 * far, near + 2 * far], [2 * pull, 0]], rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(grads["sigma"], [near + 20 * far, 4 * pull / 2], rtol=1e-14)
    np.testing.assert_allclose(dx, [[0, -near], [-6 * far - 2 * pull, -2 * far]], rtol=1e-14, atol=1e-16)


def test_radial_basis_from_centres_copies_and_keeps_the_kind() -> None:
    C = np.ones((2, 3, 4), dtype=np.float32)
    layer = RadialBasis.from_centres(C, 0.5)
    assert {name: w.shape for name, w in layer.params.items()} == {"C": (2, 3, 4), "sigma": (2, 3)}
    assert all(w.dtype == np.float32 for w in layer.params.values())
    C[...] = 7
    assert (layer.params["C"] == 1).all() and (layer.params["sigma"] == 0.5).all()
    assert RadialBasis.from_centres([[1, 2]], 1).params["C"].dtype == np.float64


def test_radial_basis_starts_with_widths_that_fit_normalised_inputs() -> None:
    x = np.random.default_rng(0).standard_normal((500, 9))
    layer = RadialBasis(9, 200, np.random.default_rng(1))
    np.testing.assert_array_equal(layer.params["sigma"], np.full(200, 3.0))
    _, (_, r2, _) = layer.forward(x)
    assert abs(r2.mean() / (2 * 9) - 1) < 0.1


def test_activations_at_points_known_by_heart() -> None:
    x = np.array([[0.0, np.log(3.0)]])
    y, cache = Logistic().forward(x)
    np.testing.assert_allclose(y, [[0.5, 0.75]])
    np.testing.assert_allclose(Logistic().backward(np.ones((1, 2)), cache)[0], [[0.25, 0.1875]])
    y, cache = LeCunTanh().forward(np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(y, [[1.0, 0.0]], atol=1e-5)
    np.testing.assert_allclose(LeCunTanh().backward(np.ones((1, 2)), cache)[0][0, 1], 1.7159 * 2 / 3)
    y, cache = ReLU().forward(np.array([[-2.0, 0.0, 3.0]]))
    np.testing.assert_array_equal(y, [[0.0, 0.0, 3.0]])
    np.testing.assert_array_equal(ReLU().backward(np.ones((1, 3)), cache)[0], [[0.0, 0.0, 1.0]])
    y, cache = Threshold().forward(np.array([[-0.1, 0.0, 0.1]]))
    np.testing.assert_array_equal(y, [[0.0, 1.0, 1.0]])
    np.testing.assert_array_equal(Threshold().backward(np.ones((1, 3)), cache)[0], np.zeros((1, 3)))


def test_a_unit_with_a_kink_looks_at_the_real_part_alone() -> None:
    x = np.array([[1e-20j, -1e-20j]])
    np.testing.assert_array_equal(ReLU().forward(x)[1], [[False, False]])
    np.testing.assert_array_equal(Threshold().forward(x)[0], [[1, 1]])


def test_logistic_does_not_warn_far_out() -> None:
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(logistic(np.array([-1000.0, 0.0, 1000.0])), [0.0, 0.5, 1.0])


def test_softmax_of_logarithms_and_of_huge_numbers() -> None:
    np.testing.assert_allclose(softmax(np.log([[1.0, 2.0, 5.0]])), [[0.125, 0.25, 0.625]])
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0]])), [[0.5, 0.5]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(softmax(np.array([[0.0, 1000.0]])), [[0.0, 1.0]])
    _, cache = Softmax().forward(np.log([[1.0, 3.0]]))
    dx, _ = Softmax().backward(np.array([[1.0, 0.0]]), cache)
    np.testing.assert_allclose(dx, [[0.25 * 0.75, -0.25 * 0.75]])


def test_losses() -> None:
    E, dy = sum_of_squares(np.array([[1.0, 3.0], [0.0, 2.0]]), np.array([[0.0, 1.0], [0.0, 5.0]]))
    assert E == 0.5 * (1 + 4 + 0 + 9)
    np.testing.assert_array_equal(dy, [[1.0, 2.0], [0.0, -3.0]])
    x, t = np.log([[8.0, 1.0, 1.0]]), np.array([[1.0, 0.0, 0.0]])
    E, dx = softmax_cross_entropy(x, t)
    assert pytest.approx(-np.log(0.8)) == E
    np.testing.assert_allclose(dx, [[-0.2, 0.1, 0.1]])
    E, dx = logistic_cross_entropy(np.array([[np.log(3.0)]]), np.array([[1.0]]))
    assert pytest.approx(-np.log(0.75)) == E
    np.testing.assert_allclose(dx, [[-0.25]])
    E, dy = mean_over_cases(sum_of_squares)(np.array([[2.0], [0.0]]), np.zeros((2, 1)))
    assert E == 1.0
    np.testing.assert_array_equal(dy, [[1.0], [0.0]])


def test_a_stack_of_runs_may_have_targets_of_its_own() -> None:
    y = np.arange(12.0).reshape(2, 3, 2) / 12
    d = np.stack([np.full((3, 2), 0.5), np.tile([0.0, 1.0], (3, 1))])
    for loss in (sum_of_squares, softmax_cross_entropy, logistic_cross_entropy):
        E, dy = loss(y, d)
        alone = [loss(y[r], d[r]) for r in range(2)]
        np.testing.assert_allclose(E, [E_r for E_r, _ in alone])
        np.testing.assert_allclose(dy, [dy_r for _, dy_r in alone])


def test_cross_entropy_survives_where_the_naive_form_overflows() -> None:
    with np.errstate(all="raise", under="ignore"):
        E, dx = softmax_cross_entropy(np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]]))
        assert E == 2000.0
        np.testing.assert_array_equal(dx, [[1.0, -1.0]])
        assert logistic_cross_entropy(np.array([[-1000.0]]), np.array([[1.0]]))[0] == 1000.0


def test_gradient_descent_for_three_steps() -> None:
    w = np.array([1.0, -2.0])
    optimizer = GradientDescent(0.5)
    for expected in ([0.75, -1.5], [0.5625, -1.125], [0.421875, -0.84375]):
        optimizer.step({"w": w}, {"w": w * 0.5})
        np.testing.assert_allclose(w, expected)


def test_nesterov_for_three_steps() -> None:
    w, rule = {"w": np.array([1.0])}, Nesterov(0.1, 0.5)
    velocity, expected = 0.0, 1.0
    for _ in range(3):
        velocity = 0.5 * velocity - 0.1 * expected  # E = w²/2
        expected += 0.5 * velocity - 0.1 * expected
        rule.step(w, {"w": w["w"].copy()})
        np.testing.assert_allclose(w["w"], [expected], rtol=1e-14)
        np.testing.assert_allclose(rule.last["w"], [velocity], rtol=1e-14)


def test_nesterov_is_momentum_with_the_gradient_taken_ahead() -> None:
    """The net's weights are where the velocity would carry the weights of the other form."""
    H = np.array([[2.0, 0.5], [0.5, 1.0]])
    behind, v = np.array([1.0, -2.0]), np.zeros(2)
    ahead, rule = {"w": behind.copy()}, Nesterov(0.3, 0.8)
    for _ in range(20):
        v = 0.8 * v - 0.3 * H @ (behind + 0.8 * v)
        behind = behind + v
        rule.step(ahead, {"w": H @ ahead["w"]})
        np.testing.assert_allclose(ahead["w"], behind + 0.8 * v, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("optimizer", [Momentum(0.1, 0.9), Momentum(0.1)], ids=["said", "by default"])
def test_momentum_for_three_steps(optimizer: Momentum) -> None:
    w = np.array([0.0])
    changes = []
    for gradient in (1.0, 1.0, -2.0):
        before = w.copy()
        optimizer.step({"w": w}, {"w": np.array([gradient])})
        changes.append(float((w - before)[0]))
    # −.1, then −.1 + .9(−.1), then +.2 + .9(−.19)
    np.testing.assert_allclose(changes, [-0.1, -0.19, 0.029])


def test_momentum_under_a_constant_gradient_approaches_one_over_one_minus_alpha() -> None:
    w = np.array([0.0])
    optimizer = Momentum(0.1, 0.8)
    for _ in range(200):
        before = w.copy()
        optimizer.step({"w": w}, {"w": np.array([1.0])})
    np.testing.assert_allclose(w - before, [-0.1 / (1 - 0.8)])


def changes_under(optimizer: GradientDescent, gradients: list[float]) -> list[float]:
    """The changes of one weight whose gradients are given."""
    return [float(optimizer.changes({"w": np.array([g])})["w"][0]) for g in gradients]


def test_adagrad_divides_by_the_root_of_the_sum_of_squares() -> None:
    # the roots of 9, 9 + 16 and 9 + 16 + 144 are 3, 5 and 13
    np.testing.assert_allclose(changes_under(Adagrad(0.1), [3, -4, 12]), [-0.1, 0.08, -0.12 / 1.3], rtol=1e-9)


@pytest.mark.parametrize("rule", [RMSProp(0.1, 0.5), RMSProp(0.1, beta2=0.5, decay=0.0)])
def test_rmsprop_divides_by_the_root_of_the_mean_square(rule: RMSProp) -> None:
    # v = 2, then (2 + 16) / 2 = 9
    np.testing.assert_allclose(changes_under(rule, [2, 4]), [-0.2 / 2**0.5, -0.4 / 3], rtol=1e-7)


def test_adams_means_are_unbiased() -> None:
    # m = 1, m̂ = 2; v = 4/3 · 3/4, v̂ = 4; then m = 1/2 + 4, m̂ = 6; v = 3/4 + 16, v̂ = 268/7
    changes = changes_under(Adam(0.1, 0.5, 0.75), [2, 8])
    np.testing.assert_allclose(changes, [-0.1, -0.6 / (268 / 7) ** 0.5], rtol=1e-7)
    np.testing.assert_allclose(changes_under(Adam(), [5.0] * 4), [-1e-3] * 4, rtol=1e-7)


def test_amsgrad_remembers_the_largest_mean_square() -> None:
    # β₁ = 0: v = 8, 4.5, 2.75 without correction; the largest stays 8
    changes = changes_under(Adam(0.1, 0.0, 0.5, amsgrad=True), [4, 1, 1])
    expected = [-0.4 / (8 / 0.5) ** 0.5, -0.1 / (8 / 0.75) ** 0.5, -0.1 / (8 / 0.875) ** 0.5]
    np.testing.assert_allclose(changes, expected, rtol=1e-7)


def test_adamw_shrinks_by_the_rate_times_the_decay_before_the_change() -> None:
    w = np.array([2.0])
    AdamW(0.1, weight_decay=0.5).step({"w": w}, {"w": np.array([3.0])})
    np.testing.assert_allclose(w, 2.0 * 0.95 - 0.1)
    many = np.array([[2.0], [2.0]])
    AdamW(np.array([0.1, 0.2]), weight_decay=0.5).step({"w": many}, {"w": np.array([[3.0], [-3.0]])})
    np.testing.assert_allclose(many, [[1.9 - 0.1], [1.8 + 0.2]])
    still = np.array([2.0])
    AdamW(0.1).step({"w": still}, {"w": np.array([0.0])})
    np.testing.assert_allclose(still, 2.0 * (1 - 0.1 * 0.01))


@pytest.mark.parametrize(
    "rule", [Adagrad(0.5, decay=0.1), RMSProp(0.5, 0.0, decay=0.1), Adam(0.5, decay=0.1)]
)
def test_decay_comes_after_an_adaptive_change_too(rule: GradientDescent) -> None:
    w = np.array([1.0])
    rule.step({"w": w}, {"w": np.array([7.0])})
    np.testing.assert_allclose(w, [0.45], rtol=1e-7)


@pytest.mark.parametrize("rule", [Adagrad(0.1), RMSProp(0.1), Adam(0.1), AdamW(0.1, weight_decay=0.0)])
def test_a_weight_without_gradients_stays(rule: GradientDescent) -> None:
    w = np.array([1.0, 1.0])
    for _ in range(3):
        rule.step({"w": w}, {"w": np.array([0.0, 1.0])})
    assert w[0] == 1.0 and w[1] < 0.9


def test_decay_comes_after_the_change() -> None:
    w = np.array([1.0])
    GradientDescent(0.5, decay=0.1).step({"w": w}, {"w": np.array([1.0])})
    np.testing.assert_allclose(w, [0.45])


def test_the_rule_leaves_weights_and_gradients_alone() -> None:
    w, g = np.array([1.0]), np.array([2.0])
    for optimizer in (GradientDescent(0.1), Momentum(0.1, 0.9), Adagrad(0.1), RMSProp(0.1), Adam(), AdamW()):
        optimizer.changes({"w": g})
        optimizer.changes({"w": g})
        assert (w[0], g[0]) == (1.0, 2.0)


def test_parameters_change_in_place() -> None:
    net = Sequential(Dense.from_weights([[1.0]], [0.0]))
    W = net.layers[0].params["W"]
    x, d = np.array([[1.0]]), np.array([[0.0]])
    train(net, sum_of_squares, x, d, GradientDescent(0.25), 1)
    np.testing.assert_allclose(W, [[0.75]])
    assert net.params["0.W"] is W


def test_initializers() -> None:
    rng = np.random.default_rng(0)
    assert np.abs(uniform(0.3)((1000, 10), rng)).max() <= 0.3
    assert normal(2.0)((1000, 100), rng).std() == pytest.approx(2.0, rel=0.01)
    for shape in ((1000, 400), (100, 10, 400), (400,)):
        assert lecun_normal()(shape, rng).std() == pytest.approx(1 / 20, rel=0.2 if shape == (400,) else 0.01)
    for initializer in (uniform(0.3), normal(1.0), lecun_normal()):
        assert abs(initializer((1000, 100), rng).mean()) < 0.02
    drawn = uniform(0.3)((1000, 10), rng)
    np.testing.assert_allclose([drawn.min(), drawn.max()], [-0.3, 0.3], rtol=0.01)
    for nothing in (uniform(0.0), normal(0.0)):
        assert not nothing((2, 3), rng).any()
    np.testing.assert_array_equal(constant(0.5)((2,), rng), [0.5, 0.5])


def test_starts_are_one_formula_with_different_gains() -> None:
    m, n = 400, 200
    for start, variance in (
        (fan_in_normal(1.5), 1.5**2 / m),
        (he_normal(), 2 / m),
        (glorot_uniform(), 2 / (m + n)),
        (glorot_uniform(gain=3.0), 2 * 3.0**2 / (m + n)),
    ):
        drawn = start((n, m), np.random.default_rng(0))
        assert drawn.shape == (n, m)
        assert drawn.var() == pytest.approx(variance, rel=0.02)
        assert abs(drawn.mean()) < 0.02 * math.sqrt(variance)
    limit = math.sqrt(6 / (m + n))  # Glorot and Bengio 2010, equation 16
    drawn = glorot_uniform()((n, m), np.random.default_rng(0))
    np.testing.assert_allclose([drawn.min(), drawn.max()], [-limit, limit], rtol=1e-3)
    same = [start((3, 5), np.random.default_rng(1)) for start in (lecun_normal(), fan_in_normal(1.0))]
    np.testing.assert_array_equal(*same)


def test_train_counts_changes_and_stops_when_every_run_has_solved() -> None:
    # E = ½ (w − 1)², ε = .5: the error |w − 1| halves with every change, from 1 and from 4.
    net = Dense(1, 1, [np.random.default_rng(s) for s in range(2)])
    net.params["W"][...] = np.array([0.0, -3.0])[:, None, None]
    net.params["b"][...] = 0.0
    history = train(
        net,
        sum_of_squares,
        np.array([[1.0]]),
        np.array([[1.0]]),
        GradientDescent(0.25),  # the bias has the same gradient: together they halve the error
        50,
        solved=lambda y, d: np.abs(y - d).max(axis=(-2, -1)) < 0.3,
    )
    np.testing.assert_array_equal(history.solved_at, [2, 4])
    assert history.errors.shape == (4, 2)
    np.testing.assert_allclose(history.errors[:, 0], [0.5, 0.125, 0.03125, 0.0078125])


def test_dense_starts_with_small_random_weights_and_biases_of_zero() -> None:
    layer = Dense(400, 1000, np.random.default_rng(0))
    assert layer.params["W"].std() == pytest.approx(1 / 20, rel=0.01)
    assert not layer.params["b"].any()


def test_a_net_solved_before_its_first_change_is_not_changed() -> None:
    net = Dense.from_weights([[[1.0]], [[-3.0]]], [[0.0], [0.0]])
    one = np.array([[1.0]])

    def near(y: np.ndarray, d: np.ndarray) -> np.ndarray:
        return np.abs(y - d).max(axis=(-2, -1)) < 1.5

    history = train(net, sum_of_squares, one, one, GradientDescent(0.25), 50, solved=near)
    np.testing.assert_array_equal(history.solved_at, [0, 2])
    before = net.params["W"].copy()
    history = train(net, sum_of_squares, one, one, GradientDescent(0.25), 50, solved=near)
    np.testing.assert_array_equal(history.solved_at, [0, 0])
    assert history.errors.size == 0
    np.testing.assert_array_equal(net.params["W"], before)


def test_a_net_never_solved_says_minus_one() -> None:
    net, one = Dense.from_weights([[-3.0]]), np.array([[1.0]])
    never = train(net, sum_of_squares, one, one, GradientDescent(0.1), 2, solved=lambda y, d: np.array(False))
    unasked = train(net, sum_of_squares, one, one, GradientDescent(0.1), 2)
    batches = train_minibatches(net, sum_of_squares, one, one, GradientDescent(0.1), 2)
    assert never.solved_at == unasked.solved_at == batches.solved_at == -1
    assert len(never.errors) == len(unasked.errors) == len(batches.errors) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        never.errors = unasked.errors  # type: ignore[misc]


def test_train_records_what_is_made_of_the_outputs_before_every_change() -> None:
    net, one = Dense.from_weights([[0.0]], [0.0]), np.array([[1.0]])
    history = train(net, sum_of_squares, one, one, GradientDescent(0.25), 3, record=lambda y: y[0, 0])
    np.testing.assert_allclose(history.recorded, [0.0, 0.5, 0.75])
    kept: list[np.ndarray] = [net.params["b"]]  # a view that later changes write into is copied
    history = train(net, sum_of_squares, one, one, GradientDescent(0.25), 2, record=lambda y: kept[0])
    np.testing.assert_allclose(history.recorded, [[0.4375], [0.46875]])
    assert train(net, sum_of_squares, one, one, GradientDescent(0.25), 1).recorded.shape == (0,)


def test_phases_set_the_optimizer_from_that_sweep_on() -> None:
    net = Dense.from_weights([[0.0]], [0.0])
    optimizer = Momentum(0.1, 0.0)
    seen: list[tuple[float, float]] = []

    class Spy(Momentum):
        def changes(self, grads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            seen.append((self.learning_rate, self.momentum))
            return super().changes(grads)

    optimizer = Spy(0.1, 0.5)
    train(
        net,
        sum_of_squares,
        np.array([[1.0]]),
        np.array([[1.0]]),
        optimizer,
        4,
        phases={2: {"learning_rate": 0.2, "momentum": 0.9}},
    )
    assert seen == [(0.1, 0.5), (0.1, 0.5), (0.2, 0.9), (0.2, 0.9)]
    with pytest.raises(ValueError, match="settings of the optimizer, got 'speed'"):
        train(net, sum_of_squares, np.ones((1, 1)), np.ones((1, 1)), optimizer, 1, phases={0: {"speed": 1}})


def test_minibatches_cover_every_case_once_in_a_new_order() -> None:
    x = np.arange(10.0)[:, None]
    rng = np.random.default_rng(0)
    first, second = (np.vstack([bx for bx, _ in minibatches(x, x, 3, rng)]) for _ in range(2))
    assert sorted(first.ravel()) == sorted(second.ravel()) == list(range(10))
    assert not np.array_equal(first, second)
    in_order = [bx.ravel().tolist() for bx, _ in minibatches(x, x, 4, None)]
    assert in_order == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_train_minibatches_sums_the_errors_of_an_epoch_and_can_stop() -> None:
    net = Dense.from_weights([[0.0]], [0.0])
    x, d = np.array([[1.0], [1.0]]), np.array([[1.0], [1.0]])
    epochs: list[int] = []

    def stop(epoch: int) -> bool:
        epochs.append(epoch)
        return epoch == 1

    history = train_minibatches(net, sum_of_squares, x, d, GradientDescent(0.25), 9, after_epoch=stop)
    assert epochs == [0, 1]
    np.testing.assert_allclose(history.errors, [0.5 + 0.125, 0.03125 + 0.0078125])
