"""Smart cuts: the pictures asked for, the middle bit by bit, clean decoding, and honest fall-backs."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.packet import Packet
from av.video.stream import VideoStream

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span
from kinoloop.media.encoder import Encoder
from kinoloop.media.gops import Shown, is_idr, length_bytes, pictures_near, plan_cut
from kinoloop.media.probe import probe
from kinoloop.media.smartcut import smart_cut
from tests.films import draw_film, frame_numbers

PHONE = {"g": "25", "bf": "3"}


def span(start: str | int, end: str | int) -> Span:
    return Span(Fraction(start), Fraction(end))


def numbered(path: Path, seconds: float = 6, **kind: object) -> Path:
    draw_film(path, seconds=seconds, size=(640, 360), timecode=True, options=PHONE, **kind)  # type: ignore[arg-type]
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.mark.parametrize(
    ("start", "end"), [("0.52", "5.48"), (1, 3), (0, 6), ("1.017", "3.513"), ("0.04", "2.0"), ("3", "5.99")]
)
def test_first_and_last_picture(film: Path, tmp_path: Path, start: str, end: str) -> None:
    made = smart_cut(film, span(start, end), tmp_path / "cut.mp4")
    seen = frame_numbers(made.path)
    assert made.notes == () and seen == list(range(seen[0], seen[-1] + 1)) and len(seen) == made.frames
    assert abs(seen[0] - Fraction(start) * 25) <= 1 and abs(seen[-1] + 1 - Fraction(end) * 25) <= 1
    assert made.has_audio and abs(made.duration - (Fraction(end) - Fraction(start))) <= Fraction(1, 25)


def test_the_middle_is_bit_exact_and_the_edges_are_close(film: Path, tmp_path: Path) -> None:
    made = smart_cut(film, span("0.6", "4.4"), tmp_path / "cut.mp4")
    with av.open(str(film)) as a, av.open(str(made.path)) as b:
        source = [frame.to_ndarray() for frame in a.decode(video=0)][15:110]
        cut = [frame.to_ndarray() for frame in b.decode(video=0)]
    gaps = [float(np.abs(x.astype(int) - y.astype(int)).mean()) for x, y in zip(source, cut, strict=True)]
    assert gaps[10:85] == [0.0] * 75
    assert max(gaps) < 4


def test_full_range_pictures_keep_their_levels(tmp_path: Path) -> None:
    path = numbered(tmp_path / "film.mp4", 3, pix_fmt="yuvj420p")
    made = smart_cut(path, span("0.6", "2.4"), tmp_path / "cut.mp4")
    with av.open(str(path)) as a, av.open(str(made.path)) as b:
        source = [float(frame.to_ndarray().mean()) for frame in a.decode(video=0)][15:60]
        cut = [float(frame.to_ndarray().mean()) for frame in b.decode(video=0)]
    assert made.notes == () and np.allclose(source, cut, atol=0.5)


def test_times_rise_and_nothing_is_flagged(film: Path, tmp_path: Path) -> None:
    made = smart_cut(film, span("0.6", "4.4"), tmp_path / "cut.mp4")
    with av.open(str(made.path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        stamps = [(packet.pts or 0, packet.dts or 0) for packet in packets]
    order = [dts for _, dts in stamps]
    assert order == sorted(set(order))
    assert all(pts >= dts for pts, dts in stamps) and min(pts for pts, _ in stamps) == 0


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"codec": "libvpx", "name": "film.webm"}, "the source is vp8"),
        ({"pix_fmt": "yuv444p"}, "yuv444p, not plain H.264"),
    ],
)
def test_other_codecs_are_encoded_anew_and_say_so(tmp_path: Path, kind: dict[str, str], said: str) -> None:
    path = tmp_path / kind.pop("name", "film.mp4")
    draw_film(path, seconds=2, timecode=True, **kind)  # type: ignore[arg-type]
    made = smart_cut(path, span("0.4", "1.6"), tmp_path / "cut.mp4")
    assert said in made.notes[0]
    assert frame_numbers(made.path) == list(range(10, 40))


def test_no_whole_group_or_another_encoder_is_encoded_anew(film: Path, tmp_path: Path) -> None:
    made = smart_cut(film, span("1.2", "1.8"), tmp_path / "cut.mp4")
    assert "no whole group of pictures" in made.notes[0] and frame_numbers(made.path) == list(range(30, 45))
    other = smart_cut(film, span("0.52", "4"), tmp_path / "o.mp4", encoder=Encoder(video="libsvtav1"))
    assert "libsvtav1" in other.notes[0] and other.frames == 87


def test_variable_rate_and_rotation_are_kept(tmp_path: Path) -> None:
    path = numbered(tmp_path / "film.mp4", 4, variable_rate=True, rotation=90)
    made = smart_cut(path, span("0.5", "3.5"), tmp_path / "cut.mp4")
    source, cut = probe(path).video, probe(made.path).video
    assert source is not None and cut is not None and made.notes == ()
    assert cut.rotation == source.rotation == 90 and cut.variable_rate
    seen = frame_numbers(made.path)
    assert seen == list(range(seen[0], seen[-1] + 1))


def test_a_film_without_sound_and_a_span_beyond_the_end(tmp_path: Path) -> None:
    path = numbered(tmp_path / "film.mp4", 3, sound="none")
    made = smart_cut(path, span("0.5", "9"), tmp_path / "cut.mp4")
    assert not made.has_audio and frame_numbers(made.path)[-1] == 74
    with pytest.raises(InputError, match="nothing to cut"):
        smart_cut(path, span(8, 9), tmp_path / "none.mp4")
    assert not (tmp_path / "none.mp4").exists()


def test_matroska_and_transport_streams(tmp_path: Path) -> None:
    for name in ("film.mkv", "film.ts"):
        path = numbered(tmp_path / name, 3)
        made = smart_cut(path, span("0.52", "2.48"), tmp_path / "cut.mp4")
        seen = frame_numbers(made.path)
        assert abs(seen[0] - 13) <= 1 and abs(seen[-1] - 61) <= 1 and made.notes == (), name


def test_the_map_of_pictures(film: Path) -> None:
    pictures = pictures_near(film, probe(film), span(0, 6))
    assert [float(shown.at) for shown in pictures if shown.edge] == [0, 1, 2, 3, 4, 5]
    assert len(pictures) == 150


def test_the_plan_of_a_cut() -> None:
    pictures = [Shown(Fraction(n, 10), n % 5 == 0) for n in range(30)]
    plan = plan_cut(pictures, span("0.3", "2.2"), Fraction(3))
    assert plan is not None
    assert (plan.head, plan.middle, plan.tail) == (span("0.3", "0.5"), span("0.5", 2), span(2, "2.2"))
    assert plan.frames == 19 and plan.whole == span("0.3", "2.2")
    assert plan_cut(pictures, span("0.6", "0.9"), Fraction(3)) is None
    assert plan_cut([], span(0, 1), Fraction(3)) is None
    last = plan_cut(pictures, span("1.5", 3), Fraction(3))
    assert last is not None and last.tail.duration == 0 == last.head.duration


def packet(data: bytes) -> "Packet[VideoStream]":
    return cast("Packet[VideoStream]", av.Packet(data))


def test_units_are_found_in_both_forms() -> None:
    idr, other = b"\x65\x01\x02", b"\x41\x01\x02"
    assert length_bytes(b"\x01d\x00\x1f\xff\xe1\x00") == 4 and length_bytes(b"\x00\x00\x01g") is None
    for unit, wanted in ((idr, True), (other, False)):
        assert is_idr(packet(b"\x00\x00\x00\x03" + unit), 4) is wanted
        assert is_idr(packet(b"\x00\x00\x01" + unit), None) is wanted
