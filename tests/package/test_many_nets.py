"""Many nets in one array program are the nets that each seed, rate and order give alone."""

from __future__ import annotations

import numpy as np
import pytest

from backprop import (
    Adagrad,
    Adam,
    AdamW,
    Dense,
    GradientDescent,
    Momentum,
    Nesterov,
    ReLU,
    RMSProp,
    Sequential,
    Tanh,
    mean_over_cases,
    minibatches,
    sum_of_squares,
    train,
    train_minibatches,
)
from backprop.learning import schedules

RUNS = 3
RATES = np.array([0.01, 0.1, 0.3])
X = np.random.default_rng(1).standard_normal((7, 4))
D = np.random.default_rng(2).standard_normal((7, 2))


def generators() -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(RUNS)]


def net(rng: np.random.Generator | list[np.random.Generator]) -> Sequential:
    return Sequential(Dense(4, 3, rng), Tanh(), Dense(3, 2, rng))


@pytest.mark.parametrize("rule", [GradientDescent, Momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW])
@pytest.mark.parametrize("own_cases", [False, True])
def test_a_run_among_many_is_the_run_alone(rule: type[GradientDescent], own_cases: bool) -> None:
    x = np.random.default_rng(3).standard_normal((RUNS, 7, 4)) if own_cases else X
    many = net(generators())
    loss = mean_over_cases(sum_of_squares)
    together = train_minibatches(many, loss, x, D, rule(RATES), 3, size=2, rng=generators())
    assert together.errors.shape == (3, RUNS)
    for run, alone_rng in enumerate(generators()):
        alone = net(alone_rng)
        cases = x[run] if own_cases else x
        order = np.random.default_rng(run)
        history = train_minibatches(alone, loss, cases, D, rule(float(RATES[run])), 3, size=2, rng=order)
        np.testing.assert_allclose(together.errors[:, run], history.errors, rtol=1e-12)
        for name, w in alone.params.items():
            np.testing.assert_allclose(many.params[name][run], w, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("wrong", [RATES[:2], RATES[:, None]])
def test_a_rate_for_each_run_and_no_other(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"learning_rate expects one number, or one for each of 3 runs"):
        train(net(generators()), sum_of_squares, X, D, GradientDescent(wrong), 1)
    with pytest.raises(ValueError, match="positive"):
        GradientDescent(np.array([0.1, 0.0]))


def test_rates_changed_in_place_or_exchanged_count_at_the_next_change() -> None:
    rule, g = GradientDescent(np.array([0.1, 0.2])), {"w": np.ones((2, 3)), "b": np.ones((2, 1))}
    np.testing.assert_allclose(rule.changes(g)["w"][:, 0], [-0.1, -0.2])
    rule.learning_rate *= 2
    np.testing.assert_allclose(rule.changes(g)["w"][:, 0], [-0.2, -0.4])
    rule.learning_rate = np.array([1.0, 3.0])
    np.testing.assert_allclose(rule.changes(g)["b"][:, 0], [-1, -3])
    rule.learning_rate = 5.0
    np.testing.assert_allclose(rule.changes(g)["b"][:, 0], [-5, -5])


def test_a_schedule_sets_the_rate_of_every_change() -> None:
    met: list[float] = []

    class Noting(GradientDescent):
        def changes(self, grads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            met.append(float(self.learning_rate))
            return super().changes(grads)

    rng = np.random.default_rng(0)
    train_minibatches(
        net(rng), sum_of_squares, X, D, Noting(9.0), 2, size=4, schedule=lambda t: 0.1 / (t + 1)
    )
    assert met == [0.1 / 1, 0.1 / 2, 0.1 / 3, 0.1 / 4]
    met.clear()
    train(net(rng), sum_of_squares, X, D, Noting(9.0), 3, schedule=lambda t: 0.1 * 2**-t)
    assert met == [0.1, 0.05, 0.025]


def test_schedules_by_hand() -> None:
    assert [schedules.inverse_time(0.6, 10.0)(t) for t in (0, 10, 20)] == [0.6, 0.3, pytest.approx(0.2)]
    assert [schedules.steps(1.0, 0.1, 5)(t) for t in (0, 4, 5, 10)] == [1, 1, 0.1, pytest.approx(0.01)]
    assert [schedules.linear(2.0, 4)(t) for t in (0, 1, 3, 4, 9)] == [2, 1.5, 0.5, 0, 0]
    assert [schedules.cosine(2.0, 4)(t) for t in (0, 2, 4, 9)] == [2, pytest.approx(1), 0, 0]
    assert [schedules.exponential(0.01, 1.0, 4)(t) for t in (0, 2, 4)] == pytest.approx([0.01, 0.1, 1])
    np.testing.assert_allclose(schedules.steps(RATES, 0.5, 1)(1), RATES / 2)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: schedules.inverse_time(1, 0), "inverse_time expects tau above 0, got 0"),
        (lambda: schedules.steps(1, 0.1, -2), "steps expects every above 0, got -2"),
        (lambda: schedules.linear(1, 0), "linear expects changes above 0"),
        (lambda: schedules.cosine(1, np.inf), "cosine expects changes above 0, got inf"),
        (lambda: schedules.exponential(1, 2, 0), "exponential expects changes above 0"),
    ],
)
def test_a_schedule_refuses_what_has_no_meaning(make, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_a_diverged_run_is_kept_apart_and_harms_no_other() -> None:
    def deep(rng: np.random.Generator | list[np.random.Generator]) -> Sequential:
        return Sequential(Dense(4, 8, rng), ReLU(), Dense(8, 2, rng))

    rates = np.array([0.01, 1e6, 0.02])
    kept = train(deep(generators()), sum_of_squares, X, D, GradientDescent(rates), 60, keep_diverged=True)
    assert kept.errors[-1, 1] == np.inf
    for run in (0, 2):
        alone = deep(np.random.default_rng(run))
        history = train(alone, sum_of_squares, X, D, GradientDescent(float(rates[run])), 60)
        np.testing.assert_allclose(kept.errors[:, run], history.errors, rtol=1e-10)
    with pytest.raises(FloatingPointError, match="after"):
        train(deep(generators()), sum_of_squares, X, D, GradientDescent(rates), 60)
    with pytest.raises(FloatingPointError):  # one net alone has nothing to keep
        alone = deep(np.random.default_rng(1))
        train(alone, sum_of_squares, X, D, GradientDescent(1e6), 60, keep_diverged=True)


def test_batches_of_each_run_are_its_own_order_of_the_same_cases() -> None:
    orders = [np.random.default_rng(seed).permutation(7) for seed in range(RUNS)]
    met = [batch for batch, _ in minibatches(X, D, 3, generators())]
    assert [batch.shape for batch in met] == [(RUNS, 3, 4), (RUNS, 3, 4), (RUNS, 1, 4)]
    for run, order in enumerate(orders):
        np.testing.assert_array_equal(np.concatenate([batch[run] for batch in met]), X[order])
    for x, d in ((X[:, 0], D), (X, np.array(1.0))):
        with pytest.raises(ValueError, match="rows of inputs, and rows of targets or labels, got"):
            next(minibatches(x, d, 3, None))
    labels = np.arange(7)
    assert next(minibatches(X, labels, 3, None))[1].tolist() == [0, 1, 2]
    np.testing.assert_array_equal(next(minibatches(X, labels, 7, generators()))[1], np.stack(orders))


def test_one_order_for_all_runs_picks_the_same_cases_in_each() -> None:
    x, d = np.arange(24.0).reshape(2, 4, 3), np.arange(8.0).reshape(2, 4, 1)
    batches = list(minibatches(x, d, 3, None))
    for axis, whole in enumerate((x, d)):
        np.testing.assert_array_equal(batches[0][axis], whole[:, :3])
        np.testing.assert_array_equal(batches[1][axis], whole[:, 3:])
