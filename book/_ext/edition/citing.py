"""In the list of works, each says which chapters cite it: the way back from a work to where it is used."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LEAD = {"ko": "인용한 곳: ", "en": "Cited in: "}
FIRST = {"ko": "첫 쪽", "en": "Start"}  # its title is the book's


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", add_chapters)


def add_chapters(app: Sphinx, doctree: nodes.document, page: str) -> None:
    domain: Any = app.env.get_domain("cite")
    cited: dict[str, set[str]] = {}
    for reference in domain.citation_refs:
        for target in reference.targets:
            cited.setdefault(target.key, set()).add(reference.docname)
    keys = {each.citation_id: each.key for each in domain.citations if each.bibliography_key.docname == page}
    if not keys:
        return
    order = {name: place for place, name in enumerate(reading_order(app))}
    for work in doctree.findall(nodes.citation):
        key = next((keys[name] for name in work["ids"] if name in keys), None)
        pages = sorted(cited.get(key or "", ()), key=lambda name: order.get(name, -1))
        if not pages:
            continue
        line = nodes.paragraph(
            "", LEAD[app.config.language], classes=["cited-in", f"language-{app.config.language}"]
        )
        for place, name in enumerate(pages):
            if place:
                line += nodes.Text(", ")
            line += link(app, page, name)
        work += line


def reading_order(app: Sphinx) -> list[str]:
    return list(app.env.collect_relations())


def link(app: Sphinx, page: str, name: str) -> nodes.reference:
    """A chapter by its number, any other page by its title; either way the title can be heard and seen."""
    title = FIRST[app.config.language] if name == app.config.root_doc else app.env.titles[name].astext()
    numbers = app.env.toc_secnumbers.get(name, {}).get("", ())
    number = ".".join(map(str, numbers))
    short = (f"{number}장" if app.config.language == "ko" else f"ch. {number}") if number else title
    address = app.builder.get_relative_uri(page, name)
    return nodes.reference("", short, internal=True, refuri=address, reftitle=title)
