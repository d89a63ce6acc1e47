"""Each page's notebook: a file to download, and, where the repository's address is known, to open."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from .language import root

WORDS = {
    "ko": {"menu": "노트북", "download": "내려받기 (.ipynb)", "open": "{}에서 열기"},
    "en": {"menu": "Notebook", "download": "Download (.ipynb)", "open": "Open in {}"},
}

#: As it stands in the file, in the cell that `book/_tools/notebooks.py` puts first.
UNKNOWN = r'"address = \"\"  # of the book'


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_links, priority=100)
    app.connect("build-finished", copy)


def folder(app: Sphinx) -> Path:
    return root(app) / "notebooks" / app.config.language


def add_links(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    words = WORDS[app.config.language]
    links = []
    if (folder(app) / f"{page}.ipynb").exists():
        links.append((words["download"], context["pathto"](f"notebooks/{page}.ipynb", 1), True))
        path = f"notebooks/{app.config.language}/{page}.ipynb"
        for name, address in services(app.config.book_repository, app.config.book_branch, path):
            links.append((words["open"].format(name), address, False))
    context["notebook"] = {"menu": words["menu"], "links": links}
    context["book_repository"] = app.config.book_repository


def services(repository: str, branch: str, path: str) -> list[tuple[str, str]]:
    """Where a notebook of a repository can be opened: nowhere while the repository's address is unknown."""
    repository = repository.rstrip("/").removesuffix(".git")
    if not repository:
        return []
    if not repository.startswith("https://github.com/"):
        home = f"https://mybinder.org/v2/git/{quote(repository, safe='')}/{branch}"
        return [("Binder", f"{home}?urlpath=lab/tree/{path}")]
    name = repository.removeprefix("https://github.com/")
    return [
        ("Binder", f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}"),
        ("Colab", f"https://colab.research.google.com/github/{name}/blob/{branch}/{path}"),
    ]


def copy(app: Sphinx, exception: Exception | None) -> None:
    """The notebooks to download, with the repository's address where they lack it and this copy knows it."""
    known = UNKNOWN.replace('\\"\\"', f'\\"{app.config.book_repository}\\"')
    if exception is None and app.builder.format == "html":
        for path in sorted(folder(app).glob("*.ipynb")):
            target = Path(app.outdir) / "notebooks" / path.name
            target.parent.mkdir(exist_ok=True)
            target.write_text(path.read_text("utf-8").replace(UNKNOWN, known), "utf-8")
