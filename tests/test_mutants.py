"""The tests are tested: of the small changes that one can make to the package, they notice nearly all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import EQUIVALENT, all_mutants, is_equivalent, mutants_of

TESTS = Path(__file__).parent

SOURCE = '''
"""A module."""
def f(x: int, y=0.5, *, far=True):
    """A docstring."""
    if not x and y <= 2 < far or x is None:
        raise ValueError(f"{x + 1} is wrong")
    y -= -(x.max())
    x = np.zeros_like(x.copy().mT)
    np.log(3e-5, strict=True)
    return x @ y, (
        y
    )
'''


def test_the_changes_that_are_tried() -> None:
    tried = {mutant.apply(SOURCE).split("\n")[mutant.line - 1].strip() for mutant in mutants_of("f", SOURCE)}
    condition = "if not x and y <= 2 < far or x is None:"
    assert tried == {
        *(f"def f(x: int, y={y}, *, far=True):" for y in ("1.5", "(-0.5)", "0.55")),
        "def f(x: int, y=0.5, *, far=False):",
        *(condition.replace(old, new) for old, new in [("not ", ""), ("and", "or"), (" or", " and")]),
        *(condition.replace("<= 2", new) for new in ("< 2", ">= 2", "<= 3", "<= 1", "<= (-2)")),
        *(condition.replace("2 < far", new) for new in ("2 <= far", "2 > far")),
        *(condition.replace("is None", "is not None"), "if True:", "if False:"),
        "pass",
        "y += -(x.max())",
        "y -= (x.max())",
        "y -= -(x.min())",
        "x = np.ones_like(x.copy().mT)",
        "x = np.zeros_like(x.copy())",
        "x = np.zeros_like(x.mT)",
        "np.log(0.030000000000000002, strict=True)",
        "return x + y, (",
        "return y, x @ y",
    }


def test_a_change_is_drawn_alike_wherever_its_line_stands() -> None:
    def drawn(source: str) -> list[bytes]:
        return [mutant.draw(source, 1986) for mutant in mutants_of("f", source)]

    assert drawn(SOURCE) == drawn("\nbefore = []\n" + SOURCE)
    assert len(set(drawn(SOURCE))) == len(drawn(SOURCE))
    assert drawn(SOURCE)[0] != mutants_of("f", SOURCE)[0].draw(SOURCE, 1987)


def test_every_change_of_the_package_is_a_program_and_another_one() -> None:
    mutants = all_mutants()
    assert len(mutants) > 1000
    for mutant, source in mutants:
        assert mutant.apply(source) != source
        compile(mutant.apply(source), mutant.describe(source), "exec")


def test_every_listed_equivalent_is_one_of_the_changes() -> None:
    listed = sum(is_equivalent(*pair) for pair in all_mutants())
    assert listed == sum(len(others) for _, _, others, _ in EQUIVALENT)
    assert all(why for *_, why in EQUIVALENT)


def test_what_a_test_reads_is_killed_and_what_none_reads_survives() -> None:
    code = f"""
import mutants
mutants.WARM = ("pytest",)
mutants.tests_for = lambda module, path: [[{str(TESTS / "package" / "test_mnist.py")!r}]]
some = [("mnist", "drop-not"), ("optimizers", "sign")]
few = [(mutant, source) for mutant, source in mutants.all_mutants() if mutant[:2] in some]
for mutant, _, killed in mutants.trial(few):
    print(mutant.module, killed)
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=TESTS, capture_output=True, text=True, check=True
    ).stdout
    assert set(answer.splitlines()) == {"mnist True", "optimizers False"}


@pytest.mark.slow
def test_nearly_all_of_a_sample_are_killed() -> None:
    """MUTANTS=200 tries that many; MUTANTS=0 tries all of them."""
    command = [sys.executable, TESTS / "mutants.py", "--count", os.environ.get("MUTANTS", "60")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    print(answer.stdout)
    assert answer.returncode == 0, answer.stdout + answer.stderr
