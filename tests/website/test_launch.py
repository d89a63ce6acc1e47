"""Buttons that open a notebook elsewhere: there when the repository's address is known, else not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import LANGUAGES

ROOT = Path(__file__).parents[2]
SERVICES = ("mybinder.org", "colab.research.google.com")
UNSET = 'book_repository: ""'


def build(folder: Path, repository: str) -> Path:
    """Build one chapter of the English edition, unexecuted, with the address set in `_config.yml` alone."""
    for name in ("book", "backprop", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, folder / name)
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(config)["sphinx"]["config"]["book_repository"] == "", "this test sets the address"
    config = config.replace(UNSET, f'book_repository: "{repository}"')
    config = config.replace("execute_notebooks: cache", 'execute_notebooks: "off"')
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: feedforward\n", encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("jupyter-book")),
        "build",
        "book/en",
        "--config",
        "_config.yml",
    ]
    command += ["--toc", str(folder / "_toc.yml"), "--path-output", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    page = folder / "out" / "_build" / "html" / "feedforward.html"
    assert page.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return page


@pytest.mark.site
def test_buttons_appear_when_the_address_is_set(tmp_path: Path) -> None:
    text = build(tmp_path, "https://github.com/someone/book").read_text(encoding="utf-8")
    path = "notebooks/en/feedforward.ipynb"
    assert f"https://mybinder.org/v2/gh/someone/book/main?urlpath=lab/tree/{path}" in text
    assert f"https://colab.research.google.com/github/someone/book/blob/main/{path}" in text


@pytest.mark.site
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_address_there_is_the_file_alone(site: Path, language: str) -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    if config["sphinx"]["config"]["book_repository"]:
        pytest.skip("the address is set: the other test applies")
    for notebook in (ROOT / "notebooks" / language).glob("*.ipynb"):
        text = (site / language / f"{notebook.stem}.html").read_text(encoding="utf-8")
        assert not any(service in text for service in SERVICES), notebook.stem
        assert f'href="notebooks/{notebook.name}"' in text
        kept = site / language / "notebooks" / notebook.name
        assert kept.read_bytes() == notebook.read_bytes()
