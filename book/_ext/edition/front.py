"""The list of chapters on the front page: before each its number, after it the minutes that it takes to read.

The page writes a list of links with a line each; what a link leads to is known to the book.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from .minutes import of_page

WORDS = {"ko": "({}분)", "en": "({} min)"}


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", number_and_time)


def number_and_time(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if page != app.config.master_doc or app.builder.format != "html":
        return
    for item in doctree.findall(nodes.list_item):
        link = next(iter(item.findall(nodes.reference)), None)
        if link is not None and link.parent.index(link) == 0:
            tell(app, link, a_button="front-ways" in item.parent.parent.get("classes", []))


def tell(app: Sphinx, link: nodes.reference, a_button: bool) -> None:
    """Put a chapter's number before the link that leads to it and its minutes after it, or into a button."""
    name = link.get("refuri", "").partition("#")[0].removesuffix(".html")
    source = Path(app.srcdir) / f"{name}.md"
    if not source.exists() or "```{code-cell}" not in source.read_text("utf-8"):
        return  # a page to look things up in
    written = WORDS[app.config.language].format(of_page(Path(app.srcdir).parent, name))
    time = [nodes.Text(" "), nodes.inline("", written, classes=["minutes"])]
    if a_button:
        link += time
        return
    link.parent.insert(1, time)
    number = app.env.toc_secnumbers.get(name, {}).get("")
    if number:
        shown = nodes.inline("", ".".join(map(str, number)), classes=["chapter-number"])
        link.parent.insert(0, [shown, nodes.Text(" ")])
