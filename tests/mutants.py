"""Change the package in one small way at a time and see whether a test notices: ``python tests/mutants.py``.

Every possible change of `backprop/` (an operator, a comparison, a constant, a condition, a dropped statement, swapped
results, a transpose left out, a default) is listed in order; a sample with a fixed seed is tried. Each mutant has a copy
of the package in a folder of its own and a process of its own, forked from one that has imported what the tests import.
The files of tests run one after another, the module's own first, until one fails: then the mutant is killed. It is
killed too if it takes too long or too much memory. Survivors are printed; those that no test can tell from the original
stand in ``EQUIVALENT``, with the reason, and are not tried. The command fails if fewer than 98 % are killed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib
import os
import re
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
#: What draws is judged by eye, and by the pages that show it.
LEFT_OUT = {"__init__", "plots", "ink", "circuit"}
#: The tests that know a module best; all others of the package follow, the results of 1986 last.
FIRST = {
    "activations": ["package/test_by_hand.py", "package/test_contract.py"],
    "rectifiers": ["package/test_rectifiers.py", "package/test_contract.py"],
    "dense": ["package/test_by_hand.py", "package/test_contract.py"],
    "radial": ["package/test_by_hand.py", "package/test_contract.py"],
    "layer": ["package/test_contract.py", "package/test_by_hand.py"],
    "convolution": ["package/test_convolution.py", "package/test_contract.py"],
    "pooling": ["package/test_pooling.py", "package/test_contract.py"],
    "shapes": ["package/test_pooling.py", "package/test_contract.py"],
    "dropout": ["package/test_dropout.py", "package/test_contract.py"],
    "normalization": ["package/test_normalization.py", "package/test_contract.py"],
    "skip": ["package/test_skip.py", "package/test_contract.py"],
    "unrolled": ["package/test_recurrent.py"],
    "recurrent": ["package/test_recurrent.py"],
    "lstm": ["package/test_recurrent.py"],
    "peepholes": ["package/test_recurrent.py"],
    "gru": ["package/test_recurrent.py"],
    "gates": ["package/test_recurrent.py"],
    "exchange": ["package/test_recurrent.py"],
    "steps": ["package/test_recurrent.py"],
    "rtrl": ["package/test_recurrent.py"],
    "clipping": ["package/test_clipping.py"],
    "losses": ["package/test_by_hand.py", "package/test_refusals.py", "package/test_clipping.py"],
    "optimizers": ["package/test_by_hand.py", "package/test_refusals.py", "package/test_many_nets.py"],
    "initializers": ["package/test_by_hand.py", "package/test_refusals.py"],
    "training": ["package/test_by_hand.py", "package/test_refusals.py", "package/test_clipping.py"],
    "curvature": ["package/test_curvature.py"],
    "hessian": ["package/test_hessian.py"],
    "newton": ["package/test_newton.py"],
    "gradcheck": ["package/test_gradcheck.py", "package/test_refusals.py"],
    "graph": ["package/test_graph.py"],
    "neurons": ["package/test_neurons_perceptron.py", "package/test_neurons_adaline.py"],
    "mnist": ["package/test_mnist.py"],
    "datasets": ["package/test_edges.py"],
    "scaling": ["package/test_scaling.py"],
    "images": ["package/test_images.py"],
    "zipcodes": ["package/test_zipcodes.py"],
    "source": ["package/test_edges.py"],
    "table": ["package/test_edges.py"],
    "kinship": ["test_papers_family_trees.py"],
    "sequences": ["package/test_sequences.py"],
    "grammar": ["package/test_grammar.py"],
    "numerals": ["package/test_numerals.py"],
    "alphabet": ["package/test_alphabet.py"],
}
PAPERS = ["test_xor.py", "test_papers_xor.py", "test_papers_symmetry.py", "test_papers_family_trees.py"]
SHARE = 0.98
NOT_TRIED = 2
PROCESSES = 2
CPU_SECONDS = 200  # all tests together take a third of it
MEMORY = 6 * 2**30
#: Imported once, before the first fork.
WARM = ("pytest", "scipy.optimize", "sklearn.linear_model", "sklearn.datasets", "autograd.numpy", "torch", "matplotlib.figure")  # fmt: skip

#: Mutants that change nothing that a caller could see: module, text in which «…» is what changes, what it
#: becomes, why that makes no difference.
EQUIVALENT: list[tuple[str, str, set[str], str]] = [
    (
        "activations",
        "x - x«.real».max",
        {""},
        "one shift for the whole row cancels, with an imaginary part too",
    ),
    ("alphabet", "chances «<=» thrown", {"<"}, "no number is thrown just there"),
    ("alphabet", "else -«1» for word", {"2"}, "any number below 0 says that no symbol is given"),
    ("convolution", "np.result_type(dy, parts[«0»]", {"(-1)"}, "all parts have one type"),
    ("curvature", "loss(y, d)[«1»], cache", {"(-1)"}, "a pair"),
    ("datasets", "bits < «2» or", {"1"}, "1 is odd, and refused for that"),
    ("datasets", "bits % «2»:", {"(-2)"}, "odd leaves a rest with -2 too"),
    ("datasets", "== X).all(axis=«1»", {"(-1)"}, "X has two axes"),
    ("datasets", "len(X) «<» n:", {"<="}, "draws more points than are returned"),
    ("datasets", "(«2» * n, features)", {"1", "3"}, "draws fewer or more at once; the first n stay the same"),
    ("datasets", "+ offset) «>=» margin", {">"}, "no point is drawn just there"),
    ("datasets", "+ offset «>» 0, 1, -1)", {">="}, "no point is drawn just there"),
    ("datasets", "n < «2» or", {"1"}, "1 is odd, and refused for that"),
    ("datasets", "n % «2»:", {"(-2)"}, "odd leaves a rest with -2 too"),
    ("dense", "if «dy.ndim == 2»:", {"False"}, "only the quicker way to the same sums"),
    ("dense", "dy.ndim == «2»:", {"1", "(-2)"}, "only the quicker way to the same sums"),
    ("dense", "if «cache.ndim == 3»:", {"True"}, "only the quicker way to the same sums"),
    ("dense", "cache[:, «0»])", {"(-1)"}, "any column is as long as any other"),
    ("dense", "if «x.ndim == 2»:", {"False"}, "only the quicker way to the same sums"),
    ("dense", "x.ndim == «2»:", {"1", "(-2)"}, "only the quicker way to the same sums"),
    ("dense", "if «x.shape[-1] == 1»:", {"False"}, "only the quicker way to the same sums"),
    ("dense", "x.shape[-1] == «1»:", {"0", "(-1)"}, "only the quicker way to the same sums"),
    ("gates", "biases(blocks, shape[«0»]", {"(-1)"}, "b has one axis"),
    ("gradcheck", "np.«zeros_like»(probe)", {"ones_like"}, "every component is set"),
    ("gradcheck", "np.«zeros»(probe.shape)", {"ones"}, "every component is set"),
    ("gradcheck", "h: float = «1e-20»", {"9.999999999999999e-18"}, "a complex step is exact for any tiny h"),
    ("gradcheck", "h or «1e-20»", {"9.999999999999999e-18"}, "a complex step is exact for any tiny h"),
    ("graph", "self.data «>=» 0", {">"}, "at 0 both ways give 1/2"),
    ("gru", "dh = np.zeros_like(h[«0»])", {"1", "(-1)"}, "every step has the same shape"),
    ("hessian", "(columns, axis=-«1»)", {"2", "(-1)"}, "the matrix is symmetric"),
    ("hessian", "(seconds, axis=-«1»)", {"2"}, "the matrix of each case is symmetric"),
    ("hessian", "loss(moved, d)[«1»]", {"(-1)"}, "a pair"),
    ("hessian", "curvature, cache)[«1»]", {"(-1)"}, "a pair"),
    ("kinship", "== self.X).all(axis=«1»)", {"(-1)"}, "X has two axes"),
    ("kinship", "rows[«0»]", {"(-1)"}, "no question stands twice"),
    ("kinship", "for person in range(«12»)", {"13"}, "nobody is related to a thirteenth"),
    ("kinship", "for other in range(«12»)", {"13"}, "nobody is related to a thirteenth"),
    ("kinship", "«12» * tree + other", {"(-12)"}, "-12 + other is the same column of 24"),
    ("layer", "«np.empty(2**21)»", {"pass"}, "speed alone"),
    ("layer", "np.empty(«2»**21)", {"1"}, "speed alone"),
    ("layer", "np.empty(2«**»21)", {"*"}, "speed alone"),
    ("layer", "np.empty(2**«21»)", {"20", "22"}, "speed alone"),
    (
        "layer",
        "if «cmath.isfinite(np.vdot(flat, flat))»",
        {"False"},
        "only the quicker way to the same answer",
    ),
    ("layer", "if layer.params), «0»)", {"1", "(-1)"}, "without parameters there is nothing to put"),
    ("losses", "isfinite(E) if «E.ndim == 0» else", {"False"}, "only the quicker way to the same answer"),
    ("losses", "if E.ndim == «0» else", {"(-1)"}, "only the quicker way to the same answer"),
    ("losses", "np.vdot(excess, excess)«.real»", {""}, "the product of a vector with itself is real"),
    ("losses", "excess).real «>» 1e-8", {">="}, "no sum is off by just that"),
    ("losses", "positive = x.real «>» 0", {">="}, "at 0 both ways give the same number"),
    ("losses", "positive = x.real > «0»", {"1", "(-1)"}, "near 0 both ways give the same number"),
    ("losses", 'if «x.dtype.kind != "c"»', {"False"}, "the other way to the same number"),
    ("losses", "x - x«.real».max", {""}, "one shift for the whole row cancels, with an imaginary part too"),
    ("lstm", "dh, dc = np.zeros_like(c[«0»])", {"1", "(-1)"}, "every step has the same shape"),
    ("lstm", ", np.zeros_like(c[«0»])\n", {"1", "(-1)"}, "every step has the same shape"),
    ("lstm", "db[..., «0»]", {"(-1)"}, "one column"),
    ("mnist", "arrays[«2»]", {"(-2)"}, "of four, the third is the last but one"),
    ("neurons", "self.w, self.b = np.zeros(X.shape[«1»])", {"(-1)"}, "X has two axes"),
    ("neurons", "weights = X.shape[«1»] + 1", {"(-1)"}, "X has two axes"),
    ("neurons", "X.shape[«1»] != features", {"(-1)"}, "X has two axes there"),
    ("neurons", "return X, t«.astype(float)»", {""}, "t is only multiplied with and added to floats"),
    ("newton", "return step[..., «0»]", {"(-1)"}, "one column"),
    ("newton", "if «self.average» else", {"True"}, "the first estimate is averaged with itself"),
    (
        "newton",
        "self.average else «1.0»",
        {"1.1", "0.0", "2.0"},
        "the first estimate is averaged with itself",
    ),
    ("optimizers", "if «not self._places»:", {"True"}, "the same places, found anew"),
    ("optimizers", "if «self.decay»:", {"True"}, "without decay the weights are multiplied by 1"),
    ("optimizers", "np.empty(«0»)", {"1"}, "what happens to stand there is nobody's rate"),
    (
        "optimizers",
        "if «isinstance(epsilon, np.ndarray)»",
        {"True"},
        "only the quicker way to the same changes",
    ),
    ("optimizers", "grad.size «//» len", {"/"}, "a whole number, whatever its type"),
    ("optimizers", "(-«1»,) + (1,)", {"2"}, "NumPy takes any negative number for the axis to find"),
    ("peepholes", "shown = np.empty_like(c[«1»:])", {"0"}, "an entry more, which nobody reads"),
    ("peepholes", "dh = dc = np.zeros_like(dy[«0»])", {"1", "(-1)"}, "every step has the same shape"),
    ("recurrent", "len(x), rows=«True»)", {"False"}, "speed alone"),
    ("recurrent", "total = np.empty_like(h[«0»])", {"1", "(-1)"}, "every step has the same shape"),
    ("recurrent", "dh = np.zeros_like(h[«0»])", {"1", "(-1)"}, "every step has the same shape"),
    ("rtrl", 'gradient", x, W.shape[«1»]', {"(-1)"}, "W has two axes"),
    ("rtrl", "len(U), W.shape[«1»]", {"(-1)"}, "W has two axes"),
    ("rtrl", "db[:, «0»]", {"(-1)"}, "one column"),
    ("rtrl", "h], axis=«1»)", {"(-1)"}, "two axes"),
    ("rtrl", "1] + 1], axis=«1»)", {"(-1)"}, "two axes"),
    (
        "scaling",
        "np.abs(X).«max»(axis=0)",
        {"min"},
        "where the deviation is that small, the smallest number is nearly the largest",
    ),
    ("scaling", "deviation, «1.0»)", {"1.1"}, "0 is divided by it"),
    ("scaling", "X.shape[«1»] != features", {"(-1)"}, "X has two axes there"),
    ("sequences", "x[first, cases, «1»] = ", {"(-1)"}, "a pair of features"),
    ("sequences", "x[second, cases, «1»] = 1", {"(-1)"}, "a pair of features"),
    ("sequences", "x[[0, -1], :, «1»] = -1", {"(-1)"}, "a pair of features"),
    ("sequences", "T + T «//» 10", {"/"}, "NumPy takes the whole part of the bound"),
    ("sequences", "cases] = «4» + order // 2", {"(-4)"}, "the same column of 8, counted from its end"),
    ("sequences", "cases] = «4» + order % 2", {"(-4)"}, "the same column of 8, counted from its end"),
    ("source", "inspect.getsource(owner))).body[«0»]", {"(-1)"}, "the source of a class is one statement"),
    ("source", "range(first.lineno - «1»,", {"2"}, "above a docstring stands the line that opens its block"),
    ("source", "node.body[1].lineno - «1»)", {"0"}, "the first line of a statement is not blank"),
    ("steps", "_joined(dy), cache[«1»])", {"(-1)"}, "a pair"),
    ("training", "«d = np.asfortranarray(d)»", {"pass"}, "speed alone"),
    ("training", "if x.ndim < «3» else", {"2"}, "only the quicker way to the same cases"),
    ("training", "np.abs(y) «<» 1e150", {"<="}, "no output is just that"),
    ("training", "range(sweeps + «1»)", {"2"}, "the loop ends by itself at sweep == sweeps"),
    ("unrolled", 'if «"h" in dlast»:', {"True"}, "nothing, or zeros, is added to a copy"),
    ("unrolled", 'if «"W" not in grads»:', {"True"}, "the same sums once more"),
    ("unrolled", "rows: bool = «False»)", {"True"}, "speed alone"),
    ("unrolled", "if «rows»:", {"False"}, "speed alone"),
]

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

    @property
    def path(self) -> str:
        """Where the module stands, whichever room it has."""
        return str(next((ROOT / "backprop").rglob(f"{self.module}.py")).relative_to(ROOT))

    def draw(self, source: str, seed: int) -> bytes:
        """A random number that stays the same wherever its line moves, and whatever else changes."""
        begins = source.rfind("\n", 0, self.start) + 1
        line = source[begins : source.find("\n", self.start)]
        own = (seed, self.module, self.kind, line, self.start - begins, self.end - begins, self.new)
        return hashlib.sha256(repr(own).encode()).digest()

    def describe(self, source: str) -> str:
        return f"{self.path}:{self.line}: {self.kind}: {source[self.start : self.end]!r} -> {self.new!r}"  # fmt: skip


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
    tree = ast.parse(source)

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

    # In a shape given to reshape NumPy finds one negative number, whichever it is: -2 for -1, or -1 for 1, is no change.
    same_shape: dict[ast.AST, set[float]] = {}
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "reshape"
        ):
            for size in call.args:
                negative = isinstance(size, ast.UnaryOp) and isinstance(size.op, ast.USub)
                same_shape[size.operand if negative else size] = {2} if negative else {-1}

    def visit(node: ast.AST) -> None:
        match node:
            case ast.Constant(value=bool() as value):
                add("constant", *span(node), str(not value))
            case ast.Constant(value=int() | float() as value):
                for other in _others(value) - same_shape.get(node, set()):
                    add("constant", *span(node), f"({other!r})" if other < 0 else repr(other))
            case ast.BinOp(left=left, right=right):
                between(left, right, "arithmetic")
            case ast.Compare(left=left, comparators=others):
                for one, two in pairwise([left, *others]):
                    between(one, two, "compare")
            case ast.BoolOp(values=values):
                for one, two in pairwise(values):
                    between(one, two, "bool")
            case ast.UnaryOp(op=ast.Not()):
                add("drop-not", at := span(node)[0], at + len("not "), "")
            case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
                add("sign", at := span(node)[0], at + len("-"), "")
            case ast.Attribute(attr=name) if name in DROPPED:
                end = span(node)[1]
                add("drop-attribute", end - len(f".{name}"), end, "")
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
            case ast.Return(value=ast.Tuple(elts=[one, two])) if ast.dump(one) != ast.dump(two):
                add("return-swap", span(one)[0], span(two)[1], f"{source[slice(*span(two))]}, {source[slice(*span(one))]}")  # fmt: skip
            case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Constant):
                add("if-true", *span(test), "True")
                add("if-false", *span(test), "False")
            case ast.Call(func=ast.Attribute(attr="copy" | "astype" as name) as method):
                add("drop-call", span(method)[1] - len(f".{name}"), span(node)[1], "")
        if isinstance(node, ast.Raise | ast.AugAssign | ast.Expr) or _binds_again(node):
            add("drop-statement", *span(node), "pass")
        for name, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not (name in {"annotation", "returns"} or _only_says(child)):  # fmt: skip
                    visit(child)

    visit(tree)
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.end, mutant.kind, mutant.new))


def _others(value: float) -> set[float]:
    """What takes a number's place: its neighbours and its opposite; for a tolerance or a step, a coarser one."""
    if 0 < value < 1e-3:
        return {value * 1000}
    near = {value + 1, value - 1} if value < 1000 else set()
    return (near | {-value} | ({value * 1.1} if isinstance(value, float) else set())) - {value}


