"""Run notebooks as other processors would: ``python book/_tools/kernels.py [PAGE ...]``.

OpenBLAS multiplies matrices, and NumPy takes exponentials, in other ways on other processors, so that the last
digits differ; a long training run makes them the first. What a page prints must not change. The English edition
is run, since the Korean one has the same code and outputs (a contract holds them together).
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NBVAL = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
PARALLEL = ["-n", "2", "--dist", "loadfile"]
#: A processor's kernels for matrices, and the loops of NumPy's that it lacks.
OTHERS = {
    "SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "X86_V4"},
    "Sandybridge": {"OPENBLAS_CORETYPE": "Sandybridge", "NPY_DISABLE_CPU_FEATURES": "X86_V4"},
    "Nehalem": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
}


def applies() -> bool:
    """Whether this machine has the instructions of those processors, or of all but the widest."""
    return platform.machine() in {"x86_64", "AMD64"}


def has(other: str) -> bool:
    """Whether this machine has that processor's instructions."""
    processor = Path("/proc/cpuinfo")
    wide = processor.exists() and "avx512f" in processor.read_text("utf-8")
    return applies() and (wide or other != "SkylakeX")


def environment(other: str | None = None) -> dict[str, str]:
    """The environment in which NumPy computes with one thread, as ``other`` would."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_XDIST")}
    return {**variables, **(OTHERS[other] if other else {}), "OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    if not applies():
        print("these kernels are for x86-64 processors")
        return 0
    folder = ROOT / "notebooks" / "en"
    paths = [folder / f"{name}.ipynb" for name in sys.argv[1:]] or sorted(folder.glob("*.ipynb"))
    missing = [str(path.relative_to(ROOT)) for path in paths if not path.exists()]
    if missing or not paths:
        print(
            f"not there: {', '.join(missing) or 'any notebook'} (make notebooks writes them)", file=sys.stderr
        )
        return 2
    failed = False
    for other in filter(has, OTHERS):
        print(f"as {other}:", flush=True)
        done = subprocess.run(
            [*NBVAL, *PARALLEL, *map(str, paths)], cwd=ROOT, env=environment(other), check=False
        )
        failed |= done.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
