"""Requests that can be met, and names that mean a mode."""

from fractions import Fraction

import pytest

from kinoloop.core.errors import InputError
from kinoloop.footage.moments.records import MomentRequest, mode_named


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("viral", "viral"),
        ("short_clips", "viral"),
        ("key_moments", "highlights"),
        ("smart_summary", "summary"),
    ],
)
def test_a_mode_is_named_by_itself_or_by_its_intent(name: str, mode: str) -> None:
    assert mode_named(name) == mode


def test_an_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="smart_summary"):
        mode_named("best")


def test_the_defaults_are_those_of_the_seed() -> None:
    request = MomentRequest()
    assert request == MomentRequest("viral", Fraction(15), Fraction(60), 3)


@pytest.mark.parametrize(("low", "high", "most"), [(0, 60, 3), (20, 10, 3), (15, 60, 0), (15, 60, 51)])
def test_a_request_that_cannot_be_met_is_refused(low: int, high: int, most: int) -> None:
    with pytest.raises(InputError):
        MomentRequest("viral", Fraction(low), Fraction(high), most)
