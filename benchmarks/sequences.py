"""Three recurrent nets at equal parameters and tuning: `python -m benchmarks.sequences [TASK …] > FILE`.

Every net is offered two starts and the same rates, on two seeds; the best pair is then trained on five
others. The ablations take parts of the LSTM away or change them, at equal numbers of units, and offer the
same rates again. Seeds that are trained together see the same training data, and all nets the same test
data. In float32 it takes about fifteen minutes of one core (`OPENBLAS_NUM_THREADS=1`, for the times too);
what it printed is kept as `backprop/data/sequences.csv`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from backprop import (
    GRU,
    LSTM,
    Adam,
    Dense,
    EachStep,
    LastStep,
    PeepholeLSTM,
    Recurrent,
    Sequential,
    chrono,
    clip_by_norm,
    each_step,
    gate_biases,
    logistic_cross_entropy,
    mean_over_cases,
    orthogonal,
    softmax_cross_entropy,
    sum_of_squares,
)
from backprop.data import datasets
from backprop.layers.gates import GateBiases
from backprop.layers.layer import Array
from backprop.layers.unrolled import State, Unrolled, Unrolling
from backprop.learning.losses import Loss
from backprop.learning.schedules import linear

RATES, TUNING, SEEDS = (0.002, 0.006, 0.02, 0.06, 0.2, 0.6), (100, 101), (0, 1, 2, 3, 4)
CASES, CLIP, NUMBERS = 32, 1.0, 1000
Rngs = Sequence[np.random.Generator]
Batch = tuple[Array, Array, Array | None]
Maker = Callable[[int, int, int, Rngs], Unrolled]


@dataclass(frozen=True)
class Task:
    """A task: `batch` draws inputs, targets and a mask of what counts; `score` is the share right."""

    inputs: int
    outputs: int
    parameters: int
    updates: int
    longest: int
    batch: Callable[[int, np.random.Generator], Batch]
    score: Callable[[Sequential], Array]
    loss: Loss = softmax_cross_entropy
    last: bool = False
    carried: bool = False


def tanh(recurrent: object = None) -> Maker:
    return lambda n, H, _, rngs: Recurrent(n, H, rngs, recurrent=recurrent, dtype=np.float32)  # type: ignore[arg-type]


def lstm(start: str = "forget 1", kind: type[LSTM] = LSTM, **parts: object) -> Maker:
    def make(n: int, H: int, longest: int, rngs: Rngs) -> LSTM:
        fixed = {"forget 1": {"forget": 1.0}, "input -3": {"input": -3.0}, "zeros": {}}
        bias = chrono(longest) if start == "chrono" else gate_biases(**fixed[start])
        return kind(n, H, rngs, bias=bias, dtype=np.float32, **parts)  # type: ignore[arg-type]

    return make


def gru(start: str = "zeros") -> Maker:
    def make(n: int, H: int, longest: int, rngs: Rngs) -> GRU:
        return GRU(n, H, rngs, bias=chrono(longest) if start == "chrono" else None, dtype=np.float32)

    return make


# The number of total inputs a unit has, and the two starts.
NETS: dict[str, tuple[int, dict[str, Maker]]] = {
    "tanh": (1, {"uniform": tanh(), "orthogonal": tanh(orthogonal())}),
    "LSTM": (4, {"forget 1": lstm(), "chrono": lstm("chrono")}),
    "GRU": (3, {"zeros": gru(), "chrono": gru("chrono")}),
}


def units(blocks: int, n_in: int, n_out: int, parameters: int) -> int:
    """The number of units that brings cell and output layer nearest to the number of parameters."""
    return min(range(2, 1000), key=lambda H: abs(count(blocks, n_in, n_out, H) - parameters))


def count(blocks: int, n_in: int, n_out: int, H: int) -> int:
    """The parameters of a cell with H units and its output layer."""
    return blocks * H * (n_in + H + 1) + n_out * (H + 1)


def train(task: Task, make: Maker, H: int, rates: Sequence[float], seeds: Sequence[int]) -> Sequential:
    """Train a net for every rate and seed, all on the same batches; return them as one net."""
    rngs = [np.random.default_rng(seed) for _ in rates for seed in seeds]
    cell = make(task.inputs, H, task.longest, rngs)
    top = Dense(H, task.outputs, rngs, dtype=np.float32)
    net = Sequential(cell, LastStep(), top) if task.last else Sequential(cell, EachStep(top))
    updates, data = task.updates, np.random.default_rng([*seeds])
    each = np.repeat(np.array(rates, dtype=np.float32), len(seeds))
    schedule, rule = linear(each, updates), Adam(each)
    start: State | None = None
    for t in range(updates):
        x, d, mask = task.batch(t, data)
        loss = mean_over_cases(task.loss if task.last else each_step(task.loss, mask))
        h, cell_cache = cell.forward(x.astype(np.float32), start)
        above = Sequential(*net.layers[1:])
        y, cache = above.forward(h)
        dh, grads = above.backward(loss(y, d.astype(np.float32))[1], cache)
        if task.carried:
            start = cell.last_state(cell_cache)
        rule.learning_rate = schedule(t).astype(np.float32)
        grads = {f"0.{name}": g for name, g in cell.gradients(dh, cell_cache).items()} | {
            f"{int(name[0]) + 1}{name[1:]}": g for name, g in grads.items()
        }
        rule.step(net.params, clip_by_norm(grads, CLIP, runs=len(each)))
    return net


# --- The tasks ---------------------------------------------------------------------------------------


def fixed(draw: Callable[..., tuple[Array, ...]], *sizes: int) -> tuple[Callable[..., Batch], Batch]:
    """Batches of a task with one length a batch, and a test batch of its own."""

    def batch(_: int, rng: np.random.Generator, cases: int = CASES) -> Batch:
        x, d, *mask = draw(*sizes, cases, rng)
        return x, d, mask[0] if mask else None

    return batch, batch(0, np.random.default_rng(7), 300)


def adding(T: int = 50) -> Task:
    batch, (x, d, _) = fixed(datasets.adding, T)

    def score(net: Sequential) -> Array:
        return (np.abs(net.forward(x.astype(np.float32))[0] - d) < 0.04).mean(axis=(-2, -1))

    return Task(2, 1, 1200, 600, T, batch, score, sum_of_squares, last=True)


def temporal_order(T: int = 50) -> Task:
    batch, (x, d, _) = fixed(datasets.temporal_order, T)

    def score(net: Sequential) -> Array:
        return (net.forward(x.astype(np.float32))[0].argmax(-1) == d.argmax(-1)).mean(axis=-1)

    return Task(8, 4, 1200, 600, T, batch, score, last=True)


def copying(delay: int = 10) -> Task:
    batch, (x, d, mask) = fixed(datasets.copying, delay)

    def score(net: Sequential) -> Array:
        right = net.forward(x.astype(np.float32))[0].argmax(-1) == d.argmax(-1)
        return right[..., mask].mean(axis=-1)

    return Task(6, 6, 3000, 800, delay + 10, batch, score)


def parity(T: int = 12, tested: int = 1000) -> Task:
    """Learned on T bits; right is a sequence of `tested` bits with no mistake."""
    batch, _ = fixed(datasets.parity, T)
    x, d = datasets.parity(tested, 50, np.random.default_rng(7))

    def score(net: Sequential) -> Array:
        y = net.forward(x.astype(np.float32))[0]
        return ((y > 0) == (d > 0.5)).all(axis=(-3, -1)).mean(axis=-1)

    return Task(1, 1, 300, 1500, T, batch, score, logistic_cross_entropy)


def embedded() -> Task:
    """The embedded Reber grammar, one string at a time; right is a string with every next letter legal."""

    def strings(rng: np.random.Generator, number: int) -> list[str]:
        return [datasets.embedded_reber(rng) for _ in range(number)]

    def batch(_: int, rng: np.random.Generator) -> Batch:
        x, mask = datasets.letters_one_hot(strings(rng, CASES))
        return x[:-1], x[1:], mask[1:]

    test = strings(np.random.default_rng(7), 300)
    x, mask = datasets.letters_one_hot(test)
    legal = np.zeros(x.shape, dtype=bool)  # which letters may follow
    for n, string in enumerate(test):
        for t in range(1, len(string)):
            legal[t - 1, n, ["BTPSXVE".index(letter) for letter in datasets.legal(string[:t])]] = True

    def score(net: Sequential) -> Array:
        said = np.eye(7, dtype=bool)[net.forward(x[:-1].astype(np.float32))[0].argmax(-1)]
        return ((said & legal[:-1]).any(-1) | ~mask[1:]).all(axis=-2).mean(axis=-1)

    return Task(7, 7, 1000, 400, 20, batch, score)


def continual(chunk: int = 40, streams: int = 16) -> Task:
    """Embedded strings end to end, state carried; right is the letter that repeats its string's second."""
    length = 600 * chunk
    x, d, _ = datasets.reber_stream(length, streams, np.random.default_rng(5))

    def batch(t: int, _: np.random.Generator) -> Batch:
        part = slice(t * chunk % length, t * chunk % length + chunk)
        return x[part], d[part], None

    x_test, d_test, outer = datasets.reber_stream(2000, streams, np.random.default_rng(7))
    outer[:100] = False

    def score(net: Sequential) -> Array:
        right = net.forward(x_test.astype(np.float32))[0].argmax(-1) == d_test.argmax(-1)
        return right[..., outer].mean(axis=-1)

    return Task(7, 7, 1000, 1000, chunk, batch, score, carried=True)


