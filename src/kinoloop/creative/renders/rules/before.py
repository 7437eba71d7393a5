"""Before the render: refuse what the gate could only refuse afterwards, and say what to change."""

from collections.abc import Iterator, Sequence

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import forbidden_in
from kinoloop.creative.briefs.platforms import RULES
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.renders.records import (
    Finding,
    Layout,
    SourceFacts,
    SuperColours,
    Verdict,
    Wanted,
    WantedScene,
)
from kinoloop.creative.renders.rules.length import platform_length
from kinoloop.creative.renders.rules.limits import (
    FASTEST_SPEECH,
    LEAST_SUPER_CONTRAST,
    MOST_ENLARGED,
    VOICE_SLACK_MS,
)
from kinoloop.creative.renders.rules.places import quoted, seconds
from kinoloop.creative.renders.rules.wording import text_rules
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.media.cards.colours import colour_of, contrast


def before_render(
    script: Script,
    storyboard: Storyboard,
    lines_spoken_ms: Sequence[int | None],
    brief: Brief,
    brand: Brand,
    *,
    layouts: Sequence[Layout] = (),
    sources: Sequence[SourceFacts] = (),
    colours: Sequence[SuperColours] = (),
    duration_ms: int | None = None,
) -> Verdict:
    """All that is known to fail. `lines_spoken_ms` goes by panel (None: not said yet, so it is estimated).

    `duration_ms` is the film's length on the frame grid when it is not the sum of the panels.
    """
    lasts = storyboard.duration_ms if duration_ms is None else duration_ms
    rules = RULES[brief.format]
    span = None if rules.lengths else (rules.shortest, rules.longest)
    found = [
        *platform_length(lasts, rules.lengths, span),
        *_hook(script, storyboard, lines_spoken_ms, rules.hook_line_ms),
        *_lines(storyboard, lines_spoken_ms, silent=brief.silent),
        *_forbidden(script, storyboard, brief, brand),
        *_texts(storyboard, layouts, rules.hook_ms),
        *_colours(colours),
        *_sources(storyboard, layouts, sources),
    ]
    found.sort(key=lambda one: one.severity != "blocked")
    return Verdict(tuple(found), {"duration_s": lasts / 1000, "panels": len(storyboard.panels)})


def _spoken(panel: Panel, spoken: int | None) -> tuple[int, str]:
    if spoken is not None:
        return spoken, "takes"
    return round(len(panel.line) * 1000 / FASTEST_SPEECH), "would take at least"


def _pairs(storyboard: Storyboard, spoken: Sequence[int | None]) -> list[tuple[Panel, int | None]]:
    known = [*spoken, *[None] * len(storyboard.panels)]
    return list(zip(storyboard.panels, known, strict=False))


def _lines(storyboard: Storyboard, spoken: Sequence[int | None], *, silent: bool) -> Iterator[Finding]:
    """A line that is longer than its panel would run into the next one."""
    start = 0
    for panel, known in _pairs(storyboard, spoken):
        lasts, takes = _spoken(panel, known)
        if panel.line and lasts > panel.duration_ms + VOICE_SLACK_MS:
            yield Finding(
                "caption_too_fast" if silent else "too_long",
                "blocked",
                f"{quoted(panel.line)} {takes} {seconds(lasts)} to {'read' if silent else 'say'}; "
                f"its panel lasts {seconds(panel.duration_ms)}.",
                start_ms=start,
                end_ms=start + panel.duration_ms,
                scene=panel.number,
                fix="Shorten the line or lengthen the panel.",
            )
        start += panel.duration_ms


def _hook(
    script: Script, storyboard: Storyboard, spoken: Sequence[int | None], limit_ms: int
) -> Iterator[Finding]:
    if not storyboard.panels:
        return
    panel, known = _pairs(storyboard, spoken)[0]
    lasts, takes = _spoken(panel, known)
    if panel.line and lasts > limit_ms + VOICE_SLACK_MS:
        yield Finding(
            "late_hook",
            "blocked",
            f"The hook {quoted(script.hook)} {takes} {seconds(lasts)}; {seconds(limit_ms)} is the most.",
            start_ms=0,
            end_ms=panel.duration_ms,
            scene=panel.number,
            fix="Shorten the hook.",
        )


