"""The data of the classic experiments: generated or bundled, never downloaded by default.

Inputs are float64 arrays of shape (N, features). Targets for a single ±1 unit have shape (N,);
targets for a net have shape (N, outputs). Sequences, re-exported here from modules of their own, are
(T, N, features).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from importlib.resources import files
from typing import TypeVar

import numpy as np

from ..layers.layer import Array
from .alphabet import Alphabet as Alphabet
from .alphabet import Ngrams as Ngrams
from .grammar import embedded_reber as embedded_reber
from .grammar import legal as legal
from .grammar import letters_one_hot as letters_one_hot
from .grammar import reber_stream as reber_stream
from .kinship import family_trees as family_trees
from .numerals import english as english
from .numerals import jamo as jamo
from .numerals import korean as korean
from .numerals import read_english as read_english
from .numerals import read_korean as read_korean
from .sequences import a_n_b_n as a_n_b_n
from .sequences import adding as adding
from .sequences import copying as copying
from .sequences import counting as counting
from .sequences import latch as latch
from .sequences import parity as parity
from .sequences import recall as recall
from .sequences import temporal_order as temporal_order
from .sequences import temporal_xor as temporal_xor

Key = TypeVar("Key")

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def truth_table(name: str) -> tuple[Array, Array]:
    """Return the four corners X (4, 2) and the answers t (4,), 0 or 1, of AND, OR, NAND or XOR.

    >>> truth_table("XOR")[1]
    array([0., 1., 1., 0.])
    """
    tables = {"AND": "0001", "OR": "0111", "NAND": "1110", "XOR": "0110"}
    if name not in tables:
        raise ValueError(f"truth_table expects one of {', '.join(tables)}, got {name!r}")
    return CORNERS.copy(), np.array([float(answer) for answer in tables[name]])


def symmetry(bits: int = 6) -> tuple[Array, Array]:
    """Return all 2^bits binary vectors X (2^bits, bits), in counting order, and d (2^bits, 1).

    d is 1 where the vector reads the same from both ends: the task of Figure 1 of Rumelhart et al.
    1986, whose vectors have six bits.

    >>> X, d = symmetry()
    >>> X.shape, int(d.sum())
    ((64, 6), 8)
    """
    if bits < 2 or bits % 2:
        raise ValueError(f"symmetry expects an even number of bits of at least 2, got {bits}")
    X = (np.arange(2**bits)[:, None] >> np.arange(bits)[::-1] & 1).astype(float)
    return X, (X[:, ::-1] == X).all(axis=1, keepdims=True).astype(float)


def separable(
    n: int, rng: np.random.Generator, *, features: int = 2, margin: float = 0.1
) -> tuple[Array, Array]:
    """Return n points uniform in [−1, 1]^features and their side (±1) of a random hyperplane.

    Points nearer to it than `margin` are drawn anew, so the two classes are linearly separable.
    """
    if n < 1 or features < 1:
        raise ValueError(f"separable expects n and features of at least 1, got {n} and {features}")
    if not 0 <= margin <= 0.5:
        raise ValueError(f"separable expects a margin between 0 and 0.5, got {margin}")
    normal = rng.standard_normal(features)
    normal /= np.linalg.norm(normal)
    offset = rng.uniform(-0.3, 0.3)
    X = np.empty((0, features))
    while len(X) < n:
        more = rng.uniform(-1, 1, (2 * n, features))
        X = np.vstack([X, more[np.abs(more @ normal + offset) >= margin]])
    X = X[:n]
    return X, np.where(X @ normal + offset > 0, 1, -1)


def two_gaussians(
    n: int,
    rng: np.random.Generator,
    *,
    centre: tuple[float, float] = (0.4, 0.8),
    sigma: float = 0.19,
) -> tuple[Array, Array]:
    """Return n points, half around `centre` with t = +1, half around −`centre` with t = −1.

    The defaults are the example of LeCun et al. 1998 (100 points, centres ±(.4, .8)).
    """
    if n < 2 or n % 2:
        raise ValueError(f"two_gaussians expects an even n of at least 2, got {n}")
    t = np.repeat([1, -1], n // 2)
    return t[:, None] * np.array(centre) + rng.normal(0, sigma, (n, 2)), t


def one_hot(labels: Array, classes: int) -> Array:
    """Return targets (N, classes): a 1 in the column of each label, 0 elsewhere.

    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(f"one_hot expects labels of shape (N,) and integer dtype, got {labels!r:.60}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"one_hot expects labels from 0 to {classes - 1}, got {labels.min()} to {labels.max()}"
        )
    return np.eye(classes)[labels]