def some(x: Array, d: Array, mask: Array, rng: np.random.Generator) -> Batch:
    """A batch of words, no longer than its longest."""
    chosen = rng.choice(x.shape[1], CASES, replace=False)
    T = int(mask[:, chosen].any(axis=1).nonzero()[0].max()) + 1
    return x[:T, chosen], d[:T, chosen], mask[:T, chosen]


def share(found: Sequence[Sequence[bool]]) -> Array:
    return np.array([np.mean(one) for one in found])


def spelled(language: str) -> list[str]:
    """The numerals to be learned: English ones below ten thousand, Korean ones below a hundred million."""
    rng = np.random.default_rng(3)
    if language == "English":
        return [datasets.english(n) for n in rng.permutation(np.arange(1, 10_000))[:NUMBERS]]
    digits = rng.integers(1, 9, size=3 * NUMBERS)
    return [datasets.korean(n) for n in np.unique([rng.integers(10 ** (k - 1), 10**k) for k in digits])]


def numerals(language: str, updates: int) -> Task:
    """Numerals letter by letter; right is what is written freely and can be read."""
    words = spelled(language)
    read = {"English": datasets.read_english, "Korean": datasets.read_korean}[language]
    alphabet = datasets.Alphabet(words)
    data = alphabet.one_hot(words)

    def score(net: Sequential) -> Array:
        found = alphabet.sample(net.astype(np.float64), 300, np.random.default_rng(7))
        return share([[read(word) is not None for word in one] for one in found])

    K = len(alphabet.symbols)
    return Task(K, K, 6000, updates, alphabet.longest, lambda _, rng: some(*data, rng), score)


