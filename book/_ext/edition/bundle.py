"""One style sheet and one script a page: a browser draws a page when the last of its style sheets is there.

The theme, the extensions and the book bring eight sheets and eleven scripts, each a request that the page
waits for. What every page asks for is written into `site.css` and `site.js`, in the order in which it was
asked for; what only some pages ask for stays by itself, after it. No script holds the page up. In the sheet
stay the rules that a page uses, and of the theme's hundreds of named values those that a rule asks for. The
letters that formulas use most are in it too: a font that comes later would move the lines.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from functools import partial
from pathlib import Path, PurePosixPath

from sphinx.application import Sphinx

from .slim import names_in, slim_rules

SHEET = re.compile(r'[ \t]*<link\b[^>]*?\bhref="(?P<path>_static/[^"?]+\.css)[^"]*"[^>]*>\n?')
SCRIPT = re.compile(
    r'[ \t]*<script\b(?![^>]*type="module")[^>]*?\bsrc="(?P<path>[^":?]+\.js)[^"]*"[^>]*></script>\n?'
)
#: Only a switch between versions, which the book has not, asks for the page's name.
PAGE_NAME = re.compile(r"[ \t]*<script>DOCUMENTATION_OPTIONS\.pagename = '[^']*';</script>\n?")
IMPORT = re.compile(r'@import\s+(?:url\()?"([^"]+)"\)?\s*;')
ADDRESS = re.compile(r"url\((?![\"']?(?:data:|#|/|https?:))[\"']?([^)\"']+)[\"']?\)")
VALUE = re.compile(r"(?<=[{;\s])(--[\w-]+)\s*:((?:\"[^\"]*\"|'[^']*'|[^;{}\"'])*)(;|(?=\}))")


#: The fonts that come with the sheet.
LETTERS = re.compile(r"url\(([^)]*/(?:Main-Regular|Math-Italic)-often\.woff2)\)")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=970)  # after `slim` and `schemes`, which change the sheets


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        bundle(Path(app.outdir))


def bundle(out: Path) -> None:
    pages = {page: page.read_text("utf-8") for page in sorted(out.glob("*.html"))}
    sheets = shared([SHEET.findall(text) for text in pages.values()])
    scripts = shared([[match["path"] for match in SCRIPT.finditer(text)] for text in pages.values()])
    used = names_in(list(pages), sorted((out / "_static").rglob("*.js")))
    css = "".join(slim_rules("".join(sheet(out, path) for path in sheets), used))
    inline = "".join(re.findall(r'style="[^"]*"|<script>.*?</script>', "".join(pages.values()), re.S))
    code = "".join(path.read_text("utf-8") for path in sorted((out / "_static").rglob("*.js")))
    css = "\n".join(line.strip() for line in asked_for(css, inline + code).splitlines() if line.strip())
    js = ";\n".join((out / path).read_text("utf-8").rstrip() for path in scripts)
    js = re.sub(r"^//# sourceMappingURL=.*$", "", js, flags=re.M)
    css = LETTERS.sub(lambda font: f"url({data(out / '_static' / font[1])})", css)
    head = f'<link rel="stylesheet" href="{stored(out, "_static/site.css", css)}" />\n'
    head += f'<script defer src="{stored(out, "_static/site.js", js)}"></script>\n'
    for page, text in pages.items():
        page.write_text(lead(text, head, {*sheets, *scripts}), "utf-8")
    for path in (*sheets, *scripts):
        (out / path).unlink()


def shared(lists: list[list[str]]) -> list[str]:
    """What all pages ask for, in the order of the first."""
    return [path for path in lists[0] if all(path in each for each in lists)]


def sheet(out: Path, path: str) -> str:
    """A style sheet with those that it imports, its addresses as `_static` sees them."""
    folder = PurePosixPath(path).parent
    css = re.sub(r"/\*.*?\*/", "", (out / path).read_text("utf-8"), flags=re.S)
    css = re.sub(r'@charset "[^"]*";', "", css)

    def address(match: re.Match[str]) -> str:
        return f"url({os.path.relpath(str(folder / match[1]), '_static')})"

    own, *imported = IMPORT.split(css)  # the imports' paths, each followed by what comes after it
    parts = [ADDRESS.sub(address, own)]
    for path_from_here, text in zip(imported[::2], imported[1::2], strict=True):
        parts += [sheet(out, os.path.normpath(folder / path_from_here)), ADDRESS.sub(address, text)]
    return "".join(parts) + "\n"


def asked_for(css: str, elsewhere: str) -> str:
    """Without the named values that nothing asks for; one may be asked for by another only."""
    while True:
        asked = {*re.findall(r"var\(\s*(--[\w-]+)", css), *re.findall(r"--[\w-]+", elsewhere)}
        idle = {match[1] for match in VALUE.finditer(css)} - asked
        slimmer = VALUE.sub(partial(without, idle), css)
        slimmer = re.sub(r"[^{}]+\{\s*\}", "", slimmer)
        if slimmer == css:
            return css
        css = slimmer


def without(idle: set[str], match: re.Match[str]) -> str:
    return "" if match[1] in idle else match[0]


def data(font: Path) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode()}"


def stored(out: Path, path: str, text: str) -> str:
    (out / path).write_text(text, "utf-8")
    return f"{path}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}"


def lead(text: str, head: str, gone: set[str]) -> str:
    """The page with the two files where its first sheet was, and what is left of the others behind them."""
    first = SHEET.search(text)
    if first is None:
        return text
    text = text[: first.start()] + head + text[first.start() :]
    text = PAGE_NAME.sub("", text)
    text = SHEET.sub(lambda match: "" if match["path"] in gone else match[0], text)

    def script(match: re.Match[str]) -> str:
        if match["path"] in gone:
            return ""
        return match[0] if "defer" in match[0] else match[0].replace("<script", "<script defer", 1)

    return SCRIPT.sub(script, text)
