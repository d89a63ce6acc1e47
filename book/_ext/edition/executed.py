"""A page's cells show what the book's own executor keeps; Sphinx executes nothing itself.

Both editions and the notebooks are made from the same outputs, so that a page runs once for all of them (see
`book/_tools/execute.py`). `make site` has the pages executed before it starts; whoever calls Sphinx alone has
what is missing executed here, page by page.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from myst_nb import sphinx_ as myst_nb
from myst_nb.core.execute import ExecutionError, NotebookClientBase
from nbformat import from_dict
from sphinx.application import Sphinx

from .figures import korean, translate
from .language import root

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from execute import PageFails, Store

SVG = "image/svg+xml"
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


def setup(app: Sphinx) -> None:
    store = Store(root(app))
    words = root(app) / "book" / "figures.yml"

    class Kept(NotebookClientBase):
        """The notebook with the outputs that its code cells gave."""

        def start_client(self) -> None:
            cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
            try:
                result = asyncio.run(store.result(self.path, [cell.source for cell in cells]))
            except PageFails as error:
                self.logger.warning(str(error), subtype="exec")
                raise ExecutionError(str(self.path)) from None
            for cell, (count, outputs) in zip(cells, result.cells, strict=True):
                cell.execution_count, cell.outputs = count, from_dict(outputs)
                if app.config.language == "ko":
                    self.speak_korean(cell.outputs)
            self.notebook.metadata["language_info"] = from_dict(LANGUAGE)

        def speak_korean(self, outputs: list[Any]) -> None:
            for output in outputs:
                data = output.get("data", {})
                if SVG in data:
                    data[SVG] = translate(data[SVG], korean(words, Path(self.path).stem), self.untranslated)

        def untranslated(self, word: str) -> None:
            self.logger.warning(
                f"{self.path}: a figure says {word!r}: say it in book/figures.yml", subtype="figure"
            )

    def client(notebook: Any, source: str, nb_config: Any, logger: Any, read_fmt: Any = None) -> Kept:
        return Kept(notebook, Path(source), nb_config, logger)

    myst_nb.create_client = client
