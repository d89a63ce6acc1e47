"""The package is built in floors: imports point down only, and every file can be read at one sitting."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "backprop"
LINES = 300
ROOMS = {"layers", "learning", "data", "drawing"}

#: Bottom first. A module imports from lower floors, and from its own floor only as ``BESIDE`` says.
FLOORS = [
    {"layer"},
    {"activations", "losses", "initializers", "shapes", "rectifiers", "gates"},
    {
        "dense",
        "convolution",
        "pooling",
        "dropout",
        "unrolled",
        "recurrent",
        "lstm",
        "peepholes",
        "gru",
        "exchange",
        "steps",
        "radial",
        "normalization",
        "skip",
    },
    {
        "optimizers",
        "clipping",
        "schedules",
        "training",
        "curvature",
        "hessian",
        "newton",
        "gradcheck",
        "rtrl",
    },
    {"neurons", "zipcodes"},
    {
        "datasets",
        "sequences",
        "grammar",
        "numerals",
        "alphabet",
        "kinship",
        "mnist",
        "scaling",
        "images",
        "plots",
        "circuit",
        "source",
        "table",
    },
]
APART = {"graph"}  # imports no layer, and no layer imports it; only the edge may draw it
BESIDE = {
    ("gates", "initializers"),
    ("recurrent", "unrolled"),
    ("lstm", "unrolled"),
    ("peepholes", "lstm"),
    ("peepholes", "unrolled"),
    ("gru", "unrolled"),
    ("exchange", "recurrent"),
    ("exchange", "lstm"),
    ("exchange", "gru"),
    ("losses", "activations"),
    ("training", "optimizers"),
    ("training", "schedules"),
    ("curvature", "gradcheck"),
    ("hessian", "curvature"),
    ("newton", "hessian"),
    ("newton", "optimizers"),
    ("datasets", "kinship"),
    ("datasets", "sequences"),
    ("datasets", "grammar"),
    ("datasets", "numerals"),
    ("datasets", "alphabet"),
    ("plots", "circuit"),  # where the gates stand, apart from how they are drawn
}
#: May be imported from outside the package, and by whom.
OUTSIDE = {"numpy": None, "matplotlib": {"plots"}, "cycler": {"plots"}}


def modules(package: Path) -> dict[str, Path]:
    """The files by name: labels and tags call a module by its name alone, so each has its own."""
    return {path.stem: path for path in sorted(package.rglob("*.py"))}


def imports(tree: ast.Module) -> list[tuple[str, int]]:
    """What a module imports, wherever in it: ``.name`` for its siblings, the top name for anything else."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name.split(".")[0], node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            found += [(f".{name}", node.lineno) for name in _module_names(node.module or "", node)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            top, _, rest = node.module.partition(".")
            if top == "backprop":
                found += [(f".{name}", node.lineno) for name in _module_names(rest, node)]
            else:
                found.append((top, node.lineno))
    return found


def _module_names(dotted: str, node: ast.ImportFrom) -> list[str]:
    """The modules meant by ``from dotted import …``: a room is no module, what it is asked for is."""
    last = dotted.split(".")[-1]
    return [alias.name for alias in node.names] if last in ROOMS or not last else [last]


def floor_of(name: str) -> int | None:
    return next((number for number, names in enumerate(FLOORS) if name in names), None)