def _forbidden(script: Script, storyboard: Storyboard, brief: Brief, brand: Brand) -> Iterator[Finding]:
    """In what is said and shown, and in what other versions say instead."""
    said = [(text, where, panel.number) for panel in storyboard.panels for text, where in _words(panel)]
    others: list[tuple[str, str, int | None]] = [
        *((text, "other hook", None) for text in script.other_hooks),
        *((text, "other call to action", None) for text in script.other_ctas),
    ]
    for text, where, scene in [*said, *others]:
        for phrase in forbidden_in(text, brand, brief):
            yield Finding(
                "forbidden_word",
                "blocked",
                f"{quoted(phrase)} is not to be mentioned and is in the {where} {quoted(text)}.",
                scene=scene,
                fix="Word it differently.",
            )


def _words(panel: Panel) -> tuple[tuple[str, str], ...]:
    return (panel.line, "line"), (panel.super_text, "on-screen text")


def _texts(storyboard: Storyboard, layouts: Sequence[Layout], hook_ms: int) -> Iterator[Finding]:
    """Captions and titles in each shape; the same words in several shapes are told once."""
    told: set[tuple[str, str]] = set()
    for layout in layouts:
        wanted = Wanted(
            storyboard.duration_ms,
            layout.width,
            layout.height,
            _scenes(storyboard),
            layout.texts,
            layout.zone,
        )
        for text in layout.texts:
            for finding in text_rules(text, wanted):
                if (finding.defect, text.key) not in told:
                    told.add((finding.defect, text.key))
                    yield finding
        first = min((text.start_ms for text in layout.texts), default=0)
        if first > hook_ms and ("late_hook", "") not in told:
            told.add(("late_hook", ""))
            yield Finding(
                "late_hook",
                "blocked",
                f"The first words come at {seconds(first)}; the platform wants them by {seconds(hook_ms)}.",
                start_ms=0,
                end_ms=first,
                scene=storyboard.panels[0].number,
                fix="Let the hook begin with the first picture.",
            )


def _scenes(storyboard: Storyboard) -> tuple[WantedScene, ...]:
    scenes, start = [], 0
    for panel in storyboard.panels:
        scenes.append(WantedScene(panel.number, start, start + panel.duration_ms))
        start += panel.duration_ms
    return tuple(scenes)


def _colours(colours: Sequence[SuperColours]) -> Iterator[Finding]:
    for one in colours:
        ratio = contrast(colour_of(one.fill), colour_of(one.ground))
        if ratio < LEAST_SUPER_CONTRAST:
            yield Finding(
                "low_contrast",
                "blocked",
                f"On-screen text in {one.fill} on {one.ground} has a contrast of {ratio:.1f}; "
                f"{LEAST_SUPER_CONTRAST:g} can be read.",
                scene=one.scene,
                fix="Choose colours of the palette that are further apart in brightness.",
            )


def _sources(
    storyboard: Storyboard, layouts: Sequence[Layout], sources: Sequence[SourceFacts]
) -> Iterator[Finding]:
    panels = {panel.number: panel for panel in storyboard.panels}
    for source in sources:
        panel = panels.get(source.scene)
        if panel is not None and source.available_ms < panel.duration_ms:
            yield Finding(
                "too_short",
                "blocked",
                f"The footage lasts {seconds(source.available_ms)}; its panel {seconds(panel.duration_ms)}.",
                scene=source.scene,
                fix="Choose a longer stretch or shorten the panel.",
            )
        enlarged = max((_enlarged(source, layout) for layout in layouts), default=0.0)
        if enlarged > MOST_ENLARGED:
            yield Finding(
                "wrong_geometry",
                "degraded",
                f"The footage is {source.width} x {source.height}, to be enlarged {enlarged:.1f} times.",
                scene=source.scene,
                fix="Choose footage of a higher resolution.",
            )


def _enlarged(source: SourceFacts, layout: Layout) -> float:
    """How much a source grows that fills the frame."""
    return max(layout.width / max(1, source.width), layout.height / max(1, source.height))
