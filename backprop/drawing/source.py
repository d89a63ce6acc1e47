"""Show in a page the very code that runs: no listing in the book is typed a second time."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from itertools import groupby
from typing import Any


class _Source:
    """Source text that a notebook shows as a Markdown code block."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"


def source(*objects: type | Callable[..., Any]) -> _Source:
    """Return the source of functions, methods or classes as imported, without their docstrings.

    Methods stand indented below the line that opens their class, neighbours of one class together.
    """
    if not objects:
        raise ValueError("source expects at least one function, method or class, got none")
    blocks = []
    for opening, group in groupby(objects, _class_line):
        texts = [_without_docstrings(one) for one in group]
        if opening:
            blocks.append("\n".join([opening, textwrap.indent("\n\n".join(texts), "    ")]))
        else:
            blocks += texts
    return _Source("\n\n\n".join(blocks))


def _class_line(obj: type | Callable[..., Any]) -> str:
    """Return the line `class Name(Base):` of the class that a method belongs to, "" for anything else."""
    name = getattr(obj, "__qualname__", "")
    owner: Any = sys.modules.get(getattr(obj, "__module__", ""))
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part, None)
    if not inspect.isclass(owner):
        return ""
    definition = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(definition, ast.ClassDef)
    bases = ", ".join(ast.unparse(base) for base in definition.bases)
    return f"class {definition.name}({bases}):" if bases else f"class {definition.name}:"


def _without_docstrings(obj: type | Callable[..., Any]) -> str:
    try:
        text = textwrap.dedent(inspect.getsource(obj))
    except (TypeError, OSError) as problem:
        raise TypeError(f"source expects a Python function or class, got {obj!r}") from problem
    lines = text.rstrip().split("\n")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            end = first.end_lineno or first.lineno
            lines[first.lineno - 1 : end] = [""] * (end - first.lineno + 1)
            if len(node.body) > 1:  # blank lines between the docstring and the code go with it
                for i in range(first.lineno - 1, node.body[1].lineno - 1):
                    if not lines[i].strip():
                        lines[i] = "\0"
            else:
                lines[first.lineno - 1] = " " * first.col_offset + "..."
    return "\n".join(line for line in lines if line != "\0")
