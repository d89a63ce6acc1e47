"""The scalar tape: gates by hand, against other programs, deep, forked, and refusing what it cannot do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop import (
    Dense,
    Logistic,
    Sequential,
    Value,
    complex_step_gradient,
    normal,
    plots,
    sum_of_squares,
)
from backprop.drawing.circuit import layout, users
from backprop.graph import gate, history, topological_order

Unary = Callable[[Value], Value]


@pytest.mark.parametrize(
    ("make", "value", "dx", "dy"),
    [
        (lambda x, y: x + y, 2.0, 1.0, 1.0),
        (lambda x, y: x - y, 4.0, 1.0, -1.0),
        (lambda x, y: x * y, -3.0, -1.0, 3.0),
        (lambda x, y: x / y, -3.0, -1.0, -3.0),
        (lambda x, y: x.maximum(y), 3.0, 1.0, 0.0),
        (lambda x, y: y.maximum(x), 3.0, 1.0, 0.0),
        (lambda x, y: -x + y**2, -2.0, -1.0, -2.0),
        (lambda x, y: x**3 * y, -27.0, -27.0, 27.0),
        (lambda x, y: 2 * x + y * 3, 3.0, 2.0, 3.0),
        (lambda x, y: 2 - x - 6 / y, 5.0, -1.0, 6.0),
        (lambda x, y: x.maximum(5) + y.maximum(-4), 4.0, 0.0, 1.0),
        (lambda x, y: x * y + x, 0.0, 0.0, 3.0),
    ],
)
def test_gates_by_hand(make: Callable[[Value, Value], Value], value: float, dx: float, dy: float) -> None:
    x, y = Value(3.0), Value(-1.0)
    f = make(x, y)
    f.backward()
    assert (f.data, x.grad, y.grad) == (value, dx, dy)
    assert f.grad == 1.0


@pytest.mark.parametrize(
    ("make", "point", "value", "slope"),
    [
        (Value.logistic, 0.0, 0.5, 0.25),
        (Value.exp, 1.0, math.e, math.e),
        (Value.exp, 708.9, math.exp(708.9), math.exp(708.9)),
        (Value.log, 2.0, math.log(2), 0.5),
        (Value.log, 0.5, math.log(0.5), 2.0),
        (lambda x: x**-1, 4.0, 0.25, -1 / 16),
        (lambda x: x**0.5, 4.0, 2.0, 0.25),
        (lambda x: x**3, -2.0, -8.0, 12.0),
        (lambda x: x**1, 0.0, 0.0, 1.0),
        (lambda x: x**0, 2.0, 1.0, 0.0),
    ],
)
def test_gates_of_one_input(make: Unary, point: float, value: float, slope: float) -> None:
    x = Value(point)
    f = make(x)
    f.backward()
    assert f.data == pytest.approx(value, rel=1e-15)
    assert x.grad == pytest.approx(slope, rel=1e-15)


def test_a_tie_goes_to_the_first() -> None:
    x, y = Value(1.0), Value(1.0)
    x.maximum(y).backward()
    assert (x.grad, y.grad) == (1.0, 0.0)
    x.maximum(x).backward()
    assert x.grad == 1.0


def test_the_logistic_gate_far_out() -> None:
    for point in (-800.0, 800.0):
        x = Value(point)
        y = x.logistic()
        y.backward()
        assert y.data == (point > 0)
        assert 0 <= x.grad < 1e-300
    assert Value(-40.0).logistic().data == pytest.approx(math.exp(-40), rel=1e-15)


def test_gradients_add_where_a_value_is_used_again() -> None:
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0
    (x + x + x).backward()
    assert x.grad == 3.0
    b = Value(1.0) * 2
    (b + b).backward()
    assert b.grad == 2.0


def test_diamonds_in_a_row_need_the_order() -> None:
    x = v = Value(1.0)
    for _ in range(60):  # 2**60 paths
        v = v + v
    v.backward()
    assert x.grad == 2.0**60
    assert len(topological_order(v)) == 61


def test_a_lopsided_diamond() -> None:
    # One way is long, the other short: whoever goes by the number of steps gets it wrong.
    x = Value(2.0)
    a = x * 3
    long = ((a * 5) * 7) * 11
    (long + a).backward()
    assert a.grad == 5 * 7 * 11 + 1
    assert x.grad == 3 * (5 * 7 * 11 + 1)


@pytest.mark.parametrize("depth", [10_000, 50_000])
def test_depth_is_no_limit(depth: int) -> None:
    x = v = Value(1.0)
    for _ in range(depth):
        v = v * 0.9999
    v.backward()
    assert x.grad == pytest.approx(0.9999**depth, rel=1e-9)
    assert len(topological_order(v)) == 2 * depth + 1  # x, and each gate with its constant


def test_wide_fan_in_and_fan_out() -> None:
    xs = [Value(float(i)) for i in range(1000)]
    total = Value(0.0)
    for x in xs:
        total = total + x * x
    total.backward()
    assert [x.grad for x in xs] == [2.0 * i for i in range(1000)]
    shared = Value(1.0)
    total = Value(0.0)
    for i in range(1000):
        total = total + shared * i
    total.backward()
    assert shared.grad == 1000 * 999 / 2


def test_backward_begins_anew() -> None:
    x = Value(3.0)
    f, g = x * x, x * 5
    for _ in range(3):
        f.backward()
        assert x.grad == 6.0
    g.backward()
    assert x.grad == 5.0
    Value(1.0).backward()


def test_every_value_stands_after_its_inputs() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        made = [Value(float(v)) for v in rng.uniform(0.5, 1, 3)]
        for _ in range(40):
            x, y = (made[int(k)] for k in rng.integers(0, len(made), 2))
            made.append([x + y, x * y, x.maximum(y), x.logistic()][int(rng.integers(4))])
        order = topological_order(*made)
        assert len(order) == len(set(order))
        assert set(made) <= set(order)
        at = {value: k for k, value in enumerate(order)}
        assert all(at[x] < at[value] for value in order for x, _ in value.inputs)
        ours = topological_order(made[-1])
        assert ours[-1] is made[-1]


def test_outputs_may_be_several_and_none() -> None:
    x = Value(1.0)
    a, b = x * 2, x * 3
    assert {x, a, b} <= set(topological_order(a, b, a))
    assert topological_order() == []


# Against other programs. --------------------------------------------------------------------------------


@st.composite
def programs(draw: Any) -> list[tuple[str, int, int]]:
    """Random straight-line programs: each line applies an operation to earlier results."""
    names = ["add", "sub", "mul", "div", "max", "logistic", "exp", "log", "power", "tanh"]
    lines = draw(st.integers(1, 25))
    return [
        (draw(st.sampled_from(names)), draw(st.integers(0, 2 + k)), draw(st.integers(0, 2 + k)))
        for k in range(lines)
    ]


def run(program: list[tuple[str, int, int]], values: list[Any], library: dict[str, Any]) -> Any:
    """Run a program on three inputs; every operation is kept where it is smooth and moderate."""
    values = list(values)
    squash = library["logistic"]
    for name, i, j in program:
        x, y = values[i], values[j]
        values.append(
            {
                "add": lambda x, y: x + y,
                "sub": lambda x, y: x - y,
                "mul": lambda x, y: x * y,
                "div": lambda x, y: x / (1 + y * y),
                "max": library["max"],
                "logistic": lambda x, y: squash(x),
                "exp": lambda x, y: library["exp"](squash(x)),
                "log": lambda x, y: library["log"](1 + y * y),
                "power": lambda x, y: (1 + x * x) ** -1.5,
                "tanh": lambda x, y: 2 * squash(2 * x) - 1,
            }[name](x, y)
        )
    return values[-1]


TAPE = {"max": Value.maximum, "logistic": Value.logistic, "exp": Value.exp, "log": Value.log}
INPUTS = st.lists(st.floats(-2, 2), min_size=3, max_size=3)


def on_tape(program: list[tuple[str, int, int]], point: list[float]) -> tuple[float, list[float], Value]:
    inputs = [Value(x) for x in point]
    f = run(program, inputs, TAPE)
    f.backward()
    reached = set(topological_order(f))
    return f.data, [x.grad if x in reached else 0.0 for x in inputs], f


@settings(max_examples=150, deadline=None)
@given(programs(), INPUTS)
def test_pytorch_agrees(program: list[tuple[str, int, int]], point: list[float]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    try:
        value, gradient, f = on_tape(program, point)
    except ValueError:  # too large a number
        assume(False)
    # At a tie of a max gate the derivative does not exist, and the libraries choose differently.
    for v in topological_order(f):
        if v.operation == "max":
            assume(abs(v.inputs[0][0].data - v.inputs[1][0].data) > 1e-9 or v.inputs[0][0] is v.inputs[1][0])
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    library = {"max": torch.maximum, "logistic": torch.sigmoid, "exp": torch.exp, "log": torch.log}
    y = run(program, tensors, library)
    y.backward()
    theirs = [0.0 if x.grad is None else x.grad.item() for x in tensors]
    assert value == pytest.approx(y.item(), rel=1e-12, abs=1e-12)
    scale = max(map(abs, [*theirs, 1.0]))
    np.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=60, deadline=None)
@given(programs(), INPUTS)
def test_hips_autograd_agrees(program: list[tuple[str, int, int]], point: list[float]) -> None:
    autograd = pytest.importorskip("autograd", reason="HIPS autograd is not installed")
    anp = pytest.importorskip("autograd.numpy")
    assume(all(name != "max" for name, _, _ in program))
    try:
        _, gradient, _ = on_tape(program, point)
    except ValueError:
        assume(False)
    library = {"logistic": lambda x: 1 / (1 + anp.exp(-x)), "exp": anp.exp, "log": anp.log, "max": None}
    with np.errstate(all="ignore"):
        theirs = autograd.grad(lambda p: run(program, [p[0], p[1], p[2]], library) + 0 * p[0])(
            np.array(point, dtype=float)
        )
    scale = max(float(np.abs(theirs).max()), 1.0)
    np.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=60, deadline=None)
@given(programs(), INPUTS)
def test_the_complex_step_agrees(program: list[tuple[str, int, int]], point: list[float]) -> None:
    assume(all(name != "max" for name, _, _ in program))
    try:
        _, gradient, _ = on_tape(program, point)
    except ValueError:
        assume(False)
    library = {"logistic": lambda x: 1 / (1 + np.exp(-x)), "exp": np.exp, "log": np.log, "max": None}
    w = np.array(point)
    theirs = complex_step_gradient(lambda p: complex(run(program, list(p), library)), w)
    scale = max(float(np.abs(theirs).max()), 1.0)
    np.testing.assert_allclose(gradient, theirs, rtol=1e-8, atol=1e-10 * scale)


@pytest.mark.parametrize("seed", range(1000, 1010))
def test_the_layers_agree_to_the_last_digits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = Sequential(Dense(3, 4, rng, bias=normal(0.5)), Logistic(), Dense(4, 2, rng), Logistic())
    x, d = rng.uniform(-1, 1, (5, 3)), rng.uniform(0, 1, (5, 2))
    y, cache = net.forward(x)
    E, dy = sum_of_squares(y, d)
    _, grads = net.backward(dy, cache)

    params = {name: [Value(w) for w in array.flat] for name, array in net.params.items()}
    total = Value(0.0)
    for case, target in zip(x, d, strict=True):
        signal: list[Any] = list(case)
        for layer, n_in in (("0", 3), ("2", 4)):
            W, b = params[f"{layer}.W"], params[f"{layer}.b"]
            signal = [
                sum(
                    (w * s for w, s in zip(W[j * n_in : (j + 1) * n_in], signal, strict=True)), bias
                ).logistic()
                for j, bias in enumerate(b)
            ]
        for out, t in zip(signal, target, strict=True):
            total = total + 0.5 * (out - t) ** 2
    total.backward()
    assert total.data == pytest.approx(float(E), abs=1e-14)
    for name, array in grads.items():
        ours = np.array([v.grad for v in params[name]]).reshape(array.shape)
        np.testing.assert_allclose(ours, array, rtol=0, atol=1e-15)


def test_the_history_of_a_tape() -> None:
    f, _ = circuit_of_the_page()
    head, rows = history(f)
    assert head == ["", "made of", "value", "local", "F6", "F5", "F4", "F3"]
    assert rows == [
        ["v1", "x", "3", "", "0", "0", "0", "-1"],
        ["v2", "y", "-1", "", "0", "0", "2", "1"],
        ["v3", "z", "-2", "", "0", "0", "0", "0"],
        ["v4", "v1 + v2", "2", "1, 1", "0", "-1", "-1", ""],
        ["v5", "v2 max v3", "-1", "1, 0", "0", "2", "", ""],
        ["v6", "v4 × v5", "-2", "-1, 2", "1", "", "", ""],
    ]
    x = Value(3.0)
    head, rows = history((x * x).exp())
    assert head[4:] == ["F3", "F2", "F1"]
    assert [row[1] for row in rows] == ["", "v1 × v1", "exp v2"]
    assert rows[0][4:] == ["0", "0", f"{6 * math.exp(9):.4g}"]  # both wires of x · x have been added
    assert x.grad == 0.0  # and nothing has been written
    assert history(x) == (["", "made of", "value", "local", "F1"], [["v1", "", "3", "", "1"]])


# At the door. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Value("3"), TypeError, "Value expects a real number, got str"),  # type: ignore[arg-type]
        (lambda: Value(True), TypeError, "real number, got bool"),
        (lambda: Value(1j), TypeError, "real number, got complex"),  # type: ignore[arg-type]
        (lambda: Value(np.ones(2)), TypeError, "real number, got ndarray"),  # type: ignore[arg-type]
        (lambda: Value(math.nan), ValueError, "finite numbers, got nan"),
        (lambda: Value(math.inf), ValueError, "finite numbers, got inf"),
        (lambda: Value(1.0) + "x", TypeError, "real number, got str"),  # type: ignore[operator]
        (lambda: np.ones(2) * Value(1.0), TypeError, "real number, got ndarray"),
        (lambda: Value(1e200) * 1e200, ValueError, "the gate '×' expects finite numbers, got inf"),
        (lambda: Value(709.0).exp(), ValueError, "the gate 'exp' expects finite numbers, got inf"),
        (lambda: Value(1000.0).exp(), ValueError, "the gate 'exp' expects finite numbers, got inf"),
        (lambda: Value(0.0).log(), ValueError, "the gate 'log' expects a positive number, got 0.0"),
        (lambda: Value(-1.0).log(), ValueError, "positive number, got -1.0"),
        (lambda: Value(1.0) / 0, ValueError, "no finite derivative for 0.0 to the -1.0"),
        (lambda: Value(-1.0) ** 0.5, ValueError, "no finite derivative for -1.0 to the 0.5"),
        (lambda: Value(0.0) ** 0.5, ValueError, "no finite derivative for 0.0 to the 0.5"),
        (lambda: Value(2.0) ** Value(2.0), TypeError, "constant exponent, got Value"),  # type: ignore[arg-type]
        (lambda: gate("mine", 1.0, (Value(1.0), math.nan)), ValueError, "the gate 'mine' expects finite"),
    ],
)
def test_refusals(call: Callable[[], Value], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_signs_and_quotients_are_made_of_sums_products_and_powers() -> None:
    x, y = Value(3.0), Value(2.0)
    made = {"-x": -x, "x - y": x - y, "x / y": x / y}
    operations = {name: [v.operation for v in topological_order(f) if v.inputs] for name, f in made.items()}
    assert operations == {"-x": ["×"], "x - y": ["×", "+"], "x / y": ["^-1", "×"]}


def test_numpy_numbers_are_numbers() -> None:
    x = Value(np.float64(2.0))
    for f in (np.float64(3.0) * x, x * np.float32(3.0), np.int64(3) * x):
        assert isinstance(f, Value)
        f.backward()
        assert (f.data, x.grad) == (6.0, 3.0)
    assert isinstance(x.data, float)


def test_a_value_shows_itself() -> None:
    x = Value(2.0, "x")
    (x * 3).backward()
    assert repr(x) == "Value(2, x, grad=3)"
    assert repr(Value(0.5)) == "Value(0.5, grad=0)"


# The drawing. -------------------------------------------------------------------------------------------


def circuit_of_the_page() -> tuple[Value, list[Value]]:
    x, y, z = Value(3.0, "$x$"), Value(-1.0, "$y$"), Value(-2.0, "$z$")
    f = (x + y) * y.maximum(z)
    f.backward()
    return f, [x, y, z]


def test_gates_stand_to_the_right_of_their_inputs() -> None:
    f, (x, y, z) = circuit_of_the_page()
    place = layout(f)
    for value, (column, _) in place.items():
        assert all(place[u][0] < column for u, _ in value.inputs)
    assert len(set(place.values())) == len(place)
    assert [place[v][1] for v in (x, y, z)] == [0.0, -1.0, -2.0]
    assert [port for _, port in users(f)[y]] == [1, 0]


def test_a_circuit_writes_values_gradients_and_their_parts() -> None:
    f, _ = circuit_of_the_page()
    _, ax = plots.figure()
    plots.circuit(ax, f, name="$f$")
    words = [text.get_text().replace("−", "-") for text in ax.texts]
    # six values, six gradients, two parts at the fork, three names, three gates, and f
    expected = "3 -1 -2 2 -1 -2   -1 1 0 -1 2 1   -1 2   $x$ $y$ $z$   + max ×   $f$"
    assert sorted(words) == sorted(expected.split())


def test_constants_carry_no_numbers() -> None:
    x = Value(1.0, "$x$")
    f = 2 * x
    f.backward()
    _, ax = plots.figure()
    plots.circuit(ax, f)
    assert sorted(text.get_text() for text in ax.texts if text.get_text()) == sorted(
        ["$x$", "×", "2", "1", "2", "2", "1"]
    )


def test_numbers_stand_clear_of_the_gates_of_a_chain() -> None:
    x = Value(1.0, "$x$")
    opened = (1 + (-x).exp()) ** -1
    opened.backward()
    fig, ax = plots.figure(width=5.2, height=1.7)
    plots.circuit(ax, opened)
    fig.draw_without_rendering()
    boxes = [box for text in ax.texts if (box := text.get_bbox_patch()) is not None]
    numbers = [text for text in ax.texts if text.get_bbox_patch() is None and text.get_text()]
    assert len(numbers) == 10
    for number in numbers:
        extent = number.get_window_extent()
        assert not any(extent.overlaps(box.get_window_extent()) for box in boxes), number
