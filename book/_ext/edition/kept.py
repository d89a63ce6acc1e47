"""What one page's cells gave, shown on another: a number that was printed there, or a figure drawn there.

``{printed}`symmetry/symmetry-experiment/1.out.2` `` is the second number that the first cell of that section
printed, in the words of `book/agreed` for what vouches for a number. ``{kept-figure} symmetry
fig-symmetry-sweeps`` is the picture of that name with the words that its own page has for those who cannot
see it, under a caption of its own. Neither can be typed wrong or go stale: what is not there any more is
warned of, and a warning ends the build.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from .figures import korean, translate

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from contracts.book import output_text
from execute import Store, code_in
from facts import units_of
from pages import Page, alt_of, figure_of, read_page

SVG = "image/svg+xml"
logger = logging.getLogger(__name__)


class Picture(nodes.figure):
    """A figure without a number: it has its number on its own page."""


def setup(app: Sphinx) -> None:
    app.add_role("printed", Printed())
    app.add_directive("kept-figure", KeptFigure)
    app.add_node(
        Picture, html=(lambda to, node: to.visit_figure(node), lambda to, node: to.depart_figure(node))
    )


@cache
def outputs_of(path: Path) -> tuple[Page, list[list[Any]]]:
    """A page, and what each of its code cells gave."""
    store = Store(path.parents[2])
    result = asyncio.run(store.result(path, code_in(path)))
    return read_page(path), [outputs for _, outputs in result.cells]


def printed(path: Path, place: str) -> str | None:
    """The number at `place` of a page, such as ``symmetry-experiment/1.out.2``, as it was printed."""
    page, outputs = outputs_of(path)
    given = {id(cell): each for cell, each in zip(page.cells, outputs, strict=True)}
    tokens = (token for unit in units_of(page, None, given, output_text) for token in unit.tokens)
    return next((token.written for token in tokens if f"{token.unit}/{token.place}" == place), None)


def drawn(path: Path, name: str) -> tuple[str, str] | None:
    """The figure `name` of a page as SVG, in English, and its alternative text in the page's language."""
    page, outputs = outputs_of(path)
    for cell, given in zip(page.cells, outputs, strict=True):
        if figure_of(cell).get("name") == name:
            pictures = (output["data"][SVG] for output in given if SVG in output.get("data", {}))
            return next(pictures), alt_of(cell)
    return None


class Printed(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name, _, place = self.text.partition("/")
        path = Path(self.env.srcdir) / f"{name}.md"
        self.env.note_dependency(str(path))
        number = printed(path, place) if path.exists() else None
        if number is None:
            logger.warning(f"no cell printed what {self.text!r} names", location=self.get_location())
        return [nodes.Text(number or "?")], []


class KeptFigure(SphinxDirective):
    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        page, name = self.arguments
        path = Path(self.env.srcdir) / f"{page}.md"
        self.env.note_dependency(str(path))
        found = drawn(path, name) if path.exists() else None
        if found is None:
            raise self.error(f"no cell of the page {page!r} draws a figure {name!r}")
        svg, alt = found
        if self.config.language == "ko":
            svg = translate(
                svg, korean(Path(self.env.srcdir).parent / "figures.yml", page), self.untranslated
            )
        figure = Picture()
        figure += nodes.image(uri=os.path.relpath(self.file(svg), self.env.srcdir), alt=alt)
        caption = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, caption)
        for paragraph in caption.children[:1]:
            figure += nodes.caption("", "", *paragraph.children)
        return [figure]

    def untranslated(self, word: str) -> None:
        logger.warning(f"a figure says {word!r}: say it in book/figures.yml", location=self.get_location())

    def file(self, svg: str) -> Path:
        """The file of the figure's own page, named by its content as by myst-nb: a reader fetches it once."""
        data = os.linesep.join(svg.splitlines()).encode("utf-8")
        folder = Path(self.env.mystnb_config.output_folder)  # type: ignore[attr-defined]
        path = folder / f"{hashlib.sha256(data).hexdigest()}.svg"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path
