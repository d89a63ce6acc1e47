"""The questions at a chapter's end: five, with one right choice each, and the page's own outputs prove it.

Their words are held to the book's words like those of the pages (`Book.prose`); here is what makes a file of them
whole, and what ties their answers to the computation, so that an output that moves takes its question along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from facts import FORMAL
from pages import Block, pieces_of
from quantities import Quantity, in_output
from quiz import Choice, Question, fault_of, read, said

from .book import LANGUAGES, Book, Found, output_text
from .numerals import quantities

FIVE = 5
PLACES = 3


def files(book: Book) -> Iterator[Path]:
    yield from sorted((book.root / "book" / "questions").glob("*.yml"))


def good_questions(book: Book) -> Iterator[Question]:
    for path in files(book):
        page = book.pages["en"].get(path.stem)
        for entry, line, lines in read(path)[0]:
            if page and not fault_of(entry)[0]:
                choices = [
                    Choice(at, choice["text"], choice["why"], choice.get("right", False))
                    for at, choice in zip(lines, entry["choices"], strict=True)
                ]
                yield Question(path, line, page, entry["ask"], choices, entry["shown"], entry["section"])


def check_questions(book: Book) -> Found:
    """A file has five questions for a chapter; each is whole; the right choices stand in different places."""
    found = Found()
    for path in files(book):
        entries, stumbles, at = read(path)
        if stumbles:
            found.report(path, at, f"this is not a list of questions: {stumbles}", "mend the YAML")
            continue
        page = book.pages["en"].get(path.stem)
        if page is None or f"{path.stem}-exercises" not in page.labels:
            found.report(
                path, 1, f"no page {path.stem} has a section '{path.stem}-exercises' to put these before",
                "name the file after its chapter",
            )  # fmt: skip
        if len(entries) != FIVE:
            found.report(path, 1, f"here are {len(entries)} questions", f"write {FIVE}")
        places = []
        for entry, line, _ in entries:
            found.saw += 1
            what, do = fault_of(entry)
            if what:
                found.report(path, line, f"a question is not whole: {what}", do)
            else:
                places.append([choice.get("right", False) for choice in entry["choices"]].index(True))
        if len(places) == FIVE and len(set(places)) < PLACES:
            found.report(
                path, 1, f"the right choices stand in {len(set(places))} places only",
                f"order the choices so that they stand in {PLACES} or more",
            )  # fmt: skip
    return found


def check_questions_shown(book: Book) -> Found:
    """What a question quotes was printed, or returned as a table, by a visible cell of its section, before the exercises."""
    found = Found()
    for question in good_questions(book):
        found.saw += 1
        if (
            question.section not in question.page.labels
            or question.section == f"{question.page.name}-exercises"
        ):
            found.report(
                question.path, question.line, f"'{question.section}' is no section before the exercises",
                "name the label of the section in which the output stands",
            )  # fmt: skip
        elif not any(stands_in(question.shown, text) for text in printed_in(book, question)):
            found.report(
                question.path, question.line,
                f"no visible cell of '{question.section}' prints '{' '.join(question.shown.split())}'",
                "quote whole words of an output's lines, a table from its head on; "
                "if the computation has changed, look whether the answer has",
            )  # fmt: skip
    return found


def printed_in(book: Book, question: Question) -> Iterator[str]:
    """The outputs of the visible cells of the question's section and of the sections in it; listings are none."""
    outputs = {id(cell): given for cell, given in book.outputs(question.page)}
    above: list[str] = []
    for block in question.page.blocks:
        if block.kind == "heading":
            above = [*above[: int(block.name[1]) - 1], block.label]
        visible = not set(block.options.get("tags") or []) & {"hide-input", "hide-cell"}
        if block.kind == "code-cell" and visible and question.section in above[1:]:
            yield from (text for text in map(output_text, outputs.get(id(block), [])) if "```" not in text)


def stands_in(shown: str, printed: str) -> bool:
    """Whether the lines stand in the output in this order: whole rows after the head of a table, or parts of lines."""
    wanted, lines = lines_of(shown), lines_of(printed)
    table = wanted[0].startswith("|")
    if table and wanted[:2] != lines[:2]:
        return False
    for line in wanted:
        part = re.compile(rf"(?<![\w.\-−]){re.escape(line)}(?!\w|\.\d)")
        at = next((i for i, each in enumerate(lines) if (each == line if table else part.search(each))), None)
        if at is None:
            return False
        lines = lines[at + 1 :]
    return not table or len(wanted) > 2


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().split("\n") if line.strip()]


def numbers_of(text: str, line: int) -> list[Quantity]:
    return quantities(Block("paragraph", line, 0, pieces=pieces_of(" ".join(text.split()), line)))


def check_questions_numbers(book: Book) -> Found:
    """A number of the right choice stands in what is quoted, or in the question; those of the reasons, on the page."""
    found = Found()
    for question in good_questions(book):
        shown, computed = in_output(question.shown), book.computed(question.page)
        for language in LANGUAGES:
            asked = values_of(question.ask[language])
            for number in numbers_of(said(question.right.text, language), question.right.line):
                found.saw += 1
                if not number.stands_in(shown | asked):
                    found.report(
                        question.path, question.right.line,
                        f"the number '{number.written}' of the right choice does not stand in what is shown",
                        "quote in shown the line that has it",
                    )  # fmt: skip
            offered = asked.union(*(values_of(said(choice.text, language)) for choice in question.choices))
            for line, name, text in question.texts:
                for number in numbers_of(said(text, language), line) if name != "text" else []:
                    found.saw += 1
                    known = offered if name == "why" else set()
                    if number.value not in FORMAL and not number.stands_in(shown | computed | known):
                        found.report(
                            question.path, line, f"the number '{number.written}' is not computed on the page",
                            "leave it out, or ask about what the page computes",
                        )  # fmt: skip
    return found


def values_of(text: str) -> set[Decimal]:
    return {value for number in numbers_of(text, 1) for value in number.readings}


def check_questions_twins(book: Book) -> Found:
    """The two languages of a text have the same numerals, formulas and code."""
    found = Found()
    for question in good_questions(book):
        for line, name, text in question.texts:
            if isinstance(text, str):
                continue
            found.saw += 1
            for one, other in (LANGUAGES, LANGUAGES[::-1]):
                twin = values_of(text[other])
                strange = [
                    number.written
                    for number in numbers_of(text[one], line)
                    if not twin & set(number.readings)
                ]
                for state in strange + sorted(set_apart(text[one]) - set_apart(text[other])):
                    found.report(
                        question.path, line, f"'{state}' stands in the {name} in {one} only",
                        "write the same numerals, formulas and code in both",
                    )  # fmt: skip
    return found


def set_apart(text: str) -> set[str]:
    pieces = pieces_of(" ".join(text.split()), 1)
    return {piece.text for piece in pieces if piece.kind in {"math", "code", "ref"}}
