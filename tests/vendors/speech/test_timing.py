"""Word times: grouped from characters exactly, spread by weight; measured against a voice's own times."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.vendors.speech.embedded import EmbeddedVoice
from kinoloop.vendors.speech.sound import loud_stretches, stretches_heard
from kinoloop.vendors.speech.timing import from_characters, spread

LINES = (
    "Stop scrolling. This chair folds flat in two seconds.",
    "Your back hurts because your desk was never made for you.",
    "Three tools, one afternoon, zero mess: that is the whole kit.",
    "Nobody tells you this about coffee, but water matters more than beans.",
    "It weighs less than your laptop, and it carries everything else.",
    "What if your garden could water itself?",
    "Join four thousand teams who switched this year.",
    "The battery lasts for nineteen hours; the warranty lasts for ten years.",
    "Try it at home. Love it, or send it back.",
    "You don't need a bigger kitchen, you need better knives.",
    "She built it in a garage, and now it's in every hospital in Norway.",
    "The first month costs 9 dollars, then 29.",
)


def span(start: float, end: float) -> Span:
    return Span(Fraction(str(start)), Fraction(str(end)))


def test_estimated_onsets_are_near_the_true_ones(capsys: pytest.CaptureFixture[str]) -> None:
    errors, naive = [], []
    for line in LINES:
        true = EmbeddedVoice().say(line)
        guessed = {word.text: word.start for word in spread(line, stretches_heard(true.samples))}
        told = [word for word in true.words if word.text in guessed and line.split().count(word.text) == 1]
        errors += [abs(float(guessed[word.text] - word.start)) for word in told]
        step = true.duration / len(true.words)
        naive += [abs(float(step * at - word.start)) for at, word in enumerate(true.words)]
    p95 = float(np.percentile(errors, 95))
    with capsys.disabled():
        print(
            f"\nword onsets, {len(errors)} words: median {np.median(errors):.3f} s, p95 {p95:.3f} s", end=""
        )
    assert p95 < 0.23 and p95 < float(np.percentile(naive, 95)) / 2


def test_pauses_fall_on_marks() -> None:
    words = spread("Stop here. Then go on, friend.", [span(0, 0.8), span(1.5, 2.1), span(2.6, 3.0)])
    starts = {word.text: word.start for word in words}
    assert starts["Then"] == Fraction("1.5") and starts["friend."] == Fraction("2.6")
    assert words[1].end == Fraction("0.8")


def test_more_stretches_than_words_are_bridged() -> None:
    words = spread("Two words", [span(0, 0.2), span(0.25, 0.5), span(1.0, 1.4), span(1.45, 2.0)])
    assert [word.start for word in words] == [0, 1] and words[-1].end == 2


@given(
    st.lists(st.text("abcdefg ,.é你", min_size=1, max_size=8), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(1, 80), st.integers(1, 80)), min_size=1, max_size=6),
)
def test_words_are_in_order_inside_the_speech(texts: list[str], lengths: list[tuple[int, int]]) -> None:
    stretches, at = [], Fraction(0)
    for pause, length in lengths:
        stretches.append(Span(at + Fraction(pause, 100), at + Fraction(pause + length, 100)))
        at = stretches[-1].end
    text = " ".join(texts)
    words = spread(text, stretches)
    assert "".join("".join(word.text.split()) for word in words) == "".join(text.split())
    if words:
        assert words[0].start == stretches[0].start and words[-1].end == stretches[-1].end
    assert all(a.start < a.end <= b.start for a, b in pairwise(words))


def test_a_long_text_takes_no_long_time() -> None:
    stretches = [span(at, at + 0.9) for at in range(60)]
    assert len(spread("word, " * 900, stretches)) == 900


def test_nothing_gives_nothing() -> None:
    assert spread("", [span(0, 1)]) == () and spread("word", []) == ()


def characters(text: str, step: float = 0.1) -> tuple[list[str], list[float], list[float]]:
    return list(text), [at * step for at in range(len(text))], [(at + 1) * step for at in range(len(text))]


def test_characters_become_words() -> None:
    text = "It's an up-to-date \u201ctest\u201d!"
    words = from_characters(text, *characters(text), Fraction(10))
    assert words is not None and [word.text for word in words] == [
        "It's",
        "an",
        "up-to-date",
        "\u201ctest\u201d!",
    ]
    assert [float(word.start) for word in words] == [0.0, 0.5, 0.8, 1.9]
    assert [float(word.end) for word in words] == [0.4, 0.7, 1.8, 2.6]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_grouping_keeps_every_word_in_order(text: str) -> None:
    words = from_characters(text, *characters(text), Fraction(10))
    assert words is not None
    assert "".join("".join(word.text.split()) for word in words) == "".join(text.split())
    assert all(a.start < a.end <= b.start for a, b in pairwise(words))


def test_a_little_overlap_is_set_right() -> None:
    words = from_characters("ab c", list("ab c"), [0.0, 0.1, 0.2, 0.18], [0.1, 0.25, 0.2, 0.3], Fraction(1))
    assert words is not None and words[0].end == words[1].start == Fraction("0.18")


def test_times_beyond_the_sound_are_cut_or_refused() -> None:
    pieces = characters("ab cd")
    cut = from_characters("ab cd", *pieces, Fraction("0.45"))
    assert cut is not None and cut[-1].end == Fraction("0.45")
    assert from_characters("ab cd", *pieces, Fraction("0.1") / 2) is not None
    assert from_characters("ab cd" * 3, *characters("ab cd" * 3), Fraction("0.5")) is None


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ([0.0], [0.1]),
        ([0.0, 0.2, 0.1], [0.1, 0.3, 0.4]),
        ([0.0, 0.1, 0.2], [0.1, 0.2, float("inf")]),
        ([0.0, 0.1, float("nan")], [0.1, 0.2, 0.3]),
        ([0.0, 0.1, 0.2], [0.1, 0.05, 0.3]),
        ([-1.0, 0.1, 0.2], [0.1, 0.2, 0.3]),
    ],
)
def test_times_that_make_no_sense_are_refused(starts: list[float], ends: list[float]) -> None:
    assert from_characters("abc", list("abc"), starts, ends, Fraction(5)) is None
    assert from_characters("abd", *characters("abc"), Fraction(5)) is None


def test_without_the_detector_loudness_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinoloop.media.speech.weights_file", lambda: None)
    voice = EmbeddedVoice().say("Stop scrolling. This chair folds flat.").samples
    padded = np.concatenate([np.zeros(48_000, np.float32), voice, np.zeros(48_000, np.float32)])
    found = stretches_heard(padded)
    assert found == loud_stretches(padded) and len(found) == 2 and 1 <= found[0].start < Fraction("1.2")


def test_a_sound_shorter_than_a_window_is_one_stretch() -> None:
    (only,) = loud_stretches(np.ones(100, np.float32))
    assert only.duration == Fraction(100, 48_000)
