"""Where the gates of a tape stand in a picture: a column for each step, a row for each leaf.

A gate stands one column after the last of its inputs, half way up between them; a leaf stands just before
the first gate that uses it, and a constant below that gate. `plots.circuit` draws what is laid out here.
"""

from __future__ import annotations

from ..graph import Value, topological_order

__all__ = []  # for plots.circuit, not for pages


def layout(output: Value) -> dict[Value, tuple[float, float]]:
    """Return (column, row) for everything that `output` was made from, inputs before what uses them."""
    used = users(output)
    columns: dict[Value, int] = {}
    rows: dict[Value, float] = {}
    leaves = 0
    for value in used:
        columns[value] = 1 + max((columns[x] for x, _ in value.inputs), default=-1)
        if value.inputs:
            heights = [rows[x] for x, _ in value.inputs if x in rows]
            rows[value] = sum(heights) / len(heights) if heights else float(-leaves)
        elif not is_constant(value):
            rows[value] = float(-leaves)
            leaves += 1
    for value, gates in used.items():
        if gates and not value.inputs:
            columns[value] = min(columns[gate] for gate, _ in gates) - 1
        if is_constant(value):
            rows[value] = rows[gates[0][0]] - 0.9 if gates else 0.0
    taken: set[tuple[int, float]] = set()
    for value in used:
        while (columns[value], rows[value]) in taken:
            rows[value] -= 0.5
        taken.add((columns[value], rows[value]))
    return {value: (columns[value], rows[value]) for value in used}


def users(output: Value) -> dict[Value, list[tuple[Value, int]]]:
    """Return, for everything that `output` was made from, the gates that use it and at which input.

    Every value comes after its inputs.
    """
    found: dict[Value, list[tuple[Value, int]]] = {value: [] for value in topological_order(output)}
    for value in found:
        for port, (x, _) in enumerate(value.inputs):
            found[x].append((value, port))
    return found


def is_constant(value: Value) -> bool:
    """Say whether `value` is a number that nobody named or computed, such as the 2 of 2x."""
    return not value.inputs and not value.name
