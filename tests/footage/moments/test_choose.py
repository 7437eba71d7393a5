"""A chooser's windows, what comes of its quotes, and how its failures are borne."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import CancelledError, PassingError, UnavailableError
from kinoloop.footage.moments.choose import choose_moments, windows
from kinoloop.footage.moments.ports import Quote, TranscriptWindow
from kinoloop.footage.moments.records import Evidence, MomentRequest
from kinoloop.footage.moments.rules import detect
from kinoloop.media.records import Transcript
from tests.footage.moments.evidence import talk

STORY = "Once a baker told me that his oldest oven had a name and a birthday."
DULL = "we put the chair over there and then some paper came out of the box today."
LONG = talk((DULL + " ") * 30 + STORY + " " + (DULL + " ") * 30)
REQUEST = MomentRequest(max_moments=1, min_duration=Fraction(6), max_duration=Fraction(20))


class ScriptedChooser:
    """A chooser of our port whose answers are written down; it counts its windows."""

    name = "The script"

    def __init__(self, answer: Callable[[TranscriptWindow], Sequence[Quote]]) -> None:
        self.answer, self.seen = answer, list[TranscriptWindow]()

    def choose(self, window: TranscriptWindow, request: MomentRequest) -> Sequence[Quote]:
        self.seen.append(window)
        return self.answer(window)


def evidence(transcript: Transcript = LONG) -> Evidence:
    return Evidence(transcript.words[-1].end + 1, None, transcript)


def quoting(window: TranscriptWindow) -> Sequence[Quote]:
    return [Quote(STORY, "a tender\n story", "story")] if "birthday" in window.text else []


def test_a_quoted_stretch_becomes_the_moment() -> None:
    chooser = ScriptedChooser(quoting)
    found = choose_moments(evidence(), REQUEST, chooser, window=Fraction(120))
    story = [word for word in LONG.words if word.text in ("Once", "birthday.")]
    assert len(chooser.seen) > 4
    assert len(found.moments) == 1
    assert found.moments[0].start_time <= story[0].start and story[1].end <= found.moments[0].end_time
    assert 'Chosen by the model ("a tender story")' in found.moments[0].reason


def test_a_window_that_fails_is_noted_and_the_others_go_on() -> None:
    def failing_first(window: TranscriptWindow) -> Sequence[Quote]:
        if window.span.start < 10:
            raise PassingError("The model did not answer.")
        return quoting(window)

    found = choose_moments(evidence(), REQUEST, ScriptedChooser(failing_first), window=Fraction(120))
    assert any("did not judge 0:00.5-2:00.5. The model did not answer." in note for note in found.notes)
    assert "chooser" in found.moments[0].subscores


def test_an_open_breaker_ends_the_asking_and_the_rules_decide() -> None:
    def refused(window: TranscriptWindow) -> Sequence[Quote]:
        raise UnavailableError("The model is resting.", why="It failed 3 times.")

    chooser = ScriptedChooser(refused)
    found = choose_moments(evidence(), REQUEST, chooser, window=Fraction(120))
    assert len(chooser.seen) == 1
    assert any("the evidence decides alone" in note for note in found.notes)
    assert found.moments == detect(evidence(), REQUEST).moments


def test_without_a_chooser_or_words_the_rules_decide_and_say_so() -> None:
    assert "No model was asked: none is configured." in choose_moments(evidence(), REQUEST).notes
    silent = Evidence(Fraction(60), None, None)
    found = choose_moments(silent, REQUEST, ScriptedChooser(quoting))
    assert "The script was not asked: there are no words to read." in found.notes


def test_an_invented_quote_is_refused_in_words() -> None:
    lying = ScriptedChooser(lambda window: [Quote("Buy this miracle pill right now please", "x", "y")])
    found = choose_moments(evidence(), REQUEST, lying)
    assert any("Buy this miracle pill" in n and "not in the transcript" in n for n in found.notes)
    assert "chooser" not in found.moments[0].subscores


def test_a_quote_longer_than_a_moment_is_noted() -> None:
    endless = ScriptedChooser(lambda window: [Quote(" ".join([DULL] * 3), "long", "story")])
    found = choose_moments(evidence(), REQUEST, endless)
    assert any("lasted longer than a moment may" in note for note in found.notes)


def test_the_same_stretch_quoted_by_two_windows_counts_once() -> None:
    many = ScriptedChooser(lambda window: [*quoting(window), *quoting(window)])
    found = choose_moments(evidence(), REQUEST, many, window=Fraction(40))
    once = choose_moments(evidence(), REQUEST, ScriptedChooser(quoting), window=Fraction(40))
    assert found.moments == once.moments


def test_a_person_can_cancel_between_windows() -> None:
    class Impatient:
        def progress(self, done: float, total: float, note: str = "") -> None: ...

        def check(self) -> None:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        choose_moments(evidence(), REQUEST, ScriptedChooser(quoting), watch=Impatient())


def test_a_chooser_that_is_cancelled_is_not_a_failed_window() -> None:
    def cancelled(window: TranscriptWindow) -> Sequence[Quote]:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        choose_moments(evidence(), REQUEST, ScriptedChooser(cancelled))


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 80), st.integers(1, 30))
def test_windows_hold_every_stretch_of_the_overlap_whole(length: int, overlap: int) -> None:
    overlap = min(overlap, length // 2)
    said = LONG.words[:120]
    parts = list(windows(said, Fraction(length), Fraction(overlap)))
    assert {word.start for word in said} == {word.start for part in parts for word in part.words}
    for word in said:
        last = max(w.start for w in said if w.end <= max(word.end, word.start + overlap))
        assert any(part.words[0].start <= word.start and last <= part.words[-1].start for part in parts)
