"""What the media rooms hand to each other and upwards; frozen, exact time, arrays in documented units."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span

Floats = NDArray[np.float32]
Tier = Literal["triage", "speed", "full"]
CutKind = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True)
class VideoStream:
    """One picture stream. `width`/`height` are as coded; `display_*` after rotation and sample aspect."""

    index: int
    codec: str
    width: int
    height: int
    display_width: int
    display_height: int
    sample_aspect: Fraction
    rotation: int
    average_rate: Fraction | None
    time_base: Fraction
    pixel_format: str
    bit_depth: int
    start: Seconds
    duration: Seconds | None
    frames: int | None
    variable_rate: bool


@dataclass(frozen=True)
class AudioStream:
    """One sound stream."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    start: Seconds
    duration: Seconds | None


@dataclass(frozen=True)
class MediaInfo:
    """What probe found. `video`/`audio` are the streams used; `warnings` are plain sentences."""

    path: Path
    container: str
    size_bytes: int
    start: Seconds
    duration: Seconds
    video: VideoStream | None
    audio: AudioStream | None
    video_streams: int
    audio_streams: int
    other_streams: int
    warnings: tuple[str, ...] = ()

    @property
    def whole(self) -> Span:
        return Span(Fraction(0), self.duration)


@dataclass(frozen=True)
class Boundary:
    """Where one shot ends and the next begins. `span` is empty for a hard cut."""

    at: Seconds
    kind: CutKind
    span: Span
    score: float


@dataclass(frozen=True)
class PictureTrack:
    """Per analysed frame, all (n,): times in s from the file's start; motion, luma in 0..255 levels."""

    times: NDArray[np.float64]
    motion: Floats
    sharpness: Floats
    luma_mean: Floats
    luma_std: Floats
    descriptor_times: NDArray[np.float64]
    descriptors: Floats
    """(k, 512) unit vectors of space `look-v1`, about two per second."""


@dataclass(frozen=True)
class SoundTrack:
    """EBU R128. `momentary` is LUFS, ten values a second at `times` (-inf allowed); peaks in dBFS."""

    times: NDArray[np.float64]
    momentary: Floats
    integrated: float | None
    peak: float | None
    silences: tuple[Span, ...]
    speech: tuple[Span, ...] | None
    speech_reason: str | None
    """Why `speech` is None, e.g. 'speech detector not installed'."""


@dataclass(frozen=True)
class Analysis:
    """All that one decode of a file tells. A missing part is None with its reason in `reasons`."""

    tier: Tier
    duration: Seconds
    frames: int
    picture: PictureTrack | None
    sound: SoundTrack | None
    boundaries: tuple[Boundary, ...]
    reasons: dict[str, str] = field(default_factory=dict)
    """part -> why it is missing or partial ('picture': 'no video stream', 'tail': 'broken after 12.3 s')."""

    def shots(self) -> tuple[Span, ...]:
        """Spans between boundaries; a gradual boundary splits at its middle (`at`)."""
        if self.picture is None or self.duration <= 0:
            return ()
        edges = [Fraction(0), *(b.at for b in self.boundaries if 0 < b.at < self.duration), self.duration]
        return tuple(Span(a, b) for a, b in pairwise(edges) if b > a)


@dataclass(frozen=True)
class Word:
    """One spoken word with its time in the file."""

    text: str
    start: Seconds
    end: Seconds

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


@dataclass(frozen=True)
class Transcript:
    """Words in time order. `source` tells where the times come from, in words a person understands."""

    words: tuple[Word, ...]
    language: str | None
    source: str
    word_timed: bool
    """False when word times were spread over a cue rather than measured."""

    def text(self, span: Span | None = None) -> str:
        return " ".join(w.text for w in self.words if span is None or span.contains(w.span.middle))


@dataclass(frozen=True)
class Artefact:
    """A media file that was written, decoded again and measured. Success is this record and nothing else."""

    path: Path
    sha256: str
    size_bytes: int
    width: int
    height: int
    duration: Seconds
    frames: int
    has_audio: bool
    integrated_lufs: float | None
    peak_dbfs: float | None
    notes: tuple[str, ...] = ()
    """Plain sentences on what was done differently from what was asked."""
