"""The changes of the book: told alike in both editions, and fed in valid Atom."""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.changes import ATOM, feed_of

BASE = "https://someone.github.io/book/en/"
NAMES = {"": ATOM}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")


@pytest.fixture(scope="module")
def changes(root: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((root / "book" / "changes.yml").read_text("utf-8"))


def feed(changes: list[dict[str, Any]], language: str = "en", base: str = BASE) -> ElementTree.Element:
    """As it is written and read again."""
    made = feed_of(changes, language, "The contributors", {"lstm": "The LSTM"}, base)
    return ElementTree.fromstring(ElementTree.tostring(made, encoding="unicode"))


def test_changes_are_told_alike(root: Path, changes: list[dict[str, Any]]) -> None:
    dates = [change["date"] for change in changes]
    assert all(isinstance(date, datetime.date) for date in dates)
    assert dates == sorted(dates, reverse=True), "the newest stand first"
    assert len({change["id"] for change in changes}) == len(changes)
    for change in changes:
        assert not change.keys() - {"id", "date", "version", "ko", "en", "pages"}, change["id"]
        for language in ("ko", "en"):
            assert change[language].keys() == {"title", "text"}, change["id"]
        for page in change.get("pages", []):
            assert (root / "book" / "en" / f"{page}.md").exists(), page


def test_every_page_of_the_book_came_with_a_change(root: Path, changes: list[dict[str, Any]]) -> None:
    parts = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))["parts"]
    chapters = {each["file"] for part in parts if part.get("numbered") for each in part["chapters"]}
    assert chapters <= {page for change in changes for page in change.get("pages", [])}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("base", ["", BASE])
def test_the_feed_is_valid_atom(changes: list[dict[str, Any]], language: str, base: str) -> None:
    made = feed(changes, language, base)
    assert made.tag == f"{{{ATOM}}}feed"
    assert made.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert made.findtext("author/name", namespaces=NAMES)
    entries = made.findall("entry", NAMES)
    assert len(entries) == len(changes)
    ids = [each.findtext("id", namespaces=NAMES) for each in (made, *entries)]
    assert len(set(ids)) == len(ids) and all(id and re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", id) for id in ids)
    for each in (made, *entries):
        assert (each.findtext("title", namespaces=NAMES) or "").strip()
        assert INSTANT.fullmatch(each.findtext("updated", namespaces=NAMES) or "")
        (page,) = (link for link in each.findall("link", NAMES) if link.get("rel") == "alternate")
        assert (page.get("href") or "").startswith(f"{base}changes.html")
    assert made.findtext("updated", namespaces=NAMES) == max(
        entry.findtext("updated", namespaces=NAMES) or "" for entry in entries
    )
    selves = [link.get("href") for link in made.findall("link", NAMES) if link.get("rel") == "self"]
    assert selves == ([f"{base}changes.xml"] if base else [])


def test_an_entry_stays_the_same_entry(changes: list[dict[str, Any]]) -> None:
    """Whatever its words, wherever it is published; and the editions' entries are not each other's."""

    def ids(made: ElementTree.Element) -> list[str | None]:
        return [entry.findtext("id", namespaces=NAMES) for entry in made.iter(f"{{{ATOM}}}entry")]

    reworded = [{**change, "en": {"title": "Another", "text": "Other words."}} for change in changes]
    assert ids(feed(reworded, base="")) == ids(feed(changes))
    assert not set(ids(feed(changes, "ko"))) & set(ids(feed(changes, "en")))


def test_pages_are_called_by_their_titles(changes: list[dict[str, Any]]) -> None:
    texts = [
        entry.findtext("content", namespaces=NAMES) or "" for entry in feed(changes).iter(f"{{{ATOM}}}entry")
    ]
    assert any("The LSTM" in text for text in texts)
