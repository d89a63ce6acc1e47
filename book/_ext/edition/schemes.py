"""Light and dark without a script, and paper that is always white.

The theme's style sheets, Pygments' and ours say `html[data-theme="light"]` and `html[data-theme="dark"]`,
which a script sets. In the built sheets every rule for the light holds for paper too, and where no script
has set anything (`data-theme="auto"`); every rule for the dark holds on screens alone, and without a script
on those that prefer it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from .slim import matching_brace, split_selectors

THEME = re.compile(r'\[data-theme="?(light|dark)"?\]')


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=950)  # after `slim`, which takes out rules


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for sheet in sorted((Path(app.outdir) / "_static").rglob("*.css")):
        css = sheet.read_text("utf-8")
        if THEME.search(css):
            sheet.write_text("".join(for_every_reader(css)), "utf-8")


def for_every_reader(css: str) -> Iterator[str]:
    """The rules of a style sheet without comments, those of a theme followed by what they mean elsewhere."""
    at = 0
    while (start := css.find("{", at)) >= 0:
        end = matching_brace(css, start)
        prelude, body = css[at:start], css[start + 1 : end]
        at = end + 1
        if prelude.lstrip().startswith("@media") and "print" not in prelude:
            yield f"{prelude}{{{''.join(for_every_reader(body))}}}"
            continue
        selectors = split_selectors(prelude)
        light = [each for each in selectors if theme_of(each) == "light"]
        dark = [each for each in selectors if theme_of(each) == "dark"]
        both = [each for each in selectors if each not in (*light, *dark)]
        if both:
            yield f"{','.join(both)}{{{body}}}\n"
        if light:
            yield f"{under(light, 'light')},{under(light, 'auto')}{{{body}}}\n"
            yield f"@media print{{{','.join(THEME.sub('[data-theme]', each) for each in light)}{{{body}}}}}\n"
        if dark:
            yield f"@media screen{{{under(dark, 'dark')}{{{body}}}}}\n"
            yield f"@media screen and (prefers-color-scheme:dark){{{under(dark, 'auto')}{{{body}}}}}\n"
    yield css[at:]


def theme_of(selector: str) -> str:
    """The theme a selector is for; one that excludes a theme, or names none, is for both."""
    named = THEME.search(re.sub(r":not\([^)]*\)", "", selector))
    return named[1] if named else ""


def under(selectors: list[str], theme: str) -> str:
    return ",".join(THEME.sub(f'[data-theme="{theme}"]', each) for each in selectors)
