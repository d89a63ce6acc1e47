"""What is published has been tested: a site or a release is built behind the tests of the same commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = Path(__file__).parents[1] / ".github" / "workflows"
TESTS = "./.github/workflows/test.yml"


def workflow(name: str) -> dict[Any, Any]:
    return yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text("utf-8"))


def steps_of(job: dict[str, Any]) -> list[str]:
    return [str(step.get("run") or step["uses"]) for step in job["steps"]]


@pytest.mark.parametrize(("name", "job"), [("publish", "site"), ("release", "release")])
def test_nothing_is_built_that_was_not_tested(name: str, job: str) -> None:
    jobs = workflow(name)["jobs"]
    assert jobs["tests"] == {"uses": TESTS}
    assert jobs.keys() == {"tests", job} and jobs[job]["needs"] == "tests"
    # An own condition would run the job after failed tests, if it asked for that.
    assert not any(word in str(jobs[job].get("if", "")) for word in ("always", "failure", "cancelled"))
    checkout = next(step for step in jobs[job]["steps"] if "checkout" in step.get("uses", ""))
    assert "ref" not in checkout["with"], "the commit of the run is built, as it was tested"
    assert not any(step.get("continue-on-error") for step in jobs[job]["steps"])


def test_the_tests_run_once_for_a_commit() -> None:
    triggers = workflow("test")[True]  # YAML reads the key `on` as true
    assert "workflow_call" in triggers and "pull_request" in triggers
    assert "push" not in triggers, "publish.yml calls them for every commit of main"


def test_the_site_is_told_its_address_before_it_is_built() -> None:
    job = workflow("publish")["jobs"]["site"]
    build = next(step for step in job["steps"] if step.get("run") == "make site")
    asked = next(step for step in job["steps"] if "configure-pages" in step.get("uses", ""))
    assert build["env"]["BOOK_ADDRESS"] == f"${{{{ steps.{asked['id']}.outputs.base_url }}}}"
    assert job["steps"].index(asked) < job["steps"].index(build)


def test_only_the_job_that_needs_it_may_write() -> None:
    for name in ("publish", "release", "test"):
        assert workflow(name)["permissions"] == {"contents": "read"}, name
    assert workflow("publish")["jobs"]["site"]["permissions"]["contents"] == "read"
    assert workflow("release")["jobs"]["release"]["permissions"] == {"contents": "write"}


def test_a_release_is_asked_whether_it_is_ready_and_carries_the_pdf() -> None:
    steps = steps_of(workflow("release")["jobs"]["release"])
    ready, printed, made = (
        next(at for at, step in enumerate(steps) if word in step)
        for word in ("release.py", "make pdf", "gh release create")
    )
    assert ready < made and printed < made
    assert "_build/pdf/backpropagation-executed-*.pdf" in steps[made]
