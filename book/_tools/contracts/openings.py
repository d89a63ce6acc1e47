"""Every chapter opens with what it needs and what one can do after it (``book/openings.yml``), and does so truly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from pages import Block

from .book import LANGUAGES, Book, Found

NEEDS = 4  # at most: who has to read five things first reads none
LINES = (2, 3)
LONGEST = {"ko": 56, "en": 104}  # about two lines of the box
BEGINS = re.compile(r"[a-z]+(?:-[a-z]+)?(?= )")
#: What does not tell what one does, at the start of an English line and at the end of a Korean one.
IDLE = {"a", "an", "the", "how", "what", "why", "be", "understand", "know", "learn", "see", "appreciate"}
IDLE_KO = re.compile(r"(?:이해할|알|배울|익힐|깨달을|느낄) 수 있다\.$")
CAN = re.compile(r"(?P<last>[가-힣]) 수 있다\.$")
RIEUL = 8  # the final consonant of 구할, 적을, 볼


def check_openings(book: Book) -> Found:
    """Each chapter has one; it needs earlier pages only, and says in both languages two or three things to do."""
    found = Found()
    path = book.root / "book" / "openings.yml"
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    openings: dict[str, dict[str, Any]] = yaml.safe_load(source) or {}
    chapters = [name for name in book.contents if (page := book.pages["en"].get(name)) and page.cells]
    for name in chapters:
        if name not in openings:
            page = book.pages["en"][name]
            found.report(
                page.path, 1, f"the chapter '{name}' has no opening", "write it in book/openings.yml"
            )
    for name, opening in openings.items():
        found.saw += 1
        at = source.count("\n", 0, re.search(rf"^{re.escape(name)}:", source, re.MULTILINE).start()) + 1  # type: ignore[union-attr]
        if name not in chapters:
            found.report(path, at, f"'{name}' is not a chapter", "name a page of _toc.yml that runs code")
            continue
        unknown = sorted(set(opening) - {"needs", "beforehand", "after"})
        if unknown:
            found.report(path, at, f"an opening has no '{unknown[0]}'", "write needs, beforehand or after")
        _needs(book, found, path, at, name, opening)
        _lines(found, path, at, source, opening.get("after") or {})
    return found


def _needs(book: Book, found: Found, path: Path, at: int, name: str, opening: dict[str, Any]) -> None:
    needs, beforehand = opening.get("needs") or [], opening.get("beforehand") or {}
    if set(beforehand) != set(LANGUAGES) if beforehand else not needs:
        found.report(
            path,
            at,
            f"what '{name}' needs is not said",
            "name what to read first, or say `beforehand` in ko and en",
        )
    if len(needs) > NEEDS or len(needs) != len(set(needs)):
        found.report(path, at, f"'{name}' needs {len(needs)} things", f"name each once, and at most {NEEDS}")
    headings: dict[str, tuple[str, Block]] = {
        heading.label: (page.name, heading) for page in book.pages["en"].values() for heading in page.headings
    }
    for label in needs:
        found.saw += 1
        where, heading = headings.get(label, ("", None))
        if heading is None:
            found.report(
                path, at, f"'{name}' needs '{label}', which no page has", "name a chapter or a section"
            )
        elif where not in book.contents or book.contents.index(where) >= book.contents.index(name):
            found.report(
                path,
                at,
                f"'{name}' needs '{label}', which stands later",
                "name what stands earlier in the book",
            )
        elif any(piece.kind == "math" for piece in heading.pieces):
            found.report(
                path,
                at,
                f"the title of '{label}' has a formula",
                "name the chapter, whose title is plain words",
            )


def _lines(found: Found, path: Path, at: int, source: str, after: dict[str, list[str]]) -> None:
    counts = {language: len(after.get(language) or []) for language in LANGUAGES}
    if len(set(counts.values())) > 1 or counts["ko"] not in LINES:
        found.report(
            path,
            at,
            f"after it one can {counts['ko']} things in Korean, {counts['en']} in English",
            "two or three, the same",
        )
    for language in LANGUAGES:
        for line in after.get(language) or []:
            found.saw += 1
            here = source.count("\n", 0, source.index(line)) + 1
            for wrong, do in _faults(language, line):
                found.report(path, here, f"'{line}' {wrong}", do)


def _faults(language: str, line: str) -> list[tuple[str, str]]:
    wrong = []
    if len(line) > LONGEST[language]:
        wrong.append((f"has {len(line)} characters", f"say it in {LONGEST[language]}"))
    if re.search(r"[\d$`{}<>]", line):
        wrong.append(
            ("has a number, a formula or a mark", "say it in words: nothing on the page vouches for it here")
        )
    if language == "en":
        first = BEGINS.match(line)
        if not first or first[0] in IDLE or line.endswith("."):
            wrong.append(
                (
                    "does not begin with something to do",
                    "begin with a verb in small letters (derive …), end without a full stop",
                )
            )
    else:
        last = CAN.search(line)
        if not last or (ord(last["last"]) - ord("가")) % 28 != RIEUL or IDLE_KO.search(line):
            wrong.append(
                (
                    "does not end with something to do",
                    "end in '…할 수 있다.' with a verb of doing (유도할, 구할)",
                )
            )
    return wrong