def answering(language: str, to_words: bool, updates: int) -> Task:
    """0045=… to the numeral, or back; right is the whole answer, for numbers that were not learned."""
    spell = {"English": datasets.english, "Korean": datasets.korean}[language]
    numbers = np.random.default_rng(3).permutation(np.arange(1, 10_000))[: NUMBERS + 300]
    pairs = [(f"{n:04d}", spell(n)) if to_words else (spell(n), f"{n:04d}") for n in numbers]
    lines = [f"{asked}={said}" for asked, said in pairs]
    alphabet = datasets.Alphabet(lines)
    data, new = alphabet.one_hot(lines[:NUMBERS], after="="), pairs[NUMBERS:]

    def score(net: Sequential) -> Array:
        found = alphabet.answer(net.astype(np.float64), [f"{asked}=" for asked, _ in new])
        return share([[a == said for a, (_, said) in zip(one, new, strict=True)] for one in found])

    K = len(alphabet.symbols)
    return Task(K, K, 6000, updates, alphabet.longest, lambda _, rng: some(*data, rng), score)


TASKS: dict[str, Callable[[], Task]] = {
    "adding": adding,
    "temporal order": temporal_order,
    "copying": copying,
    "parity": parity,
    "embedded grammar": embedded,
    "continual grammar": continual,
    "English numerals": lambda: numerals("English", 600),
    "Korean numerals": lambda: numerals("Korean", 800),
    "English digits to words": lambda: answering("English", True, 800),
    "Korean digits to words": lambda: answering("Korean", True, 1000),
    "English words to digits": lambda: answering("English", False, 800),
    "Korean words to digits": lambda: answering("Korean", False, 1000),
}

# --- Parts taken away or changed, at equal numbers of units ------------------------------------------


def couple(arrays: dict[str, Array], gradient: bool = False) -> dict[str, Array]:
    """Let the rows of i be those of f, negated, so that i = 1 − f; in place, the runs in front."""
    for rows in arrays.values():
        _, i, f, _ = np.split(rows, 4, axis=1)  # views
        if gradient:
            f -= i  # what reaches f by itself, and through i
        i[...] = -f
    return arrays


