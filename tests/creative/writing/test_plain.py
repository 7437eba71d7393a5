"""The plain writer: honest (nothing that was not given), exact in time, the same each time, and readable."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings

from kinoloop.core.errors import InputError
from kinoloop.core.text import words
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.rules import RULES, scene_count
from kinoloop.creative.plans.records import Evidence, Plan
from kinoloop.creative.plans.rules import check_plan
from kinoloop.creative.scripts.claims import numbers_in, unfounded
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.scripts.rules import check_script, spoken_ms, words_in
from kinoloop.creative.writing import phrases
from kinoloop.creative.writing.beats import Thought, with_call
from kinoloop.creative.writing.plain import NAME, PlainWriter
from kinoloop.media.speak import speak
from tests.creative.makers import HOUSE, LAMP, LONG, LONG_BRAND, brands, briefs

WRITER = PlainWriter()
SLOW = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.filter_too_much])


def given_words(brief: Brief, brand: Brand) -> str:
    own = (brief.product, *brief.facts, brief.problem, brief.audience, brief.offer, brief.cta)
    return " . ".join((*own, brand.name, *brand.key_messages))


def connective_words() -> set[str]:
    texts = [value for value in vars(phrases.ENGLISH).values() if isinstance(value, str)]
    return {word for text in texts for word in words(re.sub(r"\{\w+\}", " ", text))} | {"the"}


def everything_said(plan: Plan, script: Script) -> list[str]:
    spoken = [text for line in script.lines for text in (line.text, line.super_text)]
    return [*spoken, *script.other_hooks, *script.other_ctas, *plan.hooks, plan.title, plan.promise]


def write(brief: Brief, brand: Brand) -> tuple[Plan, Script]:
    try:
        plan = WRITER.plan(brief, brand)
    except InputError:
        assume(False)
    return plan, WRITER.script(brief, brand, plan)


@SLOW
@given(briefs(), brands)
def test_nothing_is_said_that_was_not_given(brief: Brief, brand: Brand) -> None:
    plan, script = write(brief, brand)
    told = given_words(brief, brand)
    allowed = set(words(told)) | connective_words()
    known = {word.strip(".,:;?!") for word in told.split()}
    for text in everything_said(plan, script):
        assert set(words(text)) <= allowed, text
        assert numbers_in(text) <= numbers_in(told), text
        assert unfounded(text, brief, brand) == (), text
        for part in re.split(r"(?<=[.!?:])\s+", text):
            named = [word.strip(".,:;?!") for word in part.split()[1:]]
            assert all(word in known for word in named if word[:1].isupper()), part


@SLOW
@given(briefs(), brands)
def test_lines_fit_their_panels_and_panels_fill_the_film(brief: Brief, brand: Brand) -> None:
    plan, script = write(brief, brand)
    assert check_plan(plan, brief) == ()
    assert check_script(script, brief) == ()
    assert len(script.lines) == scene_count(brief.duration)
    assert script.duration_ms == plan.duration_ms == brief.duration * 1000
    assert [beat.duration_ms for beat in plan.beats] == [line.duration_ms for line in script.lines]
    assert all(line.duration_ms % 100 == 0 for line in script.lines)
    assert spoken_ms(script.hook) <= RULES[brief.format].hook_line_ms
    sketches = WRITER.describe(brief, brand, script)
    assert [sketch.number for sketch in sketches] == [line.number for line in script.lines]


@SLOW
@given(briefs(), brands)
def test_a_text_is_said_twice_at_most_and_facts_once(brief: Brief, brand: Brand) -> None:
    _, script = write(brief, brand)
    proofs = [line.text for line in script.lines if line.purpose == "proof"]
    assert len(proofs) == len(set(proofs))
    benefits = [line.text for line in script.lines if line.purpose == "benefit"]
    assert all(benefits.count(text) <= 2 * max(1, len(brand.key_messages)) for text in benefits)


def test_the_sample_as_an_ad() -> None:
    plan, script = write(LAMP, HOUSE)
    assert [(line.purpose, line.text, line.super_text) for line in script.lines] == [
        ("hook", "Tired eyes after a day at the screen?", "Sound familiar?"),
        ("product", "Meet Lumen Lamp: a desk lamp that follows the daylight.", "Lumen Lamp"),
        ("proof", "It follows the daylight from dawn to dusk. And it folds flat to 3 cm.", ""),
        (
            "proof",
            "It charges by USB-C in 40 minutes. Made from recycled aluminium.",
            "Charges by USB-C in 40 minutes",
        ),
        (
            "cta",
            "20% off until Sunday. Order yours at lumenlamp.example.",
            "Order yours at lumenlamp.example",
        ),
    ]
    assert script.other_hooks == ("Lumen Lamp folds flat to 3 cm.", "20% off until Sunday.")
    assert script.other_ctas == (
        "Order yours at lumenlamp.example.",
        "Ready? Order yours at lumenlamp.example.",
    )
    assert (plan.made_by, script.made_by) == (NAME, NAME)
    assert plan.confidence is None and "by rule" in plan.reason and "by rule" in script.reason
    assert len(plan.alternatives) == 2


def test_the_same_brief_gives_the_same_ad() -> None:
    assert write(LAMP, HOUSE) == write(LAMP, HOUSE)


@pytest.mark.parametrize("duration", [480, 600])
def test_a_long_film(duration: int) -> None:
    brief = replace(LONG, duration=duration)
    if duration == 600:
        with pytest.raises(InputError, match=r"too little for a film of 600 s: \d+ more facts are needed"):
            WRITER.plan(brief, LONG_BRAND)
        return
    plan, script = write(brief, LONG_BRAND)
    at = [line.purpose for line in script.lines].index("cta")
    start = sum(line.duration_ms for line in script.lines[:at])
    assert start <= 0.7 * 480_000 < start + script.lines[at].duration_ms
    assert 45 <= len(plan.title) <= 60


def test_too_few_facts_are_told_with_what_to_add() -> None:
    brief = replace(LAMP, facts=(), offer="", audience="", duration=60)
    with pytest.raises(InputError) as told:
        WRITER.plan(brief, HOUSE)
    assert "7 more facts are needed" in told.value.what
    assert "nothing is made up" in told.value.why
    assert "Add 7 facts" in told.value.fix
    one = replace(LAMP, facts=("Folds flat",), offer="", audience="", problem="", duration=30)
    with pytest.raises(InputError, match="1 more fact is needed"):
        WRITER.plan(one, HOUSE)


def test_too_much_for_the_time_is_told() -> None:
    wordy = ("word " * 40)[:195].strip()
    brief = replace(LAMP, duration=15, product=f"Lamp: {wordy}")
    plan, script = write(brief, HOUSE)
    assert script.lines[1].text.startswith("Meet Lamp.")
    assert f"No time for: {wordy}" in plan.reason
    with pytest.raises(InputError, match=r"The lines need .* s and the film lasts 15\.0 s"):
        WRITER.plan(replace(brief, product=f"a {wordy}"), HOUSE)
    with pytest.raises(InputError, match=r"The lines need .* s and the film lasts 15\.0 s"):
        WRITER.plan(replace(brief, cta="go now " * 11, problem="why " * 9), HOUSE)


def test_a_hook_that_nobody_can_say_in_time_is_told() -> None:
    brief = Brief(name="x", product="a lamp " + "of many long words " * 9, facts=("b " * 30,))
    with pytest.raises(InputError, match="nothing short enough for a hook"):
        WRITER.plan(brief, HOUSE)


def test_evidence_decides_which_hook_leads() -> None:
    plain = WRITER.plan(LAMP, HOUSE)
    offered = WRITER.plan(LAMP, HOUSE, [Evidence("winner", "Hooks with an offer held longest", 0.8)])
    folded = WRITER.plan(LAMP, HOUSE, [Evidence("trend", "everything that folds flat", None)])
    noise = WRITER.plan(LAMP, HOUSE, [Evidence("trend", "kittens on skateboards", 5.0)])
    assert offered.hooks[0] == "20% off until Sunday."
    assert "winner: Hooks with an offer" in offered.reason
    assert folded.hooks[0] == "Lumen Lamp folds flat to 3 cm."
    assert noise == plain
    script = WRITER.script(LAMP, HOUSE, offered)
    assert script.hook == offered.hooks[0]
    assert [line.duration_ms for line in script.lines] == [beat.duration_ms for beat in offered.beats]


def test_a_strange_plan_is_written_with_lengths_that_fit() -> None:
    plan = WRITER.plan(LAMP, HOUSE)
    strange = replace(plan, hooks=("Unknown hook",), beats=plan.beats[::-1])
    script = WRITER.script(LAMP, HOUSE, strange)
    assert check_script(script, LAMP) == ()
    assert "lengths were changed" in script.reason


def test_what_may_not_be_mentioned_is_left_out_and_told() -> None:
    brand = Brand(do_not_mention=("aluminium",), key_messages=("Light that is kind",))
    plan, script = write(LAMP, brand)
    assert "aluminium" not in " ".join(everything_said(plan, script)).lower()
    assert "'Made from recycled aluminium' says 'aluminium'" in plan.reason


def test_other_languages_stand_alone() -> None:
    brief = replace(
        LAMP,
        language="de",
        product="Lumen Lampe: eine Schreibtischlampe",
        problem="Müde Augen am Abend",
        facts=("Faltet sich auf 3 cm", "Aus recyceltem Aluminium", "Lädt in 40 Minuten"),
        offer="",
        cta="Jetzt bestellen",
    )
    _, script = write(brief, HOUSE)
    assert script.hook == "Müde Augen am Abend?"
    assert script.cta == "Jetzt bestellen."
    with pytest.raises(InputError, match="no call to action"):
        WRITER.plan(replace(brief, cta=""), HOUSE)


@pytest.mark.parametrize(
    ("product", "line"),
    [
        ("Lumen Lamp", "Meet Lumen Lamp."),
        ("Lumen Lamp, a lamp for desks", "Meet Lumen Lamp: a lamp for desks."),
        ("a lamp that follows the daylight", "This is a lamp that follows the daylight."),
        ("Lumen - a lamp", "Meet Lumen: a lamp."),
        ("Hiking boots", "Meet the hiking boots."),
    ],
)
def test_how_the_product_is_shown(product: str, line: str) -> None:
    _, script = write(replace(LAMP, product=product), HOUSE)
    assert script.lines[1].text == line


def test_a_product_that_leads_is_not_met_twice() -> None:
    brief = replace(LAMP, problem="", offer="", audience="", duration=15)
    led = [Evidence("winner", "product shown at once", 1.0)]
    plan = WRITER.plan(brief, HOUSE, led)
    script = WRITER.script(brief, HOUSE, plan)
    assert plan.hooks[0] == "Meet Lumen Lamp."
    assert script.lines[1].text.startswith("It is a desk lamp that follows the daylight.")


def test_without_a_call_the_viewer_is_asked_to_see() -> None:
    _, named = write(replace(LAMP, cta="", offer=""), HOUSE)
    _, nameless = write(replace(LAMP, cta="", offer="", product="a desk lamp"), HOUSE)
    assert named.cta == "See Lumen Lamp for yourself."
    assert nameless.cta == "See it for yourself."


def test_supers_are_short() -> None:
    _, script = write(LAMP, HOUSE)
    assert all(words_in(line.super_text) <= 6 for line in script.lines)
    assert script.lines[0].super_text


def test_pictures_come_from_the_brief() -> None:
    _, script = write(LAMP, HOUSE)
    sketches = WRITER.describe(LAMP, HOUSE, script)
    assert sketches[0].description == "Tired eyes after a day at the screen: a person, seen close"
    assert "follows the daylight from dawn to dusk" in sketches[2].visual_prompt
    assert sketches[3].search == script.lines[3].text and sketches[3].keywords == LAMP.keywords
    assert sketches[-1].transition == "fade"
    bare = WRITER.describe(replace(LAMP, keywords=(), problem=""), HOUSE, script)
    assert bare[0].visual_prompt == "a desk lamp that follows the daylight, seen very close"


def test_the_embedded_voice_says_each_line_within_its_panel() -> None:
    _, script = write(LAMP, HOUSE)
    for line in script.lines:
        assert float(speak(line.text).duration) * 1000 <= line.duration_ms, line.text


def test_long_lines_that_leave_no_place_for_the_call() -> None:
    long = Thought("proof", "word " * 60, "")
    told, lengths = with_call((long, long, CALL), 100, Fraction(7, 10))
    assert [one.purpose for one in told] == ["proof", "cta", "proof", "cta"]
    assert sum(lengths) == 100_000 and sum(lengths[:1]) <= 70_000 < sum(lengths[:2])
    with pytest.raises(InputError, match="no place for a call to action at 70% of the film"):
        with_call((long, long, CALL), 56, Fraction(7, 10))


CALL = Thought("cta", "Order now.", "")
