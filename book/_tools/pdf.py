"""Print each edition as one PDF: ``make pdf``, or ``python book/_tools/pdf.py [--language en] [--only PAGE ...]``.

The pages of the built site are joined in the order of its side bar (joined.py) and printed by Chromium, which embeds
fonts, tags the text for screen readers and makes bookmarks of headings. It cannot print the page on which a link
ends, so it prints twice: the first PDF says where everything is, and then the numbers are filled in. The result is
``_build/pdf/backpropagation-executed-ko.pdf`` (and ``-en``). A copy goes into the edition's folder of the built site, and
a link to it wherever a page says ``<!-- pdf -->``; a site built anew has neither until this has run again.
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import joined
import packed

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "site"
OUT = ROOT / "_build" / "pdf"
LANGUAGES = ("ko", "en")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NAME = "backpropagation-executed-{}.pdf"
LINK = {"ko": "책 전체 PDF", "en": "The whole book as a PDF"}
PLACE = re.compile(r'<!-- pdf -->(?:<a class="edition-pdf.*?</a>)?')
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")].map(
  (heading) => heading.textContent.replace(/[\\u200b\\u2060]/g, "").trim().replace(/\\s+/g, " "))"""
FILL = """pages => document.querySelectorAll(".page-of").forEach((each) => {
    if (!(each.dataset.of in pages)) throw new Error("the PDF has no place named " + each.dataset.of);
    each.textContent = pages[each.dataset.of];
})"""
OLDEST = 131  # the first that prints running heads (boxes in the margins of @page)
PAPER = 160 / 25.4 * 96  # the text's width on A4, in CSS pixels: print/book.css leaves 25 mm at each side


class Missing(Exception):
    """What has to be installed first; the message says how."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Print each edition of the built site as a PDF.")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this edition")
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="only these pages, for a quick look")
    parser.add_argument("--check", action="store_true", help="only say whether what it needs is there")
    parser.add_argument("--site", type=Path, default=SITE, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=OUT, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        browser = find_browser()
        find_korean_type()
        if arguments.check:
            return 0
        for language in arguments.language or LANGUAGES:
            started = time.monotonic()
            made = print_edition(browser, arguments.site / language, arguments.out, arguments.only)
            if not arguments.only:
                put_on_site(made, arguments.site / language)
            print(
                f"{language}: {made} ({made.stat().st_size / 1e6:.1f} MB) in {time.monotonic() - started:.0f} s",
                flush=True,
            )
    except Missing as missing:
        print(f"the PDF was not made: {missing}", file=sys.stderr)
        return 1
    return 0


def find_browser() -> str:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    how = "Install it (Debian: apt install chromium; elsewhere Google Chrome) and run make pdf again"
    if browser is None:
        raise Missing(f"it is printed by Chromium, which was not found under {', '.join(BROWSERS)}.\n{how}")
    answer = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)\.\d", answer)
    if version is None or int(version[1]) < OLDEST:
        raise Missing(
            f"Chromium {OLDEST} or newer prints running heads; {browser} is {answer.strip() or 'unknown'}.\n{how}"
        )
    return browser


def find_korean_type() -> None:
    """Asks fontconfig, where there is one; other systems bring Korean type with them."""
    if shutil.which("fc-list") is None:
        return
    found = subprocess.run(
        ["fc-list", ":lang=ko", "family"], capture_output=True, text=True, check=False
    ).stdout
    if not found.strip():
        raise Missing(
            "no font on this machine has Hangul.\n"
            "Install one (Debian, Ubuntu: apt install fonts-nanum) and run make pdf again"
        )


def print_edition(browser: str, edition: Path, out: Path, only: list[str] | None = None) -> Path:
    if not (edition / "index.html").exists():
        raise Missing(f"there is no built site in {edition}; make site builds it")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("playwright, which speaks to the browser, is missing: pip install playwright") from None
    source = out / f"{edition.name}.html"
    target = out / NAME.format(edition.name)
    out.mkdir(parents=True, exist_ok=True)
    source.write_text(joined.document(edition, out, only), "utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": round(PAPER), "height": 900})
        page.set_default_timeout(0)
        page.emulate_media(media="print", color_scheme="light")
        lost: list[str] = []
        page.on("requestfailed", lambda request: lost.append(request.url))
        page.goto(source.resolve().as_uri())
        page.evaluate((joined.HERE / "book.js").read_text("utf-8"))
        page.evaluate("() => document.fonts.ready.then(() => 0)")
        if lost:
            raise RuntimeError(f"the page to print asks for what is not there: {', '.join(lost[:5])}")
        for line in page.evaluate((joined.HERE / "fit.js").read_text("utf-8")):
            print(f"wider than the paper: {line}", file=sys.stderr)
        write(page, target)
        printed = pages_of(target)
        for _ in range(3):  # numbers that are filled in may move a line; then they are read once more
            page.evaluate(FILL, printed)
            write(page, target)
            before, printed = printed, pages_of(target)
            if printed == before:
                break
        else:
            raise RuntimeError(f"the numbers of the pages in {target} do not come to rest")
        headings = page.evaluate(HEADINGS)
        chromium.close()
    target.write_bytes(packed.pack(target.read_bytes(), headings))
    source.unlink()
    return target


def write(page: Any, target: Path) -> None:
    page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def pages_of(pdf: Path) -> dict[str, int]:
    """The page, counted from 1, on which each place begins that something in the file links to."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader = PdfReader(pdf)
    at = {
        getattr(page.indirect_reference, "idnum", None): number for number, page in enumerate(reader.pages, 1)
    }
    return {
        name.lstrip("/"): at[getattr(place.page, "idnum", None)]
        for name, place in reader.named_destinations.items()
    }


def put_on_site(made: Path, edition: Path) -> None:
    """Copy the PDF into the built edition and link to it where a page says ``<!-- pdf -->``."""
    shutil.copyfile(made, edition / made.name)
    size = f"{made.stat().st_size / 1e6:.0f}\u00a0MB"
    link = f'<a class="edition-pdf no-print" href="{made.name}" type="application/pdf">{LINK[edition.name]} ({size})</a>'
    for page in edition.glob("*.html"):
        text = page.read_text("utf-8")
        page.write_text(PLACE.sub(lambda _: f"<!-- pdf -->{link}", text), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
