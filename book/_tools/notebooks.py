"""Write the notebooks from the pages: ``make notebooks``, or ``python book/_tools/notebooks.py [PAGE ...]``.

The cells' outputs are those that the site shows (execute.py runs what has changed, once for both editions);
text is kept, images are dropped, and nothing that changes from run to run (times, versions, random ids) is
written.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml

from execute import LANGUAGES, PageFails, Store, complaints, pages_in
from plain import Edition

ROOT = Path(__file__).resolve().parents[2]

INSTALL = """\
import importlib.util
import subprocess
import sys

address = "{address}"  # of the book's repository
if "google.colab" in sys.modules:  # in Colab, install the book's package
    if not address:
        raise RuntimeError(
            "the address of the book's repository is not known here: write it in this cell, between the "
            "marks after 'address =', as https://github.com/OWNER/NAME, and run the cell again"
        )
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", f"git+{{address}}@{branch}"], check=True)
elif importlib.util.find_spec("backprop") is None:
    raise ModuleNotFoundError(
        "this notebook needs the book's package: get the repository of the book"
        f"{{f' from {{address}}' if address else ''}}, and in its folder run  pip install ."
    )"""


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


def code_of(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def outputs_of(notebook: Any) -> list[Any]:
    return [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def written(cells: list[Any]) -> list[Any]:
    """What the page's cells gave as the notebook has it: after the cell that installs, and without images."""
    kept = [
        [count and count + 1, [stable for output in given if (stable := _stable(output))]]
        for count, given in cells
    ]
    return [[1, []], *kept]


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
    if output.get("execution_count"):
        output.execution_count += 1
    return output


class Writer:
    """Brings notebooks up to date: has the pages executed that changed, rewrites what differs."""

    def __init__(self, root: Path, force: bool = False, quiet: bool = False) -> None:
        self.root, self.quiet = root, quiet
        self.store = Store(root, force)
        self.settings = Settings.read(root)
        self.editions = {language: Edition(root, language) for language in LANGUAGES}
        self.failures: list[str] = []

    def say(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)

    async def write(self, names: list[str]) -> None:
        await asyncio.gather(*map(self.write_page, names))

    async def write_page(self, name: str) -> None:
        done: list[tuple[list[str], list[Any]]] = []  # code, and the outputs it gave
        for language in LANGUAGES:
            path = self.root / "book" / language / f"{name}.md"
            if not path.exists():
                continue
            notebook = page_notebook(path, self.settings, self.editions[language])
            code = code_of(notebook)[1:]  # without the cell that installs
            if not code:
                return
            outputs = next((outputs for known, outputs in done if known == code), None)
            how = "from its twin"
            if outputs is None:
                try:
                    result = await self.store.result(path, code)
                except PageFails as error:
                    self.failures.append(str(error))
                    self.say(f"notebooks: {language}/{name} FAILED")
                    return
                outputs, how = written(result.cells), result.how
                self.failures += complaints(path, self.root, result.cells)
                done.append((code, outputs))
            cells = (cell for cell in notebook.cells if cell.cell_type == "code")
            for cell, (count, given) in zip(cells, outputs, strict=True):
                cell.execution_count, cell.outputs = count, copy.deepcopy(given)
            text = nbformat.writes(notebook, version=4, indent=1) + "\n"
            target = self.root / "notebooks" / language / f"{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                target.write_text(text, encoding="utf-8")
                how += ", written"
            self.say(f"notebooks: {language}/{name} {how}")


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
