"""EBU R128 loudness, sample peak and silences of a sound stream, as it is decoded.

Loudness is the library's own `ebur128` filter read through frame metadata; level and peak are plain numpy.
"""

from array import array
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds
from kinoloop.media.records import Floats, SoundTrack
from kinoloop.media.silence import BLOCKS_PER_SECOND, quiet_spans
from kinoloop.media.speech import Speech

WINDOW = 0.4
"""Length in s of the momentary window; its value is placed at the window's middle."""
_NO_SIGNAL, _UNGATED = -120.0, -70.0
_FLOOR = 1e-12


class LoudnessMeter:
    """Feed it decoded audio frames; `track` tells what it measured, in times from the file's zero."""

    def __init__(self, start: Seconds) -> None:
        self.start = start
        self.samples = 0
        self._begun: Seconds | None = None
        self._graph: Graph | None = None
        self._shape: tuple[str, str, int] | None = None
        self._momentary: array[float] = array("f")
        self._times: array[float] = array("d")
        self._levels: array[float] = array("f")
        self._integrated: float | None = None
        self._peak = 0.0

    def add(self, frame: AudioFrame) -> None:
        if self._begun is None:
            at = frame.pts * frame.time_base if frame.pts is not None and frame.time_base else self.start
            self._begun = at - self.start
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._graph is None or shape != self._shape:
            self._open(frame, shape)
        # The filter counts samples itself: odd stamps of a damaged file must not upset it.
        frame.pts, frame.time_base = self.samples, Fraction(1, frame.sample_rate)
        self.samples += frame.samples
        self._push(frame)

    def finish(self) -> None:
        """Flush the last tenth of a second."""
        if self._graph is not None:
            self._push(None)
            self._graph = None

    def track(self, speech: Speech) -> SoundTrack:
        begun = self._begun or Fraction(0)
        return SoundTrack(
            times=np.frombuffer(self._times, np.float64) if self._times else np.zeros(0),
            momentary=_floats(self._momentary),
            integrated=self._integrated,
            peak=20 * float(np.log10(self._peak)) if self._peak > 0 else None,
            silences=quiet_spans(self._levels, begun),
            speech=speech.spans,
            speech_reason=speech.reason,
        )

    def _open(self, frame: AudioFrame, shape: tuple[str, str, int]) -> None:
        self.finish()
        graph = Graph()
        source = graph.add_abuffer(
            format=shape[0], layout=shape[1], sample_rate=shape[2], time_base=Fraction(1, shape[2])
        )
        meter = graph.add("ebur128", "metadata=1")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        self._graph, self._shape = graph, shape

    def _push(self, frame: AudioFrame | None) -> None:
        graph = self._graph
        if graph is None:
            return
        graph.push(frame)
        for measured in _pull(graph):
            self._read(measured)

    def _read(self, frame: AudioFrame) -> None:
        # The filter always gives interleaved doubles.
        self._level(np.asarray(frame.to_ndarray(), np.float64).reshape(frame.samples, -1), frame.sample_rate)
        said = frame.metadata
        if "lavfi.r128.M" not in said or frame.pts is None or frame.time_base is None:
            return
        momentary = float(said["lavfi.r128.M"])
        self._momentary.append(momentary if momentary > _NO_SIGNAL else float("-inf"))
        ends = float((self._begun or 0) + (frame.pts + frame.samples) * frame.time_base)
        self._times.append(max(ends - WINDOW / 2, 0.0))
        integrated = float(said["lavfi.r128.I"])
        self._integrated = integrated if integrated > _UNGATED else None

    def _level(self, samples: NDArray[np.float64], rate: int) -> None:
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
        block = max(1, rate // BLOCKS_PER_SECOND)
        whole = samples.shape[0] // block
        if whole:
            power = np.square(samples[: whole * block]).reshape(whole, -1).mean(axis=1)
            self._levels.extend((10 * np.log10(power + _FLOOR)).tolist())


def _pull(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _floats(values: "array[float]") -> Floats:
    return np.frombuffer(values, np.float32) if values else np.zeros(0, np.float32)
