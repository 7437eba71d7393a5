"""Look at a finished film: decode it once, from end to end, and measure all that the gate judges by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinoloop.core.errors import MediaError
from kinoloop.core.timecode import Seconds
from kinoloop.media.decode import Reading, Ticker, frames, packets, prepare
from kinoloop.media.gate.geometry import GeometryGauge
from kinoloop.media.gate.picture import PictureGauge
from kinoloop.media.gate.reading import TextGauge
from kinoloop.media.gate.records import Measured, Origin, Texts
from kinoloop.media.gate.runs import constant_rate, per_second, without
from kinoloop.media.gate.sound import SoundGauge
from kinoloop.media.guard import DEFAULT, Limits, guarded
from kinoloop.media.opening import open_media, picture_stream, sound_stream
from kinoloop.media.verify import starts_fast
from kinoloop.media.watch import SilentWatch, Watch

_TELL_EVERY = 32
_MOST_DAMAGE = 50
_WITH_INDEX = ("mov", "mp4")
NO_TEXTS = Texts()


def inspect(
    path: Path, texts: Texts = NO_TEXTS, origins: tuple[Origin, ...] = (), *, watch: Watch | None = None
) -> Measured:
    """Measure the film. `texts` are held against the picture; `origins` tell what its pictures are of.

    Raises NotFoundError or MediaError when it cannot be opened or holds no picture that decodes.
    """
    watch = watch or SilentWatch()
    with open_media(path) as container:
        look = _Look(path, container, texts, origins)
        for number, packet in enumerate(packets(container, look.streams, look.reading)):
            watch.check()
            look.read(packet)
            if number % _TELL_EVERY == 0:
                watch.progress(float(look.reached), look.length, "checking the film")
        return look.measured(container)


def inspect_apart(
    path: Path,
    texts: Texts = NO_TEXTS,
    origins: tuple[Origin, ...] = (),
    *,
    limits: Limits = DEFAULT,
    watch: Watch | None = None,
) -> Measured:
    """`inspect` in a supervised process: a decoder that crashes or swells fails this film and no more."""
    measured: Measured = guarded(f"{__name__}:inspect", path, texts, origins, limits=limits, watch=watch)
    return measured


@dataclass
class _Look:
    """The gauges of one pass."""

    path: Path
    container: InputContainer
    texts: Texts
    origins: Sequence[Origin]
    reading: Reading = field(default_factory=Reading)
    corrupt: int = 0
    damage: list[Seconds] = field(default_factory=list)

    def __post_init__(self) -> None:
        picture, sound = picture_stream(self.container), sound_stream(self.container)
        if picture is None:
            raise MediaError(f"'{self.path.name}' has no picture.", fix="Render it again.")
        self.picture, self.has_sound = picture, sound is not None
        self.streams: list[Stream] = [stream for stream in (picture, sound) if stream is not None]
        duration = self.container.duration or 0
        self.length = max(duration / av.time_base, 0.001)
        prepare(picture, "full", Fraction(duration, av.time_base))
        base = picture.time_base or Fraction(1, av.time_base)
        self.ticker = Ticker(base, max(1, round(1 / (picture.average_rate or Fraction(25)) / base)))
        self.start = (picture.start_time or 0) * base
        context = picture.codec_context
        self.reader = TextGauge(self.texts, context.width, context.height)
        self.gauge = PictureGauge(self.reader.boxes)
        self.sound = SoundGauge(self.start)
        self.geometry = GeometryGauge(self.origins, self.reader.boxes)
        self.first: VideoFrame | None = None
        self.step = self.ticker.step * base

    @property
    def reached(self) -> Seconds:
        return self.gauge.times[-1] if self.gauge.times else Fraction(0)

    def read(self, packet: "Packet[Any]") -> None:
        """Decode one packet and note where something was damaged."""
        before = self.reading.damaged + self.corrupt
        for frame in frames(packet, self.reading):
            self.take(frame)
        if self.reading.damaged + self.corrupt > before and len(self.damage) < _MOST_DAMAGE:
            self.damage.append(self.reached)

    def take(self, frame: VideoFrame | AudioFrame) -> None:
        if isinstance(frame, AudioFrame):
            self.sound.add(frame)
            return
        self.corrupt += bool(frame.is_corrupt)
        at = self.ticker.tick(frame) * self.ticker.time_base - self.start
        if self.gauge.times and at <= self.gauge.times[-1]:
            return
        self.first = self.first or frame
        self.gauge.add(frame, at)
        self.reader.add(frame, at)
        self.geometry.add(frame, at)

    def measured(self, container: InputContainer) -> Measured:
        if self.first is None:
            raise MediaError(
                f"No picture of '{self.path.name}' can be decoded.",
                why=self.reading.stopped or "Every packet of its picture is damaged.",
                fix="Render it again.",
            )
        self.sound.finish()
        times = self.gauge.times
        end = times[-1] + (times[-1] - times[-2] if len(times) > 1 else self.step)
        seconds = -(-end.numerator // end.denominator)
        black, frozen = self.gauge.black(end), self.gauge.frozen(end)
        resting = self.geometry.resting(frozen)
        luma = per_second(_floats(times), self.gauge.luma(), seconds)
        return Measured(
            path=self.path,
            size_bytes=self.path.stat().st_size,
            duration=end,
            pictures=len(times),
            rate=constant_rate(times),
            **self._shape(self.first, self.picture),
            starts_fast=starts_fast(self.path)
            if set(_WITH_INDEX) & set(container.format.name.split(","))
            else None,
            black=without(black, self.geometry.dark(black), Fraction(0)),
            frozen=without(frozen, resting, Fraction(0)),
            resting=resting,
            luma=tuple(_filled(luma)),
            colours=tuple(self.gauge.colours),
            **self._heard(end, seconds),
            texts=self.reader.seen(),
            stretches=self.geometry.stretches(),
            damage=tuple(self.damage),
            damaged=self.reading.damaged + self.corrupt,
            stopped=self.reading.stopped,
        )

    @staticmethod
    def _shape(frame: VideoFrame, stream: VideoStream) -> dict[str, Any]:
        context = stream.codec_context
        aspect = stream.sample_aspect_ratio or context.sample_aspect_ratio or Fraction(1)
        rotation = round(frame.rotation / 90) * 90 % 360
        shown = (max(1, round(frame.width * aspect)), frame.height)
        return {
            "width": frame.width,
            "height": frame.height,
            "display_width": shown[rotation % 180 == 90],
            "display_height": shown[rotation % 180 == 0],
            "sample_aspect": aspect,
            "rotation": rotation,
            "pixel_format": frame.format.name,
            "codec": context.name,
            "colour_tags": tuple(
                int(tag)
                for tag in (
                    context.colorspace,
                    context.color_primaries,
                    context.color_trc,
                    context.color_range,
                )
            ),
        }

    def _heard(self, end: Seconds, seconds: int) -> dict[str, Any]:
        if not self.has_sound:
            return {"has_sound": False, "reasons": {"sound": "the file has no sound stream"}}
        if not self.sound.samples:
            return {"has_sound": False, "reasons": {"sound": "the sound stream holds nothing"}}
        times, momentary = self.sound.loudness()
        heard = momentary > -120
        over = self.sound.end
        return {
            "has_sound": True,
            "silent": self.sound.silent(end),
            "clipped": self.sound.clipped(),
            "clipped_samples": self.sound.clipped_samples,
            "integrated": self.sound.integrated,
            "true_peak": self.sound.true_peak,
            "loudness": tuple(per_second(times[heard], momentary[heard], seconds)),
            "sound_longer": None if over is None else over - end,
            "reasons": {} if self.sound.integrated is not None else {"loudness": "the sound is silent"},
        }


def _floats(times: Sequence[Seconds]) -> Any:
    import numpy as np

    return np.array([float(at) for at in times])


def _filled(values: Sequence[float | None]) -> list[float]:
    """A second without a picture of its own shows the one before."""
    made: list[float] = []
    for value in values:
        made.append(value if value is not None else (made[-1] if made else 0.0))
    return made
