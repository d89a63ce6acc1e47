"""What the chapter on family trees says of its data and its net, on seeds that the chapter does not use."""

from __future__ import annotations

import numpy as np
import pytest

from backprop import Dense, Logistic, Momentum, Parallel, Sequential, logistic, train, uniform
from backprop.datasets import family_trees
from backprop.kinship import RELATIONS, _relatives
from backprop.layer import Array

TREES = family_trees()
X, D = TREES.X, TREES.D
SEEDS = range(9000, 9020)


# The data. ---------------------------------------------------------------------------------------------


def test_the_cases_are_the_papers_number() -> None:
    assert X.shape == (104, 36) and D.shape == (104, 24)
    assert (X[:, :24].sum(axis=1) == 1).all() and (X[:, 24:].sum(axis=1) == 1).all()
    assert D.sum() == 112 and set(D.sum(axis=1)) == {1, 2}
    assert len(np.unique(X, axis=0)) == 104
    assert len(set(TREES.people)) == 24 and len(set(TREES.relations)) == 12


@pytest.mark.parametrize(
    ("person", "relation", "answers"),
    [
        ("Colin", "aunt", {"Margaret", "Jennifer"}),
        ("Colin", "uncle", {"Arthur", "Charles"}),
        ("Colin", "mother", {"Victoria"}),
        ("Charlotte", "brother", {"Colin"}),
        ("Penelope", "daughter", {"Victoria"}),
        ("Christine", "son", {"James"}),
        ("Charles", "niece", {"Charlotte"}),
        ("Lucia", "husband", {"Marco"}),
        ("Sophia", "father", {"Marco"}),
        ("Emilio", "wife", {"Gina"}),
    ],
)
def test_answers(person: str, relation: str, answers: set[str]) -> None:
    assert set(TREES.answers(TREES.case(person, relation))) == answers


def test_the_relations_agree_with_their_converses() -> None:
    def ask(person: int, *names: str) -> set[int]:
        return set().union(*(_relatives(person, name) for name in names))

    for a in range(12):
        for forward, back in [
            (("father", "mother"), ("son", "daughter")),
            (("husband", "wife"), ("husband", "wife")),
            (("brother", "sister"), ("brother", "sister")),
            (("uncle", "aunt"), ("nephew", "niece")),
        ]:
            assert all(a in ask(b, *back) for b in ask(a, *forward))
            assert all(a in ask(b, *forward) for b in ask(a, *back))
        assert a not in ask(a, *RELATIONS)


def test_the_two_trees_have_one_shape() -> None:
    twins = np.r_[12:24, 0:12]
    np.testing.assert_array_equal(X[:, np.r_[twins, 24:36]], np.roll(X, 52, axis=0))
    np.testing.assert_array_equal(D[:, twins], np.roll(D, 52, axis=0))
    assert not (X[:52, 12:24].any() or D[:52, 12:].any())


def test_features_of_the_people() -> None:
    assert (TREES.nationality == np.repeat([1, -1], 12)).all()
    for a in range(12):
        for parent in _relatives(a, "father") | _relatives(a, "mother"):
            assert TREES.generation[a] == TREES.generation[parent] + 1
        for beside in _relatives(a, "husband") | _relatives(a, "brother"):
            assert TREES.generation[a] == TREES.generation[beside]
    assert TREES.branch.sum() == 0 and (np.abs(TREES.branch) == (TREES.generation < 3)).all()


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="Christopher has no father"):
        TREES.case("Christopher", "father")
    with pytest.raises(ValueError, match=r"one of Christopher, .*, got 'Rosa'"):
        TREES.case("Rosa", "aunt")
    with pytest.raises(ValueError, match=r"one of father, .*, got 'cousin'"):
        TREES.case("Colin", "cousin")


# The experiment. ---------------------------------------------------------------------------------------


def experiment(
    limit: float,
    rates: tuple[float, float],
    decay: float,
    *,
    slope: bool = True,
    seeds: range = SEEDS,
    shuffle: bool = False,
) -> tuple[Array, Array, Sequential]:
    """Return the shares of training and of held-out cases that each net knows, and the nets."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    held = np.stack([np.isin(np.arange(104), rng.permutation(104)[:4]) for rng in rngs])
    d = np.stack([D[rng.permutation(104)] for rng in rngs]) if shuffle else D

    def dense(n_in: int, n_out: int) -> Dense:
        return Dense(n_in, n_out, rngs, weight=uniform(limit), bias=uniform(limit))

    groups = Parallel((24, dense(24, 6)), (12, dense(12, 6)))
    layers = [groups, Logistic(), dense(12, 12), Logistic(), dense(12, 6), Logistic(), dense(6, 24)]
    net = Sequential(*layers)

    def loss(x: Array, d: Array) -> tuple[Array, Array]:
        y = logistic(x)
        error = (y - d) * (np.abs(y - d) > 0.2) * ~held[..., None]
        E: Array = 0.5 * (error * error).sum(axis=(-2, -1))
        return E, error * y * (1 - y) if slope else error

    phases = {20: {"learning_rate": rates[1], "momentum": 0.9}}
    train(net, loss, X, d, Momentum(rates[0], 0.5, decay=decay), 1500, phases=phases)
    y, _ = net.forward(X)
    right = np.where(d > 0, y, np.inf).min(axis=-1) > np.where(d > 0, -np.inf, y).max(axis=-1)
    return (right & ~held).sum(axis=1) / 100, (right & held).sum(axis=1) / 4, net


def best_units(net: Sequential) -> Array:
    """Return the largest |correlation| of one of the six units with each feature, (3, runs)."""
    z = logistic(net.params["0.0.W"].mT + net.params["0.0.b"][:, None, :])
    z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True)
    features = [(f - f.mean()) / f.std() for f in (TREES.nationality, TREES.generation, TREES.branch)]
    return np.stack([np.abs((z * f[:, None]).mean(axis=1)).max(axis=-1) for f in features])


def test_reading_a_learns_generalizes_and_finds_the_features() -> None:
    trained, unseen, net = experiment(1.0, (0.025, 0.05), 0.0005)
    assert trained.mean() >= 0.93
    assert unseen.mean() >= 0.30
    assert (np.median(best_units(net), axis=1) > [0.65, 0.65, 0.5]).all()


def test_shuffled_answers_do_not_generalize() -> None:
    trained, unseen, net = experiment(1.0, (0.025, 0.05), 0.0005, shuffle=True)
    assert unseen.mean() <= 0.15
    assert trained.mean() > 0.5  # though they are learned by heart
    assert (np.median(best_units(net), axis=1) < 0.55).all()


@pytest.mark.parametrize("limit", [0.3, 2.0])
def test_the_settings_read_literally_learn_nothing(limit: float) -> None:
    trained, _, _ = experiment(limit, (0.005, 0.01), 0.002, seeds=SEEDS[:4])
    assert trained.max() <= 0.2


def test_reading_c_differs_from_the_literal_one_in_the_start_and_the_signal_only() -> None:
    trained, unseen, _ = experiment(2.0, (0.005, 0.01), 0.002, slope=False, seeds=SEEDS[:10])
    assert np.median(trained) >= 0.93
    assert unseen.mean() >= 0.30
