"""A return over time and what it is made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log

import pytest

from kinoloop.learning.decisions.records import AdLine
from kinoloop.web.pages.decide.drawing import course_of, parts_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = AdLine(
    "d", "a", "act", AT, "A", "s", "keep", "running", "running", 5_000, 5_000, 0.5, "It pays.",
    mean=2.0, low=1.0, high=4.0,
)  # fmt: skip


def test_parts_multiply_to_the_whole_and_the_strongest_comes_first() -> None:
    found = parts_of(
        {"account": log(2), "clicks": log(3), "fatigue": -log(1.5), "value": 0.001, "kind_0": 0.2}
    )
    assert found is not None and found.usual == pytest.approx(2)
    assert [one.name for one in found.parts] == ["clicks", "fatigue", "kind_0"]
    assert found.factor == pytest.approx(3 / 1.5 * exp(0.201))
    assert [one.label for one in found.parts] == ["Its own clicks", "Repeated views", "Creative trait 1"]
    first, second, _ = found.parts
    assert (first.x, first.width) == (50.0, 46.0) and second.x + second.width == pytest.approx(50)


def test_a_policy_without_parts_tells_none() -> None:
    assert parts_of({}) is None
    alone = parts_of({"account": 0.0})
    assert alone is not None and alone.parts == () and alone.factor == 1 and alone.usual == 1
    nobody = parts_of({"results": 1.0})
    assert nobody is not None and nobody.usual is None


def test_a_course_runs_from_the_first_round_to_the_last() -> None:
    lines = [replace(LINE, at=AT + timedelta(hours=h), budget=5_000 + 500 * h) for h in (12, 6, 0)]
    found = course_of(lines)
    assert found is not None
    assert [dot.x for dot in found.dots] == [0, 50, 100] and (found.first, found.last) == (AT, lines[0].at)
    assert all(dot.high < dot.y < dot.low for dot in found.dots), "higher returns lie higher"
    assert found.budget.count("L") == 4, "a budget holds until it is changed"
    assert "2.00, 80 % 1.00 to 4.00" in found.dots[0].label


def test_rounds_without_an_interval_are_left_out() -> None:
    unknown = replace(LINE, mean=None, low=None, high=None)
    assert course_of([LINE, unknown]) is None and course_of([]) is None
    found = course_of([LINE, unknown, replace(LINE, at=AT - timedelta(hours=6))])
    assert found is not None and len(found.dots) == 2
