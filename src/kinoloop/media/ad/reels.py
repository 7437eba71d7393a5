"""The pictures of one shot in order, framed for the ad: from a film by one decoding thread, or from a still.

A reel reads on while the pictures asked for follow one another and seeks when many are left out.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import av

from kinoloop.core.timecode import Seconds
from kinoloop.media.ad.canvas import Box, copied, sampled
from kinoloop.media.ad.records import AdShot
from kinoloop.media.ad.rules import start_of
from kinoloop.media.ad.sources import Film, Still, framing
from kinoloop.media.crop import CropPath
from kinoloop.media.framing import Framer
from kinoloop.media.spans import pictures_at
from kinoloop.media.watch import Watch

_READ_ON = 30
"""So many pictures left out are decoded; for more the file is opened again further on."""


class Reel(Protocol):
    """Pictures of a shot, numbered from its first."""

    def frame(self, number: int) -> av.VideoFrame:
        """A writable yuv420p frame that the caller may keep. Numbers rise from call to call."""

    def looks(self, numbers: range) -> object:
        """Everything that shapes these pictures, for hashing."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass
class FilmReel:
    """A stretch of a film, `count` pictures at `rate`."""

    shot: AdShot
    film: Film
    size: tuple[int, int]
    rate: Fraction
    count: int
    watch: Watch
    _feed: Iterator[tuple[int, av.VideoFrame]] | None = field(default=None, init=False)
    _next: int = field(default=0, init=False)
    _kept: tuple[object, av.VideoFrame] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        video = self.film.video
        self.crop = framing(self.shot, video.display_width, video.display_height, self.size)
        self._framer = Framer(video, self.crop, *self.size)
        slow = video.average_rate or self.rate
        self._repeats = video.variable_rate or slow < self.rate * Fraction(19, 20)

    def frame(self, number: int) -> av.VideoFrame:
        picture = self._picture(number)
        if not self._repeats:
            return self._framed(picture, number)
        same = (picture, self.crop.piece(self._at(number)).fit, self._corner(number))
        if self._kept is None or self._kept[0] != same:
            self._kept = same, self._framed(picture, number)
        return copied(self._kept[1])

    def looks(self, numbers: range) -> object:
        corners = [(self.crop.piece(self._at(n)).fit, self._corner(n)) for n in numbers]
        still = [corners[0]] if len(set(corners)) == 1 else corners
        window = (self.crop.width, self.crop.height)
        start = str(self._at(numbers.start))
        return ["film", self.film.sha256, start, len(numbers), str(self.rate), window, still]

    def close(self) -> None:
        if isinstance(self._feed, Generator):
            self._feed.close()
        self._feed = self._kept = None

    def _at(self, number: int) -> Seconds:
        return start_of(self.shot) + number / self.rate

    def _corner(self, number: int) -> tuple[float, float] | None:
        piece = self.crop.piece(self._at(number))
        return piece.corner(self._at(number)) if piece.keys else None

    def _picture(self, number: int) -> av.VideoFrame:
        if self._feed is None or not 0 <= number - self._next <= _READ_ON:
            self._open(number)
        assert self._feed is not None
        for place, picture in self._feed:
            self._next = place + 1
            if place == number:
                return picture
        raise IndexError(f"the shot has {self.count} pictures, not {number + 1}")

    def _open(self, number: int) -> None:
        self.close()
        times = [self._at(later) for later in range(number, self.count)]
        self._feed = self._numbered(times, number)
        self._next = number

    def _numbered(self, times: list[Seconds], first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        for place, picture in pictures_at(self.film.path, self.film.info, times, watch=self.watch):
            yield first + place, picture

    def _framed(self, picture: av.VideoFrame, number: int) -> av.VideoFrame:
        return self._framer.frame(picture, self._at(number), number, self.rate)


@dataclass
class StillReel:
    """A picture held for `count` pictures; with a zoom it grows or shrinks evenly about its middle."""

    shot: AdShot
    still: Still
    size: tuple[int, int]
    count: int
    _base: av.VideoFrame | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.crop: CropPath = framing(self.shot, *self.still.size, self.size)

    def frame(self, number: int) -> av.VideoFrame:
        base = self._base = self._base or self._drawn()
        if not self.shot.zoom:
            return copied(base)
        return sampled(base, self._box(number, base), *self.size)

    def looks(self, numbers: range) -> object:
        piece = self.crop.pieces[0]
        corner = piece.corner(piece.span.start) if piece.keys else None
        scales = [round(self._scale(n), 9) for n in numbers] if self.shot.zoom else len(numbers)
        return ["still", self.still.sha256, piece.fit, self.crop.width, self.crop.height, corner, scales]

    def close(self) -> None:
        self._base = None

    def _drawn(self) -> av.VideoFrame:
        """The framed picture, as much larger than the ad's as it will ever be shown."""
        large = 1 + abs(self.shot.zoom)
        width, height = (round(side * large / 2) * 2 for side in self.size)
        framer = Framer(self.still.stream, self.crop, width, height)
        picture = av.VideoFrame.from_ndarray(self.still.pixels(), format="rgb24")
        return framer.frame(picture, self.crop.pieces[0].span.start, 0, Fraction(25))

    def _scale(self, number: int) -> float:
        way = number / max(1, self.count - 1)
        return 1 + abs(self.shot.zoom) * (way if self.shot.zoom > 0 else 1 - way)

    def _box(self, number: int, base: av.VideoFrame) -> Box:
        """The part of the enlarged picture that is seen: all of it at scale 1."""
        scale = self._scale(number)
        across, down = base.width * (1 - 1 / scale) / 2, base.height * (1 - 1 / scale) / 2
        return across, down, base.width - across, base.height - down


def reel_for(
    shot: AdShot, source: Film | Still, size: tuple[int, int], rate: Fraction, count: int, watch: Watch
) -> Reel:
    """The reel that suits the source."""
    if isinstance(source, Still):
        return StillReel(shot, source, size, count)
    return FilmReel(shot, source, size, rate, count, watch)
