"""Where somebody speaks: Silero's probabilities with hysteresis; says why when it cannot tell."""

from array import array
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.records import Floats
from kinoloop.media.silero import CHUNK, SAMPLE_RATE, Silero, load_weights, weights_file

BEGIN, STAY = 0.5, 0.35
SHORTEST_SPEECH, SHORTEST_PAUSE = Fraction(1, 4), Fraction(1, 10)
MISSING = "speech detector not installed (pip install --no-deps silero-vad)"
_BATCH = 32 * CHUNK
_STEP = Fraction(CHUNK, SAMPLE_RATE)


@dataclass(frozen=True)
class Speech:
    """Spoken spans from the file's start; None with the reason when unknown."""

    spans: tuple[Span, ...] | None
    reason: str | None


class SpeechMeter:
    """Feed it decoded audio frames; `result` gives the spoken spans."""

    def __init__(self, start: Seconds) -> None:
        """`start` is the file's time zero."""
        self.start = start
        path = weights_file()
        self._net = None if path is None else Silero(load_weights(path))
        self._resampler = _resampler()
        self._shape: tuple[str, str, int] | None = None
        self._begun: Seconds | None = None
        self._kept: list[Floats] = []
        self._held = 0
        self._samples = 0
        self._probabilities: array[float] = array("f")

    def add(self, frame: AudioFrame) -> None:
        """Takes a frame of any layout; its stamps must be sane (the loudness meter rewrites them)."""
        if self._net is None:
            return
        if self._begun is None:
            at = frame.pts * frame.time_base if frame.pts is not None and frame.time_base else self.start
            self._begun = at - self.start
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._shape not in (None, shape):
            self._keep(self._resampler.resample(None))
            self._resampler = _resampler()
        self._shape = shape
        self._keep(self._resampler.resample(frame))
        if self._held >= _BATCH:
            self._listen(self._held // CHUNK * CHUNK)

    def result(self) -> Speech:
        if self._net is None:
            return Speech(None, MISSING)
        if self._begun is None:
            return Speech(None, "no sound could be decoded")
        self._keep(self._resampler.resample(None))
        self._kept.append(np.zeros(-self._held % CHUNK, np.float32))
        self._listen(self._held + -self._held % CHUNK)
        ends = self._begun + Fraction(self._samples, SAMPLE_RATE)
        spans = spoken(self._probabilities, self._begun)
        return Speech(
            tuple(Span(span.start, min(span.end, ends)) for span in spans if span.start < ends), None
        )

    def _keep(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            self._kept.append(frame.to_ndarray().ravel().astype(np.float32))
            self._held += frame.samples
            self._samples += frame.samples

    def _listen(self, count: int) -> None:
        joined = np.concatenate(self._kept)
        self._kept, self._held = [joined[count:]], joined.size - count
        if self._net is not None:
            self._probabilities.extend(self._net.probabilities(joined[:count]).tolist())


def _resampler() -> AudioResampler:
    return AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)


def spoken(probabilities: "array[float] | Floats", start: Seconds) -> tuple[Span, ...]:
    """Begins at 0.5, lasts while above 0.35; pauses under 0.1 s are bridged, spans under 0.25 s dropped."""
    spans: list[Span] = []
    begun: int | None = None
    for place, probability in enumerate([*probabilities, 0.0]):
        if begun is None and probability >= BEGIN:
            begun = place
        elif begun is not None and probability < STAY:
            _append(spans, Span(start + begun * _STEP, start + place * _STEP))
            begun = None
    return tuple(span for span in spans if span.duration >= SHORTEST_SPEECH)


def _append(spans: list[Span], span: Span) -> None:
    if spans and span.start - spans[-1].end < SHORTEST_PAUSE:
        spans[-1] = Span(spans[-1].start, span.end)
    else:
        spans.append(span)
