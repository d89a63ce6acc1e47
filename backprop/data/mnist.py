"""The large collection of digits, for those who want it: fetched once, checked, kept.

Nothing in the book needs it, and nothing downloads it unasked. The four files of MNIST (LeCun,
Cortes and Burges) are looked for in a folder; what is missing is fetched from a mirror, and a file
whose checksum is not the known one is never used and never left behind.
"""

from __future__ import annotations

import gzip
import hashlib
import urllib.request
from pathlib import Path

import numpy as np

from ..layers.layer import Array

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}


def mnist(folder: str | Path, *, mirror: str = MIRROR) -> tuple[Array, Array, Array, Array]:
    """Return training inputs (60000, 784) from 0 to 1, labels, test inputs (10000, 784), labels.

    Reads the four .gz files in `folder`, fetching from `mirror` those that are missing. Raises
    ConnectionError where they cannot be had, ValueError where a file is not MNIST's.
    """
    arrays = []
    for name, md5 in MD5.items():
        data = gzip.decompress(_checked(Path(folder) / name, md5, mirror))
        dimensions = data[3]
        shape = np.frombuffer(data, ">u4", dimensions, 4)
        values = np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
        arrays.append(values.reshape(len(values), -1) / 255 if dimensions == 3 else values.astype(int))
    return arrays[0], arrays[1], arrays[2], arrays[3]


def _checked(path: Path, md5: str, mirror: str) -> bytes:
    fetched = not path.exists()
    if fetched:
        try:
            with urllib.request.urlopen(mirror + path.name, timeout=30) as answer:
                data: bytes = answer.read()
        except OSError as problem:
            raise ConnectionError(
                f"mnist needs {path.name} and could not fetch it from {mirror} ({problem}). "
                f"Offline? Put the file into {path.parent}, or use datasets.digits(), which is bundled."
            ) from problem
    else:
        data = path.read_bytes()
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != md5:
        where = mirror if fetched else str(path)
        raise ValueError(f"mnist expects {path.name} with MD5 {md5}, got {found} from {where}")
    if fetched:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")  # renamed only when whole
        part.write_bytes(data)
        part.replace(path)
    return data
