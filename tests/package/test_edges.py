"""Data, pictures and listings: the edge of the package."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop import Dense, Logistic, datasets, logistic, plots, source, table


def test_truth_tables() -> None:
    expected = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
    for name, answers in expected.items():
        X, t = datasets.truth_table(name)
        np.testing.assert_array_equal(X, [[0, 0], [0, 1], [1, 0], [1, 1]])
        np.testing.assert_array_equal(t, answers)
    with pytest.raises(ValueError, match="one of AND, OR, NAND, XOR, got 'IF'"):
        datasets.truth_table("IF")
    X[0, 0] = 9.0
    assert datasets.truth_table("AND")[0][0, 0] == 0.0


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("features", [1, 2, 5])
def test_separable_sets_are_separable_by_the_margin(seed: int, features: int) -> None:
    X, t = datasets.separable(40, np.random.default_rng(seed), features=features, margin=0.1)
    assert X.shape == (40, features)
    assert set(t) <= {-1, 1}
    # An independent judge: a linear programme that looks for a separator.
    linprog = pytest.importorskip("scipy.optimize").linprog
    A = -t[:, None] * np.column_stack([X, np.ones(40)])
    found = linprog(np.zeros(features + 1), A_ub=A, b_ub=-np.ones(40), bounds=(None, None))
    assert found.status == 0


def test_separable_points_fill_the_square_up_to_the_margin_on_the_side_of_their_sign() -> None:
    X, t = datasets.separable(3000, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    normal = rng.standard_normal(2)
    distance = X @ (normal / np.linalg.norm(normal)) + rng.uniform(-0.3, 0.3)
    np.testing.assert_array_equal(t, np.sign(distance))
    assert 0.1 <= np.abs(distance).min() < 0.102
    np.testing.assert_allclose([X.min(axis=0), X.max(axis=0)], [[-1, -1], [1, 1]], atol=0.01)
    assert np.abs(X.mean(axis=0)).max() < 0.1


@pytest.mark.parametrize(("n", "features", "margin"), [(1, 2, 0.1), (7, 1, 0.1), (7, 2, 0.0), (7, 2, 0.5)])
def test_separable_at_the_ends_of_what_it_allows(n: int, features: int, margin: float) -> None:
    X, t = datasets.separable(n, np.random.default_rng(2), features=features, margin=margin)
    assert X.shape == (n, features) and t.shape == (n,)


def test_two_gaussians_are_their_centres_and_noise_from_the_generator() -> None:
    X, t = datasets.two_gaussians(4, np.random.default_rng(3))
    assert t.tolist() == [1, 1, -1, -1]
    centres = [[0.4, 0.8], [0.4, 0.8], [-0.4, -0.8], [-0.4, -0.8]]
    np.testing.assert_allclose(X, centres + np.random.default_rng(3).normal(0, 0.19, (4, 2)))
    assert datasets.two_gaussians(2, np.random.default_rng(3))[1].tolist() == [1, -1]


def test_symmetric_vectors_of_few_bits() -> None:
    X, d = datasets.symmetry(2)
    np.testing.assert_array_equal(np.hstack([X, d]), [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]])
    assert datasets.symmetry(4)[1].sum() == 4


def test_the_grandparents_are_who_they_are() -> None:
    trees = datasets.family_trees()
    for person, relation, answer in (
        ("Arthur", "father", "Christopher"),
        ("Victoria", "mother", "Penelope"),
        ("James", "father", "Andrew"),
        ("Jennifer", "mother", "Christine"),
    ):
        assert trees.answers(trees.case(person, relation)) == (answer,)


def test_the_family_trees_cannot_be_rebound() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        datasets.family_trees().X = np.zeros(0)  # type: ignore[misc]


def test_two_gaussians_are_where_the_paper_puts_them() -> None:
    X, t = datasets.two_gaussians(20_000, np.random.default_rng(0))
    np.testing.assert_allclose(X[t == 1].mean(axis=0), [0.4, 0.8], atol=0.01)
    np.testing.assert_allclose(X[t == -1].mean(axis=0), [-0.4, -0.8], atol=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: datasets.separable(0, rng), "at least 1, got 0 and 2"),
        (lambda rng: datasets.separable(5, rng, features=0), "at least 1, got 5 and 0"),
        (lambda rng: datasets.separable(5, rng, margin=0.9), "between 0 and 0.5, got 0.9"),
        (lambda rng: datasets.separable(5, rng, margin=0.51), "between 0 and 0.5, got 0.51"),
        (lambda rng: datasets.separable(5, rng, margin=-0.1), "between 0 and 0.5, got -0.1"),
        (lambda rng: datasets.two_gaussians(5, rng), "an even n of at least 2, got 5"),
        (lambda rng: datasets.two_gaussians(0, rng), "an even n of at least 2, got 0"),
        (lambda rng: datasets.symmetry(3), "an even number of bits of at least 2, got 3"),
        (lambda rng: datasets.symmetry(0), "an even number of bits of at least 2, got 0"),
    ],
)
def test_impossible_data_are_refused(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))  # type: ignore[operator]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours "#rrggbb", 1 to 21 (Web Content Accessibility Guidelines 2.1)."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [plots.BLUE, plots.ORANGE, plots.GREEN, plots.PURPLE, plots.GREY])
def test_coloured_words_can_be_read_on_paper_and_in_the_dark(colour: str) -> None:
    fig, ax = plots.figure()
    ax.set_xlabel("$w_{21}$ = 0.5", color=colour)
    ax.plot([0, 1], [0, 1], color=colour)
    svg = fig._repr_svg_()
    style, drawn = svg[svg.index("<style>svg{") :].split("</style>", 1)
    name = re.search(r"fill: var\((--(?!ink|paper)\w+)\)", drawn)
    assert name, "the words have no colour of their own"
    assert f"stroke: {colour}" in drawn, "lines keep theirs"
    on_paper, in_the_dark = style.split("@media")
    for scheme in (on_paper, in_the_dark):
        found = dict(re.findall(r"(--\w+):(#\w{6})", scheme))
        assert contrast(found[name[1]], found["--paper"]) >= 4.5


def test_a_figure_is_one_adaptive_svg_and_the_same_twice() -> None:
    def draw() -> str:
        fig, (left, right) = plots.figure(ncols=2)
        X, t = datasets.truth_table("XOR")
        left.set(xlim=(-1, 2), ylim=(-1, 2))
        plots.points(left, X, t)
        plots.boundary(left, np.array([1.0, 1.0]), -1.5)
        plots.error_surface(right, lambda a, b: a * a + 2 * b * b, (-1, 1), (-1, 1), path=[[1, 1], [0, 0]])
        return str(fig._repr_svg_())

    svg = draw()
    assert svg == draw()
    ET.fromstring(svg[svg.index("<svg") :])
    assert "prefers-color-scheme:dark" in svg
    assert "var(--ink)" in svg and "var(--paper)" in svg
    assert plots.INK not in svg.split("</style>", 1)[1]
    assert not re.search(r'href="http|src="http', svg)


def test_boundary_is_the_line_and_keeps_the_axes() -> None:
    _, ax = plots.figure()
    ax.set(xlim=(-2, 2), ylim=(-1, 3))
    plots.boundary(ax, np.array([2.0, -1.0]), 0.5)
    (x0, x1), (y0, y1) = ax.lines[0].get_data()
    for x, y in ((x0, y0), (x1, y1)):
        assert 2 * x - y + 0.5 == pytest.approx(0.0, abs=1e-9)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 3))
    shaded = ax.patches[0].get_path()
    assert shaded.contains_point((1.9, -0.9)) and not shaded.contains_point((-1.9, 2.9))


def test_hinton_squares_have_area_in_proportion() -> None:
    _, ax = plots.figure()
    plots.hinton(ax, np.array([[4.0, -1.0], [0.0, 2.0]]))
    areas = [patch.get_width() * patch.get_height() for patch in ax.patches]
    np.testing.assert_allclose(np.array(areas) / areas[0], [1.0, 0.25, 0.0, 0.5])


def test_source_shows_the_code_that_runs_without_its_docstring() -> None:
    shown = source(Dense.backward)
    text = repr(shown)
    assert text.startswith("class Dense(Layer):\n    def backward(self, dy")
    assert '"""' not in text
    assert "dW = dy.mT @ x  # eq:dense-dW" in text
    assert shown._repr_markdown_() == f"```python\n{text}\n```"
    namespace: dict[str, object] = {"Layer": object, "Array": object}
    exec("from __future__ import annotations\n" + repr(source(Logistic)), namespace)
    assert "forward" in vars(namespace["Logistic"])  # type: ignore[arg-type]
    both = repr(source(Dense.forward, Dense.backward))
    assert both.count("class Dense") == 1 and "\n\n    def backward" in both
    assert repr(source(logistic, Dense.forward)).count("\n\n\nclass Dense(Layer):\n    def forward") == 1


