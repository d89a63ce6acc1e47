"""``make notebooks`` writes the same bytes each time, runs no page twice, and serves nothing stale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import execute
from execute import KEPT, Store
from notebooks import INSTALL, Settings, page_notebook, write_notebooks
from plain import Edition

KO, EN = "notebooks/ko/sample.ipynb", "notebooks/en/sample.ipynb"


def read(root: Path) -> dict[str, bytes]:
    return {file: (root / file).read_bytes() for file in (KO, EN)}


def progress(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [
        line.split(" ", 2)[1] + " " + line.split(" ", 2)[2] for line in capsys.readouterr().out.splitlines()
    ]


def test_twice_the_same_bytes(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read(copy)
    assert write_notebooks(copy, force=True) == []
    assert read(copy) == before
    lines = progress(capsys)
    assert len(lines) == 2 and "executed" in lines[0] and lines[1] == "en/sample from its twin"


def test_nothing_changed_nothing_run(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write_notebooks(copy) == []
    assert progress(capsys) == ["ko/sample unchanged", "en/sample from its twin"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("book/ko/sample.md", "1e-3))", "1e-3) + 0)"),  # the page's code
        ("backprop/dense.py", '"""Total inputs."""', '"""Total inputs, added."""'),  # the package
    ],
)
def test_a_change_is_run_again(
    file: str, old: str, new: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert write_notebooks(copy) == []
    assert "ko/sample executed" in progress(capsys)[0]
    assert "-1.799\\n" in (copy / KO).read_text(encoding="utf-8")


def test_an_output_changed_by_hand_is_put_right(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / KO
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("-1.799\\n", "-1.800\\n", 1), encoding="utf-8")
    assert write_notebooks(copy) == []
    assert progress(capsys) == ["ko/sample unchanged, written", "en/sample from its twin"]
    assert path.read_text(encoding="utf-8") == before


def test_prose_alone_is_rewritten_without_running(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "book/en/sample.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("through three points.\n\n-", "falls.\n\n-"),
        encoding="utf-8",
    )
    assert write_notebooks(copy) == []
    assert progress(capsys)[1] == "en/sample from its twin, written"
    assert "falls." in (copy / EN).read_text(encoding="utf-8")


def test_what_is_kept(good_root: Path) -> None:
    text = (good_root / KO).read_text(encoding="utf-8")
    notebook = json.loads(text)
    assert notebook["metadata"]["language_info"] == {"name": "python"}  # no version
    assert "image/" not in text and "iopub" not in text and str(good_root) not in text
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [1, 2, 3, 4]
    assert "<Figure size 640x480 with 1 Axes>" in text and "share 30%" in text
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize("record", ["", "{", "[]", None])
def test_a_lost_record_only_costs_time(
    record: str | None, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,) = (copy / "_build/executed").glob("sample.*.json")
    file.write_text(record, encoding="utf-8") if record is not None else file.unlink()
    assert write_notebooks(copy) == []
    assert "ko/sample executed" in progress(capsys)[0]
    assert write_notebooks(copy) == []
    assert progress(capsys)[0] == "ko/sample unchanged"


def test_what_is_kept_of_old_runs_is_bounded(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(KEPT + 2):
        file = store.file("page", [f"print({number})"])
        store.keep(file, [[1, []]])
        os.utime(file, (number, number))
    store.keep(store.file("other", ["print(0)"]), [[1, []]])
    last = store.file("page", [f"print({KEPT + 1})"])
    assert last.exists() and not store.file("page", ["print(0)"]).exists()
    assert len(list((tmp_path / "_build/executed").iterdir())) == KEPT + 1


def test_a_notebook_of_a_page_that_is_gone(copy: Path) -> None:
    gone = copy / "notebooks/ko/gone.ipynb"
    gone.write_bytes((copy / KO).read_bytes())
    assert write_notebooks(copy, quiet=True) == []
    assert not gone.exists()


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").split(text)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("1e-3))\nprint", "1e-3)) ; 1 / 0\nprint", "1 / 0", "ZeroDivisionError: division by zero"),
        (
            "1e-3))\nprint",
            "1e-3))\ndef f():\n    lost\n\n\nf()\nprint",
            "f()\nprint",
            "NameError: name 'lost'",
        ),
        ("fig = Figure()", "fig = = Figure()", "fig = = Figure()", "SyntaxError: invalid syntax"),
        ("[-0.6], [3], 1e-3) + 1.799) <", "[-0.6], 3, 1e-3) + 1.799) <", "assert abs(forward", "TypeError: "),
        ("fig = Figure()", "import os; os._exit(3)", "from matplotlib.figure", "ends Python itself"),
    ],
)
def test_a_failing_page_says_where(old: str, new: str, at: str, says: str, copy: Path) -> None:
    """The line of the page, though cells know only their own, and no colours."""
    path = copy / "book/ko/sample.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    (failure,) = write_notebooks(copy, quiet=True)
    assert failure.startswith(f"book/ko/sample.md:{line_of(path, at)}: ") and says in failure.split("\n")[0]
    assert "\x1b" not in failure and "Cell In" not in failure
    if "NameError" in says:  # the way there, in lines of the page
        assert f"book/ko/sample.md:{line_of(path, '    lost')}, line" in failure


def test_a_cell_that_takes_too_long_says_where(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "CELL_SECONDS", 2)
    path = copy / "book/ko/sample.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("fig = Figure()", "while True: pass"), encoding="utf-8"
    )
    (failure,) = write_notebooks(copy, quiet=True)
    line = line_of(path, "from matplotlib.figure")
    assert failure == f"book/ko/sample.md:{line}: the cell that begins here takes more than 2 s"


def test_a_slow_page_is_told_of(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(execute, "PAGE_SECONDS", 0.1)
    assert write_notebooks(copy, force=True) == []
    assert "(a page should take 0.1 s at most)" in progress(capsys)[0]


def test_a_warning_page_is_refused(copy: Path) -> None:
    for language in ("ko", "en"):
        path = copy / f"book/{language}/sample.md"
        text = path.read_text(encoding="utf-8").replace(
            "1e-3))", "1e-3))\nimport sys; sys.stderr.write('oh')"
        )
        path.write_text(text, encoding="utf-8")
    for _ in range(2):  # and again when the outputs are known
        (failure,) = write_notebooks(copy, quiet=True)
        assert "book/ko/sample.md: code cell 1 writes to stderr" in failure and "oh" in failure


def test_an_unknown_page_is_refused(copy: Path) -> None:
    assert write_notebooks(copy, ["simple"]) == ["no page is called simple; pages: sample"]


# In Colab, and only there, a notebook installs the package first. ------------------------------------


def run(address: str, colab: bool, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the first cell with a ``subprocess.run`` that prints what it would do."""
    fake = (
        "import sys, types, subprocess\nsubprocess.run = lambda command, check: print(command[1:], check)\n"
    )
    if colab:
        fake += "sys.modules['google.colab'] = types.ModuleType('google.colab')\n"
    script = fake + INSTALL.format(address=address, branch="main")
    return subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_colab_installs(tmp_path: Path) -> None:
    done = run("https://example.org/owner/book", True, tmp_path)
    assert (
        done.stdout.strip()
        == "['-m', 'pip', 'install', '-q', 'git+https://example.org/owner/book@main'] True"
    )


def test_colab_without_address_says_where_to_write_it(tmp_path: Path) -> None:
    done = run("", True, tmp_path)
    assert done.returncode != 0 and "write it in this cell" in done.stderr


@pytest.mark.parametrize("address", ["", "https://example.org/owner/book"])
def test_elsewhere_nothing_happens(address: str, tmp_path: Path) -> None:
    done = run(address, False, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("address", ["", "https://example.org/owner/book"])
def test_a_downloaded_notebook_says_what_it_needs(address: str, tmp_path: Path) -> None:
    hidden = "import importlib.util\nimportlib.util.find_spec = lambda name: None\n"
    script = hidden + INSTALL.format(address=address, branch="main")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "needs the book's package" in done.stderr and "pip install ." in done.stderr
    assert address in done.stderr


def test_the_address_is_the_configurations(good_root: Path) -> None:
    settings = Settings.read(good_root)
    notebook = page_notebook(good_root / "book/ko/sample.md", settings, Edition(good_root, "ko"))
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert 'address = "https://example.org/owner/book"' in first.source and "@main" in first.source
