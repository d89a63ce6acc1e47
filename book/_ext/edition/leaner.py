"""Formulas with a third fewer elements, which look and sound the same.

KaTeX sets each formula twice, as MathML for screen readers and as spans for the eye, and two thirds of a
chapter's elements are its formulas. Many only hold a place: the struts that give a line its height are drawn
by the style sheet from two values of their parent (`book.css`), a space becomes the margin of the sign beside
it, and wrappers around nothing go. A formula that is one letter or one number is that letter, for the eye and
the ear alike.
"""

from __future__ import annotations

import re

SIGN = r'<span class="m(?:bin|rel|ord|op|open|close|punct|inner)(?: (?!sizing|reset)[\w-]+)*"'
SPACE = r'<span class="mspace" style="margin-right:(-?[\d.]+em);"></span>'

#: Of `base`, `vlist` and the like: a first child without content, which only has a height.
STRUT = re.compile(
    r'<span class="base"><span class="strut" style="height:([^;]+);(?:vertical-align:([^;]+);)?"></span>'
)
PSTRUT = re.compile(r'<span style="([^"]*)"><span class="pstrut" style="height:([^;]+);"></span>')
GUARD = '<span class="vlist-s">\u200b</span>'
NOTHING = re.compile(r'(<span class="vlist" style="[^"]*">)<span></span></span>')
AFTER = re.compile(rf"({SIGN})>([^<]+)</span>{SPACE}")
BEFORE = re.compile(rf"{SPACE}({SIGN})>")
WRAPPED = re.compile(r"<semantics><mrow>(.*)</mrow></semantics>", re.S)
SEMANTICS = re.compile(r"</?semantics>")
ALONE = re.compile(
    r'<span class="katex"><span class="katex-mathml"><math><m[in](?: mathvariant="\w+")?>[^<]*</m[in]></math>'
    r"</span>"
    r'<span class="katex-html" aria-hidden="true"><span class="base" style="[^"]*">'
    r'(<span class="mord[^"]*"(?: style="[^"]*")?>[^<]*</span>)</span></span></span>'
)


def lean(html: str) -> str:
    html = WRAPPED.sub(r"\1", html)
    html = SEMANTICS.sub("", html)
    html = STRUT.sub(base, html)
    html = PSTRUT.sub(r'<span style="\1--p:\2">', html)
    html = html.replace(GUARD, "")
    html = NOTHING.sub(r"\1</span>", html)
    html = AFTER.sub(r'\1 style="margin-right:\3">\2</span>', html)
    html = BEFORE.sub(r'\2 style="margin-left:\1">', html)
    return ALONE.sub(r'<span class="katex">\1</span>', html)


def base(match: re.Match[str]) -> str:
    depth = f";--d:{match[2]}" if match[2] else ""
    return f'<span class="base" style="--h:{match[1]}{depth}">'
