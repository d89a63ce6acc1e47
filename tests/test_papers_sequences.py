"""Recurrent nets at equal parameters and equal tuning: bars of our own, on seeds of their own.

What Chung et al., Jozefowicz et al. and Greff et al. measured cannot be had here: their data are not ours.
"""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from backprop.data import datasets
from backprop.layers.layer import Array
from benchmarks import sequences as s

SEEDS = (900, 901)


def right(task: str, name: str, start: str, rate: float, seeds: tuple[int, ...] = SEEDS) -> Array:
    """What nets with a start and a rate get right, one share for each seed."""
    learned, (blocks, starts) = s.TASKS[task](), s.NETS[name]
    H = s.units(blocks, learned.inputs, learned.outputs, learned.parameters)
    return learned.score(s.train(learned, starts[start], H, (rate,), seeds))


def test_gates_pay_where_questions_are_answered() -> None:
    gated = right("Korean words to digits", "LSTM", "forget 1", 0.02)
    plain = right("Korean words to digits", "tanh", "orthogonal", 0.006)
    assert gated.min() >= 0.93 and plain.max() < gated.min()


def test_an_orthogonal_tanh_net_copies_and_one_with_a_uniform_start_does_not() -> None:
    assert right("copying", "tanh", "orthogonal", 0.006).min() >= 0.99
    assert right("copying", "tanh", "uniform", 0.006).max() <= 0.6


def test_the_gru_adds_from_its_usual_start_at_one_rate_and_the_lstm_needs_chrono() -> None:
    assert right("adding", "GRU", "zeros", 0.2, tuple(range(900, 905))).max() >= 0.95  # not on every seed
    assert right("adding", "GRU", "zeros", 0.06).max() <= 0.3
    assert right("adding", "LSTM", "forget 1", 0.2).max() <= 0.3
    assert right("adding", "LSTM", "chrono", 0.06).min() >= 0.95


def test_a_tanh_net_learns_the_grammar_and_a_parity_that_holds_on_a_thousand_bits() -> None:
    assert right("embedded grammar", "tanh", "uniform", 0.02).max() >= 0.9
    assert right("parity", "tanh", "uniform", 0.006).max() >= 0.9


def test_a_table_of_nine_letters_writes_english_numerals_and_one_of_three_korean_ones() -> None:
    numbers = np.random.default_rng(950).permutation(np.arange(1, 10_000))[:1000]
    for write, read, few, enough in (
        (datasets.english, datasets.read_english, 5, 9),
        (datasets.korean, datasets.read_korean, 2, 3),
    ):
        share = {}
        for n in (few, enough):
            table = datasets.Ngrams([write(k) for k in numbers], n)
            made = table.sample(500, np.random.default_rng(951))
            share[n] = np.mean([read(word) is not None for word in made])
        assert share[few] < 0.75 and share[enough] > 0.98


def test_the_kept_runs_are_whole_and_say_what_the_page_says() -> None:
    runs = datasets.sequence_runs()
    for task in s.TASKS:
        for name, (_, starts) in s.NETS.items():
            tried = {key[3:] for key in runs if key[:3] == (task, name, "tuning")}
            assert tried == {(start, rate) for start in starts for rate in s.RATES}
            (chosen,) = (key for key in runs if key[:3] == (task, name, "run"))
            assert len(runs[chosen]) == len(s.SEEDS)
            best = max(runs[task, name, "tuning", *pair].mean() for pair in tried)
            assert runs[task, name, "tuning", *chosen[3:]].mean() == best
    for task in s.UNITS:
        for name in s.lesser(task):
            assert sum(key[:3] == (f"parts of {task}", name, "run") for key in runs) == 1
    at_edge = [key[:2] for key in runs if key[2] == "run" and key[4] in (s.RATES[0], s.RATES[-1])]
    assert at_edge == [("temporal order", "tanh")]


def kept() -> list[dict[str, str]]:
    with (files("backprop") / "data" / "sequences.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "task, name", [("embedded grammar", "tanh"), ("copying", "tanh"), ("parity", "tanh")]
)
def test_the_kept_runs_are_what_the_benchmark_computes(task: str, name: str) -> None:
    rows = [row for row in kept() if (row["task"], row["net"], row["kind"]) == (task, name, "run")]
    seeds = tuple(int(row["seed"]) for row in rows)
    found = right(task, name, rows[0]["start"], float(rows[0]["rate"]), seeds)
    assert found == pytest.approx([float(row["value"]) for row in rows], abs=0.05), task


def test_coupled_gates_stay_coupled_and_their_kept_runs_are_what_the_benchmark_computes() -> None:
    what = ("parts of adding", "i = 1 - f", "run")
    rows = [row for row in kept() if (row["task"], row["net"], row["kind"]) == what]
    seeds, task = tuple(int(row["seed"]) for row in rows), s.TASKS["adding"]()
    ((start, make),) = s.lesser("adding")["i = 1 - f"][1].items()
    net = s.train(task, make, s.UNITS["adding"], (float(rows[0]["rate"]),), seeds)
    for name in "WUb":
        _, i, f, _ = np.split(net.layers[0].params[name], 4, axis=1)
        np.testing.assert_array_equal(i, -f)
    assert rows[0]["start"] == start
    assert task.score(net) == pytest.approx([float(row["value"]) for row in rows], abs=0.05)


def test_units_and_parameters_of_the_kept_runs_are_those_of_the_nets() -> None:
    tasks = {name: build() for name, build in s.TASKS.items()}
    for row in kept():
        if row["task"] in tasks:
            learned, blocks = tasks[row["task"]], s.NETS[row["net"]][0]
            H = s.units(blocks, learned.inputs, learned.outputs, learned.parameters)
            assert int(row["units"]) == H
            assert int(row["parameters"]) == s.count(blocks, learned.inputs, learned.outputs, H)
