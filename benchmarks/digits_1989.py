"""The net of 1989 and its rivals on the bundled digits: `python -m benchmarks.digits_1989 > FILE`.

1,297 of the 1,797 digits train, 500 test, brought to 16 × 16 pixels: six random splits, and six where 500
digits that follow one another in the file are held out, which is to stand for new writers. Every net has a
learning rate chosen on two further splits, 23 passes with the digits as they are and 60 with distorted
copies. It takes some minutes; what it printed is kept as `backprop/data/zip_codes.csv`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import numpy as np

from backprop import (
    Adam,
    Convolution,
    GradientDescent,
    Sequential,
    mean_over_cases,
    sum_of_squares,
    train_minibatches,
)
from backprop.data import datasets
from backprop.data.images import distort, resize
from backprop.layers.layer import Array
from backprop.zipcodes import Unshared, zip_code_net

from .zip_codes import fully_connected

TEST, SIZE, COPIES = 500, 10, 12
PASSES = {"as they are": 23, "distorted": 60}
SPLITS = [*(("random", seed) for seed in range(6)), *(("block", 300 * i) for i in range(6))]
TUNING = [("random", 100), ("block", 150)]
RATES = {
    Adam: (0.00025, 0.0005, 0.001, 0.002, 0.004),
    GradientDescent: (0.01, 0.02, 0.03, 0.05, 0.07, 0.1),
}
Rngs = Sequence[np.random.Generator]


def dense(hidden: int) -> Callable[[Rngs], Sequential]:
    """A maker of fully connected nets with one hidden layer."""
    return lambda rngs: fully_connected(rngs, hidden, np.float32)


def shared(rngs: Rngs) -> Sequential:
    return zip_code_net(rngs, dtype=np.float32)


def unshared(rngs: Rngs) -> Sequential:
    """The same wiring, every unit with weights of its own."""
    layers, sizes = list(shared(rngs).layers), iter((16, 8))
    for i, layer in enumerate(layers):
        if isinstance(layer, Convolution):
            layers[i] = Unshared(layer, next(sizes), rngs)
    return Sequential(*layers)


NETS = {"1989": shared, "unshared": unshared, "256-36-10": dense(36), "256-242-10": dense(242)}


def parts(splits: Sequence[tuple[str, int]], train: int = 1297) -> list[Array]:
    """Training images and labels, test images and labels, with the splits along axis 0."""
    X, labels = datasets.digits()
    X = (2 * resize(X, 16) - 1).astype(np.float32)
    found = []
    for kind, number in splits:
        rng = np.random.default_rng(number)
        order = rng.permutation(len(X)) if kind == "random" else np.roll(np.arange(len(X)), -number)
        kept = rng.permutation(order[TEST:])[:train]
        found.append((X[kept], labels[kept], X[order[:TEST]], labels[order[:TEST]]))
    return [np.stack(part) for part in zip(*found, strict=True)]


def copies(x: Array, number: int = COPIES) -> list[Array]:
    """The images themselves and distorted copies of them."""
    rng = np.random.default_rng(7)
    return [x, *(distort(x, rng, background=-1.0) for _ in range(number - 1))]


def errors(
    make: Callable[[Rngs], Sequential],
    data: Sequence[Array],
    rule: type[GradientDescent],
    rate: float,
    passes: int,
    sets: Sequence[Array],
) -> Array:
    """Train one net for each split, pass after pass on the next of the sets; errors on test in percent."""
    _, t, x_test, t_test = data
    runs = [np.random.default_rng(1000 + i) for i in range(len(t))]
    net, step = make(runs), rule(rate)
    targets = (2 * np.eye(10, dtype=np.float32) - 1)[t]
    loss = mean_over_cases(sum_of_squares)
    for number in range(passes):
        x = sets[number % len(sets)]
        train_minibatches(net, loss, x, targets, step, 1, size=SIZE, rng=runs, keep_diverged=True)
    found: Array = 100 * (net.forward(x_test)[0].argmax(axis=-1) != t_test).mean(axis=-1)
    return found


def nearest(x: Array, t: Array, x_test: Array, t_test: Array) -> float:
    """The error of taking the label of the training image that is nearest, pixel by pixel."""
    distances = (x**2).sum(axis=1) - 2 * x_test @ x.T
    return float(100 * (t[distances.argmin(axis=1)] != t_test).mean())


def main() -> None:
    """Choose the rates, train everything, and print one line for each net and split."""
    tuning, data = parts(TUNING), parts(SPLITS)
    distorted = copies(data[0])
    print("net,rule,rate,digits,split,number,error")

    def report(net: str, rule: str, rate: float, digits: str, found: Sequence[float] | Array) -> None:
        for (kind, number), error in zip(SPLITS, found, strict=True):
            print(f"{net},{rule},{rate:g},{digits},{kind},{number},{error:.1f}", flush=True)

    for digits, sets in (("as they are", [data[0]]), ("distorted", distorted)):
        found = []
        for i in range(len(SPLITS)):
            x, t = np.concatenate([part[i] for part in sets]), np.tile(data[1][i], len(sets))
            found.append(nearest(x, t, data[2][i], data[3][i]))
        report("nearest", "", 0, digits, found)
    for name, make in NETS.items():
        for rule, rates in RATES.items():
            tried = {rate: errors(make, tuning, rule, rate, 23, tuning[:1]).mean() for rate in rates}
            rate = min(tried, key=lambda rate: tried[rate])
            print(
                name, rule.__name__, {rate: round(float(e), 1) for rate, e in tried.items()}, file=sys.stderr
            )
            for digits, sets in (("as they are", data[:1]), ("distorted", distorted)):
                if digits == "as they are" or rule is Adam:
                    found = errors(make, data, rule, rate, PASSES[digits], sets)
                    report(name, rule.__name__, rate, digits, found)


if __name__ == "__main__":
    main()
