"""The form of a page: labelled sections, figures with words, exercises with solutions, references that resolve."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import Any

from pages import OPAQUE, Block, Page, alt_of, figure_of, is_known, split_keys

from .book import Book, Found, output_text

LABEL = re.compile(r'"([^"\n]*\$[^"\n]*\$[^"\n]*)"')
BLANK, FORMULA, WORD = re.compile(r"\{[^{}]*\}"), re.compile(r"\$[^$]*\$"), re.compile("[A-Za-z]{3}")
HANGUL = re.compile("[가-힣]")
EXERCISES = 6


def check_sections(book: Book) -> Found:
    """Every heading has an explicit label that starts with the page's name; no heading is deeper than H3."""
    found = Found()
    for page in book.all_pages:
        found.saw += len(page.headings)
        firsts = [heading for heading in page.headings if heading.name == "h1"]
        if len(firsts) != 1:
            at = firsts[1].line if len(firsts) > 1 else 1
            found.report(page.path, at, f"the page has {len(firsts)} H1 headings", "give it exactly one")
        for heading in page.headings:
            title = heading.words.strip()
            if not heading.label:
                found.report(
                    page.path, heading.line, f"the section '{title}' has no label",
                    f"write ({page.name}-word)= on the line before it, the same in both editions",
                )  # fmt: skip
            elif heading.name == "h1" and heading.label != page.name:
                found.report(
                    page.path,
                    heading.line,
                    f"the H1 has the label '{heading.label}'",
                    f"label it ({page.name})=",
                )
            elif heading.name != "h1" and not heading.label.startswith(f"{page.name}-"):
                found.report(
                    page.path, heading.line, f"the label '{heading.label}' does not start with the page's name",
                    f"call it {page.name}-word",
                )  # fmt: skip
            if heading.name > "h3":
                found.report(
                    page.path, heading.line, f"'{title}' is an {heading.name.upper()}", "use H2 or H3"
                )
    return found


def check_directives(book: Book) -> Found:
    """Every directive is one whose prose the contracts read, and code cells stand at the top level."""
    found = Found()
    for page in book.all_pages:
        for block in page.blocks:
            if block.kind == "directive":
                found.saw += 1
                if not is_known(block.name):
                    found.report(
                        page.path, block.line, f"the directive {{{block.name}}} is unknown to the contracts",
                        "add it to CONTAINERS or OPAQUE in book/_tools/pages.py, so that its prose is checked",
                    )  # fmt: skip
            elif block.kind == "code-cell":
                found.saw += 1
                if block.depth:
                    found.report(
                        page.path, block.line, "a code cell inside another block is not executed",
                        "put it at the top level; in a solution use solution-start and solution-end",
                    )  # fmt: skip
            elif block.kind == "code" and block.name.startswith("{"):
                found.report(page.path, block.line, f"malformed directive {block.name}", "close its brace")
    return found


def check_nothing_is_hidden(book: Book) -> Found:
    """Code that computes is shown, and nbval compares every output: a cell that only draws, or only asserts, may fold."""
    found = Found()
    for page in book.chapters:
        for cell in page.cells:
            found.saw += 1
            tags = set(cell.options.get("tags") or [])
            if tags - {"hide-input"}:
                found.report(
                    page.path,
                    cell.line,
                    f"the cell has the tags {', '.join(sorted(tags))}",
                    "keep none but hide-input, for a figure",
                )
            elif tags and not figure_of(cell) and not only_asserts(cell):
                found.report(
                    page.path, cell.line, "a cell without a figure hides code that computes",
                    "drop the tag hide-input, or keep nothing but assert statements in the cell",
                )  # fmt: skip
            if re.search(r"NBVAL_|PYTEST_VALIDATE", cell.source):
                found.report(
                    page.path,
                    cell.line,
                    "the cell asks nbval to look away",
                    "print what is the same on every machine",
                )
    return found


