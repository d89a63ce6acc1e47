"""How a figure shows itself: as SVG whose colours follow the reader's light or dark mode.

Words and numbers are text, set in a font of the reader's machine, so that the site can put them into the
reader's language; formulas are outlines, as Matplotlib draws them.
"""

from __future__ import annotations

import io
import re
from typing import Any

from cycler import cycler
from matplotlib import rc_context, rcParams
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "INK", "ORANGE", "PAPER", "PURPLE"]  # the figure itself is made by plots

# Colours of nearly equal strength on white and on near-black, told apart by colour-blind readers
# (after Okabe and Ito); figures never rely on them alone.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#2b83c4", "#d9660f", "#1f9d77", "#b264b8", "#808890"
INK, PAPER = "#22262b", "#fdfdfe"
_INK_DARK, _PAPER_DARK = "#d7dbe0", "#181b20"
#: The same colours for words and numbers, which are thinner than lines: darker on paper, lighter in the dark.
_AS_TEXT = {
    BLUE: ("--blue", "#1b6aa8", "#55a3dc"),
    ORANGE: ("--orange", "#b34f00", "#e57a2a"),
    GREEN: ("--green", "#117a5a", "#2fb58c"),
    PURPLE: ("--purple", "#96479c", "#c07ec6"),
    GREY: ("--grey", "#676f77", "#959da5"),
}

_STYLE: Any = {
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE, GREY]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 11,
    "axes.titlesize": 11,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "backprop",
    "image.cmap": "cividis",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
rcParams.update(_STYLE)  # for what a page adds later too: legends, labels, annotations


#: What the site is set in; Matplotlib measures with DejaVu Sans, which is wider than any of these.
_FONTS = (
    'system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Noto Sans KR","Noto Sans CJK KR",'
    '"Malgun Gothic",sans-serif'
)


class _Words(RendererSVG):
    """Matplotlib's renderer, with words and numbers as text and formulas as outlines."""

    def draw_text(
        self, gc: Any, x: Any, y: Any, s: str, prop: Any, angle: Any, ismath: Any = False, mtext: Any = None
    ) -> None:
        with rc_context({"svg.fonttype": "path" if ismath else "none"}):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)


class BookFigure(Figure):
    """A figure that shows itself as SVG and follows the page into dark mode."""

    def _repr_svg_(self) -> str:
        svg = re.sub(r'font-family: [^;"]*;? ?| transform="rotate\(-0 [^"]*"', "", self._drawn())
        for colour, variable in ((INK, "ink"), ("#000000", "ink"), (PAPER, "paper"), ("#ffffff", "paper")):
            svg = svg.replace(colour, f"var(--{variable})")
        groups = re.split(r'(?=<g id=")', svg)
        svg = "".join(
            _coloured_text(group) if group.startswith('<g id="text_') else group for group in groups
        )
        light, dark = f"--ink:{INK};--paper:{PAPER}", f"--ink:{_INK_DARK};--paper:{_PAPER_DARK}"
        for name, on_paper, in_the_dark in _AS_TEXT.values():
            if f"var({name})" in svg:
                light, dark = f"{light};{name}:{on_paper}", f"{dark};{name}:{in_the_dark}"
        dark = f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
        style = f"<style>svg{{{light};font-family:{_FONTS}}}{dark}</style>"
        return re.sub(r"(<svg[^>]*>)", lambda tag: tag[1] + style, svg, count=1)

    def _drawn(self) -> str:
        """The SVG as Matplotlib's own canvas writes it, by our renderer, 72 units to the inch."""
        buffer, (width, height), dpi = io.StringIO(), self.get_size_inches(), self.dpi
        nothing: dict[str, Any] = {"Date": None, "Creator": None}
        words = _Words(72 * width, 72 * height, buffer, image_dpi=dpi, metadata=nothing)
        self.dpi = 72  # before the renderer is made, which comes back to it after what it draws as a picture
        renderer: Any = MixedModeRenderer(self, width, height, dpi, words)
        self.draw_without_rendering()  # the layout has to see the ticks once
        self.draw(renderer)
        self.dpi = dpi
        renderer.finalize()
        return buffer.getvalue()

    def __repr__(self) -> str:
        return f"<Figure with {len(self.axes)} axes>"


def _coloured_text(group: str) -> str:
    for colour, (name, *_) in _AS_TEXT.items():
        group = group.replace(colour, f"var({name})")
    return group
