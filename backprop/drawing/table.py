"""Results that one would compare stand in a table, not in columns of print.

A notebook and the site set the table from its Markdown; where there is neither, it prints in
columns. Numbers come as they are to be read: strings, or numbers with a format of their own column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


class _Table:
    """Rows of text below a head, shown as Markdown where that is possible."""

    def __init__(self, head: list[str], rows: list[list[str]]) -> None:
        self.head, self.rows = head, rows

    def __repr__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    def _repr_markdown_(self) -> str:
        rule = [":---", *["---:"] * (len(self.head) - 1)]
        escaped = ([cell.replace("|", "\\|") for cell in line] for line in (self.head, rule, *self.rows))
        return "\n".join(f"| {' | '.join(line)} |" for line in escaped)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], formats: Sequence[str] | None = None) -> _Table:
    """Return a table with the column names `head` and one row for each of `rows`.

    `formats` has a format specification for every column, as `""`, `".2f"` or `",d"`; a cell that is
    already a string is left as it is. The first column is set to the left, the others to the right.

    >>> table(["rate", "epochs"], [[0.1, 1425], [0.05, "never"]], ["", ",d"])
    rate  epochs
    0.1    1,425
    0.05   never
    """
    names, given = [str(name) for name in head], [list(row) for row in rows]
    specs = [""] * len(names) if formats is None else list(formats)
    if not names or not given:
        raise ValueError(f"table expects a head and at least one row, got {len(names)} and {len(given)}")
    for row in [specs, *given]:
        if len(row) != len(names):
            raise ValueError(f"table expects {len(names)} columns as in its head, got {len(row)} in {row}")
    cells = [
        [cell if isinstance(cell, str) else format(cell, spec) for cell, spec in zip(row, specs, strict=True)]
        for row in given
    ]
    return _Table(names, cells)
