"""Display equations that no line of the package computes, each tried at random numbers by a small function.

A formula stands here as on its page. When the page's formula changes, the first test says that it is no longer the
one that is tried; when the function finds the two sides apart, the second does.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from contracts import Book
from facts import bare

Rng = np.random.Generator
TRIED: list[tuple[str, str, Callable[[Rng], None]]] = []


def formula(page: str, tex: str) -> Callable[[Callable[[Rng], None]], Callable[[Rng], None]]:
    """The function computes both sides of ``tex``, which stands on ``page``, and asserts that they are equal."""

    def note(function: Callable[[Rng], None]) -> Callable[[Rng], None]:
        TRIED.append((page, tex, function))
        return function

    return note


def close(a: object, b: object) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)  # type: ignore[arg-type]


def sigma(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def slope(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """The derivative of an analytic function, by the complex step."""
    return f(x + 1e-30j).imag / 1e-30


@formula(
    "notation", r"z_j &= \sum_i W_{ji}\, x_i + b_j, \\ z &= W x + b, \\ Z &= X W^\top + \mathbf{1}\, b^\top."
)
def batches(rng: Rng) -> None:
    W, b, X = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(5, 2))
    Z = X @ W.T + np.outer(np.ones(5), b)
    for x, z in zip(X, Z, strict=True):
        close(z, W @ x + b)
        close(z, [sum(W[j, i] * x[i] for i in range(2)) + b[j] for j in range(3)])


@formula("feedforward", r"\text{parameters} = \sum_{l=1}^{L} n_l\, (n_{l-1} + 1) .")
def parameters(rng: Rng) -> None:
    from backprop import Dense

    n = rng.integers(1, 6, size=4)
    layers = [Dense(int(a), int(b), rng) for a, b in itertools.pairwise(n)]
    counted = sum(array.size for layer in layers for array in layer.params.values())
    assert counted == sum(n[i] * (n[i - 1] + 1) for i in range(1, 4))


@formula("feedforward", r"f''(x) = -2 A S^2\, t\, (1 - t^2) ,")
def curvature_of_tanh(rng: Rng) -> None:
    A, S, x = *rng.uniform(0.5, 2, 2), rng.normal()
    t = np.tanh(S * x)
    close(slope(lambda x: A * S * (1 - np.tanh(S * x) ** 2), x), -2 * A * S**2 * t * (1 - t**2))


@formula("feedforward", r"y = g(m_1) + \sum_{k=1}^{q-1} \big( g(m_{k+1}) - g(m_k) \big) = g(m_q) .")
def telescope(rng: Rng) -> None:
    g = rng.normal(size=8)
    for q in range(1, 9):
        close(g[0] + sum(g[k] - g[k - 1] for k in range(1, q)), g[q - 1])


@formula("mathematics", r"f(1 + h) = 1 + 4h + 6h^2 + 4h^3 + h^4")
def fourth_power(rng: Rng) -> None:
    h = rng.normal()
    close((1 + h) ** 4, 1 + 4 * h + 6 * h**2 + 4 * h**3 + h**4)


@formula("mathematics", r"\nabla f \cdot u = \lVert \nabla f \rVert \cos\theta")
def direction(rng: Rng) -> None:
    gradient, u = rng.normal(size=(2, 2))
    u /= np.linalg.norm(u)
    theta = math.atan2(gradient[1], gradient[0]) - math.atan2(u[1], u[0])
    close(gradient @ u, np.linalg.norm(gradient) * math.cos(theta))


@formula(
    "mathematics", r"\frac{dy}{dx} = \sum_{k=1}^{K} \frac{\partial y}{\partial u_k} \cdot \frac{du_k}{dx}"
)
def several_paths(rng: Rng) -> None:
    a, c, x = rng.normal(size=3), rng.normal(size=3), np.array(rng.normal())

    def u(x: np.ndarray) -> np.ndarray:
        return np.sin(a * x)

    along = sum(c[k] * np.exp(c[k] * u(x)[k]) * a[k] * np.cos(a[k] * x) for k in range(3))
    close(slope(lambda x: np.exp(c * u(x)).sum(), x), along)


@formula("mathematics", r"Q^\top Q &= I , \qquad H = Q \Lambda Q^\top , \\ u &= Qz , \qquad z = Q^\top u")
def spectrum(rng: Rng) -> None:
    A, u = rng.normal(size=(3, 3)), rng.normal(size=3)
    H = A + A.T
    eigenvalues, Q = np.linalg.eigh(H)
    close(Q.T @ Q, np.eye(3))
    close(Q @ np.diag(eigenvalues) @ Q.T, H)
    close(Q @ (Q.T @ u), u)


@formula("mathematics", r"u^\top H u = \sum_j \lambda_j z_j^2")
def form(rng: Rng) -> None:
    A, u = rng.normal(size=(3, 3)), rng.normal(size=3)
    eigenvalues, Q = np.linalg.eigh(A + A.T)
    close(u @ (A + A.T) @ u, (eigenvalues * (Q.T @ u) ** 2).sum())


@formula("mathematics", r"E(v) &= \tfrac12 (v - v^*)^\top H\, (v - v^*) , \\ \nabla E(v) &= H\, (v - v^*)")
def bowl(rng: Rng) -> None:
    A, v, still = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
    H = A + A.T
    for i in range(3):
        step = 1j * 1e-30 * np.eye(3)[i]
        E = 0.5 * (v + step - still) @ H @ (v + step - still)
        close(E.imag / 1e-30, (H @ (v - still))[i])


@formula("mathematics", r"z_j \leftarrow (1 - \eta \lambda_j)\, z_j")
def contraction(rng: Rng) -> None:
    A, v, still, eta = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3), rng.uniform(0, 1)
    H = A + A.T
    eigenvalues, Q = np.linalg.eigh(H)
    after = v - eta * H @ (v - still)
    close(Q.T @ (after - still), (1 - eta * eigenvalues) * (Q.T @ (v - still)))


@formula(
    "mathematics",
    r"\operatorname{Var}[X + Y] ={} & {\operatorname{Var}[X]} + \operatorname{Var}[Y] \\ & + 2 \operatorname{Cov}[X, Y]",
)
def variance_of_a_sum(rng: Rng) -> None:
    X, Y = rng.normal(size=(2, 50))
    covariance = ((X - X.mean()) * (Y - Y.mean())).mean()
    close((X + Y).var(), X.var() + Y.var() + 2 * covariance)


@formula(
    "xor",
    r"&\sum_k w_{jk}\Big(\sum_i w_{ki} x_i + b_k\Big) + b_j \\ &\quad = \sum_i \Big(\sum_k w_{jk} w_{ki}\Big) x_i + \sum_k w_{jk} b_k + b_j",
)
def collapse_by_index(rng: Rng) -> None:
    above, below, x, b, b_j = (
        rng.normal(size=3),
        rng.normal(size=(3, 2)),
        rng.normal(size=2),
        rng.normal(size=3),
        rng.normal(),
    )
    left = sum(above[k] * (sum(below[k, i] * x[i] for i in range(2)) + b[k]) for k in range(3)) + b_j
    right = sum(sum(above[k] * below[k, i] for k in range(3)) * x[i] for i in range(2)) + above @ b + b_j
    close(left, right)


@formula("xor", r"&W_2\,(W_1 x + b_1) + b_2 \\ &\quad = (W_2 W_1)\,x + (W_2 b_1 + b_2)")
def collapse(rng: Rng) -> None:
    W1, W2, x, b1, b2 = (
        rng.normal(size=(3, 2)),
        rng.normal(size=(4, 3)),
        rng.normal(size=2),
        rng.normal(size=3),
        rng.normal(size=4),
    )
    close(W2 @ (W1 @ x + b1) + b2, (W2 @ W1) @ x + (W2 @ b1 + b2))


@formula("xor", r"y_{00} + y_{11} = y_{01} + y_{10}")
def additive(rng: Rng) -> None:
    w, b = rng.normal(size=2), rng.normal()
    y = {(p, q): w @ [p, q] + b for p in (0, 1) for q in (0, 1)}
    close(y[0, 0] + y[1, 1], y[0, 1] + y[1, 0])


@formula(
    "xor",
    r"h_k &= \Big[\textstyle\sum_i x_i - k + \frac{1}{2} \ge 0\Big] \\ y &= \Big[\textstyle\sum_{k=1}^{n} (-1)^{k+1} h_k - \frac{1}{2} \ge 0\Big]",
)
def parity_net(rng: Rng) -> None:
    n = int(rng.integers(2, 9))
    x = rng.integers(0, 2, n)
    h = [int(x.sum() - k + 0.5 >= 0) for k in range(1, n + 1)]
    y = int(sum((-1) ** (k + 1) * h[k - 1] for k in range(1, n + 1)) - 0.5 >= 0)
    assert y == x.sum() % 2


@formula(
    "xor",
    r"h_1 &= [\,x_1 + x_2 - 0.5 \ge 0\,] && \text{(OR)} \\ h_2 &= [\,-x_1 - x_2 + 1.5 \ge 0\,] && \text{(NAND)} \\ y &= [\,h_1 + h_2 - 1.5 \ge 0\,] && \text{(AND)}",
)
def wired(rng: Rng) -> None:
    for a in (0, 1):
        for b in (0, 1):
            h1, h2 = int(a + b - 0.5 >= 0), int(-a - b + 1.5 >= 0)
            assert (h1, h2) == (a | b, 1 - (a & b)) and int(h1 + h2 - 1.5 >= 0) == a ^ b


@formula(
    "xor",
    r"4 = \Big(\sum_c s_c r_c\Big)^2 \le \sum_c s_c^2 \sum_c r_c^2 = 4 \sum_c r_c^2 \\ \Longrightarrow\quad E = \tfrac{1}{2}\sum_c r_c^2 \ge \tfrac{1}{2}",
)
def least_error(rng: Rng) -> None:
    s, t = np.array([-1, 1, 1, -1]), np.array([0, 1, 1, 0])
    w, b = rng.normal(size=2), rng.normal()
    r = np.array([0, w[1], w[0], w.sum()]) + b - t
    close((s * r).sum() ** 2, 4)
    assert 0.5 * (r**2).sum() >= 0.5 - 1e-12


@formula(
    "symmetry",
    r"x &= b + \sum_{i=1}^{3} \bigl[ s_i (y_i + y_{7-i}) + a_i (y_i - y_{7-i}) \bigr] \\ s_i &= \frac{w_i + w_{7-i}}{2}, \qquad a_i = \frac{w_i - w_{7-i}}{2}",
)
def halves(rng: Rng) -> None:
    w, y, b = rng.normal(size=6), rng.integers(0, 2, 6), rng.normal()
    s, a = (w[:3] + w[:2:-1]) / 2, (w[:3] - w[:2:-1]) / 2
    close(w @ y + b, b + sum(s[i] * (y[i] + y[5 - i]) + a[i] * (y[i] - y[5 - i]) for i in range(3)))


@formula(
    "symmetry",
    r"\mu &= b + \tfrac12 \sum_{i=1}^{6} w_i = b + \sum_{i=1}^{3} s_i \\ x &= \mu + z, \qquad z = \sum_{i=1}^{3} ( s_i\,\tau_i + a_i\,\delta_i ) \\ \tau_i &= y_i + y_{7-i} - 1 \in \{-1, 0, 1\}",
)
def around_the_mean(rng: Rng) -> None:
    w, b, y = rng.normal(size=6), rng.normal(), rng.integers(0, 2, 6)
    s, a = (w[:3] + w[:2:-1]) / 2, (w[:3] - w[:2:-1]) / 2
    every = np.arange(64)[:, None] >> np.arange(6) & 1
    mu = (every @ w + b).mean()
    close(mu, b + w.sum() / 2)
    close(mu, b + s.sum())
    tau, delta = y[:3] + y[:2:-1] - 1, y[:3] - y[:2:-1]
    assert set(tau) <= {-1, 0, 1}
    close(w @ y + b, mu + (s * tau + a * delta).sum())


@formula(
    "symmetry",
    r"\langle z^2 \rangle_{\text{sym}} - \langle z^2 \rangle_{\text{all}} = \tfrac12 \sum_{i=1}^{3} ( s_i^2 - a_i^2 )",
)
def squares(rng: Rng) -> None:
    w = rng.normal(size=6)
    every = np.arange(64)[:, None] >> np.arange(6) & 1
    symmetric = (every == every[:, ::-1]).all(axis=1)
    z = every @ w - w.sum() / 2
    s, a = (w[:3] + w[:2:-1]) / 2, (w[:3] - w[:2:-1]) / 2
    close((z[symmetric] ** 2).mean() - (z**2).mean(), 0.5 * (s**2 - a**2).sum())


@formula(
    "symmetry",
    r"\sigma(\mu + z) &= \sigma(\mu) + \sigma'(\mu)\,z + \tfrac12\,\sigma''(\mu)\,z^2 + \cdots \\ \sigma''(\mu) &= \sigma'(\mu)\,\bigl(1 - 2\,\sigma(\mu)\bigr)",
)
def curvature_of_sigma(rng: Rng) -> None:
    mu = np.array(rng.normal())

    def first(x: np.ndarray) -> np.ndarray:
        return sigma(x) * (1 - sigma(x))

    second = first(mu) * (1 - 2 * sigma(mu))
    close(slope(first, mu), second)
    for z in (1e-3, -1e-3):
        left = sigma(mu + z) - (sigma(mu) + first(mu) * z + second * z**2 / 2)
        assert abs(left) < abs(z) ** 3


class Small:
    """A layer of three logistic units on two inputs, and what lies above it: E = Σ_j c_j y_j² at random c."""

    def __init__(self, rng: Rng) -> None:
        self.y_below, self.w, self.c = rng.normal(size=2), rng.normal(size=(3, 2)), rng.normal(size=3)

    def E(self, w: np.ndarray, y_below: np.ndarray) -> np.ndarray:
        return (self.c * sigma(w @ y_below) ** 2).sum()

    @property
    def y(self) -> np.ndarray:
        return sigma(self.w @ self.y_below)

    @property
    def dy(self) -> np.ndarray:
        return 2 * self.c * self.y

    @property
    def delta(self) -> np.ndarray:
        return self.dy * self.y * (1 - self.y)


@formula(
    "backpropagation", r"\frac{\partial E}{\partial x_j} = \frac{\partial E}{\partial y_j}\; y_j\,(1 - y_j)"
)
def through_the_sigmoid(rng: Rng) -> None:
    small = Small(rng)
    x = small.w @ small.y_below
    for j in range(3):
        step = 1e-30j * np.eye(3)[j]
        close(
            (small.c * sigma(x + step) ** 2).sum().imag / 1e-30, small.dy[j] * small.y[j] * (1 - small.y[j])
        )


@formula(
    "backpropagation",
    r"\frac{\partial E}{\partial w_{ji}} = \frac{\partial E}{\partial x_j} \cdot \frac{\partial x_j}{\partial w_{ji}} = \delta_j\, y_i",
)
def weights_of_a_unit(rng: Rng) -> None:
    small = Small(rng)
    for j in range(3):
        for i in range(2):
            step = np.zeros((3, 2), complex)
            step[j, i] = 1e-30j
            close(small.E(small.w + step, small.y_below).imag / 1e-30, small.delta[j] * small.y_below[i])


@formula("backpropagation", r"\frac{\partial E}{\partial y_i} = \sum_j \delta_j\, w_{ji}")
def below_a_layer(rng: Rng) -> None:
    small = Small(rng)
    for i in range(2):
        moved = small.y_below + 1e-30j * np.eye(2)[i]
        close(small.E(small.w, moved).imag / 1e-30, sum(small.delta[j] * small.w[j, i] for j in range(3)))


def momentum(g: np.ndarray, epsilon: float, alpha: float) -> list[float]:
    changes = [0.0]
    for each in g:
        changes.append(-epsilon * each + alpha * changes[-1])
    return changes[1:]


@formula("learning", r"\Delta w(t) = -\varepsilon \sum_{k=0}^{t-1} \alpha^k\, g(t - k)")
def momentum_unrolled(rng: Rng) -> None:
    g, epsilon, alpha = rng.normal(size=9), *rng.uniform(0.1, 0.9, 2)
    for t, change in enumerate(momentum(g, epsilon, alpha), start=1):
        close(change, -epsilon * sum(alpha**k * g[t - k - 1] for k in range(t)))


@formula(
    "learning",
    r"\Delta w(t) = -\varepsilon g\, \frac{1 - \alpha^t}{1 - \alpha} \;\longrightarrow\; -\frac{\varepsilon}{1 - \alpha}\, g",
)
def momentum_on_a_slope(rng: Rng) -> None:
    g, epsilon, alpha = rng.normal(), *rng.uniform(0.1, 0.9, 2)
    changes = momentum(np.full(2000, g), epsilon, alpha)
    for t in (1, 2, 7):
        close(changes[t - 1], -epsilon * g * (1 - alpha**t) / (1 - alpha))
    close(changes[-1], -epsilon / (1 - alpha) * g)


@formula(
    "learning",
    r"|\Delta w(t)| = \varepsilon |g|\, \frac{1 - (-\alpha)^t}{1 + \alpha} \;\longrightarrow\; \frac{\varepsilon}{1 + \alpha}\, |g|",
)
def momentum_in_a_zigzag(rng: Rng) -> None:
    g, epsilon, alpha = rng.normal(), *rng.uniform(0.1, 0.9, 2)
    changes = momentum(g * (-1.0) ** np.arange(2000), epsilon, alpha)
    for t in (1, 2, 7):
        close(abs(changes[t - 1]), epsilon * abs(g) * (1 - (-alpha) ** t) / (1 + alpha))
    close(abs(changes[-1]), epsilon / (1 + alpha) * abs(g))


@formula("learning", r"r^2 - (1 + \alpha - \varepsilon\lambda)\, r + \alpha = 0")
def momentum_on_a_bowl(rng: Rng) -> None:
    epsilon, alpha, curvature = rng.uniform(0.1, 0.9, 3)
    for r in np.roots([1, -(1 + alpha - epsilon * curvature), alpha]):
        w = r ** np.arange(4)  # w(t) = r^t obeys w(t+1) - w(t) = -ελ w(t) + α (w(t) - w(t-1))
        close(w[2] - w[1], -epsilon * curvature * w[1] + alpha * (w[1] - w[0]))


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum()


@formula("softmax", r"p_1 = \frac{1}{1 + e^{-(z_1 - z_2)}} ,")
def two_classes(rng: Rng) -> None:
    z = rng.normal(size=2)
    close(softmax(z)[0], sigma(z[0] - z[1]))


@formula(
    "softmax", r"\frac{\partial p_k}{\partial z_l} = \frac{0 \cdot S - e^{z_k} e^{z_l}}{S^2} = - p_k\, p_l ."
)
def another_class(rng: Rng) -> None:
    z = rng.normal(size=3)
    p, S = softmax(z), np.exp(z).sum()
    close(softmax(z + 1e-30j * np.eye(3)[1])[0].imag / 1e-30, -np.exp(z[0]) * np.exp(z[1]) / S**2)
    close(-np.exp(z[0]) * np.exp(z[1]) / S**2, -p[0] * p[1])


@formula(
    "softmax",
    r"\frac{\partial E}{\partial z_l} = \sum_k \frac{\partial E}{\partial p_k}\, p_k (\delta_{kl} - p_l) = p_l \frac{\partial E}{\partial p_l} - p_l \sum_k p_k \frac{\partial E}{\partial p_k} ,",
)
def back_through_softmax(rng: Rng) -> None:
    z, c = rng.normal(size=(2, 3))
    p = softmax(z)
    dE = c * np.cos(p)  # E = Σ_k c_k sin p_k
    for j in range(3):
        numerical = (c * np.sin(softmax(z + 1e-30j * np.eye(3)[j]))).sum().imag / 1e-30
        close(numerical, sum(dE[k] * p[k] * ((k == j) - p[j]) for k in range(3)))
        close(numerical, p[j] * dE[j] - p[j] * (p * dE).sum())


@formula(
    "softmax",
    r"\frac{\partial E}{\partial z_l} = p_l \left( -\frac{t_l}{p_l} + \sum_k p_k \frac{t_k}{p_k} \right) = -t_l + p_l \sum_k t_k .",
)
def back_through_both(rng: Rng) -> None:
    z, t = rng.normal(size=3), rng.dirichlet(np.ones(3))
    p = softmax(z)
    for j in range(3):
        numerical = -(t * np.log(softmax(z + 1e-30j * np.eye(3)[j]))).sum().imag / 1e-30
        close(numerical, p[j] * (-t[j] / p[j] + (p * t / p).sum()))
        close(numerical, -t[j] + p[j] * t.sum())


@formula(
    "softmax",
    r"J = \begin{pmatrix} 0.16 & -0.08 & -0.08 \\ -0.08 & 0.09 & -0.01 \\ -0.08 & -0.01 & 0.09 \end{pmatrix} .",
)
def jacobian_of_the_example(rng: Rng) -> None:
    p = np.array([0.8, 0.1, 0.1])
    J = np.array([[0.16, -0.08, -0.08], [-0.08, 0.09, -0.01], [-0.08, -0.01, 0.09]])
    close(np.diag(p) - np.outer(p, p), J)
    close(np.array([-1.25, 0, 0]) @ J, [-0.2, 0.1, 0.1])


@formula(
    "digits",
    r"\operatorname{Var}[g_B] &= \frac{1}{B^2} \left( B \sigma^2 - B (B - 1) \frac{\sigma^2}{N - 1} \right) \\[6pt] &= \frac{\sigma^2}{B} \cdot \frac{N - B}{N - 1} .",
)
def variance_of_a_batch(rng: Rng) -> None:
    N, B = 6, int(rng.integers(1, 7))
    g = rng.normal(size=N)
    means = [np.mean(batch) for batch in combinations(g, B)]  # every batch, each as likely
    variance = np.var(g)
    close(np.mean(means), g.mean())
    close(np.var(means), (B * variance - B * (B - 1) * variance / (N - 1)) / B**2)
    close(np.var(means), variance / B * (N - B) / (N - 1))


# normalization: the gradients by the complex step through the four steps, with ε, and for one unit.


def normalized(x: np.ndarray, epsilon: float) -> np.ndarray:
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + epsilon)


def through_the_batch(g: np.ndarray, x: np.ndarray, epsilon: float) -> np.ndarray:
    """∂(g · x̂)/∂x, one component at a time."""
    columns = np.eye(len(x))
    return np.array(
        [slope(lambda h, e=e: g @ normalized(x + h * e, epsilon), np.array(0.0)) for e in columns]
    )


@formula("normalization", r"\frac{h - 0.2 h}{2} - \frac{(-3)(-0.3 h)}{4} = 0.4 h - 0.225 h = 0.175 h ,")
def first_case_raised(rng: Rng) -> None:
    x = np.array([2.0, 4, 5, 6, 8])
    close(slope(lambda h: normalized(x + h * np.eye(5)[0], 0.0)[0], np.array(0.0)), 0.175)


@formula(
    "normalization",
    r"\frac{\partial E}{\partial \sigma^2} &= -\frac{1}{2 s^3} \sum_{c} g_c\, (x_c - \mu) , \\[4pt] "
    r"\frac{\partial E}{\partial \mu} &= -\frac1s \sum_c g_c - \frac{\partial E}{\partial \sigma^2} "
    r"\frac2B \sum_c (x_c - \mu) , \\[4pt] "
    r"\frac{\partial E}{\partial x_c} &= \frac{g_c}{s} + \frac{\partial E}{\partial \sigma^2} "
    r"\frac{2 (x_c - \mu)}{B} + \frac{\partial E}{\partial \mu} \frac1B",
)
def back_through_the_graph(rng: Rng) -> None:
    (g, x), epsilon = rng.normal(size=(2, 6)), rng.uniform(0.01, 1)
    away = x - x.mean()
    s = np.sqrt((away**2).mean() + epsilon)
    of_variance = -(g @ away) / (2 * s**3)
    of_mean = -g.sum() / s - of_variance * 2 / 6 * away.sum()
    close(g / s + of_variance * 2 * away / 6 + of_mean / 6, through_the_batch(g, x, epsilon))


@formula(
    "normalization",
    r"\frac{\partial E}{\partial x_{cj}} = \frac{\gamma_j}{s_j} \Bigl[ \frac{\partial E}{\partial y_{cj}} - "
    r"\frac1B \frac{\partial E}{\partial \beta_j} - \frac{\hat x_{cj}}{B} \frac{\partial E}{\partial \gamma_j} \Bigr]",
)
def back_in_three_terms(rng: Rng) -> None:
    (dy, x), epsilon, gamma = rng.normal(size=(2, 6)), rng.uniform(0.01, 1), rng.normal()
    x_hat, s = normalized(x, epsilon), np.sqrt(x.var() + epsilon)
    dbeta, dgamma = dy.sum(), (dy * x_hat).sum()
    close(gamma / s * (dy - dbeta / 6 - x_hat * dgamma / 6), through_the_batch(gamma * dy, x, epsilon))


@formula(
    "normalization",
    r"\frac{\partial E}{\partial x} &= \frac{\gamma}{s}\, P\, \frac{\partial E}{\partial y}, \\[4pt] "
    r"P &= I - \frac1B \mathbf 1 \mathbf 1^\top - \frac1B \hat x \hat x^\top",
)
def back_by_a_projection(rng: Rng) -> None:
    (dy, x), epsilon, gamma = rng.normal(size=(2, 6)), rng.uniform(0.01, 1), rng.normal()
    x_hat, s = normalized(x, epsilon), np.sqrt(x.var() + epsilon)
    P = np.eye(6) - np.ones((6, 6)) / 6 - np.outer(x_hat, x_hat) / 6
    close(gamma / s * P @ dy, through_the_batch(gamma * dy, x, epsilon))
    close(np.sort(np.linalg.eigvalsh(P)), [0, epsilon / s**2, 1, 1, 1, 1])


def unit_below(rng: Rng) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Weights, and the gradient of some E with respect to them through a normalization without ε."""
    u, t, w, b = rng.normal(size=(6, 4)), rng.normal(size=6), rng.normal(size=4), rng.normal()

    def gradient(w: np.ndarray) -> np.ndarray:
        def error(w: np.ndarray) -> np.ndarray:
            return np.asarray((np.tanh(normalized(u @ w + b, 0.0)) * t).sum())

        return np.array([slope(lambda h, e=e: error(w + h * e), np.array(0.0)) for e in np.eye(4)])

    return w, gradient


