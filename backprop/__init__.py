"""Back-propagation in plain NumPy, written to be read: the program of the book of the same name."""

from .activations import (
    LeCunTanh,
    Logistic,
    ReLU,
    Softmax,
    Tanh,
    Threshold,
    logistic,
    softmax,
)
from .dense import Dense
from .gradcheck import (
    check_layer,
    check_network,
    complex_step_gradient,
    numerical_gradient,
    relative_error,
)
from .graph import Value
from .initializers import constant, lecun_normal, normal, uniform
from .layer import Layer, Parallel, Sequential
from .losses import (
    logistic_cross_entropy,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
)
from .neurons import Adaline, Perceptron, ThresholdUnit, widest_margin
from .optimizers import GradientDescent, Momentum
from .source import source
from .table import table
from .training import minibatches, train, train_minibatches

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
