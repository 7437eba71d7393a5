"""The map of a film's pictures from its packets alone: which are key pictures, which stretch can be copied.

Only pictures at which decoding can truly begin (H.264 IDR) count as edges: nothing after one refers to
anything before it, and none of its followers is shown before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.packet import Packet
from av.video.stream import VideoStream

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.opening import open_media
from kinoloop.media.records import MediaInfo
from kinoloop.media.spans import packets_from

_IDR = 5


@dataclass(frozen=True)
class Shown:
    """A picture's time from the file's start, and whether decoding may begin there."""

    at: Seconds
    edge: bool


@dataclass(frozen=True)
class CutPlan:
    """Pictures to show: re-encode `head` and `tail`, copy `middle` (all half open, on picture times)."""

    head: Span
    middle: Span
    tail: Span
    frames: int

    @property
    def whole(self) -> Span:
        return Span(self.head.start, self.tail.end)


def pictures_near(path: Path, info: MediaInfo, span: Span) -> list[Shown]:
    """Pictures of the span and of a second around it, in the order shown; nothing is decoded."""
    found: list[Shown] = []
    lengths = length_bytes(headers(path, info))
    for packet in packets_from(path, info, max(Fraction(0), span.start - 1)):
        at = (packet.pts or 0) * packet.time_base - info.start
        found.append(Shown(at, packet.is_keyframe and is_idr(packet, lengths)))
        if packet.dts is not None and packet.dts * packet.time_base - info.start > span.end + 1:
            break
    return sorted(found, key=lambda shown: shown.at)


def headers(path: Path, info: MediaInfo) -> bytes:
    """The picture stream's codec headers, empty where it has none."""
    assert info.video is not None
    with open_media(path) as container:
        context = container.streams[info.video.index].codec_context
        return bytes(context.extradata or b"") if context is not None else b""


def plan_cut(pictures: Sequence[Shown], span: Span, duration: Seconds) -> CutPlan | None:
    """Snap the span to pictures (half a picture early) and find the stretch to copy; None when there is none.

    `duration` ends the last picture of the file.
    """
    step = usual_step(pictures)
    chosen = [
        n for n, shown in enumerate(pictures) if span.start - step / 2 <= shown.at < span.end - step / 2
    ]
    edges = [shown.at for shown in (pictures[n] for n in chosen) if shown.edge]
    if not chosen:
        return None
    after = chosen[-1] + 1
    end = pictures[after].at if after < len(pictures) else min(duration, pictures[-1].at + step)
    end = max(end, pictures[chosen[-1]].at + step / 2)
    if after < len(pictures) and pictures[after].edge:
        edges.append(end)
    if after == len(pictures):
        edges.append(end)
    if len(edges) < 2:
        return None
    start, first, last = pictures[chosen[0]].at, edges[0], edges[-1]
    return CutPlan(Span(start, first), Span(first, last), Span(last, end), len(chosen))


def usual_step(pictures: Sequence[Shown]) -> Seconds:
    """The median time between pictures."""
    steps = sorted(b.at - a.at for a, b in pairwise(pictures))
    return steps[len(steps) // 2] if steps else Fraction(1, 25)


def length_bytes(extradata: bytes) -> int | None:
    """How many bytes give the length of each unit (`avcC` form); None for start codes."""
    return (extradata[4] & 3) + 1 if len(extradata) > 6 and extradata[0] == 1 else None


def is_idr(packet: "Packet[VideoStream]", lengths: int | None) -> bool:
    """Whether an H.264 packet holds an IDR slice."""
    data = bytes(packet)
    if lengths is None:
        parts = data.split(b"\x00\x00\x01")[1:]
        return any(part and part[0] & 31 == _IDR for part in parts)
    place = 0
    while place + lengths < len(data):
        size = int.from_bytes(data[place : place + lengths], "big")
        if data[place + lengths] & 31 == _IDR:
            return True
        place += lengths + size
    return False
