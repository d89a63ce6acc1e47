"""Back-propagation in plain NumPy, written to be read: the program of the book of the same name."""

from typing import TYPE_CHECKING, Any

from .data import datasets as datasets
from .drawing.source import source
from .drawing.table import table
from .graph import Value
from .layers.activations import (
    LeCunTanh,
    Logistic,
    ReLU,
    Softmax,
    Tanh,
    Threshold,
    logistic,
    softmax,
)
from .layers.dense import Dense
from .layers.initializers import constant, lecun_normal, normal, uniform
from .layers.layer import Layer, Parallel, Sequential
from .layers.radial import RadialBasis
from .learning.gradcheck import (
    check_layer,
    check_network,
    complex_step_gradient,
    numerical_gradient,
    relative_error,
)
from .learning.losses import (
    logistic_cross_entropy,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
)
from .learning.optimizers import GradientDescent, Momentum
from .learning.training import minibatches, train, train_minibatches
from .neurons import Adaline, Perceptron, ThresholdUnit, widest_margin

if TYPE_CHECKING:
    from .drawing import plots as plots

__all__ = [
    "Adaline",
    "Dense",
    "GradientDescent",
    "Layer",
    "LeCunTanh",
    "Logistic",
    "Momentum",
    "Parallel",
    "Perceptron",
    "RadialBasis",
    "ReLU",
    "Sequential",
    "Softmax",
    "Tanh",
    "Threshold",
    "ThresholdUnit",
    "Value",
    "check_layer",
    "check_network",
    "complex_step_gradient",
    "constant",
    "lecun_normal",
    "logistic",
    "logistic_cross_entropy",
    "mean_over_cases",
    "minibatches",
    "normal",
    "numerical_gradient",
    "relative_error",
    "softmax",
    "softmax_cross_entropy",
    "source",
    "sum_of_squares",
    "table",
    "train",
    "train_minibatches",
    "uniform",
    "widest_margin",
]


def __getattr__(name: str) -> Any:
    if name == "plots":  # Matplotlib takes a second to import: only who draws waits for it
        from .drawing import plots

        return plots
    raise AttributeError(f"module 'backprop' has no attribute {name!r}")
