"""Real-time recurrent learning: the gradient of a recurrent net in forward mode (Williams and Zipser 1989).

Back-propagation through time keeps what happened and comes back. Here nothing is kept but the derivative of
the present state by every weight, carried along from step to step; at each step the gradient grows by what
that step's error says. It needs no end of the sequence, and a matrix product of every state with all weights.
"""

from __future__ import annotations

import numpy as np

from ..layers.layer import Array
from ..layers.recurrent import Recurrent
from ..layers.unrolled import check_sequences


def real_time_gradient(layer: Recurrent, x: Array, dy: Array) -> tuple[dict[str, Array], int]:
    """Return the gradients of the layer from x (T, N, n_in) and dE/dh_t in dy (T, N, H), start 0.

    They are those of `layer.backward`, to rounding. The second result counts the numbers that have to be kept
    from step to step: N H states and N H derivatives for each of the H (n_in + 1 + H) weights, whatever T is.
    One net, no runs axis: other shapes raise ValueError.
    """
    if not isinstance(layer, Recurrent):
        raise TypeError(f"real_time_gradient expects a Recurrent layer, got {type(layer).__name__}")
    W, U, b = (layer.params[name] for name in ("W", "U", "b"))
    if W.ndim > 2:
        raise ValueError(f"real_time_gradient expects one net, got {len(W)} runs")
    check_sequences("real_time_gradient", x, W.shape[1], like=W)
    if dy.shape != (*x.shape[:2], len(U)):
        raise ValueError(f"real_time_gradient expects dy of shape {(*x.shape[:2], len(U))}, got {dy.shape}")
    H, weights = len(U), W.shape[1] + 1 + len(U)
    h = np.zeros((x.shape[1], H), x.dtype)
    p = np.zeros((len(h), H, H, weights), x.dtype)  # p[case, k, i, j] = ∂h_k / ∂(weight j into unit i)
    gradient = np.zeros((H, weights), x.dtype)
    unit = np.arange(H)
    for t in range(len(x)):
        seen = np.concatenate([x[t], np.ones_like(h[:, :1]), h], axis=1)  # what W, b and U multiply
        h = np.tanh(x[t] @ W.T + b + h @ U.T)
        p = (U @ p.reshape(len(h), H, -1)).reshape(p.shape)  # by way of all units of the step before
        p[:, unit, unit] += seen[:, None]  # and directly: weight j into unit i multiplies seen_j
        p *= (1 - h * h)[:, :, None, None]
        gradient += np.einsum("ck,ckij->ij", dy[t], p)
    dW, db, dU = np.split(gradient, [W.shape[1], W.shape[1] + 1], axis=1)
    return {"W": dW, "U": dU, "b": db[:, 0]}, h.size + p.size
