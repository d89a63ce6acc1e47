"""Evaluate what a formula says with numbers: both sides of an equality, or of an identity at random numbers.

A small reader of LaTeX: numbers, symbols with their indices, + − · / \\frac, powers, roots, ln, exp, tanh, the
logistic σ and its derivative. Whatever it does not know (sums over an index, matrices, integrals) makes it give
up on that side, never guess. A derivative ``\\frac{\\partial E}{\\partial w}`` is one symbol.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Values = dict[str, float]


class Unknown(Exception):
    """The formula holds something that this reader does not evaluate."""


def sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


FUNCTIONS: dict[str, Callable[[float], float]] = {
    r"\sigma": sigma,
    r"\sigma'": lambda x: sigma(x) * (1 - sigma(x)),
    r"\tanh": math.tanh,
    r"\exp": math.exp,
    r"\ln": math.log,
    r"\log": math.log,
    r"\cos": math.cos,
    r"\sin": math.sin,
    r"\operatorname{artanh}": math.atanh,
}
NUMBER = re.compile(r"\d{1,3}(?:\{?,\}?\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
ATOM = re.compile(r"\\[A-Za-z]+|[A-Za-z]|\|")
SPACING = re.compile(
    r"\\[,;:! ]|\\(?:quad|qquad|displaystyle|left|right|big|Big|bigl|bigr|Bigl|Bigr)(?![A-Za-z])|[~&\s]+"
)
LETTERS = {
    r"\alpha", r"\beta", r"\gamma", r"\delta", r"\varepsilon", r"\epsilon", r"\eta", r"\theta", r"\kappa", r"\lambda",
    r"\mu", r"\nu", r"\rho", r"\tau", r"\varphi", r"\phi", r"\psi", r"\omega", r"\Delta",
}  # fmt: skip
BOLD = re.compile(r"\\(?:mathbf|boldsymbol|mathrm)\{([A-Za-z])\}")


@dataclass
class Reader:
    """Recursive descent over one side of an equality; ``value`` is what it comes to with the given symbols."""

    text: str
    symbols: Values
    nudge: int = -1  # which decimal literal is taken half a unit too large
    at: int = 0
    literals: int = 0

    def evaluate(self) -> float:
        value = self.sum()
        if self.at != len(self.text):
            raise Unknown(self.text[self.at :])
        return value

    def peek(self, *options: str) -> str:
        while self.text.startswith(" ", self.at):
            self.at += 1
        return next((option for option in options if self.text.startswith(option, self.at)), "")

    def take(self, *options: str) -> str:
        found = self.peek(*options)
        self.at += len(found)
        return found

    def sum(self) -> float:
        value = self.product(self.take("+", "-", "−"))
        while sign := self.take("+", "-", "−"):
            value += self.product(sign)
        return value

    def product(self, sign: str) -> float:
        value = self.power()
        while self.at < len(self.text):
            if self.take(r"\cdot", r"\times"):
                value *= self.power(signed=True)
            elif self.take("/"):
                below = self.power(signed=True)
                if below == 0:
                    raise Unknown("division by zero")
                value /= below
            elif self.peek("+", "-", "−", ")", "]", "}"):
                break
            else:
                value *= self.power()
        return -value if sign in {"-", "−"} else value

    def power(self, signed: bool = False) -> float:
        if signed and self.take("-", "−"):
            return -self.power()
        base = self.factor()
        if self.take("^"):
            exponent = self.group()
            if (base == 0 and exponent < 0) or (base < 0 and exponent != int(exponent)):
                raise Unknown("power")
            return float(base**exponent)
        return base

    def group(self) -> float:
        """One argument: ``{...}``, a digit, or a command with its own."""
        if self.take("{"):
            value = self.sum()
            if not self.take("}"):
                raise Unknown("brace")
            return value
        if self.text[self.at : self.at + 1].isdigit():
            self.at += 1
            return float(self.text[self.at - 1])
        return self.factor()

    def factor(self) -> float:
        for opening, closing in (("(", ")"), ("[", "]"), (r"\{", r"\}"), ("{", "}")):
            if self.take(opening):
                value = self.sum()
                if not self.take(closing):
                    raise Unknown("bracket")
                return value
        if match := NUMBER.match(self.text, self.at):
            self.at = match.end()
            written = re.sub(r"[{},]", "", match[0])
            self.literals += 1
            return float(written) + (half_unit(written) if self.literals - 1 == self.nudge else 0.0)
        if derivative := self.derivative():
            return self.look_up(derivative)
        if self.take(r"\frac", r"\tfrac", r"\dfrac"):
            above, below = self.group(), self.group()
            if below == 0:
                raise Unknown("division by zero")
            return above / below
        if self.take(r"\sqrt"):
            value = self.group()
            if value < 0:
                raise Unknown("root")
            return math.sqrt(value)
        if self.take(r"\pi"):
            return math.pi
        if self.peek("e^"):
            self.at += 1
            self.take("^")
            return math.exp(self.group())
        for name in sorted(FUNCTIONS, key=len, reverse=True):
            if self.peek(name) and not self.text[self.at + len(name) : self.at + len(name) + 1].isalpha():
                after = self.text[self.at + len(name) : self.at + len(name) + 1]
                if after == "(" or (name in {r"\ln", r"\log", r"\exp", r"\tanh"} and after not in "_^'"):
                    self.at += len(name)
                    if self.take("^"):
                        raise Unknown("power of a function")
                    try:
                        return FUNCTIONS[name](self.factor())
                    except (ValueError, OverflowError) as problem:
                        raise Unknown(name) from problem
        return self.look_up(self.symbol())

    def derivative(self) -> str:
        match = re.compile(r"\\[td]?frac\{(?:\\partial|d)[^{}]*\}\{(?:\\partial|d)(?:[^{}]|\{[^{}]*\})*\}").match(self.text, self.at)  # fmt: skip
        match = match or re.compile(r"\\partial ?[A-Za-z]/\\partial ?[A-Za-z](?:_(?:\{[^{}]*\}|\w))?").match(self.text, self.at)  # fmt: skip
        if not match:
            return ""
        self.at = match.end()
        return re.sub(r"\\[td]frac", r"\\frac", match[0]).replace(" ", "")

    def symbol(self) -> str:
        match = ATOM.match(self.text, self.at)
        if not match or match[0] == "|" or (match[0].startswith("\\") and match[0] not in LETTERS):
            raise Unknown(self.text[self.at :])
        self.at = match.end()
        name = match[0]
        while self.peek("_", "'", "^{(", "^*", r"^\star"):
            start = self.at
            if self.take("_", "^"):
                if self.take("{"):
                    level = 1
                    while level and self.at < len(self.text):
                        level += {"{": 1, "}": -1}.get(self.text[self.at], 0)
                        self.at += 1
                elif self.peek("\\"):
                    command = ATOM.match(self.text, self.at)
                    self.at = command.end() if command else self.at + 1
                else:
                    self.at += 1
            else:
                self.at += 1
            name += re.sub(r"_\{(\w)\}", r"_\1", self.text[start : self.at])
        if self.peek("(") and not re.match(r"\((?:[^()]|\([^()]*\))*[-+−][^()]*\)", self.text[self.at :]):
            raise Unknown("a function's value")  # f(x): not f times x
        return name

    def look_up(self, name: str) -> float:
        if name not in self.symbols:
            raise KeyError(name)
        return self.symbols[name]


def half_unit(written: str) -> float:
    """Half a unit of the last place of a rounded decimal; nothing for whole numbers and short decimals."""
    digits = written.partition(".")[2]
    return 0.5 * 10 ** -len(digits) if len(digits) >= 3 else 0.0


def tidy(tex: str) -> str:
    tex = re.sub(r"\\(?:label|tag)\{[^{}]*\}", "", tex)
    tex = re.sub(r"\\(?:approx|simeq)(?![A-Za-z])", "=", tex)
    tex = re.sub(r"\{,\}", "", tex)
    tex = BOLD.sub(r"\1", tex)
    tex = re.sub(r"\\([td]?)frac\s*(\d)\s*(\d)", r"\\frac{\2}{\3}", tex)
    tex = re.sub(r"½", r"\\frac{1}{2}", tex)
    tex = re.sub(r"(\\[A-Za-z]+)\s+(?=[A-Za-z])", "\\1\0", tex)
    tex = SPACING.sub("", tex).replace("\0", " ")
    return re.sub(r"(\\[A-Za-z]+) (?=[A-Za-z])", r"\1 ", tex)


def evaluate(side: str, symbols: Values) -> tuple[float, float]:
    """The value of one side, and by how much the rounding of its decimals may have moved it. Raises Unknown, KeyError."""
    reader = Reader(side, symbols)
    value = reader.evaluate()
    slack = sum(abs(Reader(side, symbols, nudge=n).evaluate() - value) for n in range(reader.literals))
    if not math.isfinite(value):
        raise Unknown("not finite")
    return value, slack


def chains(tex: str) -> Iterator[list[str]]:
    """The equalities of a display equation: each a list of sides that are said to be equal."""
    tex = re.sub(r"\\(?:begin|end)\{(?:aligned|align\*?|gathered|split|alignedat)\}(?:\{\d\})?", "", tex)
    if r"\begin" in tex:
        return
    sides: list[str] = []
    for row in re.split(r"\\\\(?:\[[^\]]*\])?", tex):
        row = re.sub(r"\\(?:qquad|quad)(?![A-Za-z])", "\1", row)
        row = re.sub(r"\\(?:text|mbox)\{[^{}]*\}", "\1", row)
        for n, part in enumerate(_split(row)):
            pieces = [tidy(piece) for piece in re.split(r"(?<![<>!:\\])=(?!=)", part)]
            pieces = [piece.rstrip(".,;") for piece in pieces]
            if n == 0 and not pieces[0] and len(pieces) > 1 and sides:
                sides += pieces[1:]  # the row before goes on
                continue
            if len(sides) > 1:
                yield sides
            sides = [piece for piece in pieces if piece]
    if len(sides) > 1:
        yield sides


def _split(row: str) -> list[str]:
    """Cut a row where one equality ends and the next begins: at a wide space, or a comma outside all brackets."""
    parts, level, current = [], 0, ""
    for i, letter in enumerate(row):
        level += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == "\1" or (letter in ",;" and level == 0 and row[i - 1 : i] != "\\"):
            parts.append(current)
            current = ""
        else:
            current += letter
    return [part for part in [*parts, current] if part.strip("& ")] or [""]