class Sample:
    """A class."""

    def nothing(self) -> None:
        """Only words."""

    def one(self) -> int:
        """A sentence.

        And another.
        """

        # This stays.
        one = 1

        return one

    def two(self) -> int:
        """Two."""

        return 2

    class Inner(dict):
        def three(self) -> int:
            return 3


def test_source_takes_out_a_docstring_and_the_blank_lines_below_it() -> None:
    one = "    def one(self) -> int:\n        # This stays.\n        one = 1\n\n        return one"
    nothing = "    def nothing(self) -> None:\n        ..."
    assert repr(source(Sample.one)) == f"class Sample:\n{one}"
    two = "    def two(self) -> int:\n        return 2"
    inner = "    class Inner(dict):\n        def three(self) -> int:\n            return 3"
    assert repr(source(Sample)) == "\n\n".join([f"class Sample:\n{nothing}", one, two, inner])
    assert repr(source(Sample.nothing, Sample.two)) == f"class Sample:\n{nothing}\n\n{two}"
    three = "class Inner(dict):\n    def three(self) -> int:\n        return 3"
    assert repr(source(Sample.Inner.three)) == three
    assert repr(source(Sample.one, Sample.Inner.three)) == f"class Sample:\n{one}\n\n\n{three}"

    def local() -> int:
        return 4

    assert repr(source(local)) == "def local() -> int:\n    return 4"


