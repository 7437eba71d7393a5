"""The versions of one film: the master, and those that differ from it in one named element.

A version is a list of scenes on the film's clock, in whole milliseconds. Everything here is pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kinoloop.creative.briefs.records import Brief, Element
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.scripts.supers import super_of
from kinoloop.creative.storyboards.records import Panel, Storyboard

CROSSFADE_MS = 400
MASTER = "master"


@dataclass(frozen=True)
class Version:
    """One version. `label` is A for the master, then B, C...; `element` names what differs."""

    label: str
    element: str
    panels: tuple[Panel, ...]

    @property
    def duration_ms(self) -> int:
        return sum(panel.duration_ms for panel in self.panels)

    def starts(self) -> tuple[int, ...]:
        """When each panel begins, in ms of the film."""
        begun, at = [], 0
        for panel in self.panels:
            begun.append(at)
            at += panel.duration_ms
        return tuple(begun)


def versions_of(
    brief: Brief, script: Script, storyboard: Storyboard
) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    """The versions that can be made, and a sentence for each that cannot."""
    made, notes = [Version("A", MASTER, storyboard.panels)], []
    for element in brief.vary[: brief.variants - 1]:
        panels = _varied(element, script, storyboard)
        if panels is None:
            notes.append(f"no version with another {element}: {_LACKS[element]}")
        else:
            made.append(Version(chr(ord("A") + len(made)), element, panels))
    return tuple(made), tuple(notes)


_LACKS: dict[Element, str] = {
    "hook": "the script has only one hook",
    "cta": "the script has only one call to action",
    "opening": "no second shot fits the first line",
}


def _varied(element: Element, script: Script, storyboard: Storyboard) -> tuple[Panel, ...] | None:
    first, last = storyboard.panels[0], storyboard.panels[-1]
    if element == "hook" and script.other_hooks:
        return (_saying(first, script.other_hooks[0]), *storyboard.panels[1:])
    if element == "cta" and script.other_ctas:
        return (*storyboard.panels[:-1], _saying(last, script.other_ctas[0]))
    if element == "opening" and storyboard.opening is not None:
        opening = replace(storyboard.opening, number=1, duration_ms=first.duration_ms)
        return (opening, *storyboard.panels[1:])
    return None


def _saying(panel: Panel, line: str) -> Panel:
    """The panel with another line; its super is what is said where it was before."""
    return replace(panel, line=line, super_text=super_of(line) if panel.super_text else "")


def generated_panels(versions: Sequence[Version]) -> tuple[Panel, ...]:
    """Each panel that a service has to make, once."""
    found = {panel.scene_id: panel for v in versions for panel in v.panels if panel.kind == "generated"}
    return tuple(found.values())


def lines_of(versions: Sequence[Version]) -> tuple[tuple[str, int], ...]:
    """Each (line, ms there is for it) that is said in any version, once."""
    return tuple(dict.fromkeys((p.line, p.duration_ms) for v in versions for p in v.panels if p.line))


def crossfade_into(panel: Panel) -> int:
    """How long the fade into a panel takes, in ms: a third of a short panel at most."""
    return min(CROSSFADE_MS, panel.duration_ms // 3) if panel.transition == "fade" else 0
