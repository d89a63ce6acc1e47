"""For every run of pytest: what is slow waits for the CI, and nbval compares text, not pictures."""

from __future__ import annotations

import os
from typing import Any

import pytest


def pytest_collectstart(collector: Any) -> None:
    if hasattr(collector, "skip_compare"):  # a notebook under nbval; the notebooks keep no images
        collector.skip_compare += ("image/svg+xml",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("CI"):
        return
    later = pytest.mark.skip(reason="slow: runs where CI is set (CI=1 make test)")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(later)
