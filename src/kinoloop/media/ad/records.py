"""What an ad is made of; frozen and picklable. Times are exact seconds; positions in pixels or named places.

Times of cues, titles and voice lines count from the start of the film, spans of shots from that of their
file.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.styles import Colour
from kinoloop.media.crop import CropPath, Fit

SuperPlace = Literal["top", "middle"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
Samples = NDArray[np.float32]
"""(n,) mono or (2, n) stereo, -1..1, 48 kHz."""


@dataclass(frozen=True)
class AdShot:
    """One shot: `duration` of the film `source` from `span.start`, or of a held picture file (`still`).

    `span` None begins at the start of the file. `crop` None looks at the middle (`fit` "crop") or shows the
    whole picture over its own blurred image (`fit` "pad"). `transition` is the crossfade into this shot; it
    overlaps the end of the one before. `zoom` is the share by which a still grows while it is held (below
    0: shrinks). `sha256` of the source saves hashing it.
    """

    source: Path
    span: Span | None
    duration: Seconds
    crop: CropPath | None = None
    transition: Seconds = Fraction(0)
    still: bool = False
    zoom: float = 0.0
    sha256: str | None = None
    fit: Fit = "crop"


@dataclass(frozen=True)
class Super:
    """A title in a box. `box` is red, green, blue and opacity, 0 to 255 each."""

    span: Span
    text: str
    place: SuperPlace = "top"
    fill: Colour = (255, 255, 255)
    box: tuple[int, int, int, int] = (12, 12, 16, 216)


@dataclass(frozen=True, eq=False)
class AdSound:
    """What is heard. `voice` lines start at their times; `music` is looped or ended to the film's length.

    Gains in dB: `music_gain_db` against the voice, `source_gain_db` against the sound as recorded (None: not
    heard). With `duck`, music and source go down while the voice speaks. `loudness` in LUFS over the whole.
    `silent` makes a film without a sound track.
    """

    voice: tuple[tuple[Seconds, Path | Samples], ...] = ()
    music: Path | Samples | None = None
    music_gain_db: float = -14.0
    duck: bool = True
    source_gain_db: float | None = None
    loudness: float = -14.0
    silent: bool = False


@dataclass(frozen=True)
class AdPlan:
    """A whole ad. `zone` names a safe zone of `captions.safe` (None: by shape), `style` a caption style.

    The film lasts the sum of the durations less that of the transitions, on the grid of `rate`. A logo in
    a lower corner may meet the captions, which stand low; the upper corners are always free.
    """

    shots: tuple[AdShot, ...]
    width: int
    height: int
    rate: Fraction = Fraction(30)
    cues: tuple[Cue, ...] = ()
    style: str = "bold"
    zone: str | None = None
    supers: tuple[Super, ...] = ()
    logo: Path | None = None
    logo_corner: Corner = "top-right"
    sound: AdSound = AdSound()
