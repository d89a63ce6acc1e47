"""The notebooks are what the pages say: same cells, executed, without images."""

from __future__ import annotations

import re

from notebooks import Settings, code_of, outputs_of, page_notebook
from plain import Edition

from .book import Book, Found

#: What only the site understands: a directive, a role, a label.
MYST = re.compile(r"^\s*[`:]{3,}\{.*|\{[a-z]+(?::[a-z]+)?\}`[^`]*`|^\([\w-]+\)=$", re.MULTILINE)
COMMAND = "run make notebooks and commit the result"


def check_notebooks(book: Book) -> Found:
    """Every page with code has a current notebook, and no notebook lacks its page. nbval compares the outputs."""
    found = Found()
    settings = Settings.read(book.root)
    editions = {language: Edition(book.root, language) for language in book.pages}
    expected = set()
    for page in book.chapters:
        path = book.notebook_path(page)
        expected.add(path)
        notebook = book.notebook(page)
        if notebook is None:
            found.report(page.path, 1, f"the notebook {path.relative_to(book.root)} does not exist", COMMAND)
            continue
        wanted = page_notebook(page.path, settings, editions[page.language])
        lines = [cell.line for cell in page.cells]
        seen = -1
        for index, cell in enumerate(wanted.cells):
            found.saw += 1
            if cell.cell_type == "code" and cell.id != settings.install_id:
                seen += 1
            line = lines[max(seen, 0)]
            raw = MYST.search(cell.source) if cell.cell_type == "markdown" else None
            if raw:
                found.report(
                    page.path,
                    line,
                    f"the notebook would show '{raw[0]}' as it is",
                    "teach book/_tools/plain.py to write it plainly",
                )
            kept = notebook.cells[index] if index < len(notebook.cells) else None
            if (
                kept is None
                or kept.cell_type != cell.cell_type
                or kept.source != cell.source
                or kept.id != cell.id
            ):
                found.report(
                    page.path,
                    line,
                    f"cell {index + 1} of {path.relative_to(book.root)} is not current",
                    COMMAND,
                )
                break
            if kept.metadata != cell.metadata:
                found.report(
                    page.path,
                    line,
                    f"the metadata of cell {index + 1} of {path.relative_to(book.root)} are not current",
                    COMMAND,
                )
                break
            if cell.cell_type == "code" and kept.execution_count is None:
                found.report(
                    page.path,
                    line,
                    f"cell {index + 1} of {path.relative_to(book.root)} was not executed",
                    COMMAND,
                )
            if cell.cell_type == "code" and any(
                kind.startswith("image/") for output in kept.outputs for kind in output.get("data", {})
            ):
                found.report(
                    page.path,
                    line,
                    f"cell {index + 1} of {path.relative_to(book.root)} keeps an image",
                    COMMAND,
                )
        else:
            if len(notebook.cells) > len(wanted.cells):
                found.report(
                    page.path,
                    lines[-1],
                    f"{path.relative_to(book.root)} has cells that the page lacks",
                    COMMAND,
                )
    for ko, en in book.pairs:
        kept = [book.notebook(page) for page in (ko, en)]
        if (
            None not in kept
            and code_of(kept[0]) == code_of(kept[1])
            and outputs_of(kept[0]) != outputs_of(kept[1])
        ):
            pairs = zip(outputs_of(kept[0]), outputs_of(kept[1]), strict=True)
            first = next(number for number, (one, two) in enumerate(pairs) if one != two)
            line = (
                ko.cells[first - 1].line if 0 < first <= len(ko.cells) else 1
            )  # cell 0 installs the package
            found.report(
                ko.path,
                line,
                f"code cell {first} has other outputs in {book.notebook_path(en).relative_to(book.root)}",
                COMMAND,
            )
    for path in sorted((book.root / "notebooks").glob("*/*.ipynb")):
        if path not in expected:
            found.report(path, 1, "no page with code has this name", "remove the notebook, or write the page")
    return found
