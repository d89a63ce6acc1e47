"""What the book has, counted while it is built: ``{counted}`exercises` `` is a number in a sentence.

The pages are read as the contracts read them, in English, since a contract holds the editions to each other.
Each count has the narrowest meaning that can be read off the pages, and the sentence around it says no more.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from contracts.book import equation_tags
from pages import Block, Page, read_page

#: What compares a gradient with a numerical one by itself; what only finds one; and what compares two things.
CHECKS = {"check_layer", "check_network"}
NUMERICAL = {"numerical_gradient", "complex_step_gradient"}
COMPARES = {"relative_error", "allclose"}

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    app.add_role("counted", Counted())


class Counted(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        count = COUNTS.get(self.text)
        if count is None:
            logger.warning(f"{self.text!r} is not counted", location=self.get_location())
            return [nodes.Text("?")], []
        root = Path(self.env.srcdir).parents[1]
        for path in sorted((root / "book" / "en").glob("*.md")):
            self.env.note_dependency(str(path))
        return [nodes.Text(f"{count(root):,}")], []


@cache
def pages(root: Path) -> list[Page]:
    return [read_page(path) for path in sorted((root / "book" / "en").glob("*.md"))]


def equations(root: Path) -> int:
    """Displayed equations with a label that a line of the package carries: that line computes them."""
    tags = {label for path in (root / "backprop").rglob("*.py") for label, _ in equation_tags(path)}
    return len(tags & {block.label for page in pages(root) for block in page.equations})


def exercises(root: Path) -> int:
    """Exercises for which a solution stands on the page."""
    labels = {block.label for page in pages(root) for block in page.directives("exercise", "exercise-start")}
    solved = {each.argument for page in pages(root) for each in page.directives("solution", "solution-start")}
    return len(labels & solved)


def gradients(root: Path) -> int:
    """Cells that compare a gradient with one found numerically; those that only print both are left out."""
    called = [calls(cell.source) for page in pages(root) for cell in page.cells]
    return sum(bool(names & CHECKS or (names & NUMERICAL and names & COMPARES)) for names in called)


def calls(source: str) -> set[str]:
    found = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {str(getattr(function, "id", getattr(function, "attr", ""))) for function in found}


def experiments(root: Path) -> int:
    """Sections headed Experiment."""
    return len(list(experiments_of(root)))


def beside_papers(root: Path) -> int:
    """Those of them in which a paper is cited."""
    return sum(any(block.citations for block in section) for section in experiments_of(root))


def experiments_of(root: Path) -> Iterator[list[Block]]:
    for page in pages(root):
        section: list[Block] = []
        for block in page.blocks:
            if block.kind == "heading" and block.name <= "h2":
                if is_experiment(section):
                    yield section
                section = []
            section.append(block)
        if is_experiment(section):
            yield section


def is_experiment(section: list[Block]) -> bool:
    return bool(section) and section[0].kind == "heading" and section[0].words.startswith("Experiment")


COUNTS: dict[str, Callable[[Path], int]] = {
    "equations": equations,
    "exercises": exercises,
    "gradients": gradients,
    "experiments": experiments,
    "beside-papers": beside_papers,
}
