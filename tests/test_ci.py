"""The CI's script says at its end what took longest, also when something failed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKE = """#!/bin/sh
echo "0.50s call     tests/a.py::test_quick"
echo "12.00s setup    tests/b.py::test_slow"
echo "3.20s call     tests/c.py::test_between"
${1#SHELL=} -c "true $2" && exit %d
"""


def has_clock() -> bool:
    bash = shutil.which("bash")
    return bool(bash and subprocess.run([bash, "-c", '[ -n "$EPOCHREALTIME" ]'], check=False).returncode == 0)


@pytest.mark.skipif(not has_clock(), reason="the script needs bash 5")
@pytest.mark.parametrize("status", [0, 2])
def test_the_end_says_what_took_longest(status: int, tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, text in (
        ("apt-get", "#!/bin/sh\n"),
        ("make", MAKE % status),
        (".venv/bin/python", "#!/bin/sh\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", ".ci/run"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    steps, tests = done.stdout.split("what took longest")[1].split("and of the tests:")
    assert "true site" in steps and ("true test" in steps) == (status == 0)
    told = [line.split("::")[1] for line in tests.split("\n") if "::" in line]
    assert list(dict.fromkeys(told)) == ["test_slow", "test_between", "test_quick"]
