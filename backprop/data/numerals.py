"""A language that can be checked: numbers written out in words, so that every sample is right or wrong.

`english` and `korean` write the numbers from 1 to 99,999,999, `read_english` and `read_korean` read exactly
what these write and nothing else.
"""

from __future__ import annotations

import re

import numpy as np

LARGEST = 99_999_999

ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
BELOW_100 = [*ONES, *TEENS, *(f"{ten} {one}".strip() for ten in TENS for one in ["", *ONES])]
SCALES = (("million", 10**6), ("thousand", 10**3))

DIGITS = "일이삼사오육칠팔구"
PLACES = (("천", 1000), ("백", 100), ("십", 10))
FOUR_DIGITS = re.compile("".join(f"(?:([{DIGITS[1:]}]?){name})?" for name, _ in PLACES) + f"([{DIGITS}]?)")

HANGUL = 0xAC00  # the first of the syllables, which stand in the order of their letters
ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]


def english(n: int) -> str:
    """Write a number in English: small letters and spaces alone, neither hyphens nor "and".

    >>> english(2345)
    'two thousand three hundred forty five'
    """
    _check("english", n)
    parts = []
    for name, size in (*SCALES, ("", 1)):
        hundreds, rest = divmod(n // size % 1000, 100)
        parts += [ONES[hundreds - 1], "hundred"] if hundreds else []
        parts += [BELOW_100[rest - 1]] if rest else []
        parts += [name] if name and (hundreds or rest) else []
    return " ".join(parts)


def read_english(word: str) -> int | None:
    """Return the number that `english` writes so, None if there is none.

    >>> read_english("forty five"), read_english("five forty")
    (45, None)
    """
    total, rest = 0, word
    for name, size in SCALES:
        count, found, after = rest.partition(f" {name}")
        if found:
            several = _read_hundreds(count)
            if several is None or (after and after[0] != " "):
                return None
            total += several * size
            rest = after[1:]
            if not after:
                return total if total <= LARGEST else None
    last = _read_hundreds(rest)
    return None if last is None or total + last > LARGEST else total + last


def _read_hundreds(text: str) -> int | None:
    """The number from 1 to 999 that `text` says."""
    count, found, rest = text.partition(" hundred")
    if not found:
        return BELOW_100.index(text) + 1 if text in BELOW_100 else None
    if count not in ONES or (rest and rest[1:] not in BELOW_100) or rest[:1].strip():
        return None
    return 100 * (ONES.index(count) + 1) + (BELOW_100.index(rest[1:]) + 1 if rest else 0)


def korean(n: int) -> str:
    """Write a number in Korean, in syllables without spaces.

    일 is left out before 십, 백 and 천, and before 만 where it stands alone: 10,000 is 만, 110,000 is 십일만.

    >>> korean(45), korean(11_110), korean(10_010_001)
    ('사십오', '만천백십', '천일만일')
    """
    _check("korean", n)
    upper, lower = divmod(n, 10_000)
    return (("" if upper == 1 else _korean_digits(upper)) + "만" if upper else "") + _korean_digits(lower)


def _korean_digits(n: int) -> str:
    """Up to four digits, "" for 0."""
    word = ""
    for name, size in (*PLACES, ("", 1)):
        digit = n // size % 10
        if digit:
            word += (DIGITS[digit - 1] if digit > 1 or not name else "") + name
    return word


def read_korean(word: str) -> int | None:
    """Return the number that `korean` writes so, None if there is none.

    >>> read_korean("사십오"), read_korean("만"), read_korean("일만")
    (45, 10000, None)
    """
    upper, man, lower = word.rpartition("만")
    thousands = 1 if man and not upper else _read_digits(upper)
    ones = _read_digits(lower)
    if thousands is None or ones is None or upper == "일" or not word:
        return None
    return 10_000 * thousands + ones


def _read_digits(text: str) -> int | None:
    """The number from 0 ("") to 9999 that `text` says."""
    match = FOUR_DIGITS.fullmatch(text)
    if match is None:
        return None
    *places, last = match.groups()
    total = DIGITS.index(last) + 1 if last else 0
    for digit, (_, size) in zip(places, PLACES, strict=True):
        if digit is not None:  # "" where the place stands alone
            total += size * (DIGITS.index(digit) + 1 if digit else 1)
    return total


def jamo(word: str) -> str:
    """Take Korean syllables apart into their letters.

    >>> jamo("이십")
    'ㅇㅣㅅㅣㅂ'
    """
    letters = ""
    for syllable in word:
        place = ord(syllable) - HANGUL
        if not 0 <= place < len(ONSETS) * len(VOWELS) * len(CODAS):
            raise ValueError(f"jamo expects Korean syllables, got {syllable!r} in {word!r}")
        onset, rest = divmod(place, len(VOWELS) * len(CODAS))
        letters += ONSETS[onset] + VOWELS[rest // len(CODAS)] + CODAS[rest % len(CODAS)]
    return letters


def _check(owner: str, n: int) -> None:
    if not isinstance(n, int | np.integer) or not 1 <= n <= LARGEST:
        raise ValueError(f"{owner} expects a whole number from 1 to {LARGEST:,d}, got {n!r}")
