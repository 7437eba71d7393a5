"""Success is what this module says: the finished file is opened, decoded from end to end and measured."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet
from av.video.stream import VideoStream

from kinoloop.core.errors import IntegrityError, MediaError
from kinoloop.core.ids import hash_file
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.audio_mix import measure
from kinoloop.media.opening import open_media, picture_stream
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact, MediaInfo
from kinoloop.media.spans import sound_of

LIP_SYNC = Fraction(1, 20)
"""Picture and sound may end this far apart, plus one picture."""
_LOOK_EVERY = Fraction(3)


def verify(
    path: Path,
    *,
    span_duration: Seconds,
    width: int,
    height: int,
    frames: int | None = None,
    sound: bool = True,
    copied: Span | None = None,
    shown_as: Path | None = None,
    notes: tuple[str, ...] = (),
) -> Artefact:
    """Decode the file and hold it against what was wanted. Raises IntegrityError naming what differs.

    `frames` None accepts any count that fits the duration within one picture. `shown_as` is the path the
    record names while `path` is still a temporary one. Inside `copied`, a stretch taken over from the source
    bit by bit, one key picture in three seconds is decoded and the others are counted.
    """
    info = _probe(path)
    seen, size = decoded(path, copied)
    duration = info.video.duration if info.video and info.video.duration else info.duration
    step = duration / seen if seen else Fraction(1)
    _hold(
        info.video is not None and size == (width, height),
        path,
        lambda: f"the picture is {size}, not {(width, height)}",
    )
    _hold(frames is None or seen == frames, path, lambda: f"it has {seen} pictures, not {frames}")
    _hold(
        abs(duration - span_duration) <= step + Fraction(1, 1000),
        path,
        lambda: f"it lasts {float(duration):.3f} s, not {float(span_duration):.3f} s",
    )
    _hold((info.audio is not None) == sound, path, lambda: f"sound is {'missing' if sound else 'there'}")
    if info.audio is not None and info.audio.duration is not None:
        apart = _apart(info, duration)
        _hold(apart <= LIP_SYNC + step, path, lambda: f"picture and sound end {float(apart):.3f} s apart")
    _hold(starts_fast(path), path, lambda: "its index stands at the end, so players cannot start at once")
    samples = sound_of(path, info, Span(Fraction(0), info.duration))
    loudness = None if samples is None else measure(samples)
    return Artefact(
        path=shown_as or path,
        sha256=hash_file(path),
        size_bytes=path.stat().st_size,
        width=width,
        height=height,
        duration=duration,
        frames=seen,
        has_audio=info.audio is not None,
        integrated_lufs=None if loudness is None else loudness.integrated,
        peak_dbfs=None if loudness is None else loudness.peak,
        notes=notes,
    )


def starts_fast(path: Path) -> bool:
    """Whether an MP4 keeps its index (`moov`) before its samples (`mdat`), as players on the web need."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            file.seek(int.from_bytes(file.read(8), "big") - 16 if size == 1 else size - 8, 1)
    return False


def _probe(path: Path) -> MediaInfo:
    try:
        return probe(path)
    except MediaError as error:
        raise _failed(path, f"it cannot be read ({error.why or error.what})") from error


def decoded(path: Path, copied: Span | None = None) -> tuple[int, tuple[int, int]]:
    """How many pictures there are, all decoded without a fault (see `copied`), and the size of the last.

    Raises IntegrityError when one does not decode.
    """
    passed = _Passed()
    seen, size = 0, (0, 0)
    with open_media(path) as container:
        stream = picture_stream(container)
        if stream is None:
            raise _failed(path, "it has no picture")
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {**stream.codec_context.options, "skip_loop_filter": "all"}
        try:
            for packet in passed.chosen(container.demux(stream), copied):
                for frame in packet.decode():
                    seen, size = seen + (not frame.is_corrupt), (frame.width, frame.height)
        except av.FFmpegError as error:
            raise _failed(path, f"picture {seen} does not decode ({error.strerror})") from error
    _hold(
        seen == passed.given, path, lambda: f"{passed.given - seen} of {passed.given} pictures do not decode"
    )
    return seen + passed.left_out, size


@dataclass
class _Passed:
    """Counts the packets given to the decoder and those left out inside a copied stretch."""

    given: int = 0
    left_out: int = 0

    def chosen(
        self, packets: "Iterable[Packet[VideoStream]]", copied: Span | None
    ) -> "Iterator[Packet[VideoStream]]":
        due = copied.start if copied else Fraction(0)
        for packet in packets:
            at = Fraction(-1) if packet.pts is None else packet.pts * packet.time_base
            if copied is not None and copied.contains(at):
                if not packet.is_keyframe or at < due:
                    self.left_out += 1
                    continue
                due = at + _LOOK_EVERY
            self.given += packet.size > 0
            yield packet


def _apart(info: MediaInfo, picture: Seconds) -> Seconds:
    assert info.audio is not None and info.video is not None
    length = info.audio.duration or Fraction(0)
    return abs((info.audio.start + length) - (info.video.start + picture))


def _hold(true: bool, path: Path, fault: Callable[[], str]) -> None:
    if not true:
        raise _failed(path, fault())


def _failed(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"'{path.name}' was made but did not pass its check.",
        why=f"After decoding it again: {why}.",
        fix="Nothing was kept. Try again; if it repeats, report it with the source file.",
    )
