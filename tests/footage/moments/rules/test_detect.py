"""The whole way from evidence to moments: laws, and the cases that a person would name."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import MODES, Detection, Evidence, Mode, MomentRequest, Pick
from kinoloop.footage.moments.rules import detect
from kinoloop.media.records import Analysis, Transcript, Word
from tests.footage.moments.evidence import seconds, shifted, spans, talk, tracks

EIGHTH = Fraction(1, 8)
PLAIN = "we put the chair over there and then some paper came out of the box today."


@st.composite
def drawn_words(draw: st.DrawFn, duration: int) -> Transcript | None:
    if draw(st.booleans()):
        return None
    at, words = Fraction(0), []
    for _ in range(draw(st.integers(0, 60))):
        at += EIGHTH * draw(st.integers(0, 12))
        length = EIGHTH * draw(st.integers(1, 8))
        text = draw(st.sampled_from(["why", "secret?", "the", "box", "7", "done.", "NEVER!", "chair", "..."]))
        words.append(Word(text, at, at + length))
        at += length - EIGHTH * draw(st.sampled_from([0, 0, 0, 1]))
    return Transcript(tuple(words), None, "drawn", draw(st.booleans()))


@st.composite
def drawn_evidence(draw: st.DrawFn) -> Evidence:
    duration = draw(st.integers(2, 90))
    inside = st.integers(1, duration * 8 - 1)
    pair = st.tuples(inside, inside).map(lambda p: (min(p) / 8, max(p) / 8))
    analysis: Analysis | None = None
    if draw(st.booleans()):
        analysis = tracks(
            duration,
            loud=draw(st.lists(pair, max_size=2)),
            moving=draw(st.lists(pair, max_size=2)),
            cuts=sorted(at / 8 for at in draw(st.sets(inside, max_size=6))),
            silences=draw(st.lists(pair, max_size=1)),
            speech=draw(st.none() | st.lists(pair, max_size=1)),
            seed=draw(st.integers(0, 5)),
        )
        analysis = replace(analysis, picture=None) if draw(st.booleans()) else analysis
    faces = spans(draw(st.lists(pair, max_size=1))) if draw(st.booleans()) else None
    return Evidence(Fraction(duration), analysis, draw(drawn_words(duration)), faces=faces)


@st.composite
def drawn_request(draw: st.DrawFn) -> MomentRequest:
    shortest = EIGHTH * draw(st.integers(8, 160))
    longest = shortest + EIGHTH * draw(st.integers(0, 160))
    return MomentRequest(draw(st.sampled_from(MODES)), shortest, longest, draw(st.integers(1, 5)))


@settings(max_examples=150, deadline=None)
@given(drawn_evidence(), drawn_request())
def test_moments_keep_the_laws(evidence: Evidence, request: MomentRequest) -> None:
    found = detect(evidence, request)
    assert len(found.moments) <= request.max_moments
    for moment in found.moments:
        assert 0 <= moment.start_time < moment.end_time <= evidence.duration
        if moment.short:
            assert moment.span == evidence.whole
        else:
            assert request.min_duration <= moment.duration <= request.max_duration
        assert 0 <= moment.confidence <= 1
        assert moment.reason.endswith(".")
        assert moment.passthrough is found.passthrough
        assert len(moment.keywords) <= 5
    for one, other in combinations(found.moments, 2):
        assert one.span.overlap(other.span) == 0
    if not found.passthrough:
        assert_never_mid_word(found, evidence)
    assert detect(evidence, request) == found


def assert_never_mid_word(found: Detection, evidence: Evidence) -> None:
    words = evidence.transcript.words if evidence.transcript else ()
    for moment in found.moments:
        for edge in (moment.start_time, moment.end_time):
            inside = [w for w in words if w.start < edge < w.end and w.text.strip()]
            assert not inside or edge == evidence.duration


@settings(max_examples=60, deadline=None)
@given(drawn_evidence(), drawn_request(), st.integers(1, 4000))
def test_later_evidence_gives_later_moments(evidence: Evidence, request: MomentRequest, later: int) -> None:
    by = Fraction(later, 4)
    here, there = detect(evidence, request), detect(shifted(evidence, by), request)
    assert [m.span.shift(by) for m in here.moments] == [m.span for m in there.moments]
    assert [m.confidence for m in here.moments] == pytest.approx([m.confidence for m in there.moments])
    assert there.passthrough is here.passthrough


@pytest.mark.parametrize("mode", MODES)
def test_peaks_are_found_without_words_and_it_says_so(mode: Mode) -> None:
    evidence = Evidence(
        Fraction(300), tracks(300, loud=[(60, 85), (200, 230)], moving=[(60, 85), (200, 230)]), None
    )
    found = detect(evidence, MomentRequest(mode=mode, max_moments=2))
    assert "Judged without transcript: no transcript." in found.notes
    if mode != "summary":
        truth = spans([(60, 85), (200, 230)])
        assert all(max(m.span.iou(t) for m in found.moments) > 0.7 for t in truth)
    for moment in found.moments:
        assert moment.subscores["transcript"].value is None
        assert moment.subscores["transcript"].reason == "no transcript"
        assert "no transcript" in moment.reason
        assert moment.subscores["sound"].value is not None


def hooking_talk() -> Transcript:
    hook = "Why does nobody tell you this secret? Never make this mistake! You lose money now. "
    return talk((PLAIN + " ") * 6 + hook * 3 + (PLAIN + " ") * 6)


def test_hooks_are_found_by_words_alone() -> None:
    transcript = hooking_talk()
    hook = Span(transcript.words[96].start, transcript.words[96 + 44].end)
    end = transcript.words[-1].end + 1
    found = detect(Evidence(end, None, transcript), MomentRequest(max_moments=1))
    assert found.moments[0].span.iou(hook) > 0.7
    assert "hook words" in found.moments[0].reason
    assert set(found.moments[0].keywords) & {"secret", "mistake", "money", "nobody"}
    assert not found.passthrough


def test_confidence_falls_with_less_evidence_and_weaker_peaks() -> None:
    transcript = hooking_talk()
    end = int(transcript.words[-1].end) + 1
    hook = [(float(transcript.words[96].start), float(transcript.words[140].end))]
    strong = tracks(end, loud=hook, moving=hook)
    request = MomentRequest(max_moments=1)
    all_heard = detect(Evidence(Fraction(end), strong, transcript), request).moments[0].confidence
    words_only = detect(Evidence(Fraction(end), None, transcript), request).moments[0].confidence
    spread = detect(Evidence(Fraction(end), None, replace(transcript, word_timed=False)), request)
    nothing_there = detect(Evidence(Fraction(end), tracks(end), None), request).moments[0].confidence
    assert all_heard > words_only > spread.moments[0].confidence
    assert all_heard > 2 * nothing_there


def test_modes_choose_differently() -> None:
    transcript = hooking_talk()
    end = int(transcript.words[-1].end) + 1
    evidence = Evidence(Fraction(end), tracks(end, loud=[(5, 30)]), transcript)
    viral = detect(evidence, MomentRequest("viral", max_moments=1)).moments[0].span
    highlight = detect(evidence, MomentRequest("highlights", max_moments=1)).moments[0].span
    assert viral.iou(highlight) < 0.5
    assert highlight.iou(Span(seconds(5), seconds(30))) > 0.6


def test_a_summary_covers_the_whole_file() -> None:
    evidence = Evidence(Fraction(300), tracks(300, loud=[(10, 90)], moving=[(10, 90)]), None)
    middles = sorted(m.span.middle for m in detect(evidence, MomentRequest("summary")).moments)
    assert [int(middle // 100) for middle in middles] == [0, 1, 2]


def test_failed_analysis_passes_through_and_says_so() -> None:
    found = detect(Evidence(Fraction(100), None, None, ("Analysis failed: broken.",)), MomentRequest())
    assert found.passthrough and len(found.moments) == 3
    assert all(m.passthrough and m.confidence == 0 and m.score is None for m in found.moments)
    assert all(m.duration == 15 and "nothing could be analysed" in m.reason for m in found.moments)
    assert "Analysis failed: broken." in found.notes


def test_failed_analysis_of_a_short_file_takes_it_whole() -> None:
    found = detect(Evidence(Fraction(7), None, None), MomentRequest())
    assert [m.span for m in found.moments] == [Span(Fraction(0), Fraction(7))]
    assert found.moments[0].short and found.moments[0].passthrough
    assert "shorter than 15 s" in found.moments[0].reason


def test_a_short_file_with_analysis_is_one_moment() -> None:
    found = detect(Evidence(Fraction(8), tracks(8), None), MomentRequest())
    assert [m.span for m in found.moments] == [Span(Fraction(0), Fraction(8))]
    assert found.moments[0].short and not found.passthrough
    assert "The file is shorter than 15 s and is taken whole." in found.notes


def test_a_file_without_duration_has_no_moments() -> None:
    found = detect(Evidence(Fraction(0), None, None), MomentRequest())
    assert found.moments == () and "The file has no duration." in found.notes


def test_one_endless_word_leaves_no_stretch() -> None:
    words = Transcript((Word("aaah", Fraction(1), Fraction(99)),), None, "drawn", True)
    found = detect(Evidence(Fraction(100), None, words), MomentRequest())
    assert found.moments == ()
    assert "No stretch of the wanted length lies between words." in found.notes


def test_a_flat_file_gives_its_least_ordinary_stretches_without_confidence() -> None:
    flat = tracks(120)
    assert flat.picture is not None
    still = replace(
        flat.picture, motion=np.ones_like(flat.picture.motion), descriptors=np.zeros((0, 512), np.float32)
    )
    found = detect(Evidence(Fraction(120), replace(flat, picture=still, sound=None), None), MomentRequest())
    assert len(found.moments) == 3
    assert all(moment.confidence == 0 for moment in found.moments)
    assert all(moment.score == pytest.approx(0.5) for moment in found.moments)
    assert any("least ordinary" in note for note in found.notes)
    assert all("nothing stands clearly above" in moment.reason for moment in found.moments)


def test_missing_parts_are_named_with_the_analysis_own_reason() -> None:
    mute = replace(tracks(60), sound=None, reasons={"sound": "no audio stream"})
    moment = detect(Evidence(Fraction(60), mute, None), MomentRequest()).moments[0]
    assert moment.subscores["sound"].reason == "no audio stream"
    blind = replace(tracks(60), picture=None)
    moment = detect(Evidence(Fraction(60), blind, None), MomentRequest()).moments[0]
    assert moment.subscores["picture"].reason == "no picture was measured"


def test_an_empty_transcript_is_not_evidence() -> None:
    silent = Transcript((), None, "a silent file", True)
    moment = detect(Evidence(Fraction(60), tracks(60), silent), MomentRequest()).moments[0]
    assert moment.subscores["transcript"].reason == "the transcript holds no words"


def test_an_analysis_that_measured_nothing_here_passes_through() -> None:
    far = Evidence(Fraction(60), tracks(30), None, start=Fraction(500))
    found = detect(far, MomentRequest())
    assert found.passthrough
    assert all("in this stretch" in m.subscores["sound"].reason for m in found.moments)
    assert all(m.start_time >= 500 for m in found.moments)


def test_a_pick_is_kept_whole_and_named() -> None:
    transcript = hooking_talk()
    end = transcript.words[-1].end + 1
    quoted = Span(transcript.words[16].start, transcript.words[31].end)
    pick = Pick(quoted, "a calm story", "story", 1.0)
    found = detect(Evidence(end, None, transcript), MomentRequest(max_moments=2), [pick])
    holding = [m for m in found.moments if m.start_time <= quoted.start and quoted.end <= m.end_time]
    assert len(holding) == 1
    assert 'Chosen by the model ("a calm story")' in holding[0].reason
    assert holding[0].subscores["chooser"].value == 1.0


def test_a_summary_names_the_sentences_that_hold_the_talk_together() -> None:
    strays = [f"Oddword{n} quirk{n} stray{n} thing{n} piece{n} matter{n}." for n in range(24)]
    core = ["Bread needs oven heat and steam.", "Steam and oven heat make bread rise."] * 2
    transcript = talk(" ".join([*strays[:12], *core, *strays[12:]]))
    end = transcript.words[-1].end + 1
    request = MomentRequest(
        mode="summary", min_duration=Fraction(6), max_duration=Fraction(20), max_moments=1
    )
    found = detect(Evidence(end, None, transcript), request)
    assert "sentences central to the whole" in found.moments[0].reason
    assert {"oven", "heat"} & set(found.moments[0].keywords)
