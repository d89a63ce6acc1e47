"""The protocol of LeCun et al. (1989) on MNIST: `python -m benchmarks.zip_codes FOLDER`.

The paper's images, from envelopes that passed through Buffalo, cannot be had. In their place 7,291 training
and 2,007 test images are drawn from MNIST's and brought to 16 × 16 pixels. Then as in the paper: one case at
a time in a constant order, 23 passes. FOLDER holds MNIST's four files; what is missing is fetched.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from backprop import Dense, GradientDescent, Layer, LeCunTanh, Sequential, sum_of_squares, train_minibatches
from backprop.data.images import resize
from backprop.data.mnist import MIRROR, mnist
from backprop.drawing.table import table
from backprop.layers.layer import Array
from backprop.zipcodes import start_1989, zip_code_net


class Result(NamedTuple):
    """Misclassified in percent, mean squared error over cases and outputs, and how many cases were wrong."""

    percent: float
    mean_square: float
    wrong: int


def measure(net: Layer, X: Array, labels: Array) -> Result:
    """Show a net all cases of a set."""
    y = net.forward(X)[0]
    wrong = int((y.argmax(axis=1) != labels).sum())
    return Result(100 * wrong / len(X), float(((y - targets(labels)) ** 2).mean()), wrong)


def targets(labels: Array) -> Array:
    """1 for the digit, −1 for the others: the paper says only that they lie in the quasilinear range."""
    return 2 * np.eye(10)[labels] - 1


def sample(X: Array, labels: Array, cases: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw cases without replacement, 16 × 16 pixels from −1 to 1."""
    chosen = rng.permutation(len(X))[:cases]
    return 2 * resize(X[chosen], 16) - 1, labels[chosen]


def fully_connected(
    rng: np.random.Generator | Sequence[np.random.Generator],
    hidden: int = 40,
    dtype: DTypeLike = np.float64,
) -> Sequential:
    """The paper's rival: one hidden layer, with 40 units 10,690 connections."""
    below = Dense(256, hidden, rng, weight=start_1989, dtype=dtype)
    above = Dense(hidden, 10, rng, weight=start_1989, dtype=dtype)
    return Sequential(below, LeCunTanh(), above, LeCunTanh())


def main(argv: list[str] | None = None) -> list[tuple[Result, Result]]:
    """Train both nets, print what each pass has brought, and return the last results of each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.zip_codes", description=__doc__)
    parser.add_argument("folder", help="where MNIST's files are, or shall be")
    parser.add_argument("--mirror", default=MIRROR)
    parser.add_argument("--train", type=int, default=7291)
    parser.add_argument("--test", type=int, default=2007)
    parser.add_argument("--passes", type=int, default=23)
    parser.add_argument("--rate", type=float, default=0.005, help="learning rate; the paper names none")
    parser.add_argument("--seed", type=int, default=1989)
    given = parser.parse_args(argv)

    x, t, x_test, t_test = mnist(given.folder, mirror=given.mirror)
    rng = np.random.default_rng(given.seed)
    x, t = sample(x, t, given.train, rng)
    x_test, t_test = sample(x_test, t_test, given.test, rng)
    nets = {"the net of 1989": zip_code_net(rng), "256-40-10": fully_connected(rng)}
    results = []
    for name, net in nets.items():
        start, rule = time.process_time(), GradientDescent(given.rate)
        print(name)
        for number in range(1, given.passes + 1):
            train_minibatches(net, sum_of_squares, x, targets(t), rule, 1)
            on_train, on_test = measure(net, x, t), measure(net, x_test, t_test)
            print(
                f"  pass {number:2}: train {on_train.percent:5.2f} %, test {on_test.percent:5.2f} %",
                flush=True,
            )
        results.append((on_train, on_test))
        print(f"  {time.process_time() - start:.0f} s")
    rows = [
        [f"{name}, {what}", f"{r.percent:.2f} % ({r.wrong})", paper, f"{r.mean_square:.4f}", paper_square]
        for name, both, papers in zip(nets, results, PAPER, strict=True)
        for (what, r, (paper, paper_square)) in zip(("train", "test"), both, papers, strict=True)
    ]
    print(table(["", "wrong", "paper", "mean square", "paper"], rows))
    print("Other images than the paper's; its mean squares are for targets that it does not state.")
    return results


#: What the paper reports of each net after its training, on the training and on the test set.
PAPER = [
    [(".14 % (10)", ".0025"), ("5.0 % (102)", ".018")],
    [("1.6 %", ""), ("8.1 %", "")],
]

if __name__ == "__main__":
    sys.exit(0 if main() else 1)
