"""Record what the pages state and what vouches for it: ``make agree``, or ``python book/_tools/agree.py [PAGE ...]``.

Writes ``book/agreed/PAGE.yml`` as far as no judgement is needed (something was added that only one thing can vouch
for, or taken away, or changed in both editions alike), and shows the rest: what changed, and which prose rests on it.
``--yes`` says that it has been looked at and records it too; with names of units (``--yes perceptron-rule``) only
there. Nothing that is neither computed nor quoted is ever recorded: such a number stays a problem.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from agreed import Difference, Review, vouchers
from contracts import Book
from contracts.book import output_text
from notebooks import ROOT, write_notebooks


def main(given: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Record what the pages state and what vouches for it.")
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", help="page names; the whole book if none is given"
    )
    parser.add_argument(
        "--yes", nargs="*", metavar="UNIT", help="what is shown has been looked at; record it"
    )
    arguments = parser.parse_args(given)
    failures = write_notebooks(root, arguments.pages, quiet=True)
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        return 1
    book = Book(root)
    accept = False if arguments.yes is None else (arguments.yes or True)
    left = 0
    for pair in book.pairs:
        if arguments.pages and pair.en.name not in arguments.pages:
            continue
        if not pair.aligned:
            print(f"{pair.en.name}: the two editions differ in structure; check.py says where")
            left += 1
            continue
        review = Review(book, pair.en.name, accept)
        for difference in review.differences:
            print(
                f"{os.path.relpath(difference.file)}:{difference.line}: {difference.what} - {difference.do}"
            )
            if difference.kind == "unit":
                show(book, review, difference)
        left += len(review.differences)
        if not review.current:
            review.path.parent.mkdir(parents=True, exist_ok=True)
            review.path.write_text(review.record.text(), encoding="utf-8")
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(vouchers(review.record).items()))
            print(f"{os.path.relpath(review.path)} written; numbers vouched for: {kinds or 'none'}")
    gone = {path.stem for path in (root / "book" / "agreed").glob("*.yml")} - {
        pair.en.name for pair in book.pairs
    }
    for name in sorted(gone):
        (root / "book" / "agreed" / f"{name}.yml").unlink()
        print(f"book/agreed/{name}.yml removed, its page is gone")
    print(f"{left} left to look at" if left else "everything is agreed")
    return 1 if left else 0


def show(book: Book, review: Review, difference: Difference) -> None:
    """What a cell printed when it was last committed against what it prints now, and the prose that rests on it."""
    path = book.notebook_path(review.page)
    committed = subprocess.run(
        ["git", "show", f"HEAD:{path.relative_to(book.root).as_posix()}"],
        cwd=book.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    cell = next((cell for cell in review.page.cells if cell.line == difference.line), None)
    if committed.returncode == 0 and cell is not None:
        old = [
            each for each in nbformat.reads(committed.stdout, as_version=4).cells if each.cell_type == "code"
        ]
        given = next(outputs for each, outputs in book.outputs(review.page) if each is cell)
        number = review.page.cells.index(cell) + 1  # after the cell that installs the package in Colab
        if number < len(old):
            before = old[number].source + "\n" + "\n".join(map(output_text, old[number].outputs))
            now = cell.source + "\n" + "\n".join(map(output_text, given))
            for line in difflib.unified_diff(
                before.split("\n"), now.split("\n"), "agreed", "now", "", "", 1, ""
            ):
                print(f"    {line}")
    unit = next(unit for unit in review.units if unit.name == difference.unit)
    lines = [line for *_, line, _ in unit.twins]
    twins = [line for _, _, line, _, _ in unit.twins]
    if lines:
        print(f"    its prose: book/en/{review.name}.md:{min(lines)}-{max(lines)}, book/ko/{review.name}.md:{min(twins)}-{max(twins)}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