@formula(
    "normalization",
    r"\lVert w - \eta\, \nabla_w E \rVert^2 = \lVert w \rVert^2 + \eta^2\, \lVert \nabla_w E \rVert^2",
)
def weights_only_grow(rng: Rng) -> None:
    (w, gradient), eta = unit_below(rng), rng.uniform(0.1, 1)
    g = gradient(w)
    close(((w - eta * g) ** 2).sum(), (w**2).sum() + eta**2 * (g**2).sum())


@formula(
    "normalization",
    r"a w - \frac{\eta}{a}\, \nabla_w E = a \Bigl( w - \frac{\eta}{a^2}\, \nabla_w E \Bigr)",
)
def weights_are_a_rate(rng: Rng) -> None:
    (w, gradient), eta, a = unit_below(rng), rng.uniform(0.1, 1), rng.uniform(0.1, 10)
    close(gradient(a * w), gradient(w) / a)
    close(a * w - eta * gradient(a * w), a * (w - eta / a**2 * gradient(w)))


@formula(
    "adaptive",
    r"\begin{aligned} \bigl(w(t+1) - w^*\bigr)^2 ={} & \bigl(w(t) - w^*\bigr)^2 \\ & - 2\eta\, g(t)\bigl(w(t) - w^*\bigr) + \eta^2 g(t)^2 . \end{aligned}",
)
def distance_after_a_step(rng: Rng) -> None:
    w, goal, g, eta = rng.normal(size=4)
    close((w - eta * g - goal) ** 2, (w - goal) ** 2 - 2 * eta * g * (w - goal) + eta**2 * g**2)