def problems(package: Path) -> list[str]:
    """Everything in which ``package`` departs from the plan."""
    import sys

    found = []
    trees = modules(package)
    graph: dict[str, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        name, where = path.stem, f"backprop/{path.relative_to(package)}"
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        if text.count("\n") > LINES:
            found.append(f"{where} has {text.count(chr(10))} lines: at most {LINES}, one idea a file")
        opening = ast.get_docstring(tree) or ""
        if not re.match(r"[A-Z][^\n]{20,}.*[.:]$", opening.split("\n\n")[0], re.DOTALL):
            found.append(f"{where}:1 does not open with a paragraph that says its idea")
        if name == "__init__":
            continue
        if trees[name] != path:
            found.append(f"{where} has the name of another module: labels and tags could not tell them apart")
        if floor_of(name) is None and name not in APART:
            found.append(f"{where} is on no floor: give it one in tests/test_architecture.py")
        for imported, line in imports(tree):
            if imported.startswith("."):
                sibling = imported[1:]
                graph.setdefault(name, set()).add(sibling)
                if sibling not in trees:
                    found.append(f"{where}:{line} imports backprop.{sibling}, which is not there")
                    continue
                here, there = floor_of(name), floor_of(sibling)
                if sibling in APART:
                    if here != len(FLOORS) - 1:
                        found.append(f"{where}:{line} imports {sibling}, which stands apart")
                elif name in APART:
                    found.append(f"{where}:{line} stands apart and imports {sibling}")
                elif here is None or there is None:
                    continue  # reported above: on no floor
                elif there > here or (there == here and (name, sibling) not in BESIDE):
                    found.append(f"{where}:{line} imports {sibling}: imports point down the floors only")
            elif imported in OUTSIDE:
                users = OUTSIDE[imported]
                if users is not None and name not in users:
                    found.append(f"{where}:{line} imports {imported}: only {', '.join(sorted(users))} does")
            elif imported not in sys.stdlib_module_names:
                found.append(f"{where}:{line} imports {imported}: the package needs NumPy and no more")
    found += [f"circle of imports: {' -> '.join(circle)}" for circle in circles(graph)]
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, [*path, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return found


def test_the_package_keeps_its_plan() -> None:
    assert len(modules(PACKAGE)) >= 10
    assert not problems(PACKAGE), "\n" + "\n".join(problems(PACKAGE))


OPENING = '"""Here stands a sentence that says the idea of the file."""\n'


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("layer", OPENING + "from .dense import Dense\n", "imports dense: imports point down"),
        ("activations", OPENING + "from .losses import sum_of_squares\n", "imports losses: imports"),
        ("dense", OPENING + "from backprop.learning.optimizers import Momentum\n", "imports optimizers"),
        ("dense", OPENING + "from ..learning.optimizers import Momentum\n", "imports optimizers"),
        ("dense", OPENING + "from ..learning import optimizers\n", "imports optimizers"),
        ("layers/dense", OPENING, "has the name of another module"),
        ("dense", OPENING + "def f():\n    from . import plots\n", "imports plots"),
        ("layer", OPENING + "from .layer import Layer\n", "circle of imports: layer -> layer"),
        ("graph", OPENING + "from .layer import Layer\n", "stands apart and imports layer"),
        ("neurons", OPENING + "from .graph import Value\n", "which stands apart"),
        ("losses", OPENING + "import matplotlib.pyplot as plt\n", "only plots does"),
        ("losses", OPENING + "from scipy.special import expit\n", "imports scipy"),
        ("losses", OPENING + "from .lost import x\n", "which is not there"),
        ("secret", OPENING, "is on no floor"),
        ("losses", "import numpy\n", "does not open with a paragraph"),
        ("losses", '"""Losses."""\n', "does not open with a paragraph"),
        ("losses", OPENING + "x = 1\n" * LINES, f"has {LINES + 1} lines"),
    ],
)
def test_a_planted_fault_is_named(file: str, text: str, says: str, tmp_path: Path) -> None:
    names = set().union(*FLOORS, APART, {"__init__"})
    for name in names:
        (tmp_path / f"{name}.py").write_text(OPENING, encoding="utf-8")
    assert problems(tmp_path) == []
    (tmp_path / "layers").mkdir()
    (tmp_path / f"{file}.py").write_text(text, encoding="utf-8")
    assert any(says in problem and Path(file).name in problem for problem in problems(tmp_path)), problems(
        tmp_path
    )


# No file of the project depends on one machine. ---------------------------------------------------------

#: Written in two parts, so that this file is not what it looks for.
PLACES = re.compile(
    "|".join(["/wor" + "k/", r"\.\./sha" + "red", "/ho" + r"me/\w", "/Use" + r"rs/\w", "/roo" + "t/"])
)


def machine_paths(text: str) -> list[int]:
    return [number for number, line in enumerate(text.split("\n"), start=1) if PLACES.search(line)]


def test_no_file_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    if not names:
        pytest.skip("not a git checkout: nothing tells the project's files from others")
    found = []
    for name in names:
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        found += [f"{name}:{line} names a place on one machine" for line in machine_paths(text)]
    assert len(names) > 20
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "text",
    ["open('../sha" + "red/x')", "/wor" + "k/main/x", "/ho" + "me/someone/book", "a\n/roo" + "t/.cache"],
)
def test_a_machine_is_noticed(text: str) -> None:
    assert machine_paths(text) == [text.count("\n") + 1]
