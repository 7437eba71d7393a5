"""An analysis survives its file unchanged, or the file is refused."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kinoloop.core.errors import MediaError
from kinoloop.core.timecode import Span
from kinoloop.media.records import Analysis, Boundary, PictureTrack, SoundTrack
from kinoloop.media.tracks import load_analysis, save_analysis


def analysis() -> Analysis:
    numbers = np.linspace(0, 1, 7, dtype=np.float32)
    third = Span(Fraction(1, 3), Fraction(2, 3))
    return Analysis(
        tier="speed",
        duration=Fraction(1001, 30_000) * 7,
        frames=7,
        picture=PictureTrack(
            times=np.arange(7) / 29.97,
            motion=numbers,
            sharpness=numbers,
            luma_mean=numbers,
            luma_std=numbers,
            descriptor_times=np.zeros(1),
            descriptors=np.ones((1, 512), np.float32),
        ),
        sound=SoundTrack(
            times=np.zeros(2),
            momentary=np.array([float("-inf"), -20], np.float32),
            integrated=-20.5,
            peak=None,
            silences=(third,),
            speech=(third,),
            speech_reason=None,
        ),
        boundaries=(Boundary(Fraction(1, 3), "fade", third, 0.9),),
        reasons={"tail": "breaks off"},
    )


def same(one: Analysis, other: Analysis) -> bool:
    for track in ("picture", "sound"):
        for name, value in vars(getattr(one, track) or object).items() if getattr(one, track) else ():
            np.testing.assert_array_equal(value, getattr(getattr(other, track), name))
    return replace(one, picture=None, sound=None) == replace(other, picture=None, sound=None)


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save_analysis(analysis(), path)
    assert same(analysis(), load_analysis(path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.npz"]


def test_missing_parts_stay_missing(tmp_path: Path) -> None:
    whole = analysis()
    assert whole.sound is not None
    mute = replace(whole.sound, speech=None, speech_reason="not asked for")
    for partial in (replace(whole, picture=None, sound=mute), replace(whole, sound=None)):
        save_analysis(partial, tmp_path / "a.npz")
        loaded = load_analysis(tmp_path / "a.npz")
        assert same(partial, loaded)
        assert (loaded.picture is None, loaded.sound is None) == (
            partial.picture is None,
            partial.sound is None,
        )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"hello"])
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="cannot be used"):
        load_analysis(path)


def test_missing_and_older_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"a\.npz"):
        load_analysis(tmp_path / "a.npz")
    np.savez(tmp_path / "old.npz", notes=np.frombuffer(b'{"version": 0}', np.uint8))
    with pytest.raises(MediaError, match="version 0"):
        load_analysis(tmp_path / "old.npz")
