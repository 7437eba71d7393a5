"""What is wrong with a plan."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from kinoloop.creative.plans.records import Plan
from kinoloop.creative.plans.rules import check_plan, near, purpose_at
from kinoloop.creative.writing.plain import PlainWriter
from tests.creative.makers import HOUSE, LAMP, LONG, LONG_BRAND

PLAN = PlainWriter().plan(LAMP, HOUSE)


def _beat(place: int, **changes: object) -> Callable[[Plan], Plan]:
    def change(plan: Plan) -> Plan:
        beats = list(plan.beats)
        beats[place] = replace(beats[place], **changes)  # type: ignore[arg-type]  # by case
        return replace(plan, beats=tuple(beats))

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: replace(p, beats=p.beats[:-1]), "There are 4 beats"),
        (lambda p: replace(p, beats=()), "The first beat is not the hook"),
        (_beat(0, purpose="proof"), "first beat is not the hook"),
        (_beat(-1, purpose="proof"), "last beat is not the call"),
        (_beat(1, duration_ms=1000), "Beat 2 is shorter than 1.5 s"),
        (_beat(1, duration_ms=1000), "together, not 30 s"),
        (lambda p: replace(p, hooks=()), "no hook"),
        (lambda p: replace(p, title=""), "The title has 0 characters"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[Plan], Plan], message: str) -> None:
    assert message in " ".join(check_plan(change(PLAN), LAMP))


def test_a_good_plan_has_no_problems() -> None:
    assert check_plan(PLAN, LAMP) == ()


def test_a_long_film_has_its_own_rules() -> None:
    plan = PlainWriter().plan(LONG, LONG_BRAND)
    assert check_plan(plan, LONG) == ()
    assert 45 <= len(plan.title) <= 60
    slow = _beat(3, duration_ms=31_000)(plan)
    assert "the picture must change 2 times a minute" in " ".join(check_plan(slow, LONG))
    asked = tuple(replace(beat, purpose="proof") for beat in plan.beats)
    assert "No call to action stands at 70%" in " ".join(check_plan(replace(plan, beats=asked), LONG))
    assert "45 to 60 are right" in " ".join(check_plan(replace(plan, title="short"), LONG))


def test_five_percent_either_way() -> None:
    assert near(28_500, 30) and near(31_500, 30)
    assert not near(28_499, 30) and not near(31_501, 30)


def test_past_the_end_there_is_no_beat() -> None:
    assert purpose_at(PLAN, Fraction(0)) == "hook"
    assert purpose_at(PLAN, Fraction(1)) is None
