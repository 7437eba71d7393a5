"""One version in one shape as a plan for the renderer: shots, words, titles, sound.

Everything is decided here from values; files are only named. Shots of own footage begin earlier by the fade
that leads into them, where the file reaches that far back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kinoloop.core.timecode import Span
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief, Platform, Shape
from kinoloop.creative.storyboards.records import Panel
from kinoloop.flows.make_video.sound import SaidLine, silent_line, words_on_film
from kinoloop.flows.make_video.versions import Version, crossfade_into
from kinoloop.flows.order import ASPECTS
from kinoloop.media.ad.records import AdPlan, AdShot, AdSound, Samples, Super
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words, layout_for
from kinoloop.media.crop import CropPath
from kinoloop.media.records import Word

ZONES: dict[Platform, str] = {
    "tiktok": "tiktok",
    "meta": "reels",
    "youtube": "shorts",
    "custom": "everywhere",
}
STILL_ZOOM = 0.06
NO_CAPTIONS = "none"
LEAD = Fraction(1, 8)
"""Silence before a line begins in its panel, in s; the hook begins at once."""


@dataclass(frozen=True)
class SceneFile:
    """Where a panel's picture comes from in this film. `sha256` saves hashing it."""

    path: Path
    still: bool
    crop: CropPath | None = None
    sha256: str | None = None
    file_ms: int | None = None


def size_of(shape: Shape, short_side: int) -> tuple[int, int]:
    """`9:16` and 1080 -> (1080, 1920)."""
    ratio = ASPECTS[shape] or Fraction(1)
    width = short_side * max(ratio, Fraction(1))
    height = short_side * max(1 / ratio, Fraction(1))
    return round(width / 2) * 2, round(height / 2) * 2


@dataclass(frozen=True, eq=False)
class Film:
    """All that a film is made of."""

    brief: Brief
    brand: Brand
    version: Version
    shape: Shape
    files: Mapping[str, SceneFile]
    lines: Mapping[str, SaidLine]
    music: Path | Samples | None
    logo: Path | None
    folder: Path
    """Root of the paths in `lines`."""
    short_side: int = 1080

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, even."""
        return size_of(self.shape, self.short_side)

    @property
    def zone(self) -> str | None:
        """The safe zone of the platform for upright films; by shape for the others."""
        return ZONES[self.brief.platform] if self.shape == "9:16" else None

    @property
    def style(self) -> str:
        """The caption style; one for titles where no captions are wanted."""
        return self.brief.captions if self.brief.captions != NO_CAPTIONS else "plain"

    def words(self) -> tuple[Word, ...]:
        """Each word said, on the film's clock."""
        return words_on_film(
            [
                (at + self._lead_ms(number), self._said(panel))
                for number, (at, panel) in enumerate(self._timed())
            ]
        )

    def cues(self) -> tuple[Cue, ...]:
        """Word captions; none where the brief wants none."""
        if self.brief.captions == NO_CAPTIONS:
            return ()
        ratio = ASPECTS[self.shape] or Fraction(1)
        whole = Span(Fraction(0), Fraction(self.version.duration_ms, 1000))
        return cues_from_words(self.words(), layout_for(ratio), span=whole)

    def supers(self) -> tuple[Super, ...]:
        """On-screen titles; cards carry their own text."""
        return tuple(
            Super(Span(Fraction(at, 1000), Fraction(at + panel.duration_ms, 1000)), panel.super_text)
            for at, panel in self._timed()
            if panel.super_text and panel.kind != "card"
        )

    def plan(self) -> AdPlan:
        width, height = self.size
        return AdPlan(
            shots=tuple(self._shot(number, panel) for number, panel in enumerate(self.version.panels)),
            width=width,
            height=height,
            cues=self.cues(),
            style=self.style,
            zone=self.zone,
            supers=self.supers(),
            logo=self.logo,
            sound=self._sound(),
        )

    def _timed(self) -> list[tuple[int, Panel]]:
        return list(zip(self.version.starts(), self.version.panels, strict=True))

    def _lead_ms(self, number: int) -> int:
        return int(LEAD * 1000) if number else 0

    def _said(self, panel: Panel) -> tuple[Word, ...]:
        line = self.lines.get(panel.line)
        return line.words if line is not None else silent_line(panel.line, panel.duration_ms)

    def _shot(self, number: int, panel: Panel) -> AdShot:
        file, length = self.files[panel.scene_id], Fraction(panel.duration_ms, 1000)
        fade = Fraction(crossfade_into(panel), 1000) if number else Fraction(0)
        if file.still:
            return AdShot(
                file.path,
                None,
                length + fade,
                transition=fade,
                still=True,
                zoom=STILL_ZOOM,
                sha256=file.sha256,
            )
        start, end = self._window(panel, file)
        early = min(fade, start)
        span = Span(start - early, max(end, start - early + length + early))
        return AdShot(file.path, span, length + early, file.crop, early, sha256=file.sha256)

    def _window(self, panel: Panel, file: SceneFile) -> tuple[Fraction, Fraction]:
        if panel.footage is not None:
            return Fraction(panel.footage.start_ms, 1000), Fraction(panel.footage.end_ms, 1000)
        whole = file.file_ms or panel.duration_ms
        spare = max(0, whole - panel.duration_ms)
        begin = min(spare, crossfade_into(panel))
        return Fraction(begin, 1000), Fraction(begin + panel.duration_ms, 1000)

    def _sound(self) -> AdSound:
        if self.brief.silent:
            return AdSound(silent=True)
        voice = tuple(
            (Fraction(at + self._lead_ms(number), 1000), self.folder / self.lines[panel.line].path)
            for number, (at, panel) in enumerate(self._timed())
            if panel.line in self.lines
        )
        return AdSound(voice=voice, music=self.music)
