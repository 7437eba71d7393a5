"""Whole pictures: copies are apart, mixes linear, samples between pixels right; seals notice damage."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.media.ad.canvas import copied, fresh, mix, sampled, samples
from kinoloop.media.ad.layers import thinner
from kinoloop.media.ad.seal import seal, sealed_note
from kinoloop.media.captions.blend import Sprite


def filled(level: int, width: int = 38, height: int = 22) -> av.VideoFrame:
    frame = fresh(width, height)
    for plane in frame.planes:
        samples(plane)[:] = level
    return frame


def test_a_copy_is_a_picture_of_its_own() -> None:
    first = filled(100)
    second = copied(first)
    samples(first.planes[0])[:] = 7
    assert samples(second.planes[0]).min() == 100 and samples(second.planes[0]).shape == (22, 38)


@given(st.integers(0, 255), st.integers(0, 255), st.floats(0, 1))
def test_a_mix_is_linear(low: int, high: int, share: float) -> None:
    below = filled(low)
    mix(below, filled(high), share)
    wanted = low + (high - low) * share
    assert all(abs(int(samples(plane)[0, 0]) - wanted) <= 1 for plane in below.planes)


def test_a_ramp_is_sampled_between_its_pixels() -> None:
    ramp = fresh(80, 20)
    for plane, step in zip(ramp.planes, (2, 4, 4), strict=True):
        samples(plane)[:] = np.arange(plane.width) * step + 20
    part = samples(sampled(ramp, (10.5, 2, 50.5, 18), 40, 16).planes[0])
    assert part[8, 20] == pytest.approx(20 + 2 * 30.5, abs=1)


def test_a_thinner_sprite_lets_more_through() -> None:
    plane = np.full((2, 2), 200, np.uint16)
    solid = Sprite(0, 0, plane, plane * 0, plane, plane, plane * 0)
    half = thinner(solid, 0.5)
    assert thinner(solid, 1) is solid
    assert half.luma[0, 0] == 100 and half.luma_clear[0, 0] == 128 and half.chroma_clear[0, 0] == 128


def test_a_seal_holds_and_notices_damage(tmp_path: Path) -> None:
    piece = tmp_path / "piece.mp4"
    piece.write_bytes(b"content of a film")
    assert sealed_note(piece) is None
    seal(piece, "très bien")
    whole = piece.read_bytes()
    assert sealed_note(piece) == "très bien"
    for place in range(len(whole)):
        hurt = bytearray(whole)
        hurt[place] ^= 1
        piece.write_bytes(hurt)
        assert sealed_note(piece) is None
    piece.write_bytes(whole[:-1])
    assert sealed_note(piece) is None
