"""Formulas with fewer elements, which look and sound the same.

KaTeX sets each formula twice, as MathML for screen readers and as spans for the eye, and two thirds of a
chapter's elements were its formulas. Many only hold a place. The struts that give a line its height, and the
bar of a fraction, are drawn by the style sheet (`book.css`) from values of their parent; a space becomes the
margin of the sign beside it; an index or an exponent by itself is raised, and needs no table; what only wraps
one thing goes; what is set as its surroundings are needs no element, and neighbours of one kind share one. A
formula that is one letter or one number is that letter, for the eye and the ear alike.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SIGN = re.compile(r"m(bin|rel|ord|op|open|close|punct|inner)( (?!sizing|reset)[\w-]+)*")
PLAIN = re.compile(r"m(bin|rel|ord|open|close|punct|inner)( mtight)?")
FLOWS = re.compile(r"base|sizing.*|m(ord|open|close|inner)( mtight)?")
LENGTH = re.compile(r"([\w-]+):(-?[\d.]+)em")
GROUPS = ("semantics", "mrow", "mstyle")  # of the styles KaTeX writes none is heard
ROWS = ("math", "mrow", "mtd", "msqrt")  # these hold a row in any case
BRACKETED = 16  # letters
PRODUCT = ("⋅", "⊙", "×")
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
        for tidy in (heights, columns, spaces, fractions, wrappers, scripts, letters, rows):
            for element in reversed(list(seen.iter())):
                tidy(element)
        if formula is root:
            short_brackets(seen)
            together(formula, heard, seen)
        else:
            one_line(seen)
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
    """MathML without groups that group nothing, and without the `semantics` of a source that is not there."""
    for parent in heard.iter():
        while parent.tag in ROWS and len(parent) == 1 and parent[0].tag in GROUPS:
            parent[:] = list(parent[0])
        for at, child in enumerate(list(parent)):
            while child.tag in GROUPS and len(child) == 1:
                child = child[0]
            parent[at] = child


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
    """A column is one cell: its second row is only a depth, the guard beside it is drawn by the sheet."""
    if kind(table) == "vlist-t vlist-t2":
        table.set("style", style(margin_bottom=lengths(table[1][0])["height"]))
    if kind(table).startswith("vlist-t"):
        table[:] = [table[0][0]]


def spaces(parent: Element) -> None:
    """A space is the margin of a sign beside it, of the operator if there is one."""
    for space in [child for child in parent if kind(child) == "mspace"]:
        at = list(parent).index(space)
        width = lengths(space).get("margin-right")
        sides = [("margin-right", at - 1), ("margin-left", at + 1)]
        beside = [(side, parent[n]) for side, n in sides if 0 <= n < len(parent)]
        free = [
            (kind(sign) not in ("mrel", "mbin"), side, sign)
            for side, sign in beside
            if SIGN.fullmatch(kind(sign)) and side not in sign.get("style", "")
        ]
        if width is not None and free:
            _, side, sign = min(free, key=lambda each: each[0])
            sign.set("style", ";".join(filter(None, [sign.get("style"), f"{side}:{width:g}em"])))
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
    elif (kind(parent) in SMALLER and SIGN.fullmatch(kind(child))) or (
        kind(parent) in ("mfrac apart", "msupsub") and kind(child).startswith("vlist-t")
    ):
        outer = kind(parent)
        put(child, parent)
        parent.set("class", f"{outer} {kind(child)}")


def scripts(parent: Element) -> None:
    """An index or exponent without a partner: one row of a table, `top` below the top of a strut."""
    if not kind(parent).startswith("msupsub") or len(parent[0]) != 1:
        return
    row = parent[0][0]
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


def letters(parent: Element) -> None:
    """Neighbours of one kind are one word; what looks as its surroundings do needs no element."""
    children, parent[:] = list(parent), []
    for child in children:
        last = parent[-1] if len(parent) else None
        behind, child.tail = child.tail, None
        bare = child.text and not len(child) and "style" not in child.attrib
        if bare and PLAIN.fullmatch(kind(child)) and FLOWS.fullmatch(kind(parent)):
            add_text(parent, child.text)
        elif bare and last is not None and last.attrib == child.attrib and not last.tail and not len(last):
            last.text = (last.text or "") + (child.text or "")
        else:
            parent.append(child)
        add_text(parent, behind)


def rows(row: Element) -> None:
    """A column's row that holds one smaller word is that word: its lengths are in em of the smaller size."""
    at = lengths(row)
    if kind(row) or "--p" not in at or len(row) != 1 or len(row[0]) or "style" in row[0].attrib:
        return
    size = next((size for smaller, (_, size) in SMALLER.items() if kind(row[0]).startswith(smaller)), None)
    if size is not None:
        put(row[0], row)
        row.set("style", style(**{name: value / size for name, value in at.items()}))


