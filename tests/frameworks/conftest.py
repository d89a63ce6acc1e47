"""The other programs, where installed.

What the tests of this folder show between the
marks `# begin: NAME, PROGRAM` and `# end`
stands on the page `frameworks` of the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip(
        "torch",
        reason="PyTorch is not installed: "
        "pip install torch==2.13.0",
    )


@pytest.fixture
def jax() -> Iterator[Any]:
    """JAX with 64 bits, for this test only."""
    jax = pytest.importorskip(
        "jax",
        reason="JAX is not installed: "
        "pip install jax==0.10.2",
    )
    with jax.enable_x64(True):
        yield jax


@pytest.fixture
def jnp(jax: Any) -> Any:
    return jax.numpy
