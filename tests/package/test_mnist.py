"""The optional download: checked, whole or not at all, and clear when there is no network."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from backprop.data import mnist as module
from backprop.data.mnist import mnist


def _idx(values: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, values.ndim]) + b"".join(n.to_bytes(4, "big") for n in values.shape)
    return gzip.compress(head + values.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A mirror in a folder, with files of MNIST's format and their true checksums."""
    rng = np.random.default_rng(0)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    checksums = {}
    for name in module.MD5:
        cases = 5 if "train" in name else 3
        shape = (cases, 28, 28) if "images" in name else (cases,)
        (mirror / name).write_bytes(_idx(rng.integers(0, 10, shape)))
        checksums[name] = hashlib.md5((mirror / name).read_bytes()).hexdigest()
    monkeypatch.setattr(module, "MD5", checksums)
    return tmp_path / "made" / "kept", mirror.as_uri() + "/"


def test_fetched_once_then_read_offline(small: tuple[Path, str]) -> None:
    folder, mirror = small
    first = mnist(folder, mirror=mirror)
    assert [part.shape for part in first] == [(5, 784), (5,), (3, 784), (3,)]
    assert first[0].min() >= 0 and first[0].max() <= 9 / 255
    np.testing.assert_allclose(first[0] * 255, np.round(first[0] * 255), atol=1e-12)
    assert first[1].dtype == first[3].dtype == int
    kept = {path.name: path.stat() for path in folder.iterdir()}
    again = mnist(folder, mirror="file:///nowhere/")
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == {
        name: status.st_ino for name, status in kept.items()
    }
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert sorted(p.name for p in folder.iterdir()) == sorted(module.MD5)


def test_a_mirror_that_does_not_answer_is_given_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(url: str, timeout: float) -> None:
        raise TimeoutError(f"{timeout:g} s")

    monkeypatch.setattr(module.urllib.request, "urlopen", silent)
    with pytest.raises(ConnectionError, match=r"\(30 s\)"):
        mnist("nowhere")


def test_offline_says_what_to_do_and_leaves_nothing(small: tuple[Path, str]) -> None:
    folder, _ = small
    with pytest.raises(ConnectionError, match=r"train-images.*Offline\?.*datasets\.digits\(\)"):
        mnist(folder, mirror="file:///nowhere/")
    assert not folder.exists()


def test_a_damaged_download_is_refused_and_not_kept(small: tuple[Path, str]) -> None:
    folder, mirror = small
    bad = Path(mirror.removeprefix("file://")) / "train-labels-idx1-ubyte.gz"
    bad.write_bytes(bad.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"expects train-labels-idx1-ubyte\.gz with MD5 .* from file://"):
        mnist(folder, mirror=mirror)
    assert [p.name for p in folder.iterdir()] == ["train-images-idx3-ubyte.gz"]


def test_a_damaged_file_is_refused(small: tuple[Path, str]) -> None:
    folder, mirror = small
    mnist(folder, mirror=mirror)
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"not it")
    with pytest.raises(ValueError, match=r"expects t10k-images-idx3-ubyte\.gz.* from .*kept"):
        mnist(folder, mirror=mirror)
