"""Sections 6 to 9 of LeCun, Bottou, Orr and Müller (1998), on seeds that the page does not use."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop import (
    Dense,
    DiagonalLevenbergMarquardt,
    GradientDescent,
    LeCunTanh,
    LevenbergMarquardt,
    Sequential,
    Tanh,
    as_vector,
    diagonal_curvature,
    from_vector,
    gauss_newton,
    hessian,
    mean_over_cases,
    newton_step,
    normal,
    sum_of_squares,
    train_minibatches,
)
from backprop.data.datasets import digits, one_hot
from backprop.layers.layer import Array

MEAN = mean_over_cases(sum_of_squares)
SEEDS = range(7000, 7008)
X = np.linspace(-1, 1, 40)[:, None]
D = np.sin(2 * np.pi * X)


def curve_nets(rng: Any) -> Sequential:
    return Sequential(Dense(1, 8, rng, weight=normal(2.0), bias=normal(1.0)), Tanh(), Dense(8, 1, rng))


def streams(seeds: range | list[int], purpose: int) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, purpose]) for seed in seeds]


def small_digits(cases: int, centred: bool) -> tuple[Array, Array]:
    images, labels = digits()
    pixels = images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
    chosen = [np.random.default_rng(seed).permutation(len(pixels))[:cases] for seed in SEEDS]
    x = np.array([pixels[one] - centred * pixels[one].mean(axis=0) for one in chosen])
    return x, np.array([2 * one_hot(labels[one], 10) - 1 for one in chosen])


def digit_nets(hidden: int, seeds: range | list[int]) -> Sequential:
    rng = streams(seeds, 1)
    return Sequential(Dense(16, hidden, rng), LeCunTanh(), Dense(hidden, 10, rng), LeCunTanh())


def test_newton_ends_at_the_saddle_just_where_the_product_is_below_a_fifth() -> None:
    for start in np.random.default_rng(7000).uniform(-2, 2, (200, 2)):
        w, wanted = start, 0 if start.prod() < 0.2 else 1
        for _ in range(60):
            a, b = w
            if abs(a * b - wanted) < 1e-6:  # in the valley H has no inverse
                break
            r = a * b - 1
            H = np.array([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])
            w = w + newton_step(H, r * w[::-1])
        assert abs(w.prod() - wanted) < 1e-6


def test_first_steps_newton_mostly_falls_gauss_newton_climbs_damped_falls() -> None:
    nets = curve_nets([np.random.default_rng(seed) for seed in range(7000, 7020)])
    y, cache = nets.forward(X)
    E, dy = MEAN(y, D)
    g, w = as_vector(nets.gradients(dy, cache), (20,)), as_vector(nets.params, (20,))
    H, G = hessian(nets, MEAN, X, D), gauss_newton(nets, MEAN, X, D)
    assert 10 <= np.median((np.linalg.eigvalsh(H) < 0).sum(axis=1)) <= 15
    climbed = []
    for step in (newton_step(H, g), newton_step(G, g, 1e-6), newton_step(G, g, 0.1)):
        for name, part in from_vector(w + step, nets.params).items():
            nets.params[name][...] = part
        climbed.append(int((MEAN(nets.forward(X)[0], D)[0] > E).sum()))
    assert climbed[0] <= 10 and climbed[1] >= 17 and climbed[2] <= 4


def test_the_pairs_stay_missing_when_training_has_removed_the_rest() -> None:
    rng = np.random.default_rng(7000)
    x = rng.uniform(-1, 1, (50, 2))
    d = np.column_stack([np.sin(3 * x[:, 0] + x[:, 1]), x[:, 0] * x[:, 1]])
    off: dict[int, float] = {}
    for depth in (1, 2, 3):
        rngs, sizes = [np.random.default_rng(seed) for seed in SEEDS], [2, *[4] * depth]
        layers: list[Any] = []
        for below, above in pairwise(sizes):
            layers += [Dense(below, above, rngs), Tanh()]
        nets, rule = Sequential(*layers, Dense(4, 2, rngs)), LevenbergMarquardt()
        for _ in range(40):
            rule.step(nets, MEAN, x, d)
        H, G = (np.einsum("rpp->rp", one(nets, MEAN, x, d)) for one in (hessian, gauss_newton))
        h = as_vector(diagonal_curvature(nets, MEAN, x, d), (len(SEEDS),))
        size = np.linalg.norm(H, axis=1)
        assert np.median(np.linalg.norm(G - H, axis=1) / size) < 0.03
        off[depth] = float(np.median(np.linalg.norm(h - G, axis=1) / size))
    assert off[1] < 1e-12 and off[2] > 0.1 and off[3] > 0.2


def test_few_large_eigenvalues_and_centring_lowers_the_largest() -> None:
    largest = {}
    for centred in (False, True):
        x, d = small_digits(320, centred)
        nets = digit_nets(6, SEEDS)
        spectrum = np.linalg.eigvalsh(hessian(nets, MEAN, x, d))[:, ::-1]
        largest[centred] = np.median(spectrum[:, 0])
        assert 4 < np.median(spectrum[:, 0] / spectrum[:, 10]) < 20
        assert np.median(spectrum) < 0.02 * largest[centred]
        assert np.median((spectrum < -1e-9).sum(axis=1)) > 30
    assert largest[False] > 1.5 * largest[True]


def test_a_rate_for_each_weight_and_one_for_each_array_beat_tuned_descent() -> None:
    def race(rates: Array, kind: str) -> Array:
        x, d = (np.tile(part, (len(rates), 1, 1)) for part in small_digits(150, True))
        copies = [seed for _ in rates for seed in SEEDS]
        nets, each = digit_nets(8, copies), np.repeat(rates, len(SEEDS))
        diagonal = DiagonalLevenbergMarquardt(each, damping=0.1, memory=0.5)
        errors = []

        def note(epoch: int) -> None:
            if epoch >= 0:
                errors.append(MEAN(nets.forward(x)[0], d)[0])
            h = diagonal_curvature(nets, MEAN, x[:, :20], d[:, :20])
            if kind == "array":
                h = {
                    n: one.mean(axis=tuple(range(1, one.ndim)), keepdims=True) + 0 * one
                    for n, one in h.items()
                }
            diagonal.observe(h)

        note(-1)
        rule = GradientDescent(each) if kind == "plain" else diagonal
        train_minibatches(nets, MEAN, x, d, rule, 12, rng=streams(copies, 2), after_epoch=note)
        return np.reshape(errors, (12, len(rates), len(SEEDS)))

    def best(errors: Array) -> Array:
        return np.asarray(errors[:, np.median(errors[-1], axis=1).argmin()])

    plain = best(race(10 ** np.array([-1.5, -1.25, -1, -0.75]), "plain"))
    epochs = {}
    for kind in ("array", "weight"):
        mine = best(race(10 ** np.array([-2.25, -2, -1.75, -1.5]), kind))
        there = mine <= plain[-1]
        epochs[kind] = np.median(np.where(there.any(axis=0), there.argmax(axis=0) + 1, 99))
    assert epochs["weight"] <= 9 and epochs["array"] <= 10


def on_the_page() -> dict[str, Any]:
    """Conjugate gradient and BFGS as the page's exercises define them."""
    text = (Path(__file__).parents[1] / "book" / "en" / "curvature.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"np": np}
    for name in ("line_search", "conjugate_gradient", "corrected", "bfgs"):
        found = re.search(rf"^def {name}\(.*?(?=^\S)", text, re.DOTALL | re.MULTILINE)
        assert found, name
        exec(found[0], names)
    return names


@pytest.mark.parametrize(("name", "judge"), [("conjugate_gradient", "CG"), ("bfgs", "BFGS")])
def test_the_pages_methods_do_as_well_as_scipys(name: str, judge: str) -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="SciPy is not installed")
    logs: dict[str, list[float]] = {"page": [], "scipy": []}
    for seed in SEEDS:
        net = curve_nets(np.random.default_rng(seed))
        start = as_vector(net.params)
        seen: list[float] = []

        def f(w: Array, net: Sequential = net, seen: list[float] = seen) -> tuple[float, Array]:
            for key, part in from_vector(w, net.params).items():
                net.params[key][...] = part
            y, cache = net.forward(X)
            E, dy = MEAN(y, D)
            seen.append(float(E))
            return float(E), as_vector(net.gradients(dy, cache))

        method: Callable[..., Any] = on_the_page()[name]
        for _ in islice(method(f, start), 300):
            if len(seen) > 400:
                break
        logs["page"].append(min(seen[:400]))
        seen.clear()
        optimize.minimize(f, start, jac=True, method=judge, options={"maxiter": 400, "gtol": 1e-12})
        logs["scipy"].append(min(seen[:400]))
    ours, theirs = np.median(logs["page"]), np.median(logs["scipy"])
    assert ours < 10 * theirs
    assert ours < (3e-3 if judge == "CG" else 1e-4)
