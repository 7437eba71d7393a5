"""What each node of making an ad decided, in the words that the record of decisions keeps."""

from dataclasses import dataclass

from kinoloop.core.text import plural
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Storyboard


@dataclass(frozen=True)
class Decided:
    """A choice, its reason, how sure it is (None: no figure, the reason says why) and what else was there."""

    node: str
    decision: str
    reason: str
    confidence: float | None
    alternatives: tuple[str, ...]
    made_by: str


def planned(plan: Plan) -> Decided:
    """The angle that was taken."""
    told = f"{plan.angle} Hook: '{plan.hooks[0]}'. {plural(len(plan.beats), 'beat')}{_grounds(plan)}."
    return Decided("planner", told, plan.reason, plan.confidence, plan.alternatives, plan.made_by)


def _grounds(plan: Plan) -> str:
    """Which lines rest on which winners; nothing where none does: all of it is exploration."""
    resting = [
        f"{n} on {', '.join(note.source for note in beat.rests_on)}"
        for n, beat in enumerate(plan.beats, start=1)
        if not beat.exploration
    ]
    return f"; resting: {'; '.join(resting)}; the rest is exploration" if resting else ", all exploration"


def written(script: Script) -> Decided:
    """The lines that were written."""
    told = f"{plural(len(script.lines), 'line')}, from '{script.hook}' to '{script.cta}'"
    others = (*script.other_hooks, *script.other_ctas)
    return Decided("script", told, script.reason, script.confidence, others, script.made_by)


def boarded(storyboard: Storyboard) -> Decided:
    """The pictures that were bound."""
    kinds = ("footage", "generated", "card")
    counts = {kind: sum(panel.kind == kind for panel in storyboard.panels) for kind in kinds}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    opening = storyboard.opening
    others = (f"Another opening: {opening.description}. {opening.note}",) if opening else ()
    decision = f"{plural(len(storyboard.panels), 'panel')}: {told}"
    return Decided(
        "storyboard", decision, storyboard.reason, storyboard.confidence, others, storyboard.made_by
    )
