"""Stretches of files: pictures by time, sound placed to the sample, broken tails told."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kinoloop.core.errors import CancelledError, MediaError
from kinoloop.core.timecode import Span
from kinoloop.media.probe import probe
from kinoloop.media.spans import SOUND_RATE, packets_from, pictures_at, pictures_between, sound_of
from tests.films import draw_film, draw_sound, read_frame_number


def numbers_at(path: Path, times: list[Fraction]) -> list[int]:
    found = pictures_at(path, probe(path), times)
    return [read_frame_number(frame.to_ndarray(format="gray8").astype(np.uint8)) for _, frame in found]


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.mov"])
def test_the_last_picture_begun(tmp_path: Path, name: str) -> None:
    film = draw_film(
        tmp_path / name,
        seconds=3,
        timecode=True,
        options={"g": "30", "bf": "2"},
    )
    assert numbers_at(film.path, [Fraction("0.0"), Fraction("0.036"), Fraction("1.5"), Fraction("2.96")]) == [
        0,
        0,
        37,
        74,
    ]


def test_one_picture_may_serve_many_times_and_hold_a_little(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=1, timecode=True)
    assert numbers_at(film.path, [Fraction(n, 100) for n in range(96, 110, 4)]) == [24, 24, 24, 24]


def test_a_broken_tail_is_told_with_its_time(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mkv", seconds=6, size=(320, 180))
    data = film.path.read_bytes()
    film.path.write_bytes(data[: len(data) // 2])
    info = probe(film.path)
    with pytest.raises(MediaError, match=r"ends at 0:0\d\.\d, before the end of the stretch"):
        list(pictures_at(film.path, info, [Fraction(1), Fraction("5.8")]))


def test_pictures_between(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, timecode=True)
    span = Span(Fraction("0.4"), Fraction("0.8"))
    found = list(pictures_between(film.path, probe(film.path), span))
    assert [at for at, _ in found] == [Fraction(n, 25) for n in range(10, 20)]


def test_sound_is_placed_to_the_sample(tmp_path: Path) -> None:
    path = draw_sound(tmp_path / "tone.wav", seconds=3)
    whole = sound_of(path, probe(path), Span(Fraction(0), Fraction(3)))
    part = sound_of(path, probe(path), Span(Fraction("1.25"), Fraction("2.5")))
    assert whole is not None and part is not None and part.shape == (2, 60_000)
    assert np.allclose(part, whole[:, 60_000:120_000], atol=1e-4)
    beyond = sound_of(path, probe(path), Span(Fraction("2.5"), Fraction(4)))
    assert beyond is not None and np.abs(beyond[:, : SOUND_RATE // 2]).max() > 0.05
    assert np.abs(beyond[:, SOUND_RATE:]).max() == 0


def test_a_film_without_sound_has_none(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=1, sound="none")
    assert sound_of(film.path, probe(film.path), Span(Fraction(0), Fraction(1))) is None


def test_packets_begin_early_enough_in_every_container(tmp_path: Path) -> None:
    for name in ("film.mp4", "film.mkv", "film.ts"):
        film = draw_film(tmp_path / name, seconds=3, options={"g": "25"})
        info = probe(film.path)
        first = next(packets_from(film.path, info, Fraction("1.5")))
        assert first.is_keyframe and (first.pts or 0) * first.time_base - info.start <= Fraction("1.5"), name


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    class Stop:
        def progress(self, done: float, total: float, note: str = "") -> None: ...

        def check(self) -> None:
            raise CancelledError("Stopped.")

    film = draw_film(tmp_path / "film.mp4", seconds=1)
    info = probe(film.path)
    with pytest.raises(CancelledError):
        list(pictures_at(film.path, info, [Fraction(0)], watch=Stop()))
    with pytest.raises(CancelledError):
        sound_of(film.path, info, info.whole, watch=Stop())


@pytest.mark.realmedia
def test_real_surround_sound_becomes_stereo(real_media: Path) -> None:
    path = real_media / "skv_bigbuckbunny.mp4"
    info = probe(path)
    assert info.audio is not None and info.audio.channels == 6
    sound = sound_of(path, info, Span(Fraction(0), Fraction(2)))
    assert sound is not None and sound.shape == (2, 96_000) and 0.01 < np.abs(sound).max() <= 1.5
