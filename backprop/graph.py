"""Arithmetic that remembers: every number knows which operation made it, from what, and how steeply.

That record is a tape. Walked from its end it gives all derivatives at once: what goes down a wire is the
local gradient times what came from above, and where a number was used more than once, what comes back is
added up. Layers do the same with whole arrays; none of them needs this file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real


class Value:
    """A number on the tape: the leaf of a computation, or what a gate made of its inputs.

    `inputs` are the values that the gate took, each with its local gradient, the derivative of `data` with
    respect to it; a leaf has none. `grad` is the derivative of the output on which `backward` was last
    called. A tape belongs to the numbers it was recorded with: at another point, compute anew.

    >>> x, y = Value(3.0), Value(-1.0)
    >>> (x * y + x).backward()
    >>> x.grad, y.grad
    (0.0, 3.0)
    """

    __slots__ = ("data", "grad", "inputs", "name", "operation")
    data: float
    grad: float
    name: str
    operation: str
    inputs: tuple[tuple[Value, float], ...]
    __array_ufunc__ = None  # a NumPy number on the left leaves the operation to this class

    def __init__(
        self,
        data: float,
        name: str = "",
        *,
        operation: str = "",
        inputs: Sequence[tuple[Value, float]] = (),
    ) -> None:
        maker = f"the gate {operation!r}" if operation else "Value"
        if not isinstance(data, Real) or isinstance(data, bool):
            raise TypeError(f"{maker} expects a real number, got {type(data).__name__}")
        slopes = [local for _, local in inputs]
        if not all(map(math.isfinite, (data, *slopes))):
            raise ValueError(f"{maker} expects finite numbers, got {data} with local gradients {slopes}")
        self.data = float(data)
        self.name = name
        self.operation = operation
        self.inputs = tuple(inputs)
        self.grad = 0.0

    def __add__(self, other: Value | float) -> Value:
        x, y = self, _as_value(other)
        return gate("+", x.data + y.data, (x, 1.0), (y, 1.0))  # eq:graph-add

    def __mul__(self, other: Value | float) -> Value:
        x, y = self, _as_value(other)
        product = x.data * y.data
        return gate("×", product, (x, y.data), (y, x.data))  # eq:graph-multiply

    def maximum(self, other: Value | float) -> Value:
        """The larger of the two; a tie goes to the first."""
        x, y = self, _as_value(other)
        first = 1.0 if x.data >= y.data else 0.0
        larger = max(x.data, y.data)
        return gate("max", larger, (x, first), (y, 1 - first))  # eq:graph-maximum

    def logistic(self) -> Value:
        """The logistic function, 1 / (1 + e^(−x))."""
        e = math.exp(-abs(self.data))  # at most 1, so that nothing overflows
        y = 1 / (1 + e) if self.data >= 0 else e / (1 + e)
        return gate("σ", y, (self, y * (1 - y)))  # eq:graph-logistic

    def exp(self) -> Value:
        """The exponential function."""
        y = math.exp(self.data) if self.data < 709 else math.inf
        return gate("exp", y, (self, y))  # eq:graph-exp

    def log(self) -> Value:
        """The natural logarithm."""
        if self.data <= 0:
            raise ValueError(f"the gate 'log' expects a positive number, got {self.data}")
        return gate("log", math.log(self.data), (self, 1 / self.data))  # eq:graph-log

    def __pow__(self, power: float) -> Value:
        if not isinstance(power, Real):
            raise TypeError(f"the gate 'power' expects a constant exponent, got {type(power).__name__}")
        x, p = self.data, float(power)
        try:
            y, slope = math.pow(x, p), p * math.pow(x, p - 1)
        except (ValueError, OverflowError):
            raise ValueError(f"the gate 'power' has no finite derivative for {x} to the {p}") from None
        return gate(f"^{p:g}", y, (self, slope))  # eq:graph-power

    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -_as_value(other)

    def __truediv__(self, other: Value | float) -> Value:
        return self * _as_value(other) ** -1

    def __radd__(self, other: float) -> Value:
        return _as_value(other) + self

    def __rmul__(self, other: float) -> Value:
        return _as_value(other) * self

    def __rsub__(self, other: float) -> Value:
        return _as_value(other) - self

    def __rtruediv__(self, other: float) -> Value:
        return _as_value(other) / self

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}{', ' + self.name if self.name else ''}, grad={self.grad:.6g})"

    def backward(self) -> None:
        """Set `grad` of every value that this one was made from to its derivative, starting anew."""
        order = topological_order(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for x, local in value.inputs:
                x.grad += local * value.grad  # eq:graph-backward


def topological_order(*outputs: Value) -> list[Value]:
    """List everything that `outputs` were made from, each value after all of its inputs.

    A stack of our own takes the place of recursion, so the depth is limited by memory alone.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    stack = [(output, False) for output in outputs]
    while stack:
        value, inputs_listed = stack.pop()
        if inputs_listed:
            order.append(value)
        elif value not in seen:
            seen.add(value)
            stack.append((value, True))
            stack.extend((x, False) for x, _ in reversed(value.inputs))
    return order


def history(output: Value) -> tuple[list[str], list[list[str]]]:
    """Return a table's head and rows: everything that `output` was made from, and `backward` gate by gate.

    Inputs come first, then the gates in order, v1 to vN; each row says what its value was made of, the value
    and the local gradients. Column Fk holds what v1 to vk have received when the gates after vk are done:
    the derivatives of `output` as a function of these k values alone.
    """
    order = sorted(topological_order(output), key=lambda value: bool(value.inputs))
    name = {value: f"v{k}" for k, value in enumerate(order, start=1)}
    bar = dict.fromkeys(order, 0.0) | {output: 1.0}
    head, stages = [f"F{len(order)}"], [dict(bar)]
    for k, value in reversed(list(enumerate(order))):
        for x, local in value.inputs:
            bar[x] += local * bar[value]
        if value.inputs:
            head.append(f"F{k}")
            stages.append({x: bar[x] for x in order[:k]})
    rows = []
    for value in order:
        words = [name[x] for x, _ in value.inputs]
        made = f" {value.operation} ".join(["", *words] if len(words) == 1 else words).strip()
        locals_ = ", ".join(f"{local:.4g}" for _, local in value.inputs)
        received = [f"{stage[value]:.4g}" if value in stage else "" for stage in stages]
        leaf = value.name.replace("$", "")
        rows.append([name[value], made or leaf, f"{value.data:.4g}", locals_, *received])
    return ["", "made of", "value", "local", *head], rows


def gate(operation: str, data: float, *inputs: tuple[Value, float]) -> Value:
    """Return what a gate made: its output `data`, and each input with its local gradient."""
    return Value(data, operation=operation, inputs=inputs)


def _as_value(x: Value | float) -> Value:
    """Return `x` itself if it is a Value, else a constant leaf that holds it."""
    return x if isinstance(x, Value) else Value(x)
