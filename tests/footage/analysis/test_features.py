"""Features on analyses with known numbers: each as computed by hand, or null with its reason."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.footage.analysis.records import FaceSamples, Features
from kinoloop.footage.analysis.rules.evidence import FileEvidence, inside, window
from kinoloop.footage.analysis.rules.features import features_of, loudness_rise, opening_motion
from tests.footage.fill import analysis, picture, sound, span, transcript

FILM = analysis(frames=picture(10), heard=sound(10, speech=(span(4, 6),)))


def _of(file: FileEvidence, start: float = 4, end: float = 8) -> Features:
    return features_of(file, span(start, end))


def test_known_numbers_come_out_by_hand() -> None:
    faces = FaceSamples(np.array([4.0, 5.0, 6.0, 7.0]), np.array([1, 0, 2, 0]))
    found = _of(FileEvidence(FILM, transcript("one two three four", at=4), faces, 1080))
    values = {name: measured.value for name, measured in found.items()}
    assert values["motion"] == pytest.approx(4.0) and values["motion_peak"] == pytest.approx(4.0)
    assert values["sharpness"] == pytest.approx(300) and values["contrast"] == pytest.approx(0.2)
    assert values["brightness"] == pytest.approx(120 / 255)
    assert values["loudness"] == pytest.approx(-20) and values["loudness_peak"] == pytest.approx(-20)
    assert values["speech_share"] == 0.5 and values["silence_share"] == 0.0
    assert values["words_per_second"] == 1.0 and values["face_share"] == 0.5
    assert values["cut_density"] == pytest.approx(2 / 10)
    assert values["hook_energy"] == pytest.approx((4 / 12 + 0.5) / 2)
    assert values["technical_quality"] == pytest.approx(0.45 * 0.5 + 0.30 + 0.25)


def test_loudness_is_averaged_as_energy_above_the_gate() -> None:
    levels = np.full(100, -np.inf)
    levels[40:60], levels[60:80] = -10, -30
    found = _of(FileEvidence(analysis(heard=sound(10, level=levels))))
    assert found["loudness"].value == pytest.approx(10 * np.log10((0.1 + 0.001) / 2), abs=1e-4)
    assert found["loudness_peak"].value == pytest.approx(-10)
    quiet = _of(FileEvidence(analysis(heard=sound(10, level=levels))), 8, 10)
    assert quiet["loudness"].reason == "nothing louder than -70 LUFS in this shot"


def test_the_frame_at_the_cut_does_not_count_as_motion() -> None:
    levels = np.zeros(100)
    levels[40] = 200
    found = _of(FileEvidence(analysis(frames=picture(10, motion=levels))))
    assert found["motion"].value == 0 and found["motion_peak"].value == 0


def test_without_anything_all_is_null_and_says_why() -> None:
    found = _of(FileEvidence(analysis(reasons={"picture": "no video stream", "sound": "no sound stream"})))
    reasons = {name: measured.reason for name, measured in found.items()}
    assert all(measured.value is None for measured in found.values())
    assert reasons["motion"] == reasons["cut_density"] == reasons["technical_quality"] == "no video stream"
    assert reasons["loudness"] == reasons["speech_share"] == "no sound stream"
    assert reasons["hook_energy"] == "no video stream; no sound stream"
    assert (
        reasons["words_per_second"] == "no transcript"
        and reasons["face_share"] == "faces were not looked for"
    )


def test_single_reasons() -> None:
    film = FileEvidence(replace(FILM, sound=sound(10, speech=None)), transcript("a"), short_side=None)
    assert _of(film)["speech_share"].reason == "speech detector not installed"
    faces = FaceSamples(np.array([0.0]), np.array([1]))
    assert _of(replace(film, faces=faces))["face_share"].reason == "no frame of this shot was looked at"
    assert _of(film, 4, 4.05)["motion"].reason == "fewer than two analysed frames in this shot"
    assert _of(film, 4.01, 4.02)["sharpness"].reason == "no analysed frame lies in this shot"
    empty = _of(film, 4, 4)
    assert empty["words_per_second"].reason == empty["silence_share"].reason == "this shot has no duration"
    nothing = FileEvidence(analysis(0, cuts=(), frames=picture(0.1)))
    assert features_of(nothing, span(0, 0))["cut_density"].reason == "the file has no duration"
    assert _of(film)["technical_quality"].value is not None


def test_loudness_needs_a_measure_of_the_file() -> None:
    for integrated in (None, -np.inf):
        file = FileEvidence(analysis(heard=sound(10, integrated=integrated)))
        rise = loudness_rise(file, span(0, 1), low=0)
        assert rise.reason == "the file has no measurable loudness"
    file = FileEvidence(analysis(heard=sound(10, level=-80)))
    assert loudness_rise(file, span(0, 1), low=0).value == 0.0


def test_the_opening_ends_with_the_file() -> None:
    assert window(span(9, 10), 3.0, span(0, 10).end) == span(9, 10)
    assert window(span(4, 5), 3.0, span(0, 10).end) == span(4, 7)
    still = opening_motion(FileEvidence(FILM), span(9.95, 10))
    assert still.reason == "fewer than two analysed frames at its start"


@given(st.floats(0, 10), st.floats(0, 10))
def test_times_inside_match_the_plain_rule(start: float, end: float) -> None:
    low, high = sorted((start, end))
    times = np.arange(0, 10, 0.25)
    asked = span(low, high)
    found = times[inside(times, asked)]
    assert list(found) == [t for t in times if float(asked.start) <= t < float(asked.end)]


levels = st.lists(st.floats(0, 255, width=32) | st.just(float("nan")), min_size=100, max_size=100)
loud = st.lists(st.floats(-90, 0, width=32) | st.just(float("-inf")), min_size=100, max_size=100)


@settings(max_examples=30)
@given(levels, loud, st.floats(0, 255, width=32))
def test_no_input_gives_a_number_that_is_none(
    motion: list[float], momentary: list[float], luma: float
) -> None:
    film = analysis(frames=picture(10, motion=motion, luma=luma), heard=sound(10, level=momentary))
    for start, end in ((0, 4), (4, 8), (8, 10)):
        for measured in _of(FileEvidence(film), start, end).values():
            assert measured.value is None or np.isfinite(measured.value)
