"""Code that a page includes: what stands between two marks in a test, so that the book shows only what a test runs.

A mark is a comment, ``# begin: dense, PyTorch``, and ``# end`` closes it. The directive ``{beside} dense`` shows all
that the tests of ``tests/frameworks`` mark by that name, the book's own program first and the others beside it.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

#: The programs that may stand beside one another, in this order, and what has to be installed for each.
PROGRAMS = {"NumPy": "numpy", "PyTorch": "torch", "JAX": "jax"}
FOLDER = Path("tests") / "frameworks"
MARK = re.compile(r"^ *# (?:begin: (?P<name>[\w-]+), (?P<program>\w+)|end)$")


@dataclass(frozen=True)
class Pane:
    """The marked lines of one program, as a page shows them; ``line`` is that of the mark in ``path``."""

    name: str
    program: str
    path: Path
    line: int
    lines: int
    source: str
    closed: bool


def panes(root: Path) -> list[Pane]:
    """Everything that the tests mark, test by test."""
    found = []
    for path in sorted((root / FOLDER).glob("*.py")):
        lines = path.read_text(encoding="utf-8").split("\n")
        marks = [(number, mark) for number, line in enumerate(lines) if (mark := MARK.match(line))]
        for place, (number, mark) in enumerate(marks):
            if mark["name"] is None:
                continue
            end, after = marks[place + 1] if place + 1 < len(marks) else (len(lines), None)
            body = lines[number + 1 : end]
            source = textwrap.dedent("\n".join(body)).strip("\n")
            closed = after is not None and after["name"] is None
            found.append(Pane(mark["name"], mark["program"], path, number + 1, len(body), source, closed))
    return found


def beside(root: Path, name: str) -> list[Pane]:
    """The panes of one name, in the order in which a page shows them."""
    order = list(PROGRAMS)
    mine = [pane for pane in panes(root) if pane.name == name and pane.program in PROGRAMS]
    return sorted(mine, key=lambda pane: order.index(pane.program))
