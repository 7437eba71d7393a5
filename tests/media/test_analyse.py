"""One pass finds what was drawn, in every tier, and keeps what a broken file still gives."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.core.errors import CancelledError, MediaError
from kinoloop.media.analyse import analyse
from kinoloop.media.probe import probe
from kinoloop.media.records import Tier
from tests.films import draw_film, draw_sound
from tests.media.real import ground_truth, real_media
from tests.media.test_guard import Notes
from tests.media.test_probe import cut_tail


@pytest.mark.parametrize("tier", ["full", "speed"])
def test_cuts_lie_at_their_exact_times(tmp_path: Path, tier: Tier) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=6, shots=4, rate=Fraction(30_000, 1001))
    found = analyse(film.path, tier)
    assert tuple(boundary.at for boundary in found.boundaries if boundary.kind == "cut") == film.cuts
    assert len(found.shots()) == 4
    assert found.duration == film.duration


def test_cuts_of_variable_rate_lie_at_true_times(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=4, shots=3, variable_rate=True)
    assert tuple(boundary.at for boundary in analyse(film.path).boundaries) == film.cuts


def test_dissolves_are_found_beside_cuts(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=9, shots=4, dissolves=(1,), sound="none")
    found = analyse(film.path).boundaries
    assert tuple(boundary.at for boundary in found if boundary.kind == "cut") == film.cuts
    (mix,) = [boundary for boundary in found if boundary.kind == "dissolve"]
    assert mix.span.iou(film.dissolves[0]) > 0.5
    assert abs(mix.at - film.dissolves[0].middle) < Fraction(1, 8)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        ("libx264", "yuv420p10le", ".mp4"),
        ("libx264", "yuv422p", ".mp4"),
        ("libx265", "yuv420p10le", ".mkv"),
        ("libvpx-vp9", "yuv444p", ".webm"),
        ("mjpeg", "yuvj420p", ".avi"),
        ("ffv1", "bgr0", ".mkv"),
        ("libx264", "yuv420p", ".ts"),
    ],
)
def test_formats_and_containers(tmp_path: Path, codec: str, pix_fmt: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    film = draw_film(path, seconds=1.6, shots=2, codec=codec, pix_fmt=pix_fmt, sound="none")
    found = analyse(film.path)
    assert found.frames == film.frames and found.picture is not None
    (cut,) = found.boundaries
    assert abs(cut.at - film.cuts[0]) < Fraction(1, 500)
    assert 30 < float(found.picture.luma_mean.mean()) < 230


def test_tracks_have_one_value_per_picture_and_ten_loudness_values_a_second(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=3)
    found = analyse(film.path)
    assert found.picture is not None and found.sound is not None
    np.testing.assert_allclose(found.picture.times, [float(at) for at in film.times])
    for values in (found.picture.motion, found.picture.sharpness, found.picture.luma_std):
        assert values.shape == (75,) and np.isfinite(values).all()
    assert found.picture.motion[0] == 0 and found.picture.motion[1:].min() > 1
    assert found.picture.descriptors.shape == (6, 512)
    np.testing.assert_allclose(np.linalg.norm(found.picture.descriptors, axis=1), 1, rtol=1e-3)
    assert 28 <= len(found.sound.times) <= 31
    assert found.sound.peak == pytest.approx(-20, abs=0.6)
    assert found.sound.integrated == pytest.approx(-20, abs=1)
    assert found.sound.silences == () and found.sound.speech == ()


def test_looks_do_not_depend_on_the_rotation_flag(tmp_path: Path) -> None:
    upright = analyse(draw_film(tmp_path / "a.mp4", seconds=0.5, size=(180, 180)).path).picture
    turned = analyse(draw_film(tmp_path / "b.mp4", seconds=0.5, size=(180, 180), rotation=90).path).picture
    assert upright is not None and turned is not None
    assert float(upright.descriptors[0] @ turned.descriptors[0]) < 0.98


def test_triage_sees_key_pictures_only_and_says_so(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=4, options={"g": "25", "sc_threshold": "0"})
    found = analyse(film.path, "triage")
    assert found.frames == 4 and found.boundaries == ()
    assert "key pictures" in found.reasons["boundaries"]
    assert found.sound is not None and found.sound.speech is None
    assert found.sound.speech_reason == "not searched in triage"


def test_missing_parts_have_reasons(tmp_path: Path) -> None:
    mute = analyse(draw_film(tmp_path / "a.mp4", seconds=0.4, sound="none").path)
    assert mute.sound is None and mute.reasons["sound"] == "no sound stream"
    blind = analyse(draw_sound(tmp_path / "a.mp3", seconds=1), speech=False)
    assert blind.picture is None and blind.reasons["picture"] == "no picture stream"
    assert blind.shots() == () and blind.sound is not None
    assert blind.sound.speech_reason == "not asked for"
    single = analyse(draw_film(tmp_path / "b.mp4", seconds=0.04).path)
    assert single.frames == 1 and single.boundaries == () and len(single.shots()) == 1
    assert "integrated" in single.reasons


def test_a_broken_tail_keeps_what_was_decoded(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=6, shots=4)
    found = analyse(cut_tail(film.path, tmp_path / "broken.mp4", 0.5))
    assert "breaks off" in found.reasons["tail"]
    assert 1 < found.duration < 5 and found.frames > 30
    assert film.cuts[0] in {boundary.at for boundary in found.boundaries}


def test_damage_in_the_middle_is_told_and_survived(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=4, sound="none")
    data = bytearray(film.path.read_bytes())
    start = data.index(b"mdat") + len(data) // 3
    data[start : start + 3000] = bytes(3000)
    film.path.write_bytes(data)
    found = analyse(film.path)
    assert found.frames > 20 and "damage" in found.reasons


def test_a_film_of_nothing_but_damage_is_refused(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=1, sound="none")
    data = bytearray(film.path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4 if data.index(b"moov") > start else len(data)
    data[start:end] = b"\xff" * (end - start)
    film.path.write_bytes(data)
    with pytest.raises(MediaError, match=r"Nothing in 'a\.mp4' can be decoded"):
        analyse(film.path)


def test_progress_is_told_and_cancel_obeyed(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=4)
    notes = Notes()
    analyse(film.path, watch=notes)
    done = [told for told, _, _ in notes.told]
    assert len(done) > 3 and done == sorted(done) and done[-1] <= 4 and notes.told[0][1] == 4
    with pytest.raises(CancelledError):
        analyse(film.path, watch=Notes(cancel_after=5))


def frame_times(path: Path) -> list[float]:
    """When each frame is shown and the last one ends, in s from the start; from packets alone."""
    info = probe(path)
    assert info.video is not None
    with av.open(str(path)) as container:
        base = info.video.time_base
        shown = sorted(p.pts for p in container.demux(video=0) if p.pts is not None)
    return [*(float(tick * base - info.start) for tick in shown), float(info.duration)]


@pytest.mark.realmedia
@pytest.mark.slow
@pytest.mark.parametrize("tier", ["full", "speed"])
def test_real_cuts_and_mixes(tier: Tier) -> None:
    """Against the marks made by hand: cuts to the frame, every mix met, no false alarm."""
    hits = wrong = missed = mixes = met = false_mixes = 0
    for name, marks in ground_truth().items():
        found = analyse(real_media() / name, tier, speech=False)
        times = frame_times(real_media() / name)
        true = {round(times[at], 3) for at in marks["hard"]}
        cuts = {round(float(b.at), 3) for b in found.boundaries if b.kind == "cut"}
        hits, wrong, missed = hits + len(true & cuts), wrong + len(cuts - true), missed + len(true - cuts)
        spans = [(times[first], times[min(last, len(times) - 1)]) for first, last in marks["gradual"]]
        soft = [b.span for b in found.boundaries if b.kind != "cut"]
        mixes += len(spans)
        met += sum(any(s.start <= end and s.end >= begin for s in soft) for begin, end in spans)
        false_mixes += sum(not any(s.start <= end and s.end >= begin for begin, end in spans) for s in soft)
    assert 2 * hits / (2 * hits + wrong + missed) >= 0.95
    assert met / mixes >= 0.8 and false_mixes == 0


def test_a_bare_stream_without_times_is_spaced_by_its_rate(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=2, shots=2, sound="none", options={"bf": "0"})
    bare = tmp_path / "a.h264"
    with av.open(str(film.path)) as source, av.open(str(bare), "w", format="h264") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    found = analyse(bare)
    assert found.frames == 50 and "spaced" in found.reasons["times"]
    assert [float(boundary.at) for boundary in found.boundaries] == [1.0]


def test_sound_that_changes_its_layout_is_measured_to_the_end(tmp_path: Path) -> None:
    parts = [adts(tmp_path / f"{layout}.aac", layout) for layout in ("mono", "stereo")]
    joined = tmp_path / "a.aac"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    found = analyse(joined)
    assert found.sound is not None and found.sound.integrated == pytest.approx(-20, abs=4)
    assert found.sound.speech == () and len(found.sound.times) >= 19


def adts(path: Path, layout: str) -> Path:
    """A second of tone as a bare AAC stream."""
    wave = (0.1 * np.sin(np.arange(48_000) * 0.0576)).astype(np.float32)
    with av.open(str(path), "w", format="adts") as out:
        stream = out.add_stream("aac", rate=48_000, layout=layout)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.stack([wave] * stream.codec_context.layout.nb_channels), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts = 48_000, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