def _binds_again(node: ast.AST) -> bool:
    """Whether an assignment changes what is there, so that the code runs without it."""
    return isinstance(node, ast.Assign) and any(
        not isinstance(target, ast.Name) or ast.dump(ast.Name(target.id, ast.Load())) in ast.dump(node.value)
        for target in node.targets
    )


def _only_says(node: ast.AST) -> bool:
    """Whether a part of the code is text for the reader, or a guard that can never be wanting."""
    match node:
        case ast.JoinedStr() | ast.Expr(value=ast.Constant()) | ast.keyword(arg="strict" | "usedforsecurity"):
            return True
    return False


def all_mutants(root: Path = ROOT) -> list[tuple[Mutant, str]]:
    """Every mutant of the package with its module's source."""
    found = []
    for path in sorted((root / "backprop").rglob("*.py")):
        if path.stem not in LEFT_OUT:
            source = path.read_text(encoding="utf-8")
            found += [(mutant, source) for mutant in mutants_of(path.stem, source)]
    return found


def is_equivalent(mutant: Mutant, source: str) -> bool:
    """Whether the mutant is one of those listed as equivalent."""
    return any(
        mutant.new in others and _is_at(mutant, source, module, marked)
        for module, marked, others, _ in EQUIVALENT
    )


def _is_at(mutant: Mutant, source: str, module: str, marked: str) -> bool:
    before, old, after = re.split("[«»]", marked)
    text = source[max(mutant.start - len(before), 0) : mutant.end + len(after)]
    return (
        module == mutant.module and source[mutant.start : mutant.end] == old and text == before + old + after
    )


