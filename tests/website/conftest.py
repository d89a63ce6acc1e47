"""A real browser on the built site, served on this machine only."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "_build" / "site"
LANGUAGES = ("ko", "en")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def page_names() -> list[str]:
    """Every page of the built Korean edition that somebody wrote."""
    made = {"search", "genindex", "prf-prf"}
    return sorted(path.stem for path in (SITE / "ko").glob("*.html") if path.stem not in made)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").exists():
        pytest.fail(f"these tests read the built site, and {SITE} has none: run `make site` first")
    return SITE


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip(f"no browser found (looked for {', '.join(BROWSERS)}): install Debian's chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def tab(browser):
    """A fresh window with a memory of its own, 1280 wide."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR")
    context.set_default_timeout(20_000)
    page = context.new_page()
    go = page.goto

    def goto(*where, **how):
        """As a reader, who does nothing before the page is seen: until then its lower sections wait."""
        answer = go(*where, **how)
        page.wait_for_function("!document.documentElement.classList.contains('brief')")
        return answer

    page.goto = goto
    yield page
    context.close()
