"""Write the notebooks from the pages: ``make notebooks``, or ``python book/_tools/notebooks.py [PAGE ...]``.

A page is executed once for both editions, because their code is the same; text outputs are kept, images are
dropped, and nothing that changes from run to run (times, versions, random ids) is written. A page whose code,
package and outputs are as they were at its last run is not executed again.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from plain import Edition

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("ko", "en")
AT_ONCE = 2
CELL_SECONDS = 120
PAGE_SECONDS = 10
#: Distributions whose version may change an output; a new one makes every page run again.
DECIDING = ("numpy", "matplotlib", "scikit-learn", "ipykernel")

INSTALL = """\
import sys

if "google.colab" in sys.modules:  # in Colab, install the book's package; anywhere else do nothing
    address = "{address}"
    if not address:
        raise RuntimeError(
            "the address of the book's repository is not set: "
            "set sphinx.config.book_repository in _config.yml, then run make notebooks"
        )
    import subprocess

    subprocess.run([sys.executable, "-m", "pip", "install", "-q", f"git+{{address}}@{branch}"], check=True)"""


@dataclass(frozen=True)
class Settings:
    """Where the book's repository is, as set in ``_config.yml`` and nowhere else."""

    address: str
    branch: str
    install_id: str = "install"

    @classmethod
    def read(cls, root: Path) -> Settings:
        path = root / "_config.yml"
        config = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        options = (config.get("sphinx") or {}).get("config") or {}
        return cls(str(options.get("book_repository") or ""), str(options.get("book_branch") or "main"))


def page_notebook(path: Path, settings: Settings, edition: Edition) -> Any:
    """The page as a notebook without outputs, in the form in which it is written."""
    read = jupytext.read(path, fmt="md:myst")
    cells = []
    installed = False
    for cell in read.cells:
        if cell.cell_type == "code" and not installed:
            installed = True
            source = INSTALL.format(address=settings.address, branch=settings.branch)
            cells.append(
                nbformat.v4.new_code_cell(source, id=settings.install_id, metadata=_metadata(["hide-input"]))
            )
        name = f"{path.stem}-{len(cells):03d}"
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags", [])
            cells.append(nbformat.v4.new_code_cell(cell.source, id=name, metadata=_metadata(tags)))
            figure = (cell.metadata.get("mystnb") or {}).get("figure")
            text = edition.caption(figure, path.stem) if figure else ""
            name = f"{path.stem}-{len(cells):03d}"
        else:
            text = edition.plain(cell.source, path.stem)
        if text:
            cells.append(nbformat.v4.new_markdown_cell(text, id=name))
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )


def _metadata(tags: list[str]) -> dict[str, Any]:
    if not tags:
        return {}
    hidden = {"jupyter": {"source_hidden": True}} if {"hide-input", "hide-cell"} & set(tags) else {}
    return {**hidden, "tags": list(tags)}