@formula(
    "adaptive",
    r"\sum_{t=1}^{T} g(t)\bigl(w(t) - w^*\bigr) \le \frac{D^2}{2\eta} + \frac{\eta}{2} \sum_{t=1}^{T} g(t)^2",
)
def regret(rng: Rng) -> None:
    w, goal, eta = rng.normal(), rng.normal(), rng.uniform(0.1, 2)
    D, left, squares = abs(w - goal), 0.0, 0.0
    for g in rng.normal(size=30):
        left, squares = left + g * (w - goal), squares + g**2
        w -= eta * g
    assert left <= D**2 / (2 * eta) + eta / 2 * squares + 1e-12
    close(left, (D**2 - (w - goal) ** 2) / (2 * eta) + eta / 2 * squares)


@formula("adaptive", r"\eta = \frac{D}{\sqrt{\sum_{t} g(t)^2}}")
def rate_in_hindsight(rng: Rng) -> None:
    D, squares = rng.uniform(0.5, 2), (rng.normal(size=9) ** 2).sum()

    def bound(eta: np.ndarray) -> np.ndarray:
        return D**2 / (2 * eta) + eta / 2 * squares

    best = D / np.sqrt(squares)
    assert bound(best) <= bound(best * np.geomspace(0.1, 10, 50)).min()
    close(slope(bound, best + 0j), 0)


