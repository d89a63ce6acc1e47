"""Find the numerals in prose, in LaTeX, in Python and in printed output, and compare them by value.

A numeral is read as the number it means: ``1,425`` and ``1{,}425`` are 1425, ``.5`` and ``0.50`` are one half,
``10^{-5}`` and ``1e-05`` are the same, ``30 %`` is 30 as well as 0.3, ``8만`` is 80000. Digits that only index
or name something (``x_1``, ``w_{21}``, ``a^{(2)}``, ``float64``) are not numerals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

#: Names that carry a digit and claim nothing.
NAMES = re.compile(
    r"제\s?\d+\s?[부장절편]|\b\d부(?![가-힣]|\w)|\b\d부(?=에서|의|는|와|에)|2분의 1|Part \d+|"
    r"Python 3(?:\.\d+)?|CC BY(?:-SA)? 4\.0|UTF-8|ISO \d+|\bA4\b|2-Clause|3-Clause"
)

NUMERAL = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SCALES = {"천": 1000, "만": 10**4, "억": 10**8, "thousand": 1000, "million": 10**6, "billion": 10**9}
SCALE_WORDS = "|".join(SCALES)

TEXT = re.compile(
    rf"(?P<sign>(?<![\w)\].])[-−])?(?<![A-Za-zα-ωΑ-Ω_\d])(?P<number>{NUMERAL})(?![\d])"
    rf"(?:\s?[×·]\s?10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?P<alone>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
    rf"(?:\s?(?P<scale>{SCALE_WORDS})(?![가-힣]*분의|약|큼))?(?P<percent>\s?(?:%|per ?cent\b|퍼센트))?"
)
OUTPUT = re.compile(
    rf"(?P<sign>(?<![\w)\]])[-−])?(?<![A-Za-z_\d])(?P<number>{NUMERAL})(?![\d])(?P<percent>\s?(?:%|per ?cent\b|퍼센트))?"
)
#: A place in a source: p. 534, Fig. 1, equation (5), 534쪽, 그림 1, 식 (5).
LOCATOR = re.compile(
    r"(?:\b(?:pp?\.|pages?|figures?|figs?\.|sections?|sec\.|chapters?|ch\.|theorems?|tables?|equations?|eqs?\.|eqns?\.|"
    r"volume|vol\.|no\.|lines?)|§|그림|식|표|정리|절|장|쪽)"
    r"\s*\(?\d+[a-z]?(?:\.\d+)*\)?(?:\s*(?:[-–~,]|to|and|과|와|에서|부터)\s*\(?\d+(?:\.\d+)*\)?)*"
    r"|\d+(?:\.\d+)*(?:\s*[-–~]\s*\d+)?\s?(?:쪽|[장절](?=[에의은을과로이])|[장절권호](?![가-힣]))",
    re.IGNORECASE,
)
FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}


@dataclass(frozen=True)
class Quantity:
    """A numeral as ``written``, its ``value``, whether a percent sign follows, and its line."""

    written: str
    value: Decimal
    line: int
    percent: bool = False
    literal: Decimal | None = None  # 3만 is 30000, or "only 3"

    @property
    def readings(self) -> list[Decimal]:
        return [self.value] if self.literal is None else [self.value, self.literal]

    def stands_in(self, seen: Iterable[Decimal] | set[Decimal]) -> bool:
        """Whether some number in ``seen`` is this one. A minus sign in front must have been seen too."""
        values = [*self.readings, self.value / 100] if self.percent else self.readings
        return any(value in seen or (value > 0 and -value in seen) for value in values)


def decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("_", "")).normalize() + 0


def in_text(text: str, line: int) -> Iterator[Quantity]:
    """The numerals of running text that starts at ``line``."""
    text = NAMES.sub(lambda match: " " * len(match[0]), text)
    text = re.sub(r"(?<=\d)x(?=\d)", "×", text)
    for match in TEXT.finditer(text):
        value = decimal(match["number"])
        if match["power"]:
            value *= Decimal(10) ** int(match["power"].translate(SUPERSCRIPTS))
        if match["alone"]:
            value **= int(match["alone"].translate(SUPERSCRIPTS))
        literal = value if match["scale"] == "만" else None
        if match["scale"]:
            value *= SCALES[match["scale"]]
        value = -value if match["sign"] else value
        at = line + text.count("\n", 0, match.start())
        yield Quantity(match[0].strip(), value.normalize() + 0, at, bool(match["percent"]), literal)
    for match in re.finditer("[½¼¾]", text):
        yield Quantity(match[0], FRACTIONS[match[0]], line + text.count("\n", 0, match.start()))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") + " "


def _drop_braced(tex: str, opening: str) -> str:
    """Remove every ``opening{...}`` with its balanced braces, and ``opening`` with one character."""
    result, position = [], 0
    while position < len(tex):
        if tex.startswith(opening, position):
            position += len(opening)
            while position < len(tex) and tex[position] == " ":
                position += 1
            if position < len(tex) and tex[position] == "{":
                level = 0
                while position < len(tex):
                    level += {"{": 1, "}": -1}.get(tex[position], 0)
                    result.append("\n" if tex[position] == "\n" else "")
                    position += 1
                    if level == 0:
                        break
            elif position < len(tex) and tex[position] == "\\":
                position = re.compile(r"\\[A-Za-z]+|\\.").match(tex, position).end()  # type: ignore[union-attr]
            else:
                position += 1
            result.append("~")
        else:
            result.append(tex[position])
            position += 1
    return "".join(result)


TEX_NUMBER = re.compile(
    rf"(?P<sign>(?:(?<=^)|(?<=[=(\[{{,&<>:~|])|(?<=\\\\))\s*[-−]\s*)?(?<![A-Za-z\d])(?P<number>{NUMERAL})(?![\d])"
    rf"(?:\s*(?:\\times|\\cdot|×)\s*10\s*\^\s*(?:\{{(?P<power>[-+]?\d+)\}}|(?P<digit>\d)))?"
    rf"(?:\s*\^\s*(?:\{{\s*(?P<exponent>[-−+]?\d+)\s*\}}|(?P<exponent1>\d)))?"
    rf"(?P<percent>\s*(?:\\[,;~ ]|~)?\s*\\%)?",
    re.MULTILINE,
)


def in_tex(tex: str, line: int) -> Iterator[Quantity]:
    """The numerals of a formula that starts at ``line``. Indices and superscripts on symbols are not numerals."""
    tex = re.sub(
        r"\\(?:label|tag|color|textcolor|hspace|vspace|operatorname|class|htmlClass)\*?\{[^{}]*\}",
        _blank,
        tex,
    )
    tex = re.sub(r"\\begin\{(?:array|alignat|alignedat)\*?\}(?:\[[^\]]*\])?\{[^{}]*\}", _blank, tex)
    tex = re.sub(r"\\(?:begin|end)\{[^{}]*\}", _blank, tex)
    tex = re.sub(r"\\\\\s*\[[^\]]*\]", r"\\\\", tex)
    tex = re.sub(r"(?<=\d)(?:\{,\}|\\,)(?=\d{3}(?!\d))", ",", tex)
    tex = re.sub(r"\\([tdc]?)frac\s*(\d)\s*(\d)", r"\\frac{\2}{\3}", tex)
    tex = _drop_braced(tex, "_")
    tex = re.sub(
        r"\\(?!times|cdot|[\\%,;~ ])[A-Za-z]+", lambda match: " ~" if match[0] != "\\frac" else " ", tex
    )
    kept, powers = [], re.compile(r"(?<![A-Za-z])(?:\d|\d\s|\d~)\s*\^\s*(?:\{\s*[-−+]?\d+\s*\}|\d)")
    position = 0
    for match in powers.finditer(tex):  # powers of numbers stay; every other superscript goes
        kept += [_drop_braced(tex[position : match.start()], "^"), match[0]]
        position = match.end()
    tex = "".join([*kept, _drop_braced(tex[position:], "^")])
    for match in TEX_NUMBER.finditer(tex):
        value = decimal(match["number"])
        shift = match["power"] or match["digit"]
        if shift:
            value *= Decimal(10) ** int(shift)
        exponent = match["exponent"] or match["exponent1"]
        if exponent:
            try:
                value **= int(exponent.replace("−", "-"))
            except (InvalidOperation, OverflowError):
                continue
        value = -value if match["sign"] else value
        at = line + tex.count("\n", 0, match.start("number"))
        written = re.sub(r"[\s~]+", " ", match[0]).strip()
        yield Quantity(written, value.normalize() + 0, at, bool(match["percent"]))


def in_output(text: str) -> set[Decimal]:
    """The numbers in what a cell printed."""
    text = re.sub(r"<Figure[^>]*>", " ", text)
    text = re.sub(r"(?<=\d)x(?=\d)", "×", text)
    found: set[Decimal] = set()
    for match in OUTPUT.finditer(text):
        value = decimal(match["number"])
        value = -value if match["sign"] else value
        found |= {value, value / 100} if match["percent"] else {value}
    return {value.normalize() + 0 for value in found}


def in_code(source: str) -> set[Decimal]:
    """The numbers that stand in Python code: literals, literals folded (``10**-5``), and those in strings."""
    found: set[Decimal] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= in_output(node.value)
        elif isinstance(node, ast.expr):
            value = fold(node)
            if value is not None:
                found.add(value)
    return found


def fold(node: ast.expr) -> Decimal | None:
    """The value of an expression made of literals, or None."""
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return decimal(repr(node.value)) if node.value == node.value and abs(node.value) < 1e300 else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = fold(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        left, right = fold(node.left), fold(node.right)
        if left is None or right is None:
            return None
        try:
            match node.op:
                case ast.Add():
                    value = left + right
                case ast.Sub():
                    value = left - right
                case ast.Mult():
                    value = left * right
                case ast.Div():
                    value = left / right
                case ast.Pow() if abs(right) < 100:
                    value = left**right
                case _:
                    return None
        except ArithmeticError:
            return None
        return value.normalize() + 0
    return None
