"""What the gate measures, held against films whose truth is known; the bytes decide, not the plan."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import CancelledError, MediaError, NotFoundError
from kinoloop.core.timecode import Span
from kinoloop.media.ad.records import Super
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.encoder import Encoder
from kinoloop.media.gate.inspection import inspect, inspect_apart
from kinoloop.media.gate.records import Origin, Texts
from kinoloop.media.gate.runs import constant_rate, joined, per_second, runs, without
from kinoloop.media.gate.shades import rgb_of
from kinoloop.media.gate.texts import ExpectedTexts
from kinoloop.media.mux import Piece, join, write_pictures, write_sound
from kinoloop.media.spans import SOUND_RATE
from kinoloop.media.subtitles import spread
from tests.films import draw_film, draw_sound
from tests.media.test_render import StopAfter, draw_ball

FAST = Encoder(preset="veryfast", crf=20)
SIZE = (180, 320)
RATE = Fraction(25)


def span(start: float, end: float) -> Span:
    return Span(Fraction(str(start)), Fraction(str(end)))


def film(folder: Path, pixels: Any, sound: Any = None, *, rate: Fraction = RATE) -> Path:
    """A film of (h, w, 3) pictures and (2, n) samples."""
    picture, track, out = folder / "p.mp4", folder / "s.m4a", folder / "film.mp4"

    def frames() -> Any:
        for number, one in enumerate(pixels):
            frame = av.VideoFrame.from_ndarray(one, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
            frame.pts, frame.time_base = number, 1 / rate
            yield frame

    height, width = pixels[0].shape[:2]
    write_pictures(frames(), picture, FAST, width=width, height=height, rate=rate)
    if sound is not None:
        write_sound(sound, track, FAST)
    join([Piece(picture, 0)], None if sound is None else track, out, rate=rate)
    return out


def moving(count: int, seed: int = 1) -> list[Any]:
    random = np.random.default_rng(seed)
    coarse = random.integers(20, 235, (50, 30, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    return [coarse[n : n + SIZE[1], n : n + SIZE[0]] for n in range(count)]


def tone(seconds: float, loud: float = 0.2) -> Any:
    clock = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    wave = (loud * np.sin(2 * np.pi * 440 * clock)).astype(np.float32)
    return np.stack([wave, wave])


def test_black_and_frozen_stretches_are_exact(tmp_path: Path) -> None:
    pictures = moving(75)
    pictures[10:20] = [np.zeros_like(pictures[0])] * 10
    pictures[40:70] = [pictures[40]] * 30
    measured = inspect(film(tmp_path, pictures))
    assert measured.black == (span(0.4, 0.8),)
    assert measured.frozen == (span(1.6, 2.8),)
    assert measured.duration == 3 and measured.pictures == 75 and measured.rate == 25
    assert (measured.width, measured.height, measured.rotation) == (*SIZE, 0)
    assert measured.colour_tags == (1, 1, 1, 1) and measured.starts_fast
    assert not measured.has_sound and "no sound stream" in measured.reasons["sound"]
    assert len(measured.luma) == 3 and len(measured.colours) == 3


def test_text_does_not_hide_that_a_picture_is_black_or_frozen(tmp_path: Path) -> None:
    """Words light up one by one over a held and over a black picture."""
    from kinoloop.media.captions.overlay import Captions
    from kinoloop.media.captions.styles import style_named

    cues = cues_from_words(spread("One two three four five six", span(0, 2.8)))
    captions = Captions(cues, style_named("karaoke"), *SIZE)
    held, dark = moving(1)[0], np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pictures = []
    for number, one in enumerate([held] * 40 + [dark] * 30):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(one), format="rgb24").reformat(
            format="yuv420p"
        )
        captions.draw_on(frame, number / RATE)
        pictures.append(frame.to_ndarray(format="rgb24"))
    path = film(tmp_path, pictures)
    blind, told = inspect(path), inspect(path, Texts(cues, "karaoke"))
    assert sum((one.duration for one in blind.black), Fraction(0)) < Fraction(1, 2)
    assert told.black == (span(1.6, 2.8),)
    assert told.frozen and told.frozen[0].duration >= Fraction(3, 2)


def test_silence_clipping_loudness_and_length(tmp_path: Path) -> None:
    sound = tone(4)
    sound[:, round(1.0 * SOUND_RATE) : round(2.0 * SOUND_RATE)] = 0
    sound[:, round(3.0 * SOUND_RATE) : round(3.2 * SOUND_RATE)] *= 20
    measured = inspect(film(tmp_path, moving(100), np.clip(sound, -1, 1)))
    assert len(measured.silent) == len(measured.clipped) == 1
    assert abs(float(measured.silent[0].start) - 1) < 0.06 and abs(float(measured.silent[0].end) - 2) < 0.06
    assert (
        abs(float(measured.clipped[0].start) - 3) < 0.06 and abs(float(measured.clipped[0].end) - 3.2) < 0.06
    )
    assert measured.clipped_samples > 1000
    assert measured.true_peak is not None and measured.true_peak > -0.5
    assert len(measured.loudness) == 4
    assert measured.sound_longer is not None and abs(measured.sound_longer) < Fraction(1, 20)


def test_sound_that_ends_early_or_is_digital_silence(tmp_path: Path) -> None:
    early = inspect(film(tmp_path, moving(75), tone(1.5)))
    assert len(early.silent) == 1 and early.silent[0].end == 3
    assert early.sound_longer is not None and early.sound_longer < -1
    mute = inspect(film(tmp_path, moving(50), tone(2, 0)))
    assert mute.silent == (span(0, 2),)
    assert mute.integrated is None and mute.true_peak is None
    assert mute.reasons == {"loudness": "the sound is silent"}
    assert set(mute.loudness) == {None}


def test_titles_and_captions_are_read(tmp_path: Path) -> None:
    from kinoloop.media.ad.layers import Layers
    from kinoloop.media.ad.records import AdPlan

    supers = (Super(span(0, 2), "Folds flat"), Super(span(2, 2.8), "Half price", "middle"))
    plan = AdPlan((), *SIZE, RATE, supers=supers)
    layers = Layers(plan)
    pictures = []
    for number, one in enumerate(moving(70)):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(one), format="rgb24").reformat(
            format="yuv420p"
        )
        if number < 50:
            layers.draw_on(frame, number)
        pictures.append(frame.to_ndarray(format="rgb24"))
    there, missing = inspect(film(tmp_path, pictures), Texts(supers=supers)).texts
    assert there.match is not None and there.match > 0.9
    assert there.looks[0].contrast is not None and there.looks[0].contrast > 4.5
    assert missing.match is not None and missing.match < 0.4 and missing.elsewhere is None
    assert {there.wanted.key, missing.wanted.key} == {"title 1", "title 2"}


def test_nothing_is_read_from_a_film_of_another_size(tmp_path: Path) -> None:
    cues = cues_from_words(spread("Hello there", span(0, 1)))
    path = draw_film(tmp_path / "a.mp4", seconds=1, size=(320, 180)).path
    seen = inspect(path, Texts(cues)).texts
    assert seen[0].looks and seen[0].match is not None and seen[0].match < 0.5
    boxes = ExpectedTexts(Texts(cues), 320, 180).boxes
    assert boxes[0].text == "Hello there" and boxes[0].letter_height > 4


@pytest.mark.parametrize(("aspect", "ratio"), [(Fraction(1), 1.0), (Fraction(4, 3), 0.75)])
def test_stretching_shows_against_the_source(aspect: Fraction, ratio: float, tmp_path: Path) -> None:
    """The same coded pictures, shown with other samples: delivered with square ones they are 3/4 as wide."""
    random = np.random.default_rng(4)
    source = tmp_path / "source.mp4"
    texture = random.integers(0, 255, (60, 80, 3)).astype(np.uint8).repeat(6, 0).repeat(6, 1)
    with av.open(str(source), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        assert isinstance(stream, av.video.stream.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 480, 360, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(25):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(texture, format="rgb24")))
        out.mux(stream.encode(None))
    made = film(tmp_path, [texture] * 25)
    origin = Origin(span(0, 1), source)
    measured = inspect(made, origins=(origin,))
    (stretch,) = measured.stretches
    assert stretch.ratio == pytest.approx(ratio, abs=0.03)
    assert measured.frozen == () and measured.resting == (span(0, 1),)


def test_what_cannot_be_told_of_geometry_says_why(tmp_path: Path) -> None:
    flat = [np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)] * 25
    made = film(tmp_path, flat)
    from PIL import Image

    card = tmp_path / "card.png"
    Image.fromarray(flat[0]).save(card)
    ball = draw_ball(tmp_path / "ball.mp4", (120, 90))
    origins = (
        Origin(span(0, 0.5), card, still=True),
        Origin(span(0.5, 0.7), ball),
        Origin(span(0.7, 1), tmp_path / "gone.mp4"),
    )
    measured = inspect(made, origins=origins)
    assert [one.ratio for one in measured.stretches] == [None, None, None]
    assert all(one.reason for one in measured.stretches)
    assert "cannot be read" in measured.stretches[2].reason
    assert measured.resting[0] == span(0, 0.5)


def test_variable_rates_and_other_formats(tmp_path: Path) -> None:
    jittery = inspect(draw_film(tmp_path / "v.mp4", seconds=1, variable_rate=True).path)
    assert jittery.rate is None and not jittery.starts_fast
    wide = inspect(draw_film(tmp_path / "w.mkv", seconds=0.6, pix_fmt="yuv422p", rotation=0).path)
    assert wide.pixel_format == "yuv422p" and wide.starts_fast is None
    square = inspect(draw_film(tmp_path / "s.mp4", seconds=0.6, sample_aspect=Fraction(4, 3)).path)
    assert square.sample_aspect == Fraction(4, 3) and square.display_width == 427


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    cues = cues_from_words(spread("Hello there", span(0, 1)))
    path = draw_film(tmp_path / "a.mp4", seconds=1).path
    assert inspect_apart(path, Texts(cues)) == inspect(path, Texts(cues))


def test_what_cannot_be_inspected(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        inspect(tmp_path / "none.mp4")
    with pytest.raises(MediaError, match="no picture"):
        inspect(draw_sound(tmp_path / "sound.wav"))
    with pytest.raises(CancelledError):
        inspect(draw_film(tmp_path / "a.mp4", seconds=1).path, watch=StopAfter(3))
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    with pytest.raises(MediaError, match="No picture"):
        inspect(broken)


SPANS = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10)), max_size=6).map(
    lambda pairs: sorted(Span(Fraction(a), Fraction(a + b)) for a, b in pairs)
)


@given(SPANS, SPANS)
def test_what_is_left_outside_the_holes(spans: list[Span], holes: list[Span]) -> None:
    for left in without(spans, holes, Fraction(0)):
        assert not any(left.overlap(hole) for hole in holes)
        assert any(left.clamp(one) == left for one in spans)


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_the_flags(flags: list[bool]) -> None:
    made = np.zeros(len(flags), bool)
    for first, end in runs(np.array(flags, bool)):
        made[first:end] = True
    assert made.tolist() == flags


def test_small_rules() -> None:
    assert joined([span(0, 1), span(1.1, 2), span(3, 4)], Fraction(1, 5)) == (span(0, 2), span(3, 4))
    times = np.array([0.2, 0.7, 2.1])
    assert per_second(times, np.array([2, 4, 9], np.float32), 3) == [3.0, None, 9.0]
    assert constant_rate([Fraction(0)]) is None
    assert rgb_of(16, 128, 128) == (0, 0, 0) and rgb_of(255, 128, 128, full_range=True) == (255, 255, 255)
