"""The files that a release rests on agree with each other, and a tag that they do not agree with is turned down."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from release import main

FILES = ("pyproject.toml", "CITATION.cff", ".zenodo.json", "book/changes.yml")
#: What Zenodo's deposit metadata know, of what a book may say, and the words that three of them may have.
KNOWN = {
    "title", "upload_type", "publication_type", "description", "creators", "contributors", "keywords", "notes", "version",
    "publication_date", "access_right", "license", "language", "doi", "communities", "related_identifiers", "references",
    "subjects", "imprint_publisher", "imprint_isbn", "imprint_place",
}  # fmt: skip
WORDS = {
    "upload_type": {"publication", "software", "lesson", "other"},
    "publication_type": {"book", "softwaredocumentation", "other"},
    "access_right": {"open"},
}
REQUIRED = {"title", "upload_type", "description", "creators", "access_right", "license"}


@pytest.fixture(scope="module")
def deposit(root: Path) -> dict[str, Any]:
    return json.loads((root / ".zenodo.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def citation(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))


def test_zenodo_understands_the_deposit(deposit: dict[str, Any]) -> None:
    assert deposit.keys() >= REQUIRED
    assert not deposit.keys() - KNOWN
    for field, words in WORDS.items():
        assert deposit[field] in words, field
    assert ("publication_type" in deposit) == (deposit["upload_type"] == "publication")
    assert all(creator.keys() <= {"name", "affiliation", "orcid", "gnd"} for creator in deposit["creators"])
    assert datetime.date.fromisoformat(deposit["publication_date"])
    assert all(isinstance(deposit[field], str) for field in deposit.keys() - {"creators", "keywords"})


def test_the_deposit_says_what_the_citation_says(deposit: dict[str, Any], citation: dict[str, Any]) -> None:
    assert deposit["title"] == citation["title"]
    assert deposit["version"] == citation["version"]
    assert deposit["publication_date"] == str(citation["date-released"])
    assert [creator["name"] for creator in deposit["creators"]] == [
        each["name"] for each in citation["authors"]
    ]
    assert deposit["keywords"] == citation["keywords"]
    assert re.sub("<[^>]*>", "", deposit["description"]) == citation["abstract"]
    # Zenodo takes one licence; the note names all of them.
    assert deposit["license"] in citation["license"]
    assert all(licence in deposit["notes"] for licence in citation["license"])


def test_the_newest_version_among_the_changes_is_the_books(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changes = yaml.safe_load((root / "book" / "changes.yml").read_text("utf-8"))
    versions = [change["version"] for change in changes if "version" in change]
    assert versions[0] == version
    assert not any("version" in change for change in changes[: len(changes) - len(versions)]), (
        "the newest stand first"
    )


@pytest.fixture
def ready(root: Path, tmp_path: Path) -> Path:
    """A copy of the files in which every change has the version."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(root / name, tmp_path / name)
    path = tmp_path / "book" / "changes.yml"
    changes = [{**change, "version": "0.1.0"} for change in yaml.safe_load(path.read_text("utf-8"))]
    path.write_text(yaml.safe_dump(changes, allow_unicode=True), "utf-8")
    replace(tmp_path / "pyproject.toml", r'^version = ".*"', 'version = "0.1.0"')
    replace(tmp_path / "CITATION.cff", r"version: \d.*", "version: 0.1.0")
    replace(tmp_path / ".zenodo.json", r'"version": ".*"', '"version": "0.1.0"')
    return tmp_path


def replace(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text("utf-8"), flags=re.M)
    assert count
    path.write_text(text, "utf-8")


def test_a_version_that_is_ready_tells_its_changes(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("v0.1.0", ready) == 0
    told = capsys.readouterr().out
    assert "5부 ‘순환 신경망’" in told and "Part V, Recurrent networks" in told


@pytest.mark.parametrize(
    ("tag", "file", "pattern", "new", "said"),
    [
        (
            "v0.2.0",
            "pyproject.toml",
            "^name",
            "name",
            "pyproject.toml has the version 0.1.0, and the tag is v0.2.0",
        ),
        ("v0.1.0", "CITATION.cff", r"^version: .*", "version: 0.0.9", "CITATION.cff has the version 0.0.9"),
        (
            "v0.1.0",
            ".zenodo.json",
            r'"version": ".*"',
            '"version": "0.0.9"',
            ".zenodo.json has the version 0.0.9",
        ),
        ("v0.1.0", "CITATION.cff", r"^date-released: .*", "date-released: 2001-02-03", "dated 2001-02-03"),
        ("v0.1.0", "book/changes.yml", r"^  version: 0\.1\.0$", "  note: none", "has no version"),
    ],
)
def test_a_version_that_is_not_ready_says_why(
    ready: Path, capsys: pytest.CaptureFixture[str], tag: str, file: str, pattern: str, new: str, said: str
) -> None:
    replace(ready / file, pattern, new)
    assert main(tag, ready) == 1
    told = capsys.readouterr()
    assert said in told.err and not told.out
