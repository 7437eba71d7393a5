"""Lines as sound: pace, silent timing, the film's clock, WAV files."""

import itertools
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.creative.voices.ports import Spoken
from kinoloop.flows.make_video.sound import (
    FASTEST,
    SLOWEST,
    SaidLine,
    pace_for,
    silent_line,
    words_on_film,
    write_wav,
)
from kinoloop.media.records import Word


@pytest.mark.parametrize(
    ("words", "room", "pace"), [(5, 5000, SLOWEST), (12, 5000, 1.0), (14, 5000, 1.2), (40, 5000, FASTEST)]
)
def test_a_line_is_said_faster_only_where_it_must(words: int, room: int, pace: float) -> None:
    assert pace_for(" ".join(["word"] * words), room) == pytest.approx(pace, abs=0.03)


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=20), st.integers(500, 20000)
)
def test_silent_words_fill_their_panel_in_order(texts: list[str], room: int) -> None:
    made = silent_line(" ".join(texts), room)
    assert [word.text for word in made] == texts
    assert all(a.end <= b.start for a, b in itertools.pairwise(made))
    assert made[-1].end <= Fraction(room, 1000)


def test_words_count_from_the_start_of_the_film() -> None:
    line = (Word("hello", Fraction(1, 10), Fraction(1, 2)),)
    found = words_on_film([(0, line), (5125, line)])
    assert found[1].start == Fraction(5225, 1000)


def test_a_said_line_survives_the_journey_as_json() -> None:
    line = SaidLine(
        "Hello.",
        "videos/v/voice-1.wav",
        Fraction(7, 3),
        (Word("Hello.", Fraction(0), Fraction(1, 3)),),
        "spoken",
        "x",
    )
    assert SaidLine.from_json(line.as_json()) == line


def test_a_line_is_kept_as_sound_that_can_be_played(tmp_path: Path) -> None:
    samples = np.sin(np.arange(4800) / 20).astype(np.float32) * 2
    write_wav(Spoken(samples, 48000, (), "spoken", "x", 1), tmp_path / "line.wav")
    with wave.open(str(tmp_path / "line.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (48000, 1, 4800)
        heard = np.frombuffer(file.readframes(4800), "<i2")
    assert heard.max() == 32767
