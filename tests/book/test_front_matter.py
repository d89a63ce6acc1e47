"""The files around the book say the same as the book: version, date, title, chapters, and the README's example."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TITLE = "Backpropagation, Executed: From the Perceptron to the LSTM"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def citation() -> dict:
    return yaml.safe_load(read("CITATION.cff"))


def test_citation_file_is_valid() -> None:
    cffconvert = pytest.importorskip("cffconvert")
    cffconvert.Citation(read("CITATION.cff")).validate()


def test_one_version_and_one_title(citation: dict) -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    for entry in (citation, citation["preferred-citation"]):
        assert entry["version"] == version
        assert entry["title"] == TITLE
    assert read("README.md").startswith(f"# {TITLE}\n")
    assert f"# {TITLE}\n" in read("book/en/index.md")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_bibtex_says_what_the_citation_file_says(citation: dict, language: str) -> None:
    entries = re.findall(r"```bibtex\n(.*?)```", read(f"book/{language}/how-to-cite.md"), re.DOTALL)
    date = citation["date-released"]
    assert len(entries) == 2
    for entry in entries:
        assert TITLE in entry.replace("{LSTM}", "LSTM")
        assert f"{{{{{citation['authors'][0]['name']}}}}}" in entry
        assert f"ersion {citation['version']}, {date.day} {date:%B} {date.year}" in entry
        assert f"{{{date.year}}}" in entry


def test_readme_lists_every_chapter() -> None:
    parts = yaml.safe_load(read("_toc.yml"))["parts"]
    chapters = [each["file"] for part in parts for each in part["chapters"]]
    readme = read("README.md")
    for chapter in chapters:
        if "```{code-cell}" in read(f"book/en/{chapter}.md"):
            for language in ("ko", "en"):
                assert f"(book/{language}/{chapter}.md)" in readme, (
                    f"add a row for {chapter} to the README's table"
                )


def test_files_that_the_readme_names_exist() -> None:
    readme = read("README.md")
    pages = {f"book/{language}/" for language in ("ko", "en")}
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        if not any(target.startswith(page) for page in pages):
            assert (ROOT / target).exists(), f"the README leads to {target}, which does not exist"
    for module in set(re.findall(r"`(\w+\.py)`", readme)):
        assert list((ROOT / "backprop").rglob(module)), f"the README names {module}, which does not exist"


def test_readme_example_prints_what_it_says() -> None:
    code, output = re.search(
        r"```python\n(.*?)```\s*```text\n(.*?)```", read("README.md"), re.DOTALL
    ).groups()
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == output
