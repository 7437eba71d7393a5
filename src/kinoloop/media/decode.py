"""Decoding that goes on: tiers set what is skipped, damaged packets are counted, a broken end just ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, cast

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinoloop.core.timecode import Seconds
from kinoloop.media.records import Tier

TALL, LONG = 1088, 15 * 60
"""Above this height, or this many seconds, one decoding thread: each further one holds whole reference
frames, and a long film needs that room for its own tracks."""
_SKIP: dict[Tier, Literal["NONREF", "NONKEY"]] = {"speed": "NONREF", "triage": "NONKEY"}


@dataclass
class Reading:
    """What went wrong while reading, and how far the packets of each stream reached, in its own ticks."""

    damaged: int = 0
    stopped: str | None = None
    ticks: dict[int, int] = field(default_factory=dict)

    def reached(self, stream: Stream) -> Seconds | None:
        """Exact end, in the file's own time, of the packets of a stream; None before the first."""
        tick = self.ticks.get(stream.index)
        return None if tick is None or stream.time_base is None else tick * stream.time_base


def prepare(stream: VideoStream, tier: Tier, seconds: Seconds = Fraction(0)) -> None:
    """Choose threads and what to skip, for a film of that length; call before the first packet is decoded."""
    context = stream.codec_context
    stream.thread_type = "AUTO"
    context.thread_count = 1 if context.height > TALL or seconds > LONG else 2
    if tier in _SKIP:
        context.skip_frame = _SKIP[tier]
        context.options = {**context.options, "skip_loop_filter": "all"}


def packets(container: InputContainer, streams: list[Stream], reading: Reading) -> Iterator["Packet[Any]"]:
    """Packets in file order; a read error ends them and is noted."""
    try:
        for packet in container.demux(*streams):
            if packet.pts is not None:
                end, index = packet.pts + (packet.duration or 0), packet.stream_index
                if end > reading.ticks.get(index, -1):
                    reading.ticks[index] = end
            yield packet
    except MemoryError:
        raise
    except av.FFmpegError as error:
        reading.stopped = str(error.strerror)


def frames(packet: "Packet[Any]", reading: Reading) -> list[VideoFrame | AudioFrame]:
    """What a packet decodes to: nothing, and one more damaged, when it cannot be."""
    try:
        return cast("list[VideoFrame | AudioFrame]", packet.decode())
    except MemoryError:
        raise
    except av.FFmpegError:
        reading.damaged += 1
        return []


@dataclass
class Ticker:
    """Gives every frame a tick of its stream, also those whose file forgot to stamp them."""

    time_base: Fraction
    step: int
    next: int = 0
    guessed: int = 0

    def tick(self, frame: VideoFrame) -> int:
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None:
            stamp = self.next
            self.guessed += 1
        self.next = stamp + self.step
        return stamp
