"""Execute the pages' code cells, once for both editions, and keep what they gave.

The site and the notebooks are made from the same outputs. They are kept under ``_build/executed``, a file for
each page and version of its code, named after a hash of the code cells and of everything that may change what
they give: the package, Python, and the libraries. Prose, captions and tags are no part of it, so that an edit
of these executes nothing, and an undone edit finds what it gave before. What is lost only costs time.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

LANGUAGES = ("ko", "en")
AT_ONCE = 2
CELL_SECONDS = 120
PAGE_SECONDS = 10
KEPT = 6  # so many versions of a page's outputs; the oldest go
#: Distributions whose version may change an output; a new one makes every page run again.
DECIDING = ("numpy", "matplotlib", "scikit-learn", "ipykernel", "ipython")

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLACE = re.compile(r"Cell In ?\[(\d+)\], line (\d+)")


class PageFails(Exception):
    """A page that cannot be executed: where, why, and the way there."""


@dataclass(frozen=True)
class Result:
    """For each code cell its number and its outputs; and how long that took, or None when it was known before.

    A page is judged by the seconds that its kernel computed: the clock also counts what else the machine did.
    """

    cells: list[Any]
    seconds: float | None
    computed: float = 0

    @property
    def how(self) -> str:
        if self.seconds is None:
            return "unchanged"
        slow = f" (a page should take {PAGE_SECONDS} s at most)" if self.computed > PAGE_SECONDS else ""
        return f"executed in {self.seconds:.1f} s{slow}"


def pages_in(root: Path) -> list[str]:
    return sorted({path.stem for language in LANGUAGES for path in (root / "book" / language).glob("*.md")})


def code_in(path: Path) -> list[str]:
    return [cell.source for cell in jupytext.read(path, fmt="md:myst").cells if cell.cell_type == "code"]


def program_hash(root: Path) -> str:
    """A hash of the package's code and data and of the versions that may change an output."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted((root / "backprop").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    for name in DECIDING:
        try:
            digest.update(f"{name} {metadata.version(name)}".encode())
        except metadata.PackageNotFoundError:
            continue
    return digest.hexdigest()


class Store:
    """What the pages' code cells gave: looked up, or found out by executing them."""

    def __init__(self, root: Path, force: bool = False) -> None:
        self.root, self.force = root, force
        self.folder = root / "_build" / "executed"
        self.program = program_hash(root)
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.fresh: set[Path] = set()

    def file(self, name: str, code: Sequence[str]) -> Path:
        key = json.dumps([self.program, list(code)], ensure_ascii=False)
        return self.folder / f"{name}.{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"

    def known(self, file: Path, code: Sequence[str]) -> list[Any] | None:
        if self.force and file not in self.fresh:
            return None
        try:
            cells = json.loads(file.read_text(encoding="utf-8"))
            file.touch()
        except (OSError, ValueError):
            return None
        return cells if isinstance(cells, list) and len(cells) == len(code) else None

    async def result(self, path: Path, code: Sequence[str]) -> Result:
        """What the code cells of the page at ``path`` give; PageFails when they fail."""
        file = self.file(path.stem, code)
        cells = self.known(file, code)
        if cells is not None:
            return Result(cells, None)
        async with self.gate:
            start = time.perf_counter()
            cells, computed = await execute(path, code, self.root)
            seconds = time.perf_counter() - start
        self.keep(file, cells)
        return Result(cells, seconds, computed)

    def keep(self, file: Path, cells: list[Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")  # another run may be reading: replace at one stroke
        draft.write_text(json.dumps(cells, ensure_ascii=False), encoding="utf-8")
        draft.replace(file)
        self.fresh.add(file)
        versions = self.folder.glob(f"{file.name.split('.')[0]}.*.json")
        for old in sorted(versions, key=lambda each: each.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)


async def execute(path: Path, code: Sequence[str], root: Path) -> tuple[list[Any], float]:
    """Run the cells in a folder of their own, with the package of this book and one thread.

    Returns what each cell gave, and the seconds that the kernel computed.
    """
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in code])
    begun: list[int] = []
    computed = 0.0

    def measure(**cell: Any) -> None:
        nonlocal computed
        kernel: Any = client.km
        spent = psutil.Process(kernel.provisioner.pid).cpu_times()
        computed = spent.user + spent.system

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=40"],  # errors only
        record_timing=False,
        coalesce_streams=True,
        on_cell_start=lambda cell, cell_index: begun.append(cell_index),
        on_cell_executed=measure,
    )
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    variables.update(OPENBLAS_NUM_THREADS="1", PYTHONPATH=os.pathsep.join(paths))
    try:
        with tempfile.TemporaryDirectory() as folder:
            try:
                await client.async_execute(cwd=folder, env=variables)
            except RuntimeError:
                if begun:
                    raise
                # No cell has run: a port that was free when it was chosen was taken before the kernel listened.
                await client.async_execute(cwd=folder, env=variables)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise PageFails(failure(path, root, notebook, begun[-1] if begun else 0, error)) from error
    return [[cell.execution_count, cell.outputs] for cell in notebook.cells], computed


