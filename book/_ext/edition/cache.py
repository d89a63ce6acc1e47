"""Executed notebooks are reused, but never across a change of the program that they ran.

jupyter-cache compares code cells only. Its folder is therefore named after a hash of the package and of
the versions of what it stands on: an edit to `backprop/` finds an empty cache, and an undone edit finds
the old one again. Both editions share it, because their cells are the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from .language import root

STANDS_ON = ("numpy", "matplotlib", "ipykernel", "ipython", "jupyter-cache", "myst-nb", "scikit-learn")

KEPT = 6  # so many programs' results; the oldest go


def setup(app: Sphinx) -> None:
    app.connect("config-inited", choose_folder, priority=200)


def choose_folder(app: Sphinx, config: Config) -> None:
    home = Path(os.environ.get("BOOK_CACHE", root(app) / "_build" / "cache"))
    folder = home / program_hash()
    folder.mkdir(parents=True, exist_ok=True)
    folder.touch()
    for old in sorted(home.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    config.nb_execution_cache_path = str(folder)


def program_hash() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in STANDS_ON:
        digest.update(f"{name}=={installed(name)}\n".encode())
    spec = find_spec("backprop")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
