"""Read the questions of a chapter, `book/questions/NAME.yml`, and say what keeps an entry from being a question.

An entry asks in both languages, offers three or four choices of which one is right, each with its reason, and quotes
what a section of the chapter printed as the proof. A choice that is the same in both languages is a plain string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pages import Page, pieces_of

LANGUAGES = ("ko", "en")
HANGUL = re.compile("[가-힣]")
KEYS = {"ask", "choices", "shown", "section"}
#: What makes a plain string a sentence of one language: a word outside formulas and code.
WORD = re.compile(r"[a-z]{3,}")
SET_APART = re.compile(r"\$[^$]*\$|`[^`]*`")


class Choice(NamedTuple):
    line: int
    text: str | dict[str, str]
    why: dict[str, str]
    right: bool


class Question(NamedTuple):
    """A question of ``page`` that is formed as it should be."""

    path: Path
    line: int
    page: Page
    ask: dict[str, str]
    choices: list[Choice]
    shown: str
    section: str

    @property
    def right(self) -> Choice:
        return next(choice for choice in self.choices if choice.right)

    @property
    def texts(self) -> Iterator[tuple[int, str, str | dict[str, str]]]:
        """Every text that differs by language, with its line and its name."""
        yield self.line, "ask", self.ask
        for choice in self.choices:
            yield choice.line, "text", choice.text
            yield choice.line, "why", choice.why


def read(path: Path) -> tuple[list[tuple[Any, int, list[int]]], str, int]:
    """Each entry with its line and the lines of its choices; or what the YAML stumbles over, and on which line."""
    text = path.read_text(encoding="utf-8")
    try:
        tree, values = yaml.compose(text), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [], str(getattr(error, "problem", error)), mark.line + 1 if mark else 1
    if not isinstance(tree, yaml.SequenceNode):
        return [], "it is not a list", 1
    entries = []
    for node, value in zip(tree.value, values, strict=True):
        parts = node.value if isinstance(node, yaml.MappingNode) else []
        choices = next((part for key, part in parts if key.value == "choices"), None)
        lines = [one.start_mark.line + 1 for one in choices.value] if choices is not None else []
        entries.append((value, node.start_mark.line + 1, lines))
    return entries, "", 1


def fault_of(entry: Any) -> tuple[str, str]:
    """What is wrong with the form of a question, and what to do; nothing if it is a question."""
    if not isinstance(entry, dict) or set(entry) != KEYS:
        return f"its keys are not {', '.join(sorted(KEYS))}", "give it these four"
    if not is_both(entry["ask"]):
        return "its ask is not in both languages", "write ask: {ko: …, en: …}"
    if not all(isinstance(entry[key], str) and entry[key].strip() for key in ("shown", "section")):
        return (
            "its shown or its section is not a text",
            "quote what was printed, and name the section's label",
        )
    choices = entry["choices"]
    if not isinstance(choices, list) or len(choices) not in (3, 4):
        return "it has not three or four choices", "give it so many"
    for number, choice in enumerate(choices, start=1):
        if not isinstance(choice, dict) or set(choice) - {"right"} != {"text", "why"}:
            return f"choice {number} has other keys than text, why and right", "give it these"
        if not is_both(choice["why"]):
            return f"the why of choice {number} is not in both languages", "write why: {ko: …, en: …}"
        if isinstance(choice["text"], str):
            if is_sentence(choice["text"]):
                return f"choice {number} has words in one language", "write text: {ko: …, en: …}"
        elif not is_both(choice["text"]):
            return f"the text of choice {number} is not in both languages", "write text: {ko: …, en: …}"
    if [choice.get("right", True) for choice in choices if "right" in choice] != [True]:
        return "not exactly one choice is right", "write right: true at one, and nothing at the others"
    for language in LANGUAGES:
        texts = [" ".join(said(choice["text"], language).split()) for choice in choices]
        if len(set(texts)) < len(texts):
            return "two choices are the same", "let them differ"
        if any(piece.kind in {"ref", "cite"} for text in texts for piece in pieces_of(text, 1)):
            return "a choice has a link in it", "put the link into its why"
    return "", ""


def is_both(text: Any) -> bool:
    """Whether it is a sentence in Korean and one in English, one paragraph each."""
    return (
        isinstance(text, dict)
        and set(text) == set(LANGUAGES)
        and all(isinstance(one, str) and one.strip() and "\n\n" not in one.strip() for one in text.values())
        and HANGUL.search(text["ko"]) is not None
        and HANGUL.search(text["en"]) is None
    )


def is_sentence(text: str) -> bool:
    bare = SET_APART.sub("", text)
    return not text.strip() or HANGUL.search(text) is not None or WORD.search(bare) is not None


def said(text: str | dict[str, str], language: str) -> str:
    return text if isinstance(text, str) else text[language]
