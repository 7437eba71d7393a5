"""How values are said."""

from datetime import timedelta
from fractions import Fraction

import pytest

from kinoloop.web import words
from tests.web.house import START


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, None),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1500, "2 KB"),
        (12_400_000, "12.4 MB"),
        (340_000_000, "340 MB"),
        (1_800_000_000, "1.8 GB"),
    ],
)
def test_sizes(count: int | None, said: str | None) -> None:
    assert words.size_words(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, None), (0, "0:00"), (42.4, "0:42"), (725, "12:05"), (3723, "1:02:03")]
)
def test_lengths(seconds: float | None, said: str | None) -> None:
    assert words.length_words(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, None),
        (2, "a few seconds left"),
        (42, "about 40 seconds left"),
        (100, "about 2 minutes left"),
        (7200, "about 2 hours left"),
    ],
)
def test_waits(seconds: float | None, said: str | None) -> None:
    assert words.wait_words(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "just now"), (10, "just now"), (60, "1 min ago"), (7000, "2 h ago"), (200_000, "2 days ago")],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert words.ago_words(START, START + timedelta(seconds=seconds)) == said


def test_instants_and_marks() -> None:
    assert words.ago_words(None, START) is None
    assert words.instant_words(None) is None
    assert words.instant_words(START) == "2026-11-20 12:00 UTC"
    assert words.mark_words(Fraction(834, 10)) == "1:23.4"


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, None), (0.44, "0.4 s"), (12.3, "12 s"), (185, "3 min 5 s")]
)
def test_work_took(seconds: float | None, said: str | None) -> None:
    assert words.took_words(seconds) == said


def test_scores_and_levels() -> None:
    assert [words.score_words(None), words.score_words(0.123)] == [None, "0.12"]
    assert [words.level_words(None), words.level_words(-3.04, "dBFS")] == [None, "-3.0 dBFS"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (None, None),
        ("detect", "Find the moments"),
        ("cut 2 of 3", "Cut and caption the clip 2 of 3"),
        ("keep the reason", "Keep the reason of the failure"),
        ("make_tea", "Make tea"),
    ],
)
def test_steps_are_sentences(name: str | None, said: str | None) -> None:
    assert words.step_sentence(name) == said


def test_unknown_states_are_said_plainly() -> None:
    assert words.status_words("half_open") == "Half open"
    assert words.status_words("partially_completed") == "Partly done"
