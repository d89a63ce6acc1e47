"""Where a line may not end: before a comma or a particle that belongs to what it follows, in short code, and
between a word and its number, letter or sign ("section 5", "layer l", "error, %").

Browsers break a line on either side of a formula, in code after a sign, and after a closing bracket, a
quotation mark or % even before a Korean particle, so that lines would begin with "," or with 은.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from .leaner import runs
from .maths import RENDERED, render
from .tables import is_printed

SHORT = 16  # letters: a longer formula may have to break on a phone
SHORT_CODE = 20
BELONGS = re.compile(r"[^\s(]{1,12}(?![^\s(])|[,.;:)]+")
OPENS = re.compile(r"(?:[(\[“‘]|(?<!\S)\")+\Z")
NAMED = re.compile(r"[A-Za-z]{2} \Z")
JOINER = "\u2060"  # where it stands no line ends; it is not seen
CLOSING = r"[)\]%°」』”’]"
CLOSED = re.compile(rf"{CLOSING}\Z")
HANGUL = re.compile(r"[가-힣]")
PARTICLE = re.compile(rf"(?<={CLOSING})(?={HANGUL.pattern})")
TIMES = re.compile(r"(?<=\w) × (?=\w)")
HYPHEN = re.compile(r"(?<=\d)-(?=\d)")
COMPOUND = re.compile(r"(?<=\w)-(?=\w)")  # in a title, which is set in short lines of even length
NUMBERED = re.compile(
    r"\b(section|chapter|figure|table|page|week|layer|unit|case|row|step|sweep|epoch|at|to) (?=\d)"
    r"|(?<=[A-Za-z]) (?=\d{1,2}[.,;:?!)”](?!\d))",
    re.IGNORECASE,
)
SIGN = re.compile(r"(?<=\S) (?=· |%)")
#: In the head of a printed table: `η = 0.05` (a line may end behind =), `lowest / highest`, `y - t`.
IN_HEAD = re.compile(r"(?<=\S) (?=[/=+−-](?:[\s,]|\Z))|(?<= [+−-]) (?=\S)")
#: In the first column of a printed table: `w = 1.2`, and a number or letter that ends a name, `forget 1`.
IN_NAME = re.compile(r"(?<=\S) (?==)|(?<==) (?=\S)|(?<=[^\s,]) (?=\S{1,2}\Z)")
UNTOUCHED = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment)


def setup(app: Sphinx) -> None:
    app.add_post_transform(KeepTogether)


def letters(formula: nodes.math) -> int:
    """How many letters a reader sees."""
    html = RENDERED[formula.astext(), False].get("html", "")
    seen = html.partition('class="katex-html')[2]  # a letter alone is said and seen in one
    return len(re.sub(r"<[^>]*>", "", f"<{seen}" if seen else html))


def together(*parts: nodes.Node) -> nodes.inline:
    return nodes.inline("", "", *parts, classes=["together"])


def text_at(parent: nodes.Element, at: int) -> str:
    child = parent[at] if 0 <= at < len(parent) else None
    return child if isinstance(child, nodes.Text) else ""


class KeepTogether(SphinxPostTransform):
    default_priority = 850
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        formulas = list(self.document.findall(nodes.math))
        render([(formula.astext(), False) for formula in formulas])
        for formula in formulas:
            self.keep_formula(formula)
        for code in self.document.findall(nodes.literal):
            if len(code.astext()) <= SHORT_CODE:
                code["classes"].append("together")
        for head in filter(is_printed, self.document.findall(nodes.thead)):
            for text in list(head.findall(nodes.Text)):
                text.parent.replace(text, nodes.Text(IN_HEAD.sub("\u00a0", text)))
        for body in filter(is_printed, self.document.findall(nodes.tbody)):
            for row in body.findall(nodes.row):
                for text in list(row[0].findall(nodes.Text)):
                    text.parent.replace(text, nodes.Text(IN_NAME.sub("\u00a0", text)))
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, UNTOUCHED):
                self.keep_words(text)

    def keep_formula(self, formula: nodes.math) -> None:
        """Hold a formula, a bracket before it and what belongs to it together; of a long one, its end."""
        parent, place = formula.parent, formula.parent.index(formula)
        before, after = text_at(parent, place - 1), text_at(parent, place + 1)
        length = letters(formula)
        short = length <= SHORT
        opens = OPENS.search(before) if short else None
        belongs = BELONGS.match(after)
        kept: list[nodes.Node] = [formula]
        if not short and belongs and runs(RENDERED[formula.astext(), False].get("html", "<span />")) > 1:
            last = formula.deepcopy()
            formula["part"], last["part"] = "all but the last", "last"
            parent.insert(place + 1, last)
            place, kept = place + 1, [last]
        if belongs:
            kept.append(nodes.Text(belongs[0]))
            parent[place + 1] = nodes.Text(after[belongs.end() :])
        if opens:
            kept.insert(0, nodes.Text(opens[0]))
            parent[place - 1] = nodes.Text(before[: opens.start()])
        elif length == 1 and NAMED.search(before):
            parent[place - 1] = nodes.Text(before[:-1] + "\u00a0")
        if len(kept) > 1:
            parent[place] = together(*kept)
        elif short:
            formula["classes"].append("together")

    def keep_words(self, text: nodes.Text) -> None:
        parent = text.parent
        place = next(at for at, child in enumerate(parent) if child is text)
        hyphen = COMPOUND if isinstance(parent, nodes.title) else HYPHEN
        joined = TIMES.sub("\u00a0×\u00a0", hyphen.sub(f"-{JOINER}", PARTICLE.sub(JOINER, text)))
        joined = SIGN.sub("\u00a0", NUMBERED.sub("\\1\u00a0", joined))
        before = parent[place - 1] if place else nodes.Text("")
        if (isinstance(before, nodes.literal) or CLOSED.search(before.astext())) and HANGUL.match(text):
            joined = JOINER + joined
        if joined != text:
            parent[place] = nodes.Text(joined)
