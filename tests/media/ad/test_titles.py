"""Titles stay inside their box, can be read, or are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span
from kinoloop.media.ad.records import Super, SuperPlace
from kinoloop.media.ad.titles import Title, draw_title, lost_letters
from kinoloop.media.captions.safe import ZONES

FRAMES = {"reels": (1080, 1920), "square": (1080, 1080), "wide": (1920, 1080)}
WORDS = st.lists(st.text("abcdefgMW", min_size=1, max_size=9), min_size=1, max_size=9)


def title(text: str, **colours: tuple[int, ...]) -> Super:
    return Super(Span.__new__(Span), text, **colours)  # type: ignore[arg-type]  # colours by name


def drawn(text: str, shape: str = "reels", place: SuperPlace = "top", below: int = 0) -> Title:
    frame = FRAMES[shape]
    return draw_title(Super(Span.__new__(Span), text, place), ZONES[shape].box(*frame), frame, below=below)


@settings(max_examples=25, deadline=None)
@given(WORDS, st.sampled_from(sorted(FRAMES)), st.sampled_from(["top", "middle"]))
def test_it_stands_inside_the_safe_zone(words: list[str], shape: str, place: SuperPlace) -> None:
    made = drawn(" ".join(words), shape, place)
    left, top, right, bottom = ZONES[shape].box(*FRAMES[shape])
    assert left <= made.x and made.x + made.picture.width <= right
    assert top <= made.y and made.y + made.picture.height <= bottom


def test_letters_are_large_and_lines_even() -> None:
    alpha = np.asarray(drawn("Cold until the last meeting").picture).astype(int)
    ink = alpha[..., :3].min(axis=2) > 200
    rows = np.flatnonzero(ink.any(axis=1))
    lines = np.split(rows, np.flatnonzero(np.diff(rows) > 6) + 1)
    assert len(lines) == 2 and all(len(line) > 1920 * 0.025 for line in lines)
    widths = [np.ptp(np.flatnonzero(ink[line].any(axis=0))) for line in lines]
    assert min(widths) > 0.7 * max(widths)


def test_it_makes_room_for_the_logo() -> None:
    assert drawn("Hello", below=500).y == 500 and drawn("Hello").y < 300


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (title("  "), "no letters"),
        (title("word " * 60), "too long"),
        (title("W" * 90), "too long"),
        (title("Pale", fill=(120, 120, 120), box=(90, 90, 90, 255)), "could not be read"),
        (title("Glass", box=(0, 0, 0, 90)), "could not be read"),
    ],
)
def test_what_cannot_be_read_is_refused(one: Super, said: str) -> None:
    with pytest.raises(InputError, match=said):
        draw_title(one, ZONES["reels"].box(1080, 1920), (1080, 1920))


def test_lost_letters_are_told() -> None:
    assert lost_letters((title("plain"),)) is None
    assert "left out: 漢" in (lost_letters((title("a漢"),)) or "")
