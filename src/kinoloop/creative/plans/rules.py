"""What a plan may be: a beat for each scene, exactly as long as the film, hook first, call to action last."""

from fractions import Fraction

from kinoloop.creative.briefs.platforms import RULES, scene_count
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Plan

SHORTEST_MS = 1500
TOLERANCE = Fraction(1, 20)
"""How far lengths that somebody guessed may be off before they are refused: 5 %."""


def check_plan(plan: Plan, brief: Brief) -> tuple[str, ...]:
    """What is wrong with a plan, in words; nothing when it may be written out."""
    return (*_beats(plan, brief), *_rhythm(plan, brief), *_words(plan, brief))


def near(lengths_ms: int, duration: int) -> bool:
    """Whether lengths add up to the film's `duration` (s) within 5 %."""
    return abs(lengths_ms - duration * 1000) <= duration * 1000 * TOLERANCE


def _beats(plan: Plan, brief: Brief) -> list[str]:
    problems, beats, wanted = [], plan.beats, scene_count(brief.duration)
    if len(beats) != wanted:
        problems.append(f"There are {len(beats)} beats; a film of {brief.duration} s has {wanted} scenes.")
    if not beats or beats[0].purpose != "hook":
        problems.append("The first beat is not the hook.")
    if not beats or beats[-1].purpose != "cta":
        problems.append("The last beat is not the call to action.")
    if plan.duration_ms != brief.duration * 1000:
        problems.append(f"The beats last {plan.duration_ms / 1000:.1f} s together, not {brief.duration} s.")
    short = [str(n) for n, beat in enumerate(beats, start=1) if beat.duration_ms < SHORTEST_MS]
    if short:
        problems.append(f"Beat {', '.join(short)} is shorter than {SHORTEST_MS / 1000:.1f} s.")
    return problems


def _rhythm(plan: Plan, brief: Brief) -> list[str]:
    rules, problems = RULES[brief.format], []
    per_minute = rules.interrupts_per_minute
    if per_minute is not None and plan.beats:
        longest = max(beat.duration_ms for beat in plan.beats)
        if longest > 60_000 / per_minute:
            problems.append(
                f"A beat lasts {longest / 1000:.0f} s; the picture must change {per_minute} times a minute."
            )
    if rules.cta_at is not None and purpose_at(plan, rules.cta_at) != "cta":
        problems.append(f"No call to action stands at {float(rules.cta_at):.0%} of the film.")
    return problems


def purpose_at(plan: Plan, share: Fraction) -> str | None:
    """What the beat at a share of the film's length is for; None past the end."""
    at, start = plan.duration_ms * share, 0
    for beat in plan.beats:
        if start <= at < start + beat.duration_ms:
            return beat.purpose
        start += beat.duration_ms
    return None


def _words(plan: Plan, brief: Brief) -> list[str]:
    low, high = RULES[brief.format].title_chars
    problems = []
    if not low <= len(plan.title) <= high:
        problems.append(
            f"The title has {len(plan.title)} characters; {low} to {high} are right for {brief.format}."
        )
    if not plan.hooks:
        problems.append("There is no hook to choose from.")
    return problems
