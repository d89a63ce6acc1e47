"""For every run of pytest: what is slow waits for the CI, and nbval compares text and says what to do."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

STALE = (
    "If the page or the package has changed since this notebook was written, make notebooks writes it anew.\n"
    "If neither has, what the cell prints depends on the machine or on the run: print what is stable."
)


def pytest_collectstart(collector: Any) -> None:
    if hasattr(collector, "skip_compare"):  # a notebook under nbval; the notebooks keep no images
        collector.skip_compare += ("image/svg+xml",)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed and hasattr(item.parent, "skip_compare"):
        report.sections.append(("what to do", STALE))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("CI"):
        return
    later = pytest.mark.skip(reason="slow: runs where CI is set (CI=1 make test)")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(later)