@formula(
    "adaptive",
    r"\begin{aligned} \frac{g(t)}{\sqrt{\sum_{k \le t} g(k)^2}} &= \frac{\lambda\, w(t)}{\sqrt{\sum_{k \le t} \lambda^2\, w(k)^2}} \\[4pt] &= \frac{w(t)}{\sqrt{\sum_{k \le t} w(k)^2}} \end{aligned}",
)
def curvature_cancels(rng: Rng) -> None:
    w, lam = rng.normal(size=8), rng.uniform(0.01, 100)
    close(lam * w[-1] / np.sqrt(((lam * w) ** 2).sum()), w[-1] / np.sqrt((w**2).sum()))


@formula("adaptive", r"v(t) = (1 - \beta_2) \sum_{k=1}^{t} \beta_2^{\,t-k}\, g(k)^2")
def unrolled_mean(rng: Rng) -> None:
    beta, v, g = rng.uniform(0.1, 0.99), 0.0, rng.normal(size=12)
    for each in g:
        v = beta * v + (1 - beta) * each**2
    close(v, (1 - beta) * sum(beta ** (12 - k) * g[k - 1] ** 2 for k in range(1, 13)))
    close((1 - beta) * sum(beta ** (12 - k) for k in range(1, 13)), 1 - beta**12)


@formula(
    "adaptive",
    r"\begin{aligned} & \frac{\eta}{\sqrt{\bar v}}\Bigl(-n\Bigl(1 - \frac{\delta n}{4}\Bigr) + n - 1\Bigr) \\ &\quad = \frac{\eta}{\sqrt{\bar v}}\Bigl(\frac{\delta n^2}{4} - 1\Bigr) \end{aligned}",
)
def drift_of_a_cycle(rng: Rng) -> None:
    n, delta = rng.integers(3, 200), rng.uniform(0, 0.01)
    close(-n * (1 - delta * n / 4) + n - 1, delta * n**2 / 4 - 1)


# inputs


