"""The package and the book name the same things: equations by their tags, public functions by their use."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from .book import Book, Found, equation_tags


def check_equation_tags(book: Book) -> Found:
    """Code and pages of both editions carry the same equation labels."""
    found = Found()
    tags = {module: equation_tags(path) for module, path in book.modules.items()}
    for module, places in tags.items():
        for label, line in places:
            found.saw += 1
            if label.split("-")[0] != module:
                found.report(
                    book.modules[module], line, f"the tag eq:{label} does not start with the module's name",
                    f"call it {module}-word",
                )  # fmt: skip
            for language, pages in book.pages.items():
                if not any(label == block.label for page in pages.values() for block in page.equations):
                    found.report(
                        book.modules[module], line, f"no page in {language} has the equation '{label}' that this line computes",
                        f"write it on a page as {{math}} with :label: {label}, or remove the tag",
                    )  # fmt: skip
    for page in book.all_pages:
        for block in page.equations:
            first = block.label.split("-")[0]
            if first in tags:
                found.saw += 1
                if page.name.split("-")[0] == first:
                    continue  # the page has its module's name: not each of its equations is computed there
                if block.label not in {label for label, _ in tags[first]}:
                    found.report(
                        page.path, block.line, f"no line of {book.modules[first].relative_to(book.root)} carries the tag # eq:{block.label}",
                        "tag the line that computes it, or let the label start with the page's name",
                    )  # fmt: skip
            elif block.label and not block.label.startswith(f"{page.name}-"):
                found.report(
                    page.path, block.line, f"the equation label '{block.label}' starts with neither the page nor a module",
                    f"call it {page.name}-word",
                )  # fmt: skip
    return found


def public_names(path: Path) -> dict[str, int]:
    """The public functions and classes that a module defines, or its ``__all__``, with their lines."""
    if not path.exists():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = {
        node.name: node.lineno
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            names = {element.value: element.lineno for element in node.value.elts}  # type: ignore[attr-defined]
            return {name: defined.get(name, line) for name, line in names.items()}
    return defined


def check_public_names(book: Book) -> Found:
    """Every name that the package exports is used in a code cell; one that only its modules share, is at least shown."""
    found = Found()
    exported = public_names(book.root / "backprop" / "__init__.py")
    shown = book.names_in_cells | names_in_outputs(book)
    for path in [book.root / "backprop" / "__init__.py", *book.modules.values()]:
        for name, line in public_names(path).items():
            found.saw += 1
            if path.stem != "__init__" and name in exported:
                continue  # seen above
            if name not in (book.names_in_cells if path.stem == "__init__" else shown):
                found.report(
                    path, line, f"no code cell of the book uses the public name '{name}'",
                    "use it on a page, make it private, or remove it",
                )  # fmt: skip
    return found


def names_in_outputs(book: Book) -> set[str]:
    """The names in the listings that pages show of the package."""
    outputs = (output for page in book.chapters for _, given in book.outputs(page) for output in given)
    listings = (
        str(output["data"]["text/markdown"])
        for output in outputs
        if "text/markdown" in output.get("data", {})
    )
    return {name for listing in listings for name in re.findall(r"\w+", listing)}
