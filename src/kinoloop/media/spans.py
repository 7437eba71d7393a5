"""Pictures and sound of a stretch of a file: seek to a key picture, decode, drop what comes before.

Times here count from the file's start (`MediaInfo.start`), as everywhere above.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kinoloop.core.errors import MediaError
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.media.opening import open_media
from kinoloop.media.records import MediaInfo
from kinoloop.media.watch import SilentWatch, Watch

SOUND_RATE = 48_000
Sound = NDArray[np.float32]
"""(2, n) stereo samples, -1..1, 48 kHz."""
SLACK = Fraction(1, 500)
"""Containers that count milliseconds round times; a picture this little late still counts as due."""
LONGEST_HOLD = Fraction(3, 4)
_STEPS_BACK = (Fraction(0), Fraction(3), Fraction(12), None)


def pictures_at(
    path: Path, info: MediaInfo, times: Sequence[Seconds], *, watch: Watch | None = None, fast: bool = False
) -> Iterator[tuple[int, av.VideoFrame]]:
    """For each time (rising) its number and the last picture begun by then; one picture may serve several.

    `fast` leaves out the loop filter (good enough to look at, not to show). Raises MediaError when the
    picture ends more than 0.75 s too early.
    """
    shown: tuple[Seconds, av.VideoFrame] | None = None
    place = 0
    with closing(_decoded(path, info, times[0], watch or SilentWatch(), fast)) as frames:
        for at, frame in frames:
            while shown is not None and place < len(times) and times[place] + SLACK < at:
                yield place, shown[1]
                place += 1
            if place == len(times):
                return
            shown = at, frame
    if shown is None or times[-1] - shown[0] > _hold(info):
        raise _ended(path, Fraction(0) if shown is None else shown[0])
    for rest in range(place, len(times)):
        yield rest, shown[1]


def pictures_between(
    path: Path, info: MediaInfo, span: Span, *, watch: Watch | None = None
) -> Iterator[tuple[Seconds, av.VideoFrame]]:
    """The pictures that begin inside the span, with their own times."""
    with closing(_decoded(path, info, span.start, watch or SilentWatch(), fast=False)) as frames:
        for at, frame in frames:
            if at >= span.end:
                return
            if at >= span.start:
                yield at, frame


def _hold(info: MediaInfo) -> Seconds:
    """How long the last picture may stand: its own length, with some patience."""
    rate = info.video.average_rate if info.video else None
    return LONGEST_HOLD + (1 / rate if rate else 0)


def _ended(path: Path, at: Seconds) -> MediaError:
    return MediaError(
        f"The picture of '{path.name}' ends at {short_clock(at)}, before the end of the stretch.",
        why="The file is damaged or cut short there, or its sound is longer than its picture.",
        fix="Choose a stretch that ends earlier.",
    )


def _decoded(
    path: Path, info: MediaInfo, start: Seconds, watch: Watch, fast: bool
) -> Generator[tuple[Seconds, av.VideoFrame]]:
    """Pictures in order, beginning with one not later than `start` wherever the file has one."""
    for back in _STEPS_BACK:
        with open_media(path) as container:
            stream = _video(container, info)
            stream.codec_context.thread_count = 1
            if fast:
                stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
            early = back is None or start - back <= 0
            if back is not None and not early:
                _seek(container, stream, info.start + start - back)
            frames = _frames(container, stream, info, watch)
            first = next(frames, None)
            if first is None or (first[0] > start + SLACK and not early):
                continue
            yield first
            yield from frames
            return


def packets_from(path: Path, info: MediaInfo, at: Seconds) -> "Iterator[Packet[VideoStream]]":
    """Packets of the picture stream in file order, beginning at or before the key picture that `at` needs.

    Some containers land too late when they seek; those are read from the start.
    """
    for seeks in (True, False):
        with open_media(path) as container:
            stream = _video(container, info)
            if seeks:
                _seek(container, stream, info.start + at)
            packets = (packet for packet in container.demux(stream) if packet.size and packet.pts is not None)
            first = next(packets, None)
            if seeks and (first is None or not first.is_keyframe or _at(first, info) > at):
                continue
            if first is not None:
                yield first
                yield from packets
            return


def _at(packet: "Packet[VideoStream]", info: MediaInfo) -> Seconds:
    return (packet.pts or 0) * packet.time_base - info.start


def _frames(
    container: InputContainer, stream: VideoStream, info: MediaInfo, watch: Watch
) -> Iterator[tuple[Seconds, av.VideoFrame]]:
    last = Fraction(-1)
    for packet in container.demux(stream):
        watch.check()
        for frame in _decode(packet):
            if frame.pts is not None and frame.time_base is not None:
                at = frame.pts * frame.time_base - info.start
            else:
                at = last + Fraction(1, 25)
            if at > last:
                last = at
                yield at, frame


def _decode(packet: "Packet[VideoStream]") -> list[av.VideoFrame]:
    """A packet that cannot be decoded gives nothing; what is missing shows in the times."""
    try:
        return packet.decode()
    except (av.InvalidDataError, av.EOFError):
        return []


def _video(container: InputContainer, info: MediaInfo) -> VideoStream:
    assert info.video is not None
    stream = container.streams[info.video.index]
    assert isinstance(stream, VideoStream)
    return stream


def _seek(container: InputContainer, stream: "av.stream.Stream", at: Seconds) -> None:
    """To the key picture before `at`; a file that cannot seek is read from where it stands."""
    base = stream.time_base or Fraction(1, av.time_base)
    try:
        container.seek(int(at / base), stream=stream, backward=True)
    except av.FFmpegError:
        return


def sound_of(path: Path, info: MediaInfo, span: Span, *, watch: Watch | None = None) -> Sound | None:
    """Samples of the stretch as stereo at 48 kHz, placed by their own times; None without a sound stream.

    Several channels are mixed down; where the sound has holes or ends early there is silence.
    """
    if info.audio is None:
        return None
    room = np.zeros((2, max(1, round(span.duration * SOUND_RATE))), np.float32)
    with open_media(path) as container:
        stream = container.streams[info.audio.index]
        _seek(container, stream, max(Fraction(0), info.start + span.start - Fraction(1, 2)))
        resampler = AudioResampler("fltp", "stereo", SOUND_RATE)
        pen: int | None = None
        for frame in _sound_frames(container, stream, watch or SilentWatch()):
            begun = _begun(frame, info)
            expected = None if begun is None else round((begun - span.start) * SOUND_RATE)
            if pen is None or (expected is not None and abs(expected - pen) > SOUND_RATE // 20):
                pen = expected or 0
            frame.pts = None
            for piece in resampler.resample(frame):
                pen = _lay(room, piece.to_ndarray(), pen)
            if pen >= room.shape[1]:
                break
        if pen is not None and pen < room.shape[1]:
            for piece in resampler.resample(None):
                pen = _lay(room, piece.to_ndarray(), pen)
    return room


def _sound_frames(
    container: InputContainer, stream: "av.stream.Stream", watch: Watch
) -> Iterator[av.AudioFrame]:
    for packet in container.demux(stream):
        watch.check()
        try:
            for frame in packet.decode():
                assert isinstance(frame, av.AudioFrame)
                yield frame
        except (av.InvalidDataError, av.EOFError):
            continue


def _begun(frame: av.AudioFrame, info: MediaInfo) -> Seconds | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base - info.start


def _lay(room: Sound, piece: NDArray[Any], pen: int) -> int:
    """Write a piece at `pen`, cutting what hangs over either end; the place after it."""
    size = int(piece.shape[1])
    first, last = max(0, pen), min(room.shape[1], pen + size)
    if first < last:
        room[:, first:last] = piece[:, first - pen : last - pen]
    return pen + size
