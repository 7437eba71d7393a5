"""Cut a stretch to the frame and re-encode only what must be: the two broken groups of pictures at the edges.

The middle is copied bit by bit. Where that cannot be done (another codec than H.264, no whole group
inside) the stretch is encoded anew and a note says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias, cast

import av
from av.bitstream import BitStreamFilterContext
from av.codec import CodecContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from kinoloop.core.errors import InputError
from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.encoder import DEFAULT, Encoder
from kinoloop.media.gops import CutPlan, length_bytes, pictures_near, plan_cut
from kinoloop.media.mux import FAST_START, write_sound
from kinoloop.media.opening import open_media
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact, MediaInfo
from kinoloop.media.render import ClipPlan, render_clip
from kinoloop.media.spans import packets_from, pictures_between, sound_of
from kinoloop.media.verify import verify
from kinoloop.media.watch import SilentWatch, Watch

VideoPacket: TypeAlias = "Packet[VideoStream]"
_PLAIN = ("yuv420p", "yuvj420p")
_FINER = 1
"""The edges are encoded this much finer (crf) than the encoder says, so that they do not stand out."""


def smart_cut(
    source: Path, span: Span, out: Path, *, encoder: Encoder = DEFAULT, watch: Watch | None = None
) -> Artefact:
    """Cut at source geometry; the ends within one picture of what is asked. Raises MediaError, InputError."""
    encoder.require()
    watch = watch or SilentWatch()
    info = probe(source)
    span = span.clamp(info.whole)
    if info.video is None or span.duration <= 0:
        raise InputError(
            f"There is nothing to cut from '{source.name}' there.", fix="Choose a stretch of a film."
        )
    why, plan = _plan(source, info, span, encoder)
    if plan is None:
        return _anew(source, info, span, out, encoder, watch, why)
    with TemporaryDirectory(prefix="kinoloop-") as folder, whole_file(out) as part:
        sound = _sound(source, info, plan, Path(folder) / "sound.m4a", encoder, watch)
        with av.open(str(part), "w", options=FAST_START) as container:
            step = round(plan.whole.duration / plan.frames / (info.video.time_base))
            _Cut(source, info, plan, encoder, watch, step).write(container, sound)
        return _checked(part, out, info, plan)


def _plan(source: Path, info: MediaInfo, span: Span, encoder: Encoder) -> tuple[str, CutPlan | None]:
    """The plan, or why there is none."""
    assert info.video is not None
    if info.video.codec != "h264" or info.video.pixel_format not in _PLAIN:
        return f"the source is {info.video.codec} {info.video.pixel_format}, not plain H.264", None
    if encoder.video != "libx264":
        return f"the encoder {encoder.video} cannot continue an H.264 stream", None
    plan = plan_cut(pictures_near(source, info, span), span, info.duration)
    return "no whole group of pictures lies inside the stretch", plan


def _anew(
    source: Path, info: MediaInfo, span: Span, out: Path, encoder: Encoder, watch: Watch, why: str
) -> Artefact:
    assert info.video is not None
    plan = ClipPlan(source, span, height=info.video.display_height, loudness=None)
    made = render_clip(plan, out, encoder=encoder, watch=watch)
    return replace(made, notes=(f"encoded anew, not copied: {why}", *made.notes))


def _sound(
    source: Path, info: MediaInfo, plan: CutPlan, out: Path, encoder: Encoder, watch: Watch
) -> Path | None:
    samples = sound_of(source, info, plan.whole, watch=watch)
    if samples is None:
        return None
    write_sound(samples, out, encoder)
    return out


def _checked(part: Path, out: Path, info: MediaInfo, plan: CutPlan) -> Artefact:
    assert info.video is not None
    return verify(
        part,
        span_duration=plan.whole.duration,
        width=info.video.width,
        height=info.video.height,
        frames=plan.frames,
        sound=info.audio is not None,
        copied=plan.middle.shift(-plan.whole.start),
        shown_as=out,
    )


@dataclass
class _Cut:
    """Writes head, middle and tail with times that rise; ticks are the source's."""

    source: Path
    info: MediaInfo
    plan: CutPlan
    encoder: Encoder
    watch: Watch
    step: int
    delay: int = 0
    last: int | None = None

    def write(self, container: OutputContainer, sound: Path | None) -> None:
        with open_media(self.source) as film:
            stream = self._stream(film)
            picture = container.add_stream_from_template(stream, opaque=True)
            annexb = self._start_codes(stream, picture)
            packets = [] if sound is None else _sound_packets(sound, container)
            middle = list(self._middle(annexb))
            self.delay = max(((p.pts or 0) - (p.dts or 0) for p in middle[:1]), default=0)
            for packet in self._in_order(stream, middle):
                at = (packet.dts or 0) * self.base
                while packets and (packets[0].pts or 0) * packets[0].time_base <= at:
                    container.mux(packets.pop(0))
                packet.stream = picture
                container.mux(packet)
            for sound_packet in packets:
                container.mux(sound_packet)

    @property
    def base(self) -> Fraction:
        assert self.info.video is not None
        return self.info.video.time_base

    def _stream(self, film: av.container.InputContainer) -> VideoStream:
        assert self.info.video is not None
        return cast(VideoStream, film.streams[self.info.video.index])

    def _tick(self, at: Seconds) -> int:
        return round((at + self.info.start) / self.base)

    def _in_order(self, stream: VideoStream, middle: list[VideoPacket]) -> Iterator[VideoPacket]:
        zero = self._tick(self.plan.whole.start)
        for packet in (
            *self._encoded(stream, self.plan.head),
            *middle,
            *self._encoded(stream, self.plan.tail),
        ):
            pts = (packet.pts or 0) - zero
            dts = (packet.dts or 0) - zero
            if self.last is not None:
                dts = max(dts, self.last + 1)
            packet.pts, packet.dts, self.last = pts, min(dts, pts), min(dts, pts)
            packet.time_base = self.base
            yield packet

    def _middle(self, annexb: BitStreamFilterContext | None) -> Iterator[VideoPacket]:
        """Packets shown inside the middle, from its first key picture on, with start codes."""
        first, end = self._tick(self.plan.middle.start), self._tick(self.plan.middle.end)
        begun = False
        for packet in packets_from(self.source, self.info, self.plan.middle.start):
            self.watch.check()
            pts = packet.pts or 0
            begun = begun or (packet.is_keyframe and pts == first)
            if begun and packet.is_keyframe and pts >= end:
                break
            if begun and pts < end:
                yield from [packet] if annexb is None else cast("list[VideoPacket]", annexb.filter(packet))
        if annexb is not None:
            yield from cast("list[VideoPacket]", annexb.filter(None))

    def _start_codes(self, stream: VideoStream, picture: VideoStream) -> BitStreamFilterContext | None:
        """Gives packets start codes and `picture` headers to match; None where they have them."""
        if length_bytes(bytes(stream.codec_context.extradata or b"")) is None:
            return None
        return BitStreamFilterContext("h264_mp4toannexb", stream, picture)

    def _encoded(self, stream: VideoStream, span: Span) -> Iterator[VideoPacket]:
        """An edge, encoded without reordering so that its times join on."""
        if not span.duration:
            return
        context = self._context(stream)
        for at, frame in pictures_between(self.source, self.info, span, watch=self.watch):
            frame.pts, frame.time_base = self._tick(at), self.base
            frame.pict_type = av.video.frame.PictureType.NONE
            yield from self._shifted(context.encode(frame))
        yield from self._shifted(context.encode(None))

    def _shifted(self, packets: "list[VideoPacket]") -> Iterator[VideoPacket]:
        for packet in packets:
            packet.dts = (packet.pts or 0) - self.delay
            packet.duration = self.step
            yield packet

    def _context(self, stream: VideoStream) -> VideoCodecContext:
        source = stream.codec_context
        context = CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = source.width, source.height, source.pix_fmt
        context.time_base = self.base
        context.framerate = stream.average_rate or Fraction(25)
        context.sample_aspect_ratio = source.sample_aspect_ratio or Fraction(1)
        context.colorspace, context.color_range = source.colorspace, source.color_range
        context.color_primaries, context.color_trc = source.color_primaries, source.color_trc
        context.thread_count = self.encoder.threads
        context.options = {
            "preset": self.encoder.preset,
            "crf": str(max(0, self.encoder.crf - _FINER)),
            "x264-params": "bframes=0:repeat-headers=1:annexb=1:rc-lookahead=4:keyint=infinite",
        }
        return context


def _sound_packets(path: Path, container: OutputContainer) -> "list[Packet[av.audio.stream.AudioStream]]":
    with open_media(path) as source:
        track = container.add_stream_from_template(source.streams.audio[0], opaque=True)
        packets = [packet for packet in source.demux(source.streams.audio[0]) if packet.size]
    for packet in packets:
        packet.stream = track
    return packets
