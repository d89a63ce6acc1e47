"""Change the package in one small way at a time and see whether a test notices: ``python tests/mutants.py``.

Every possible change of `backprop/` (an operator, a comparison, a constant, a condition, a dropped statement, swapped
results, a transpose left out, a default) is listed in order; a sample with a fixed seed is tried. Each mutant gets a copy
of the package and of its tests in a folder of its own and a process of its own, forked from one that has
imported what the tests import. It is killed if a test fails or if it runs for too long. Survivors are printed; those
that no test can tell from the original stand in ``EQUIVALENT``, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
#: What draws is judged by eye, and by the pages that show it.
LEFT_OUT = {"__init__", "plots", "circuit"}
SECONDS = 240
#: First the tests that answer soonest; what survives them meets the papers' results.
STAGES = (
    ["tests/package", "backprop", "--doctest-modules"],
    ["tests/test_papers_symmetry.py", "tests/test_papers_xor.py", "tests/test_papers_family_trees.py", "tests/test_xor.py"],
)  # fmt: skip
WARM = ("numpy", "scipy.optimize", "scipy.special", "sklearn.neural_network", "sklearn.datasets", "hypothesis", "autograd.numpy", "torch", "pytest", "matplotlib.figure")  # fmt: skip

#: Mutants that change nothing that a caller could see: module, the line as it stands, what it becomes, why.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("neurons", "X.shape[1]", "X.shape[(-1)]"): "X has been checked to have two axes",
    ("kinship", "12 * tree", "(-12) * tree"): "-12 + another index is the same column of 24",
    ("losses", '"fc"', '"fcx"'): "no dtype has the kind x",
    ("training", "sweeps + 1", "sweeps + 2"): "the loop ends by itself at sweep == sweeps",
}

SWAPS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "@": "+", "**": "*", "//": "/", "%": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in", "not in": "in", "and": "or", "or": "and",
    "&": "|", "|": "&",
}  # fmt: skip
FLIPS = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
NAMES = {"max": "min", "min": "max", "any": "all", "all": "any", "argmax": "argmin", "zeros": "ones", "zeros_like": "ones_like", "floor": "ceil"}  # fmt: skip
DROPPED = {"mT", "T", "real"}


class Mutant(NamedTuple):
    """In ``module``, the text from ``start`` to ``end`` (offsets) becomes ``new``."""

    module: str
    kind: str
    start: int
    end: int
    new: str
    line: int

    def apply(self, source: str) -> str:
        return source[: self.start] + self.new + source[self.end :]

    def describe(self, source: str) -> str:
        return f"backprop/{self.module}.py:{self.line}: {self.kind}: {source[self.start : self.end]!r} -> {self.new!r}"  # fmt: skip


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)

    found: list[Mutant] = []

    def add(kind: str, start: int, end: int, new: str) -> None:
        found.append(Mutant(module, kind, start, end, new, source.count("\n", 0, start) + 1))

    def between(one: ast.expr, two: ast.expr, kind: str) -> None:
        """The operator that stands between two operands."""
        start, end = span(one)[1], span(two)[0]
        gap = source[start:end]
        operator = gap.strip(" ()\n")
        for table, name in ((SWAPS, kind), (FLIPS, f"{kind}-flip")):
            if operator in table:
                at = start + gap.index(operator)
                add(name, at, at + len(operator), table[operator])

    def visit(node: ast.AST) -> None:
        match node:
            case ast.Constant(value=bool() as value):
                add("constant", *span(node), str(not value))
            case ast.Constant(value=int() | float() as value):
                for new in {repr(value + 1), repr(value - 1), repr(-value) if value else "", repr(value * 1.1) if isinstance(value, float) else ""}:  # fmt: skip
                    if new and new != repr(value):
                        add("constant", *span(node), f"({new})" if new.startswith("-") else new)
            case ast.BinOp(left=left, right=right):
                between(left, right, "arithmetic")
            case ast.Compare(left=left, comparators=[right, *_]):
                between(left, right, "compare")
            case ast.BoolOp(values=values):
                between(values[0], values[1], "bool")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                add("drop-not", span(node)[0], span(operand)[0], "")
            case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                add("sign", span(node)[0], span(operand)[0], "")
            case ast.Attribute(value=value, attr=name) if name in DROPPED:
                add("drop-attribute", span(value)[1], span(node)[1], "")
            case ast.Attribute(attr=name) if name in NAMES:
                end = span(node)[1]
                add("name", end - len(name), end, NAMES[name])
            case ast.Name(id=name) if name in NAMES:
                add("name", *span(node), NAMES[name])
            case ast.AugAssign(target=target, value=value):
                start, end = span(target)[1], span(value)[0]
                operator = source[start:end].strip()
                if operator[:-1] in SWAPS:
                    at = start + source[start:end].index(operator)
                    add("augmented", at, at + len(operator), SWAPS[operator[:-1]] + "=")
            case ast.Return(value=ast.Tuple(elts=[one, two])):
                add("return-swap", span(one)[0], span(two)[1], f"{source[slice(*span(two))]}, {source[slice(*span(one))]}")  # fmt: skip
            case ast.If(test=test):
                add("if-true", *span(test), "True")
                add("if-false", *span(test), "False")
            case ast.Call(func=ast.Attribute(value=value, attr="copy" | "astype")):
                add("drop-call", span(value)[1], span(node)[1], "")
        if isinstance(node, ast.Raise | ast.AugAssign | ast.Expr | ast.Assign) and not _is_docstring(node):
            add("drop-statement", *span(node), "pass")
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr) and not _is_docstring(child):  # fmt: skip
                    visit(child)

    visit(ast.parse(source))
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.kind, mutant.new))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)  # fmt: skip


def all_mutants(root: Path = ROOT) -> list[tuple[Mutant, str]]:
    """Every mutant of the package with its module's source."""
    found = []
    for path in sorted((root / "backprop").glob("*.py")):
        if path.stem not in LEFT_OUT:
            source = path.read_text(encoding="utf-8")
            found += [
                (mutant, source) for mutant in mutants_of(path.stem, source) if _compiles(mutant, source)
            ]
    return found


