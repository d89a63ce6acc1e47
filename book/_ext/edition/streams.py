"""What a cell prints appears as it was printed.

The kernel sends a cell's output in pieces, cut wherever its buffer was emptied, even between the words of
one print. myst-nb joins the pieces but ends a line after each; here they are joined as they are.
"""

from __future__ import annotations

from myst_nb.core import render, utils
from nbformat import NotebookNode
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    render.coalesce_streams = join


def join(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Put the pieces of each stream together where its first one stands; leave other outputs alone."""
    joined: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = NotebookNode(output)
            joined.append(streams[output["name"]])
    return utils.coalesce_streams(joined)
