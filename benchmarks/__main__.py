"""Print how many times faster one change of the weights is here than elsewhere: `python -m benchmarks`.

One thread; before anything is timed, every library's gradients are held against ours. Then ours and
theirs are timed in turns, in processor time, which other programs disturb less than the wall clock;
each ratio is the median over the pairs, with its quartiles.
"""

from __future__ import annotations

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
# Each library chooses its kernels itself: these would hold NumPy, but not PyTorch or JAX, to older ones.
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):  # JAX keeps to one thread only where it has one processor
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import argparse
import importlib.util
import platform
import sys
import time
from collections.abc import Callable
from types import ModuleType

import numpy as np

from . import cases as c
from . import convolutions, recurrent

RIVALS = {"PyTorch eager": c.torch_eager, "HIPS autograd": c.hips_autograd}
NEEDS = {"PyTorch eager": "torch", "HIPS autograd": "autograd"}


def seconds(step: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        step()
    return time.process_time() - start


def ratios(
    mine: Callable[[], object], theirs: Callable[[], object], pairs: int, budget: float
) -> tuple[np.ndarray, float]:
    """Return the quartiles of theirs / mine over interleaved pairs, and my median seconds."""
    mine(), theirs()  # warm up
    n = max(1, int(budget / max(seconds(mine, 3) / 3, 1e-7)))
    m = max(1, int(budget / max(seconds(theirs, 3) / 3, 1e-7)))
    times = [(seconds(mine, n) / n, seconds(theirs, m) / m) for _ in range(pairs)]
    both = np.array(times)
    return np.quantile(both[:, 1] / both[:, 0], [0.5, 0.25, 0.75]), float(np.median(both[:, 0]))


def machine() -> str:
    """Name the versions and the BLAS kernel, on which the ratios depend."""
    from threadpoolctl import threadpool_info

    blas = [
        f"{i['internal_api']} {i['version']} {i.get('architecture', '')}"
        for i in threadpool_info()
        if i["user_api"] == "blas"
    ]
    versions = [
        f"{name} {sys.modules[name].__version__}"
        for name in ("numpy", "torch", "sklearn", "jax")
        if name in sys.modules
    ]
    kernels = ", ".join(sorted(set(blas)))
    return f"Python {platform.python_version()}, {', '.join(versions)}; BLAS: {kernels}; one thread"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=21, help="interleaved pairs of timings (default 21)")
    parser.add_argument("--budget", type=float, default=0.02, help="seconds for each timing (default 0.02)")
    parser.add_argument("--convolutions", action="store_true", help="time the convolutions alone")
    parser.add_argument("--recurrent", action="store_true", help="time the recurrent layers alone")
    options = parser.parse_args()
    everything = not (options.convolutions or options.recurrent)
    missing = [
        module
        for module in ("torch", "autograd", "sklearn", "jax")
        if importlib.util.find_spec(module) is None
    ]
    if missing:
        sys.exit(f"the benchmarks compare with {', '.join(missing)}: pip install -e '.[test,oracle]'")

    print("| net | against | ratio | quartiles | ours, µs |\n| --- | --- | ---: | --- | ---: |")
    if everything or options.convolutions:
        layers(convolutions, options.pairs, options.budget)
    if everything or options.recurrent:
        layers(recurrent, options.pairs, options.budget)
    for case in c.cases() if everything else []:
        step, grads = c.ours(case)
        for name, build in RIVALS.items():
            their_step, their_grads = build(case)
            for key, grad in grads.items():
                np.testing.assert_allclose(
                    their_grads[key], grad, rtol=1e-8, atol=1e-10, err_msg=f"{name}, {key}"
                )
            show(case.name, name, *ratios(step, their_step, options.pairs, options.budget))
        floor, mine = ratios(step, c.matrix_products(case)[0], options.pairs, options.budget)
        show(case.name, "its matrix products alone", floor, mine)
        if case.norm:
            continue  # scikit-learn has none
        epochs = max(1, 20 * case.batch // len(case.x))
        fit, their_fit = c.sklearn_fit(case, epochs)
        show(case.name, f"scikit-learn fit, {epochs} epochs", *ratios(fit, their_fit, options.pairs // 3, 0))
    if everything:
        adam(options.pairs, options.budget)
        many(options.pairs // 3)
    print(f"\n{machine()}")


def layers(kind: ModuleType, pairs: int, budget: float) -> None:
    """Time one layer forward and backward, dE/dx included, once its results agree with PyTorch's."""
    for case in kind.cases():
        (step, results), (their_step, theirs) = kind.ours(case), kind.torch_eager(case)
        kind.compare(results, theirs)
        show(case.name, "PyTorch eager", *ratios(step, their_step, pairs, budget))


def adam(pairs: int, budget: float) -> None:
    """Time one change of the weights by Adam against PyTorch's, once ten changes have agreed."""
    for case in c.cases()[:2]:
        step, their_step = c.adam_steps(case)
        for _ in range(10):
            weights, theirs = step(), their_step()
        for name, w in weights.items():
            np.testing.assert_allclose(theirs[name], w, rtol=1e-9, atol=1e-11, err_msg=f"Adam, {name}")
        show(f"{case.name}, by Adam", "PyTorch eager", *ratios(step, their_step, pairs, budget))


def many(pairs: int) -> None:
    """Time many nets at once against JAX, without and with its compiling, once the weights have agreed."""
    ours, theirs = c.many_nets()
    start = time.process_time()
    compiled = theirs()
    first = time.process_time() - start
    for name, w in ours().items():
        np.testing.assert_allclose(compiled[name], w, rtol=1e-9, atol=1e-11, err_msg=f"JAX, {name}")
    name = f"{c.RUNS} symmetry nets, {c.SWEEPS} sweeps"
    quartiles, mine = ratios(ours, theirs, pairs, 0)
    show(name, "JAX, compiled before", quartiles, mine)
    show(name, "JAX, with its compiling", np.full(3, first / mine), mine)


def show(case: str, against: str, quartiles: np.ndarray, mine: float) -> None:
    median, low, high = quartiles
    print(f"| {case} | {against} | {median:.2f} | {low:.2f} to {high:.2f} | {1e6 * mine:.1f} |", flush=True)


if __name__ == "__main__":
    main()
