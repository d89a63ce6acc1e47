"""What the benchmarks time is the same computation: the gradients are equal. No times are tested here."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from backprop.data import datasets
from backprop.data import mnist as mnist_module
from backprop.data.images import resize
from benchmarks import cases, convolutions, digits_1989, long_lags, recurrent, sequences, zip_codes

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


def test_the_protocol_of_1989_runs_on_files_like_mnists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    X, labels = datasets.digits()
    pixels = np.rint(255 * resize(X[:400], 28).clip(0, 1)).astype(np.uint8).reshape(-1, 28, 28)
    values = [pixels[:300], labels[:300], pixels[300:], labels[300:400]]
    checksums = {}
    for name, part in zip(mnist_module.MD5, values, strict=True):
        head = bytes([0, 0, 8, part.ndim]) + b"".join(n.to_bytes(4, "big") for n in part.shape)
        (tmp_path / name).write_bytes(gzip.compress(head + part.astype(np.uint8).tobytes()))
        checksums[name] = hashlib.md5((tmp_path / name).read_bytes()).hexdigest()
    monkeypatch.setattr(mnist_module, "MD5", checksums)
    sizes = ["--train", "250", "--test", "80", "--passes", "12", "--rate", "0.02"]
    (train, test), (_, rival) = zip_codes.main([str(tmp_path), "--mirror", "file:///nowhere/", *sizes])
    assert train.percent <= 10 and test.percent <= 30 and rival.percent <= 40
    assert test.wrong == round(test.percent * 80 / 100) and 0 < train.mean_square < 0.4
    printed = capsys.readouterr().out
    assert "5.0 % (102)" in printed and "8.1 %" in printed and "pass 12" in printed
    assert sum(w.size for w in zip_codes.fully_connected(np.random.default_rng(0)).params.values()) == 10_690


def test_the_table_of_the_digits_has_every_net_once_for_each_split(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(digits_1989, "SPLITS", digits_1989.SPLITS[5:7])
    monkeypatch.setattr(digits_1989, "PASSES", {"as they are": 1, "distorted": 1})
    monkeypatch.setattr(digits_1989, "RATES", {digits_1989.Adam: (0.002,)})
    monkeypatch.setattr(digits_1989, "COPIES", 2)
    whole = digits_1989.parts
    monkeypatch.setattr(digits_1989, "parts", lambda splits: whole(splits, 40))
    digits_1989.main()
    lines = capsys.readouterr().out.split()
    assert lines[0].startswith("net,rule,rate") and len(lines) - 1 >= 2 * 2 * (1 + len(digits_1989.NETS))


def test_the_table_of_the_sequences_has_every_net_once_for_each_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sequences, "RATES", (0.01,))
    monkeypatch.setattr(sequences, "SEEDS", (0,))
    monkeypatch.setattr(sequences, "TUNING", (100,))
    monkeypatch.setattr(sequences, "SIZES", {"small": 500})
    whole, brief = sequences.train, {"updates": 1}
    monkeypatch.setattr(
        sequences, "train", lambda task, *rest: whole(dataclasses.replace(task, **brief), *rest)
    )
    sequences.main()
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].startswith("task,net") and all(line.count(",") == 8 for line in lines[:-1])
    nets = len(sequences.TASKS) * len(sequences.NETS)
    parts = sum(len(sequences.lesser(task)) for task in sequences.UNITS)
    assert len(lines) - 2 == nets * (2 + 1) + parts * (1 + 1) + len(sequences.NETS)


@pytest.mark.parametrize("case", convolutions.cases(), ids=lambda case: case.name)
def test_pytorchs_convolution_is_ours(case: convolutions.Case) -> None:
    pytest.importorskip("torch")
    (step, results), (their_step, theirs) = convolutions.ours(case), convolutions.torch_eager(case)
    convolutions.compare(results, theirs)
    step(), their_step()


@pytest.mark.parametrize("case", recurrent.cases(), ids=lambda case: case.name)
def test_pytorchs_recurrent_layers_are_ours(case: recurrent.Case) -> None:
    pytest.importorskip("torch")
    (step, results), (their_step, theirs) = recurrent.ours(case), recurrent.torch_eager(case)
    assert results.keys() == {"y", "x", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0"}
    recurrent.compare(results, theirs)
    step(), their_step()
    results["x"][0, 0, 0] += 0.01 * abs(results["x"]).max()
    with pytest.raises(AssertionError, match="PyTorch, x"):
        recurrent.compare(results, theirs)


def test_the_table_of_long_lags_leaves_the_longest_to_nets_that_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def able(task: str, T: int, name: str, rate: float) -> np.ndarray:
        return np.where(np.arange(5) < 5 * (name == "chrono"), 10, -1)

    monkeypatch.setattr(long_lags, "solved_at", able)
    long_lags.main(["adding"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 5 * (len(long_lags.NETS) * (4 + len(long_lags.RATES) - 1) + 2)
    assert [line.split(",")[2] for line in lines if ",1000," in line] == 5 * ['"chrono"']
