"""What each line of a plan rests on: by rule, from the evidence handed in, whoever wrote the plan.

A line rests on a winner when the winner opened the same way (the hook alone) or said the same for the same
purpose. Where evidence speaks against a way to open, no winner is cited for it. What rests on nothing is
exploration. A writer's own word for it is not asked: it could not be checked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Beat, Evidence, Footnote, Plan
from kinoloop.creative.plans.traits import hook_type, says

MOST = 3
"""Footnotes of one line; the weightiest are kept."""


def footnoted(plan: Plan, brief: Brief, evidence: Sequence[Evidence]) -> Plan:
    """The plan, each beat with the winners it rests on; those of an earlier plan are replaced."""
    citable = [one for one in evidence if one.source is not None]
    winners = sorted(citable, key=lambda one: (-(one.weight or 0.0), one.source or ""))
    refused = {trait for one in evidence if (one.weight or 0.0) < 0 for trait in one.traits}
    opening = hook_type(plan.hooks[0], brief) if plan.hooks else None
    beats = []
    for place, beat in enumerate(plan.beats):
        notes = tuple(_notes(beat, None if place else plan, opening, winners, refused))
        beats.append(replace(beat, rests_on=notes[:MOST]))
    return replace(plan, beats=tuple(beats))


def _notes(
    beat: Beat,
    opens: Plan | None,
    opening: str | None,
    winners: Sequence[Evidence],
    refused: set[tuple[str, str]],
) -> Iterator[Footnote]:
    """`opens` is the plan when this is its first line."""
    trait = ("hook_type", opening or "")
    for one in winners:
        assert one.source is not None
        if opens is not None and trait in one.traits and trait not in refused:
            yield Footnote(one.source, f"Its hook was of the same kind ({opening}). {one.text}")
            continue
        text = beat.intent if opens is None else f"{beat.intent} {opens.hooks[0] if opens.hooks else ''}"
        same = [said for purpose, said in one.said if purpose == beat.purpose and says(text, said)]
        if same:
            yield Footnote(one.source, f"It said '{same[0]}'. {one.text}")
