"""Build the site: ``make site``, or ``python book/_tools/site.py [--force]``.

The pages that have changed are executed, once for both editions (execute.py). Then Jupyter Book builds the two
editions, at the same time and with every warning an error, into ``_build/ko`` and ``_build/en``, and they are put
together in ``_build/site`` with a landing page. When nothing that a page is made of has changed since the last
build, nothing is done. ``--keep-going-anyway`` assembles what was built in spite of warnings.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from execute import LANGUAGES, execute_all
from landing import landing
from place import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
SITE = BUILD / "site"
STAMP = BUILD / "site.stamp"
SOURCES = (
    "book",
    "backprop",
    "notebooks",
    "tests/frameworks",
    "_config.yml",
    "_toc.yml",
    "constraints.txt",
    "pyproject.toml",
    "CITATION.cff",
)
# What no page asks for: the theme brings it, and the README alone shows the picture of the site.
UNUSED = (
    "_static/vendor/fontawesome",
    "_static/locales",
    "_static/images",
    "_static/site.png",
    "_sources",
    "objects.inv",
    ".buildinfo",
)
NOT_PAGES = ("_static/scripts/bootstrap.js", "_static/webpack-macros.html", "_static/sbt-webpack-macros.html")
TERMINAL = threading.Lock()


def main() -> int:
    parser = argparse.ArgumentParser(description="Build both editions of the book into _build/site.")
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parser.add_argument("--keep-going-anyway", action="store_true", help="assemble in spite of warnings")
    arguments = parser.parse_args()
    state = state_of_sources()
    if (
        not arguments.force
        and STAMP.exists()
        and STAMP.read_text() == state
        and (SITE / "index.html").exists()
    ):
        print(f"nothing has changed; the site is in {SITE.relative_to(ROOT)} (make serve opens it)")
        return 0
    STAMP.unlink(missing_ok=True)
    started = time.monotonic()
    failures = execute_all(ROOT, say)
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        return 1
    say(f"the pages' outputs are there after {time.monotonic() - started:.0f} s; building both editions ...")
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        good = dict(zip(LANGUAGES, pool.map(build, LANGUAGES), strict=True))
    problems = [language for language in LANGUAGES if not good[language]]
    if problems and not arguments.keep_going_anyway:
        print(f"not built because of the warnings above: {', '.join(problems)}", file=sys.stderr)
        return 1
    assemble()
    if not problems:
        STAMP.write_text(state)
    print(f"the site is in {SITE.relative_to(ROOT)} (make serve opens it)")
    return 1 if problems else 0


def say(text: str) -> None:
    print(text, flush=True)


def state_of_sources() -> str:
    """A hash of all that a page is made of: files, the versions asked for, the book's date and its place."""
    digest = hashlib.sha256(sys.version.encode())
    for name in SOURCES:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["book"]]:
        name = re.split(r"[^\w.-]", wanted)[0]  # what else is installed, for the tests, makes no page
        digest.update(f"{name}=={version(name)}".encode())
    for variable in VARIABLES:
        digest.update(f"{variable}={os.environ.get(variable, '')}\0".encode())
    command = ["git", "log", "-1", "--format=%cs", "--", *SOURCES]
    with contextlib.suppress(OSError):
        digest.update(subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout)
    return digest.hexdigest()


def build(language: str) -> bool:
    """One edition, from nothing but the pages' outputs; its warnings go to the terminal, in one piece."""
    started = time.monotonic()
    shutil.rmtree(BUILD / language, ignore_errors=True)
    command = [
        *(str(Path(sys.executable).with_name("jupyter-book")), "build", f"book/{language}"),
        *("--config", "_config.yml", "--toc", str(ROOT / "_toc.yml"), "--path-output", f"_build/{language}"),
        *("-W", "-n", "--keep-going", "--quiet"),
    ]
    environment = dict(os.environ, PYTHONWARNINGS="ignore::DeprecationWarning")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    lines = list(process.stdout)
    good = process.wait() == 0
    if not good:
        for report in sorted((BUILD / language / "_build" / "html" / "reports").glob("*.log")):
            lines.append(f"--- {report.stem}\n{report.read_text('utf-8')}\n")
    with TERMINAL:  # the other edition may be done at the same time
        if not good:
            sys.stderr.write("".join(lines))
            sys.stderr.flush()
        say(f"{language}: {'built' if good else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return good


def assemble() -> None:
    shutil.rmtree(SITE, ignore_errors=True)
    for language in LANGUAGES:
        built = BUILD / language / "_build" / "html"
        if built.exists():
            shutil.copytree(built, SITE / language, ignore=shutil.ignore_patterns("*.map", "*.LICENSE.txt"))
        for name in UNUSED + NOT_PAGES:
            unused = SITE / language / name
            shutil.rmtree(unused) if unused.is_dir() else unused.unlink(missing_ok=True)
    SITE.mkdir(parents=True, exist_ok=True)
    (SITE / "index.html").write_text(landing(SITE), "utf-8")
    (SITE / ".nojekyll").touch()  # GitHub Pages would otherwise leave out folders that begin with _


if __name__ == "__main__":
    sys.exit(main())