def shifted_cloud(rng: Rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean, the covariance matrix and the Hessian (weights and bias) of a random cloud, C and H apart."""
    X = rng.normal(size=(9, 3)) @ rng.normal(size=(3, 3)) + rng.normal(size=3)
    A = np.column_stack([X, np.ones(9)])
    return X.mean(axis=0), np.cov(X.T, bias=True), A.T @ A / 9


@formula("inputs", r"H = \begin{pmatrix} 10 & 3 \\ 3 & 1 \end{pmatrix}")
def two_cases(rng: Rng) -> None:
    A = np.array([[2, 1], [4, 1]])
    close(A.T @ A / 2, [[10, 3], [3, 1]])


@formula(
    "inputs",
    r"H = \begin{pmatrix} C + \bar x \bar x^\top & \bar x \\ \bar x^\top & 1 \end{pmatrix}",
)
def bordered(rng: Rng) -> None:
    mean, C, H = shifted_cloud(rng)
    close(H, np.block([[C + np.outer(mean, mean), mean[:, None]], [mean[None], np.ones((1, 1))]]))


@formula(
    "inputs",
    r"H = S^\top \begin{pmatrix} C & 0 \\ 0 & 1 \end{pmatrix} S , \qquad S = \begin{pmatrix} I & 0 \\ \bar x^\top & 1 \end{pmatrix} , \qquad \det H = \det C",
)
def factored(rng: Rng) -> None:
    mean, C, H = shifted_cloud(rng)
    S, D = np.eye(4), np.eye(4)
    S[3, :3], D[:3, :3] = mean, C
    close(S.T @ D @ S, H)
    np.testing.assert_allclose(np.linalg.det(H), np.linalg.det(C), rtol=1e-8)


@formula(
    "inputs",
    r"\lambda_{\max} &\ge \frac{\bar x^\top C \bar x + (1 + \lVert\bar x\rVert^2)^2}{1 + \lVert\bar x\rVert^2} \ge 1 + \lVert\bar x\rVert^2 , \\[4pt] \lambda_{\min} &\le \frac{\bar x^\top C \bar x}{\lVert\bar x\rVert^2 (1 + \lVert\bar x\rVert^2)} = \frac{s^2}{1 + \lVert\bar x\rVert^2}",
)
def bounded(rng: Rng) -> None:
    mean, C, H = shifted_cloud(rng)
    lam, square = np.linalg.eigvalsh(H), mean @ mean
    for u, length in (
        (np.append(mean, 1), 1 + square),
        (np.append(mean, -square), square * (1 + square)),
    ):
        close(u @ u, length)
    up, down = np.append(mean, 1), np.append(mean, -square)
    close(up @ H @ up, mean @ C @ mean + (1 + square) ** 2)
    close(down @ H @ down, mean @ C @ mean)
    assert lam[-1] >= up @ H @ up / (1 + square) and lam[0] <= down @ H @ down / (down @ down)


@formula("inputs", r"\kappa \ge \frac{(1 + \lVert\bar x\rVert^2)^2}{s^2}")
def kappa_of_a_mean(rng: Rng) -> None:
    mean, C, H = shifted_cloud(rng)
    square = mean @ mean
    assert np.linalg.cond(H) >= (1 + square) ** 2 / (mean @ C @ mean / square)


@formula("inputs", r"\kappa \ge \frac{\max(\lambda_{\max}(C),\, 1)}{\min(\lambda_{\min}(C),\, 1)}")
def kappa_at_best(rng: Rng) -> None:
    _, C, H = shifted_cloud(rng)
    lam = np.linalg.eigvalsh(C)
    assert np.linalg.cond(H) >= max(lam[-1], 1) / min(lam[0], 1)


@formula("inputs", r"R\,(w + \eta\,(t_c - w \cdot x_c)\, x_c) = Rw + \eta\,(t_c - Rw \cdot Rx_c)\, R x_c")
def turned_step(rng: Rng) -> None:
    (w, x), (t, eta) = rng.normal(size=(2, 3)), rng.normal(size=2)
    R, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    close(R @ (w + eta * (t - w @ x) * x), R @ w + eta * (t - (R @ w) @ (R @ x)) * (R @ x))


@formula("stochastic", r"z_j(t + 1) = (1 - \eta\lambda_j)\, z_j(t) - \eta\, \xi_j(t)")
@formula("stochastic", r"V_j(t + 1) = (1 - \eta\lambda_j)^2\, V_j(t) + \eta^2 \sigma_j^2")
@formula("stochastic", r"\mathbb{E}[E] - E^* = \frac12 \sum_j \frac{\eta\,\sigma_j^2}{2 - \eta\lambda_j}")
def noise_on_a_bowl(rng: Rng) -> None:
    eta, lam, sigma = rng.uniform(0.1, 0.9), rng.uniform(0.2, 2, 3), rng.uniform(0.5, 2, 3)
    z, xi = rng.normal(size=(7, 3)), np.stack([sigma, -sigma])  # every z meets both noises
    stepped = z - eta * (lam * z + xi[:, None])
    close((stepped**2).mean(axis=(0, 1)), (1 - eta * lam) ** 2 * (z**2).mean(axis=0) + eta**2 * sigma**2)
    V = eta * sigma**2 / (lam * (2 - eta * lam))
    close(V, (1 - eta * lam) ** 2 * V + eta**2 * sigma**2)  # at rest
    close(
        (lam * V).sum() / 2, sum(eta * s**2 / (2 - eta * one) for one, s in zip(lam, sigma, strict=True)) / 2
    )


@formula(
    "stochastic",
    r"\mathbb{E}\lVert\Delta'\rVert^2 = \frac{\eta^2 \sigma^2 m}{B}"
    r" + \Bigl(1 - 2\eta + \eta^2\, \frac{B + m + 1}{B}\Bigr) \lVert\Delta\rVert^2",
)
@formula(
    "stochastic",
    r"\mathbb{E}[E] - E^* = \frac12 \cdot \frac{\eta\,\sigma^2 m}{2B - (B + m + 1)\,\eta}\,,"
    r" \qquad \eta < \frac{2B}{B + m + 1}",
)
def noise_of_cases(rng: Rng) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)  # exact for Gaussian moments up to the seventh
    weights = weights / weights.sum()
    B, m = (1, 3) if rng.random() < 0.5 else (2, 2)
    eta, sigma, off = rng.uniform(0.05, 0.3), rng.uniform(0.5, 2), rng.normal(size=m)
    mean = 0.0
    for places in itertools.product(range(4), repeat=B * m):
        x, weight = nodes[list(places)].reshape(B, m), weights[list(places)].prod()
        for signs in itertools.product([-1, 1], repeat=B):
            gradient = ((x @ off - sigma * np.array(signs)) @ x) / B
            mean += weight / 2**B * ((off - eta * gradient) ** 2).sum()
    bracket, added = 1 - 2 * eta + eta**2 * (B + m + 1) / B, eta**2 * sigma**2 * m / B
    close(mean, bracket * (off**2).sum() + added)
    rest = eta * sigma**2 * m / (2 * B - (B + m + 1) * eta)
    close(rest, bracket * rest + added)
    limit = 2 * B / (B + m + 1)
    close(1 - 2 * limit + limit**2 * (B + m + 1) / B, 1)


@formula(
    "stochastic",
    r"V_j \approx \frac{A_j}{t}\,, \qquad A_j = \frac{c^2 \sigma_j^2}{2c\lambda_j - 1}\,, \qquad 2c\lambda_j > 1",
)
def falling_noise(rng: Rng) -> None:
    lam, sigma, t = rng.uniform(0.2, 2), rng.uniform(0.5, 2), 1e5
    c = rng.uniform(0.6, 3) / lam
    A = c**2 * sigma**2 / (2 * c * lam - 1)
    after = (1 - c / t * lam) ** 2 * A / t + (c / t) ** 2 * sigma**2
    np.testing.assert_allclose(after, A / (t + 1), rtol=1e-8)  # up to 1/t³


@formula(
    "rates",
    r"\kappa = \frac{1 + h}{1 - h}, \qquad h = \frac{|H_{12}|}{\sqrt{H_{11} H_{22}}}",
)
def a_rate_for_each_of_two_weights(rng: Rng) -> None:
    A = rng.normal(size=(3, 2))
    H = A.T @ A
    low, high = np.linalg.eigvalsh(H / np.sqrt(np.outer(np.diag(H), np.diag(H))))
    coupling = abs(H[0, 1]) / math.sqrt(H[0, 0] * H[1, 1])
    close(high / low, (1 + coupling) / (1 - coupling))


@formula(
    "rates",
    r"& |r| \le \rho \text{ for both roots} \iff \\"
    r" & \alpha \le \rho^2 \quad\text{and}\quad |1 + \alpha - \eta\lambda| \le \rho + \frac{\alpha}{\rho}",
)
def roots_within_a_disc(rng: Rng) -> None:
    rho, alpha, product = rng.uniform(0.1, 1), rng.uniform(0, 1), rng.uniform(0, 4)
    roots = np.roots([1, -(1 + alpha - product), alpha])
    within = alpha <= rho**2 and abs(1 + alpha - product) <= rho + alpha / rho
    assert within == (abs(roots).max() <= rho)


@formula(
    "rates",
    r"\rho &= \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad \alpha = \rho^2, \\ "
    r"\eta &= \frac{(1 + \rho)^2}{\lambda_{\max}} = \Bigl(\frac{2}{\sqrt{\lambda_{\min}} + \sqrt{\lambda_{\max}}}\Bigr)^2",
)
def the_best_pair(rng: Rng) -> None:
    low, high = np.sort(rng.uniform(0.1, 10, 2))
    rho = (math.sqrt(high / low) - 1) / (math.sqrt(high / low) + 1)
    close((1 + rho) ** 2 / high, (2 / (math.sqrt(low) + math.sqrt(high))) ** 2)
    close((1 + rho) / (1 - rho) * (rho + rho**2) / (rho - rho**2), high / low)


@formula("rates", r"r^2 - (1 + \alpha)(1 - \eta\lambda)\, r + \alpha\,(1 - \eta\lambda) = 0")
def nesterov_on_a_parabola(rng: Rng) -> None:
    alpha, product = rng.uniform(0, 1), rng.uniform(0, 1)
    before, now = rng.normal(size=2)
    later = (1 - product) * (now + alpha * (now - before))
    close(later - (1 + alpha) * (1 - product) * now + alpha * (1 - product) * before, 0)


@formula(
    "radial-basis",
    r"""\frac{\partial y_{cj}}{\partial \nu_{ji}} &= \frac{y_{cj}}{\sigma_j^2}\,(x_{ci} - \nu_{ji}), \\[6pt]
\frac{\partial y_{cj}}{\partial x_{ci}} &= -\frac{y_{cj}}{\sigma_j^2}\,(x_{ci} - \nu_{ji}), \\[6pt]
\frac{\partial y_{cj}}{\partial \sigma_j} &= \frac{y_{cj}}{\sigma_j^3}\,r^2_{cj}""",
)
def bumps(rng: Rng) -> None:
    x, nu, other, width = rng.normal(), rng.normal(), rng.normal() ** 2, rng.uniform(0.5, 2)

    def y(x: np.ndarray, nu: np.ndarray, width: np.ndarray) -> np.ndarray:
        return np.exp(-((x - nu) ** 2 + other) / (2 * width**2))  # the other inputs' share does not move

    answer, r2 = y(x, nu, width), (x - nu) ** 2 + other
    close(slope(lambda z: y(x, z, width), nu), answer / width**2 * (x - nu))
    close(slope(lambda z: y(z, nu, width), x), -answer / width**2 * (x - nu))
    close(slope(lambda z: y(x, nu, z), width), answer / width**3 * r2)


@formula(
    "radial-basis",
    r"""\overline{y} &= p(\sigma)^n, \\
p(\sigma) &= \tfrac12\int_0^2 (2 - t)\, e^{-t^2/2\sigma^2}\, dt \\
&= \sigma\sqrt{\tfrac{\pi}{2}}\,\operatorname{erf}\frac{\sqrt2}{\sigma} - \frac{\sigma^2}{2}\bigl(1 - e^{-2/\sigma^2}\bigr)""",
)
def mean_response(rng: Rng) -> None:
    s = rng.uniform(0.3, 2)
    nodes, weights = np.polynomial.legendre.leggauss(60)
    t = nodes + 1
    closed = s * math.sqrt(math.pi / 2) * math.erf(math.sqrt(2) / s) - s**2 / 2 * (1 - math.exp(-2 / s**2))
    close((weights * (2 - t) * np.exp(-(t**2) / (2 * s**2))).sum() / 2, closed)
    u, v = np.meshgrid(nodes, nodes)  # two inputs: the mean over both components of both points
    one = np.outer(weights, weights) / 4 * np.exp(-((u - v) ** 2) / (2 * s**2))
    close((one[:, :, None] * one.sum(axis=1)).sum(), closed**2)


@formula("radial-basis", r"\frac{\sqrt{28 n/45}}{2n/3} = \sqrt{\frac{7}{5n}}")
def spread_of_distances(rng: Rng) -> None:
    n = int(rng.integers(1, 50))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    t2 = np.subtract.outer(nodes, nodes) ** 2
    mean, square = ((np.outer(weights, weights) / 4 * each).sum() for each in (t2, t2**2))
    close([mean, square - mean**2], [2 / 3, 28 / 45])
    close(math.sqrt(28 * n / 45) / (2 * n / 3), math.sqrt(7 / (5 * n)))


@formula(
    "radial-basis",
    r"e^{-r^2/2\sigma^2} \approx e^{-\overline{r^2}/2\sigma^2}\Bigl(1 - \frac{r^2 - \overline{r^2}}{2\sigma^2}\Bigr)",
)
def wide_units(rng: Rng) -> None:
    mean, s = rng.uniform(1, 3), rng.uniform(0.7, 2)
    for small in (1e-3, 1e-4):
        r2 = mean + small
        line = np.exp(-mean / (2 * s**2)) * (1 - (r2 - mean) / (2 * s**2))
        assert abs(np.exp(-r2 / (2 * s**2)) - line) < small**2


@formula(
    "starts",
    r"f'(x) &= AS\,(1 - t^2), \\ f''(x) &= -2AS^2\; t\,(1 - t^2), \\ f'''(x) &= -2AS^3\,(1 - t^2)(1 - 3t^2)",
)
def three_slopes_of_a_sigmoid(rng: Rng) -> None:
    A, S, x = rng.uniform(0.5, 2), rng.uniform(0.5, 2), rng.normal()
    f = [
        lambda x: A * np.tanh(S * x),
        lambda x: A * S * (1 - np.tanh(S * x) ** 2),
        lambda x: -2 * A * S**2 * np.tanh(S * x) * (1 - np.tanh(S * x) ** 2),
        lambda x: -2 * A * S**3 * (1 - np.tanh(S * x) ** 2) * (1 - 3 * np.tanh(S * x) ** 2),
    ]
    for before, after in itertools.pairwise(f):
        close(slope(before, x), after(x))


@formula(
    "starts",
    r"y &= \tanh x + a x, \\ \frac{\partial E}{\partial x} &= \frac{\partial E}{\partial y}\,(1 - \tanh^2 x + a)",
)
def a_twisted_unit(rng: Rng) -> None:
    a, x, dy = rng.uniform(0, 1), rng.normal(), rng.normal()
    close(slope(lambda x: dy * (np.tanh(x) + a * x), x), dy * (1 - np.tanh(x) ** 2 + a))


@formula("starts", r"\sum_{i=1}^{m} \sigma_w^2\, y_i^2 = m\,\sigma_w^2\, q")
def variance_of_a_total_input(rng: Rng) -> None:
    m, sigma, y = 4, rng.uniform(0.5, 2), rng.normal(size=4)
    totals = [
        sigma * np.dot(signs, y) for signs in itertools.product([1, -1], repeat=m)
    ]  # all equally likely
    close(np.var(totals), (sigma**2 * y**2).sum())
    close(np.var(totals), m * sigma**2 * (y**2).mean())


@formula("starts", r"\frac{2m}{m+n}\cdot\frac{2n}{m+n} = 1 - \Bigl(\frac{m - n}{m + n}\Bigr)^2 \le 1")
def what_a_compromise_costs(rng: Rng) -> None:
    m, n = rng.integers(1, 50, 2)
    product = 2 * m / (m + n) * 2 * n / (m + n)
    close(product, 1 - ((m - n) / (m + n)) ** 2)
    assert product <= 1


# -------------------------------------------------------------------------------------------------------------


@formula(
    "curvature",
    r"\Delta &= -\sum_j \frac{q_j^\top g}{\lambda_j}\, q_j, \\ g^\top \Delta &= -\sum_j \frac{(q_j^\top g)^2}{\lambda_j}",
)
def newton_in_eigenvectors(rng: Rng) -> None:
    A, g = rng.normal(size=(4, 4)), rng.normal(size=4)
    step = -np.linalg.solve(A + A.T, g)
    eigenvalues, q = np.linalg.eigh(A + A.T)
    close(step, -sum(q[:, j] @ g / eigenvalues[j] * q[:, j] for j in range(4)))
    close(g @ step, -sum((q[:, j] @ g) ** 2 / eigenvalues[j] for j in range(4)))


@formula("curvature", r"p' = \frac{4p^3}{(3p - 1)^2}")
def newton_on_the_chain(rng: Rng) -> None:
    a, b = rng.normal(size=2)
    H = np.array([[b * b, 2 * a * b - 1], [2 * a * b - 1, a * a]])
    new = np.array([a, b]) - np.linalg.solve(H, (a * b - 1) * np.array([b, a]))
    close(new.prod(), 4 * (a * b) ** 3 / (3 * a * b - 1) ** 2)


@formula(
    "curvature",
    r"\frac{\partial^2 E}{\partial x_i^2} = \sum_k \sum_l W_{ki} W_{li}\, \frac{\partial^2 E}{\partial z_k\, \partial z_l}",
)
def curvature_through_weights(rng: Rng) -> None:
    W, A = rng.normal(size=(3, 2)), rng.normal(size=(3, 3))
    second = W.T @ (A + A.T) @ W  # of ½ zᵀ(A + Aᵀ)z with z = Wx
    for i in range(2):
        close(second[i, i], sum(W[k, i] * W[m, i] * (A + A.T)[k, m] for k in range(3) for m in range(3)))


@formula(
    "curvature",
    r"M' = M + \Bigl(1 + \frac{\varphi^\top M \varphi}{s}\Bigr) \frac{\delta\delta^\top}{s} "
    r"- \frac{\delta\varphi^\top M + M\varphi\delta^\top}{s}, \qquad s = \delta^\top\varphi",
)
def bfgs_keeps_its_promise(rng: Rng) -> None:
    A, delta, phi = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)
    M, s = A @ A.T, delta @ phi
    new = M + (1 + phi @ M @ phi / s) * np.outer(delta, delta) / s
    new = new - (np.outer(delta, M @ phi) + np.outer(M @ phi, delta)) / s
    close(new @ phi, delta)
    close(new, new.T)


@formula("relu", r"\int_0^K \sigma(x - t)\, dt = \ln(1 + e^{x}) - \ln(1 + e^{x - K})")
def shifted_units(rng: Rng) -> None:
    x, K = rng.normal(0, 3, 5), rng.integers(1, 9)
    t, weight = np.polynomial.legendre.leggauss(80)
    integral = K / 2 * sigma(x[:, None] - K / 2 * (t + 1)) @ weight
    close(integral, np.log1p(np.exp(x)) - np.log1p(np.exp(x - K)))


@formula("relu", r"1 + \sum_{k=1}^{n} k = 1 + n + \frac{n(n - 1)}{2}")
def regions_of_lines(rng: Rng) -> None:
    n = int(rng.integers(1, 50))
    close(1 + sum(range(1, n + 1)), 1 + n + n * (n - 1) / 2)


def _masks(units: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """All masks of dropout (2**units, units), and the probability of each."""
    kept = np.array(list(itertools.product((0, 1), repeat=units)))
    return kept / (1 - p), np.prod(np.where(kept, 1 - p, p), axis=1)


@formula(
    "dropout",
    r"""\mathbb E[r] &= (1 - p) \cdot \frac{1}{1 - p} = 1 , \\[4pt]
\operatorname{Var}[r] &= (1 - p) \cdot \frac{1}{(1 - p)^2} - 1 = \frac{p}{1 - p} .""",
)
def moments_of_a_mask(rng: Rng) -> None:
    p = rng.uniform(0, 0.9)
    masks, chance = _masks(1, p)
    close(chance @ masks[:, 0], 1)
    close(chance @ masks[:, 0] ** 2 - 1, p / (1 - p))


@formula(
    "dropout",
    r"\mathbb E[z] = \sum_j w_j x_j + b , \qquad \operatorname{Var}[z] = \frac{p}{1 - p} \sum_j w_j^2 x_j^2",
)
def a_sum_above_masks(rng: Rng) -> None:
    p, w, x, b = rng.uniform(0, 0.9), rng.normal(size=4), rng.normal(size=4), rng.normal()
    masks, chance = _masks(4, p)
    z = masks @ (w * x) + b
    close(chance @ z, w @ x + b)
    close(chance @ (z - w @ x - b) ** 2, p / (1 - p) * (w**2 @ x**2))


def _answers(rng: Rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ln P of every mask (masks, 3), the masks' probabilities, and the total inputs of the mean net."""
    masks, chance = _masks(4, rng.uniform(0, 0.9))
    W, b, x = rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4)
    z = (masks * x) @ W.T + b
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True)), chance, W @ x + b


