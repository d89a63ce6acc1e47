"""Check the book against its contracts: ``python book/_tools/check.py [PAGE ...]``.

Prints every problem as ``file:line: what - do``. With page names, their notebooks are first brought up to date
(numbers in the prose are looked up in the outputs), and only problems of those pages are shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from contracts import CONTRACTS, Book
from notebooks import ROOT, write_notebooks


def main(given: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Check the book against its contracts.")
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="page names; the whole book when none is given"
    )
    parser.add_argument(
        "--no-run", action="store_true", help="do not execute pages whose notebook is not current"
    )
    arguments = parser.parse_args(given)
    failures = [] if arguments.no_run or not arguments.pages else write_notebooks(root, arguments.pages)
    book = Book(root)
    names = {page.name for page in book.all_pages}
    unknown = sorted(set(arguments.pages) - names)
    if unknown:
        print(f"no page is called {', '.join(unknown)}; pages: {', '.join(sorted(names))}", file=sys.stderr)
        return 2
    count, summary = 0, []
    for name, check in CONTRACTS.items():
        found = check(book)
        summary.append(f"{name.removeprefix('check_')} {found.saw}")
        for problem in sorted(found.problems):
            if arguments.pages and Path(problem.file).stem not in arguments.pages:
                continue
            count += 1
            print(problem._replace(file=Path(os.path.relpath(problem.file))))
    for failure in failures:
        print(failure)
    print(f"{count + len(failures)} problems. Looked at: {', '.join(summary)}.", file=sys.stderr)
    return 1 if count or failures else 0


if __name__ == "__main__":
    sys.exit(main())
