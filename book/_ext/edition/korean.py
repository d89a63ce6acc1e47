"""Korean search: a word is found whichever particle follows it.

Sphinx has no Korean class, so 오차 would not find 오차를. The particles are taken off, one after the other
(오차로는: 는, then 로), by the same few lines in Python, when the index is made, and in the browser, when
the reader asks. A particle that depends on the final consonant is taken off only where it could stand
(가 after a vowel, 이 after a consonant), and at least two letters of the word are kept; only the
five particles that hardly ever end a noun may leave one (층을, 층). Endings of verbs are left alone.
"""

from __future__ import annotations

import json

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

ANYWHERE = [
    "에서", "에게", "에", "의", "도", "만", "까지", "부터", "처럼", "보다",
    "마다", "조차", "만큼", "밖에", "하고", "이다", "라는", "라고", "로서", "로써",
]  # fmt: skip
AFTER_CONSONANT = ["은", "이", "을", "과", "으로", "이나", "이며", "이란", "이라", "이라는"]
AFTER_VOWEL = ["는", "가", "를", "와", "로", "나", "며", "란", "라"]  # 로 also after ㄹ
MAY_LEAVE_ONE = ["은", "는", "을", "를", "에"]

RULES = {
    particle: kind
    for kind, particles in (("any", ANYWHERE), ("consonant", AFTER_CONSONANT), ("vowel", AFTER_VOWEL))
    for particle in particles
}
LONGEST_FIRST = sorted(RULES, key=lambda particle: (-len(particle), particle))


def final_consonant(letter: str) -> int | None:
    """The number of the final consonant of a Hangul syllable, 0 for none, None if it is not Hangul."""
    code = ord(letter) - 0xAC00
    return code % 28 if 0 <= code < 11172 else None


def as_after_a_vowel(final: int, particle: str) -> bool:
    """Whether a particle has the form here that it has after a vowel; 로 has it after ㄹ too."""
    return final == 0 or (final == 8 and particle == "로")


def strip_one(word: str) -> str:
    for particle in LONGEST_FIRST:
        rest = word[: -len(particle)]
        if not word.endswith(particle) or len(rest) < (1 if particle in MAY_LEAVE_ONE else 2):
            continue
        final, kind = final_consonant(rest[-1]), RULES[particle]
        if final is None or kind == "any":
            return rest
        if as_after_a_vowel(final, particle) == (kind == "vowel"):
            return rest
    return word


def stem(word: str) -> str:
    while (rest := strip_one(word)) != word:
        word = rest
    return word


TABLES = f"""
  const rules = {json.dumps(RULES, ensure_ascii=False)};
  const order = {json.dumps(LONGEST_FIRST, ensure_ascii=False)};
  const mayLeaveOne = {json.dumps(MAY_LEAVE_ONE, ensure_ascii=False)};
"""

CODE = """
  const finalConsonant = (letter) => {
    const code = letter.charCodeAt(0) - 0xac00;
    return 0 <= code && code < 11172 ? code % 28 : null;
  };
  const stripOne = (word) => {
    for (const particle of order) {
      const rest = word.slice(0, -particle.length);
      if (!word.endsWith(particle) || rest.length < (mayLeaveOne.includes(particle) ? 1 : 2)) continue;
      const final = finalConsonant(rest.slice(-1)), kind = rules[particle];
      if (final === null || kind === "any") return rest;
      if ((final === 0 || (final === 8 && particle === "로")) === (kind === "vowel")) return rest;
    }
    return word;
  };
  this.stemWord = (word) => {
    for (let rest = stripOne(word); rest !== word; rest = stripOne(word)) word = rest;
    return word;
  };
"""

JAVASCRIPT = f"var Stemmer = function () {{{TABLES}{CODE}}};\n"


class SearchKorean(SearchLanguage):
    lang = "ko"
    language_name = "Korean"
    js_stemmer_rawcode = ""
    js_stemmer_code = JAVASCRIPT

    def stem(self, word: str) -> str:
        return stem(word.lower())


def setup(app: Sphinx) -> None:
    app.add_search_language(SearchKorean)
