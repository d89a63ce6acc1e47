"""Tasks that need a memory: sequences drawn by rule, in which what matters comes long before it is asked for.

Sequences are x (T, N, features), time first and cases second, as the recurrent layers take them. Targets are
d (T, N, outputs) where something is asked at every step, d (N, outputs) where only at the end. A mask (T, N)
is True at the steps that count. All that is random comes from `rng`.
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array


def adding(T: int, N: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return pairs x (T′, N, 2) of a value and a marker, and d (N, 1), the sum of the two marked values.

    Experiment 4 of Hochreiter and Schmidhuber 1997. T′ is drawn from T to 1.1 T, once for the batch. Values
    are uniform in [−1, 1]. The marker is 1 at one of the first ten pairs and at one of the first T/2 − 1 that
    are still unmarked, −1 at the first and the last pair, else 0; d = .5 + (X₁ + X₂)/4. If it is the first
    pair that was chosen, its value is 0 and its marker stays −1.

    >>> x, d = adding(100, 32, np.random.default_rng(0))
    >>> x.shape[1:], 100 <= len(x) <= 110, d.shape
    ((32, 2), True, (32, 1))
    """
    _at_least("adding", T=(T, 11), N=(N, 1))
    steps, cases = _length(T, rng), np.arange(N)
    first, second = rng.integers(10, size=N), rng.integers(T // 2 - 1, size=N)
    second += second >= first  # counts only the pairs that are still unmarked
    x = np.zeros((steps, N, 2))
    x[..., 0] = rng.uniform(-1, 1, (steps, N))
    x[0, (first == 0) | (second == 0), 0] = 0
    x[first, cases, 1] = x[second, cases, 1] = 1
    x[[0, -1], :, 1] = -1
    total = x[first, cases, 0] + x[second, cases, 0]
    return x, 0.5 + total[:, None] / 4


def temporal_order(T: int, N: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return symbols x (T′, N, 8), one-hot, and d (N, 4): in which order did X and Y come?

    Experiment 6a of Hochreiter and Schmidhuber 1997, whose T is 100. The columns are a, b, c, d, X, Y, E, B.
    T′ is drawn from T to 1.1 T, once for the batch. A sequence begins with E and ends with B; an X or a Y
    stands at one of the positions T/10 to T/5, another at T/2 to 6T/10 (counted from 1), and a, b, c or d
    anywhere else. The columns of d are XX, XY, YX and YY.

    >>> x, d = temporal_order(100, 32, np.random.default_rng(0))
    >>> x.shape[1:], d.sum(axis=1).tolist() == [1.0] * 32
    ((32, 8), True)
    """
    _at_least("temporal_order", T=(T, 20), N=(N, 1))
    steps, cases = _length(T, rng), np.arange(N)
    symbols = rng.integers(4, size=(steps, N))
    early = rng.integers(T // 10, T // 5, endpoint=True, size=N)
    late = rng.integers(T // 2, 6 * T // 10, endpoint=True, size=N)
    order = rng.integers(4, size=N)
    symbols[early - 1, cases] = 4 + order // 2
    symbols[late - 1, cases] = 4 + order % 2
    symbols[0], symbols[-1] = 6, 7
    return np.eye(8)[symbols], np.eye(4)[order]


def copying(
    delay: int, N: int, rng: np.random.Generator, *, symbols: int = 4, length: int = 5
) -> tuple[Array, Array, Array]:
    """Return x and d (T, N, symbols + 2), one-hot, and mask (T, N): say again what was said before.

    `length` random symbols, `delay` steps of which the last says "now", and `length` steps in which d repeats
    the symbols: T = delay + 2 · length, and each symbol has to be kept for delay + length steps. The last two
    columns are the blank, which stands wherever no symbol does, and the "now". `mask` is True where d
    repeats. With 8 symbols and length 10 it is the task of Arjovsky, Shah and Bengio 2016.

    >>> x, d, mask = copying(3, 1, np.random.default_rng(0), length=2)
    >>> ["abcd_!"[k] for k in x[:, 0].argmax(axis=1)], ["abcd_!"[k] for k in d[:, 0].argmax(axis=1)]
    (['d', 'c', '_', '_', '!', '_', '_'], ['_', '_', '_', '_', '_', 'd', 'c'])
    """
    _at_least("copying", delay=(delay, 1), N=(N, 1), symbols=(symbols, 1), length=(length, 1))
    said = rng.integers(symbols, size=(length, N))
    given = np.full((delay + 2 * length, N), symbols)
    wanted = given.copy()
    given[:length] = wanted[-length:] = said
    given[-length - 1] = symbols + 1
    mask = np.arange(len(given))[:, None] >= np.full(N, delay + length)
    return np.eye(symbols + 2)[given], np.eye(symbols + 2)[wanted], mask


def latch(
    T: int, N: int, rng: np.random.Generator, *, first: int = 1, variance: float = 0.2
) -> tuple[Array, Array]:
    """Return x (T, N, 1) and d (N, 1): was the beginning 1 (then d is 1) or −1 (then it is 0)?

    The two-sequence problem of Bengio, Simard and Frasconi 1994 as Hochreiter and Schmidhuber 1997 have it
    (Task 3a), but all sequences have T steps: the `first` steps are 1 or −1, equally often, and all later
    ones are noise, normal with mean 0 and the given variance.

    >>> x, d = latch(20, 4, np.random.default_rng(0))
    >>> x[0, :, 0], d[:, 0]
    (array([ 1.,  1.,  1., -1.]), array([1., 1., 1., 0.]))
    """
    _at_least("latch", T=(T, 1), N=(N, 1), first=(first, 1))
    if first > T or not variance >= 0:
        raise ValueError(
            f"latch expects first of at most {T} and variance of at least 0, got {first} and {variance}"
        )
    d = rng.integers(2, size=(N, 1)).astype(float)
    x = rng.normal(0, np.sqrt(variance), (T, N, 1))
    x[:first] = 2 * d - 1
    return x, d


def parity(T: int, N: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return random bits x (T, N, 1) and d (T, N, 1): 1 where the number of ones so far is odd.

    >>> x, d = parity(6, 1, np.random.default_rng(0))
    >>> x.ravel(), d.ravel()
    (array([1., 1., 1., 0., 0., 0.]), array([1., 0., 1., 1., 1., 1.]))
    """
    _at_least("parity", T=(T, 1), N=(N, 1))
    x = rng.integers(2, size=(T, N, 1)).astype(float)
    return x, x.cumsum(axis=0) % 2


def recall(lag: int, T: int, N: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return random bits x (T, N, 1), the bits `lag` steps earlier d (T, N, 1), and mask (T, N).

    For the first `lag` steps there is no such bit: `mask` is False there, and d is 0.

    >>> x, d, mask = recall(2, 6, 1, np.random.default_rng(0))
    >>> x.ravel(), d.ravel(), int(mask.sum())
    (array([1., 1., 1., 0., 0., 0.]), array([0., 0., 1., 1., 1., 0.]), 4)
    """
    _at_least("recall", lag=(lag, 0), T=(T, lag + 1), N=(N, 1))
    x = rng.integers(2, size=(T, N, 1)).astype(float)
    d = np.zeros_like(x)
    d[lag:] = x[: T - lag]
    return x, d, np.arange(T)[:, None] >= np.full(N, lag)


def temporal_xor(triples: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a stream of bits x (3 · triples − 1, 1, 1) and for each the one that follows it, d.

    Of each three bits the first two are random and the third is their exclusive or (Elman 1990); nothing
    marks where three begin, and only every third bit can be foretold.

    >>> x, d = temporal_xor(3, np.random.default_rng(0))
    >>> x.ravel(), d.ravel()
    (array([1., 1., 0., 1., 0., 1., 0., 0.]), array([1., 0., 1., 0., 1., 0., 0., 0.]))
    """
    _at_least("temporal_xor", triples=(triples, 1))
    pairs = rng.integers(2, size=(triples, 2))
    bits = np.column_stack([pairs, pairs[:, 0] ^ pairs[:, 1]]).astype(float).reshape(-1, 1, 1)
    return bits[:-1], bits[1:]


def a_n_b_n(n: int) -> tuple[Array, Array]:
    """Return the string #aⁿbⁿ# as x (2n + 2, 1, 3), one-hot, and d of the same shape, each symbol's next.

    The columns are #, a and b, and after the last # the next string begins. Where one string follows another,
    n can be known only by counting: from the first b on every symbol is certain, before it a or b may come.

    >>> x, d = a_n_b_n(2)
    >>> "".join("#ab"[k] for k in x[:, 0].argmax(axis=1)), "".join("#ab"[k] for k in d[:, 0].argmax(axis=1))
    ('#aabb#', 'aabb#a')
    """
    _at_least("a_n_b_n", n=(n, 1))
    symbols = np.array([0, *[1] * n, *[2] * n, 0, 1])
    return np.eye(3)[symbols[:-1], None], np.eye(3)[symbols[1:], None]


def counting(longest: int, N: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return N strings of `a_n_b_n`, n drawn from 1 to `longest`, as x and d (T, N, 3) and mask (T, N).

    T is that of the longest string drawn; the others are padded with zeros where `mask` is False.

    >>> x, d, mask = counting(20, 4, np.random.default_rng(0))
    >>> x.shape, mask.sum(axis=0)
    ((38, 4, 3), array([38, 28, 24, 14]))
    """
    _at_least("counting", longest=(longest, 1), N=(N, 1))
    lengths = rng.integers(1, longest, endpoint=True, size=N)
    x, d = np.zeros((2, 2 * lengths.max() + 2, N, 3))
    for case, n in enumerate(lengths):
        x[: 2 * n + 2, [case]], d[: 2 * n + 2, [case]] = a_n_b_n(int(n))
    return x, d, np.arange(len(x))[:, None] < 2 * lengths + 2


def _length(T: int, rng: np.random.Generator) -> int:
    """One length from T to 1.1 T for a batch of sequences."""
    return int(rng.integers(T, T + T // 10, endpoint=True))


def _at_least(owner: str, **numbers: tuple[int, int]) -> None:
    """Refuse, with a reason, sizes (got, least) that are no whole numbers or too small."""
    for name, (got, least) in numbers.items():
        if not isinstance(got, int | np.integer) or got < least:
            raise ValueError(f"{owner} expects {name} to be a whole number of at least {least}, got {got!r}")