@formula(
    "dropout",
    r"""\mathbb E[\ln P_k(r)] = z_k - A , \qquad A = \mathbb E\Bigl[ \ln \sum_l e^{z_l(r)} \Bigr] .""",
)
def logarithms_above_masks(rng: Rng) -> None:
    logs, chance, z = _answers(rng)
    A = z - chance @ logs
    close(A, A[0])


@formula(
    "dropout",
    r"""\frac{G_k}{\sum_l G_l} = \frac{e^{z_k - A}}{\sum_l e^{z_l - A}} = \frac{e^{z_k}}{\sum_l e^{z_l}} = P_k ,""",
)
def the_geometric_mean_of_all_nets(rng: Rng) -> None:
    logs, chance, z = _answers(rng)
    G = np.exp(chance @ logs)
    close(G / G.sum(), np.exp(z) / np.exp(z).sum())


@formula("dropout", r"\ln P_k \ge \mathbb E[\ln P_k(r)]")
def the_mean_net_is_no_worse_than_its_parts(rng: Rng) -> None:
    logs, chance, z = _answers(rng)
    assert (z - np.log(np.exp(z).sum()) >= chance @ logs - 1e-12).all()


@formula(
    "dropout",
    r"""\mathbb E\Bigl[ \tfrac12 \sum_c \bigl( t_c - \textstyle\sum_i w_i r_{ci} x_{ci} \bigr)^2 \Bigr] &= \tfrac12 \sum_c (t_c - w \cdot x_c)^2 + \tfrac12 \sum_i \rho_i w_i^2 , \\[4pt]
\rho_i &= \frac{p}{1 - p} \sum_c x_{ci}^2""",
)
def a_penalty_by_masks(rng: Rng) -> None:
    p, w, X, t = rng.uniform(0, 0.9), rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=5)
    masks, chance = _masks(4, p)
    mean = sum(chance @ (t_c - (masks * x_c) @ w) ** 2 for x_c, t_c in zip(X, t, strict=True)) / 2
    rho = p / (1 - p) * (X**2).sum(axis=0)
    close(mean, ((t - X @ w) ** 2).sum() / 2 + rho @ w**2 / 2)


@formula("dropout", r"w = \bigl( X^\top X + \operatorname{diag}(\rho) \bigr)^{-1} X^\top t .")
def where_the_penalized_gradient_is_0(rng: Rng) -> None:
    X, t, rho = rng.normal(size=(7, 3)), rng.normal(size=7), rng.uniform(0.1, 2, 3)
    w = np.linalg.inv(X.T @ X + np.diag(rho)) @ X.T @ t
    close(X.T @ (X @ w - t) + rho * w, 0)


@formula("dropout", r"1 + \frac{p}{1 - p} \cdot \frac{\sum_j w_j^2\, \overline{x_j^2}}{\sigma^2} ,")
def variance_over_cases_and_masks(rng: Rng) -> None:
    p, w, X = rng.uniform(0, 0.9), rng.normal(size=4), rng.normal(size=(6, 4))
    masks, chance = _masks(4, p)
    z = np.stack([(masks * x) @ w for x in X])  # (cases, masks)
    mean = (z @ chance).mean()
    variance = (((z - mean) ** 2) @ chance).mean()
    sigma2 = (X @ w).var()
    close(variance / sigma2, 1 + p / (1 - p) * (w**2 @ (X**2).mean(axis=0)) / sigma2)


@formula(
    "depth",
    r"""\Bigl\langle W_l, \frac{\partial E}{\partial W_l} \Bigr\rangle &= \sum_c \delta_l^\top W_l\, y_{l-1} \\
&= \sum_c \delta_l^\top x_l = \sum_c \Bigl(\frac{\partial E}{\partial y_l}\Bigr)^{\!\top} y_l \\
&= \sum_c \delta_{l+1}^\top W_{l+1}\, y_l \\
&= \Bigl\langle W_{l+1}, \frac{\partial E}{\partial W_{l+1}} \Bigr\rangle""",
)
def rectifiers_have_one_inner_product(rng: Rng) -> None:
    y0, below, above = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)), rng.normal(size=(6, 4))
    x1 = y0 @ below.T
    y1 = np.maximum(x1, 0)
    x2 = y1 @ above.T
    d2 = rng.normal(size=x2.shape) * (x2 > 0)
    g1 = d2 @ above  # dE/dy of the lower layer
    d1 = g1 * (x1 > 0)
    for value in ((d1 * x1).sum(), (g1 * y1).sum(), (above * (d2.T @ y1)).sum()):
        close((below * (d1.T @ y0)).sum(), value)


@formula(
    "depth",
    r"""\frac{\partial E}{\partial y_k} &= (I + a J_{k+1}^\top) \cdots (I + a J_L^\top)\, \frac{\partial E}{\partial y_L} \\
&= \frac{\partial E}{\partial y_L} + a \sum_{l} J_l^\top \frac{\partial E}{\partial y_L} \\
&\quad + a^2 \sum_{l < l'} J_l^\top J_{l'}^\top \frac{\partial E}{\partial y_L} + \cdots""",
)
def skips_are_a_sum_over_paths(rng: Rng) -> None:
    a, (J1, J2, J3), top = rng.normal(), rng.normal(size=(3, 4, 4)), rng.normal(size=4)
    one = np.eye(4)
    whole = (one + a * J1.T) @ (one + a * J2.T) @ (one + a * J3.T) @ top
    singles = a * (J1.T + J2.T + J3.T) @ top
    pairs = a**2 * (J1.T @ J2.T + J1.T @ J3.T + J2.T @ J3.T) @ top
    close(whole, top + singles + pairs + a**3 * J1.T @ J2.T @ J3.T @ top)


