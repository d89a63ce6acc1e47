"""How heavy a chapter of the built site is, beside a page of the size of a book that readers praise.

    python -m benchmarks.site_weight [PAGE ...]     (`ko/perceptron` and so on; five chapters without)

A chapter's bytes are what a browser with an empty memory asks for, each file compressed as a server would
send it (fonts are compressed already); then its elements, what moves while it comes (layout shift), and the
time to its largest paint. Times depend on the machine, so each is a ratio: of two medians of nine, taken in
turn in one browser from one server. The other page stands for a chapter of Nielsen's *Neural Networks and
Deep Learning*: 200 kB of plain HTML with one style sheet and no script, prose of made-up words, listings,
and formulas as text and as small pictures. Nothing of his is in it.
"""

from __future__ import annotations

import functools
import gzip
import random
import shutil
import statistics
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SITE = Path(__file__).parents[1] / "_build" / "site"
CHAPTERS = ("ko/perceptron", "ko/backpropagation", "en/rates", "en/lstm", "ko/mathematics")
LOADS = 9
SIZE = 200_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SEEN = """() => new Promise(done => {
  let shift = 0, paint = 0;
  new PerformanceObserver(l => l.getEntries().forEach(e => { shift += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(l => l.getEntries().forEach(e => { paint = e.startTime; }))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done([paint, shift, document.getElementsByTagName('*').length]), 300);
})"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(folder: Path) -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def plain_page(folder: Path) -> None:
    """A page of prose, formulas and listings as long as the one it stands for."""
    rng = random.Random(0)
    words = ["".join(rng.choices("aeioubcdfglmnprst", k=rng.randint(2, 9))) for _ in range(900)]
    formula = "<i>w<sub>jk</sub></i> = &sum; <i>x<sub>k</sub></i> "
    parts = ['<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>']
    parts.append('<link rel="stylesheet" href="plain.css"><h1>A page</h1>')
    while sum(map(len, parts)) < SIZE:
        text = [formula if rng.random() < 0.04 else rng.choice(words) for _ in range(90)]
        parts.append(f"<p>{' '.join(text)}</p>")
        if rng.random() < 0.3:
            parts.append(
                f'<p><img src="formula.svg?{len(parts)}" alt="y = f(z)" width="320" height="48"></p>'
            )
        if rng.random() < 0.1:
            parts.append(f"<pre>{chr(10).join(' '.join(rng.choices(words, k=6)) for _ in range(12))}</pre>")
    (folder / "plain.html").write_text("\n".join(parts), "utf-8")
    (folder / "plain.css").write_text("body{max-width:46rem;margin:auto;line-height:1.6}pre{background:#eee}")
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="48"><text y="30">y = f(z)</text></svg>'
    )
    (folder / "formula.svg").write_text(drawn)


def weigh(browser: Any, address: str) -> dict[str, int]:
    """The bytes that a first visit asks for, by kind."""
    tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    answers: list[Any] = []
    tab.on("response", lambda answer: answers.append(answer))
    tab.goto(address, wait_until="networkidle")
    sizes: dict[str, int] = {}
    for answer in answers:
        kind = answer.url.partition("?")[0].rpartition(".")[2]
        body = answer.body()
        sizes[kind] = sizes.get(kind, 0) + len(body if kind == "woff2" else gzip.compress(body, 9))
    tab.context.close()
    return sizes


def look(browser: Any, address: str) -> tuple[float, float, int]:
    """The time to the largest paint, what moved, and the number of elements, on a first visit."""
    tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    tab.goto(address, wait_until="networkidle")
    paint, shift, elements = tab.evaluate(SEEN)
    tab.context.close()
    return paint, shift, elements


def main(chapters: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        plain_page(Path(folder))
        beside, book = f"{serve(Path(folder))}/plain.html", serve(SITE)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        print(f"{'page':22} {'kB gzip':>8} {'elements':>9} {'shift':>7} {'paint':>9} {'ratio':>6}")
        for chapter in chapters:
            address = f"{book}/{chapter}.html"
            seen, plain = [], []
            for _ in range(LOADS):
                seen.append(look(browser, address))
                plain.append(look(browser, beside)[0])
            paint, other = statistics.median(each[0] for each in seen), statistics.median(plain)
            kilobytes = sum(weigh(browser, address).values()) / 1000
            shift, elements = max(each[1] for each in seen), seen[0][2]
            row = f"{kilobytes:8.0f} {elements:9,} {shift:7.3f} {paint:6.0f} ms {paint / other:6.2f}"
            print(f"{chapter:22} {row}", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:] or list(CHAPTERS))