def tests_for(module: str, path: str) -> list[list[str]]:
    """Arguments for pytest, one run after another: the module's doctests and own tests, then all others."""
    tests = ROOT / "tests"
    package = sorted(str(path.relative_to(tests)) for path in tests.glob("package/test_*.py"))
    # Beside PyTorch, which is imported before the fork; JAX would have to start for each mutant.
    beside = sorted(str(path.relative_to(tests)) for path in tests.glob("frameworks/test_pytorch_*.py"))
    files = dict.fromkeys([*FIRST.get(module, []), *package, *beside, *PAPERS])
    return [[path, "--doctest-modules"], *([str(tests / name)] for name in files)]


def start(mutant: Mutant, source: str, folder: Path) -> int:
    """Fork a process that tries the mutant in ``folder``; its exit status is 0 where no test fails."""
    process = os.fork()
    if process:
        return process
    status = NOT_TRIED
    try:
        _prepare(mutant, source, folder)
        status = 1  # from here on, whatever goes wrong is the mutant's doing
        status = int(any(_fails(arguments, folder) for arguments in tests_for(mutant.module, mutant.path)))
        shutil.rmtree(folder)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def _prepare(mutant: Mutant, source: str, folder: Path) -> None:
    shutil.copytree(ROOT / "backprop", folder / "backprop", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / mutant.path).write_text(mutant.apply(source), encoding="utf-8")
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(folder)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _fails(arguments: list[str], folder: Path) -> bool:
    import pytest

    sys.path[:0] = [str(folder)]
    importlib.import_module("backprop")  # before pytest puts the project's own folder first
    options = ["-x", "-q", "--tb=no", f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}"]
    status = pytest.main([*options, f"--basetemp={folder / 'tmp'}", "-p", "no:cacheprovider", *arguments])
    return status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def trial(pairs: list[tuple[Mutant, str]]) -> Iterator[tuple[Mutant, str, bool]]:
    """Try mutants and yield each, as it ends, with its source and whether it was killed."""
    assert "backprop" not in sys.modules, "a forked process would find the original there"
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _hypothesis_without_shrinking()
    running: dict[int, tuple[Mutant, str]] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for number, pair in enumerate(pairs):
            if len(running) == PROCESSES:
                yield _ended(running)
            running[start(*pair, Path(folder, str(number)).resolve())] = pair
        while running:
            yield _ended(running)


