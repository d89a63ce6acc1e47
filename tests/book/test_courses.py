"""The courses of the page for teachers lead through the book, and to exercises of the week's own pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

LEADS = re.compile(r"\{ref\}`[^`<]*<([\w-]+)>`")


@pytest.fixture(scope="module")
def courses(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "book" / "courses.yml").read_text("utf-8"))


def chapters(root: Path) -> list[str]:
    parts = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))["parts"]
    return [each["file"] for part in parts if part.get("numbered") for each in part["chapters"]]


def test_the_long_one_takes_every_chapter_once_and_the_short_one_some(
    root: Path, courses: dict[str, Any]
) -> None:
    order = chapters(root)
    weeks = {name: [page for week in course for page in week["pages"]] for name, course in courses.items()}
    assert {name: len(course) for name, course in courses.items()} == {"long": 14, "short": 6}
    assert sorted(weeks["long"], key=order.index) == order
    assert len(set(weeks["short"])) == len(weeks["short"]) and set(weeks["short"]) < set(order)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_week_has_something_to_do(root: Path, courses: dict[str, Any], language: str) -> None:
    for course in courses.values():
        for week in course:
            pages = "".join(
                (root / "book" / language / f"{page}.md").read_text("utf-8") for page in week["pages"]
            )
            assert len(week["exercises"]) >= 4
            for exercise in week["exercises"]:
                assert f":label: {exercise}\n" in pages, f"no page of the week has the exercise {exercise}"
            sections = LEADS.findall(week[language])
            assert len(sections) >= 3
            for section in sections:
                assert f"({section})=\n" in pages, f"no page of the week has the section {section}"


def test_both_editions_lead_to_the_same_sections(courses: dict[str, Any]) -> None:
    for course in courses.values():
        for week in course:
            ko, en = (sorted(LEADS.findall(week[language])) for language in ("ko", "en"))
            assert ko == en, week["pages"]
