"""The gate, asked three times: before anything is paid, for each scene that comes, for each finished film."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from PIL import Image

from kinoloop.core.timecode import Span
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.platforms import RULES
from kinoloop.creative.renders.records import (
    Finding,
    Layout,
    SourceFacts,
    Verdict,
    Wanted,
    WantedScene,
    WantedText,
)
from kinoloop.creative.renders.rules import before_render, forbidden_words, judge
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.videos.records import Video
from kinoloop.creative.visuals.records import VisualKind
from kinoloop.flows.make_video.film import Film, size_of
from kinoloop.flows.make_video.sound import SaidLine
from kinoloop.flows.make_video.versions import Version
from kinoloop.flows.tools import Tools
from kinoloop.media.gate.inspection import inspect_apart
from kinoloop.media.gate.records import Measured, Origin, TextBox, Texts
from kinoloop.media.gate.texts import ExpectedTexts
from kinoloop.media.watch import Watch

QUIET_WITHOUT_MUSIC_MS = 4000
"""Pauses between lines that a film without music may have."""
SHORTER_MS = 120
"""A generated film may end so much before its panel does: a few pictures are held."""
SMALLEST_SIDE = 256


def precheck(
    video: Video,
    versions: Sequence[Version],
    brand: Brand,
    lines: Mapping[str, SaidLine],
    films: Sequence[Film],
    sources: Sequence[SourceFacts],
) -> Verdict:
    """All versions in all shapes, judged by what is known before a picture is made; each finding once."""
    assert video.script is not None and video.storyboard is not None
    findings: dict[tuple[str, str], Finding] = {}
    figures: dict[str, int | float | str | None] = {}
    for version in versions:
        board, script = _of(version, video.storyboard, video.script)
        spoken = [_spoken_ms(panel, lines) for panel in version.panels]
        layouts = [layout_of(film) for film in films if film.version == version]
        verdict = before_render(script, board, spoken, video.brief, brand, layouts=layouts, sources=sources)
        figures |= verdict.measured
        findings |= {(one.defect, one.message): one for one in verdict.findings}
    return Verdict(tuple(findings.values()), figures)


def _of(version: Version, board: Storyboard, script: Script) -> tuple[Storyboard, Script]:
    """The board and script as this version shows and says them."""
    said = tuple(
        replace(line, text=panel.line) for line, panel in zip(script.lines, version.panels, strict=True)
    )
    return replace(board, panels=version.panels, opening=None), replace(script, lines=said)


def _spoken_ms(panel: Panel, lines: Mapping[str, SaidLine]) -> int | None:
    line = lines.get(panel.line)
    return None if line is None else round(line.duration * 1000)


def layout_of(film: Film) -> Layout:
    """The film's frame, zone and texts with their boxes, as the renderer will draw them."""
    width, height = film.size
    expected = ExpectedTexts(texts_of(film), width, height)
    return Layout(width, height, expected.zone, tuple(_text(box) for box in expected.boxes))


def texts_of(film: Film) -> Texts:
    """What is to stand on the screen, whether or not the film's files are there yet."""
    return Texts(film.cues(), film.style, film.zone, film.supers(), film.logo)


def _text(box: TextBox) -> WantedText:
    return WantedText(
        box.key,
        box.text,
        round(box.span.start * 1000),
        round(box.span.end * 1000),
        box.box,
        box.letter_height,
    )


def judge_film(path: Path, film: Film, tools: Tools, watch: Watch) -> tuple[Measured, Verdict]:
    """Decode the finished film once and hold it against what it was to be."""
    measured = inspect_apart(path, texts_of(film), _origins(film), limits=tools.limits, watch=watch)
    return measured, judge(measured, wanted_of(film))


def wanted_of(film: Film) -> Wanted:
    """What the finished film has to be."""
    layout, brief = layout_of(film), film.brief
    scenes = tuple(
        WantedScene(
            number,
            at,
            at + panel.duration_ms,
            still=film.files[panel.scene_id].still,
            branded=panel.kind == "card",
        )
        for number, (at, panel) in enumerate(zip(film.version.starts(), film.version.panels, strict=True), 1)
    )
    rules = RULES[brief.format]
    spoken = [(number, panel.line) for number, panel in enumerate(film.version.panels, 1)]
    return Wanted(
        duration_ms=film.version.duration_ms,
        width=layout.width,
        height=layout.height,
        scenes=scenes,
        texts=layout.texts,
        zone=layout.zone,
        has_sound=not brief.silent,
        lufs=None if brief.silent else -14.0,
        longest_quiet_ms=QUIET_WITHOUT_MUSIC_MS if film.music is None else 1000,
        palette=film.brand.palette,
        forbidden=forbidden_words(layout.texts, spoken, scenes, film.brand, brief),
        hook_ms=rules.hook_ms if layout.texts else None,
        lengths_s=rules.lengths,
        length_range_s=None if rules.lengths else (rules.shortest, rules.longest),
    )


def _origins(film: Film) -> tuple[Origin, ...]:
    """Where each scene comes from, so that stretching and standing still can be told."""
    found = []
    for shot, at, panel in zip(film.plan().shots, film.version.starts(), film.version.panels, strict=True):
        span = Span(Fraction(at, 1000), Fraction(at + panel.duration_ms, 1000))
        begin = (shot.span.start if shot.span else Fraction(0)) + shot.transition
        found.append(Origin(span, shot.source, begin, shot.still, shot.crop))
    return tuple(found)


def check_scene(
    path: Path, kind: VisualKind, duration_ms: int, aspect: str, tools: Tools, watch: Watch
) -> str | None:
    """What is wrong with a scene that came from a service; None when it can be used."""
    if kind == "image":
        return _check_image(path)
    measured = inspect_apart(path, limits=tools.limits, watch=watch)
    if measured.damaged or measured.stopped:
        return f"Parts of it do not decode: {measured.stopped or measured.damaged}."
    if measured.duration * 1000 < duration_ms - SHORTER_MS:
        return f"It lasts {float(measured.duration):.2f} s; its panel needs {duration_ms / 1000:g} s."
    shown = Span(Fraction(0), Fraction(duration_ms, 1000))
    for name, spans in (("black", measured.black), ("frozen", measured.frozen)):
        seen = [span for span in spans if span.overlap(shown) > 0]
        if seen:
            return f"It is {name} from {float(seen[0].start):.2f} to {float(seen[0].end):.2f} s."
    if min(measured.width, measured.height) < SMALLEST_SIDE:
        return f"It has only {measured.width} x {measured.height} pixels."
    return _wrong_shape(measured.display_width, measured.display_height, aspect)


def _wrong_shape(width: int, height: int, aspect: str) -> str | None:
    wide, high = size_of(aspect, 1000)  # type: ignore[arg-type]  # one of the shapes
    if abs(width / height - wide / high) / (wide / high) > 0.05:
        return f"It has {width} x {height} pixels; {aspect} was asked for."
    return None


def _check_image(path: Path) -> str | None:
    with Image.open(path) as image:
        image.load()
        if min(image.size) < SMALLEST_SIDE:
            return f"It has only {image.size[0]} x {image.size[1]} pixels."
        low, high = image.convert("L").getextrema()
        if isinstance(low, int | float) and isinstance(high, int | float) and high - low < 8:
            return "It is one even colour."
    return None


def told(verdict: Verdict) -> tuple[str, str, float | None, tuple[str, ...]]:
    """Decision, reason, confidence and alternatives of the quality node."""
    reason = " ".join(one.message for one in verdict.findings) or "Nothing stands against it."
    return verdict.status, reason, None, tuple(one.fix for one in verdict.findings if one.fix)
