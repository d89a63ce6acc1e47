"""The picture that stands beside a link to the book where it is pasted: the histogram of the front page.

Such a picture has to be a PNG, 1200 by 630, and it is shown small, beside the page's title. So it has the
bars of the figure and its dashed line, as its page drew them, and in large figures what the page printed of
them; no words, which would need fonts of both languages on the machine that builds.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from sphinx.application import Sphinx

from .kept import drawn, printed

FIGURE = ("symmetry", "fig-symmetry-sweeps")
#: What the cell before the figure printed: the paper's sweeps, and how many of how many nets were as quick.
SWEEPS, QUICK, NETS = (f"symmetry-experiment/1.out.{place}" for place in (1, 2, 3))
INK, PAPER, BLUE, ORANGE = "#22262b", "#fdfdfe", "#2b83c4", "#b34f00"
ALT = {
    "ko": "신경망마다 대칭을 배우는 데 걸린 스윕 수의 히스토그램. 논문의 값에 파선을 그었다.",
    "en": "A histogram of the sweeps that nets took to learn symmetry; a dashed line at the paper's number.",
}
FILE = "_static/front.png"

PATH = re.compile(r'<path d="([^"]+)"[^>]*?style="([^"]*)"')
POINT = re.compile(r"[ML] ([-\d.]+) ([-\d.]+)")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", tell)
    app.connect("build-finished", draw)


def tell(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if not (Path(app.srcdir) / f"{FIGURE[0]}.md").exists():
        return
    base = app.config.html_baseurl  # who shows the picture asks for its whole address
    here = f"{base}{FILE}" if base else context["pathto"](FILE, 1)
    context["poster"] = {"url": here, "alt": ALT[app.config.language]}


def draw(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.srcdir) / f"{FIGURE[0]}.md"
    found = drawn(path, FIGURE[1]) if path.exists() else None
    if found is not None:
        quick, nets, sweeps = (printed(path, place) or "?" for place in (QUICK, NETS, SWEEPS))
        picture = poster(found[0], f"{quick} / {nets}", sweeps)
        picture.savefig(Path(app.outdir) / FILE, dpi=100, metadata={"Software": None})


def bars_and_line(svg: str) -> tuple[list[list[tuple[float, float]]], float]:
    """The corners of each bar and the place of the dashed line, in the figure's own points, downwards."""
    bars, lines = [], []
    for d, style in PATH.findall(svg):
        corners = [(float(x), float(y)) for x, y in POINT.findall(d)]
        if f"fill: {BLUE}" in style:
            bars.append(corners)
        elif "stroke-dasharray" in style:
            lines.append(corners[0][0])
    return bars, lines[0]


def poster(svg: str, large: str, mark: str) -> Figure:
    bars, line = bars_and_line(svg)
    across = [x for bar in bars for x, _ in bar]
    floor, top = max(y for bar in bars for _, y in bar), min(y for bar in bars for _, y in bar)
    figure = Figure(figsize=(12, 6.3), facecolor=PAPER)
    axes = figure.add_axes((0.06, 0.08, 0.88, 0.84), facecolor=PAPER)
    for bar in bars:
        axes.add_patch(Polygon([(x, floor - y) for x, y in bar], facecolor=BLUE, edgecolor=PAPER))
    height = 1.5 * (floor - top)
    axes.plot([line, line], [0, height], color=ORANGE, linestyle="--", linewidth=5)
    space = 0.012 * (max(across) - min(across))
    axes.text(line - space, 0.97 * height, large, color=INK, size=72, weight="bold", ha="right", va="top")
    axes.text(line + space, 0.97 * height, mark, color=ORANGE, size=48, va="top")
    axes.set(xlim=(min(across), max(across)), ylim=(0, height), yticks=[], xticks=[])
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set(color=INK, linewidth=2)
    return figure