def _hypothesis_without_shrinking() -> None:
    """One failing example is enough, the same at every trial."""
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutants", derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    settings.load_profile("mutants")


def _ended(running: dict[int, tuple[Mutant, str]]) -> tuple[Mutant, str, bool]:
    process, status = os.wait()
    if os.waitstatus_to_exitcode(status) == NOT_TRIED:
        raise RuntimeError("a mutant could not be tried: the reason stands above")
    return *running.pop(process), status != 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Try mutants of the package against its tests.")
    parser.add_argument("--count", type=int, default=60, help="how many to sample (0: all)")
    parser.add_argument("--seed", type=int, default=1986)
    parser.add_argument("--module", default="", help="only this module")
    arguments = parser.parse_args()
    every = all_mutants()
    pool = [pair for pair in every if arguments.module in ("", pair[0].module) and not is_equivalent(*pair)]
    count = min(arguments.count or len(pool), len(pool))
    control = Mutant(every[0][0].module, "control", 0, 0, "", 1)  # the package as it stands
    killed = 0
    for mutant, source, dead in trial(
        [
            (control, every[0][1]),
            *sorted(pool, key=lambda pair: pair[0].draw(pair[1], arguments.seed))[:count],
        ]
    ):
        if mutant is control and dead:
            sys.exit("the tests fail on the package as it stands: that must be mended first")
        killed += dead
        if not dead and mutant is not control:
            print(f"survived: {mutant.describe(source)}", flush=True)
    print(f"{killed} of {count} mutants killed ({killed / count:.1%}), {len(every)} possible")
    return 0 if killed >= SHARE * count else 1


if __name__ == "__main__":
    sys.exit(main())