def _compiles(mutant: Mutant, source: str) -> bool:
    try:
        compile(mutant.apply(source), mutant.module, "exec")
    except SyntaxError:
        return False
    return True


def is_equivalent(mutant: Mutant, source: str) -> bool:
    """Whether the mutant's line, before and after, is one of those listed as equivalent."""
    changed = mutant.apply(source).split("\n")[mutant.line - 1]
    line = source.split("\n")[mutant.line - 1]
    return any(
        module == mutant.module and old in line and line.replace(old, new) == changed
        for module, old, new in EQUIVALENT
    )


def killed_by(mutant: Mutant, source: str) -> str:
    """The stage that kills the mutant ("tests", "papers", "time"), or nothing if it survives all of them."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = Path(folder)
        for name in ("backprop", "tests"):
            shutil.copytree(
                ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "book", "website")
            )
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, root / name)
        (root / "backprop" / f"{mutant.module}.py").write_text(mutant.apply(source), encoding="utf-8")
        for stage, arguments in zip(("tests", "papers"), STAGES, strict=True):
            status = _run(root, arguments)
            if status is None:
                return "time"
            if status != 0:
                return stage
    return ""


def _run(root: Path, arguments: list[str]) -> int | None:
    """Pytest's exit status in a forked process, or None if it ran for too long."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            os.chdir(root)
            sys.path[:0] = [str(root)]
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            pytest = importlib.import_module("pytest")
            with contextlib.redirect_stdout(io.StringIO()):
                status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments])
            os._exit(int(status))
        except BaseException:
            os._exit(99)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def trial(count: int, seed: int, only: str = "") -> Iterator[tuple[Mutant, str, str]]:
    """Try ``count`` mutants (all where 0) and yield each with its source and what killed it."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    pool = [pair for pair in all_mutants() if only in pair[0].module and not is_equivalent(*pair)]
    chosen = random.Random(seed).sample(pool, min(count, len(pool))) if count else pool
    with ThreadPoolExecutor(2) as threads:
        for (mutant, source), killed in zip(
            chosen, threads.map(lambda pair: killed_by(*pair), chosen), strict=True
        ):
            yield mutant, source, killed


def main() -> int:
    parser = argparse.ArgumentParser(description="Try mutants of the package against its tests.")
    parser.add_argument("--count", type=int, default=100, help="how many to sample (0: all)")
    parser.add_argument("--seed", type=int, default=1986)
    parser.add_argument("--module", default="", help="only modules whose name contains this")
    arguments = parser.parse_args()
    tried = survived = 0
    for mutant, source, killed in trial(arguments.count, arguments.seed, arguments.module):
        tried += 1
        if not killed:
            survived += 1
            print(f"survived: {mutant.describe(source)}", flush=True)
    print(
        f"{tried - survived} of {tried} mutants killed ({(tried - survived) / max(tried, 1):.1%}), {len(all_mutants())} possible"
    )
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
