"""How many minutes a page takes to read, counted from what a reader reads.

The speeds are assumptions, on the slow side, for somebody who follows a mathematical text with a pencil
beside it: 150 English words a minute, or 110 Korean ones (what stands between two spaces), since the Korean
edition says the same in about three quarters as many; 2 seconds for a formula or a name of code in a line,
20 for an equation on a line of its own, 20 for a figure, 3 for a line of code, and 10 for what a cell prints.
The statements of the exercises are read; working them out is not counted, nor is anything folded: solutions,
and the code that draws.

Both editions show the figure of the English page (`of_page`). They say the same, so one number is right for
both; and rounding would sometimes set them five minutes apart, for no reason that a reader could see.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "_tools"))

from pages import Block, Page, figure_of, read_page

HANGUL = re.compile("[가-힣]")
WORDS_A_MINUTE, EOJEOL_A_MINUTE = 150, 110
INLINE, DISPLAY, FIGURE, LINE_OF_CODE, PRINTED = 2, 20, 20, 3, 10  # seconds
LONG = 15  # from here on, minutes are rounded to five


def minutes(text: str) -> int:
    """Minutes of reading of a page's MyST source; to five from a quarter of an hour on, and never nought."""
    exact = seconds(read_page(Path("en/page.md"), text)) / 60
    return 5 * round(exact / 5) if exact >= LONG else max(1, round(exact))


def of_page(book: Path, name: str) -> int:
    """The minutes that both editions show of the page ``name``; ``book`` is the folder of the two."""
    return minutes((book / "en" / f"{name}.md").read_text(encoding="utf-8"))


def seconds(page: Page) -> float:
    return sum(_of_block(block) for block in unfolded(page.blocks))


def unfolded(blocks: list[Block]) -> Iterator[Block]:
    """The blocks that stand open on the page: not the solutions, in either way of writing them."""
    inside: int | None = None
    between = False
    for block in blocks:
        if inside is not None and block.depth > inside:
            continue
        inside = None
        if block.name in {"solution-start", "solution-end"}:
            between = block.name == "solution-start"
        elif block.name == "solution" or "dropdown" in str(block.options.get("class", "")):
            inside = block.depth
        elif not between:
            yield block


def _of_block(block: Block) -> float:
    if block.kind == "alt":  # read by those who do not see the figure, in its place
        return 0
    if block.kind == "math":
        return DISPLAY
    if block.kind == "code-cell":
        return _of_cell(block)
    words = block.words.replace("\ufffc", " ").split()
    inline = sum(piece.kind in {"math", "code"} for piece in block.pieces)
    figure = FIGURE if block.kind == "directive" and block.name == "figure" else 0
    eojeol = sum(bool(HANGUL.search(word)) for word in words)
    prose = 60 * (eojeol / EOJEOL_A_MINUTE + (len(words) - eojeol) / WORDS_A_MINUTE)
    return prose + INLINE * inline + figure


def _of_cell(cell: Block) -> float:
    tags = cell.options.get("tags") or []
    if "hide-cell" in tags or "remove-cell" in tags:
        return 0
    shown = FIGURE if figure_of(cell) else PRINTED
    if cell.source.lstrip().startswith("assert"):  # it says nothing when all is well
        shown = 0
    code = 0 if "hide-input" in tags else LINE_OF_CODE * len(cell.source.strip().splitlines())
    return code + shown
