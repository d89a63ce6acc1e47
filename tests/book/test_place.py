"""A published copy knows where it stands without an edit; a copy at home claims nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from place import VARIABLES, Place, place_of

GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "someone/book",
    "GITHUB_REF_NAME": "main",
}
GITLAB = {
    "CI_PROJECT_URL": "https://gitlab.com/someone/book",
    "CI_COMMIT_REF_NAME": "draft",
    "CI_PAGES_URL": "https://someone.gitlab.io/book",
}
HOME = "https://github.com/someone/book"


def test_at_home_nothing_is_known() -> None:
    assert place_of(variables={}) == Place("", "main", "")
    assert Place().new_issue("title", "body") == ""


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        (GITHUB, Place(HOME, "main", "")),
        (GITHUB | {"GITHUB_REF_NAME": "v0.1.0"}, Place(HOME, "v0.1.0", "")),
        (GITHUB | {"GITHUB_REF_NAME": "12/merge"}, Place(HOME, "main", "")),
        (GITHUB | {"BOOK_ADDRESS": "https://a.io/book/"}, Place(HOME, "main", "https://a.io/book")),
        (
            GITHUB | {"GITHUB_SERVER_URL": "https://git.example.org"},
            Place("https://git.example.org/someone/book", "main", ""),
        ),
        (GITLAB, Place("https://gitlab.com/someone/book", "draft", "https://someone.gitlab.io/book")),
    ],
)
def test_the_surroundings_say_it(variables: dict[str, str], place: Place) -> None:
    assert place_of(variables=variables) == place
    assert variables.keys() <= set(VARIABLES)


def test_what_is_set_counts() -> None:
    place = place_of(
        "https://example.org/a/b.git/", "side", "https://b.org/", GITHUB | {"BOOK_ADDRESS": "https://c"}
    )
    assert place == Place("https://example.org/a/b", "side", "https://b.org")


@pytest.mark.parametrize(
    ("repository", "path", "fields"),
    [
        (HOME, "/someone/book/issues/new", ("title", "body")),
        (
            "https://gitlab.com/someone/book",
            "/someone/book/-/issues/new",
            ("issue[title]", "issue[description]"),
        ),
    ],
)
def test_a_report_is_begun_where_the_repository_is(
    repository: str, path: str, fields: tuple[str, str]
) -> None:
    told = ("[ko] 역전파: 5.3 손으로 & 눈으로", "쪽: book/ko/backpropagation.md\n절: 5.3")
    address = urlsplit(Place(repository).new_issue(*told))
    assert address.path == path
    assert {name: value for name, (value,) in parse_qs(address.query).items()} == dict(
        zip(fields, told, strict=True)
    )


@pytest.mark.parametrize("variable", ["GITHUB_REPOSITORY", "BOOK_ADDRESS"])
def test_a_site_for_another_place_is_another_site(
    root: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("site_of_the_book", root / "book" / "_tools" / "site.py")
    assert spec and spec.loader
    site = importlib.util.module_from_spec(spec)  # `import site` would find Python's own
    spec.loader.exec_module(site)
    monkeypatch.setattr(site, "SOURCES", ("_toc.yml",))
    monkeypatch.delenv(variable, raising=False)
    at_home = site.state_of_sources()
    assert site.state_of_sources() == at_home
    monkeypatch.setenv(variable, "someone/book")
    assert site.state_of_sources() != at_home
