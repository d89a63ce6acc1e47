"""Which text this is: version, date of the last change, a DOI if it has one, and how to cite the page.

A DOI is set in `CITATION.cff` alone. From there it comes into the citation at the foot of every page and into
the entries of BibTeX; while there is none, nothing is shown.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from .language import root

SOURCES = ("book", "backprop", "tests/frameworks", "_config.yml", "_toc.yml", "pyproject.toml")
WORDS = {
    "ko": {
        "cite": "이 쪽 인용하기",
        "more": "BibTeX과 책 전체를 인용하는 법은 ‘{}’에 있다.",
        "guide": "인용 방법",
        "version": "판",
    },
    "en": {
        "cite": "Cite this page",
        "more": "For BibTeX and for the whole book see “{}”.",
        "guide": "How to cite",
        "version": "version",
    },
}
UNCITED = {"search", "genindex"}
#: The first field of an entry of BibTeX, with the column of its equals sign.
FIELD = re.compile(r"^  (\w+ *)= ", re.M)


def setup(app: Sphinx) -> None:
    app.connect("config-inited", set_version, priority=200)
    app.connect("doctree-read", complete_bibtex)
    app.connect("html-page-context", add_citation, priority=100)


def set_version(app: Sphinx, config: Config) -> None:
    config.version = config.release = book_version(root(app))
    date = book_date(root(app))
    config.html_context["book_version"] = config.version
    config.html_context["book_date"] = date
    config.html_last_updated_fmt = None
    config.copyright = f"{date[:4]}, {config.author}"


def book_version(home: Path) -> str:
    return str(tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def book_date(home: Path) -> str:
    """The day of the last commit that changed the book; without git, the date of `CITATION.cff`."""
    command = ["git", "log", "-1", "--format=%cs", "--", *SOURCES]
    try:
        answer = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        answer = ""
    if not answer and (home / "CITATION.cff").exists():
        match = re.search(r'^date-released: *"?([\d-]+)', (home / "CITATION.cff").read_text("utf-8"), re.M)
        answer = match.group(1) if match else ""
    return answer or "2026-01-01"


def book_doi(home: Path) -> str:
    """The DOI in `CITATION.cff`, as a field or as the first such identifier; empty if there is none."""
    path = home / "CITATION.cff"
    citation = (yaml.safe_load(path.read_text("utf-8")) if path.exists() else None) or {}
    found = [each["value"] for each in citation.get("identifiers", []) if each.get("type") == "doi"]
    return str(citation.get("doi") or next(iter(found), ""))


def complete_bibtex(app: Sphinx, doctree: nodes.document) -> None:
    doi = book_doi(root(app))
    for block in doctree.findall(nodes.literal_block):
        if doi and block.get("language") == "bibtex":
            block[:] = [nodes.Text(with_doi(block.astext(), doi))]
            block.rawsource = block.astext()


def with_doi(entry: str, doi: str) -> str:
    """An entry of BibTeX with one field more, in the column of the others."""
    field = FIELD.search(entry)
    name = "doi".ljust(len(field[1]) if field else 4)
    return f"{entry.rstrip().removesuffix('}').rstrip()},\n  {name}= {{{doi}}}\n}}"


def add_citation(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    context["citation"] = None
    if doctree is None or page in UNCITED:
        return
    words = WORDS[app.config.language]
    guide = context["pathto"]("how-to-cite") if "how-to-cite" in app.env.all_docs else ""
    context["citation"] = {
        **words,
        "author": app.config.author,
        "title": "" if page == app.config.master_doc else app.env.titles[page].astext(),
        "book": app.config.html_title,
        "guide_url": guide,
        "doi": book_doi(root(app)),
    }
