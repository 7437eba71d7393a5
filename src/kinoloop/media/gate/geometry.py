"""Keeps what is needed to tell whether a circle is still round: one small grey picture for each origin."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from kinoloop.core.errors import KinoloopError
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.cards.logos import open_picture
from kinoloop.media.crop import centred
from kinoloop.media.framing import Framer
from kinoloop.media.gate.picture import PictureGauge
from kinoloop.media.gate.records import Origin, Stretch, TextBox
from kinoloop.media.probe import probe
from kinoloop.media.records import VideoStream
from kinoloop.media.spans import pictures_at, pictures_between

Grey = NDArray[np.uint8]
LONG_SIDE = 720
LOOKS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
"""When, as shares of its stretch, an origin is looked at: a crossfade at either end tells nothing."""
AGREEING, APART = 2, 0.05
"""A picture that is stretched is so in every look: so many must tell, and this alike."""
FRAMED_SIDE = 180
_ANY_RATE = Fraction(25)
Told = Callable[[PictureGauge, Seconds], tuple[Span, ...]]
"""What a gauge says of pictures up to an end: where they are black, or stand still."""
NOISE = 0.3
"""Footage of a resting thing changes so much from picture to picture; our encoding smooths that away."""


class GeometryGauge:
    """Keeps one small grey picture for each origin, and compares at the end."""

    def __init__(self, origins: Sequence[Origin], texts: Sequence[TextBox] = ()) -> None:
        self._texts = texts
        self.origins = sorted(origins, key=lambda one: one.span)
        self._due = sorted(
            ((one.span.start + share * one.span.duration, one) for one in self.origins for share in LOOKS),
            key=lambda pair: pair[0],
        )
        self._kept: list[tuple[Seconds, Origin, Grey]] = []
        self.size = (1, 1)

    def add(self, frame: VideoFrame, at: Seconds) -> None:
        self.size = (frame.width, frame.height)
        while len(self._kept) < len(self._due) and self._due[len(self._kept)][0] <= at:
            due, origin = self._due[len(self._kept)]
            self._kept.append((due, origin, small_grey(frame)))

    def resting(self, frozen: Sequence[Span]) -> tuple[Span, ...]:
        """Those parts of frozen stretches that were meant to stand still, or do so in their source, too."""
        return self._as_shot(frozen, PictureGauge.frozen, meant=True)

    def dark(self, black: Sequence[Span]) -> tuple[Span, ...]:
        """Those parts of black stretches whose source is as black in the part of it that is shown."""
        return self._as_shot(black, PictureGauge.black, meant=False)

    def _as_shot(self, spans: Sequence[Span], told: Told, *, meant: bool) -> tuple[Span, ...]:
        found = []
        for origin in self.origins:
            for span in spans:
                if span.overlap(origin.span):
                    part = span.clamp(origin.span)
                    if origin.still:
                        found += [part] if meant else []
                    else:
                        found += _so_in_source(origin, part, self.size, self._texts, told)
        return tuple(sorted(found))

    def stretches(self) -> tuple[Stretch, ...]:
        """One for each origin that was seen: the middle of what its looks tell."""
        return tuple(
            self._stretch(origin, [(at, shown) for at, one, shown in self._kept if one is origin])
            for origin in self.origins
            if any(one is origin for _, one, _ in self._kept)
        )

    def _stretch(self, origin: Origin, looks: Sequence[tuple[Seconds, Grey]]) -> Stretch:
        from kinoloop.media.gate.stretch import stretch_between  # OpenCV takes time to load

        try:
            times = [origin.source_time(at) for at, _ in looks]
            told = [
                stretch_between(true, shown)
                for true, (_, shown) in zip(_source_pictures(origin, times), looks, strict=True)
            ]
        except KinoloopError as error:
            return Stretch(origin.span.middle, None, f"its source cannot be read: {error.what}")
        ratios = sorted(ratio for ratio, _ in told if ratio is not None)
        if not ratios:
            return Stretch(origin.span.middle, None, told[0][1])
        if len(ratios) < AGREEING or ratios[-1] - ratios[0] > APART:
            return Stretch(origin.span.middle, None, "its looks do not tell the same")
        return Stretch(origin.span.middle, ratios[len(ratios) // 2])


def small_grey(frame: VideoFrame, shape: VideoStream | None = None) -> Grey:
    """Grey, the long side 720 at most; with `shape` turned upright and with square samples."""
    wide, high = frame.width, frame.height
    if shape is not None:
        wide = max(2, round(wide * shape.sample_aspect))
    scale = min(1.0, LONG_SIDE / max(wide, high))
    size = max(2, round(wide * scale)), max(2, round(high * scale))
    small = frame.reformat(width=size[0], height=size[1], format="gray", interpolation="AREA")
    grey = small.to_ndarray().astype(np.uint8)
    return np.ascontiguousarray(np.rot90(grey, (shape.rotation if shape else 0) // 90))


def _source_pictures(origin: Origin, times: Sequence[Seconds]) -> list[Grey]:
    if origin.still:
        picture = open_picture(origin.source).convert("L")
        picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        return [np.asarray(picture)] * len(times)
    info = probe(origin.source)
    return [small_grey(frame, info.video) for _, frame in pictures_at(origin.source, info, times)]


def _so_in_source(
    origin: Origin, part: Span, size: tuple[int, int], texts: Sequence[TextBox], told: Told
) -> list[Span]:
    """The stretch of the film again if its source, framed as it is, is so for nine tenths of it.

    What lies under the film's texts is left out there as it is in the film.
    """
    span = Span(origin.source_time(part.start), origin.source_time(part.end))
    gauge = PictureGauge([_on_source(one, origin, size) for one in texts], still=NOISE)
    try:
        for at, frame in _framed(origin, span, size):
            gauge.add(frame, at)
    except KinoloopError:
        return []
    so = sum((one.duration for one in told(gauge, span.end)), Fraction(0)) if gauge.times else Fraction(0)
    return [part] if so >= part.duration * Fraction(9, 10) else []


def _on_source(one: TextBox, origin: Origin, size: tuple[int, int]) -> TextBox:
    """A text's place on the small pictures of the source, in the source's time."""
    scale = min(1.0, FRAMED_SIDE / min(size))
    left, top, right, bottom = (round(edge * scale) for edge in one.box)
    span = one.span.shift(origin.source_start - origin.span.start)
    return replace(
        one, span=span, box=(left, top, right, bottom), letter_height=round(one.letter_height * scale)
    )


def _framed(origin: Origin, span: Span, size: tuple[int, int]) -> Iterator[tuple[Seconds, VideoFrame]]:
    """The source's pictures cropped as the film shows them, small."""
    info = probe(origin.source)
    if info.video is None:
        return
    shrink = min(1.0, FRAMED_SIDE / min(size))
    width, height = (max(2, round(side * shrink / 2) * 2) for side in size)
    middle = centred(info.video.display_width, info.video.display_height, Fraction(*size), span)
    framer = Framer(info.video, origin.crop or middle, width, height)
    for number, (at, frame) in enumerate(pictures_between(origin.source, info, span)):
        yield at, framer.frame(frame, at, number, _ANY_RATE)
