"""Silences are long enough, exact, and complete."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.media.silence import quiet_spans

LOUD, QUIET = -20.0, -80.0


def test_long_quiet_is_found_and_short_quiet_is_not() -> None:
    levels = np.array([LOUD] * 10 + [QUIET] * 20 + [LOUD] * 5 + [QUIET] * 10, np.float32)
    start = Fraction(1, 3)
    assert quiet_spans(levels, start) == (Span(start + Fraction(1, 5), start + Fraction(3, 5)),)


def test_quiet_to_the_end_and_nothing_at_all() -> None:
    assert quiet_spans(np.full(50, QUIET, np.float32), Fraction(0)) == (Span(Fraction(0), Fraction(1)),)
    assert quiet_spans(np.zeros(0, np.float32), Fraction(0)) == ()


@given(st.lists(st.booleans(), max_size=200))
def test_exactly_the_quiet_blocks_are_covered(quiet: list[bool]) -> None:
    levels = np.array([QUIET if block else LOUD for block in quiet], np.float32)
    spans = quiet_spans(levels, Fraction(0), shortest=Fraction(0))
    assert sum((span.duration for span in spans), Fraction(0)) == Fraction(sum(quiet), 50)
