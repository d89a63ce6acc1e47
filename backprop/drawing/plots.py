"""Pictures that read alike in both editions, on paper, in the dark, and without colour vision.

Every function returns or draws on plain Matplotlib figures, without pyplot and its hidden state. A
figure shows itself as SVG whose ink and paper follow the reader's light or dark mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..graph import Value
from ..layers.layer import Array
from .circuit import is_constant, layout, users
from .ink import BLUE as BLUE
from .ink import GREEN as GREEN
from .ink import GREY as GREY
from .ink import INK as INK
from .ink import ORANGE as ORANGE
from .ink import PAPER as PAPER
from .ink import PURPLE as PURPLE
from .ink import BookFigure


def figure(
    ncols: int = 1, nrows: int = 1, *, width: float = 6.8, height: float = 2.9, **subplots: Any
) -> tuple[BookFigure, Any]:
    """Return a figure (sizes in inches) and its axes: one, or an array of them.

    More keywords go to `Figure.subplots` (sharex, sharey, width_ratios, …).
    """
    fig = BookFigure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(nrows, ncols, **subplots)


def points(ax: Axes, X: Array, t: Array, *, size: float = 36) -> None:
    """Draw two classes: filled blue circles where t > 0, orange crosses elsewhere. X is (N, 2)."""
    up = np.asarray(t) > 0
    ax.scatter(X[up, 0], X[up, 1], s=size, c=BLUE, marker="o", linewidths=0, zorder=3)
    ax.scatter(X[~up, 0], X[~up, 1], s=size, c=ORANGE, marker="x", linewidths=1.8, zorder=3)


def boundary(ax: Axes, w: Array, b: float, **line: Any) -> None:
    """Draw the line w·x + b = 0 across the axes as they stand, and shade its positive side."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    side: dict[str, Any] = {"color": BLUE, "alpha": 0.12, "linewidth": 0}
    if not np.any(w):
        if b > 0:
            ax.axhspan(y0, y1, **side)
        return
    span = 2 * np.hypot(x1 - x0, y1 - y0) + abs(b) / np.linalg.norm(w)
    style: dict[str, Any] = {"color": INK, "linewidth": 1.4} | line
    normal = np.asarray(w) / np.linalg.norm(w)
    along = np.array([-normal[1], normal[0]])
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    foot = centre - (normal @ centre + b / np.linalg.norm(w)) * normal
    a, c = foot - span * along, foot + span * along
    ax.plot([a[0], c[0]], [a[1], c[1]], **style)
    if "alpha" not in line:
        ax.fill(*np.array([a, c, c + span * normal, a + span * normal]).T, **side)
    ax.set(xlim=(x0, x1), ylim=(y0, y1))


def error_surface(
    ax: Axes,
    f: Callable[[float, float], float],
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    *,
    path: Array | None = None,
    levels: int | Sequence[float] = 12,
) -> None:
    """Draw contours of f over a plane of two weights, and the `path` (steps, 2) of a descent."""
    a, b = np.meshgrid(np.linspace(*xlim, 90), np.linspace(*ylim, 90))
    values = np.vectorize(f)(a, b)
    ax.contour(a, b, values, levels=levels, colors=GREY, linewidths=0.7)
    if path is not None:
        path = np.asarray(path)
        ax.plot(*path.T, color=ORANGE, marker="o", markersize=3, linewidth=1.3)
        ax.plot(*path[0], color=ORANGE, marker="s", markersize=7)
    ax.set(xlim=xlim, ylim=ylim)


def hinton(ax: Axes, weights: Array, *, largest: float | None = None) -> None:
    """Draw a matrix as squares: area for size, filled blue for positive, hollow orange for negative.

    Figure 4 of Rumelhart et al. 1986 shows weights so, in white and black.
    """
    weights = np.atleast_2d(weights)
    largest = float(np.abs(weights).max()) if largest is None else largest
    for (row, column), value in np.ndenumerate(weights):
        side = 0.9 * min(1.0, np.sqrt(abs(value) / largest)) if largest else 0.0
        ax.add_patch(
            Rectangle(
                (column - side / 2, row - side / 2),
                side,
                side,
                facecolor=BLUE if value > 0 else "none",
                edgecolor=BLUE if value > 0 else ORANGE,
                linewidth=1.2,
            )
        )
    rows, columns = weights.shape
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal")
    ax.set(xticks=range(columns), yticks=range(rows))
    ax.tick_params(length=0)


