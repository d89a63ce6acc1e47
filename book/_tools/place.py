"""Where this copy of the book stands: its repository, the branch it is built from, and the site's address.

What `_config.yml` sets counts. What it leaves empty is taken from the surroundings in which the site is built: a
hosting service says in its variables whose repository it builds. A copy published from any repository so offers
its own notebooks, takes reports of errors itself and gives its own addresses, without an edit. On a reader's
machine no variable is set, and then nothing is offered that needs an address.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

#: A site built with other values of these is another site.
VARIABLES = (
    "BOOK_ADDRESS",  # the site's, as the publishing workflow passes it
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_REF_NAME",
    "CI_PAGES_URL",  # and GitLab's own
    "CI_PROJECT_URL",
    "CI_COMMIT_REF_NAME",
)


@dataclass(frozen=True)
class Place:
    """Addresses without a slash at their ends; empty where they are not known."""

    repository: str = ""
    branch: str = "main"
    address: str = ""

    @property
    def on_gitlab(self) -> bool:
        return "gitlab" in self.repository.split("/")[2] if self.repository else False

    def new_issue(self, title: str, body: str) -> str:
        """The address at which a report with this title and text is begun; empty without a repository."""
        if not self.repository:
            return ""
        form = (
            ("/-/issues/new", "issue[title]", "issue[description]")
            if self.on_gitlab
            else ("/issues/new", "title", "body")
        )
        return f"{self.repository}{form[0]}?{urlencode({form[1]: title, form[2]: body}, quote_via=quote)}"


def place_of(
    repository: str = "", branch: str = "main", address: str = "", variables: Mapping[str, str] = os.environ
) -> Place:
    """The place with what is set, and from ``variables`` what is not."""
    given = {name: variables.get(name, "").strip() for name in VARIABLES}
    if not repository and given["GITHUB_REPOSITORY"]:
        repository = f"{given['GITHUB_SERVER_URL'] or 'https://github.com'}/{given['GITHUB_REPOSITORY']}"
        branch = branch_of(given["GITHUB_REF_NAME"]) or branch
    elif not repository and given["CI_PROJECT_URL"]:
        repository = given["CI_PROJECT_URL"]
        branch = branch_of(given["CI_COMMIT_REF_NAME"]) or branch
    address = address or given["BOOK_ADDRESS"] or given["CI_PAGES_URL"]
    return Place(repository.rstrip("/").removesuffix(".git"), branch, address.rstrip("/"))


def branch_of(name: str) -> str:
    """The branch or tag that is built; none for a proposed change, whose name (``12/merge``) is gone the next day."""
    return "" if name.endswith("/merge") else name
