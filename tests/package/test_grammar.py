"""The Reber grammar against a regular expression, and a stream against the strings that it consists of."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest

from backprop import datasets
from backprop.data import grammar
from backprop.data.grammar import LETTERS

# Written by hand, not from the table of nodes. After P, or after T…X and another X, comes the
# lower left node: from it T as often as one likes, V, then V or P and S to the end, or P and X back there.
LOWER = "T*V(?:PXT*V)*(?:V|PS)"
PLAIN = re.compile(f"B(?:TS*X(?:S|X{LOWER})|P{LOWER})E")
EMBEDDED = re.compile(f"B(?:T{PLAIN.pattern}T|P{PLAIN.pattern}P)E")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_regular_expression_knows_the_strings_of_the_textbooks() -> None:
    for string in ("BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXTVPSE", "BTSXSE"):
        assert PLAIN.fullmatch(string)
    for string in ("BTSSPXSE", "BPTVVB", "BTXXVVSE", "BTXXVPXVSE", "BPTTTXVVE"):
        assert not PLAIN.fullmatch(string)


@pytest.mark.parametrize("seed", range(3))
def test_strings_belong_to_their_grammar(seed: int) -> None:
    source = rng(seed)
    plain = [grammar._walk(grammar.PLAIN, source) for _ in range(500)]
    embedded = [datasets.embedded_reber(source) for _ in range(500)]
    assert all(PLAIN.fullmatch(string) for string in plain) and min(map(len, plain)) == 5
    assert all(EMBEDDED.fullmatch(string) for string in embedded) and min(map(len, embedded)) == 9


def every_string(embedded: bool, letters: int) -> set[str]:
    """All whole strings of at most so many letters, found by asking `legal` again and again."""
    whole, open_ = set(), [""]
    while open_:
        prefix = open_.pop()
        following = datasets.legal(prefix, embedded)
        if not following:
            whole.add(prefix)
        elif len(prefix) < letters:
            open_ += [prefix + letter for letter in following]
    return whole


def test_legal_leads_to_the_strings_of_the_grammar_and_no_others() -> None:
    short = {
        "B" + "".join(inner) + "E"
        for length in range(6)
        for inner in itertools.product(LETTERS, repeat=length)
        if PLAIN.fullmatch("B" + "".join(inner) + "E")
    }
    assert every_string(False, 7) == short and len(short) > 8
    inside = every_string(False, 8)
    assert every_string(True, 12) == {f"B{outer}{string}{outer}E" for outer in "TP" for string in inside}


def test_strings_are_as_likely_as_coins_say() -> None:
    source = rng()
    counts = Counter(grammar._walk(grammar.PLAIN, source) for _ in range(8000))
    assert abs(counts["BPVVE"] / 8000 - 1 / 8) < 0.015  # P, V and V: three coins
    assert abs(counts["BTXSE"] / 8000 - 1 / 8) < 0.015
    assert abs(counts["BTSXSE"] / 8000 - 1 / 16) < 0.015
    outer = Counter(datasets.embedded_reber(source)[1] for _ in range(2000))
    assert abs(outer["T"] / 2000 - 0.5) < 0.05


def test_legal_by_hand() -> None:
    assert datasets.legal("") == datasets.legal("", embedded=False) == {"B"}
    assert datasets.legal("B") == datasets.legal("BT" + "B") == {"T", "P"}
    assert datasets.legal("BT") == {"B"} and datasets.legal("BT", embedded=False) == {"S", "X"}
    assert datasets.legal("BPBTXSE") == {"P"} and datasets.legal("BTBTXSE") == {"T"}
    assert datasets.legal("BPBTXSEP") == {"E"} and datasets.legal("BPBTXSEPE") == set()
    assert datasets.legal("BTXSE", embedded=False) == set()


@pytest.mark.parametrize(
    ("prefix", "embedded", "says"),
    [
        ("T", True, "embedded Reber grammar, got 'T', in which 'T' may not follow ''"),
        ("BTBTXSEP", True, "'P' may not follow 'BTBTXSE'"),
        ("BTXSP", False, "of the Reber grammar, got 'BTXSP', in which 'P' may not follow 'BTXS'"),
        ("BTXSEB", False, "'B' may not follow 'BTXSE'"),
        ("BTBTXSETEB", True, "'B' may not follow 'BTBTXSETE'"),
        ("bt", True, "'b' may not follow"),
    ],
)
def test_what_is_no_beginning_is_refused(prefix: str, embedded: bool, says: str) -> None:
    with pytest.raises(ValueError, match=f"legal expects .*{says}"):
        datasets.legal(prefix, embedded)


def test_letters_one_hot() -> None:
    strings = ["BTXSE", "BPTVVE", "B"]
    x, mask = datasets.letters_one_hot(strings)
    assert x.shape == (6, 3, 7) and x.dtype == np.float64 and mask.shape == (6, 3) and mask.dtype == bool
    for case, string in enumerate(strings):
        assert "".join("BTPSXVE"[k] for k in x[: len(string), case].argmax(axis=1)) == string
        assert mask[:, case].tolist() == [t < len(string) for t in range(6)]
        assert (x[:, case].sum(axis=1) == mask[:, case]).all()


@pytest.mark.parametrize(
    ("strings", "says"),
    [
        ("BTXSE", "a list of strings"),
        ([], "not empty"),
        (["B", ""], "not empty"),
        (["BTA", "Z"], "the letters BTPSXVE alone, got 'AZ'"),
    ],
)
def test_other_letters_are_refused(strings: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"letters_one_hot expects .*{says}"):
        datasets.letters_one_hot(strings)


def test_a_stream_is_whole_strings_end_to_end() -> None:
    x, d, outer = datasets.reber_stream(3000, 4, rng())
    assert x.shape == d.shape == (3000, 4, 7) and outer.shape == (3000, 4) and outer.dtype == bool
    assert (x.sum(axis=-1) == 1).all() and (d.sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(x[1:], d[:-1])
    seconds = Counter()
    for case in range(4):
        text = "".join(LETTERS[k] for k in x[:, case].argmax(axis=1)) + LETTERS[d[-1, case].argmax()]
        marked, place = np.zeros(3000, dtype=bool), 0
        while match := EMBEDDED.match(text, place):
            seconds[text[match.start() + 1]] += 1
            marked[match.end() - 3] = True  # d is the last letter but one there, and x the one before it
            place = match.end()
        rest = text[place:]
        assert len(rest) < 60 and datasets.legal(rest) is not None
        if len(rest) > 7 and datasets.legal(rest) == {"E"} and datasets.legal(rest[:-1]) == {rest[1]}:
            marked[-1] = True
        np.testing.assert_array_equal(outer[: place - 1, case], marked[: place - 1])
    assert sum(seconds.values()) > 700 and abs(seconds["T"] / sum(seconds.values()) - 0.5) < 0.07


def test_streams_differ_and_follow_the_generator() -> None:
    once, again, other = (datasets.reber_stream(50, 2, rng(seed)) for seed in (1, 1, 2))
    for a, b in zip(once, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (once[0] != other[0]).any() and (once[0][:, 0] != once[0][:, 1]).any()
    assert datasets.reber_stream(1, 1, rng())[0].argmax() == LETTERS.index("B")


@pytest.mark.parametrize(("length", "N"), [(0, 3), (3, 0)])
def test_an_empty_stream_is_refused(length: int, N: int) -> None:
    with pytest.raises(ValueError, match=f"reber_stream expects .* at least 1, got {length} and {N}"):
        datasets.reber_stream(length, N, rng())
