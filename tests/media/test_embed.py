"""Both embedders on their true loading paths; the CLIP model is a tiny ONNX file written here."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.core.errors import UnavailableError
from kinoloop.media.analyse import analyse
from kinoloop.media.embed import ClipEmbedder, LookEmbedder
from tests.films import Pixels, draw_film


def pictures(count: int = 3) -> list[Pixels]:
    random = np.random.default_rng(2)
    return [
        np.kron(random.integers(0, 255, (9, 16, 3)), np.ones((20, 20, 1))).astype(np.uint8)
        for _ in range(count)
    ]


def field(number: int, value: int | bytes) -> bytes:
    """One protobuf field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def tensor_type(shape: list[int | str]) -> bytes:
    sides = b"".join(field(1, field(2, s.encode()) if isinstance(s, str) else field(1, s)) for s in shape)
    return field(1, field(1, 1) + field(2, sides))


def attribute(name: bytes, side: int) -> bytes:
    """A list of two equal whole numbers."""
    return field(5, field(1, name) + field(8, side) + field(8, side) + field(20, 7))


def clip_model(path: Path) -> Path:
    """pixel_values (n, 3, 224, 224) -> average over 56 x 56 fields -> (n, 48) @ (48, 512)."""
    weights = np.random.default_rng(1).normal(size=(48, 512)).astype("<f4")
    pool = field(1, b"pixel_values") + field(2, b"pooled") + field(4, b"AveragePool")
    pool += attribute(b"kernel_shape", 56) + attribute(b"strides", 56)
    flatten = field(1, b"pooled") + field(2, b"flat") + field(4, b"Flatten")
    product = field(1, b"flat") + field(1, b"weights") + field(2, b"image_embeds") + field(4, b"MatMul")
    tensor = field(1, 48) + field(1, 512) + field(2, 1) + field(8, b"weights") + field(9, weights.tobytes())
    graph = field(1, pool) + field(1, flatten) + field(1, product) + field(2, b"clip") + field(5, tensor)
    graph += field(11, field(1, b"pixel_values") + field(2, tensor_type(["n", 3, 224, 224])))
    graph += field(12, field(1, b"image_embeds") + field(2, tensor_type(["n", 512])))
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
    return path


def test_looks_are_unit_vectors_and_tell_pictures_apart() -> None:
    one, other, third = LookEmbedder().frames(pictures())
    assert LookEmbedder().space == "look-v1"
    assert float(one @ one) == pytest.approx(1, abs=1e-4)
    assert float(one @ other) < 0.9 and float(one @ third) < 0.9
    assert LookEmbedder().frames([]).shape == (0, 512)


def test_looks_of_decoded_pictures_agree_with_the_analysis(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=0.4, size=(640, 360), rate=Fraction(25))
    track = analyse(film.path).picture
    with av.open(str(film.path)) as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8)
    assert track is not None
    assert float(track.descriptors[0] @ LookEmbedder().frames([first])[0]) > 0.98


def test_clip_loads_from_its_folder_and_gives_unit_vectors(tmp_path: Path) -> None:
    clip_model(tmp_path / "clip_visual.onnx")
    embedder = ClipEmbedder(tmp_path)
    assert embedder.space.startswith("clip:") and len(embedder.space) == 13
    vectors = embedder.frames([*pictures(), np.zeros((300, 200, 3), np.uint8)])
    assert vectors.shape == (4, 512) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-4)
    np.testing.assert_allclose(vectors[0], embedder.frames(pictures())[0], atol=1e-5)
    assert embedder.frames([]).shape == (0, 512)


def test_a_missing_or_broken_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"clip_visual\.onnx"):
        ClipEmbedder(tmp_path)
    (tmp_path / "clip_visual.onnx").write_bytes(b"no model")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        ClipEmbedder(tmp_path)
