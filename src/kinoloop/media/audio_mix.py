"""Loudness of a stretch of sound: measure by EBU R128, then one gain and a limiter, measured again.

Two plain passes keep the dynamics (no pumping); the limiter touches peaks only. Sound is (2, n) at 48 kHz.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av.filter import Graph

from kinoloop.media.spans import SOUND_RATE, Sound

CEILING = -2.0
"""dBFS of the limiter: one dB below what is allowed, as AAC and resampling overshoot."""
MOST_GAIN = 30.0
SHORTEST = 0.4
"""One R128 block in s; below it loudness is not defined."""
_SILENT = -69.0
_CHUNK = SOUND_RATE


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS (None: short or silent) and true peak in dBTP (None: digital silence)."""

    integrated: float | None
    peak: float | None


@dataclass(frozen=True)
class Levelled:
    """Sound brought to a loudness; `note` says why not, or not fully."""

    sound: Sound
    note: str | None


def measure(sound: Sound) -> Loudness:
    """EBU R128 integrated loudness and true peak."""
    graph = _graph(("ebur128", "metadata=1:peak=true"))
    last: dict[str, str] = {}
    for frame in _run(graph, sound):
        last = frame.metadata or last
    integrated = float(last.get("lavfi.r128.I", "-inf"))
    peaks = [float(value) for key, value in last.items() if "true_peak" in key]
    heard = integrated > _SILENT and sound.shape[1] >= SHORTEST * SOUND_RATE
    return Loudness(integrated if heard else None, _decibels(max(peaks, default=0.0)))


def level(sound: Sound, target: float, *, ceiling: float = CEILING) -> Levelled:
    """Bring to `target` LUFS with peaks below `ceiling` dBFS; short or silent sound stays as it is."""
    before = measure(sound)
    if before.integrated is None:
        short = sound.shape[1] < SHORTEST * SOUND_RATE
        return Levelled(
            sound, f"loudness not set: {'shorter than 0.4 s' if short else 'the sound is silent'}"
        )
    gain = target - before.integrated
    note = None
    if gain > MOST_GAIN:
        gain, note = MOST_GAIN, f"very quiet sound was raised by {MOST_GAIN:.0f} dB only"
    made = _limited(sound, gain, ceiling)
    for _ in range(3):
        after = measure(made).integrated
        if note or after is None or abs(after - target) <= 0.3:
            break
        gain += target - after
        made = _limited(sound, gain, ceiling)
    return Levelled(made, note)


def _limited(sound: Sound, gain: float, ceiling: float) -> Sound:
    raised = sound * np.float32(10 ** (gain / 20))
    if np.abs(raised).max() <= 10 ** (ceiling / 20):
        return raised.astype(np.float32)
    limit = 10 ** (ceiling / 20)
    graph = _graph(("alimiter", f"limit={limit:.4f}:level=0:attack=5:release=60:latency=1"))
    room, at = np.zeros_like(sound), 0
    for frame in _run(graph, raised):
        piece = frame.to_ndarray()[:, : room.shape[1] - at]
        room[:, at : at + piece.shape[1]] = piece
        at += piece.shape[1]
    return room


def _graph(*filters: tuple[str, str]) -> Graph:
    graph = Graph()
    last = graph.add(
        "abuffer", f"sample_rate={SOUND_RATE}:sample_fmt=fltp:channel_layout=stereo:time_base=1/{SOUND_RATE}"
    )
    ending = (("aformat", "sample_fmts=fltp:channel_layouts=stereo"), ("abuffersink", ""))
    for name, args in (*filters, *ending):
        following = graph.add(name, args)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _run(graph: Graph, sound: Sound) -> "Iterator[av.AudioFrame]":
    """What comes out, a second at a time: long sounds need no second room."""
    for start in range(0, sound.shape[1], _CHUNK):
        graph.push(audio_frame(sound[:, start : start + _CHUNK], start))
        yield from _drain(graph)
    graph.push(None)
    yield from _drain(graph)


def audio_frame(sound: Sound, start: int) -> av.AudioFrame:
    """Samples as a frame whose time counts samples."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = SOUND_RATE, start
    return frame


def _drain(graph: Graph) -> "Iterator[av.AudioFrame]":
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame


def _decibels(value: float) -> float | None:
    return 20 * float(np.log10(value)) if value > 0 else None
