"""Look at a media file: streams, true geometry, exact times, variable rate, and what is odd about it.

One walk over the packets (about 1 % of a decode) plus the first picture; nothing else is decoded.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream as SoundSource
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as PictureSource

from kinoloop.core.errors import MediaError
from kinoloop.core.text import plural
from kinoloop.core.timecode import Seconds, short_clock
from kinoloop.media.opening import open_media, picture_stream, refuse_size, sound_stream
from kinoloop.media.pace import Pace
from kinoloop.media.records import AudioStream, MediaInfo, VideoStream

WALK_BYTES = 1 << 30
"""Above this size the walk stops early, unless the length is unknown."""
LOST_TAIL = Fraction(1, 2)
_LOOK_PACKETS = 200
_USUAL_RATE = Fraction(25)
_SANE_ASPECT = (Fraction(1, 10), Fraction(10))


@dataclass
class _Walk:
    """What one pass over the packets of the chosen streams gave."""

    paces: dict[int, Pace]
    first_picture: VideoFrame | None = None
    whole: bool = True
    stopped: str | None = None


def probe(path: Path) -> MediaInfo:
    """Read what a file holds. Raises NotFoundError or MediaError as `open_media` does.

    `rotation` is counter-clockwise in degrees (0, 90, 180, 270), as the frames themselves tell it.
    """
    with open_media(path) as container:
        picture, sound = picture_stream(container), sound_stream(container)
        walk = _walk(container, picture, sound)
        video = None if picture is None else _video(path, picture, walk)
        audio = None if sound is None else _audio(sound, walk)
        start = min(stream.start for stream in (video, audio) if stream is not None)
        duration = _duration(container, start, video, audio)
        if duration <= 0:
            raise MediaError(
                f"'{path.name}' holds no pictures and no sound.",
                why="Its streams are declared but empty.",
                fix="Export or copy the film again.",
            )
        return MediaInfo(
            path=path,
            container=container.format.name.split(",")[0],
            size_bytes=path.stat().st_size,
            start=start,
            duration=duration,
            video=video,
            audio=audio,
            video_streams=len(container.streams.video),
            audio_streams=len(container.streams.audio),
            other_streams=_others(container),
            warnings=tuple(_warnings(container, walk, video, (picture, sound))),
        )


def _walk(container: InputContainer, picture: PictureSource | None, sound: SoundSource | None) -> _Walk:
    streams = [stream for stream in (picture, sound) if stream is not None]
    walk = _Walk({stream.index: Pace(_time_base(stream)) for stream in streams})
    if picture is not None:
        picture.codec_context.thread_count = 1
    known = container.duration is not None and container.size > WALK_BYTES
    looked = 0
    try:
        for packet in container.demux(*streams):
            walk.paces[packet.stream.index].add(packet)
            if picture is not None and packet.stream is picture and looked < _LOOK_PACKETS:
                looked = _LOOK_PACKETS if _look(walk, packet) else looked + 1
            if known and (packet.pos or 0) > WALK_BYTES // 16:
                walk.whole = False
                break
    except av.FFmpegError as error:
        walk.stopped = str(error.strerror)
    return walk


def _look(walk: _Walk, packet: "Packet[Any]") -> bool:
    """Decode until the first picture comes out; True when it has."""
    try:
        frames = packet.decode()
    except av.FFmpegError:
        return False
    walk.first_picture = next(iter(frames), None)
    return walk.first_picture is not None


def _video(path: Path, stream: PictureSource, walk: _Walk) -> VideoStream:
    context, pace, frame = stream.codec_context, walk.paces[stream.index], walk.first_picture
    width, height = (context.width, context.height) if frame is None else (frame.width, frame.height)
    refuse_size(path, width, height)
    rotation = 0 if frame is None else round(frame.rotation / 90) * 90 % 360
    aspect = _sample_aspect(stream)
    display = (max(1, round(width * aspect)), height)
    start, last = _start(stream, pace), pace.last()
    pixels = frame.format if frame is not None else context.format
    return VideoStream(
        index=stream.index,
        codec=context.name,
        width=width,
        height=height,
        display_width=display[rotation % 180 == 90],
        display_height=display[rotation % 180 == 0],
        sample_aspect=aspect,
        rotation=rotation,
        average_rate=stream.average_rate or None,
        time_base=_time_base(stream),
        pixel_format=pixels.name if pixels is not None else "unknown",
        bit_depth=pixels.components[0].bits if pixels is not None else 8,
        start=start,
        duration=_length(stream, start, last, walk),
        frames=pace.packets if walk.whole else stream.frames or None,
        variable_rate=pace.variable(),
    )


def _audio(stream: SoundSource, walk: _Walk) -> AudioStream:
    context, pace = stream.codec_context, walk.paces[stream.index]
    start = _start(stream, pace)
    return AudioStream(
        index=stream.index,
        codec=context.name,
        sample_rate=context.sample_rate,
        channels=context.layout.nb_channels,
        start=start,
        duration=_length(stream, start, pace.last(), walk),
    )


def _start(stream: PictureSource | SoundSource, pace: Pace) -> Seconds:
    if stream.start_time is not None:
        return stream.start_time * _time_base(stream)
    return pace.first() or Fraction(0)


def _length(
    stream: PictureSource | SoundSource, start: Seconds, last: Seconds | None, walk: _Walk
) -> Seconds | None:
    """What really lies there; what the header claims only where the walk did not see it all."""
    claimed = stream.duration * _time_base(stream) if stream.duration else None
    seen = last - start if last is not None and last > start else _counted(stream, walk)
    if seen is None or not walk.whole:
        return claimed
    return claimed if claimed is not None and abs(claimed - seen) < LOST_TAIL else seen


def _counted(stream: PictureSource | SoundSource, walk: _Walk) -> Seconds | None:
    """Pictures without any times are as long as their number at the usual rate."""
    pace = walk.paces[stream.index]
    if pace.ticks or not pace.packets or not isinstance(stream, PictureSource):
        return None
    return pace.packets / (stream.average_rate or _USUAL_RATE)


def _duration(
    container: InputContainer, start: Seconds, video: VideoStream | None, audio: AudioStream | None
) -> Seconds:
    used = [stream for stream in (video, audio) if stream is not None]
    ends = [stream.start + stream.duration for stream in used if stream.duration is not None]
    if ends:
        return max(ends) - start
    return Fraction(container.duration or 0, av.time_base)


def _warnings(
    container: InputContainer,
    walk: _Walk,
    video: VideoStream | None,
    sources: tuple[PictureSource | None, SoundSource | None],
) -> list[str]:
    found = []
    picture, sound = sources
    if picture is None:
        found.append("There is no picture: only what is heard can be used.")
    if sound is None:
        found.append("There is no sound: only what is seen can be used.")
    if picture is not None and walk.first_picture is None:
        found.append("The first pictures cannot be decoded.")
    if video is not None and video.variable_rate:
        found.append("The frame rate varies; every frame keeps its own time.")
    if picture is not None and not walk.paces[picture.index].ticks:
        found.append("Its pictures carry no times; they are spaced by the usual rate.")
    if video is not None and video.frames == 1:
        found.append("There is a single picture.")
    for source, word in ((picture, "picture"), (sound, "sound")):
        found.extend(_lost(source, word, container, walk))
    if walk.stopped is not None:
        found.append(f"Reading stopped early: {walk.stopped}.")
    films = len(container.streams.video) - 1
    if picture is not None and films > 0:
        found.append(f"It holds {plural(films, 'further picture stream')}; stream {picture.index} is used.")
    return found


def _lost(
    source: PictureSource | SoundSource | None, word: str, container: InputContainer, walk: _Walk
) -> list[str]:
    if source is None or not walk.whole:
        return []
    pace = walk.paces[source.index]
    claimed = source.duration * _time_base(source) if source.duration else None
    if claimed is None and word == "picture" and container.duration is not None:
        claimed = Fraction(container.duration, av.time_base)
    last, start = pace.last(), _start(source, pace)
    if claimed is None or last is None or claimed - (last - start) < LOST_TAIL:
        return []
    return [f"The {word} ends at {short_clock(last - start)} of {short_clock(claimed)}: the rest is missing."]


def _sample_aspect(stream: PictureSource) -> Fraction:
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or Fraction(1)
    return aspect if _SANE_ASPECT[0] <= aspect <= _SANE_ASPECT[1] else Fraction(1)


def _time_base(stream: PictureSource | SoundSource) -> Fraction:
    return stream.time_base or Fraction(1, av.time_base)


def _others(container: InputContainer) -> int:
    return len(container.streams) - len(container.streams.video) - len(container.streams.audio)
