"""Ask whether a version is ready to be released: ``python book/_tools/release.py v0.1.0``.

Prints what the version brings, in both languages, as the text of the release; or says which file does not agree
with the tag, and fails. The steps of a release are in CONTRIBUTING.md.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def main(tag: str, root: Path = ROOT) -> int:
    problems = list(disagreements(tag, root))
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(notes(tag.removeprefix("v"), changes_of(root)))
    return 1 if problems else 0


def changes_of(root: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load((root / "book" / "changes.yml").read_text("utf-8")))


def disagreements(tag: str, root: Path) -> Iterator[str]:
    """Every file that says another version than the tag, or another day than the others."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    deposit = json.loads((root / ".zenodo.json").read_text("utf-8"))
    for name, version in (
        ("pyproject.toml", project["version"]),
        ("CITATION.cff", citation["version"]),
        (".zenodo.json", deposit["version"]),
    ):
        if tag != f"v{version}":
            yield f"{name} has the version {version}, and the tag is {tag}: set the version, or name the tag v{version}"
    if str(citation["date-released"]) != deposit["publication_date"]:
        yield (
            f"CITATION.cff is dated {citation['date-released']} and .zenodo.json {deposit['publication_date']}: "
            "give both the day of the release"
        )
    changes = changes_of(root)
    if not any(f"v{change.get('version')}" == tag for change in changes):
        yield f"book/changes.yml has no change of {tag}: say what the version brings"
    for change in changes:
        if "version" not in change:
            yield f"book/changes.yml: the change {change['id']} has no version: write version: {tag.removeprefix('v')}"


def notes(version: str, changes: list[dict[str, Any]]) -> str:
    """The version's changes as Markdown, first in Korean, then in English."""
    mine = [change for change in changes if change.get("version") == version]
    parts = (
        "\n".join(f"- **{change[language]['title']}**. {change[language]['text']}" for change in mine)
        for language in ("ko", "en")
    )
    return "\n\n".join(parts)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"expected the tag of the version, such as v0.1.0; got {len(sys.argv) - 1} arguments")
    sys.exit(main(sys.argv[1]))
