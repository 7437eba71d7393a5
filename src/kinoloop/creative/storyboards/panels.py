"""One panel: out of a line, a sketch and the footage found for it, or to be generated, or a text card."""

from dataclasses import replace

from kinoloop.core.ids import hash_json
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import negative_prompt, prompt_with
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.records import Line
from kinoloop.creative.storyboards.candidates import Candidate
from kinoloop.creative.storyboards.matching import Bound
from kinoloop.creative.storyboards.records import Camera, FootageSource, Match, Panel
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.storyboards.windows import Window

GOOD = 0.3
"""From this share of the line's words (two of six) footage counts as fitting it."""
CAMERA_WORDS: dict[Camera, str] = {
    "static": "locked camera",
    "pan_left": "slow pan to the left",
    "pan_right": "slow pan to the right",
    "zoom_in": "slow push in",
    "zoom_out": "slow pull back",
    "track": "camera moves along with the subject",
}
ALTERNATE: dict[Camera, Camera] = {
    "static": "zoom_in",
    "pan_left": "pan_right",
    "pan_right": "pan_left",
    "zoom_in": "zoom_out",
    "zoom_out": "zoom_in",
    "track": "static",
}
"""Another move for another opening."""
_NOTES: dict[Match, str] = {
    "good": "Fits the line",
    "weak": "Fits the line in part",
    "none": "Nothing in the footage fits this line; the best unused shot stands in",
    "given": "Chosen by a person",
}


def scene_id(number: int) -> str:
    """The id that a scene keeps when panels are reordered."""
    return f"s{number:02d}"


def footage_panel(line: Line, sketch: PanelSketch, bound: Bound, brief: Brief, brand: Brand) -> Panel:
    """A panel of own footage, with how well it fits and what was reached for, in words."""
    match = _match(bound.candidate.match(line.number))
    return with_footage(made_panel(line, sketch, brief, brand), bound.candidate, bound.window, match)


def with_footage(panel: Panel, candidate: Candidate, window: Window, match: Match = "given") -> Panel:
    """The panel with this stretch as its picture, whatever it showed before."""
    score = candidate.match(panel.number)
    reached = f" {window.extended_ms / 1000:.1f} s reach outside the shot." if window.extended_ms else ""
    why = _why(candidate, panel.number, score)
    won = candidate.won.get(panel.number)
    whose = ", ".join(one.source for one in won.notes) if won else ""
    like = f" Looks like the opening of {whose}, which won." if won else ""
    return replace(
        panel,
        kind="footage",
        footage=FootageSource(
            candidate.asset_id,
            candidate.clip_id,
            candidate.filename,
            window.start_ms,
            window.end_ms,
            score,
            why,
        ),
        image=candidate.thumbnail,
        image_sha256=None,
        price=0,
        match=match,
        note=f"{_NOTES[match]}: {why}.{reached}{like}",
        error=None,
        rests_on=won.notes if won else (),
    )


def made_panel(
    line: Line, sketch: PanelSketch, brief: Brief, brand: Brand, *, camera: Camera | None = None
) -> Panel:
    """A panel to be generated, or a text card where the brief wants own footage only."""
    moves = camera or sketch.camera
    prompt = prompt_with(brand, sketch.visual_prompt, camera=CAMERA_WORDS[moves], styles=brief.styles)
    own = scene_id(line.number)
    return Panel(
        scene_id=own,
        number=line.number,
        purpose=line.purpose,
        line=line.text,
        super_text=line.super_text,
        duration_ms=line.duration_ms,
        description=sketch.description,
        visual_prompt=prompt,
        negative_prompt=negative_prompt(brand, brief),
        camera=moves,
        transition="cut" if line.number == 1 else sketch.transition,
        kind="card" if brief.visuals == "own" else "generated",
        seed=seed_of(own, prompt),
        match="none",
        note=_made_note(line, brief),
    )


def opening_of(panel: Panel) -> Panel:
    """The panel as another first one, a scene of its own."""
    own = f"{panel.scene_id}b"
    return replace(panel, scene_id=own, seed=seed_of(own, panel.visual_prompt))


def seed_of(scene: str, prompt: str) -> int:
    """A seed that stays as long as scene and prompt do: 0 to 2^31 - 1."""
    return int(hash_json([scene, prompt])[:8], 16) & 0x7FFFFFFF


def _match(score: float | None) -> Match:
    if not score:
        return "none"
    return "good" if score >= GOOD else "weak"


def _why(candidate: Candidate, number: int, score: float | None) -> str:
    if number in candidate.reasons:
        return candidate.reasons[number]
    if score:
        return f"{score:.0%} of the line's words are said or named there"
    return "no words in common" if score is not None else "nothing is known of what it shows"


def _made_note(line: Line, brief: Brief) -> str:
    if brief.visuals == "generated":
        return "To be generated, as the brief asks."
    if brief.visuals == "both":
        return "No own footage fits this line: to be generated."
    if line.purpose == "cta":
        return "No own footage fits the call to action: a closing card."
    return "No own footage is left for this line: a text card."
