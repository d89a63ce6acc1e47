"""What has changed in the book, from `book/changes.yml`: the list on its page, `{change-list}`, and a feed.

The feed, `changes.xml`, is Atom (RFC 4287), one for each edition. An entry keeps its id wherever the book is
published, so it is made from the change's own name and from no address. Links are absolute where the site's
address is known; where it is not, they are relative to the feed, which the format allows.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from .language import TITLES, root
from .tables import YamlTable

FEED = "changes.xml"
PAGE = "changes"
ATOM = "http://www.w3.org/2005/Atom"
CODE = re.compile(r"`([^`]+)`")
WORDS = {
    "ko": {
        "title": "바뀐 것",
        "version": "{}판",
        "since": "다음 판에 들어갈 것",
        "pages": "쪽: {}.",
        "feed": "바뀐 것을 알리는 피드(Atom)",
    },
    "en": {
        "title": "Changes",
        "version": "Version {}",
        "since": "Since the last version",
        "pages": "Pages: {}.",
        "feed": "A feed of the changes (Atom)",
    },
}


def setup(app: Sphinx) -> None:
    app.add_directive("change-list", ChangeList)
    app.connect("html-page-context", link_feed, priority=100)
    app.connect("build-finished", write_feed)


class ChangeList(YamlTable):
    """The newest first, under the version that has them."""

    name_of_file = "changes"

    def run(self) -> list[nodes.Node]:
        feed = nodes.reference("", WORDS[self.language]["feed"], refuri=FEED, internal=True)
        return [*super().run(), nodes.paragraph("", "", feed, classes=["no-print"])]

    def markdown(self, data: list[dict[str, Any]]) -> list[str]:
        words = WORDS[self.language]
        lines: list[str] = []
        for version, changes in groupby(data, key=lambda change: change.get("version")):
            lines += [f"**{words['version'].format(version) if version else words['since']}**", ""]
            for change in changes:
                told = change[self.language]
                text = f"{change['date']} · **{told['title']}**. {told['text']}"
                pages = ", ".join(f"{{doc}}`{page}`" for page in change.get("pages", []))
                text += " " + words["pages"].format(pages) if pages else ""
                lines += [f"({change_label(change)})=", text, ""]
        return lines


def change_label(change: dict[str, Any]) -> str:
    return f"{PAGE}-{change['id']}"


def has_changes(app: Sphinx) -> bool:
    return app.builder.format == "html" and PAGE in app.env.all_docs


def link_feed(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    context["feed"] = ""
    if has_changes(app):
        words = WORDS[app.config.language]
        context["feed"] = f"{app.config.html_baseurl}{FEED}" if app.config.html_baseurl else FEED
        context["feed_title"] = f"{app.config.html_title}: {words['title']}"


def write_feed(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and has_changes(app):
        changes = yaml.safe_load((root(app) / "book" / "changes.yml").read_text("utf-8"))
        titles = {page: title.astext() for page, title in app.env.titles.items()}
        feed = feed_of(changes, app.config.language, app.config.author, titles, app.config.html_baseurl)
        ElementTree.indent(feed)
        text = ElementTree.tostring(feed, encoding="unicode")
        (Path(app.outdir) / FEED).write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n', "utf-8")


def feed_of(
    changes: list[dict[str, Any]], language: str, author: str, titles: dict[str, str], base: str
) -> ElementTree.Element:
    """The feed of an edition; ``base`` is the edition's address with a slash at its end, or empty."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    add(feed, "title", f"{TITLES[language]}: {WORDS[language]['title']}")
    add(feed, "id", urn(language))
    add(feed, "updated", instant(max(change["date"] for change in changes)))
    add(add(feed, "author"), "name", author)
    add(feed, "link", rel="alternate", type="text/html", hreflang=language, href=f"{base}{PAGE}.html")
    if base:
        add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}{FEED}")
    for change in changes:
        told = change[language]
        entry = add(feed, "entry")
        add(entry, "title", told["title"])
        add(entry, "id", urn(f"{language}/{change['id']}"))
        add(entry, "updated", instant(change["date"]))
        at = f"{base}{PAGE}.html#{change_label(change)}"
        add(entry, "link", rel="alternate", type="text/html", hreflang=language, href=at)
        pages = ", ".join(titles.get(page, page) for page in change.get("pages", []))
        text = CODE.sub(r"\1", " ".join(told["text"].split()))
        text += " " + WORDS[language]["pages"].format(pages) if pages else ""
        add(entry, "content", text, type="text")
    return feed


def add(parent: ElementTree.Element, name: str, text: str | None = None, **given: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", given)
    element.text = text
    return element


def instant(day: object) -> str:
    return f"{day}T00:00:00Z"


def urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"urn:backpropagation-executed:{name}").urn
