"""Each promise of the questions at a chapter's end, broken on purpose in the small book, is seen to be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts import CONTRACTS, Book

FILE = "book/questions/sample.yml"
RIGHT = "    - text: $-1.799$\n      right: true\n"

#: Name: the contract, what is replaced by what, and what is then said.
FAULTS = {
    # the form of a question
    "not-yaml": ("check_questions", "- ask:\n", "- ask: {\n", "not a list of questions"),
    "key-missing": ("check_questions", "  section: sample-code\n", "", "its keys are not"),
    "key-strange": ("check_questions", "  section: sample", "  hint: no\n  section: sample", "its keys are not"),
    "language-missing": ("check_questions", "    en: How large is the share?\n", "", "its ask is not in both"),
    "why-missing": ("check_questions", "        en: That is one more.\n", "", "the why of choice 2"),
    "hangul-in-english": ("check_questions", "en: That is one", "en: 답은 one", "the why of choice 2"),
    "english-for-korean": ("check_questions", "ko: 하나 많다.", "ko: One more.", "the why of choice 2"),
    "english-in-both": ("check_questions", "text: 31%", "text: 31 percent", "choice 2 has words in one"),
    "two-right": ("check_questions", "text: 31%\n", "text: 31%\n      right: true\n", "not exactly one"),
    "none-right": ("check_questions", "      right: true\n", "", "not exactly one choice is right"),
    "right-false": ("check_questions", "text: 31%\n", "text: 31%\n      right: false\n", "not exactly one"),
    "two-choices": (
        "check_questions",
        "    - text: 29%\n      why:\n        ko: 하나 적다.\n        en: That is one less.\n",
        "",
        "three or four choices",
    ),
    "same-choices": ("check_questions", "text: 31%", "text: 29%", "two choices are the same"),
    "link-in-choice": ("check_questions", "        en: half", "        en: half {ref}`sample`", "a link in it"),
    # what proves the answer
    "output-moved": ("check_questions_shown", 'shown: "-1.799"', 'shown: "-1.798"', "prints '-1.798'"),
    "sign-lost": ("check_questions_shown", 'shown: "-1.799"', 'shown: "1.799"', "prints '1.799'"),
    "part-of-a-number": ("check_questions_shown", "shown: share 30%", "shown: share 3", "prints 'share 3'"),
    "lines-turned": ("check_questions_shown", "    -1.799\n    share\n", "    share\n    -1.799\n", "prints 'share"),
    "other-section": ("check_questions_shown", "section: sample-code", "section: sample-symbols", "'sample-symbols' prints"),
    "no-section": ("check_questions_shown", "section: sample-code", "section: sample-cod", "is no section before"),
    "exercises": ("check_questions_shown", "section: sample-code", "section: sample-exercises", "is no section before"),
    "hidden-cell": ("check_questions_shown", 'shown: "-1.799"', "shown: Figure", "prints 'Figure'"),
    "right-not-shown": ("check_questions_numbers", RIGHT, RIGHT.replace("9$", "8$"), "'-1.798' of the right"),
    "ask-not-computed": ("check_questions_numbers", "en: What was", "en: What, of 17, was", "'17' is not computed"),
    "why-not-computed": ("check_questions_numbers", "The share is 0.3", "The share is 0.4", "'0.4' is not computed"),
    # the two languages
    "number-differs": ("check_questions_twins", "The share is 0.3.", "The share is 30 %.", "'30 %' stands in the why in en"),
    "formula-differs": ("check_questions_twins", "유닛의 출력", "유닛 $y$의 출력", "'y' stands in the ask in ko"),
    "code-differs": ("check_questions_twins", '"`forward` printed', '"It printed', "'forward' stands in the why in ko"),
    # the words of the book
    "banned": ("check_banned_terms", "곱에 편향을", "노드에 편향을", "'노드' is not a word of this book"),
    "polite": ("check_register", "첫 줄이다.", "첫 줄입니다.", "polite speech"),
    "asterisk": ("check_emphasis", "ko: 편향을 뺀", "ko: 곱에서 **편향(bias)**을 뺀", "an asterisk is left"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_reported(name: str, change: Callable[..., Path], copy: Path) -> None:
    contract, old, new, says = FAULTS[name]
    file = change(FILE, old, new)
    problems = CONTRACTS[contract](Book(copy)).problems
    mine = [problem for problem in problems if problem.file == file and says in problem.what]
    assert mine, f"not reported; reported instead: {problems}"
    assert all(problem.do for problem in mine)


def test_every_contract_of_the_questions_has_been_broken() -> None:
    broken = {fault[0] for fault in FAULTS.values()}
    assert {name for name in CONTRACTS if name.startswith("check_questions")} <= broken


def test_a_question_is_reported_where_it_stands(change: Callable[..., Path], copy: Path) -> None:
    file = change(FILE, "en: That is one more.", "en: 하나")
    (problem,) = CONTRACTS["check_questions"](Book(copy)).problems
    lines = file.read_text(encoding="utf-8").split("\n")
    assert lines[problem.line - 1] == "- ask:" and "다시 묻는다" in lines[problem.line]


def test_there_are_five(copy: Path) -> None:
    path = copy / FILE
    parts = path.read_text(encoding="utf-8").split("- ask:")
    path.write_text("- ask:".join(parts[:-1]), encoding="utf-8")
    (problem,) = CONTRACTS["check_questions"](Book(copy)).problems
    assert "4 questions" in problem.what


def test_the_right_choices_stand_in_different_places(copy: Path) -> None:
    path = copy / FILE
    path.write_text(
        "- ask:".join(["", *[path.read_text(encoding="utf-8").split("- ask:")[1]] * 5]), encoding="utf-8"
    )
    (problem,) = CONTRACTS["check_questions"](Book(copy)).problems
    assert "in 1 places only" in problem.what


def test_a_file_belongs_to_a_chapter(copy: Path) -> None:
    path = (copy / FILE).rename(copy / "book/questions/simple.yml")
    (problem,) = CONTRACTS["check_questions"](Book(copy)).problems
    assert problem.file == path and "no page simple" in problem.what


@pytest.mark.parametrize("count", [2, 3])
def test_a_table_is_quoted_from_its_head_on(count: int) -> None:
    from contracts.questions import stands_in

    table = "| name | share |\n| :--- | ---: |\n| one | 0.5 |\n| two | 0.25 |\n"
    lines = table.split("\n")
    assert stands_in("\n".join([*lines[:2], lines[count]]), table)
    assert not stands_in(lines[count], table), "a row without its head"
    assert not stands_in("\n".join(lines[:2]), table), "a head without a row"
    assert not stands_in("\n".join([*lines[:2], lines[count].replace("5", "6")]), table)
