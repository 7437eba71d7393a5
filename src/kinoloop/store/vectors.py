"""Unit vectors at rest and nearest neighbours: 512 numbers of 16 bits each, exact cosine, no index.

At rest a vector is little-endian float16 (1,024 bytes); in memory it is float32 and of length one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.errors import InputError

SIZE = 512
CHUNK = 4096
Vectors = NDArray[np.float32]
Key = TypeVar("Key")


def encode(vector: NDArray[np.floating]) -> bytes:
    """(512,) of any length above zero -> 1,024 bytes of its direction. Raises InputError."""
    wide = np.asarray(vector, dtype=np.float64)
    if wide.shape != (SIZE,):
        raise InputError(
            f"A vector has the shape {wide.shape}.", why=f"The store keeps {SIZE} numbers in one row."
        )
    length = float(np.linalg.norm(wide))
    if not np.isfinite(length) or length == 0:
        raise InputError(
            "A vector has no direction.", why="It is all zero or holds a value that is not a number."
        )
    return (wide / length).astype("<f2").tobytes()


def decode(blob: bytes) -> Vectors:
    """1,024 bytes -> (512,) float32 of length one."""
    row: Vectors = decode_many([blob])[0]
    return row


def decode_many(blobs: Iterable[bytes]) -> Vectors:
    """n blobs -> (n, 512) float32, rows of length one; read in chunks so that no wide copy of all exists."""
    rest, parts = iter(blobs), list[Vectors]()
    while chunk := list(islice(rest, CHUNK)):
        if any(len(blob) != 2 * SIZE for blob in chunk):
            raise InputError("A stored vector is damaged.", why=f"It does not hold {2 * SIZE} bytes.")
        rows = np.frombuffer(b"".join(chunk), dtype="<f2").astype(np.float32).reshape(len(chunk), SIZE)
        parts.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return np.concatenate(parts) if parts else np.empty((0, SIZE), dtype=np.float32)


@dataclass(frozen=True)
class Near(Generic[Key]):
    """One neighbour; `cosine` is -1 to 1."""

    key: Key
    cosine: float


def top(scores: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Rows of the `count` highest scores, best first, ties by row number: the same answer each time."""
    count = min(count, len(scores))
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    edge = np.partition(scores, len(scores) - count)[len(scores) - count]
    rows = np.flatnonzero(scores >= edge)
    return rows[np.argsort(-scores[rows], kind="stable")][:count]
