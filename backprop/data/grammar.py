"""The Reber grammar and the embedded one: strings of seven letters, and what may follow what.

A grammar is a list of nodes, each with its letters and the nodes that these lead to; whoever stands where
there are two ways takes either with probability ½. The embedded grammar has two copies of the plain one
inside: the second letter, T or P, says which, and has to come again just before the end (Hochreiter and
Schmidhuber 1997, Figures 3 and 4; the plain grammar is Reber's of 1967).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..layers.layer import Array

LETTERS = "BTPSXVE"
Nodes = tuple[dict[str, int], ...]

#: Node 0 begins, the last one ends: B leads to node 1, from there T to 2 and P to 3, and so on.
PLAIN: Nodes = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
    {},
)


def _copy(first: int, last: str, after: int) -> Nodes:
    """The plain grammar with its nodes counted from `first`; at its end `last` leads to the node `after`."""
    moved = ({letter: first + node for letter, node in ways.items()} for ways in PLAIN[:-1])
    return (*moved, {last: after})


#: Nodes 2 to 9 are the copy after T, 10 to 17 the copy after P; 9 and 17 give the second letter again.
EMBEDDED: Nodes = ({"B": 1}, {"T": 2, "P": 10}, *_copy(2, "T", 18), *_copy(10, "P", 18), {"E": 19}, {})
AGAIN = (9, 17)


def embedded_reber(rng: np.random.Generator) -> str:
    """Return a string of the embedded Reber grammar, at least 9 letters long.

    >>> embedded_reber(np.random.default_rng(0))
    'BPBPVPXTTTTVVEPE'
    """
    return _walk(EMBEDDED, rng)


def _walk(nodes: Nodes, rng: np.random.Generator) -> str:
    node, string = 0, ""
    while nodes[node]:
        ways = list(nodes[node])
        string += ways[rng.integers(len(ways))]
        node = nodes[node][string[-1]]
    return string


def legal(prefix: str, embedded: bool = True) -> set[str]:
    """Return the letters that may follow the beginning of a string, none after a whole string.

    >>> sorted(legal("BT")), sorted(legal("BTBPVVE")), sorted(legal("B", embedded=False))
    (['B'], ['T'], ['P', 'T'])
    """
    nodes, node = EMBEDDED if embedded else PLAIN, 0
    for place, letter in enumerate(prefix):
        if letter not in nodes[node]:
            grammar = "embedded Reber" if embedded else "Reber"
            raise ValueError(
                f"legal expects the beginning of a string of the {grammar} grammar, got {prefix!r}, "
                f"in which {letter!r} may not follow {prefix[:place]!r}"
            )
        node = nodes[node][letter]
    return set(nodes[node])


def letters_one_hot(strings: Sequence[str]) -> tuple[Array, Array]:
    """Return strings as x (T, N, 7), T the longest one's length, and mask (T, N), True within each string.

    The columns are B, T, P, S, X, V, E; behind the end of a string all are 0.

    >>> x, mask = letters_one_hot(["BPVVE", "BTXSE"])
    >>> x.shape, x[:, 1].argmax(axis=1)
    ((5, 2, 7), array([0, 1, 4, 3, 6]))
    """
    if isinstance(strings, str) or not strings or not all(strings):
        raise ValueError(f"letters_one_hot expects a list of strings that are not empty, got {strings!r:.60}")
    strange = sorted(set("".join(strings)) - set(LETTERS))
    if strange:
        raise ValueError(f"letters_one_hot expects the letters {LETTERS} alone, got {''.join(strange)!r}")
    x = np.zeros((max(map(len, strings)), len(strings), len(LETTERS)))
    for case, string in enumerate(strings):
        x[np.arange(len(string)), case, [LETTERS.index(letter) for letter in string]] = 1
    return x, np.asarray(x.any(axis=-1))


def reber_stream(length: int, N: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return N endless streams of embedded strings, cut: x and d (length, N, 7), and outer (length, N).

    One string follows another and nothing else marks where one begins (Gers, Schmidhuber and Cummins 2000). d
    is the next letter, one-hot as x is; `outer` is True where that next letter is the one that repeats the
    second letter of its string.

    >>> x, d, outer = reber_stream(200, 3, np.random.default_rng(0))
    >>> x.shape, bool((x[1:] == d[:-1]).all()), set(d[outer].argmax(axis=1).tolist())
    ((200, 3, 7), True, {1, 2})
    """
    if length < 1 or N < 1:
        raise ValueError(f"reber_stream expects length and N of at least 1, got {length} and {N}")
    all_ways = [list(node.items()) for node in EMBEDDED[:-1]]
    coin_ways = [(ways[0], ways[-1]) for ways in all_ways]  # where there is one way, either coin takes it
    letter_of = np.array([[LETTERS.index(letter) for letter, _ in two] for two in coin_ways])
    leads_to = np.array([[node for _, node in two] for two in coin_ways]) % (len(EMBEDDED) - 1)
    coins = rng.integers(2, size=(length + 1, N))
    nodes = np.zeros((length + 1, N), dtype=int)
    for t in range(length):
        nodes[t + 1] = leads_to[nodes[t], coins[t]]
    letters = np.eye(len(LETTERS))[letter_of[nodes, coins]]
    return letters[:-1], letters[1:], np.isin(nodes[1:], AGAIN)
