"""Exact time: parsing, printing, span laws."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span, clock, exact, parse_seconds, short_clock

instants = st.integers(0, 10**7).map(lambda ms: Fraction(ms, 1000))
spans = st.tuples(instants, instants).map(lambda pair: Span(min(pair), max(pair)))


@given(instants)
def test_a_clock_reads_back_as_what_was_written(at: Fraction) -> None:
    assert parse_seconds(clock(at)) == at
    assert parse_seconds(clock(at, comma=True)) == at


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("83.2", Fraction(832, 10)),
        ("1:23.2", Fraction(832, 10)),
        ("0:01:23,200", Fraction(832, 10)),
        (" 5 ", 5),
    ],
)
def test_times_people_write(text: str, seconds: Fraction) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-3", "1:2:3:4", "nan"])
def test_what_is_no_time_says_so(text: str) -> None:
    with pytest.raises(InputError, match="not a time"):
        parse_seconds(text)


def test_floats_become_what_they_meant() -> None:
    assert exact(0.1) == Fraction(1, 10)
    assert exact(Fraction(1, 3)) == Fraction(1, 3)
    assert short_clock(Fraction(834, 10)) == "1:23.4"
    assert clock(Fraction(61), digits=0) == "00:01:01"


@given(spans, spans)
def test_overlap_is_symmetric_and_never_longer_than_either(a: Span, b: Span) -> None:
    assert a.overlap(b) == b.overlap(a) <= min(a.duration, b.duration)
    assert 0.0 <= a.iou(b) <= 1.0


@given(spans, spans, instants)
def test_moving_and_clamping(a: Span, b: Span, by: Fraction) -> None:
    assert a.shift(by).duration == a.duration
    inside = a.clamp(b)
    assert b.start <= inside.start <= inside.end <= b.end
    assert a.contains(a.middle) or not a.duration


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Span(Fraction(2), Fraction(1))
    assert str(Span(Fraction(1), Fraction(2))) == "0:01.0-0:02.0"
