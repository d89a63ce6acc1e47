"""Inputs standardized and whitened: against scikit-learn, by hand, and where something does not vary."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from backprop import Standardize, Whiten


def _cloud(seed: int = 0, cases: int = 40) -> Any:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(cases, 4)) @ rng.normal(size=(4, 4)) * [1, 10, 0.1, 3] + [5, -200, 0, 1e3]


def test_standardizing_by_hand() -> None:
    standardize = Standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    assert standardize.mean.tolist() == [2, 5] and standardize.factor.tolist() == [1, 0]
    np.testing.assert_array_equal(standardize(np.array([[1.0, 5.0], [4.0, 6.0]])), [[-1, 0], [2, 0]])


def test_whitening_by_hand() -> None:
    X = np.array([[4.0, 1.0], [-4.0, 1.0], [0.0, 2.0], [0.0, 0.0]])  # variances 8 and 1/2 along the axes
    whiten = Whiten(X)
    np.testing.assert_array_equal(whiten.mean, [0, 1])
    np.testing.assert_allclose(np.abs(whiten.matrix), [[8**-0.5, 0], [0, 2**0.5]], atol=1e-15)
    np.testing.assert_allclose(np.abs(whiten(np.array([[8.0, 4.0]]))), [[8**0.5, 3 * 2**0.5]])


def test_scikit_learn_standardizes_alike() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing", reason="scikit-learn is not installed")
    X, new = _cloud(), _cloud(1)
    theirs = preprocessing.StandardScaler().fit(X)
    np.testing.assert_allclose(Standardize(X)(X), theirs.transform(X), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(Standardize(X)(new), theirs.transform(new), rtol=1e-12, atol=1e-12)


def test_scikit_learn_whitens_alike_but_for_signs_and_one_case() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition", reason="scikit-learn is not installed")
    X, new = _cloud(), _cloud(1)
    theirs = decomposition.PCA(whiten=True).fit(X)
    ours, scale = Whiten(X), np.sqrt(len(X) / (len(X) - 1))  # it divides the variances by N − 1
    signs = np.sign((ours.matrix * theirs.components_.T).sum(axis=0))
    assert (np.abs(signs) == 1).all()
    np.testing.assert_allclose(ours(new) * signs, scale * theirs.transform(new), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_what_comes_out_has_the_moments_that_were_promised(seed: int) -> None:
    X = _cloud(seed)
    for scaling in (Standardize(X), Whiten(X)):
        np.testing.assert_allclose(scaling(X).mean(axis=0), 0, atol=1e-10)
        np.testing.assert_allclose(scaling(X).var(axis=0), 1)
    np.testing.assert_allclose(Whiten(X)(X).T @ Whiten(X)(X) / len(X), np.eye(4), atol=1e-9)


def test_an_input_that_never_varies_becomes_0_for_new_cases_too() -> None:
    X = np.column_stack([np.arange(3.0), np.full(3, 0.1), 0.1 * 3 + 1e-17 * np.arange(3), np.zeros(3)])
    X[:, 2] = [0.1 + 0.2, 0.3, 0.3]  # differs by rounding alone
    new = np.array([[1.0, 9.0, 9.0, 9.0]])
    np.testing.assert_allclose(Standardize(X)(new), 0, atol=1e-15)
    assert (Standardize(X).factor > 0).tolist() == [True, False, False, False]
    assert Whiten(X).matrix.shape == (4, 1)
    np.testing.assert_allclose(Whiten(X)(new), 0, atol=1e-15)


@pytest.mark.parametrize("value", [1e-3, 1e6, 1e12])
def test_rounding_is_no_variation_whatever_the_unit(value: float) -> None:
    X = np.array([[value], [value], [np.nextafter(value, np.inf)]])
    assert np.ptp(X) > 0
    assert Standardize(X).factor.tolist() == [0]
    assert Whiten(X).matrix.shape == (1, 0)
    Y = value * (1 + 1e-9 * np.arange(3.0)[:, None])  # small, but not rounding
    assert Standardize(Y).factor[0] > 0 and Whiten(Y).matrix.shape == (1, 1)


def test_lists_are_taken() -> None:
    assert Standardize([[1, 5], [3, 5]])([[1, 5]]).tolist() == [[-1, 0]]  # type: ignore[arg-type]


def test_directions_without_variance_are_left_out() -> None:
    X = _cloud()
    twice = np.column_stack([X, X @ [1.0, 2.0, 0.0, 0.0]])  # rank 4 of 5
    assert Whiten(twice).matrix.shape == (5, 4)
    few = np.random.default_rng(0).normal(size=(5, 20))
    assert Whiten(few).matrix.shape == (20, 4)  # 5 cases span 4 directions about their mean
    line = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 0.1], [0.0, -0.1]])  # variances 1/2 and 1/200
    assert Whiten(line, least=0.009).matrix.shape == (2, 2)
    assert Whiten(line, least=0.011).matrix.shape == (2, 1)
    assert abs(Whiten(line, least=0.011).matrix[0, 0]) == pytest.approx(2**0.5)
    nothing = Whiten(np.full((3, 2), 0.1))
    assert nothing.matrix.shape == (2, 0) and nothing(np.ones((4, 2))).shape == (4, 0)
    assert Standardize(np.zeros((2, 1)))(np.ones((1, 1))).tolist() == [[0]]


def test_the_training_set_is_not_changed_and_not_kept() -> None:
    X = _cloud()
    before = X.copy()
    standardize, whiten = Standardize(X), Whiten(X)
    expected = standardize(X), whiten(X)
    np.testing.assert_array_equal(X, before)
    X += 1
    np.testing.assert_array_equal(standardize(before), expected[0])
    np.testing.assert_array_equal(whiten(before), expected[1])


@pytest.mark.parametrize("scaling", [Standardize, Whiten])
def test_refusals(scaling: Any) -> None:
    name = scaling.__name__
    with pytest.raises(ValueError, match=re.escape(f"{name} expects X of shape (N, features), got (3,)")):
        scaling(np.ones(3))
    with pytest.raises(ValueError, match=re.escape("got (0, 3)")):
        scaling(np.ones((0, 3)))
    with pytest.raises(ValueError, match=f"{name} expects finite inputs"):
        scaling(np.array([[1.0, np.nan]]))
    made = scaling(np.array([[1, 2], [3, 5]]))  # integers are taken
    with pytest.raises(ValueError, match=re.escape(f"{name} expects X of shape (N, 2), got (4, 3)")):
        made(np.ones((4, 3)))
    with pytest.raises(ValueError, match="finite inputs"):
        made(np.array([[1.0, np.inf]]))


@pytest.mark.parametrize("least", [0.0, 1.0, -1.0, np.nan])
def test_the_least_share_lies_between_0_and_1(least: float) -> None:
    with pytest.raises(ValueError, match="least share between 0 and 1"):
        Whiten(np.eye(2), least=least)
