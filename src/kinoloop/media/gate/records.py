"""What the gate is told to look for, and what it measured; picklable, exact times from the film's start.

Figures only: nothing here says what is good. What could not be measured is None, its reason in `reasons`.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.ad.records import Corner, Super
from kinoloop.media.captions.records import Cue
from kinoloop.media.crop import CropPath

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels of the film."""


@dataclass(frozen=True)
class Texts:
    """What should stand on the screen, as the house draws it (see `AdPlan`, whose fields these are)."""

    cues: tuple[Cue, ...] = ()
    style: str = "bold"
    zone: str | None = None
    supers: tuple[Super, ...] = ()
    logo: Path | None = None
    logo_corner: Corner = "top-right"


@dataclass(frozen=True)
class TextBox:
    """Where a text is to stand. `letter_height` is the font's size in px, `key` like `cue 3` or `title 1`."""

    key: str
    text: str
    span: Span
    box: Box
    letter_height: int


@dataclass(frozen=True)
class TextLook:
    """One text at one moment, as delivered.

    `match` is the correlation (-1 to 1) of what is seen with what should stand there, `weakest` that of its
    worst part (a wrong word); `contrast` the WCAG ratio of letters to what touches them, at its worst
    quarter; `ground_mean` and `ground_std` the luma (0 to 255) around them, None where nothing is left bare.
    """

    at: Seconds
    match: float
    weakest: float
    contrast: float | None
    ground_mean: float | None
    ground_std: float | None


@dataclass(frozen=True)
class SeenText:
    """What became of one text. `looks` is empty when the film ended before it; `elsewhere` is the box in
    which the same text was found when its own did not hold it."""

    wanted: TextBox
    looks: tuple[TextLook, ...]
    elsewhere: Box | None = None

    @property
    def match(self) -> float | None:
        """The middle one of the matches, of two the lower."""
        ordered = sorted(look.match for look in self.looks)
        return ordered[(len(ordered) - 1) // 2] if ordered else None


@dataclass(frozen=True)
class Origin:
    """Where a stretch of the film came from: its start shows `source` at `source_start`, and so on.

    `still`: the source is a picture file, or the stretch is meant to stand still. `crop` is the part of the
    source that is shown (None: its middle).
    """

    span: Span
    source: Path
    source_start: Seconds = Fraction(0)
    still: bool = False
    crop: CropPath | None = None

    def source_time(self, at: Seconds) -> Seconds:
        """The time in the source of what the film shows at `at`."""
        return self.source_start + (0 if self.still else at - self.span.start)


@dataclass(frozen=True)
class Stretch:
    """How much wider the film shows its source than it is: 1 is true, 1.33 a third too wide.

    `ratio` None: it could not be told, and `reason` says why.
    """

    at: Seconds
    ratio: float | None
    reason: str = ""


@dataclass(frozen=True)
class Colours:
    """The colours that fill most of one picture: (`#rrggbb`, share of the picture), largest first."""

    at: Seconds
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Measured:
    """One decode of a film.

    `width` and `height` as coded, `display_*` after rotation and sample aspect; `duration` of the pictures;
    `rate` pictures a second, None when it is not constant; `colour_tags` as (matrix, primaries, transfer,
    range) numbers of ITU-T H.273, 2 being unspecified. `sound_longer` is the end of the sound less that of
    the picture, in s. Loudness in LUFS (None: silent), peaks in dBTP, `luma` 0 to 255; `luma` and `loudness`
    hold one value a second. `frozen` leaves out what is a still of its origin or stands still in its source,
    too; that is told as `resting`. `damaged` counts what did not decode, `damage`
    tells about when (the first fifty), `stopped` tells why reading ended early.
    """

    path: Path
    size_bytes: int
    duration: Seconds
    pictures: int
    rate: Fraction | None
    width: int
    height: int
    display_width: int
    display_height: int
    sample_aspect: Fraction
    rotation: int
    pixel_format: str
    codec: str
    colour_tags: tuple[int, int, int, int]
    starts_fast: bool | None
    black: tuple[Span, ...]
    frozen: tuple[Span, ...]
    resting: tuple[Span, ...]
    luma: tuple[float, ...]
    colours: tuple[Colours, ...]
    has_sound: bool
    silent: tuple[Span, ...] = ()
    clipped: tuple[Span, ...] = ()
    clipped_samples: int = 0
    integrated: float | None = None
    true_peak: float | None = None
    loudness: tuple[float | None, ...] = ()
    sound_longer: Seconds | None = None
    texts: tuple[SeenText, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    damaged: int = 0
    damage: tuple[Seconds, ...] = ()
    stopped: str | None = None
    reasons: dict[str, str] = field(default_factory=dict)