@formula("depth", r"G_{l-1} = (1 + a^2 g^2 \chi_l)\, G_l")
def uncorrelated_parts_add_their_mean_squares(rng: Rng) -> None:
    n, a, g = 200, 0.8, 1.3
    above, slope = rng.normal(size=n), rng.uniform(size=n)
    W = rng.normal(0, g / np.sqrt(n), (40, n, n))
    back = above + a * (slope * above) @ W
    expected = (above**2).mean() + a**2 * g**2 * ((slope * above) ** 2).mean()
    assert abs((back**2).mean() / expected - 1) < 0.15


@formula(
    "long-term", r"J_t = \frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}\bigl(1 - h_t^2\bigr)\, U"
)
def a_step_of_time_has_its_jacobian(rng: Rng) -> None:
    U, a, before, v = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3), rng.normal(size=3)
    h = np.tanh(a + U @ before)
    moved = np.tanh(a + U @ (before + 1e-20j * v)).imag / 1e-20
    close(np.diag(1 - h**2) @ U @ v, moved)


@formula(
    "long-term",
    r"""\Bigl\lVert \frac{\partial E}{\partial h_{T-k}} \Bigr\rVert = \Bigl\lVert (U^\top)^k\, \frac{\partial E}{\partial h_T} \Bigr\rVert = \rho^k\, \Bigl\lVert \frac{\partial E}{\partial h_T} \Bigr\rVert""",
)
def orthogonal_matrices_leave_the_power_of_rho(rng: Rng) -> None:
    U, top = 1.3 * np.linalg.qr(rng.normal(size=(4, 4)))[0], rng.normal(size=4)
    close(np.linalg.norm(np.linalg.matrix_power(U.T, 7) @ top), 1.3**7 * np.linalg.norm(top))


@formula(
    "long-term",
    r"\varphi'(h_f) = 0: \quad h_f = \sqrt{1 - 1/w}, \qquad u^* = \varphi(h_f) = w h_f - \operatorname{artanh} h_f",
)
def the_fold_is_the_largest_push(rng: Rng) -> None:
    w = 1 + rng.uniform(0.1, 3)
    fold = math.sqrt(1 - 1 / w)
    near = fold + np.array([-1e-4, 1e-4])
    push = w * fold - math.atanh(fold)
    assert (w * near - np.arctanh(near) < push).all()
    close(w * (1 - fold**2), 1.0)


@formula(
    "long-term",
    r"\frac{\partial h_T}{\partial h_0} = \prod_{t=1}^{T} w \bigl(1 - h_t^2\bigr) \le r^T, \qquad r = w \bigl(1 - h_u^2\bigr) < w \bigl(1 - h_f^2\bigr) = 1",
)
def a_bit_that_is_safe_has_no_gradient(rng: Rng) -> None:
    w = 1 + rng.uniform(0.3, 3)
    fold = math.sqrt(1 - 1 / w)
    u = rng.uniform(0.1, 0.9) * (w * fold - math.atanh(fold))
    rest = 1.0
    for _ in range(3000):
        rest = math.tanh(w * rest - u)
    h, moved, product = rest, rest + 1e-20j, 1.0
    for push in rng.uniform(-u, u, 12):
        h, moved = math.tanh(w * h + push), np.tanh(w * moved + push)
        product *= w * (1 - h**2)
        assert h >= rest - 1e-12 > fold
    close(product, moved.imag / 1e-20)
    assert product <= (w * (1 - rest**2)) ** 12 * (1 + 1e-9) < 1


def correlation(w: np.ndarray, x: np.ndarray, b: float = 0.0, s: int = 1) -> np.ndarray:
    """One dimension, by its index form."""
    places = (len(x) - len(w)) // s + 1
    return np.array([b + sum(w[u] * x[i * s + u] for u in range(len(w))) for i in range(places)])


@formula("convolution", r"y_i = b + \sum_{u=0}^{k-1} w_u\, x_{i+u}")
def line(rng: Rng) -> None:
    w, x, b = rng.normal(size=3), rng.normal(size=7), rng.normal()
    close(correlation(w, x, b), np.correlate(x, w) + b)


@formula(
    "convolution",
    r"\frac{\partial E}{\partial w_u} = \sum_{i=0}^{H'-1} \delta_i\, x_{i+u} , \qquad \frac{\partial E}{\partial b} = \sum_{i=0}^{H'-1} \delta_i",
)
def line_weights(rng: Rng) -> None:
    w, x, delta = rng.normal(size=3), rng.normal(size=7), rng.normal(size=5)
    for u in range(3):
        close(
            delta @ (correlation(w + np.eye(3)[u], x) - correlation(w, x)),
            sum(delta[i] * x[i + u] for i in range(5)),
        )
    close(delta @ (correlation(w, x, 1.0) - correlation(w, x)), delta.sum())


@formula("convolution", r"\frac{\partial E}{\partial x_g} = \sum_{i} \delta_i\, w_{g-i}")
def line_inputs(rng: Rng) -> None:
    w, x, delta = rng.normal(size=3), rng.normal(size=7), rng.normal(size=5)
    for g in range(7):
        moved = delta @ (correlation(w, x + np.eye(7)[g]) - correlation(w, x))
        close(moved, sum(delta[i] * w[g - i] for i in range(5) if 0 <= g - i < 3))


@formula("convolution", r"\frac{\partial E}{\partial x_g} = \sum_{u=0}^{k-1} w_{k-1-u}\, \tilde\delta_{g+u}")
def flipped(rng: Rng) -> None:
    w, delta = rng.normal(size=3), rng.normal(size=5)
    padded = np.pad(delta, 2)
    for g in range(7):
        by_index = sum(delta[i] * w[g - i] for i in range(5) if 0 <= g - i < 3)
        close(by_index, sum(w[2 - u] * padded[g + u] for u in range(3)))


@formula(
    "convolution",
    r"T_{ig} = \begin{cases} w_{g-is} & 0 \le g - is \le k - 1 , \\ 0 & \text{otherwise} \end{cases}",
)
def toeplitz(rng: Rng) -> None:
    w, x = rng.normal(size=3), rng.normal(size=8)
    for s in (1, 2, 3):
        y = correlation(w, x, s=s)
        T = [[w[g - i * s] if 0 <= g - i * s <= 2 else 0.0 for g in range(8)] for i in range(len(y))]
        close(np.array(T) @ x, y)


@formula("convolution", r"H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1")
def places(rng: Rng) -> None:
    from backprop import Convolution

    H, p, k, s = (int(n) for n in rng.integers([6, 0, 1, 1], [12, 3, 6, 4]))
    y, _ = Convolution(1, 1, k, rng, stride=s, padding=p).forward(np.zeros((1, H, H, 1)))
    assert (
        y.shape[1] == sum(1 for i in range(0, H + 2 * p, s) if i + k <= H + 2 * p) == (H + 2 * p - k) // s + 1
    )


@formula(
    "convolution",
    r"\bigl( L(S_{sd}\, x) \bigr)_i = b + \sum_u w_u\, x_{is+u-sd} = b + \sum_u w_u\, x_{(i-d)s+u} = \bigl( L(x) \bigr)_{i-d}",
)
def equivariant(rng: Rng) -> None:
    w, x, b = rng.normal(size=3), np.pad(rng.normal(size=8), 12), rng.normal()
    for s, d in itertools.product((1, 2, 3), (1, 2)):
        moved = correlation(w, np.roll(x, s * d), b, s)
        close(moved[d:], correlation(w, x, b, s)[:-d])


@formula("convolution", r"r_l = r_{l-1} + (k_l - 1)\, s_1 s_2 \cdots s_{l-1} , \qquad r_0 = 1")
def receptive_field(rng: Rng) -> None:
    k, s = rng.integers(1, 4, size=3), rng.integers(1, 3, size=3)
    r, seen = 1, {0}
    for n in range(3):
        r += (k[n] - 1) * math.prod(s[:n].tolist())
    for n in (2, 1, 0):
        seen = {int(i * s[n] + u) for i in seen for u in range(k[n])}
    assert r == max(seen) - min(seen) + 1


@formula("convolution", r"P = k^2 C M + M , \qquad A = H'^2\, k^2 C M")
def counts(rng: Rng) -> None:
    from backprop import Convolution

    k, C, M = (int(n) for n in rng.integers(1, 4, size=3))
    layer = Convolution(C, M, k, rng)
    assert sum(array.size for array in layer.params.values()) == k**2 * C * M + M
    y, _ = layer.forward(np.zeros((1, 6, 6, C)))
    assert y.size * layer.params["W"][..., 0].size == y.shape[1] ** 2 * k**2 * C * M


@formula("iterative-nets", r"U = \pm R \qquad \text{or} \qquad U = \pm \Bigl( R - \tfrac23 J \Bigr) .")
def roots_of_the_shift(rng: Rng) -> None:
    R, J = np.roll(np.eye(3), rng.integers(1, 3), axis=0), np.ones((3, 3))
    for U in (R, -R, R - 2 / 3 * J, 2 / 3 * J - R):
        close(U @ U, R @ R)


@formula(
    "iterative-nets",
    r"\frac{\partial E}{\partial u_{ji}} = \sum_{t=1}^{T} \frac{\partial F}{\partial u^{(t)}_{ji}} = "
    r"\sum_{t=1}^{T} \delta_{j,t}\, h_{i,t-1} , \\ "
    r"\frac{\partial E}{\partial U} = \sum_{t=1}^{T} \delta_t\, h_{t-1}^\top .",
)
def copies_add(rng: Rng) -> None:
    from backprop import numerical_gradient

    U, b, d, start = rng.normal(size=(3, 3)), *rng.normal(size=(3, 3))

    def run(U: np.ndarray) -> list[np.ndarray]:
        h = [start]
        for _ in range(4):
            h.append(np.tanh(U @ h[-1] + b))
        return h

    h = run(U)
    gradient, dh = np.zeros((3, 3)), h[4] - d
    for t in range(4, 0, -1):
        delta = (1 - h[t] ** 2) * dh
        gradient += np.outer(delta, h[t - 1])
        dh = U.T @ delta
    numerical = numerical_gradient(lambda U: float(((run(U)[4] - d) ** 2).sum()) / 2, U)
    np.testing.assert_allclose(gradient, numerical, rtol=1e-5, atol=1e-7)


