"""Printed output reaches the page as it was printed, however the kernel cut it."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat.v4 as v4

sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

from edition.streams import join


def test_pieces_of_a_line_are_one_line() -> None:
    pieces = [
        v4.new_output("stream", name="stdout", text="a straight line: "),
        v4.new_output("stream", name="stdout", text="True\nsecond "),
        v4.new_output("execute_result", data={"text/plain": "7"}),
        v4.new_output("stream", name="stdout", text="line\n"),
    ]
    joined = join(pieces)
    assert [output["output_type"] for output in joined] == ["stream", "execute_result"]
    assert joined[0]["text"].rstrip("\n") == "a straight line: True\nsecond line"