def only_asserts(cell: Block) -> bool:
    """Whether the cell does nothing but guard the build: every statement is an ``assert``."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return False
    return bool(body) and all(isinstance(statement, ast.Assert) for statement in body)


def check_cells_in_english(book: Book) -> Found:
    """Code cells and what they print have no Hangul, since they serve both editions."""
    found = Found()
    for page in book.chapters:
        outputs = {id(cell): given for cell, given in book.outputs(page)}
        for cell in page.cells:
            found.saw += 1
            for number, text in enumerate(cell.source.split("\n")):
                if HANGUL.search(text):
                    found.report(
                        page.path,
                        cell.body + number,
                        f"Hangul in code: {text.strip()!r}",
                        "write code and comments in English",
                    )
            if any(HANGUL.search(output_text(output)) for output in outputs.get(id(cell), [])):
                found.report(page.path, cell.line, "the cell prints Hangul", "print English or symbols")
    return found


def check_words_in_figures(book: Book) -> Found:
    """No label in a cell joins words and a formula: drawn as outlines, the words could not be made Korean."""
    found = Found()
    for page in book.chapters:
        for cell in page.cells:
            found.saw += 1
            for label in LABEL.finditer(cell.source):
                if WORD.search(FORMULA.sub("", BLANK.sub("", label[1]))):
                    found.report(
                        page.path,
                        cell.body + cell.source[: label.start()].count("\n"),
                        f"words beside a formula in a figure: {label[1]!r}",
                        "write the letter without dollars, or give words and formula a text each",
                    )
    return found


def makes_figure(cell: Block) -> bool:
    """Whether the cell's last expression is a figure: ``fig``, or a call of ``plots``."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return False
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    last = body[-1].value
    return (isinstance(last, ast.Name) and re.fullmatch(r"fig(ure)?\d*|fig_\w+", last.id) is not None) or (
        isinstance(last, ast.Call)
        and isinstance(last.func, ast.Attribute)
        and isinstance(last.func.value, ast.Name)
        and last.func.value.id == "plots"
    )


def shows_figure(outputs: list[Any]) -> bool:
    return any(
        "<Figure" in str(output.get("data", {}).get("text/plain", ""))
        or any(kind.startswith("image/") for kind in output.get("data", {}))
        for output in outputs
    )


def check_figures(book: Book) -> Found:
    """Every figure has a name, a caption and an alt text in the page's language."""
    found = Found()
    for page in book.all_pages:
        outputs = {id(cell): given for cell, given in book.outputs(page)}
        for block in page.blocks:
            if block.kind == "code-cell":
                given = outputs.get(id(block), [])
                if not (figure_of(block) or makes_figure(block) or shows_figure(given)):
                    continue
                found.saw += 1
                name, caption, alt = (
                    figure_of(block).get("name"),
                    figure_of(block).get("caption"),
                    alt_of(block),
                )
                if (given and not shows_figure(given)) or (not given and not makes_figure(block)):
                    found.report(
                        page.path, block.line, "the cell is marked as a figure but shows none",
                        "end the cell with the figure as its last expression",
                    )  # fmt: skip
            elif block.kind == "directive" and block.name in {"figure", "image"}:
                found.saw += 1
                name, alt = block.label, str(block.options.get("alt") or "")
                caption = block.source.strip() if block.name == "figure" else ""
                if block.name == "image":
                    found.report(
                        page.path,
                        block.line,
                        "an {image} has no caption",
                        "use {figure} with name and caption",
                    )
                    continue
            else:
                for piece in block.pieces:
                    if piece.kind == "image":
                        found.saw += 1
                        found.report(
                            page.path, piece.line, "an image in the text has no name and no caption",
                            "use the {figure} directive",
                        )  # fmt: skip
                continue
            _words_of_figure(found, page, block, str(name or ""), str(caption or ""), str(alt or ""))
    return found


def _words_of_figure(found: Found, page: Page, block: Block, name: str, caption: str, alt: str) -> None:
    if not name.startswith(f"fig-{page.name}-"):
        found.report(
            page.path,
            block.line,
            f"the figure's name is '{name}'",
            f"name it fig-{page.name}-word (mystnb.figure.name)",
        )
    for what, text in (("caption", caption), ("alt text", alt)):
        if not text.strip():
            found.report(page.path, block.line, f"the figure {name} has no {what}", f"write its {what}")
        elif page.language == "ko" and not HANGUL.search(text):
            found.report(page.path, block.line, f"the {what} of {name} is not Korean", "write it in Korean")
        elif page.language == "en" and HANGUL.search(text):
            found.report(
                page.path, block.line, f"the {what} of {name} has Hangul in it", "write it in English"
            )


