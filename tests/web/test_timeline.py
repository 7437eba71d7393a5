"""The timeline: everything inside the file, in order, and reasons where there is nothing."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span, exact
from kinoloop.media.records import Analysis, SoundTrack, Word
from kinoloop.web.timeline import block, phrases, sound_lanes, sound_of, ticks


@given(st.floats(0, 5000), st.floats(0, 5000), st.floats(0.1, 20_000))
def test_blocks_stay_inside(start: float, length: float, duration: float) -> None:
    begin = min(start, duration)
    placed = block(Span(exact(begin), exact(min(begin + length, duration)) + 1), duration + 1, "x")
    assert placed.x >= 0 and placed.width >= 0 and placed.x + placed.width <= 100.001


@given(st.floats(0.5, 20_000))
def test_ticks_are_few_and_inside(duration: float) -> None:
    marks = ticks(duration)
    assert 1 <= len(marks) <= 9 and marks[0].label == "0:00"
    assert all(0 <= mark.x <= 100 for mark in marks)


def _sound(
    levels: list[float], speech: tuple[Span, ...] | None = None, reason: str | None = "no detector"
) -> Analysis:
    track = SoundTrack(
        np.arange(len(levels)) / 10, np.array(levels, np.float32), -20.0, -1.0, (), speech, reason
    )
    return Analysis("full", Fraction(max(len(levels), 1), 10), 0, None, track, ())


def test_loudness_is_an_area_and_silence_is_its_floor() -> None:
    drawn = sound_lanes(_sound([-30.0, float("-inf"), 0.0])).loudness
    assert drawn is not None
    assert (drawn.path, drawn.points) == ("M0 100 L0 50 L1 100 L2 0 L3 0 L3 100 Z", 3)


def test_a_long_file_is_drawn_with_few_points() -> None:
    drawn = sound_lanes(_sound([-20.0] * 5000)).loudness
    assert drawn is not None and drawn.points == 400


def test_reasons_where_there_is_nothing() -> None:
    assert sound_of(None).reasons["loudness"] == "the file is not analysed yet"
    assert sound_lanes(_sound([])).loudness is None
    assert sound_lanes(_sound([-20.0])).reasons == {"speech": "no detector"}
    silent = Analysis("full", Fraction(1), 0, None, None, (), {"sound": "no audio stream"})
    assert sound_lanes(silent).reasons == {"loudness": "no audio stream", "speech": "no audio stream"}


def test_words_become_lines_at_pauses_and_after_twelve() -> None:
    said = [Word(f"w{n}", exact(n * 0.3), exact(n * 0.3 + 0.2)) for n in range(14)]
    said.append(Word("late", exact(10), exact(10.5)))
    lines = phrases(said)
    assert [len(line.text.split()) for line in lines] == [12, 2, 1]
    assert (lines[2].start, lines[2].end) == (10.0, 10.5)
    assert phrases([]) == ()
