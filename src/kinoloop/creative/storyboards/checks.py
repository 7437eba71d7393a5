"""What is wrong with a storyboard before money or time is spent on it."""

import re
from collections.abc import Iterator

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import forbidden_in
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.scripts.rules import spoken_ms
from kinoloop.creative.storyboards.records import Panel, Storyboard

_ASKS_FOR_TEXT = re.compile(
    r"\b(?:text|captions?|subtitles?|lettering|typography|watermarks?|logos?|slogans?|headlines?)\b"
    r"|\b(?:word|words|sign|banner|label|title)s?\s+(?:that\s+)?(?:says?|saying|reads?|reading|written)\b"
    r"|[\"\u201c\u201e\u00ab]",
    re.IGNORECASE,
)


def asks_for_text(prompt: str, told: str = "") -> tuple[str, ...]:
    """Words of a prompt that ask for rendered text, but for those that the brief (`told`) uses itself."""
    known = told.casefold()
    found = (match.group().strip() for match in _ASKS_FOR_TEXT.finditer(prompt))
    return tuple(dict.fromkeys(word for word in found if word.casefold() not in known))


def check_storyboard(
    storyboard: Storyboard, script: Script, brief: Brief, brand: Brand = Brand()
) -> tuple[str, ...]:
    """Problems in words; nothing when it may be approved. Order is free, but for the hook and the call."""
    return (
        *_whole(storyboard, script, brief),
        *(problem for panel in _all(storyboard) for problem in _panel(panel, brief, brand)),
        *_repeats(storyboard),
    )


def _all(storyboard: Storyboard) -> tuple[Panel, ...]:
    return (*storyboard.panels, *((storyboard.opening,) if storyboard.opening else ()))


def _whole(storyboard: Storyboard, script: Script, brief: Brief) -> Iterator[str]:
    panels = storyboard.panels
    if [panel.number for panel in panels] != list(range(1, len(panels) + 1)):
        yield "The panels are not numbered 1, 2, 3 and so on."
    if len({panel.scene_id for panel in _all(storyboard)}) != len(_all(storyboard)):
        yield "Two panels have the same scene id."
    if sorted(panel.line for panel in panels) != sorted(line.text for line in script.lines):
        yield "The panels do not carry the script's lines, each once."
    if storyboard.duration_ms != brief.duration * 1000:
        yield f"The panels last {storyboard.duration_ms / 1000:.1f} s together, not {brief.duration} s."
    if panels and panels[0].purpose != "hook":
        yield "The first panel is not the hook."
    if panels and panels[-1].purpose != "cta":
        yield "The last panel is not the call to action."


def _panel(panel: Panel, brief: Brief, brand: Brand) -> Iterator[str]:
    name = f"Panel {panel.number}"
    lasts, takes = panel.duration_ms / 1000, spoken_ms(panel.line) / 1000
    if takes > lasts:
        yield f"{name} lasts {lasts:.1f} s; its line takes {takes:.1f} s to say."
    for phrase in forbidden_in(f"{panel.line} . {panel.super_text}", brand, brief):
        yield f"{name} says '{phrase}', which may not be mentioned."
    if panel.kind == "footage":
        yield from _footage(panel, name)
    if panel.kind == "generated":
        for phrase in forbidden_in(panel.visual_prompt, brand, brief):
            yield f"The picture prompt of panel {panel.number} asks for '{phrase}', which may not be shown."
        told = " ".join((brief.product, *brief.facts, *brief.keywords, brief.problem, brand.visual_style))
        for word in asks_for_text(panel.visual_prompt, told):
            yield f"The picture prompt of panel {panel.number} asks for rendered text ('{word}')."


def _footage(panel: Panel, name: str) -> Iterator[str]:
    if panel.footage is None:
        yield f"{name} is to show footage and names none."
    elif panel.footage.end_ms - panel.footage.start_ms < panel.duration_ms:
        yield f"{name} lasts longer than its footage."


def _repeats(storyboard: Storyboard) -> Iterator[str]:
    shown = [(panel, panel.footage) for panel in _all(storyboard) if panel.footage is not None]
    for place, (panel, one) in enumerate(shown):
        for other, two in shown[:place]:
            names = f"Panels {other.number} and {panel.number}"
            if one.clip_id is not None and one.clip_id == two.clip_id:
                yield f"{names} show the same clip of {one.filename}."
            elif one.asset_id == two.asset_id and one.start_ms < two.end_ms and two.start_ms < one.end_ms:
                yield f"{names} show the same stretch of {one.filename}."
