"""One book, two editions: what Jupyter Book needs to know beyond `_config.yml`.

The edition is the name of the source folder, `book/ko` or `book/en`. Each module here does one thing,
and `setup` lists them in the order in which they must happen.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from . import (
    anchors,
    assets,
    beside,
    bibliography,
    boxes,
    bundle,
    changes,
    cite,
    citing,
    counted,
    executed,
    front,
    introduce,
    kept,
    korean,
    language,
    lines,
    maths,
    movable,
    notebooks,
    opening,
    particles,
    permalinks,
    pictures,
    poster,
    published,
    questions,
    references,
    schemes,
    slim,
    streams,
    switcher,
    tables,
    tags,
    teaching,
    texts,
    toc,
    words,
)

# In the order in which they must be set up: the language before everything that speaks it.
MODULES = (
    language, words, toc, questions, executed, maths, references, particles, lines, anchors, beside, boxes,
    tables, teaching, bibliography, citing, korean, texts, switcher, published, notebooks, streams, cite,
    changes, assets, tags, permalinks, introduce, opening, movable, kept, counted, front, poster,
    slim, pictures, schemes, bundle,
)  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    for module in MODULES:
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
