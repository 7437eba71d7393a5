"""Sound as it is decoded: loudness and true peak by EBU R128, silent blocks, clipped samples; flat in memory.

Silence is judged in blocks of 20 ms below -60 dBFS (RMS), clipping in blocks with several full-scale samples.
"""

from array import array
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.gate.runs import joined, runs, spans_of

SILENT_DBFS = -60.0
FULL_SCALE = 0.999
BLOCKS = 50
"""A second."""
SHORTEST_SILENCE = Fraction(3, 10)
_CLIPPED_IN_BLOCK, _JOIN = 3, Fraction(1, 4)
_UNGATED, _FLOOR = -69.0, 1e-14


class SoundGauge:
    """Feed it decoded sound in order; then `finish` and read."""

    def __init__(self, start: Seconds) -> None:
        self.start = start
        self.begun: Seconds | None = None
        self.samples = self.clipped_samples = self.rate = 0
        self.integrated: float | None = None
        self.peak = 0.0
        self._graph: Graph | None = None
        self._shape: tuple[str, str, int] | None = None
        self._momentary: array[float] = array("f")
        self._levels: array[float] = array("f")
        self._clips: array[int] = array("H")
        self._rest: NDArray[np.float64] | None = None

    def add(self, frame: AudioFrame) -> None:
        """Measure one frame; a change of format in mid-stream begins a new loudness measurement."""
        if self.begun is None:
            at = frame.pts * frame.time_base if frame.pts is not None and frame.time_base else self.start
            self.begun, self.rate = at - self.start, frame.sample_rate
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._graph is None or shape != self._shape:
            self.finish()
            self._graph, self._shape = _meter(frame), shape
        frame.pts, frame.time_base = self.samples, Fraction(1, frame.sample_rate)
        self.samples += frame.samples
        assert self._graph is not None
        self._graph.push(frame)
        self._drain()

    def finish(self) -> None:
        if self._graph is not None:
            self._graph.push(None)
            self._drain()
            self._graph = None
            if self._rest is not None and self._rest.size:
                self._blocks(self._rest[np.newaxis])
            self._rest = None

    @property
    def end(self) -> Seconds | None:
        """When the last sample is over; None without any."""
        return None if self.begun is None else self.begun + Fraction(self.samples, self.rate)

    def silent(self, duration: Seconds) -> tuple[Span, ...]:
        """Silent stretches, with what the film lasts longer than its sound."""
        flags = np.frombuffer(self._levels, np.float32) < SILENT_DBFS if self._levels else np.zeros(0, bool)
        found = list(spans_of(flags, self._edges(len(flags)), Fraction(0)))
        begun, end = self.begun or Fraction(0), self.end or Fraction(0)
        found = [Span(Fraction(0), begun)] * (begun > 0) + found + [Span(min(end, duration), duration)]
        whole = joined([span.clamp(Span(Fraction(0), duration)) for span in found], Fraction(1, BLOCKS))
        return tuple(span for span in whole if span.duration >= SHORTEST_SILENCE)

    def clipped(self) -> tuple[Span, ...]:
        """Stretches with clipped samples, near ones joined."""
        flags = np.frombuffer(self._clips, np.uint16) >= _CLIPPED_IN_BLOCK
        edges = self._edges(len(flags))
        return joined([Span(edges[first], edges[end]) for first, end in runs(flags)], _JOIN)

    def loudness(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Times in s and momentary loudness in LUFS (-inf: nothing heard), ten a second."""
        values = np.frombuffer(self._momentary, np.float32) if self._momentary else np.zeros(0, np.float32)
        return float(self.begun or 0) + np.arange(len(values)) / 10, values

    @property
    def true_peak(self) -> float | None:
        """dBTP; None for digital silence."""
        return 20 * float(np.log10(self.peak)) if self.peak > 0 else None

    def _edges(self, count: int) -> list[Seconds]:
        begun = self.begun or Fraction(0)
        return [begun + Fraction(number, BLOCKS) for number in range(count + 1)]

    def _drain(self) -> None:
        graph = self._graph
        while graph is not None:
            try:
                frame = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(frame, AudioFrame):
                self._read(frame)

    def _read(self, frame: AudioFrame) -> None:
        said = frame.metadata
        if "lavfi.r128.M" in said:
            self._momentary.append(float(said["lavfi.r128.M"]))
            integrated = float(said["lavfi.r128.I"])
            self.integrated = integrated if integrated > _UNGATED else None
            peaks = [float(value) for key, value in said.items() if "true_peak" in key]
            self.peak = max(self.peak, *peaks, 0.0)
        samples = np.asarray(frame.to_ndarray(), np.float64).reshape(frame.samples, -1)
        together = samples if self._rest is None else np.concatenate([self._rest, samples])
        size = max(1, frame.sample_rate // BLOCKS)
        whole = len(together) // size
        if whole:
            self._blocks(together[: whole * size].reshape(whole, -1))
        self._rest = together[whole * size :].copy()

    def _blocks(self, blocks: NDArray[np.float64]) -> None:
        """(n, samples of all channels) one row a block."""
        flat = blocks.reshape(len(blocks), -1)
        power = np.einsum("ij,ij->i", flat, flat) / flat.shape[1]
        self._levels.extend((10 * np.log10(power + _FLOOR)).tolist())
        full = np.count_nonzero(np.abs(flat) >= FULL_SCALE, axis=1)
        self.clipped_samples += int(full.sum())
        self._clips.extend(np.minimum(full, 65535).tolist())


def _meter(frame: AudioFrame) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        format=frame.format.name,
        layout=frame.layout.name,
        sample_rate=frame.sample_rate,
        time_base=Fraction(1, frame.sample_rate),
    )
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph
