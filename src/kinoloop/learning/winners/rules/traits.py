"""What a film that ran is made of, read from what made it: the brief, its version's scenes, their shots.

What the records do not tell is None with the reason; nothing is looked for in the finished file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.traits import call_type, hook_type, pacing
from kinoloop.creative.storyboards.records import Panel
from kinoloop.footage.analysis.records import Shot
from kinoloop.learning.winners.records import TRAITS
from kinoloop.learning.winners.rules.content import Pictured

FACE_SHARE = 0.3
"""A face in so much of the shot makes it one of a face."""
LIVELY = 0.5
"""Motion of the first three seconds (0 to 1) from which an opening is lively."""


@dataclass(frozen=True)
class Read:
    """Traits by name (None: not known, `untold` says why), and the lines as (purpose, text)."""

    traits: Mapping[str, str | None]
    untold: Mapping[str, str]
    said: tuple[tuple[str, str], ...]


def read(brief: Brief, panels: Sequence[Panel], shots: Mapping[str, Shot]) -> Read:
    """The traits of the version whose scenes these are; `shots` by the clip ids that they show."""
    opening, why = opening_shot(panels[0], shots)
    call = next((one.line for one in reversed(panels) if one.purpose == "cta"), None)
    traits: dict[str, str | None] = {
        "hook_type": hook_type(panels[0].line, brief) if panels[0].line else None,
        "pacing": pacing([one.duration_ms for one in panels]),
        "caption_style": brief.captions,
        "cta": call_type(call, brief) if call else None,
        "opening_shot": opening,
    }
    reasons = {"hook_type": "nothing is said first", "cta": "no line asks for anything", "opening_shot": why}
    untold = {name: reasons[name] for name in TRAITS if traits[name] is None}
    return Read(traits, untold, tuple((one.purpose, one.line) for one in panels if one.line))


def opening_shot(panel: Panel, shots: Mapping[str, Shot]) -> tuple[str | None, str]:
    """`card`, `generated`, `face`, `lively` or `calm`; None with the reason."""
    if panel.kind != "footage":
        return panel.kind, ""
    shot = shots.get(panel.footage.clip_id or "") if panel.footage else None
    if shot is None:
        return None, "its first picture is no analysed footage"
    face, energy = shot.features.get("face_share"), shot.features.get("hook_energy")
    if face is not None and face.value is not None and face.value >= FACE_SHARE:
        return "face", ""
    if energy is None or energy.value is None:
        return None, f"motion of its first seconds: {energy.reason if energy else 'not measured'}"
    return ("lively" if energy.value >= LIVELY else "calm"), ""


def pictured(panels: Sequence[Panel], shots: Mapping[str, Shot]) -> tuple[Pictured, ...]:
    """How long each panel stands, with the vector of the shot it shows."""
    found = []
    for one in panels:
        shot = shots.get(one.footage.clip_id or "") if one.footage else None
        space, vector = (shot.space, shot.embedding) if shot else (None, None)
        found.append(Pictured(one.duration_ms, space, vector))
    return tuple(found)
