"""Writing streams: an encoded picture stream, an AAC sound file, and joining pieces without re-encoding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from kinoloop.core.errors import IntegrityError
from kinoloop.media.audio_mix import audio_frame
from kinoloop.media.encoder import Encoder
from kinoloop.media.opening import open_media
from kinoloop.media.priority import unhurried
from kinoloop.media.spans import SOUND_RATE, Sound

FAST_START = {"movflags": "+faststart"}
BT709 = 1
LIMITED = 1


@dataclass(frozen=True)
class Piece:
    """An encoded picture file and the picture of the clip it begins with."""

    path: Path
    first: int


def write_pictures(
    frames: Iterable[av.VideoFrame], out: Path, encoder: Encoder, *, width: int, height: int, rate: Fraction
) -> int:
    """Encode yuv420p frames whose pts count pictures from 0; how many there were."""
    count = 0
    with av.open(str(out), "w") as container:
        stream = _picture_stream(container, encoder, width, height, rate)
        for frame in frames:
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count


def _picture_stream(
    container: OutputContainer, encoder: Encoder, width: int, height: int, rate: Fraction
) -> VideoStream:
    stream = container.add_stream(encoder.video, rate=rate, options=encoder.picture_options())
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base, context.thread_count = 1 / rate, encoder.threads
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
    with unhurried():
        context.open(strict=False)
    return stream


def write_sound(sound: Sound, out: Path, encoder: Encoder) -> None:
    """Encode stereo samples to a sound file."""
    with av.open(str(out), "w") as container:
        stream = container.add_stream(encoder.audio, rate=SOUND_RATE, layout="stereo")
        assert isinstance(stream, AudioStream)
        stream.codec_context.bit_rate = encoder.audio_bitrate
        size = stream.codec_context.frame_size or 1024
        for start in range(0, sound.shape[1], size):
            container.mux(stream.encode(audio_frame(sound[:, start : start + size], start)))
        container.mux(stream.encode(None))


def join(pieces: Sequence[Piece], sound: Path | None, out: Path, *, rate: Fraction) -> None:
    """Pieces one after another with one sound file, copied packet by packet. Pieces share their settings.

    Raises IntegrityError when a piece was encoded with other settings than the first.
    """
    with av.open(str(out), "w", options=FAST_START) as container:
        with open_media(pieces[0].path) as first:
            picture = container.add_stream_from_template(first.streams.video[0], opaque=True)
            settings = bytes(first.streams.video[0].codec_context.extradata or b"")
        track = None
        if sound is not None:
            with open_media(sound) as source:
                track = container.add_stream_from_template(source.streams.audio[0], opaque=True)
        packets = [] if sound is None or track is None else _sound_packets(sound, track)
        for piece in pieces:
            _copy(piece, settings, container, picture, packets, rate)
        for packet in packets:
            container.mux(packet)


def _copy(
    piece: Piece,
    settings: bytes,
    container: OutputContainer,
    picture: VideoStream,
    sound: list["Packet[AudioStream]"],
    rate: Fraction,
) -> None:
    """One piece, with the sound that is due before each of its packets."""
    with open_media(piece.path) as source:
        stream = source.streams.video[0]
        if bytes(stream.codec_context.extradata or b"") != settings:
            raise IntegrityError(
                "Pieces of the clip were encoded with different settings.",
                fix="Empty the segment cache and try again.",
            )
        for packet in _packets(source, stream):
            base = packet.time_base
            offset = round(piece.first / rate / base)
            packet.pts, packet.dts = _moved(packet.pts, offset), _moved(packet.dts, offset)
            at = (packet.dts or 0) * base
            while sound and (sound[0].pts or 0) * sound[0].time_base <= at:
                container.mux(sound.pop(0))
            packet.stream = picture
            container.mux(packet)


def _packets(source: InputContainer, stream: VideoStream) -> Iterable["Packet[VideoStream]"]:
    return (packet for packet in source.demux(stream) if packet.size)


def _moved(tick: int | None, by: int) -> int | None:
    return None if tick is None else tick + by


def _sound_packets(path: Path, track: AudioStream) -> list["Packet[AudioStream]"]:
    with open_media(path) as source:
        packets = [packet for packet in source.demux(source.streams.audio[0]) if packet.size]
    for packet in packets:
        packet.stream = track
    return packets
