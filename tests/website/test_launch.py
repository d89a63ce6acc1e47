"""What a copy offers that knows where it is published, and one that does not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import yaml

sys.path.append(str(Path(__file__).parents[2] / "book" / "_tools"))

from place import VARIABLES, place_of

from .conftest import LANGUAGES, page_names

ROOT = Path(__file__).parents[2]
SERVICES = ("mybinder.org", "colab.research.google.com")
PAGES = ("feedforward", "how-to-cite", "changes")
SURROUNDINGS = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "someone/book",
    "GITHUB_REF_NAME": "main",
    "BOOK_ADDRESS": "https://someone.github.io/book",
}
HERE = f"{SURROUNDINGS['BOOK_ADDRESS']}/en"
DOI = "10.5281/zenodo.1234567"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of the English edition as a hosting service builds them; `CITATION.cff` has a DOI."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("book", "backprop", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "_config.yml"):
        shutil.copy(ROOT / name, folder / name)
    kept = folder / "_build" / "executed"
    kept.mkdir(parents=True)
    for path in (ROOT / "_build" / "executed").glob(f"{PAGES[0]}.*"):
        shutil.copy(path, kept)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (folder / "CITATION.cff").write_text(f"doi: {DOI}\n{citation}", encoding="utf-8")
    chapters = "".join(f"  - file: {page}\n" for page in PAGES[1:])
    toc = f"format: jb-book\nroot: {PAGES[0]}\nchapters:\n{chapters}"
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("jupyter-book")),
        "build",
        "book/en",
        "--config",
        "_config.yml",
    ]
    command += ["--toc", str(folder / "_toc.yml"), "--path-output", "out"]
    done = subprocess.run(
        command, cwd=folder, env=at_home() | SURROUNDINGS, capture_output=True, text=True, check=False
    )
    html = folder / "out" / "_build" / "html"
    assert (html / f"{PAGES[-1]}.html").exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return html


def at_home() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in VARIABLES}


def configured() -> dict[str, str]:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]


@pytest.mark.site
def test_notebooks_open_elsewhere(published: Path) -> None:
    text = (published / "feedforward.html").read_text(encoding="utf-8")
    path = "notebooks/en/feedforward.ipynb"
    assert f"https://mybinder.org/v2/gh/someone/book/main?urlpath=lab/tree/{path}" in text
    assert f"https://colab.research.google.com/github/someone/book/blob/main/{path}" in text


@pytest.mark.site
def test_a_downloaded_notebook_knows_where_the_package_is(published: Path) -> None:
    notebook = json.loads((published / "notebooks" / "feedforward.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert 'address = "https://github.com/someone/book"  # of' in "".join(first["source"])


@pytest.mark.site
@pytest.mark.parametrize("page", PAGES)
def test_a_page_knows_its_own_address(published: Path, page: str) -> None:
    text = (published / f"{page}.html").read_text(encoding="utf-8")
    assert re.findall(r'<link rel="canonical" href="([^"]*)"', text) == [f"{HERE}/{page}.html"]
    assert f'<meta property="og:url" content="{HERE}/{page}.html" />' in text
    assert (
        f'type="application/atom+xml" title="{configured_title()}: Changes" href="{HERE}/changes.xml"' in text
    )


def configured_title() -> str:
    return "Backpropagation, Executed: From the Perceptron to the LSTM"


@pytest.mark.site
@pytest.mark.parametrize("page", PAGES)
def test_every_section_has_a_link_that_reports_an_error(published: Path, page: str) -> None:
    text = (published / f"{page}.html").read_text(encoding="utf-8")
    links = re.findall(
        r'</h2>\s*<a class="report-error" href="([^"]*)" rel="noopener" aria-label="([^"]*)">', text
    )
    assert len(links) == text.count("<h2>")
    for address, name in links:
        parts = urlsplit(unescape(address))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://github.com/someone/book/issues/new"
        fields = {field: value for field, (value,) in parse_qs(parts.query).items()}
        section = unescape(name).removeprefix("Report an error: ")
        assert fields["title"] == f"[en] {page}: {section}"
        for said in (f"book/en/{page}.md", section, "English, 0.1.0", f"{HERE}/{page}.html#{page}-"):
            assert said in fields["body"], said


@pytest.mark.site
def test_the_feed_leads_to_this_copy(published: Path) -> None:
    feed = ElementTree.parse(published / "changes.xml").getroot()
    ids = set(re.findall(r'id="([^"]*)"', (published / "changes.html").read_text(encoding="utf-8")))
    links = [link.get("href") or "" for link in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert f"{HERE}/changes.xml" in links
    for link in links:
        assert link.startswith(f"{HERE}/changes.")
        assert not urlsplit(link).fragment or urlsplit(link).fragment in ids, link


@pytest.mark.site
def test_a_doi_that_is_set_is_cited(published: Path) -> None:
    for page in PAGES:
        text = (published / f"{page}.html").read_text(encoding="utf-8")
        assert f'<a href="https://doi.org/{DOI}">doi:{DOI}</a>' in text, page
    entries = re.sub("<[^>]*>", "", (published / "how-to-cite.html").read_text(encoding="utf-8"))
    assert len(re.findall(rf"  doi +=\s+{{{DOI}}}\n}}", entries)) == 2


@pytest.mark.site
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_address_there_is_the_file_alone(site: Path, language: str) -> None:
    config = configured()
    place = place_of(config["book_repository"], config["book_branch"], config["book_address"])
    if place.repository:
        pytest.skip("the address is known: the other tests apply")
    for name in page_names():
        text = (site / language / f"{name}.html").read_text(encoding="utf-8")
        assert not any(service in text for service in SERVICES), name
        assert "report-error" not in text, name
        assert place.address or 'rel="canonical"' not in text, name
        if (ROOT / "notebooks" / language / f"{name}.ipynb").exists():
            assert f'href="notebooks/{name}.ipynb"' in text
    for notebook in (ROOT / "notebooks" / language).glob("*.ipynb"):
        assert (site / language / "notebooks" / notebook.name).read_bytes() == notebook.read_bytes()


@pytest.mark.site
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_doi_none_is_cited(site: Path, language: str) -> None:
    if re.search(r"^doi:|type: doi", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M):
        pytest.skip("there is a DOI")
    text = (site / language / "how-to-cite.html").read_text(encoding="utf-8")
    cited = text[text.index('class="cite-page"') :]
    assert "doi" not in cited[: cited.index("</section>")]
    assert not re.search(r"\bdoi\b.*=", re.sub("<[^>]*>", "", text))
