"""A small good book for the contracts to read, and a way to plant one fault in a copy of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

collect_ignore = ["fixture"]

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "book" / "_tools"))

from agree import main as agree  # noqa: E402
from contracts import Book  # noqa: E402
from notebooks import write_notebooks  # noqa: E402


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def real_book() -> Book:
    return Book(ROOT)


@pytest.fixture(scope="session")
def good_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture book with its notebooks executed and everything agreed."""
    root = tmp_path_factory.mktemp("good") / "book"
    shutil.copytree(Path(__file__).parent / "fixture", root)
    assert write_notebooks(root, quiet=True) == []
    assert agree(["--yes"], root) == 0
    return root


@pytest.fixture
def copy(good_root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good_root, tmp_path / "copy"))


@pytest.fixture
def change(copy: Path) -> Callable[[str, str, str], Path]:
    """Replace one occurrence of a text in a file of the copied book."""

    def apply(file: str, old: str, new: str) -> Path:
        path = copy / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}: the fault cannot be planted"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return apply


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the planter planted and what was caught, by kind."""
    report = ROOT / "_build" / "planted.txt"
    if report.exists() and any(
        "test_planter" in str(each.nodeid)
        for each in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    ):
        terminalreporter.section("faults planted in the book")
        terminalreporter.write(report.read_text(encoding="utf-8"))
