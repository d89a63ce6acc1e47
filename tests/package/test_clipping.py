"""What learning over time needs besides its layers: clipped gradients, losses of steps, fresh batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop import (
    LSTM,
    Adam,
    Dense,
    EachStep,
    GradientDescent,
    LastStep,
    Momentum,
    Recurrent,
    Sequential,
    clip_by_norm,
    clip_by_value,
    constant,
    each_step,
    gradient_norm,
    logistic_cross_entropy,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
    train_fresh,
)
from backprop.learning.schedules import linear

GRADS = {"W": np.array([[3.0, 0.0], [0.0, -4.0]]), "b": np.array([12.0, 0.0])}  # 3, 4, 12: length 13


def test_the_length_of_a_gradient() -> None:
    norm = gradient_norm(GRADS)
    assert norm == 13 and np.ndim(norm) == 0
    both = {name: np.stack([g, 2 * g]) for name, g in GRADS.items()}
    np.testing.assert_array_equal(gradient_norm(both, 2), [13, 26])
    assert gradient_norm(both) == pytest.approx(13 * 5**0.5)
    assert gradient_norm({"w": np.array([3 + 4j])}) == 5


def test_clipping_by_norm_keeps_the_direction() -> None:
    before = {name: g.copy() for name, g in GRADS.items()}
    clipped = clip_by_norm(GRADS, 6.5)
    for name, g in GRADS.items():
        np.testing.assert_allclose(clipped[name], g / 2, rtol=1e-15)
    for limit in (13.0, 14.0):
        np.testing.assert_equal(clip_by_norm(GRADS, limit), before)
    np.testing.assert_equal(GRADS, before)
    assert clip_by_norm(GRADS, 20.0)["W"] is not GRADS["W"]
    zero = {"W": np.zeros((2, 2))}
    np.testing.assert_equal(clip_by_norm(zero, 1.0), zero)


def test_each_of_many_nets_is_clipped_by_itself() -> None:
    both = {name: np.stack([g, 0.25 * g, 4 * g]) for name, g in GRADS.items()}
    clipped = clip_by_norm(both, 6.5, runs=3)
    for name, g in GRADS.items():
        np.testing.assert_allclose(clipped[name], [g / 2, g / 4, g / 2], rtol=1e-15)
    single = {name: g.astype(np.float32) for name, g in both.items()}
    for result in (clip_by_norm(single, 6.5, runs=3), clip_by_norm(single, 1.0), clip_by_value(single, 1.0)):
        assert {g.dtype for g in result.values()} == {np.dtype(np.float32)}


def test_clipping_by_value_turns_the_gradient() -> None:
    clipped = clip_by_value(GRADS, 3.5)
    np.testing.assert_array_equal(clipped["W"], [[3, 0], [0, -3.5]])
    np.testing.assert_array_equal(clipped["b"], [3.5, 0])
    assert GRADS["b"][0] == 12
    kept = clip_by_value(GRADS, 12.0)
    np.testing.assert_equal(kept, GRADS)
    assert kept["W"] is not GRADS["W"]


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("limit", [0.0, -1.0, np.nan, np.inf])
def test_a_limit_that_is_none_is_refused(clip: Callable[..., Any], limit: float) -> None:
    with pytest.raises(ValueError, match=f"{clip.__name__} expects a limit above 0, got {limit}"):
        clip(GRADS, limit)


# Losses of steps. -----------------------------------------------------------------------------------------

T, N, K = 5, 3, 2
Y = np.random.default_rng(0).standard_normal((T, N, K))
D = np.random.default_rng(1).dirichlet(np.ones(K), (T, N))
MASK = np.random.default_rng(2).random((T, N)) < 0.6


@pytest.mark.parametrize("loss", [sum_of_squares, softmax_cross_entropy, logistic_cross_entropy])
@pytest.mark.parametrize("mask", [None, MASK])
def test_a_loss_of_steps_is_the_sum_over_the_steps(loss: Any, mask: Any) -> None:
    E, dy = each_step(loss, mask)(Y, D)
    total, expected = 0.0, np.zeros_like(Y)
    for t in range(T):
        for case in range(N):
            if mask is None or mask[t, case]:
                one, derivative = loss(Y[t, case : case + 1], D[t, case : case + 1])
                total += float(one)
                expected[t, case] = derivative[0]
    assert E.shape == () and float(E) == pytest.approx(total, rel=1e-13)
    np.testing.assert_allclose(dy, expected, rtol=1e-13, atol=1e-15)
    mean, dmean = mean_over_cases(each_step(loss, mask))(Y, D)
    assert mean == pytest.approx(total / N, rel=1e-13)
    np.testing.assert_allclose(dmean, expected / N, rtol=1e-13, atol=1e-15)
    runs = np.stack([Y, 2 * Y])
    for d in (D, np.stack([D, D])):
        many, dmany = each_step(loss, mask)(runs, d)
        assert many.shape == (2,)
        for run in range(2):
            alone, dalone = each_step(loss, mask)(runs[run], D)
            assert many[run] == pytest.approx(float(alone), rel=1e-13)
            np.testing.assert_allclose(dmany[run], dalone, rtol=1e-13, atol=1e-15)


def test_what_does_not_count_may_have_any_target() -> None:
    odd = np.where(MASK[..., None], D, 7.0)
    np.testing.assert_equal(
        each_step(softmax_cross_entropy, MASK)(Y, odd), each_step(softmax_cross_entropy, MASK)(Y, D)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: each_step(sum_of_squares)(Y[0], D[0]), r"shape \(T, N, outputs\), got \(3, 2\), \(3, 2\)"),
        (
            lambda: each_step(sum_of_squares)(Y, D[1:]),
            r"shape \(T, N, outputs\), got \(5, 3, 2\), \(4, 3, 2\)",
        ),
        (lambda: each_step(sum_of_squares, MASK[1:])(Y, D), r"shape \(5, 3\), got bool \(4, 3\)"),
        (lambda: each_step(sum_of_squares, MASK * 1.0)(Y, D), r"shape \(5, 3\), got float64 \(5, 3\)"),
    ],
)
def test_what_is_no_sequence_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# Batches always fresh. ------------------------------------------------------------------------------------


def net(rng: Any, **more: Any) -> Sequential:
    return Sequential(Recurrent(1, 4, rng), LastStep(), Dense(4, 1, rng, **more))


def draw(t: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(100 + t).uniform(-1, 1, (6, 8, 1))
    return x, x.sum(axis=0) / 4


def test_a_run_is_the_loop_written_out() -> None:
    def halved(grads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: g / 2 for name, g in grads.items()}

    trained, by_hand = net(np.random.default_rng(0)), net(np.random.default_rng(0))
    loss = mean_over_cases(sum_of_squares)
    history = train_fresh(trained, loss, draw, Momentum(0.1, 0.9), 5, clip=halved, record=lambda y, d: y - d)
    optimizer = Momentum(0.1, 0.9)
    for t in range(5):
        x, d = draw(t)
        y, cache = by_hand.forward(x)
        E, dy = loss(y, d)
        assert history.errors[t] == E
        np.testing.assert_array_equal(history.recorded[t], y - d)
        optimizer.step(by_hand.params, halved(by_hand.gradients(dy, cache)))
    for name, w in by_hand.params.items():
        np.testing.assert_array_equal(trained.params[name], w)
    assert len(history.errors) == 5 and history.solved_at == -1 and history.solved_at.shape == ()
    assert history.recorded.shape == (5, 8, 1)
    plain = train_fresh(net(np.random.default_rng(0)), loss, draw, Momentum(0.1, 0.9), 2)
    assert plain.recorded.size == 0 and plain.errors[0] == history.errors[0] != history.errors[1]
    assert plain.errors[1] != history.errors[1]  # not halved


def test_it_learns() -> None:
    history = train_fresh(
        net([np.random.default_rng(seed) for seed in range(3)]),
        mean_over_cases(sum_of_squares),
        draw,
        Adam(0.02),
        300,
        clip=lambda grads: clip_by_norm(grads, 1.0, runs=3),
    )
    assert history.errors.shape == (300, 3)
    assert (history.errors[-20:].mean(axis=0) < 0.1 * history.errors[:20].mean(axis=0)).all()


def test_record_stops_and_a_schedule_sets_the_rate() -> None:
    rates: list[float] = []
    optimizer = GradientDescent(0.1)

    def record(y: np.ndarray, d: np.ndarray) -> np.ndarray | None:
        rates.append(float(optimizer.learning_rate))
        return None if len(rates) == 4 else y.mean()

    start = net(np.random.default_rng(0))
    falling = linear(0.05, 10)
    history = train_fresh(start, sum_of_squares, draw, optimizer, 10, record=record, schedule=falling)
    assert len(history.errors) == 4 and history.recorded.shape == (3,)
    np.testing.assert_allclose(rates, [0.1, 0.05, 0.045, 0.04])


def test_runs_that_diverge_are_kept_apart() -> None:
    """A linear net at each step: the second run's rate makes it diverge, the others go on as if alone."""
    rates = np.array([0.01, 50.0, 0.02])
    sequences = mean_over_cases(each_step(sum_of_squares))

    def linear_net(rng: Any) -> Sequential:
        return Sequential(EachStep(Dense(1, 1, rng, weight=constant(0.5))))

    def steps(t: int) -> tuple[np.ndarray, np.ndarray]:
        x = np.random.default_rng(t).standard_normal((4, 5, 1))
        return x, 2 * x

    many = linear_net([np.random.default_rng(seed) for seed in range(3)])
    history = train_fresh(many, sequences, steps, GradientDescent(rates), 90, keep_diverged=True)
    assert np.isinf(history.errors[-1, 1]) and np.isfinite(history.errors[:, [0, 2]]).all()
    for run in (0, 2):
        alone = linear_net(np.random.default_rng(run))
        single = train_fresh(alone, sequences, steps, GradientDescent(float(rates[run])), 90)
        np.testing.assert_allclose(history.errors[:, run], single.errors, rtol=1e-11)
    hopeless = linear_net(np.random.default_rng(0))
    for keep in (False, True):  # one net alone has no others for whose sake to go on
        with pytest.raises(FloatingPointError, match="expects a finite E"), np.errstate(all="ignore"):
            train_fresh(hopeless, sequences, steps, GradientDescent(50.0), 200, keep_diverged=keep)


def test_a_gated_net_that_diverges_is_kept_apart() -> None:
    rates = np.array([0.01, 1e200])

    def lstm(rng: Any) -> Sequential:
        return Sequential(LSTM(1, 2, rng), EachStep(Dense(2, 1, rng)))

    def steps(t: int) -> tuple[np.ndarray, np.ndarray]:
        x = np.random.default_rng(t).standard_normal((4, 5, 1))
        return x, x**2

    history = train_fresh(
        lstm([np.random.default_rng(0), np.random.default_rng(1)]),
        each_step(sum_of_squares),
        steps,
        GradientDescent(rates),
        4,
        keep_diverged=True,
    )
    assert np.isinf(history.errors[-1, 1]) and np.isfinite(history.errors[:, 0]).all()


def test_no_updates_are_refused() -> None:
    with pytest.raises(ValueError, match="train_fresh expects at least 1 update, got 0"):
        train_fresh(net(np.random.default_rng(0)), sum_of_squares, draw, GradientDescent(0.1), 0)