@formula(
    "through-time",
    r"\frac{\partial E}{\partial h_{t,j}} = e_{t,j} + \sum_i u_{ij}\, \delta_{t+1,i}",
)
def error_of_a_state_from_two_sides(rng: Rng) -> None:
    U, h, e, e_next, a = rng.normal(size=(3, 3)), *rng.normal(size=(4, 3))
    total = a + U @ h
    delta = (1 - np.tanh(total) ** 2) * e_next
    for j in range(3):
        move = np.zeros((1, 3))
        move[0, j] = 1

        def E(step: np.ndarray, move: np.ndarray = move) -> np.ndarray:
            moved = h + step[:, None] * move
            return moved @ e + np.tanh(a + moved @ U.T) @ e_next

        np.testing.assert_allclose(slope(E, np.zeros(1))[0], e[j] + U[:, j] @ delta, rtol=1e-6, atol=1e-8)


@formula(
    "through-time",
    r"\frac{\partial E}{\partial U} = \sum_{s=1}^{T} \sum_{j=0}^{s-1} \delta^{(s)}_{s-j}\, h_{s-j-1}^\top",
)
def gradient_sorted_by_lag(rng: Rng) -> None:
    from backprop import Recurrent

    layer = Recurrent(2, 3, rng)
    _, cache = layer.forward(rng.normal(size=(4, 1, 2)))
    e, h, U = rng.normal(size=(4, 1, 3)), cache.history["h"][..., 0], layer.params["U"]
    total = np.zeros_like(U)
    for s in range(1, 5):
        back = e[s - 1, 0]
        for j in range(s):
            delta = (1 - h[s - j] ** 2) * back
            total += np.outer(delta, h[s - j - 1])
            back = U.T @ delta
    close(layer.gradients(e, cache)["U"], total)


@formula(
    "through-time",
    r"\frac{\partial h_{t,l}}{\partial w_{ij}} = (1 - h_{t,l}^2) \Bigl( \sum_m u_{lm} \frac{\partial h_{t-1,m}}{\partial w_{ij}} + [l = i]\, z_{t,j} \Bigr)",
)
@formula(
    "through-time",
    r"P_t = \operatorname{diag}(1 - h_t \odot h_t)\, (U P_{t-1} + Z_t), \qquad P_0 = 0",
)
@formula("through-time", r"\frac{\partial E}{\partial w} = \sum_{t=1}^{T} P_t^\top e_t")
def forward_mode(rng: Rng) -> None:
    from backprop import Recurrent

    layer = Recurrent(2, 3, rng)
    x, e = rng.normal(size=(4, 1, 2)), rng.normal(size=(4, 1, 3))
    _, cache = layer.forward(x)
    h, U = cache.history["h"][..., 0], layer.params["U"]
    P, total = np.zeros((3, 18)), np.zeros(18)
    for t in range(1, 5):
        z, Z, by_index = np.concatenate([x[t - 1, 0], [1], h[t - 1]]), np.zeros((3, 18)), np.zeros((3, 18))
        for i, j in np.ndindex(3, 6):
            Z[i, 6 * i + j] = z[j]
            for k in range(3):
                before = sum(U[k, m] * P[m, 6 * i + j] for m in range(3))
                by_index[k, 6 * i + j] = (1 - h[t, k] ** 2) * (before + (k == i) * z[j])
        P = np.diag(1 - h[t] * h[t]) @ (U @ P + Z)
        close(P, by_index)
        total += P.T @ e[t - 1, 0]
    grads = layer.gradients(e, cache)
    joined = np.concatenate([grads["W"], grads["b"][:, None], grads["U"]], axis=1)
    close(joined.ravel(), total)


@formula(
    "gru",
    r"h_t = \sum_{q=1}^{t} w_{tq}\, n_q , \qquad w_{tq} = (1 - z_q)\, z_{q+1} z_{q+2} \cdots z_t , \qquad \sum_{q=1}^{t} w_{tq} = 1 - z_1 z_2 \cdots z_t",
)
def mixture(rng: Rng) -> None:
    z, n, h = rng.random(6), rng.normal(size=6), 0.0
    for gate, new in zip(z, n, strict=True):
        h = gate * h + (1 - gate) * new
    w = [(1 - z[q]) * z[q + 1 :].prod() for q in range(6)]
    close(h, w @ n)
    close(sum(w), 1 - z.prod())


@formula("gru", r"\sum_{k=0}^{\infty} k\, (1 - z)\, z^k = \frac{z}{1 - z} = e^b")
def mean_age(rng: Rng) -> None:
    b = rng.normal()
    z, k = sigma(np.array(b)), np.arange(5000)
    close((k * (1 - z) * z**k).sum(), z / (1 - z))
    close(z / (1 - z), np.exp(b))


@formula("sequences", r"P = kH(n + H + 1) + K(H + 1)")
def parameters_of_a_recurrent_net(rng: Rng) -> None:
    from backprop import GRU, LSTM, Dense, Recurrent

    n, H, K = (int(size) for size in rng.integers(1, 9, size=3))
    for cell, k in ((Recurrent, 1), (GRU, 3), (LSTM, 4)):
        arrays = [*cell(n, H, rng).params.values(), *Dense(H, K, rng).params.values()]
        assert sum(array.size for array in arrays) == k * H * (n + H + 1) + K * (H + 1)


@formula("sequences", r"H = \frac{-B + \sqrt{B^2 + 4k(P - K)}}{2k}")
def units_of_a_recurrent_net(rng: Rng) -> None:
    n, H, K, k = (int(size) for size in rng.integers(1, 9, size=4))
    P, B = k * H * (n + H + 1) + K * (H + 1), k * (n + 1) + K
    close((-B + np.sqrt(B**2 + 4 * k * (P - K))) / (2 * k), H)


@formula(
    "sequences",
    r"\frac{\partial E}{\partial h_t} = a_t \frac{\partial E}{\partial y}"
    r" + a_t \Bigl( (h_t - y) \cdot \frac{\partial E}{\partial y} \Bigr)\, q",
)
def gradient_through_attention(rng: Rng) -> None:
    h, q, v = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)

    def mean(h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a = np.exp(h @ q) / np.exp(h @ q).sum()
        return a, a @ h

    a, y = mean(h)
    back = a[:, None] * v + (a * ((h - y) @ v))[:, None] * q
    for place in np.ndindex(*h.shape):
        bent = h.astype(complex)
        bent[place] += 1e-30j
        close(back[place], (mean(bent)[1] @ v).imag / 1e-30)


@formula(
    "sequences", r"s_t = q \cdot h_t, \qquad a_t = \frac{e^{s_t}}{\sum_u e^{s_u}}, \qquad y = \sum_t a_t h_t"
)
def attention_is_a_mean(rng: Rng) -> None:
    h = np.repeat(rng.normal(size=(1, 3)), 6, axis=0)
    s = h @ rng.normal(size=3)
    close((np.exp(s) / np.exp(s).sum()) @ h, h[0])


@formula(
    "lstm",
    r"\overline{E} = \tfrac12 \left[ (w - 1)^2 + (T - 1)\, w^2 \right], \qquad \frac{d\overline{E}}{dw} = "
    r"\underbrace{(w - 1)}_{\text{step } 1} + \underbrace{(T - 1)\, w}_{\text{all later steps}}",
)
def two_wishes_for_one_weight(rng: Rng) -> None:
    T, w = 7, rng.normal()
    signs = np.array(list(itertools.product((-1, 1), repeat=T)))  # mean 0, variance 1, independent
    off = w * signs.sum(axis=1) - signs[:, 0]
    close((off**2).mean() / 2, ((w - 1) ** 2 + (T - 1) * w**2) / 2)
    close((off * signs[:, 0]).mean(), w - 1)
    close((off[:, None] * signs[:, 1:]).mean(axis=0).sum(), (T - 1) * w)


@formula("lstm", r"\prod_{s=t-k+1}^{t} f_s")
def along_the_carousel(rng: Rng) -> None:
    f, added, c = rng.uniform(size=6), rng.normal(size=6), 1e-30j + 1.0
    for gate, new in zip(f, added, strict=True):
        c = gate * c + new
    close(c.imag / 1e-30, np.prod(f))


@pytest.mark.parametrize(("page", "tex", "function"), TRIED, ids=[each[2].__name__ for each in TRIED])
def test_the_formula_that_is_tried_stands_on_its_page(
    page: str, tex: str, function: Callable[[Rng], None], real_book: Book
) -> None:
    for language in ("ko", "en"):
        stands = [inner(block.source) for block in real_book.pages[language][page].equations]
        assert inner(tex) in stands, (
            f"book/{language}/{page}.md has no display equation {tex}: mend it, or this test"
        )


def inner(tex: str) -> str:
    """A formula without its spacing, the environment around it and the places where its lines end.

    Inside a matrix or cases the ends of rows and cells are part of what it says, and stay.
    """
    for name in ("aligned", "gathered"):
        tex = tex.replace(rf"\begin{{{name}}}", "").replace(rf"\end{{{name}}}", "")
    inside = re.split(r"(\\begin\{.*?\\end\{\w+\})", tex, flags=re.S)
    layout = r"\\\\(?:\[[^\]]*\])?|&|\\phantom\{\{\}=\{\}\}|(?<!_)(?<!\^)\{\}"
    return bare("".join(each if at % 2 else re.sub(layout, " ", each) for at, each in enumerate(inside)))


@pytest.mark.parametrize("function", [each[2] for each in TRIED], ids=[each[2].__name__ for each in TRIED])
def test_both_sides_are_equal_at_random_numbers(function: Callable[[Rng], None]) -> None:
    for seed in range(20):
        function(np.random.default_rng(seed))
