"""Lighter pages: what the built files contain and no page shows is taken out of them.

The theme brings style rules for a hundred components that the book does not have; a rule stays when its
classes and ids occur in a page or a script. Coordinates in figures keep two decimals. Marks around names,
signs and spaces in code, which all have the colour of plain text, go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

KEPT_WHOLE = ("@font-face", "@keyframes", "@-webkit-keyframes", "@page", "@import", "@charset", "@property")
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')  # docutils, Sphinx and the theme each write one
PLAIN_CODE = re.compile(r'<span class="(?:n|o|p|w|x)">([^<]*)</span>')
NUMBER = re.compile(r"-?\d+\.\d{3,}")
COORDINATES = re.compile(r'(?<=\s)(d|x|y|x1|x2|y1|y2|cx|cy|width|height|points)="([^"]*\d[^"]*)"')
TRANSLATION = re.compile(r"translate\([^)]*\)")
METADATA = re.compile(r"\s*<metadata>.*?</metadata>|<!DOCTYPE[^>]*>\s*", re.S)


def setup(app: Sphinx) -> None:
    app.connect("build-finished", slim, priority=900)


def slim(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = sorted(out.glob("*.html"))
    for page in pages:
        text = PLAIN_CODE.sub(r"\1", page.read_text("utf-8")).replace("<pre><span></span>", "<pre>")
        first = VIEWPORT.search(text)
        if first:
            text = text[: first.end()] + VIEWPORT.sub("", text[first.end() :])
        page.write_text(text, "utf-8")
    for figure in sorted((out / "_images").glob("*.svg")):
        figure.write_text(slim_figure(figure.read_text("utf-8")), "utf-8")
    names = names_in(pages, sorted((out / "_static").rglob("*.js")))
    for sheet in sorted((out / "_static").rglob("*.css")):
        if "vendor" not in sheet.parts:
            sheet.write_text("".join(slim_rules(sheet.read_text("utf-8"), names)), "utf-8")


def slim_figure(svg: str) -> str:
    svg = METADATA.sub("", svg)
    svg = COORDINATES.sub(lambda match: f'{match[1]}="{shorten(match[2])}"', svg)
    return TRANSLATION.sub(lambda match: shorten(match[0]), svg)


def shorten(numbers: str) -> str:
    return " ".join(NUMBER.sub(lambda match: f"{float(match[0]):.2f}", numbers).split())


def names_in(pages: list[Path], scripts: list[Path]) -> set[str]:
    """Every class and id of the pages, and every word of the scripts, which may set one."""
    names: set[str] = set()
    for page in pages:
        text = page.read_text("utf-8")
        for value in re.findall(r'\b(?:class|id)="([^"]*)"', text):
            names.update(value.split())
        for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.S):
            names.update(re.findall(r"[\w-]+", script))
    for path in scripts:
        if path.name != "bootstrap.js":
            names.update(re.findall(r"[\w-]+", path.read_text("utf-8")))
    return names


def slim_rules(css: str, names: set[str]) -> Iterator[str]:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    at = 0
    while (start := re.compile(r"[{;]").search(css, at)) is not None:
        prelude = css[at : start.start()].strip()
        if start[0] == ";":
            yield prelude + ";\n"
            at = start.end()
            continue
        end = matching_brace(css, start.start())
        body = css[start.end() : end]
        at = end + 1
        if prelude.startswith(KEPT_WHOLE):
            yield f"{prelude}{{{body}}}\n"
        elif prelude.startswith("@"):
            inner = "".join(slim_rules(body, names))
            if inner:
                yield f"{prelude}{{{inner}}}\n"
        else:
            selectors = [each for each in split_selectors(prelude) if is_used(each, names)]
            if selectors:
                yield f"{','.join(selectors)}{{{body.strip()}}}\n"


def matching_brace(css: str, at: int) -> int:
    depth = 0
    for match in re.compile(r'[{}]|"(?:[^"\\]|\\.)*"').finditer(css, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    raise ValueError(f"a style sheet has an unclosed brace after {css[at : at + 60]!r}")


def split_selectors(prelude: str) -> list[str]:
    return [each.strip() for each in re.split(r",(?![^(]*\))", prelude)]


def is_used(selector: str, names: set[str]) -> bool:
    plain = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]", "", selector)
    return all(name in names for name in re.findall(r"[.#]([\w-]+)", plain.replace("\\", "")))
