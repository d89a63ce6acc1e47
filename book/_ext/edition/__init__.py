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
    bibliography,
    boxes,
    bundle,
    cite,
    citing,
    executed,
    introduce,
    korean,
    language,
    lines,
    maths,
    notebooks,
    permalinks,
    pictures,
    references,
    schemes,
    slim,
    streams,
    switcher,
    tables,
    tags,
    texts,
    toc,
    words,
)

# In the order in which they must be set up: the language before everything that speaks it.
MODULES = (
    language, words, toc, executed, maths, references, lines, anchors, boxes, tables, bibliography,
    citing, korean, texts, switcher, notebooks, streams, cite, assets, tags, permalinks, introduce,
    slim, pictures, schemes, bundle,
)  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    for module in MODULES:
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
