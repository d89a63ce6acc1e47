"""Images made larger, smaller, moved and distorted, against SciPy, PyTorch and maps done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from backprop.data.datasets import digits
from backprop.data.images import affine, distort, resize

RNG = np.random.default_rng(20)


def square(X: np.ndarray) -> np.ndarray:
    side = round(X.shape[-1] ** 0.5)
    return X.reshape(*X.shape[:-1], side, side)


@pytest.mark.parametrize("old, new", [(8, 16), (28, 16), (16, 16), (5, 8), (9, 4), (3, 1), (1, 3)])
def test_resize_is_pytorchs_bilinear_with_antialias(old: int, new: int) -> None:
    torch = pytest.importorskip("torch")
    X = RNG.normal(size=(4, old * old))
    theirs = torch.nn.functional.interpolate(
        torch.tensor(square(X))[:, None], size=(new, new), mode="bilinear", antialias=True
    )
    np.testing.assert_allclose(square(resize(X, new)), theirs[:, 0].numpy(), atol=1e-12)


def test_resize_keeps_a_flat_image_and_the_dtype() -> None:
    for dtype in (np.float32, np.float64):
        found = resize(np.full((2, 3, 64), 0.3, dtype), 16)
        assert found.dtype == dtype and found.shape == (2, 3, 256)
        np.testing.assert_allclose(found, 0.3, rtol=1e-6)


def test_resize_larger_then_back_is_close() -> None:
    X = digits()[0][:50]
    assert abs(resize(resize(X, 16), 8) - X).max() < 0.6
    np.testing.assert_array_equal(resize(X, 8), X)


@pytest.mark.parametrize("side", [1, 2, 7, 16])
def test_affine_is_scipys_with_a_background_beyond_the_edge(side: int) -> None:
    ndimage = pytest.importorskip("scipy.ndimage")
    X = RNG.normal(size=(6, side * side))
    A = np.eye(2) + RNG.normal(0, 0.3, (6, 2, 2))
    moves = RNG.uniform(-3, 3, (6, 2))
    centre = np.full(2, (side - 1) / 2)
    found = square(affine(X, A, moves, background=-1.0))
    for image, matrix, move, ours in zip(square(X), A, moves, found, strict=True):
        offset = centre - matrix @ (centre + move)
        theirs = ndimage.affine_transform(
            image, matrix, offset, order=1, mode="grid-constant", cval=-1.0, prefilter=False
        )
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_whole_shifts_move_the_pixels() -> None:
    X = RNG.normal(size=(3, 25))
    moved = square(affine(X, np.eye(2), (1, -2), background=7.0))
    np.testing.assert_allclose(moved[:, 1:, :3], square(X)[:, :-1, 2:])
    assert (moved[:, 0] == 7).all() and (moved[:, :, 3:] == 7).all()
    np.testing.assert_allclose(affine(X, np.eye(2)), X)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    X = np.array([[1.0, 3.0, 5.0, 9.0]])
    np.testing.assert_allclose(affine(X, np.eye(2), (0, 0.5)), [[0.5, 2.0, 2.5, 7.0]])
    np.testing.assert_allclose(affine(X, np.eye(2), (0.5, 0)), [[0.5, 1.5, 3.0, 6.0]])


def test_a_quarter_turn_and_a_map_for_each_image() -> None:
    X = RNG.normal(size=(2, 9))
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    both = square(affine(X, np.stack([np.eye(2), turn])))
    np.testing.assert_allclose(both[0], square(X)[0], atol=1e-12)
    # the new pixel (row −1, column 0) looks at (0, −1)
    np.testing.assert_allclose(both[1], np.rot90(square(X)[1], -1), atol=1e-12)


def test_distort_draws_one_map_for_each_image_within_its_limits() -> None:
    x = np.zeros(441)
    x[10 * 21 + 10] = 1.0  # the centre
    X = np.tile(x, (400, 1))
    alone = {"angle": 0.0, "scale": 0.0, "shear": 0.0, "shift": 0.0}
    np.testing.assert_allclose(distort(X, np.random.default_rng(0), **alone), X, atol=1e-12)
    moved = square(distort(X, np.random.default_rng(0), **(alone | {"shift": 3.0})))
    axis = np.arange(21) - 10
    where = np.stack([(moved.sum(axis=2) * axis).sum(axis=1), (moved.sum(axis=1) * axis).sum(axis=1)])
    assert abs(where).max() <= 3 + 1e-9 and where.max() > 2.9 and where.min() < -2.9
    assert abs(where.mean()) < 0.2 and len(np.unique(where)) == 800
    # turns, sizes and slants leave the centre where it is
    np.testing.assert_allclose(distort(X, np.random.default_rng(0), shift=0.0)[:, 220], 1, atol=1e-12)


@pytest.mark.parametrize("kind, limit", [("angle", 20.0), ("scale", 0.3), ("shear", 0.4)])
def test_what_each_limit_does_to_an_ellipse(kind: str, limit: float) -> None:
    axis = np.arange(41) - 20
    blob = np.exp(-(axis[:, None] ** 2 / (2 * 6.0**2) + axis**2 / (2 * 3.0**2))).ravel()
    only = {"angle": 0.0, "scale": 0.0, "shear": 0.0, "shift": 0.0} | {kind: limit}
    images = square(distort(np.tile(blob, (600, 1)), np.random.default_rng(3), **only))
    mass = images.sum(axis=(1, 2))
    rows = (images.sum(axis=2) * axis**2).sum(axis=1) / mass
    columns = (images.sum(axis=1) * axis**2).sum(axis=1) / mass
    mixed = np.einsum("nij,i,j->n", images, axis, axis) / mass
    if kind == "angle":
        turned = np.rad2deg(0.5 * np.arctan2(2 * mixed, rows - columns))
        assert abs(abs(turned).max() - 20) < 0.5 and abs(turned.mean()) < 1.5
    elif kind == "scale":
        for spread, sigma in ((rows, 6.0), (columns, 3.0)):
            size = np.sqrt(spread) / sigma
            assert abs(size.min() - 0.7) < 0.04 and abs(size.max() - 1.3) < 0.06
        assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.15  # height and width of their own
    else:
        slant = mixed / rows
        assert abs(abs(slant).max() - 0.4) < 0.02 and abs(slant.mean()) < 0.03


def test_distort_fills_with_the_background_and_keeps_shape_and_dtype() -> None:
    X = np.full((2, 5, 64), -1, np.float32)
    found = distort(X, np.random.default_rng(1), background=-1.0)
    assert found.dtype == np.float32 and found.shape == X.shape
    np.testing.assert_allclose(found, -1, atol=1e-6)
    assert (distort(X + 1, np.random.default_rng(1), shift=4.0, background=-1.0).min(axis=-1) < -0.9).any()
    again = distort(X, np.random.default_rng(1), background=-1.0)
    np.testing.assert_array_equal(found, again)


def test_refusals_say_what_was_expected() -> None:
    X, rng = np.zeros((2, 16)), np.random.default_rng(0)
    for bad in (X.astype(int), [[0.0]], np.array(1.0)):
        with pytest.raises(TypeError, match="resize expects images as a floating-point array, got"):
            resize(bad, 4)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"affine expects square images \(…, S²\), got shape \(2, 15\)"):
        affine(X[:, :15], np.eye(2))
    with pytest.raises(ValueError, match="resize expects square images"):
        resize(X[:0], 2)
    with pytest.raises(ValueError, match="resize expects a side of at least 1 pixel, got 0"):
        resize(X, 0)
    with pytest.raises(ValueError, match=r"a matrix \(2, 2\) and a shift \(2,\), got \(2, 3\)"):
        affine(X, np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"got \(2, 2\) and \(3,\)"):
        affine(X, np.eye(2), (1, 2, 3))
    for name, limit in [("scale", 1), ("scale", -0.1), ("angle", -1), ("shear", -1), ("shift", np.inf)]:
        with pytest.raises(ValueError, match="distort expects limits of at least 0, and a scale below 1"):
            distort(X, rng, **{name: limit})
    with pytest.raises(ValueError, match="distort expects square images"):
        distort(X[:, :3], rng)