def failure(path: Path, root: Path, notebook: Any, index: int, error: Exception) -> str:
    """The page's line, what went wrong there, and the traceback with the page's lines instead of the cells'."""
    from pages import read_page  # a reader of Markdown, which takes a while to load: only when needed

    shown = path.relative_to(root) if path.is_relative_to(root) else path
    first = [cell.body for cell in read_page(path).cells]
    number = {cell.execution_count: place for place, cell in enumerate(notebook.cells)}
    cell = notebook.cells[index]
    line, reason, way = first[index] if index < len(first) else 1, "", ""
    if isinstance(error, CellTimeoutError):
        reason = f"the cell that begins here takes more than {CELL_SECONDS} s"
    elif isinstance(error, DeadKernelError):
        reason = "the cell that begins here ends Python itself"
    else:
        raised = [output for output in cell.outputs if output.output_type == "error"][-1]
        reason = COLOURS.sub("", f"{raised.ename}: {raised.evalue}")
        way = COLOURS.sub("", "\n".join(raised.traceback)).rstrip()
        for match in PLACE.finditer(way):
            if number.get(int(match[1])) == index and index < len(first):
                line += int(match[2]) - 1
                break

        def on_the_page(match: re.Match[str]) -> str:
            place = number.get(int(match[1]))
            if place is None or place >= len(first):
                return match[0]
            return f"{shown}:{first[place] + int(match[2]) - 1}, line {match[2]} of the cell"

        way = "\n" + PLACE.sub(on_the_page, way)
    return f"{shown}:{line}: {reason}{way}"


def complaints(path: Path, root: Path, cells: list[Any]) -> list[str]:
    """What the outputs say that no page should say."""
    return [
        f"{path.relative_to(root)}: code cell {number} writes to stderr, which differs between "
        f"machines - make it not warn: {output['text'].strip().splitlines()[-1]}"
        for number, (_, given) in enumerate(cells, start=1)
        for output in given
        if output.get("name") == "stderr" and output["text"].strip()
    ]


async def _execute_all(root: Path, say: Callable[[str], None]) -> list[str]:
    store = Store(root)
    failures: list[str] = []

    async def page(name: str) -> None:
        seen: list[list[str]] = []
        for language in LANGUAGES:
            path = root / "book" / language / f"{name}.md"
            code = code_in(path) if path.exists() else []
            if not code or code in seen:
                continue
            seen.append(code)
            try:
                result = await store.result(path, code)
            except PageFails as error:
                failures.append(str(error))
                say(f"{name} FAILED")
                return
            if result.seconds is not None:
                say(f"{name} {result.how}")
            failures.extend(complaints(path, root, result.cells))

    await asyncio.gather(*map(page, pages_in(root)))
    return failures


def execute_all(root: Path, say: Callable[[str], None]) -> list[str]:
    """Execute every page that has changed, a line of progress each; return what failed."""
    return asyncio.run(_execute_all(root, say))
