"""Code that pages include is code that the CI runs, the same in both editions, and short enough to stand in two columns."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from included import PROGRAMS, Pane, panes

from .book import Book, Found

WIDTH = 43  # letters: a column of two at 1280, the only one on a phone


def check_beside(book: Book) -> Found:
    """What ``{beside}`` names is marked in the book's program and in another one, and both editions name the same."""
    found = Found()
    programs: dict[str, set[str]] = {}
    for pane in panes(book.root):
        programs.setdefault(pane.name, set()).add(pane.program)
    for page in book.all_pages:
        for block in page.blocks:
            if block.shows_tests:
                found.saw += 1
                marked = programs.get(block.argument, set())
                if "NumPy" not in marked or len(marked) < 2:
                    found.report(
                        page.path, block.line,
                        f"the tests mark '{block.argument}' for {', '.join(sorted(marked)) or 'no program'}",
                        "mark it for NumPy and another program in tests/frameworks, or name what is marked",
                    )  # fmt: skip
    for pair in book.pairs:
        ko, en = ([block for block in page.blocks if block.shows_tests] for page in pair)
        for one, two in zip(ko, en, strict=False):
            if one.argument != two.argument:
                found.report(
                    pair.ko.path, one.line,
                    f"'{one.argument}' stands here, '{two.argument}' in book/en/{pair.en.path.name}:{two.line}",
                    "show the same code in both editions",
                )  # fmt: skip
    return found


def check_included_code_runs(book: Book) -> Found:
    """What tests mark stands in a test that the CI runs and that asserts afterwards; pages show it, once it is marked."""
    found = Found()
    marked = panes(book.root)
    shown = {block.argument for page in book.all_pages for block in page.blocks if block.shows_tests}
    counts = Counter((pane.name, pane.program) for pane in marked)
    installed = _text(book.root / ".ci" / "run")
    run = _text(book.root / "Makefile")
    for pane in marked:
        found.saw += 1
        where = f"'{pane.name}, {pane.program}'"
        for what, do in _faults(pane):
            found.report(pane.path, pane.line, f"{where} {what}", do)
        if counts[pane.name, pane.program] > 1:
            found.report(pane.path, pane.line, f"{where} is marked twice", "give each its own name")
        if pane.name not in shown:
            found.report(pane.path, pane.line, f"no page shows {where}", f"write {{beside}} {pane.name}, or take the marks away")  # fmt: skip
        needed = PROGRAMS.get(pane.program)
        if needed is None:
            found.report(pane.path, pane.line, f"{where} is for an unknown program", "add it to PROGRAMS in book/_tools/included.py")  # fmt: skip
        elif needed != "numpy" and not re.search(rf"pip install[^\n]*[ '\"]{needed}==", installed):
            found.report(pane.path, pane.line, f"{where} does not run in the CI: {needed} is not installed there", "install it in .ci/run")  # fmt: skip
        if not re.search(r"pytest tests(?:\s|$)", run, re.MULTILINE):
            found.report(pane.path, pane.line, f"{where} does not run in the CI: make test has no 'pytest tests'", "let it run all tests")  # fmt: skip
    return found


def _faults(pane: Pane) -> Iterator[tuple[str, str]]:
    """What is wrong with marked lines in themselves, and in the test around them."""
    if not pane.closed:
        yield "is not closed", "write # end after its last line"
        return
    try:
        ast.parse(pane.source)
    except SyntaxError:
        yield "is no program by itself", "mark whole statements of one block"
        return
    longest = max(map(len, pane.source.split("\n")))
    if longest > WIDTH:
        yield f"has a line of {longest} letters", f"break it: {WIDTH} fit into a column"
    test = _test_around(pane)
    if test is None:
        yield "stands in no test", "mark it in a function test_... of a file test_....py"
    elif not any(line > pane.line + pane.lines for line in _agreements(test)):
        yield "is followed by no agreement", "say agree(ours, theirs) after it, in the same test"


def _test_around(pane: Pane) -> ast.FunctionDef | None:
    if not pane.path.name.startswith("test_"):
        return None
    for node in ast.parse(pane.path.read_text(encoding="utf-8")).body:
        last = node.end_lineno or node.lineno
        if (
            isinstance(node, ast.FunctionDef)
            and node.name.startswith("test_")
            and node.lineno < pane.line <= last
        ):
            return node
    return None


def _agreements(test: ast.FunctionDef) -> Iterator[int]:
    """The lines on which something is said to agree: by name, or by a function that goes through all that comes out."""
    for node in ast.walk(test):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "agree" or name.startswith("same_"):
                yield node.lineno


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
