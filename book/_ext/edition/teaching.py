"""The tables of the page for teachers, `{course-table}`: courses week by week, from `book/courses.yml`."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from .tables import YamlTable, rows

HEADS = {"ko": ["주", "쪽", "수업에서", "연습문제"], "en": ["Week", "Pages", "In class", "Exercises"]}


def setup(app: Sphinx) -> None:
    app.add_directive("course-table", CourseTable)


class CourseTable(YamlTable):
    name_of_file = "courses"
    required_arguments = 1

    def markdown(self, data: Any) -> list[str]:
        if self.arguments[0] not in data:
            raise self.error(f"expected one of the courses {', '.join(data)}, got {self.arguments[0]}")
        table = [
            [
                str(week),
                ", ".join(f"{{doc}}`{page}`" for page in each["pages"]),
                self.text(each),
                ", ".join(f"{{numref}}`{{number}} <{label}>`" for label in each["exercises"]),
            ]
            for week, each in enumerate(data[self.arguments[0]], start=1)
        ]
        return [*rows([HEADS[self.language]]), "| ---: | --- | --- | --- |", *rows(table)]
