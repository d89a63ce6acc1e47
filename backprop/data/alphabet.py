"""Words as sequences of symbols, to be foretold one symbol at a time: by a net, or by a table of counts.

`Alphabet` makes words into one-hot sequences and lets a net write. `Ngrams` writes by counting what followed
the last few symbols and is the control: what it does as well needs no long memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..layers.layer import Array, Layer, Sequential
from ..layers.steps import EachStep
from ..layers.unrolled import State, Unrolled

END = "."
CUT = "…"


class Alphabet:
    """The symbols of some words: ".", which stands before and behind every word, then their own in order.

    >>> Alphabet(["이", "십이"]).symbols
    '.십이'
    """

    def __init__(self, words: Sequence[str]) -> None:
        _check_words("Alphabet", words)
        self.symbols = END + "".join(sorted(set("".join(words))))
        self.longest = max(map(len, words))

    def one_hot(self, words: Sequence[str], after: str = "") -> tuple[Array, Array, Array]:
        """Return x and d (T, N, K), at every step a symbol and the one that follows it, and mask (T, N).

        x begins with ".", d ends with it; T is one more than the longest word's length. `mask` is True for
        the steps of each word, or only where d comes behind the first symbol `after` (say, "=").

        >>> x, d, mask = Alphabet(["이", "십이"]).one_hot(["이", "십이"])
        >>> x.shape, d[:, 1].argmax(axis=1), mask.sum(axis=0)
        ((3, 2, 3), array([1, 2, 0]), array([2, 3]))
        """
        _check_words("one_hot", words)
        self._check("one_hot", "".join(words))
        if after and any(after not in word for word in words):
            raise ValueError(f"one_hot expects {after!r} in every word")
        T, N = max(map(len, words)) + 1, len(words)
        x, d = np.zeros((2, T, N, len(self.symbols)))
        first = np.zeros(N, dtype=int)
        for case, word in enumerate(words):
            codes = [self.symbols.index(symbol) for symbol in END + word + END]
            steps = np.arange(len(codes) - 1)
            x[steps, case, codes[:-1]] = d[steps, case, codes[1:]] = 1
            first[case] = word.index(after) + 1 if after else 0
        return x, d, x.any(axis=-1) & (np.arange(T)[:, None] >= first)

    def sample(
        self,
        net: Sequential | Sequence[Layer],
        count: int,
        rng: np.random.Generator,
        longest: int | None = None,
    ) -> list[Any]:
        """Let a net write `count` words, one symbol at a time, each drawn with the probability that it gives.

        `net` is Sequential(recurrent layer, EachStep(Dense)), or the pair (recurrent layer, Dense), or has
        several recurrent layers, and gives the total inputs of a softmax. A word that does not end within
        `longest` symbols (where left out: as many as the longest word has) is cut and has "…" behind it. With
        a runs axis, there is a list of words for each run.
        """

        def draw(a: Array) -> Array:
            chances = np.exp(a - a.max(axis=-1, keepdims=True)).cumsum(axis=-1)
            thrown = rng.random((*a.shape[:-1], 1)) * chances[..., -1:]
            return np.asarray((chances <= thrown).sum(axis=-1))

        if count < 1:
            raise ValueError(f"sample expects a count of at least 1, got {count}")
        return self._write("sample", net, [""] * count, draw, longest)

    def answer(
        self, net: Sequential | Sequence[Layer], questions: Sequence[str], longest: int | None = None
    ) -> list[Any]:
        """Let a net finish words that begin with the given ones, always with its most probable symbol.

        Returns what comes behind each question; `longest` counts the symbols of both. Otherwise as `sample`.
        """
        _check_words("answer", questions)
        self._check("answer", "".join(questions))
        return self._write("answer", net, questions, lambda a: a.argmax(axis=-1), longest)

    def _write(
        self,
        owner: str,
        net: Sequential | Sequence[Layer],
        openings: Sequence[str],
        choose: Callable[[Array], Array],
        longest: int | None,
    ) -> list[Any]:
        """Read each opening, then write on: all words at once, one step of the net for each symbol."""
        layers = list(net.layers if isinstance(net, Sequential) else net)
        recurrent = [layer for layer in layers if isinstance(layer, Unrolled)]
        if not recurrent:
            raise ValueError(f"{owner} expects a net with a recurrent layer, got {layers!r:.60}")
        longest = self.longest if longest is None else longest
        if longest < max(1, *map(len, openings)):
            raise ValueError(f"{owner} expects longest of at least 1 and of each question, got {longest}")
        symbols = np.eye(len(self.symbols), dtype=recurrent[0].params["W"].dtype)
        states: list[State | None] = [None] * len(layers)
        codes = np.zeros(len(openings), dtype=int)
        ended = codes > 0
        written: list[Array] = []
        for t in range(longest + 1):
            y = symbols[codes]
            for k, layer in enumerate(layers):
                if isinstance(layer, Unrolled):
                    y, states[k] = layer.step(y, states[k])
                else:
                    y = (layer.row if isinstance(layer, EachStep) else layer).forward(y)[0]
            if y.shape[-1] != len(symbols):
                raise ValueError(f"{owner} expects a net with {len(symbols)} outputs, got {y.shape[-1]}")
            given = np.array([self.symbols.index(word[t]) if t < len(word) else -1 for word in openings])
            codes = np.where(given >= 0, given, choose(y))
            written.append(codes)
            ended = ended | (codes == 0)
            if ended.all():
                break
        return self._words(np.stack(written, axis=-1), [len(word) for word in openings])

    def _words(self, codes: Array, starts: list[int]) -> list[Any]:
        """Codes (N, T), or (runs, N, T), as words that begin at `starts`."""
        if codes.ndim > 2:
            return [self._words(run, starts) for run in codes]
        lines = ["".join(self.symbols[code] for code in row) for row in codes]
        return [
            line[start:].partition(END)[0] if END in line else line[start:-1] + CUT
            for line, start in zip(lines, starts, strict=True)
        ]

    def _check(self, owner: str, text: str) -> None:
        strange = sorted(set(text) - set(self.symbols[1:]))
        if strange:
            raise ValueError(f"{owner} expects symbols of {self.symbols[1:]!r}, got {''.join(strange)!r}")


class Ngrams:
    """How often each symbol followed each n − 1 symbols: a table of counts that writes words.

    `followers` has under each n − 1 symbols (with "." before the beginning of a word) every symbol that came
    next, as often as it came.

    >>> Ngrams(["이", "십이", "십"], 2).followers
    {'.': '이십십', '이': '..', '십': '이.'}
    """

    def __init__(self, words: Sequence[str], n: int) -> None:
        _check_words("Ngrams", words)
        if n < 1:
            raise ValueError(f"Ngrams expects n of at least 1, got {n}")
        self.n = n
        self.followers: dict[str, str] = {}
        for word in words:
            line = END * (n - 1) + word + END
            for k in range(len(word) + 1):
                before = line[k : k + n - 1]
                self.followers[before] = self.followers.get(before, "") + line[k + n - 1]

    def sample(self, count: int, rng: np.random.Generator) -> list[str]:
        """Write `count` words, each symbol drawn as often as it came behind the n − 1 symbols before it."""
        words = []
        for _ in range(count):
            line = END * (self.n - 1)
            while len(line) == self.n - 1 or line[-1] != END:
                choices = self.followers[line[len(line) - self.n + 1 :]]
                line += choices[rng.integers(len(choices))]
            words.append(line[self.n - 1 : -1])
        return words


def _check_words(owner: str, words: Sequence[str]) -> None:
    if isinstance(words, str) or not len(words) or not all(words):
        raise ValueError(f"{owner} expects a list of words that are not empty, got {words!r:.60}")
    if any(END in word or CUT in word for word in words):
        raise ValueError(f"{owner} expects words without {END!r} and {CUT!r}, which say where a word ends")
