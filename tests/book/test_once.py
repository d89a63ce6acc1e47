"""Nothing runs twice: the site and the notebooks share what the pages' cells gave, and so do the editions.

Counted are the kernels that start, whoever starts them: IPython runs the files of a folder at each start.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbclient import NotebookClient

from execute import execute

PAGES = ("sample", "second")
ADDED = {"how-to-cite": "# Cite\n", "references": "# References\n\n```{bibliography}\n```\n"}
DRAWN = {
    "from matplotlib.figure import Figure": "from matplotlib.pyplot import figure as Figure",
    "fig.subplots()": "_ = fig.subplots()",
    "\nfig\n": "\n",
}


@pytest.fixture
def small(root: Path, tmp_path: Path) -> Path:
    """The fixture book, with a second page that draws with pyplot, and what a site needs of the real one."""
    small = tmp_path / "small"
    shutil.copytree(Path(__file__).parent / "fixture", small)
    for name in ("_ext", "_tools", "_static", "_templates"):
        shutil.copytree(root / "book" / name, small / "book" / name)
    for name in ("_config.yml", "pyproject.toml", "constraints.txt", "CITATION.cff", "book/changes.yml"):
        shutil.copyfile(root / name, small / name)
    (small / "book" / "openings.yml").write_text("{}\n", encoding="utf-8")
    stub = "def landing(site):\n    return ''\n"  # the small book has no front page to make it from
    (small / "book" / "_tools" / "landing.py").write_text(stub, encoding="utf-8")
    for language in ("ko", "en"):
        folder = small / "book" / language
        text = (folder / "sample.md").read_text(encoding="utf-8").replace("sample", "second")
        for old, new in {"dense-y": "second-y", **DRAWN}.items():
            assert old in text
            text = text.replace(old, new)
        text = text.replace("{eq}`second-y`은", "{eq}`second-y`는")  # it is the second equation here
        (folder / "second.md").write_text(text, encoding="utf-8")
        for name, page in ADDED.items():
            (folder / f"{name}.md").write_text(f"({name})=\n{page}", encoding="utf-8")
    chapters = "".join(f"  - file: {name}\n" for name in ("second", *ADDED))
    (small / "_toc.yml").write_text(f"format: jb-book\nroot: sample\nchapters:\n{chapters}", encoding="utf-8")
    return small


@pytest.fixture
def run(small: Path, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Run one of the book's tools; return how many kernels started, and what it said."""
    count = tmp_path / "started"
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "count.py").write_text(f"open({str(count)!r}, 'a').write('one\\n')\n", encoding="utf-8")
    variables = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_XDIST")},
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(small),
        "OPENBLAS_NUM_THREADS": "1",
    }

    def apply(*command: str, status: int = 0) -> tuple[int, str]:
        count.write_text("", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, *command], cwd=small, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return count.read_text(encoding="utf-8").count("one"), done.stdout + done.stderr

    return apply


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_each_page_runs_once(small: Path, run: Callable[..., tuple[int, str]]) -> None:
    started, said = run("book/_tools/site.py")
    assert started == len(PAGES)
    for name in PAGES:
        assert said.count(f"{name} executed in ") == 1, "a line for each page that runs"
    for language in ("ko", "en"):
        text = (small / "_build" / "site" / language / "second.html").read_text(encoding="utf-8")
        assert "-1.799" in text and "share 30%" in text and "<img" in text

    started, said = run("book/_tools/notebooks.py")
    assert started == 0, "the notebooks take their outputs from what the site ran"
    assert said.count("written") == 2 * len(PAGES)

    # An edit of the package runs every page again, once for all; prose and captions run nothing.
    edit(small / "backprop" / "dense.py", '"""Total inputs."""', '"""Total inputs, added."""')
    assert run("book/_tools/notebooks.py")[0] == len(PAGES)
    edit(small / "book" / "ko" / "sample.md", "축 아래로 내려간다", "축보다 아래로 내려간다")
    edit(small / "book" / "en" / "sample.md", "through three points.\n\n-", "falls.\n\n-")
    assert run("book/_tools/site.py")[0] == 0, "the site takes its outputs from what the notebooks ran"
    text = (small / "_build" / "site" / "ko" / "sample.html").read_text(encoding="utf-8")
    assert "축보다 아래로 내려간다" in text


def test_one_page_of_one_edition_runs_alone(small: Path, run: Callable[..., tuple[int, str]]) -> None:
    """The editions' code differs while an author works on one of them: then, and only then, both run."""
    assert run("book/_tools/notebooks.py", "sample")[0] == 1
    edit(small / "book" / "en" / "sample.md", "1e-3))", "1e-3) + 0)")
    started, said = run("book/_tools/notebooks.py", "sample")
    assert started == 1 and "ko/sample unchanged" in said and "en/sample executed in " in said


def test_a_page_that_fails_stops_the_site(small: Path, run: Callable[..., tuple[int, str]]) -> None:
    """Before anything is built; the other pages have run by then, and what they gave is kept."""
    for language in ("ko", "en"):
        edit(small / "book" / language / "second.md", "1e-3))", "1 / 0))")
    started, said = run("book/_tools/site.py", status=1)
    assert started == len(PAGES) and "sample executed in " in said and "second FAILED" in said
    assert "book/ko/second.md:45: ZeroDivisionError: division by zero" in said and "Cell In" not in said
    assert "building both editions" not in said
    started, said = run("book/_tools/site.py", status=1)
    assert started == 1 and "sample" not in said


def test_a_kernel_whose_port_was_taken_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[NotebookClient] = []
    begin = NotebookClient.async_start_new_kernel_client

    async def late(client: NotebookClient) -> object:
        starts.append(client)
        if len(starts) == 1:
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        return await begin(client)

    monkeypatch.setattr(NotebookClient, "async_start_new_kernel_client", late)
    cells, _ = asyncio.run(execute(tmp_path / "page.md", ["print(6 * 7)"], tmp_path))
    assert len(starts) == 2 and cells[0][1][0]["text"] == "42\n"
