"""The command that authors run: every problem on one line, and an exit status that scripts can use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from check import main

KO = "book/ko/sample.md"


def test_a_good_book(good_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], good_root) == 0
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("0 problems. Looked at: sections 8, ")


def test_a_problem_is_one_line(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = change(KO, "뒤의 일은", "이 노드는")
    line = path.read_text(encoding="utf-8").split("이 노드는")[0].count("\n") + 1
    assert main(["--no-run", "sample"], copy) == 1
    out = capsys.readouterr().out.splitlines()
    assert (
        len(
            [
                one
                for one in out
                if one.endswith(f"sample.md:{line}: '노드' is not a word of this book - write '유닛'")
            ]
        )
        == 1
    )


def test_a_page_is_run_first(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("ko", "en"):
        change(f"book/{language}/sample.md", 'print("share"', 'print(sum([4000, 242]))\nprint("share"')
        change(f"book/{language}/sample.md", "$-1.799$", "$4242$")
    assert main(["--no-run", "sample"], copy) == 1
    assert "'4242' is neither" in capsys.readouterr().out
    main(["sample"], copy)
    out = capsys.readouterr().out
    assert out.startswith("notebooks: ko/sample executed") and "'4242' is neither" not in out
    assert "here stands '4242', where '-1.799'" in out  # computed, but not yet agreed


def test_a_page_that_fails_is_a_problem(
    change: Callable[..., Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(KO, "1.799) < 1e-9", "1.7) < 1e-9")
    assert main(["sample"], copy) == 1
    assert "AssertionError" in capsys.readouterr().out


def test_other_pages_are_left_out(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("ko", "en"):
        (copy / f"book/{language}/other.md").write_text("# No label\n", encoding="utf-8")
    assert main(["--no-run", "sample"], copy) == 0
    assert main(["--no-run", "other"], copy) == 1
    assert "has no label" in capsys.readouterr().out


def test_an_unknown_page(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-run", "simple"], copy) == 2
    assert "no page is called simple; pages: sample" in capsys.readouterr().err
