"""Numbers to compute with, and agreement."""

from __future__ import annotations

from typing import Any

import numpy as np


def draw(*shape: int, seed: int = 0) -> Any:
    """Gaussian numbers of their own."""
    rng = np.random.default_rng([seed, *shape])
    return rng.standard_normal(shape)


def agree(ours: Any, theirs: Any) -> None:
    """Fail unless all are the same to 1e-12.

    Arrays, tensors, or dictionaries of them.
    """
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for name in ours:
            agree(ours[name], theirs[name])
        return
    if hasattr(theirs, "detach"):
        theirs = theirs.detach().numpy()
    theirs = np.asarray(theirs)
    assert theirs.dtype == np.float64
    assert theirs.shape == np.shape(ours)
    np.testing.assert_allclose(
        ours, theirs, rtol=0, atol=1e-12
    )
