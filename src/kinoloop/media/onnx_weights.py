"""Read the float arrays of an ONNX file: just enough of its wire format, so that no runtime is needed.

ONNX is protobuf: model.graph is field 7, graph.initializer 5; of a tensor dims 1, type 2, name 8, data 9.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kinoloop.core.errors import MediaError
from kinoloop.media.records import Floats

_FLOAT = 1


def read_weights(path: Path) -> dict[str, Floats]:
    """Name -> array of every float32 initializer. Raises MediaError for a file that is no ONNX model."""
    try:
        graph = next(value for field, value in _fields(memoryview(path.read_bytes())) if field == 7)
        tensors = [_tensor(value) for field, value in _fields(_bytes(graph)) if field == 5]
    except (StopIteration, IndexError, ValueError) as error:
        raise MediaError(
            f"'{path.name}' is not a readable ONNX model.",
            why=str(error) or "It ends too early.",
            fix="Install or copy the model again.",
        ) from None
    return dict(tensor for tensor in tensors if tensor is not None)


def _tensor(data: "int | memoryview") -> tuple[str, Floats] | None:
    shape: list[int] = []
    name, kind, raw = "", 0, b""
    for field, value in _fields(_bytes(data)):
        if field == 1:
            shape.extend([value] if isinstance(value, int) else value)
        elif field == 2 and isinstance(value, int):
            kind = value
        elif field == 8:
            name = str(_bytes(value), "utf-8")
        elif field == 9:
            raw = bytes(_bytes(value))
    if kind != _FLOAT or not raw:
        return None
    return name, np.frombuffer(raw, "<f4").reshape(shape).astype(np.float32)


def _fields(data: memoryview) -> Iterator[tuple[int, "int | memoryview"]]:
    """(field number, value) pairs: numbers, or the bytes of texts and nested messages."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _number(data, at)
            yield key >> 3, value
            continue
        if kind == 2:
            length, at = _number(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"Wire type {kind} is unknown.")
        if at + length > len(data):
            raise ValueError("It ends too early.")
        yield key >> 3, data[at : at + length]
        at += length


def _number(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _bytes(value: "int | memoryview") -> memoryview:
    if isinstance(value, int):
        raise ValueError("A number stands where a message should.")
    return value
