"""From a script and sketches to a storyboard, its order, its replaced panels, and what is wrong with one."""

from collections.abc import Sequence
from dataclasses import replace

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.text import plural
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import palette_notes
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.candidates import Candidate
from kinoloop.creative.storyboards.checks import check_storyboard
from kinoloop.creative.storyboards.matching import Bound, match_lines, next_best
from kinoloop.creative.storyboards.panels import ALTERNATE, footage_panel, made_panel, opening_of
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.storyboards.sketches import PanelSketch

__all__ = ["bind", "check_storyboard", "reorder", "replace_panel", "wants_opening"]

MADE_BY = "footage match 1"


def bind(
    script: Script,
    sketches: Sequence[PanelSketch],
    candidates: Sequence[Candidate],
    brief: Brief,
    brand: Brand = Brand(),
    *,
    made_by: str = MADE_BY,
) -> Storyboard:
    """A picture for each line: own footage where the brief wants it and some is left, else made, else a card.

    With `visuals = "both"` a line without a fit is generated; with `"own"` the best unused shot stands in and
    says so, but for the call to action, which gets a card. Prices are left at 0. Raises InputError when the
    sketches are not those of the script's lines.
    """
    if [sketch.number for sketch in sketches] != [line.number for line in script.lines]:
        raise InputError(f"{len(sketches)} sketches cannot be bound to {len(script.lines)} lines.")
    pool = () if brief.visuals == "generated" else tuple(candidates)
    strict = _strict(script, brief)
    bound = match_lines(script.lines, pool, strict=strict)
    panels = tuple(
        footage_panel(line, sketch, bound[line.number], brief, brand)
        if line.number in bound
        else made_panel(line, sketch, brief, brand)
        for line, sketch in zip(script.lines, sketches, strict=True)
    )
    opening = _opening(script, sketches, pool, bound, panels[0], brief, brand)
    return Storyboard(
        panels=panels,
        opening=opening,
        style_notes=" ".join(filter(None, (brand.visual_style, brief.tone, *palette_notes(brand)))),
        palette=brand.palette,
        reason=_reason(panels, opening, brief),
        confidence=None,
        made_by=made_by,
    )


def _strict(script: Script, brief: Brief) -> frozenset[int]:
    if brief.visuals == "both":
        return frozenset(line.number for line in script.lines)
    return frozenset({script.lines[-1].number})


def wants_opening(brief: Brief) -> bool:
    """Whether one of the asked versions differs in its opening shot."""
    return "opening" in brief.vary[: brief.variants - 1]


def _opening(
    script: Script,
    sketches: Sequence[PanelSketch],
    pool: Sequence[Candidate],
    bound: dict[int, Bound],
    first: Panel,
    brief: Brief,
    brand: Brand,
) -> Panel | None:
    if not wants_opening(brief):
        return None
    other = next_best(script.lines[0], pool, tuple(bound.values()))
    if other is not None:
        return opening_of(footage_panel(script.lines[0], sketches[0], other, brief, brand))
    if brief.visuals == "own":
        return None
    return opening_of(made_panel(script.lines[0], sketches[0], brief, brand, camera=ALTERNATE[first.camera]))


def _reason(panels: Sequence[Panel], opening: Panel | None, brief: Brief) -> str:
    count = {kind: sum(panel.match == kind and panel.kind == "footage" for panel in panels) for kind in _TOLD}
    told = [f"{plural(count[kind], 'panel')} {words}" for kind, words in _TOLD.items() if count[kind]]
    generated = sum(panel.kind == "generated" for panel in panels)
    cards = sum(panel.kind == "card" for panel in panels)
    told += [f"{plural(generated, 'panel')} to be generated"] if generated else []
    told += [f"{plural(cards, 'text card')}"] if cards else []
    missing = " No other opening shot is left for a variant." if wants_opening(brief) and not opening else ""
    return (
        f"{'; '.join(told)}. Fit is words in common, not yet a forecast, so no confidence is given.{missing}"
    )


_TOLD = {
    "good": "with own footage that fits",
    "weak": "with own footage that fits in part",
    "none": "with own footage that only stands in",
}


def reorder(storyboard: Storyboard, order: Sequence[int]) -> Storyboard:
    """The panels in another order of their numbers, numbered anew; scenes keep their ids.

    The other opening goes with the first panel: when that moves, it is dropped. Raises InputError unless
    `order` names each panel once.
    """
    numbers = [panel.number for panel in storyboard.panels]
    if sorted(order) != sorted(numbers):
        raise InputError(
            f"The order {list(order)[:40]} does not name each panel once.",
            why=f"The panels are 1 to {len(numbers)}.",
            fix="Name each number once.",
        )
    by_number = {panel.number: panel for panel in storyboard.panels}
    moved = tuple(replace(by_number[old], number=new) for new, old in enumerate(order, start=1))
    same = moved[0].scene_id == storyboard.panels[0].scene_id
    return replace(storyboard, panels=moved, opening=storyboard.opening if same else None)


def replace_panel(storyboard: Storyboard, panel: Panel) -> Storyboard:
    """The storyboard with the panel (or opening) of the same scene id replaced, its place kept.

    Raises NotFoundError for a scene that is not there.
    """
    if storyboard.opening is not None and storyboard.opening.scene_id == panel.scene_id:
        return replace(storyboard, opening=replace(panel, number=storyboard.opening.number))
    if all(old.scene_id != panel.scene_id for old in storyboard.panels):
        raise NotFoundError(f"There is no scene '{panel.scene_id}'.", fix="Name a scene of this storyboard.")
    panels = (
        replace(panel, number=old.number) if old.scene_id == panel.scene_id else old
        for old in storyboard.panels
    )
    return replace(storyboard, panels=tuple(panels))
