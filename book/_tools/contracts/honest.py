"""Nothing only looks like a result: solutions that check, counts that are computed, prose in one language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pages import Block, Page

from .book import Book, Found

HANGUL = re.compile("[가-힣]")
#: A sentence left in English: five or more Latin words in a row, with no Hangul between them.
UNTRANSLATED = re.compile(r"(?:\b[A-Za-z][a-z'’]+\b[ ,]+){4,}\b[a-z]+\b")
#: A count that reads as a result: "of 200", "200 nets".
TYPED = re.compile(
    r"\b(?:of|over) (?:the )?(\d[\d,]*)\b(?![.\d%])|\b(\d[\d,]+) (?:seeds|nets|runs|sets|cases|times|points|digits)\b"
)
WORDS_OF_A_SOLUTION = 3


def _solutions(page: Page) -> Iterator[tuple[Block, list[Block]]]:
    """Every solution with the blocks in it."""
    inside: tuple[Block, list[Block]] | None = None
    for index, block in enumerate(page.blocks):
        if block.kind == "directive" and block.name == "solution":
            body = []
            for other in page.blocks[index + 1 :]:
                if other.depth <= block.depth:
                    break
                body.append(other)
            yield block, body
        elif block.kind == "directive" and block.name == "solution-start":
            inside = (block, [])
        elif block.kind == "directive" and block.name == "solution-end" and inside:
            yield inside
            inside = None
        elif inside:
            inside[1].append(block)


def tests_something(source: str) -> bool:
    """Whether some ``assert`` of the cell depends on a name or a call, and not on a constant alone."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    return any(
        isinstance(node, ast.Assert)
        and any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node.test))
        for node in ast.walk(tree)
    )


def check_solutions(book: Book) -> Found:
    """A solution says something, and one with code checks itself with an assert that tests something computed."""
    found = Found()
    for page in book.all_pages:
        for solution, body in _solutions(page):
            found.saw += 1
            cells = [block for block in body if block.kind == "code-cell"]
            words = sum(len(block.words.split()) for block in body)
            if not cells and words < WORDS_OF_A_SOLUTION and not any(block.kind == "math" for block in body):
                found.report(page.path, solution.line, f"the solution of '{solution.argument}' is empty", "solve the exercise")  # fmt: skip
            if cells and not any(tests_something(cell.source) for cell in cells):
                found.report(
                    page.path, cells[-1].line, f"no assert tests what the solution of '{solution.argument}' computes",
                    "assert what the solution claims",
                )  # fmt: skip
    return found


def check_one_language(book: Book) -> Found:
    """English prose has no Hangul, Korean prose no sentence left in English."""
    found = Found()
    for language in book.pages:
        for path, block in book.prose(language):
            cited = block.kind == "directive" or bool(re.search('[「『“"‘]', block.words))
            for piece in block.pieces:
                if piece.kind != "text":
                    continue
                found.saw += 1
                text = piece.text
                if language == "en":
                    match = HANGUL.search(text) if path.stem != "how-to-cite" else None
                else:
                    match = None if cited or path.stem == "how-to-cite" else UNTRANSLATED.search(text)
                if match:
                    what = "Hangul in English prose" if language == "en" else "a sentence left in English"
                    line = piece.line + text.count("\n", 0, match.start())
                    found.report(path, line, f"{what}: '{match[0][:50]}'", "write it in the page's language")
    return found


def check_counts_are_computed(book: Book) -> Found:
    """A count that a cell prints is computed, not typed into the string."""
    found = Found()
    for page in book.chapters:
        for cell in page.cells:
            for text, line in _printed_strings(cell.source):
                found.saw += 1
                for match in TYPED.finditer(text):
                    found.report(
                        page.path, cell.body + line - 1, f"a count is typed into the string: '{match[0]}'",
                        "compute it: f\"of {len(runs)}\"",
                    )  # fmt: skip
    return found


def _printed_strings(source: str) -> Iterator[tuple[str, int]]:
    """The constant parts of strings that a cell prints or sets in a table, with their lines."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"print", "table"}:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, part.lineno


def check_folded_cells(book: Book) -> Found:
    """A folded cell defines nothing that a visible one uses."""
    found = Found()
    for page in book.chapters:
        folded: dict[str, int] = {}
        for cell in page.cells:
            try:
                tree = ast.parse(cell.source)
            except SyntaxError:
                continue
            found.saw += 1
            stored, loaded = names(tree)
            if set(cell.options.get("tags") or []) & {"hide-input", "hide-cell"}:
                folded.update(dict.fromkeys(stored, cell.line))
                continue
            for name in sorted(loaded & folded.keys()):
                found.report(
                    page.path, cell.line, f"this cell uses '{name}', which the folded cell at line {folded[name]} defines",
                    "define it in a visible cell: folded cells only draw, or only assert",
                )  # fmt: skip
            for name in stored:
                folded.pop(name, None)
    return found


def names(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names that a cell binds at its top level, and those that it uses before it binds them itself."""
    stored: set[str] = set()
    loaded: set[str] = set()
    for statement in tree.body:
        used = {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        bound = {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            own = {argument.arg for node in ast.walk(statement) if isinstance(node, ast.arguments) for argument in node.args}  # fmt: skip
            loaded |= used - stored - bound - own
            stored.add(statement.name)
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            stored |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
            continue
        inner = {node.id for part in ast.walk(statement) if isinstance(part, ast.comprehension) for node in ast.walk(part.target) if isinstance(node, ast.Name)}  # fmt: skip
        simple = isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr)
        loaded |= used - stored - (inner if simple else bound)
        stored |= bound - (inner if simple else set())
    return stored, loaded