def one_line(seen: Element) -> None:
    """What KaTeX cuts where a line may end: a displayed formula's does not, so it is one run of signs."""
    if {kind(run) for run in seen} == {"base"}:
        seen[:] = [merged(list(seen))]


def short_brackets(seen: Element) -> None:
    """No line ends in brackets or bars that hold little, nor in a short product: such runs are one run."""
    if {kind(run) for run in seen} != {"base"}:
        return
    runs = list(seen)
    texts = ["".join(run.itertext()) for run in runs]
    kept, opened = set(), []  # after which runs no line ends; in which the open brackets were opened
    for place, text in enumerate(texts):
        for sign in re.findall(r"[()\[\]∣∥]", text):
            if sign in "([" or (sign in "∣∥" and sign not in [bar for bar, _ in opened]):
                opened.append((sign, place))
            elif opened:
                while sign in ")]" and len(opened) > 1 and opened[-1][0] in "∣∥":
                    opened.pop()  # a bar by itself, as in E[y ∣ x]
                _, start = opened.pop()
                if len("".join(texts[start : place + 1])) <= BRACKETED:
                    kept |= set(range(start, place))
        if text.endswith(PRODUCT) and len("".join(texts[place : place + 2])) <= BRACKETED:
            kept.add(place)
    seen[:] = []
    group: list[Element] = []
    for place, run in enumerate(runs):
        group.append(run)
        if place not in kept or run is runs[-1]:
            seen.append(merged(group) if len(group) > 1 else run)
            group = []


def merged(runs: list[Element]) -> Element:
    """Runs of signs as one, as high and as deep as the highest and the deepest."""
    sizes = [(of["--h"], -of.get("--d", 0)) for of in map(lengths, runs)]
    depth = max(below for _, below in sizes)
    height = depth + max(whole - below for whole, below in sizes)
    line = Element("span", {"class": "base", "style": style(__h=height, __d=-depth)})
    for run in runs:
        add_text(line, run.text)
        line.extend(run)
    return line


def add_text(parent: Element, text: str | None) -> None:
    """`text` behind all that is in `parent`."""
    if text and len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    elif text:
        parent.text = (parent.text or "") + text


def together(formula: Element, heard: Element, seen: Element) -> None:
    """One run of signs needs no box of its own; one sign is heard as it is seen."""
    if len(seen) != 1:
        return
    (base,), (math,) = seen, heard
    one = [child.tag for child in math] in (["mi"], ["mn"])
    if one and base.text and not len(base):
        formula[:], formula.text = [], base.text
    elif one and not base.text and len(base) == 1 and not len(base[0]) and kind(base[0]).startswith("mord"):
        sign = base[0]
        formula[:] = [sign]
        if kind(sign) == "mord mathnormal":
            put(sign, formula)
            formula.set("class", "katex mathnormal")
    else:
        seen[:], seen.text = list(base), base.text
        seen.set("class", "katex-html base")
        seen.set("style", base.get("style", ""))


def runs(html: str) -> int:
    """Between how many runs of signs a line may break; 1 where there is no such place."""
    root = ElementTree.fromstring(html)
    return len(root[-1]) if len(root) and kind(root[-1]) == "katex-html" else 1


def part(html: str, *, last: bool) -> str:
    """A formula of several runs without its last one, with all that is heard; or that one alone."""
    root = ElementTree.fromstring(html)
    seen = root[-1]
    if last:
        root[:] = [seen[-1]]
    else:
        seen.remove(seen[-1])
    return ElementTree.tostring(root, encoding="unicode", method="html")
