"""nbval sees when an output changes; and what the pages print is the same under other BLAS kernels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from execute import LANGUAGES
from kernels import NBVAL, OTHERS, PARALLEL, environment, has
from notebooks import code_of, outputs_of

MAKE = "run make notebooks and commit the result"

KERNEL = """
import hashlib, numpy, threadpoolctl
a = numpy.random.default_rng(0).normal(size=(200, 200))
products = [a @ a, a[:12, :25] @ a[:12, :25].T, a.astype("f") @ a.astype("f")]
(blas,) = {one["architecture"] for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas"}
print(blas, hashlib.sha256(b"".join(one.tobytes() for one in products)).hexdigest())
"""


def where_it_can(*others: str) -> pytest.MarkDecorator:
    reason = "this machine has not its instructions"
    return pytest.mark.parametrize(
        "other",
        [pytest.param(other, marks=pytest.mark.skipif(not has(other), reason=reason)) for other in others],
    )


def run(
    command: list[str], folder: Path, other: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    variables = {**environment(other), **variables}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def nbval(root: Path, repository: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(root), str(repository)])
    return run([*NBVAL, "-p", "conftest", "notebooks"], root, PYTHONPATH=path)


def test_nbval_accepts_what_was_written(good_root: Path, root: Path) -> None:
    done = nbval(good_root, root)
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout  # four code cells in each edition


def test_nbval_sees_changed_outputs(copy: Path, root: Path) -> None:
    """A printed number in Korean, the size of a figure in English: two of the eight cells."""
    for language, old, new in (("ko", "-1.799\\n", "-1.798\\n"), ("en", "1 Axes", "2 Axes")):
        path = copy / f"notebooks/{language}/sample.ipynb"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = nbval(copy, root)
    assert done.returncode == 1 and "2 failed, 6 passed" in done.stdout, done.stdout
    assert done.stdout.count("make notebooks writes it anew") == 2, "what to do stands under each"


def test_both_notebooks_of_a_page_are_one_run(root: Path) -> None:
    """What nbval finds in one edition holds for the other: the same code, the same outputs, cell by cell.

    Therefore `make test` runs the Korean notebooks only, and the tests below and Binder's the English ones, so
    that every page is run wherever any is, and every file of both editions somewhere.
    """
    ko, en = (
        {path.name: path for path in (root / "notebooks" / language).glob("*.ipynb")}
        for language in LANGUAGES
    )
    assert ko.keys() == en.keys() and ko
    cells = 0
    for name, path in ko.items():
        mine, theirs = (nbformat.read(each, as_version=4) for each in (path, en[name]))
        assert code_of(mine) == code_of(theirs), f"{name}: {MAKE}"
        for number, (a, b) in enumerate(zip(outputs_of(mine), outputs_of(theirs), strict=True)):
            assert a == b, f"{name}: code cell {number} printed something else in one of the editions: {MAKE}"
            cells += 1
    assert cells >= 10 * len(ko)
    recipe = (root / "Makefile").read_text(encoding="utf-8")
    assert "pytest notebooks/ko --nbval" in recipe


def kernel(root: Path, other: str | None = None) -> tuple[str, str]:
    done = run([sys.executable, "-c", KERNEL], root, other)
    assert done.returncode == 0, done.stderr
    name, product = done.stdout.split()
    return name, product


@where_it_can(*OTHERS)
def test_the_kernel_is_another(other: str, root: Path) -> None:
    pytest.importorskip("threadpoolctl")
    name, product = kernel(root, other)
    own_name, own_product = kernel(root)
    assert name == other
    if other in ("Sandybridge", "Nehalem") and own_name != other:
        assert product != own_product, (
            f"{other} multiplies as {own_name} does: the runs below would prove little"
        )


@where_it_can("SkylakeX", "Haswell", "Sandybridge")
@pytest.mark.slow
def test_the_notebooks_print_the_same_with_another_kernel(other: str, root: Path) -> None:
    """One edition is enough: its code and outputs are those of the other. As Nehalem, tests/test_binder.py runs."""
    notebooks = sorted((root / "notebooks" / "en").glob("*.ipynb"))
    assert notebooks, "there is no notebook to run: make notebooks"
    if kernel(root, other)[1] == kernel(root)[1]:
        pytest.skip(f"it multiplies as {other} does, so make test has run them already")
    done = run([*NBVAL, *PARALLEL, *map(str, notebooks)], root, other)
    assert done.returncode == 0, done.stdout