def network(
    ax: Axes,
    sizes: Sequence[int],
    weights: Sequence[Array] | None = None,
    *,
    text: Sequence[Sequence[str]] | None = None,
    values: bool = False,
) -> None:
    """Draw layers of units, inputs lowest, joined by their weights: solid blue for positive, dashed orange
    for negative, the thicker the larger; plain grey without `weights`.

    `weights[l]` (n_out, n_in) joins layer l to the next; NaN leaves a pair unjoined. `text[l]` is written
    in the units of layer l (Figure 1 of Rumelhart et al. 1986 has the biases there), and `values` writes
    every weight beside its line.
    """
    joined = [np.zeros((n, m)) for m, n in pairwise(sizes)] if weights is None else weights
    if [np.shape(W) for W in joined] != [(n, m) for m, n in pairwise(sizes)]:
        raise ValueError(f"network expects weights (n_out, n_in) between layers of {list(sizes)} units")
    places = [np.column_stack([np.arange(n) - (n - 1) / 2, np.full(n, 1.6 * i)]) for i, n in enumerate(sizes)]
    widest = max(sizes)
    for row, n in zip(places, sizes, strict=True):
        row[:, 0] *= 1 if n == widest else min(2.4, 0.8 * widest / n)
    for below, above, W in zip(places, places[1:], joined, strict=False):
        largest = np.nanmax(np.abs(W)) or 1.0
        for (j, i), w in np.ndenumerate(W):
            if np.isnan(w):
                continue
            colour, dash = (GREY, "-") if w == 0 else (BLUE, "-") if w > 0 else (ORANGE, (0, (4, 2)))
            (x0, y0), (x1, y1) = below[i], above[j]
            ax.plot(
                [x0, x1], [y0, y1], color=colour, linestyle=dash, lw=0.8 + 2.4 * abs(w) / largest, zorder=1
            )
            if values:
                at = 0.3 + 0.2 * (j % 2)
                box = {"boxstyle": "square,pad=0.08", "facecolor": PAPER, "edgecolor": "none"}
                ax.text(
                    x0 + at * (x1 - x0),
                    y0 + at * (y1 - y0),
                    f"{w:.1f}".replace("-", "\N{MINUS SIGN}"),
                    size=9,
                    ha="center",
                    va="center",
                    bbox=box,
                )
    for layer, row in enumerate(places):
        ax.scatter(
            row[:, 0],
            row[:, 1],
            s=520 if text else 160,
            facecolor=PAPER,
            edgecolor=INK,
            linewidth=1.2,
            zorder=3,
        )
        for (x, y), word in zip(row, text[layer] if text else (), strict=False):
            ax.text(x, y, word, size=9, ha="center", va="center", zorder=4)
    ax.set_axis_off()
    ax.margins(0.08, 0.12)


def circuit(ax: Axes, output: Value, *, name: str = "") -> None:
    """Draw the gates that made `output`, from left to right, with the numbers that the last `backward` left.

    Above every wire stands its value, in blue; below it, slanted and orange, its gradient. Where a wire
    forks, each branch carries what comes back along it, and the wire before the fork their sum.
    """
    used = users(output)
    place = {value: (2.2 * column, row) for value, (column, row) in layout(output).items()}
    for value, (x, y) in place.items():
        gates = [gate for gate, _ in used[value]]
        stem = x + (0.3 if is_constant(value) else 1.4)
        ax.plot([x, stem], [y, y], color=INK, linewidth=1, zorder=1)
        for gate, port in used[value]:
            a, b = place[gate]
            middle = y + (0.0 if gates.count(gate) == 1 else 0.3 if port == 0 else -0.3)
            turn = max(stem, a - 0.8)
            half = (turn + a) / 2
            bend = (y + b) / 2 if middle == y else middle
            ax.plot([stem, turn, half, a], [y, y, bend, b], color=INK, linewidth=1, zorder=1)
            if len(gates) > 1:
                ax.plot(stem, y, "o", color=INK, markersize=4, zorder=2)
                _number(ax, half - 0.04, bend, gate.inputs[port][1] * gate.grad, 0)
        word = value.operation or value.name or _written(value.data)
        if not is_constant(value):
            middle = x + (0.98 if len(value.operation) > 1 else 0.9 if value.inputs else 0.82)
            if len(gates) == 1 and place[gates[0]][1] == y:  # half way between the boxes of a straight wire
                middle = (x + _half(value) + place[gates[0]][0] - _half(gates[0])) / 2
            _number(ax, middle, y, value.data, 1)
            _number(ax, middle, y, value.grad, -1)
        if word.startswith("^"):
            word = f"$u^{{{word[1:]}}}$"
        box = {"boxstyle": "round,pad=0.3,rounding_size=0.5" if value.inputs else "square,pad=0.15"}
        box |= {"facecolor": PAPER, "edgecolor": INK if value.inputs else PAPER}
        ax.text(x, y, word, size=11, ha="center", va="center", bbox=box, zorder=3)
    (x, y), rows = place[output], [row for _, row in place.values()]
    ax.text(x + 1.55, y, name, size=11, ha="left", va="center")
    ax.set(xlim=(-0.4, x + (2.0 if name else 1.45)), ylim=(min(rows) - 0.5, max(rows) + 0.5))
    ax.set_axis_off()


def _half(value: Value) -> float:
    """Half the width of a gate's box, in the units of the drawing."""
    return 0.42 if len(value.operation) > 1 else 0.22


def _written(number: float) -> str:
    return f"{number + 0.0:.4g}".replace("-", "\N{MINUS SIGN}")


def _number(ax: Axes, x: float, y: float, number: float, side: int) -> None:
    """Write a value above a wire (side 1), a gradient below it (-1), or one on it (0)."""
    ax.annotate(
        _written(number),
        (x, y),
        (0, 3 * side),
        textcoords="offset points",
        size=10,
        color=BLUE if side > 0 else ORANGE,
        style="normal" if side > 0 else "italic",
        ha="center",
        va={1: "bottom", 0: "center", -1: "top"}[side],
        bbox=None if side else {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
    )
