"""A DOI that is set in `CITATION.cff` is shown wherever the book says how to cite it; without one nothing is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from edition.cite import book_doi, with_doi

DOI = "10.5281/zenodo.1234567"
FIELD = f"doi: {DOI}\n"
IDENTIFIERS = (
    f"identifiers:\n  - type: url\n    value: https://example.org\n  - type: doi\n    value: {DOI}\n"
)


@pytest.mark.parametrize(("added", "doi"), [("", ""), (FIELD, DOI), (IDENTIFIERS, DOI)])
def test_it_is_set_in_one_place(root: Path, tmp_path: Path, added: str, doi: str) -> None:
    citation = re.sub(
        r"^(doi: .*|identifiers:(\n +.*)*)\n", "", (root / "CITATION.cff").read_text("utf-8"), flags=re.M
    )
    (tmp_path / "CITATION.cff").write_text(added + citation, "utf-8")
    assert book_doi(tmp_path) == doi
    cffconvert = pytest.importorskip("cffconvert")
    cffconvert.Citation((tmp_path / "CITATION.cff").read_text("utf-8")).validate()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_is_a_field_of_every_entry(root: Path, language: str) -> None:
    page = (root / "book" / language / "how-to-cite.md").read_text("utf-8")
    for entry in re.findall(r"```bibtex\n(.*?)```", page, re.DOTALL):
        fields = re.findall(r"^  (\w+ *)= \{(.*)\},?$", with_doi(entry, DOI), re.M)
        assert fields[-1] == ("doi".ljust(len(fields[0][0])), DOI)
        assert len(fields) == len(re.findall(r"^  \w+ *= ", entry, re.M)) + 1
        assert with_doi(entry, DOI).count("{") == with_doi(entry, DOI).count("}")
        assert all(line.endswith(",") for line in with_doi(entry, DOI).splitlines()[:-2])
