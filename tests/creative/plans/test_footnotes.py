"""Each line of a plan names the winners it rests on, by rule; without them it is exploration."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings

from kinoloop.core.errors import InputError
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plain import from_json, to_json
from kinoloop.creative.plans.footnotes import MOST, footnoted
from kinoloop.creative.plans.records import Evidence, Plan
from kinoloop.creative.writing.decisions import planned
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.creative.writing.prompts import plan_question, script_question
from tests.creative.makers import HOUSE, LAMP, brands, briefs

WRITER = PlainWriter()
OFFERED = Evidence(
    "winner",
    "Ad 7 brought 2.40.",
    0.95,
    source="ad-7",
    traits=(("hook_type", "offer"),),
    said=(("hook", "20% off until Sunday."), ("proof", "It folds flat to 3 cm.")),
)


def test_without_evidence_everything_is_exploration() -> None:
    plan = WRITER.plan(LAMP, HOUSE)
    assert all(beat.exploration for beat in plan.beats) and plan.sources == ()
    assert planned(plan).decision.endswith("beats, all exploration.")


def test_a_line_names_the_winner_it_rests_on() -> None:
    plan = WRITER.plan(LAMP, HOUSE, [OFFERED])
    assert plan.hooks[0] == "20% off until Sunday."
    assert plan.beats[0].rests_on[0].source == "ad-7"
    assert plan.beats[0].rests_on[0].text == "Its hook was of the same kind (offer). Ad 7 brought 2.40."
    folded = next(beat for beat in plan.beats if "folds flat" in beat.intent)
    assert folded.rests_on[0].text == "It said 'It folds flat to 3 cm.'. Ad 7 brought 2.40."
    assert sum(not beat.exploration for beat in plan.beats) == 2
    assert plan.sources == ("ad-7",)
    assert "resting: 1 on ad-7" in planned(plan).decision
    assert from_json(Plan, to_json(plan)) == plan


def test_a_winner_that_is_gone_leaves_no_footnote() -> None:
    with_it, without = WRITER.plan(LAMP, HOUSE, [OFFERED]), WRITER.plan(LAMP, HOUSE, [])
    assert with_it.sources and not without.sources
    assert footnoted(with_it, LAMP, ()).sources == ()
    assert without == WRITER.plan(LAMP, HOUSE)


def test_other_purposes_and_other_ways_are_not_cited() -> None:
    said_elsewhere = replace(OFFERED, traits=(), said=(("benefit", "It folds flat to 3 cm."),))
    other_way = replace(OFFERED, traits=(("hook_type", "audience"), ("pacing", "fast")), said=())
    plan = WRITER.plan(LAMP, HOUSE)
    assert footnoted(plan, LAMP, [said_elsewhere, other_way]).sources == ()
    told = Evidence("trend", "hooks with a question hold", 1.0)
    assert footnoted(plan, LAMP, [told]).sources == ()


def test_what_losers_have_is_neither_led_with_nor_cited() -> None:
    """A winner opened with a question, but the comparison says that questions lose."""
    asked = Evidence("winner", "Ad 1 won.", 0.9, source="ad-1", traits=(("hook_type", "question"),))
    against = Evidence("comparison", "Questions lost.", -1.5, traits=(("hook_type", "question"),))
    plan = WRITER.plan(LAMP, HOUSE, [asked, against])
    assert not plan.hooks[0].endswith("?")
    assert plan.beats[0].exploration
    led = WRITER.plan(LAMP, HOUSE, [asked])
    assert led.hooks[0].endswith("?") and led.beats[0].rests_on[0].source == "ad-1"
    assert "Questions lost" not in plan.reason


def test_the_weightiest_winners_are_kept() -> None:
    many = [replace(OFFERED, source=f"ad-{n}", weight=n / 10) for n in range(8)]
    plan = WRITER.plan(LAMP, HOUSE, many)
    assert [note.source for note in plan.beats[0].rests_on] == ["ad-7", "ad-6", "ad-5"] and MOST == 3


def test_a_plan_without_hooks_is_let_be() -> None:
    assert (
        footnoted(replace(WRITER.plan(LAMP, HOUSE), hooks=()), LAMP, [replace(OFFERED, said=())]).sources
        == ()
    )


def test_footnotes_are_for_people_not_for_the_model() -> None:
    plan = WRITER.plan(LAMP, HOUSE, [OFFERED])
    assert "rests_on" not in script_question(LAMP, HOUSE, plan).data["plan"]
    told = plan_question(LAMP, HOUSE, [OFFERED]).data["evidence"]
    assert '"source": "ad-7"' in told and '["hook_type", "offer"]' in told


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(briefs(), brands)
def test_only_evidence_that_was_handed_in_is_cited(brief: Brief, brand: Brand) -> None:
    try:
        plan = WRITER.plan(brief, brand, [OFFERED])
    except InputError:
        assume(False)
    assert set(plan.sources) <= {"ad-7"}
    assert footnoted(plan, brief, [OFFERED]) == plan


@pytest.mark.parametrize("language", ["en", "de"])
def test_footnotes_do_not_hang_on_the_language(language: str) -> None:
    assert WRITER.plan(replace(LAMP, language=language), HOUSE, [OFFERED]).sources == ("ad-7",)
