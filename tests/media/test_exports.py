"""Exports are judged by decoding them: format, shape, length, sound, size; nothing is left on failure."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import CancelledError, InputError, IntegrityError, MediaError
from kinoloop.media import exports
from kinoloop.media.exports import CODECS, Kind, Quality, export, export_size
from kinoloop.media.probe import probe
from tests.films import draw_film
from tests.media.test_render import StopAfter, draw_ball, first_picture, width_and_height

SIZE = (180, 320)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("master") / "master.mp4"
    return draw_film(path, seconds=1.6, size=SIZE, options={"movflags": "+faststart"}).path


@pytest.mark.parametrize("kind", ["mp4", "mov", "webm", "gif"])
def test_each_kind_has_its_codecs_and_the_masters_shape(kind: Kind, master: Path, tmp_path: Path) -> None:
    made = export(master, tmp_path / f"ad.{kind}", kind)
    info = probe(made.path)
    assert info.video is not None
    video, audio = CODECS[kind]
    assert (made.width, made.height) == SIZE
    assert info.video.codec.removeprefix("lib").startswith(video)
    assert (info.audio.codec.removeprefix("lib") if info.audio else None) == audio
    assert abs(made.duration - Fraction("1.6")) < Fraction(1, 10)
    assert made.frames == (19 if kind == "gif" else 40)
    assert made.has_audio == (audio is not None)
    assert list(tmp_path.iterdir()) == [made.path]


def test_an_mp4_of_the_same_size_holds_the_same_pictures(master: Path, tmp_path: Path) -> None:
    made = export(master, tmp_path / "ad.mp4", "mp4")
    before, after = first_picture(master), first_picture(made.path)
    assert np.array_equal(before, after)


@pytest.mark.parametrize("kind", ["mp4", "webm", "gif"])
def test_a_circle_stays_round_and_colours_stay(kind: Kind, tmp_path: Path) -> None:
    ball = draw_ball(tmp_path / "ball.mp4", (320, 240), aspect=Fraction(4, 3))
    made = export(ball, tmp_path / f"small.{kind}", kind, height=120)
    wide, high = width_and_height(first_picture(made.path))
    assert abs(wide - high) <= 2
    assert (made.width, made.height) == (214, 120)


def test_turned_films_come_out_upright(tmp_path: Path) -> None:
    turned = draw_film(tmp_path / "phone.mp4", seconds=0.4, size=(320, 180), rotation=90).path
    made = export(turned, tmp_path / "ad.mp4", "mp4")
    assert (made.width, made.height) == (180, 320)


@pytest.mark.parametrize(
    ("quality", "expected"), [("low", (480, 854)), ("medium", (720, 1280)), ("high", (1080, 1920))]
)
def test_quality_sets_the_short_side(quality: Quality, expected: tuple[int, int]) -> None:
    assert export_size((1080, 1920), "mp4", quality, None) == expected
    assert export_size((1920, 1080), "webm", quality, None) == expected[::-1]


@given(st.integers(64, 4096), st.integers(64, 4096), st.sampled_from(list(CODECS)), st.integers(16, 4096))
def test_sizes_are_even_never_larger_and_keep_the_shape(
    wide: int, high: int, kind: Kind, height: int
) -> None:
    for asked in (None, height):
        width, tall = export_size((wide, high), kind, "medium", asked)
        assert width % 2 == tall % 2 == 0
        assert width <= wide + 1 and tall <= high + 1
        assert abs(width * high - tall * wide) <= 2 * max(wide, high)


@pytest.mark.slow
def test_low_quality_stays_below_its_size(tmp_path: Path) -> None:
    """Noise is the worst there is: even so, 30 s would stay below 5 MB."""
    busy = draw_film(tmp_path / "busy.mp4", seconds=4, size=(480, 854), shots=4, options={"crf": "8"}).path
    made = export(busy, tmp_path / "low.mp4", "mp4", quality="low")
    assert made.size_bytes / float(made.duration) * 30 < 5_500_000


def test_silent_films_and_other_sound_formats(tmp_path: Path) -> None:
    silent = draw_film(tmp_path / "silent.mp4", seconds=0.4, size=SIZE, sound="none").path
    assert not export(silent, tmp_path / "a.webm", "webm").has_audio
    other = draw_film(tmp_path / "other.webm", seconds=0.4, size=SIZE, codec="libvpx-vp9").path
    assert export(other, tmp_path / "b.mp4", "mp4").has_audio
    note = export(silent, tmp_path / "c.mp4", "mp4", height=1000).notes
    assert note == ("not enlarged: the master is 320 pixels high",)


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("ad.avi", "avi", {}),
        ("ad.mp4", "mp4", {"quality": "best"}),
        ("ad.mp4", "webm", {}),
        ("ad.mp4", "mp4", {"height": 8}),
    ],
)
def test_what_cannot_be_asked_for(
    name: str, kind: Any, more: dict[str, Any], master: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as told:
        export(master, tmp_path / name, kind, **more)
    assert told.value.fix
    assert not list(tmp_path.iterdir())


def test_masters_that_cannot_serve(master: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 4000)
    with pytest.raises(MediaError):
        export(broken, tmp_path / "ad.mp4", "mp4")
    with pytest.raises(InputError, match="its own master"):
        export(master, master, "mp4")
    from tests.films import draw_sound

    with pytest.raises(InputError, match="no picture"):
        export(draw_sound(tmp_path / "sound.wav"), tmp_path / "ad.mp4", "mp4")


def test_nothing_is_left_when_it_is_stopped_or_fails(
    master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CancelledError):
        export(master, tmp_path / "ad.webm", "webm", height=160, watch=StopAfter(3))
    assert not list(tmp_path.iterdir())
    decoded = exports._decoded
    monkeypatch.setattr(exports, "_decoded", lambda path: (decoded(path)[0] + 5, decoded(path)[1]))
    with pytest.raises(IntegrityError, match="did not pass"):
        export(master, tmp_path / "ad.gif", "gif")
    assert not list(tmp_path.iterdir())


def test_a_gif_has_one_palette(master: Path, tmp_path: Path) -> None:
    made = export(master, tmp_path / "ad.gif", "gif")
    data = made.path.read_bytes()
    assert data[:6] == b"GIF89a"
    with av.open(str(made.path)) as container:
        colours = {
            tuple(map(tuple, f.to_ndarray(format="rgb24")[::8, ::8].reshape(-1, 3)))
            for f in container.decode()
        }
    assert len({colour for picture in colours for colour in picture}) <= 256
