"""Hand a finished film out in other formats and sizes: never stretched, never enlarged, whole or not at all.

What can be copied is copied: an MP4 or MOV of the master's own size holds the very same pictures and sound.
Every file is decoded again from end to end before it appears.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from heapq import merge
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from kinoloop.core.errors import InputError, IntegrityError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_file
from kinoloop.core.timecode import Seconds
from kinoloop.media.audio_mix import measure
from kinoloop.media.encoder import Encoder
from kinoloop.media.framing import Framer
from kinoloop.media.gif import write_gif
from kinoloop.media.mux import FAST_START, write_pictures, write_sound
from kinoloop.media.opening import open_media, picture_stream, sound_stream
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact, MediaInfo, VideoStream
from kinoloop.media.render import output_rate
from kinoloop.media.spans import pictures_at, sound_of
from kinoloop.media.verify import verify
from kinoloop.media.watch import SilentWatch, Watch

Kind = Literal["mp4", "webm", "mov", "gif"]
Quality = Literal["low", "medium", "high"]
SHORT_SIDES: dict[Quality, int] = {"low": 480, "medium": 720, "high": 1080}
GIF_LONG_SIDE, GIF_RATE = 480, Fraction(12)
CODECS: dict[Kind, tuple[str, str | None]] = {
    "mp4": ("h264", "aac"),
    "mov": ("h264", "aac"),
    "webm": ("vp9", "opus"),
    "gif": ("gif", None),
}
_CEILINGS: dict[Quality, int] = {"low": 1_050_000, "medium": 2_600_000, "high": 9_000_000}
"""Most bits a second of the picture: `low` keeps 30 s below 5 MB, sound included."""
_CRF: dict[Quality, int] = {"low": 25, "medium": 23, "high": 20}


@dataclass(frozen=True)
class _Job:
    """A master and what is to become of it."""

    master: Path
    info: MediaInfo
    video: VideoStream
    kind: Kind
    size: tuple[int, int]
    rate: Fraction
    quality: Quality
    watch: Watch
    notes: tuple[str, ...]

    @property
    def times(self) -> list[Seconds]:
        """When each picture is taken from the master."""
        length = self.video.duration or self.info.duration
        first = self.video.start - self.info.start
        return [first + number / self.rate for number in range(max(1, round(length * self.rate)))]

    @property
    def copies(self) -> bool:
        """Whether the master's own packets serve."""
        video, audio = self.video, self.info.audio
        plain = video.codec == "h264" and video.pixel_format == "yuv420p"
        upright = video.rotation == 0 and video.sample_aspect == 1 and not video.variable_rate
        same = self.size == (video.width, video.height) and self.rate == output_rate(video)
        most = _CEILINGS[self.quality] * self.info.duration
        small = self.quality == "high" or self.info.size_bytes * 8 <= most
        heard = audio is None or audio.codec == "aac"
        return self.kind in ("mp4", "mov") and plain and upright and same and small and heard


def export(
    master: Path,
    out: Path,
    kind: Kind,
    *,
    height: int | None = None,
    quality: Quality = "high",
    watch: Watch | None = None,
) -> Artefact:
    """Write `out` (its suffix being the kind) and tell what it is.

    `quality` sets the short side (480, 720, 1080 px) and the bit rate; `height` sets the height instead.
    A GIF is 480 px in its long side and has 12 pictures a second. Raises InputError for a kind, size or
    master that cannot serve, MediaError for an unreadable master, IntegrityError when the file does not pass
    its check.
    """
    job = _job(master, out, kind, height, quality, watch or SilentWatch())
    with TemporaryDirectory(prefix="kinoloop-") as name, whole_file(out) as part:
        if kind == "gif":
            write_gif(partial(_frames, job), part, size=job.size, rate=job.rate)
        else:
            _write_film(job, part, Path(name))
        return _checked(job, part, out)


def export_size(shown: tuple[int, int], kind: Kind, quality: Quality, height: int | None) -> tuple[int, int]:
    """(width, height) of an export of a picture shown at that size: even, its own shape, never larger."""
    wide, high = shown
    if height is not None:
        scale = Fraction(height, high)
    elif kind == "gif":
        scale = Fraction(GIF_LONG_SIDE, max(shown))
    else:
        scale = Fraction(SHORT_SIDES[quality], min(shown))
    scale = min(scale, Fraction(1))
    width, tall = (max(2, round(side * scale / 2) * 2) for side in (wide, high))
    return width, tall


def _job(master: Path, out: Path, kind: Kind, height: int | None, quality: Quality, watch: Watch) -> _Job:
    if kind not in CODECS or quality not in SHORT_SIDES:
        raise InputError(
            f"There is no export '{kind}' of quality '{quality}'.",
            fix=f"Choose one of {', '.join(CODECS)}, and {', '.join(SHORT_SIDES)}.",
        )
    if out.suffix.lower() != f".{kind}":
        raise InputError(
            f"'{out.name}' does not end in .{kind}.", fix=f"Name the file with .{kind} at its end."
        )
    if out.exists() and out.samefile(master):
        raise InputError("An export cannot replace its own master.", fix="Choose another name.")
    if height is not None and not 16 <= height <= 4096:
        raise InputError(f"An export cannot be {height} pixels high.", fix="Choose 16 to 4096.")
    info = probe(master)
    if info.video is None:
        raise InputError(f"'{master.name}' has no picture to export.", fix="Choose a film.")
    video, notes = info.video, []
    if height is not None and height > video.display_height:
        notes.append(f"not enlarged: the master is {video.display_height} pixels high")
    size = export_size((video.display_width, video.display_height), kind, quality, height)
    rate = GIF_RATE if kind == "gif" else output_rate(video)
    return _Job(master, info, video, kind, size, min(rate, output_rate(video)), quality, watch, tuple(notes))


