"""Probe tells the truth about ordinary and odd files."""

import shutil
from fractions import Fraction
from pathlib import Path

import av
import pytest

from kinoloop.core.errors import MediaError
from kinoloop.media.pace import Pace
from kinoloop.media.probe import probe
from tests.films import draw_film, draw_sound
from tests.media.real import real_media


def test_a_plain_film(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=1)
    info = probe(film.path)
    assert info.video is not None and info.audio is not None
    assert (info.video.width, info.video.height, info.video.frames) == (320, 180, 25)
    assert info.container == "mov"
    assert (info.duration, info.start) == (Fraction(1), Fraction(0))
    assert info.video.average_rate == 25 and not info.video.variable_rate
    assert (info.audio.sample_rate, info.audio.channels) == (48_000, 2)
    assert info.audio.duration == 1
    assert info.size_bytes == film.path.stat().st_size
    assert info.warnings == ()


@pytest.mark.parametrize(("rotation", "size"), [(90, (180, 320)), (180, (320, 180)), (270, (180, 320))])
def test_rotation_turns_the_display_size(tmp_path: Path, rotation: int, size: tuple[int, int]) -> None:
    video = probe(draw_film(tmp_path / "a.mp4", seconds=0.4, rotation=rotation).path).video
    assert video is not None
    assert (video.width, video.height, video.rotation) == (320, 180, rotation)
    assert (video.display_width, video.display_height) == size


def test_anamorphic_pictures_widen(tmp_path: Path) -> None:
    video = probe(draw_film(tmp_path / "a.mp4", seconds=0.4, sample_aspect=Fraction(4, 3)).path).video
    assert video is not None
    assert (video.sample_aspect, video.display_width, video.display_height) == (Fraction(4, 3), 427, 180)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_variable_rate_is_told_from_packets(tmp_path: Path, suffix: str) -> None:
    codec = "libvpx" if suffix == ".webm" else "libx264"
    for variable in (True, False):
        film = draw_film(tmp_path / f"{variable}{suffix}", codec=codec, variable_rate=variable)
        info = probe(film.path)
        assert info.video is not None and info.video.variable_rate is variable
        assert abs(info.duration - film.duration) < Fraction(1, 20)
        assert any("varies" in warning for warning in info.warnings) is variable


@pytest.mark.parametrize("pix_fmt", ["yuv420p10le", "yuv422p", "yuv444p"])
def test_bit_depth_and_format(tmp_path: Path, pix_fmt: str) -> None:
    video = probe(draw_film(tmp_path / "a.mp4", seconds=0.2, pix_fmt=pix_fmt).path).video
    assert video is not None
    assert (video.pixel_format, video.bit_depth) == (pix_fmt, 10 if "10" in pix_fmt else 8)


def test_sound_alone_and_picture_alone(tmp_path: Path) -> None:
    for suffix in (".wav", ".mp3", ".flac", ".m4a"):
        info = probe(draw_sound(tmp_path / f"a{suffix}", seconds=1))
        assert info.video is None and info.audio is not None
        assert abs(info.duration - 1) < Fraction(1, 20)
        assert "no picture" in info.warnings[0]
    info = probe(draw_film(tmp_path / "mute.mp4", seconds=0.4, sound="none").path)
    assert info.audio is None and "no sound" in info.warnings[0]


def test_a_single_picture(tmp_path: Path) -> None:
    info = probe(draw_film(tmp_path / "a.mp4", seconds=0.04, sound="none").path)
    assert info.video is not None and info.video.frames == 1
    assert info.duration == Fraction(1, 25)
    assert "There is a single picture." in info.warnings


def test_a_file_without_stamped_length_is_measured(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=1, sound="none")
    raw = tmp_path / "a.mkv"
    with av.open(str(film.path)) as source, av.open(str(raw), "w", options={"live": "1"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    assert probe(raw).duration == 1


def test_the_largest_of_several_pictures_is_used(tmp_path: Path) -> None:
    films = [draw_film(tmp_path / f"{w}.mp4", seconds=0.4, size=(w, 90), sound="none") for w in (160, 320)]
    both = tmp_path / "both.mkv"
    sources = [av.open(str(film.path)) for film in films]
    with av.open(str(both), "w") as out:
        streams = [out.add_stream_from_template(source.streams.video[0]) for source in sources]
        for source, stream in zip(sources, streams, strict=True):
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
            source.close()
    info = probe(both)
    assert info.video is not None and info.video.width == 320
    assert info.video_streams == 2
    assert "1 further picture stream" in info.warnings[-1]


def test_a_broken_tail_is_told(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=4)
    broken = cut_tail(film.path, tmp_path / "broken.mp4", 0.5)
    info = probe(broken)
    assert info.duration < 3
    assert any("the rest is missing" in warning for warning in info.warnings)


def test_declared_but_empty_streams_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    draw_sound(path, seconds=0.2)
    path.write_bytes(path.read_bytes()[:78])
    with pytest.raises(MediaError, match=r"no pictures and no sound|cannot be read"):
        probe(path)


def test_the_pace_of_nothing() -> None:
    pace = Pace(Fraction(1, 25))
    assert (pace.first(), pace.last(), pace.variable()) == (None, None, False)


@pytest.mark.realmedia
def test_real_files() -> None:
    folder = real_media()
    fire = probe(folder / "mpy_fire2.mp4").video
    assert fire is not None and fire.variable_rate and fire.rotation == 180
    late = probe(folder / "intel_asl_book.mkv")
    assert late.start == Fraction(33, 1000) and late.video is not None and late.video.frames == 109


def cut_tail(film: Path, broken: Path, keep: float) -> Path:
    """The film with its index moved to the front, cut off in the middle of its data."""
    with av.open(str(film)) as source, av.open(str(broken), "w", options={"movflags": "faststart"}) as out:
        streams = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    data = broken.read_bytes()
    broken.write_bytes(data[: int(len(data) * keep)])
    shutil.copystat(film, broken)
    return broken