def test_a_table_is_markdown_and_columns() -> None:
    shown = table(["rate", "a|b"], [[0.1, 1425], [0.05, "never"]], ["", ",d"])
    assert repr(shown) == "rate    a|b\n0.1   1,425\n0.05  never"
    assert shown._repr_markdown_() == ("| rate | a\\|b |\n| :--- | ---: |\n| 0.1 | 1,425 |\n| 0.05 | never |")
    with pytest.raises(ValueError, match="expects 2 columns as in its head, got 1"):
        table(["a", "b"], [[1]])
    with pytest.raises(ValueError, match="at least one row, got 1 and 0"):
        table(["a"], [])
    with pytest.raises(ValueError, match=r"expects 2 columns as in its head, got 3"):
        table(["a", "b"], [[1, 2]], ["", "", ""])


def test_digits_are_scikit_learns() -> None:
    bundled = pytest.importorskip("sklearn.datasets").load_digits()
    X, labels = datasets.digits()
    np.testing.assert_array_equal(X * 16, bundled.data)
    np.testing.assert_array_equal(labels, bundled.target)
    assert labels.dtype == int


def test_one_hot_and_split() -> None:
    np.testing.assert_array_equal(datasets.one_hot(np.array([1, 0]), 2), [[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="labels from 0 to 1, got 0 to 2"):
        datasets.one_hot(np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="labels from 0 to 1, got -1 to 1"):
        datasets.one_hot(np.array([1, -1]), 2)
    with pytest.raises(ValueError, match="integer dtype"):
        datasets.one_hot(np.array([0.5]), 2)
    with pytest.raises(ValueError, match=r"shape \(N,\)"):
        datasets.one_hot(np.array([[0]]), 2)
    np.testing.assert_array_equal(datasets.one_hot([1, 0], 2), [[0, 1], [1, 0]])  # type: ignore[arg-type]
    assert datasets.one_hot(np.zeros(0, dtype=int), 2).shape == (0, 2)
    X, labels = np.arange(10.0)[:, None], np.arange(10)
    parts = datasets.split(X, labels, 3, np.random.default_rng(0))
    assert [len(part) for part in parts] == [7, 7, 3, 3]
    np.testing.assert_array_equal(parts[0].ravel(), parts[1])
    assert sorted([*parts[1], *parts[3]]) == list(range(10))
    assert [len(part) for part in datasets.split(X, labels, 9, np.random.default_rng(0))] == [1, 1, 9, 9]
    assert [len(part) for part in datasets.split(X, labels, 1, np.random.default_rng(0))] == [9, 9, 1, 1]
    with pytest.raises(ValueError, match="a test set of 1 to 9 cases, got 0"):
        datasets.split(X, labels, 0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="a test set of 1 to 9 cases, got 10"):
        datasets.split(X, labels, 10, np.random.default_rng(0))
    with pytest.raises(ValueError, match="as many labels as inputs, got 9 and 10"):
        datasets.split(X, labels[1:], 3, np.random.default_rng(0))


def test_what_is_drawn_as_a_picture_leaves_the_rest_in_its_place() -> None:
    """Matplotlib's mixed renderer sets the figure's resolution back to what it found at first."""

    def words(rasterized: bool) -> list[str]:
        fig, (left, right) = plots.figure(ncols=2, width=4)
        left.pcolormesh(np.arange(12.0).reshape(3, 4), rasterized=rasterized)
        right.set(title="beside it", xlabel="below", xticks=[0, 1])
        return re.findall(r"<text [^>]*>", fig._repr_svg_())

    assert words(True) == words(False)
