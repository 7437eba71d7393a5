"""Finished versions what they have to be, and what the gate found in them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kinoloop.creative.briefs.records import Shape

Defect = Literal[
    "black",
    "frozen",
    "silent",
    "clipped",
    "loudness",
    "too_short",
    "too_long",
    "wrong_geometry",
    "stretched",
    "caption_off_zone",
    "caption_too_fast",
    "caption_too_small",
    "low_contrast",
    "forbidden_word",
    "missing_line",
    "off_brand",
    "no_sound",
    "late_hook",
    "undecodable",
    "wrong_format",
]
"""`wrong_format`: something players rely on (pixels, colour tags, rate, index, sound in step) is off."""
Severity = Literal["blocked", "degraded"]
Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels."""


@dataclass(frozen=True)
class Finding:
    """One defect, where it is (ms of the film; None for the whole), in which scene, and what to do."""

    defect: Defect
    severity: Severity
    message: str
    start_ms: int | None = None
    end_ms: int | None = None
    scene: int | None = None
    fix: str = ""


@dataclass(frozen=True)
class Verdict:
    """The gate's answer. `measured` holds the figures behind it, null where one could not be taken."""

    findings: tuple[Finding, ...]
    measured: dict[str, int | float | str | None]

    @property
    def status(self) -> Literal["passed", "degraded", "blocked"]:
        if any(one.severity == "blocked" for one in self.findings):
            return "blocked"
        return "degraded" if self.findings else "passed"


@dataclass(frozen=True)
class WantedScene:
    """One scene on the finished film.

    `still`: it is a picture or a card, so it may stand still; `branded`: the brand's colours have to show;
    `dark`: its footage is known to be dark.
    """

    number: int
    start_ms: int
    end_ms: int
    still: bool = False
    branded: bool = False
    dark: bool = False


@dataclass(frozen=True)
class WantedText:
    """A text that must stand on the screen. `key` is `cue 3` or `title 1`, as the measurement names it.

    `box` is (left, top, right, bottom) and `letter_height` the size of the font, both in pixels.
    """

    key: str
    text: str
    start_ms: int
    end_ms: int
    box: Box
    letter_height: int

    @property
    def characters_per_second(self) -> float:
        """Characters without line breaks over the time it stands."""
        return len(self.text.replace("\n", " ")) * 1000 / max(1, self.end_ms - self.start_ms)


@dataclass(frozen=True)
class ForbiddenWord:
    """A phrase that may not be said or shown, and where it was found (`where`: line, super, caption)."""

    phrase: str
    where: str
    scene: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What a finished film has to be. Lengths in ms, sizes in pixels, loudness in LUFS (None: as it is).

    `longest_quiet_ms` is how long a silence may last: raise it for a film without music. `hook_ms` is when
    the first text must stand there. `lengths_s` are the only lengths the platform takes, `length_range_s` its
    shortest and longest, in s.
    """

    duration_ms: int
    width: int
    height: int
    scenes: tuple[WantedScene, ...] = ()
    texts: tuple[WantedText, ...] = ()
    zone: Box | None = None
    rate: Fraction | None = Fraction(30)
    tolerance_ms: int = 50
    has_sound: bool = True
    lufs: float | None = -14.0
    longest_quiet_ms: int = 1000
    palette: tuple[str, ...] = ()
    forbidden: tuple[ForbiddenWord, ...] = ()
    hook_ms: int | None = None
    lengths_s: tuple[int, ...] | None = None
    length_range_s: tuple[int, int] | None = None


@dataclass(frozen=True)
class Layout:
    """One shape to be rendered, before it is: its frame, its safe zone and its texts with their boxes."""

    width: int
    height: int
    zone: Box
    texts: tuple[WantedText, ...] = ()


@dataclass(frozen=True)
class SourceFacts:
    """What is known of the footage of one scene: its display size, and how long the stretch is in ms."""

    scene: int
    width: int
    height: int
    available_ms: int


@dataclass(frozen=True)
class SuperColours:
    """Letters and ground of an on-screen text, as `#rrggbb`; `scene` None for all."""

    fill: str
    ground: str
    scene: int | None = None


@dataclass(frozen=True)
class Variant:
    """One finished file of one version in one shape. `element` names what differs from the master."""

    variant_id: str
    video_id: str
    run_id: str
    label: str
    element: str
    shape: Shape
    path: str
    srt_path: str | None
    vtt_path: str | None
    thumbnail_path: str | None
    width: int
    height: int
    duration_ms: int
    size_bytes: int
    sha256: str
    lufs: float | None
    verdict: Verdict
    approval_sha256: str
