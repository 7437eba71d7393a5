"""What a moment is: a scored span of a file, why it was taken, and how far to trust that.

Times are exact seconds from the start of the file. Scores are 0 to 1; 0.5 is the file's own usual level.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.records import Analysis, Transcript

Mode = Literal["viral", "highlights", "summary"]
Status = Literal["proposed", "accepted", "rejected"]
Channel = Literal["transcript", "sound", "picture"]

MODES: tuple[Mode, ...] = ("viral", "highlights", "summary")
CHANNELS: tuple[Channel, ...] = ("transcript", "sound", "picture")
STATUSES: tuple[Status, ...] = ("proposed", "accepted", "rejected")
INTENTS: dict[str, Mode] = {"short_clips": "viral", "key_moments": "highlights", "smart_summary": "summary"}
MOST_MOMENTS = 50


def mode_named(name: str) -> Mode:
    """The mode for a mode's or an intent's name. Raises InputError."""
    for mode in MODES:
        if name == mode or INTENTS.get(name) == mode:
            return mode
    known = ", ".join([*MODES, *INTENTS])
    raise InputError(f"'{name}' is not a way to look for moments.", fix=f"Choose one of: {known}.")


@dataclass(frozen=True)
class MomentRequest:
    """What is wanted. Durations in seconds, both ends included. Raises InputError when it cannot be met."""

    mode: Mode = "viral"
    min_duration: Seconds = Fraction(15)
    max_duration: Seconds = Fraction(60)
    max_moments: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.min_duration <= self.max_duration:
            raise InputError(
                f"A moment cannot last {float(self.min_duration):g} to {float(self.max_duration):g} s.",
                why="The shortest must be above zero and not above the longest.",
                fix="Give durations such as 15 and 60.",
            )
        if not 1 <= self.max_moments <= MOST_MOMENTS:
            raise InputError(
                f"{self.max_moments} moments cannot be looked for.", fix=f"Ask for 1 to {MOST_MOMENTS}."
            )


@dataclass(frozen=True)
class Evidence:
    """All that is known of the stretch `start` to `start + duration` of a file; an absent part is None."""

    duration: Seconds
    analysis: Analysis | None
    transcript: Transcript | None
    notes: tuple[str, ...] = ()
    faces: tuple[Span, ...] | None = None
    """Stretches in which a face is seen, where somebody looked for faces."""
    start: Seconds = Fraction(0)

    @property
    def whole(self) -> Span:
        return Span(self.start, self.start + self.duration)


@dataclass(frozen=True)
class Subscore:
    """One channel's opinion of a span: 0 to 1 (0.5 is usual for this file), or None with the reason."""

    value: float | None
    reason: str


@dataclass(frozen=True)
class Pick:
    """A stretch that a chooser asked for by quoting it; `similarity` tells how well the quote was found."""

    span: Span
    reason: str
    kind: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Found:
    """A moment that was found, not stored yet. A passthrough has no score and confidence 0."""

    span: Span
    mode: Mode
    score: float | None
    confidence: float
    subscores: dict[str, Subscore]
    reason: str
    keywords: tuple[str, ...] = ()
    passthrough: bool = False
    short: bool = False
    """True when the file is shorter than the shortest moment and was taken whole."""

    @property
    def start_time(self) -> Seconds:
        return self.span.start

    @property
    def end_time(self) -> Seconds:
        return self.span.end

    @property
    def duration(self) -> Seconds:
        return self.span.duration


@dataclass(frozen=True, kw_only=True)
class Moment(Found):
    """A stored moment. `proposed_span` is what was found, when a person has moved its edges since."""

    moment_id: str
    asset_id: str
    run_id: str | None
    status: Status
    proposed_span: Span | None = None

    @property
    def edited(self) -> bool:
        return self.proposed_span is not None


@dataclass(frozen=True)
class Detection:
    """The moments, best first; `notes` say in plain sentences what was missing or unusual."""

    moments: tuple[Found, ...]
    passthrough: bool
    notes: tuple[str, ...]