class CoupledLSTM(LSTM):
    """An LSTM with i = 1 − f. Adam keeps the rows coupled; in the gradient's length they count twice."""

    def __init__(self, n_in: int, n_hidden: int, rng: Rngs, bias: GateBiases, dtype: DTypeLike) -> None:
        super().__init__(n_in, n_hidden, rng, bias=bias, dtype=dtype)
        couple(self.params)

    def gradients(self, dy: Array, cache: Unrolling) -> dict[str, Array]:
        return couple(super().gradients(dy, cache), gradient=True)


SIZES = {"small": 6_000, "large": 600_000}
UNITS = {"adding": 16, "English numerals": 32}


def lesser(task: str) -> dict[str, tuple[int, dict[str, Maker]]]:
    """The variants for a task, each with a start that suits it: biases for long memory only in adding."""
    start, without = ("chrono", "input -3") if task == "adding" else ("forget 1", "zeros")
    return {
        "whole": (4, {start: lstm(start)}),
        "no input gate": (3, {start: lstm(start, gates=("forget", "output"))}),
        "no forget gate": (3, {without: lstm(without, gates=("input", "output"))}),
        "no output gate": (3, {start: lstm(start, gates=("input", "forget"))}),
        "no tanh of c": (4, {start: lstm(start, squash=False)}),
        "i = 1 - f": (3, {start: lstm(start, CoupledLSTM)}),
        "peepholes": (4, {start: lstm(start, PeepholeLSTM)}),
    }


def report(task: str, name: str, net: tuple[int, dict[str, Maker]], learned: Task, H: int) -> None:
    """Choose start and rate on the seeds for tuning, then print a line for every other seed."""
    begun, (blocks, starts) = time.process_time(), net
    size = count(blocks, learned.inputs, learned.outputs, H)
    size += 3 * H if name == "peepholes" else 0  # from each cell to its three gates
    head = f"{task},{name},{H},{size}"
    tried: dict[tuple[str, float], float] = {}
    for start, make in starts.items():
        found = learned.score(train(learned, make, H, RATES, TUNING)).reshape(len(RATES), -1)
        for rate, row in zip(RATES, found, strict=True):
            tried[start, rate] = float(row.mean())
            for seed, share in zip(TUNING, row, strict=True):
                print(f"{head},{start},{rate:g},{seed},tuning,{share:.3f}", flush=True)
    start, rate = max(tried, key=lambda key: (tried[key], -abs(np.log(100 * key[1]))))  # of equals the middle
    found = learned.score(train(learned, starts[start], H, (rate,), SEEDS))
    for seed, share in zip(SEEDS, found, strict=True):
        print(f"{head},{start},{rate:g},{seed},run,{share:.3f}", flush=True)
    spent = time.process_time() - begun
    print(f"{task}, {name}: {start}, {rate:g}, {np.round(found, 2)}, {spent:.0f} s", file=sys.stderr)


def microseconds(make: Maker, H: int, signs: int = 24, steps: int = 50, tries: int = 7) -> float:
    """The time of one step of 32 cases, forward and back, in processor time: the median of some tries."""
    rng = np.random.default_rng(0)
    cell = make(signs, H, steps, [rng])
    x = rng.normal(size=(steps, CASES, signs)).astype(np.float32)
    dy = rng.normal(size=(1, steps, CASES, H)).astype(np.float32)
    spent = []
    for _ in range(tries + 1):
        begun = time.process_time()
        cell.gradients(dy, cell.forward(x)[1])
        spent.append(time.process_time() - begun)
    return 1e6 * float(np.median(spent[1:])) / steps


def main(chosen: Sequence[str] = ()) -> None:
    """Print one line for each task, net, start, rate and seed."""
    print("task,net,units,parameters,start,rate,seed,kind,value")
    for task, build in TASKS.items():
        if not chosen or task in chosen:
            for name, net in NETS.items():
                learned = build()
                H = units(net[0], learned.inputs, learned.outputs, learned.parameters)
                report(task, name, net, learned, H)
    for size, parameters in SIZES.items():
        if not chosen or "time" in chosen:
            for name, (blocks, starts) in NETS.items():
                H = units(blocks, 24, 24, parameters)
                spent = microseconds(next(iter(starts.values())), H)
                print(f"time,{name},{H},{count(blocks, 24, 24, H)},{size},0,0,run,{spent:.0f}", flush=True)
    for task, H in UNITS.items():
        if not chosen or f"parts of {task}" in chosen:
            for name, net in lesser(task).items():
                report(f"parts of {task}", name, net, TASKS[task](), H)


if __name__ == "__main__":
    main(sys.argv[1:])