def check_exercises(book: Book) -> Found:
    """Every exercise has a label and one folded solution; a chapter has six or more."""
    found = Found()
    for page in book.all_pages:
        exercises = page.directives("exercise", "exercise-start")
        solutions = page.directives("solution", "solution-start")
        found.saw += len(exercises)
        if page.cells and len(exercises) < EXERCISES:
            at = exercises[-1].line if exercises else page.blocks[-1].line
            found.report(
                page.path, at, f"the chapter has {len(exercises)} exercises", f"write {EXERCISES} or more"
            )
        labels = {exercise.label for exercise in exercises}
        solved = [solution.argument for solution in solutions]
        for exercise in exercises:
            if not exercise.label.startswith(f"ex-{page.name}-"):
                found.report(
                    page.path,
                    exercise.line,
                    f"the exercise's label is '{exercise.label}'",
                    f"label it ex-{page.name}-1 or so",
                )
            if solved.count(exercise.label) != 1:
                found.report(
                    page.path, exercise.line,
                    f"the exercise '{exercise.label}' has {solved.count(exercise.label)} solutions", "give it exactly one",
                )  # fmt: skip
        for solution in solutions:
            if solution.argument not in labels:
                found.report(
                    page.path, solution.line, f"a solution to the unknown exercise '{solution.argument}'",
                    "name an exercise of this page",
                )  # fmt: skip
            if "dropdown" not in str(solution.options.get("class", "")).split():
                found.report(page.path, solution.line, "the solution is not folded", "add :class: dropdown")
        gates = [block.name for block in page.directives("solution-start", "solution-end")]
        if gates != ["solution-start", "solution-end"] * (len(gates) // 2):
            at = page.directives("solution-start", "solution-end")[0].line
            found.report(
                page.path, at, "solution-start and solution-end do not alternate", "close each solution"
            )
    return found


def check_citations(book: Book) -> Found:
    """Every citation key is in references.bib."""
    found = Found()
    for page in book.all_pages:
        for block in page.blocks:
            for piece in block.pieces:
                for key in split_keys(piece.text) if piece.kind == "cite" else ():
                    found.saw += 1
                    if key not in book.bibliography:
                        found.report(
                            page.path,
                            piece.line,
                            f"the key '{key}' is not in references.bib",
                            "add the work there",
                        )
    return found


def check_references(book: Book) -> Found:
    """Every reference to a section, figure, equation, theorem, exercise or page leads somewhere."""
    found = Found()
    for language, pages in book.pages.items():
        labels: dict[str, Page] = {}
        equations: set[str] = set()
        for page in pages.values():
            for label, block in page.labelled:
                if label in labels:
                    found.report(
                        page.path, block.line, f"the label '{label}' stands on {labels[label].path.name} too",
                        "give each label one place",
                    )  # fmt: skip
                labels.setdefault(label, page)
            equations |= {block.label for block in page.equations if block.label}
        for page in pages.values():
            for block in page.blocks:
                for piece in block.pieces:
                    if piece.kind != "ref":
                        continue
                    found.saw += 1
                    if not _resolves(piece.name, piece.text, labels, equations, pages):
                        found.report(
                            page.path, piece.line,
                            f"the reference {{{piece.name}}} to '{piece.text}' leads nowhere in {language}",
                            "correct the label, or write the page it points to",
                        )  # fmt: skip
    return found


def _resolves(
    role: str, target: str, labels: dict[str, Page], equations: set[str], pages: dict[str, Page]
) -> bool:
    if role == "eq":
        return target in equations
    if role == "doc":
        return PurePosixPath(target).stem in pages
    if role in {"term", "download", "printed", "counted"}:  # what they lead to, the build asks
        return True
    if role == "link":
        document, _, anchor = target.partition("#")
        return (
            not document or PurePosixPath(document).stem in pages or document.startswith(("/", ".."))
        ) and (not anchor or anchor in labels)
    return target in labels or target in equations


assert not {"exercise", "solution"} & OPAQUE, "exercises are prose"