def _write_film(job: _Job, part: Path, folder: Path) -> None:
    if job.copies:
        _merge(job.master, job.master if job.info.audio else None, part, job.kind)
        return
    encoder = _encoder(job)
    picture = folder / f"picture.{job.kind}"
    write_pictures(_frames(job), picture, encoder, width=job.size[0], height=job.size[1], rate=job.rate)
    _merge(picture, _sound(job, encoder, folder), part, job.kind)


def _encoder(job: _Job) -> Encoder:
    """The picture's bit rate has a ceiling, so that a busy film keeps what its quality promises."""
    top = _CEILINGS[job.quality]
    if job.kind == "webm":
        extra = {"b": f"{top}", "deadline": "realtime", "cpu-used": "6", "row-mt": "1", "g": "240"}
        return Encoder(
            video="libvpx-vp9", crf=_CRF[job.quality] + 10, audio="libopus", extra=tuple(extra.items())
        )
    ceiling = (("maxrate", f"{top}"), ("bufsize", f"{2 * top}"))
    return Encoder(crf=_CRF[job.quality], extra=ceiling)


def _sound(job: _Job, encoder: Encoder, folder: Path) -> Path | None:
    """The master itself where its sound can be copied, a newly encoded file else; None for a silent film."""
    audio = job.info.audio
    if audio is None:
        return None
    if audio.codec == CODECS[job.kind][1]:
        return job.master
    samples = sound_of(job.master, job.info, job.info.whole, watch=job.watch)
    assert samples is not None
    file = folder / f"sound.{'webm' if job.kind == 'webm' else 'm4a'}"
    write_sound(samples, file, encoder)
    return file


def _frames(job: _Job) -> Iterator[av.VideoFrame]:
    framer, times = Framer(job.video, None, *job.size), job.times
    for place, picture in pictures_at(job.master, job.info, times, watch=job.watch):
        if place % 25 == 0:
            job.watch.progress(place, len(times), f"writing {job.kind}")
        yield framer.frame(picture, times[place], place, job.rate)


def _merge(picture: Path, sound: Path | None, out: Path, kind: Kind) -> None:
    """One film of the picture of one file and the sound of another, packets copied in the order of time."""
    options = FAST_START if kind in ("mp4", "mov") else {}
    with open_media(picture) as seen, av.open(str(out), "w", format=kind, options=options) as container:
        film = picture_stream(seen)
        assert film is not None
        tracks = [_copied(seen, film, container.add_stream_from_template(film, opaque=True))]
        if sound is None:
            _mux(tracks, container)
            return
        with open_media(sound) as heard:
            voice = sound_stream(heard)
            assert voice is not None
            tracks.append(_copied(heard, voice, container.add_stream_from_template(voice, opaque=True)))
            _mux(tracks, container)


def _mux(tracks: "Sequence[Iterator[tuple[Fraction, Packet[Any]]]]", container: Any) -> None:
    for _, packet in merge(*tracks, key=lambda timed: timed[0]):
        container.mux(packet)


def _copied(
    source: InputContainer, stream: Stream, target: Stream
) -> "Iterator[tuple[Fraction, Packet[Any]]]":
    for packet in source.demux(stream):
        if packet.size:
            at = (packet.dts if packet.dts is not None else packet.pts or 0) * packet.time_base
            packet.stream = target
            yield at, packet


def _checked(job: _Job, part: Path, out: Path) -> Artefact:
    """Decode the finished file. Raises IntegrityError naming what differs."""
    duration = len(job.times) / job.rate
    audio = job.info.audio is not None and CODECS[job.kind][1] is not None
    if job.kind in ("mp4", "mov"):
        return verify(
            part,
            span_duration=duration,
            width=job.size[0],
            height=job.size[1],
            sound=audio,
            shown_as=out,
            notes=job.notes,
        )
    info = probe(part)
    count, size = _decoded(part)
    lasts = info.video.duration if info.video and info.video.duration else info.duration
    _hold(size == job.size, out, f"the picture is {size}, not {job.size}")
    _hold(abs(count - len(job.times)) <= 1, out, f"it has {count} pictures, not {len(job.times)}")
    _hold(
        abs(lasts - duration) <= 2 / job.rate,
        out,
        f"it lasts {float(lasts):.2f} s, not {float(duration):.2f} s",
    )
    _hold((info.audio is not None) == audio, out, f"sound is {'missing' if audio else 'there'}")
    samples = sound_of(part, info, info.whole)
    heard = None if samples is None else measure(samples)
    return Artefact(
        path=out,
        sha256=hash_file(part),
        size_bytes=part.stat().st_size,
        width=size[0],
        height=size[1],
        duration=lasts,
        frames=count,
        has_audio=info.audio is not None,
        integrated_lufs=None if heard is None else heard.integrated,
        peak_dbfs=None if heard is None else heard.peak,
        notes=job.notes,
    )


def _decoded(path: Path) -> tuple[int, tuple[int, int]]:
    count, size = 0, (0, 0)
    with open_media(path) as container:
        stream = picture_stream(container)
        assert stream is not None
        try:
            for frame in container.decode(stream):
                count, size = count + 1, (frame.width, frame.height)
        except av.FFmpegError as error:
            raise _failed(path, f"picture {count} does not decode ({error.strerror})") from error
    return count, size


def _hold(true: bool, path: Path, fault: str) -> None:
    if not true:
        raise _failed(path, fault)


def _failed(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"'{path.name}' was written but did not pass its check.",
        why=f"After decoding it again: {why}.",
        fix="Nothing was kept. Try again; if it repeats, report it with the master.",
    )
