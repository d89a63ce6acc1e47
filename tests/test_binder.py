"""Binder's environment, built from `binder/` alone, opens and runs the notebook of every page.

The English ones: the Korean have the same code and outputs (tests/book/test_nbval.py compares them), and
`make test` runs those. Binder's machines are others than ours, so here they compute as an old processor does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kernels import applies, environment

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"


def pins(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return dict(line.split("==") for line in lines if "==" in line and ";" not in line)


def test_requirements_are_pinned_as_the_book_is() -> None:
    wanted = (BINDER / "requirements.txt").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in wanted), "pinned, and no local path"
    ours, constraints = pins(BINDER / "requirements.txt"), pins(ROOT / "constraints.txt")
    assert {"numpy", "matplotlib", "jupyterlab-myst"} <= ours.keys()
    differ = {name: (ours[name], constraints[name]) for name in ours.keys() & constraints.keys()
              if ours[name] != constraints[name]}  # fmt: skip
    assert not differ, "binder/requirements.txt and constraints.txt pin different versions"


def test_runtime_and_post_build_are_what_repo2docker_reads() -> None:
    assert re.fullmatch(r"python-3\.1[1-3]\n", (BINDER / "runtime.txt").read_text(encoding="utf-8"))
    assert os.access(BINDER / "postBuild", os.X_OK)


def printed(notebook: dict[str, Any]) -> list[str]:
    """What each code cell printed."""
    return [
        "".join("".join(output.get("text", "")) for output in cell["outputs"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkout and an environment in which only Binder's own files were installed."""
    folder = tmp_path_factory.mktemp("binder")
    checkout = folder / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    wanted = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().replace("python-", "python")
    python = sys.executable
    if found := shutil.which(wanted):
        works = subprocess.run([found, "-c", "import venv, ensurepip"], check=False, capture_output=True)
        python = python if works.returncode else found
    subprocess.run([python, "-m", "venv", str(folder / "env")], check=True)
    binaries = folder / "env" / "bin"
    pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "-r", str(checkout / "binder" / "requirements.txt")], check=True)
    path = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    subprocess.run(["bash", "binder/postBuild"], cwd=checkout, env=path, check=True)
    return checkout, binaries


@pytest.mark.slow
def test_every_notebook_runs_and_prints_the_same(installed: tuple[Path, Path]) -> None:
    checkout, binaries = installed
    surroundings = environment("Nehalem" if applies() else None)
    ko, committed = (sorted((checkout / "notebooks" / language).glob("*.ipynb")) for language in ("ko", "en"))
    assert [path.name for path in ko] == [path.name for path in committed], "both editions are committed"
    assert len(committed) >= 3

    def run(path: Path) -> str | None:
        before = json.loads(path.read_text(encoding="utf-8"))
        done = subprocess.run(
            [str(binaries / "jupyter"), "execute", "--inplace", path.name],
            cwd=path.parent,
            env={**surroundings, "PATH": f"{binaries}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"{path.parent.name}/{path.name} fails:\n{done.stderr[-2000:]}"
        after = json.loads(path.read_text(encoding="utf-8"))
        pairs = zip(printed(before), printed(after), strict=True)
        differ = [f"{a!r} is now {b!r}" for a, b in pairs if a != b]
        return f"{path.parent.name}/{path.name}: " + "; ".join(differ) if differ else None

    with ThreadPoolExecutor(2) as pool:
        problems = [problem for problem in pool.map(run, committed) if problem]
    assert not problems, "\n".join(problems)
