"""Formulas with fewer elements, which look and sound the same.

KaTeX sets each formula twice, as MathML for screen readers and as spans for the eye, and two thirds of a
chapter's elements were its formulas. Many only hold a place. The struts that give a line its height, and the
bar of a fraction, are drawn by the style sheet (`book.css`) from values of their parent; a space becomes the
margin of the sign beside it; an index or an exponent by itself is raised, and needs no table; wrappers around
one thing go. A formula that is one letter or one number is that letter, for the eye and the ear alike.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SIGN = re.compile(r"m(bin|rel|ord|op|open|close|punct|inner)( (?!sizing|reset)[\w-]+)*")
LENGTH = re.compile(r"([\w-]+):(-?[\d.]+)em")
NULL = ["mopen nulldelimiter", "mfrac", "mclose nulldelimiter"]
#: What KaTeX sets smaller, a script and a script of a script: its class, its size in em of what it is in.
SMALLER = {
    "sizing reset-size6 size3 mtight": ("script", 0.7),
    "sizing reset-size3 size1 mtight": ("script small", 0.5 / 0.7),
}


def lean(html: str) -> str:
    """The formula `html`, as KaTeX wrote it, with fewer elements."""
    root = ElementTree.fromstring(html.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
    for formula in [each for each in root.iter("span") if kind(each) == "katex"]:
        heard, seen = formula
        grouping(heard)
        for tidy in (heights, columns, spaces, fractions, wrappers, scripts):
            for element in reversed(list(seen.iter())):
                tidy(element)
        if formula is root:  # a displayed one keeps the block that centres its lines
            together(formula, heard, seen)
    return ElementTree.tostring(root, encoding="unicode", method="html")


def kind(element: Element) -> str:
    return element.get("class", "")


def lengths(element: Element) -> dict[str, float]:
    """What an element's style says in em."""
    return {name: float(value) for name, value in LENGTH.findall(element.get("style", ""))}


def style(**values: float) -> str:
    return ";".join(
        f"{name.replace('_', '-')}:{round(value, 4):g}em" for name, value in values.items() if value
    )


def put(element: Element, place: Element) -> None:
    """`element` where `place` was, which held it."""
    kept = dict(element.attrib), element.text, list(element)
    place.clear()  # its tail too: KaTeX writes all signs into elements
    place.attrib, place.text, place[:] = kept


def grouping(heard: Element) -> None:
    """MathML without groups of one thing, and without the `semantics` of a source that is not there."""
    for parent in heard.iter():
        for at, child in enumerate(list(parent)):
            while child.tag in ("semantics", "mrow") and len(child) == 1 and not child.attrib:
                child = child[0]
            parent[at] = child
        if parent.tag == "math" and len(parent) == 1 and parent[0].tag == "mrow" and not parent[0].attrib:
            parent[:] = list(parent[0])


def heights(parent: Element) -> None:
    """A first child that is only a height becomes a value of its parent."""
    if len(parent) and kind(parent[0]) == "strut":
        of = lengths(parent[0])
        depth = f";--d:{of['vertical-align']:g}em" if "vertical-align" in of else ""
        parent.set("style", f"--h:{of['height']:g}em{depth}")
        parent.remove(parent[0])
    elif len(parent) and kind(parent[0]) == "pstrut":
        parent.set("style", f"{parent.get('style', '')}--p:{lengths(parent[0])['height']:g}em")
        parent.remove(parent[0])


def columns(table: Element) -> None:
    """A column's second row is only a depth; the guard beside the first is drawn by the sheet."""
    if kind(table) == "vlist-t vlist-t2":
        first, second = table
        first.remove(first[1])
        table.remove(second)
        table.set("style", style(margin_bottom=lengths(second[0])["height"]))


def spaces(parent: Element) -> None:
    for space in [child for child in parent if kind(child) == "mspace"]:
        at = list(parent).index(space)
        width = lengths(space).get("margin-right")
        sides = [("margin-right", at - 1), ("margin-left", at + 1)]
        beside = [(side, parent[n]) for side, n in sides if 0 <= n < len(parent)]
        free = [
            (side, sign) for side, sign in beside if SIGN.fullmatch(kind(sign)) and "style" not in sign.attrib
        ]
        if width is not None and free:
            side, sign = free[0]
            sign.set("style", f"{side}:{width:g}em")
            parent.remove(space)


def fractions(parent: Element) -> None:
    if [kind(child) for child in parent] == NULL:
        parent[:] = [parent[1]]
        parent[0].set("class", "mfrac apart")
    if (
        len(parent) == 1
        and kind(parent[0]) == "frac-line"
        and lengths(parent[0]) == {"border-bottom-width": 0.04}
    ):
        parent[:] = []
        parent.set("class", "bar")


def wrappers(parent: Element) -> None:
    if len(parent) != 1 or parent.text or "style" in parent.attrib:
        return
    child = parent[0]
    if kind(parent) in ("mord", "mord mtight") and kind(child).startswith(("mord", "mfrac")):
        put(child, parent)
    elif kind(parent) in SMALLER and not len(child) and SIGN.fullmatch(kind(child)):
        smaller = kind(parent)
        put(child, parent)
        parent.set("class", f"{smaller} {kind(child)}")


def scripts(parent: Element) -> None:
    """An index or exponent without a partner: one row of a table, `top` below the top of a strut."""
    if kind(parent) != "msupsub" or len(parent[0][0][0]) != 1:
        return
    row = parent[0][0][0][0]
    script = row[0]
    for smaller, (name, size) in SMALLER.items():
        if kind(script).startswith(smaller):
            at, own = lengths(row), lengths(script)
            left, right = (
                at.get(side, 0) / size + own.get(side, 0) for side in ("margin-left", "margin-right")
            )
            up = (-at["top"] - at["--p"]) / size
            put(script, parent)
            parent.set("class", name + kind(script).removeprefix(smaller).replace(" mtight", ""))
            parent.set("style", style(vertical_align=up, margin_left=left, margin_right=right))


def together(formula: Element, heard: Element, seen: Element) -> None:
    """One run of signs needs no box of its own; one sign is heard as it is seen."""
    if len(seen) != 1:
        return
    base = seen[0]
    sign = base[0] if len(base) == 1 and not len(base[0]) else None
    (math,) = heard
    if (
        sign is not None
        and kind(sign).startswith("mord")
        and [child.tag for child in math] in (["mi"], ["mn"])
    ):
        formula[:] = [sign]
    else:
        seen[:] = list(base)
        seen.set("class", "katex-html base")
        seen.set("style", base.get("style", ""))
