"""Back-propagation in plain NumPy, written to be read: the program of the book of the same name."""

from typing import TYPE_CHECKING, Any

from .data import datasets as datasets
from .data.scaling import Standardize, Whiten
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
from .layers.convolution import Convolution
from .layers.dense import Dense
from .layers.dropout import Dropout, FixedMask
from .layers.exchange import torch_weights, with_torch_weights
from .layers.gates import chrono, gate_biases
from .layers.gru import GRU
from .layers.initializers import (
    constant,
    fan_in_normal,
    glorot_uniform,
    he_normal,
    lecun_normal,
    normal,
    orthogonal,
    uniform,
)
from .layers.layer import Layer, Parallel, Sequential
from .layers.lstm import LSTM
from .layers.normalization import BatchNorm, FixedNorm, LayerNorm
from .layers.peepholes import PeepholeLSTM
from .layers.pooling import GlobalMaxPooling, MaxPooling, MeanPooling
from .layers.radial import RadialBasis
from .layers.rectifiers import GELU, LeakyReLU, Softplus
from .layers.recurrent import Recurrent
from .layers.shapes import Flatten, Maps
from .layers.skip import Skip
from .layers.steps import EachStep, LastStep
from .learning.clipping import clip_by_norm, clip_by_value, gradient_norm
from .learning.curvature import hessian_vector, power_iteration
from .learning.gradcheck import (
    check_layer,
    check_network,
    complex_step_gradient,
    numerical_gradient,
    relative_error,
)
from .learning.hessian import (
    as_vector,
    diagonal_curvature,
    from_vector,
    gauss_newton,
    hessian,
    jacobian,
)
from .learning.losses import (
    each_step,
    logistic_cross_entropy,
    mean_over_cases,
    softmax_cross_entropy,
    sum_of_squares,
)
from .learning.newton import DiagonalLevenbergMarquardt, LevenbergMarquardt, newton_step
from .learning.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp
from .learning.rtrl import real_time_gradient
from .learning.training import minibatches, train, train_fresh, train_minibatches
from .neurons import Adaline, Perceptron, ThresholdUnit, widest_margin

if TYPE_CHECKING:
    from .drawing import plots as plots

__all__ = [
    "GELU",
    "GRU",
    "LSTM",
    "Adagrad",
    "Adaline",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Convolution",
    "Dense",
    "DiagonalLevenbergMarquardt",
    "Dropout",
    "EachStep",
    "FixedMask",
    "FixedNorm",
    "Flatten",
    "GlobalMaxPooling",
    "GradientDescent",
    "LastStep",
    "Layer",
    "LayerNorm",
    "LeCunTanh",
    "LeakyReLU",
    "LevenbergMarquardt",
    "Logistic",
    "Maps",
    "MaxPooling",
    "MeanPooling",
    "Momentum",
    "Nesterov",
    "Parallel",
    "PeepholeLSTM",
    "Perceptron",
    "RMSProp",
    "RadialBasis",
    "ReLU",
    "Recurrent",
    "Sequential",
    "Skip",
    "Softmax",
    "Softplus",
    "Standardize",
    "Tanh",
    "Threshold",
    "ThresholdUnit",
    "Value",
    "Whiten",
    "as_vector",
    "check_layer",
    "check_network",
    "chrono",
    "clip_by_norm",
    "clip_by_value",
    "complex_step_gradient",
    "constant",
    "diagonal_curvature",
    "each_step",
    "fan_in_normal",
    "from_vector",
    "gate_biases",
    "gauss_newton",
    "glorot_uniform",
    "gradient_norm",
    "he_normal",
    "hessian",
    "hessian_vector",
    "jacobian",
    "lecun_normal",
    "logistic",
    "logistic_cross_entropy",
    "mean_over_cases",
    "minibatches",
    "newton_step",
    "normal",
    "numerical_gradient",
    "orthogonal",
    "power_iteration",
    "real_time_gradient",
    "relative_error",
    "softmax",
    "softmax_cross_entropy",
    "source",
    "sum_of_squares",
    "table",
    "torch_weights",
    "train",
    "train_fresh",
    "train_minibatches",
    "uniform",
    "widest_margin",
    "with_torch_weights",
]


def __getattr__(name: str) -> Any:
    if name == "plots":  # Matplotlib takes a second to import: only who draws waits for it
        from .drawing import plots

        return plots
    raise AttributeError(f"module 'backprop' has no attribute {name!r}")
