"""Numbers in words: written by hand, read back by rules that are not the writer's, and nothing else read."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

import numpy as np
import pytest

from backprop import datasets

BY_HAND = {
    1: ("일", "one"),
    10: ("십", "ten"),
    11: ("십일", "eleven"),
    12: ("십이", "twelve"),
    19: ("십구", "nineteen"),
    20: ("이십", "twenty"),
    21: ("이십일", "twenty one"),
    45: ("사십오", "forty five"),
    99: ("구십구", "ninety nine"),
    100: ("백", "one hundred"),
    101: ("백일", "one hundred one"),
    110: ("백십", "one hundred ten"),
    111: ("백십일", "one hundred eleven"),
    315: ("삼백십오", "three hundred fifteen"),
    1000: ("천", "one thousand"),
    1001: ("천일", "one thousand one"),
    1111: ("천백십일", "one thousand one hundred eleven"),
    2024: ("이천이십사", "two thousand twenty four"),
    8060: ("팔천육십", "eight thousand sixty"),
    9999: ("구천구백구십구", "nine thousand nine hundred ninety nine"),
    10_000: ("만", "ten thousand"),
    10_001: ("만일", "ten thousand one"),
    13_000: ("만삼천", "thirteen thousand"),
    20_000: ("이만", "twenty thousand"),
    100_000: ("십만", "one hundred thousand"),
    110_000: ("십일만", "one hundred ten thousand"),
    1_000_000: ("백만", "one million"),
    1_000_001: ("백만일", "one million one"),
    10_000_000: ("천만", "ten million"),
    11_011_001: ("천백일만천일", "eleven million eleven thousand one"),
    70_800_416: ("칠천팔십만사백십육", "seventy million eight hundred thousand four hundred sixteen"),
    99_999_999: (
        "구천구백구십구만구천구백구십구",
        "ninety nine million nine hundred ninety nine thousand nine hundred ninety nine",
    ),
}


@pytest.mark.parametrize("n", BY_HAND)
def test_by_hand(n: int) -> None:
    assert (datasets.korean(n), datasets.english(n)) == BY_HAND[n]
    assert datasets.read_korean(BY_HAND[n][0]) == datasets.read_english(BY_HAND[n][1]) == n


def test_all_numbers_of_four_digits_and_samples_of_eight_are_read_back() -> None:
    sizes = 10 ** np.random.default_rng(0).uniform(4, 8, 5000)
    numbers = [*range(1, 10_000), *(int(size) for size in sizes)]
    for n in numbers:
        assert datasets.read_korean(datasets.korean(n)) == n
        assert datasets.read_english(datasets.english(n)) == n
    for write in (datasets.korean, datasets.english):
        assert len({write(n) for n in numbers}) == len(set(numbers))


def test_the_sizes_that_the_study_counts() -> None:
    words = [datasets.english(n) for n in range(1, 10_000)]
    assert max(map(len, words)) == 42 and set("".join(words)) == set("onetwhrfuivsxglyda ")
    words = [datasets.korean(n) for n in range(1, 10_000)]
    assert max(map(len, words)) == 7 and set("".join(words)) == set("일이삼사오육칠팔구십백천")
    assert set("".join(map(datasets.jamo, words))) == set("ㅇㅣㄹㅅㅏㅁㅗㅠㄱㅊㅍㅜㅂㅐㅓㄴ")


def test_korean_reads_its_own_spelling_and_no_other() -> None:
    # whatever is read must be what is written: all strings of up to four syllables
    read = 0
    for length in range(5):
        for syllables in itertools.product("일이삼구십백천만", repeat=length):
            word = "".join(syllables)
            n = datasets.read_korean(word)
            read += n is not None
            assert n is None or datasets.korean(n) == word
    assert read > 300


@pytest.mark.parametrize(
    "word",
    ["", "영", "일십", "일백", "일천", "일만", "일만일", "십백", "이이", "만만", "십십", "백천", "십일일",
     "만십만", "억", "사 십오", " 사십오", "사십오 ", "45", "사십five", "사십오.", "사십오…", "만영", "영만",
     "십일십"],
)  # fmt: skip
def test_other_korean_is_not_read(word: str) -> None:
    assert datasets.read_korean(word) is None


def test_english_reads_its_own_spelling_and_no_other() -> None:
    tokens = "one two ten eleven twenty ninety hundred thousand million".split()  # noqa: SIM905
    read = 0
    for length in range(6):
        for chosen in itertools.product(tokens, repeat=length):
            word = " ".join(chosen)
            n = datasets.read_english(word)
            read += n is not None
            assert n is None or datasets.english(n) == word
    assert read > 300


def test_a_letter_more_or_less_is_not_read_in_english() -> None:
    source = np.random.default_rng(0)
    for n in source.integers(1, 10**8, 300):
        word = datasets.english(int(n))
        for place in range(len(word)):
            fewer = word[:place] + word[place + 1 :]
            more = word[:place] + source.choice(list("aeinost ")) + word[place:]
            for other in (fewer, more):
                read = datasets.read_english(other)
                assert read is None or datasets.english(read) == other


@pytest.mark.parametrize(
    "word",
    ["", " ", "zero", "twenty-one", "One", "one hundred and one", "hundred", "thousand", "one  hundred",
     " one", "one ", "one hundred ", "one thousand ", "twenty eleven", "ten one", "eleven hundred",
     "one hundredone", "one thousand one thousand", "one thousand one million", "one hundred million",
     "one hundred million one", "one hundred million one thousand", "one thousandone", "one million ",
     "nine hundred million nine", "one hundred one hundred", "one hundred twenty one one"],
)  # fmt: skip
def test_other_english_is_not_read(word: str) -> None:
    assert datasets.read_english(word) is None


def test_jamo_by_the_names_that_unicode_gives() -> None:
    for code in range(0xAC00, 0xD7A4):
        whole = unicodedata.normalize("NFD", chr(code))
        ours = datasets.jamo(chr(code))
        assert [unicodedata.name(letter).split()[-1] for letter in ours] == [
            unicodedata.name(letter).split()[-1] for letter in whole
        ]
        assert all(unicodedata.name(letter).startswith("HANGUL LETTER") for letter in ours)
    assert datasets.jamo("") == "" and datasets.jamo("육십만") == "ㅇㅠㄱㅅㅣㅂㅁㅏㄴ"


@pytest.mark.parametrize("n", [0, -1, 100_000_000, 4.5, "4", None])
@pytest.mark.parametrize("write", [datasets.korean, datasets.english])
def test_other_numbers_are_refused(write: Any, n: Any) -> None:
    with pytest.raises(
        ValueError, match=f"{write.__name__} expects a whole number from 1 to 99,999,999, got"
    ):
        write(n)


@pytest.mark.parametrize("word", ["ㅇ", "a", "이 십", "45", "\uabff", "\ud7a4"])
def test_what_is_no_syllable_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="jamo expects Korean syllables, got"):
        datasets.jamo(word)


def test_numbers_may_come_from_arrays() -> None:
    assert [datasets.korean(n) for n in np.array([3, 45])] == ["삼", "사십오"]