def digits() -> tuple[Array, Array]:
    """Return 1,797 handwritten digits X (1797, 64), pixels from 0 to 1, and labels (1797,) int.

    Bundled: Alpaydin and Kaynak's Optical Recognition of Handwritten Digits (UCI, CC BY 4.0), as
    scikit-learn has it, in the same order.
    """
    with (files("backprop") / "data" / "digits.npz").open("rb") as file, np.load(file) as data:
        return data["images"].reshape(-1, 64) / 16.0, data["labels"].astype(int)


def zip_code_runs() -> dict[tuple[str, str, str, str], Array]:
    """Return recorded errors of the nets of LeCun et al. 1989 and their rivals on `digits()`, in percent.

    Keys are (net, rule, digits, split), where digits are "as they are" or "distorted" in training and the
    split is "random" or "block"; each has the test errors of six splits, the same for all nets. Bundled:
    what `python -m benchmarks.digits_1989` printed.
    """
    return _kept("zip_codes.csv", "error", lambda row: (row["net"], row["rule"], row["digits"], row["split"]))


def long_lag_runs() -> dict[tuple[str, int, str, float], Array]:
    """Return after how many updates recurrent nets had learned tasks of Hochreiter and Schmidhuber 1997.

    Keys are (task, T, net, rate), the task "adding" or "order" (6a), T the least length of the sequences;
    each has the updates of five seeds until ten batches of 32 in a row were more than .95 right, −1 where
    1,000 did not do. The names of the nets say where the biases of their gates start. Bundled: what
    `python -m benchmarks.long_lags` printed.
    """

    def key(row: dict[str, str]) -> tuple[str, int, str, float]:
        return row["task"], int(row["T"]), row["net"], float(row["rate"])

    return {key: found.astype(int) for key, found in _kept("long_lags.csv", "solved", key).items()}


def sequence_runs() -> dict[tuple[str, str, str, str, float], Array]:
    """Return what recurrent nets got right on the tasks of the page on sequences, one share for each seed.

    The keys are (task, net, kind, start, rate): `kind` is "tuning" for the runs by which a start and a
    learning rate were chosen and "run" for those on other seeds with the chosen pair. Under the task "time"
    stand microseconds of a step, for nets that are "small" or "large" in place of a start. Kept is what
    `python -m benchmarks.sequences` printed.
    """

    def key(row: dict[str, str]) -> tuple[str, str, str, str, float]:
        return row["task"], row["net"], row["kind"], row["start"], float(row["rate"])

    return _kept("sequences.csv", "value", key)


def _kept(name: str, column: str, key: Callable[[dict[str, str]], Key]) -> dict[Key, Array]:
    """The numbers of a column of a bundled table, together for the rows that have the same key."""
    numbers: dict[Key, list[float]] = {}
    with (files("backprop") / "data" / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            numbers.setdefault(key(row), []).append(float(row[column]))
    return {each: np.array(values) for each, values in numbers.items()}


def split(X: Array, labels: Array, test: int, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Shuffle the cases and set `test` of them aside.

    Returns training inputs, training labels, test inputs, test labels.
    """
    if len(X) != len(labels):
        raise ValueError(f"split expects as many labels as inputs, got {len(labels)} and {len(X)}")
    if not 0 < test < len(X):
        raise ValueError(f"split expects a test set of 1 to {len(X) - 1} cases, got {test}")
    order = rng.permutation(len(X))
    return X[order[test:]], labels[order[test:]], X[order[:test]], labels[order[:test]]