def package_hash(root: Path) -> str:
    """A hash of the package's code and data and of the versions that may change an output."""
    digest = hashlib.sha256()
    for path in sorted((root / "backprop").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    for name in DECIDING:
        try:
            digest.update(f"{name} {metadata.version(name)}".encode())
        except metadata.PackageNotFoundError:
            continue
    return digest.hexdigest()


def code_of(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def outputs_of(notebook: Any) -> list[Any]:
    return [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def digest_of(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def execute(notebook: Any, folder: Path, root: Path) -> None:
    """Run the notebook in ``folder`` and keep outputs that are the same on every run."""
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=40"],  # errors only
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(paths)}
    described = copy.deepcopy(notebook.metadata)
    await client.async_execute(env=environment)
    notebook.metadata = described  # without the kernel's version
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [kept for output in cell.outputs if (kept := _stable(output))]


def _stable(output: Any) -> Any:
    """The output without its images, or None where nothing else was in it."""
    output = nbformat.from_dict(copy.deepcopy(output))
    if "data" in output:
        output.data = {
            kind: data
            for kind, data in output.data.items()
            if not kind.startswith("image/") and kind != "application/pdf"
        }
        output.metadata = {}
        if not output.data:
            return None
    return output


class Writer:
    """Brings notebooks up to date: executes the pages that changed, rewrites what differs."""

    def __init__(self, root: Path, force: bool = False, quiet: bool = False) -> None:
        self.root, self.force, self.quiet = root, force, quiet
        self.settings = Settings.read(root)
        self.editions = {language: Edition(root, language) for language in LANGUAGES}
        self.package = package_hash(root)
        self.record = root / "_build" / "notebooks.json"
        self.known = self.read_record()
        self.done: dict[str, list[str]] = {}
        self.failures: list[str] = []

    def read_record(self) -> dict[str, list[str]]:
        """Page to what it was made from and what came out, at its last run on this machine."""
        try:
            return dict(json.loads(self.record.read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}

    def say(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)

    async def write(self, names: list[str]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self.write_page(name, gate) for name in names))
        self.record.parent.mkdir(parents=True, exist_ok=True)
        draft = self.record.with_suffix(
            f".{os.getpid()}"
        )  # another run may be writing: replace, and keep what it did
        draft.write_text(json.dumps({**self.read_record(), **self.done}, indent=1, sort_keys=True) + "\n")
        draft.replace(self.record)

    async def write_page(self, name: str, gate: asyncio.Semaphore) -> None:
        paths = {language: self.root / "book" / language / f"{name}.md" for language in LANGUAGES}
        editions = {
            language: page_notebook(path, self.settings, self.editions[language])
            for language, path in paths.items()
            if path.exists()
        }
        done: list[tuple[list[str], list[Any]]] = []  # code, and the outputs it gave
        for language, notebook in editions.items():
            code = code_of(notebook)
            if not code:
                return
            target = self.root / "notebooks" / language / f"{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            outputs = next((outputs for known, outputs in done if known == code), None)
            how = "from its twin"
            if outputs is None:
                outputs, how = self.kept(name, language, code, target), "unchanged"
            if outputs is None:
                async with gate:
                    start = time.perf_counter()
                    try:
                        await execute(notebook, target.parent, self.root)
                    except CellExecutionError as error:
                        self.failures.append(f"{paths[language].relative_to(self.root)}: {error}")
                        self.say(f"notebooks: {language}/{name} FAILED")
                        return
                    seconds = time.perf_counter() - start
                    how = f"executed in {seconds:.1f} s"
                    if seconds > PAGE_SECONDS:
                        how += f" (a page should take {PAGE_SECONDS} s at most)"
                outputs = outputs_of(notebook)
                self.complain(paths[language], outputs)
            done.append((code, outputs))
            for cell, (count, given) in zip(
                (cell for cell in notebook.cells if cell.cell_type == "code"), outputs, strict=True
            ):
                cell.execution_count, cell.outputs = count, nbformat.from_dict(copy.deepcopy(given))
            text = nbformat.writes(notebook, version=4, indent=1) + "\n"
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                target.write_text(text, encoding="utf-8")
                how += ", written"
            self.done[f"{language}/{name}"] = [digest_of(code, self.package), digest_of(outputs)]
            self.say(f"notebooks: {language}/{name} {how}")

    def kept(self, name: str, language: str, code: list[str], target: Path) -> list[Any] | None:
        """The outputs of the last run, if neither code nor package nor the outputs themselves have changed since."""
        if self.force or not target.exists():
            return None
        outputs = outputs_of(nbformat.read(target, as_version=4))
        same = self.known.get(f"{language}/{name}") == [digest_of(code, self.package), digest_of(outputs)]
        return outputs if same and len(outputs) == len(code) else None

    def complain(self, path: Path, outputs: list[Any]) -> None:
        for number, (_, given) in enumerate(outputs):
            for output in given:
                if output.get("name") == "stderr":
                    text = output["text"].strip().split("\n")[-1]
                    self.failures.append(
                        f"{path.relative_to(self.root)}: code cell {number} writes to stderr, which differs between "
                        f"machines - make it not warn: {text}"
                    )


def pages_in(root: Path) -> list[str]:
    return sorted({path.stem for language in LANGUAGES for path in (root / "book" / language).glob("*.md")})


def write_notebooks(
    root: Path, names: list[str] | None = None, force: bool = False, quiet: bool = False
) -> list[str]:
    """Bring the notebooks of ``names`` (all pages by default) up to date; return what failed."""
    known = pages_in(root)
    unknown = sorted(set(names or []) - set(known))
    if unknown:
        return [f"no page is called {', '.join(unknown)}; pages: {', '.join(known)}"]
    writer = Writer(root, force, quiet)
    asyncio.run(writer.write(names or known))
    if not names:
        expected = {f"{language}/{name}" for language in LANGUAGES for name in known}
        for path in sorted((root / "notebooks").glob("*/*.ipynb")):
            if f"{path.parent.name}/{path.stem}" not in expected:
                path.unlink()
                writer.say(f"notebooks: {path.parent.name}/{path.stem} removed, its page is gone")
    return writer.failures


def main() -> int:
    parser = argparse.ArgumentParser(description="Execute the pages and write notebooks/{ko,en}/*.ipynb.")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="page names; all pages when none is given")
    parser.add_argument("--force", action="store_true", help="execute even what has not changed")
    arguments = parser.parse_args()
    failures = write_notebooks(ROOT, arguments.pages, arguments.force)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
