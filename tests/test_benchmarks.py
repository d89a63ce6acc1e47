"""What the benchmarks time is the same computation: the gradients are equal. No times are tested here."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import cases, convolutions

CASES = [case for case in cases.cases() if case.batch < 1000]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("module, build", [("torch", cases.torch_eager), ("autograd", cases.hips_autograd)])
def test_the_rivals_gradients_are_ours(case: cases.Case, module: str, build: object) -> None:
    pytest.importorskip(module)
    step, grads = cases.ours(case)
    _, theirs = build(case)  # type: ignore[operator]
    for name, grad in grads.items():
        np.testing.assert_allclose(theirs[name], grad, rtol=1e-8, atol=1e-10)
    step()


def test_a_fit_of_scikit_learn_moves_the_weights_as_ours_does() -> None:
    pytest.importorskip("sklearn")
    for case in CASES[1:]:
        if not case.norm:
            cases.sklearn_fit(case, 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_adam_takes_pytorchs_steps(case: cases.Case) -> None:
    pytest.importorskip("torch")
    step, their_step = cases.adam_steps(case)
    start = {name: w.copy() for name, w in case.net().params.items()}
    for _ in range(5):
        weights, theirs = step(), their_step()
    for name, w in weights.items():
        np.testing.assert_allclose(theirs[name], w, rtol=1e-9, atol=1e-12)
        if not (case.norm and name == "0.b"):  # the normalization takes that bias out again
            assert np.abs(w - start[name]).max() > 3 * cases.EPSILON


def test_jax_ends_with_our_weights() -> None:
    pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
    ours, theirs = cases.many_nets()
    for name, w in ours().items():
        np.testing.assert_allclose(theirs()[name], w, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("case", convolutions.cases(), ids=lambda case: case.name)
def test_pytorchs_convolution_is_ours(case: convolutions.Case) -> None:
    pytest.importorskip("torch")
    (step, results), (their_step, theirs) = convolutions.ours(case), convolutions.torch_eager(case)
    convolutions.compare(results, theirs)
    step(), their_step()
