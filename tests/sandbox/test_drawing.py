"""Drawn media: the right size and length, alive, bright, different for different prompts."""

import io
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kinoloop.sandbox.drawing.canvas import cover, frame_size, look_of, paint, picture_bytes
from kinoloop.sandbox.drawing.films import FilmOrder, film_bytes


@given(st.text(max_size=40), st.integers(0, 2**32))
@settings(max_examples=20)
def test_a_picture_is_never_dark_nor_flat(prompt: str, seed: int) -> None:
    pixels = paint(look_of(prompt, seed), 160, 90)
    assert pixels.shape == (90, 160, 3)
    assert 60 < pixels.mean() < 230 and pixels.std() > 8


def test_colours_come_from_the_prompt() -> None:
    one, two = (paint(look_of(text, 1), 160, 90).mean((0, 1)) for text in ("sunset", "forest lake"))
    assert np.abs(one - two).max() > 20
    assert (paint(look_of("a", 1), 64, 64) == paint(look_of("a", 1), 64, 64)).all()


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        ("9:16", (480, 854)),
        ("16:9", (854, 480)),
        ("1:1", (480, 480)),
        ("4:5", (480, 600)),
        ("21:9", (1120, 480)),
    ],
)
def test_sizes(aspect: str, size: tuple[int, int]) -> None:
    assert frame_size(aspect) == size


def test_no_size_for_a_strip() -> None:
    with pytest.raises(ValueError, match="50:1"):
        frame_size("50:1")


@pytest.mark.parametrize(("name", "kind"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")])
def test_pictures_as_files(name: str, kind: str) -> None:
    picture = Image.open(io.BytesIO(picture_bytes(look_of("x", 1), "1:1", name)))
    assert (picture.format, picture.size) == (kind, (480, 480))


@pytest.mark.parametrize("sound", [True, False])
def test_a_film_has_its_length_to_the_frame(sound: bool) -> None:
    data = film_bytes(FilmOrder(look_of("x", 1), "16:9", Fraction(3, 2), sound, short_side=240))
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as film:
        assert bool(film.streams.audio) == sound
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in film.decode(video=0)]
    assert len(frames) == 36
    assert min(abs(a - b).mean() for a, b in pairwise(frames)) > 0.5
    if sound:
        with av.open(io.BytesIO(data), "r") as film:
            samples = sum(frame.samples for frame in film.decode(audio=0))
        assert abs(samples - 72_000) <= 1024


def test_a_given_picture_fills_the_frame_unstretched() -> None:
    picture = Image.new("RGB", (300, 100), (10, 200, 30))
    picture.paste((250, 250, 250), (125, 25, 175, 75))
    pixels = cover(picture, 200, 200)
    white = pixels.min(2) > 200
    across, down = np.count_nonzero(white.any(0)), np.count_nonzero(white.any(1))
    assert abs(across - down) <= 2
