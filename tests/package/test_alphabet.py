"""Words as symbols: what a net is asked, what a net of known weights must write, tables of counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from backprop import GRU, LSTM, Dense, EachStep, LastStep, Recurrent, Sequential, datasets
from backprop.data.datasets import Alphabet, Ngrams


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def counting_net(symbols: str, word: str) -> Sequential:
    """A net that surely writes `word`: the unit of each place is on after that place, whatever is read."""
    places = len(word) + 1
    chain = Recurrent(len(symbols), places, rng())
    chain.params["W"][:] = 0
    chain.params["W"][0, 0] = 20  # the start puts on the first unit
    chain.params["U"][:] = 20 * np.eye(places, k=-1)
    readout = np.zeros((len(symbols), places))
    for place, symbol in enumerate(word + "."):
        readout[symbols.index(symbol), place] = 100
    return Sequential(chain, EachStep(Dense.from_weights(readout, np.zeros(len(symbols)))))


def test_symbols_and_one_hot() -> None:
    alphabet = Alphabet(["다가", "나나나"])
    assert alphabet.symbols == ".가나다" and alphabet.longest == 3
    words = ["나", "가다나", "다가"]
    x, d, mask = alphabet.one_hot(words)
    assert x.shape == d.shape == (4, 3, 4) and mask.shape == (4, 3) and mask.dtype == bool
    for case, word in enumerate(words):
        n = len(word) + 1
        assert "".join(alphabet.symbols[k] for k in x[:n, case].argmax(axis=1)) == "." + word
        assert "".join(alphabet.symbols[k] for k in d[:n, case].argmax(axis=1)) == word + "."
        assert mask[:, case].tolist() == [t < n for t in range(4)]
        assert (x[:, case].sum(axis=1) == mask[:, case]).all() and (
            d[:, case].sum(axis=1) == mask[:, case]
        ).all()


def test_only_what_comes_behind_the_sign_counts() -> None:
    words = ["12=나", "3=다나", "4==나"]
    alphabet = Alphabet(words)
    plain, after = alphabet.one_hot(words), alphabet.one_hot(words, after="=")
    for a, b in zip(plain[:2], after[:2], strict=True):
        np.testing.assert_array_equal(a, b)
    for case, word in enumerate(words):
        asked = "".join(alphabet.symbols[k] for k in after[1][after[2][:, case], case].argmax(axis=1))
        assert asked == word[word.index("=") + 1 :] + "."


def as_strings(alphabet: Any, net: Any, words: list[str]) -> Any:
    """What the net gives as probabilities for each symbol of each word, by the whole forward pass."""
    x, d, mask = alphabet.one_hot(words)
    y = net.forward(x)[0]
    p = np.exp(y - y.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    chosen = np.where(mask, (p * d).sum(axis=-1), 1)
    return chosen.prod(axis=-2)


def test_a_net_writes_what_it_knows() -> None:
    alphabet = Alphabet(["bca", "abcab"])
    net = counting_net(alphabet.symbols, "abcab")
    assert alphabet.sample(net, 7, rng()) == ["abcab"] * 7
    assert alphabet.sample((net.layers[0], net.layers[1].row.layers[0]), 3, rng()) == ["abcab"] * 3
    assert alphabet.sample(net, 2, rng(), 9) == ["abcab"] * 2
    assert alphabet.sample(net, 2, rng(), longest=4) == ["abca…"] * 2
    assert alphabet.sample(net, 1, rng(), longest=1) == ["a…"]
    assert alphabet.answer(net, ["ab", "c", "abcab"]) == ["cab", "bcab", ""]
    assert alphabet.answer(net, ["ab", "c", "a"], longest=3) == ["c…", "bc…", "bc…"]


@pytest.mark.parametrize("make", [Recurrent, LSTM, GRU])
def test_samples_come_with_the_probabilities_of_the_net(make: Any) -> None:
    alphabet = Alphabet(["ab", "b"])
    net = Sequential(make(3, 5, rng(3)), EachStep(Dense(5, 3, rng(4))))
    for value in net.params.values():
        value *= 3
    counts = Counter(alphabet.sample(net, 20_000, rng(5), longest=2))
    words = ["a", "b", "aa", "ab", "ba", "bb"]
    for word, chance in zip(words, as_strings(alphabet, net, words), strict=True):
        assert abs(counts[word] / 20_000 - chance) < 0.015
    assert set(counts) <= {"", *words, *(word + "…" for word in words if len(word) == 2)}


def test_answers_are_the_most_probable_symbols() -> None:
    alphabet = Alphabet(["abc", "cba"])
    net = Sequential(LSTM(4, 6, rng(1)), GRU(6, 5, rng(2)), EachStep(Dense(5, 4, rng(3))))
    for value in net.params.values():
        value *= 4
    for question, answer in zip(["a", "cb"], alphabet.answer(net, ["a", "cb"], longest=8), strict=True):
        text = question
        while len(text) < 8:
            x, _, _ = alphabet.one_hot([text])
            symbol = alphabet.symbols[net.forward(x)[0][-1, 0].argmax()]
            if symbol == ".":
                break
            text += symbol
        assert answer.rstrip("…") == text[len(question) :]


def test_many_nets_write_each_for_itself() -> None:
    alphabet = Alphabet(["ab", "b"])
    seeds = [rng(seed) for seed in (1, 2, 3)]
    nets = Sequential(GRU(3, 4, seeds), EachStep(Dense(4, 3, seeds)))
    for value in nets.params.values():
        value *= 3
    written = alphabet.sample(nets, 4000, rng(), longest=2)
    assert len(written) == 3 and all(len(words) == 4000 for words in written)
    chances = as_strings(alphabet, nets, ["a", "ab"])
    for run in range(3):
        counts = Counter(written[run])
        for word, chance in zip(["a", "ab"], chances[run], strict=True):
            assert abs(counts[word] / 4000 - chance) < 0.03
    assert written[0] != written[1]
    answers = alphabet.answer(nets, ["b", "a"])
    assert [len(run) for run in answers] == [2, 2, 2]


def test_a_net_in_float32_writes_too() -> None:
    alphabet = Alphabet(["abc"])
    assert alphabet.sample(counting_net(".abc", "abc").astype(np.float32), 2, rng()) == ["abc", "abc"]


def test_ngrams_by_hand() -> None:
    words = ["ab", "aab"]
    assert Ngrams(words, 1).followers == {"": "ab.aab."}
    assert Ngrams(words, 2).followers == {".": "aa", "a": "bab", "b": ".."}
    assert Ngrams(words, 3).followers == {"..": "aa", ".a": "ba", "ab": "..", "aa": "b"}
    assert set(Ngrams(words, 4).sample(50, rng())) == {"ab", "aab"}
    lengths = Counter(map(len, Ngrams(words, 2).sample(5000, rng())))
    for a in range(4):  # a² follows with chance 1/3, b with 2/3
        assert abs(lengths[a + 2] / 5000 - 2 / 3 / 3**a) < 0.025
    alone = Counter(Ngrams(words, 1).sample(5000, rng()))
    assert abs(alone[""] / 5000 - 2 / 7) < 0.025 and abs(alone["ab"] / 5000 - 3 * 2 * 2 / 343) < 0.015


def test_a_table_of_trigrams_writes_all_korean_numerals_below_ten_thousand_right() -> None:
    chosen = rng().choice(9999, 1000, replace=False) + 1
    words = [datasets.korean(n) for n in chosen]
    for n, least, most in ((2, 0.45, 0.6), (3, 1, 1)):
        right = [datasets.read_korean(word) is not None for word in Ngrams(words, n).sample(1000, rng())]
        assert least <= np.mean(right) <= most


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Alphabet("abc"), "Alphabet expects a list of words"),
        (lambda: Alphabet([]), "Alphabet expects a list of words that are not empty"),
        (lambda: Alphabet(["a", ""]), "not empty"),
        (lambda: Alphabet(["a."]), "Alphabet expects words without '.' and '…'"),
        (lambda: Alphabet(["a…"]), "words without"),
        (lambda: Ngrams(["a"], 0), "Ngrams expects n of at least 1, got 0"),
        (lambda: Ngrams("ab", 2), "Ngrams expects a list of words"),
        (lambda: Alphabet(["ab"]).one_hot(["ac", "d"]), "one_hot expects symbols of 'ab', got 'cd'"),
        (lambda: Alphabet(["ab"]).one_hot([""]), "one_hot expects a list of words"),
        (lambda: Alphabet(["a=b"]).one_hot(["a=b", "ab"], after="="), "one_hot expects '=' in every word"),
        (lambda: Alphabet(["abc"]).sample(counting_net(".abc", "a"), 0, rng()), "sample expects a count"),
        (lambda: Alphabet(["abc"]).sample(counting_net(".abc", "a"), 1, rng(), 0), "sample expects longest"),
        (lambda: Alphabet(["abc"]).answer(counting_net(".abc", "a"), ["ab"], 1), "answer expects longest"),
        (lambda: Alphabet(["abc"]).answer(counting_net(".abc", "a"), ["x"]), "answer expects symbols"),
        (lambda: Alphabet(["abc"]).answer(counting_net(".abc", "a"), []), "answer expects a list"),
        (lambda: Alphabet(["abc"]).sample([Dense(4, 4, rng())], 1, rng()), "a net with a recurrent layer"),
        (lambda: Alphabet(["abc"]).sample([GRU(4, 3, rng())], 1, rng()), "a net with 4 outputs, got 3"),
        (lambda: Alphabet(["abc"]).sample([GRU(4, 4, rng()), LastStep()], 1, rng()), "LastStep expects"),
        (lambda: Alphabet(["abc"]).sample([GRU(5, 4, rng())], 1, rng()), "GRU expects"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(call: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
