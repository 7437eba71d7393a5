"""What an ad's shots are taken from: films as probed and stills as opened, each file looked at once.

Everything that can be refused early is refused here, before a picture is decoded.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from kinoloop.core.errors import InputError, MediaError, NotFoundError
from kinoloop.core.ids import hash_file
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.media.ad.records import AdShot
from kinoloop.media.ad.rules import start_of
from kinoloop.media.crop import CropPath, CropPiece, centred
from kinoloop.media.framing import HIGH_RANGE
from kinoloop.media.opening import open_media, picture_stream, refuse_size
from kinoloop.media.probe import probe
from kinoloop.media.records import MediaInfo, VideoStream

LONGEST_STOP = Fraction(1, 4)
"""A film may end this much before its shot does; its last picture stands so long."""
STILL_FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True)
class Film:
    """A probed film with a picture; `high_range` is PQ or HLG light."""

    path: Path
    sha256: str
    info: MediaInfo
    video: VideoStream
    high_range: bool

    @property
    def end(self) -> Seconds:
        """When the picture ends, from the file's start."""
        return self.video.start - self.info.start + (self.video.duration or self.info.duration)


@dataclass(frozen=True)
class Still:
    """A picture file; `size` as a viewer sees it, turned upright."""

    path: Path
    sha256: str
    size: tuple[int, int]

    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 3) sRGB; what is transparent becomes black."""
        upright = load_picture(self.path).convert("RGBA")
        ground = Image.new("RGBA", upright.size, (0, 0, 0, 255))
        ground.alpha_composite(upright)
        return np.asarray(ground.convert("RGB"))

    @property
    def stream(self) -> VideoStream:
        """The still in the words of the framing room."""
        wide, high = self.size
        return VideoStream(
            index=0,
            codec="picture",
            width=wide,
            height=high,
            display_width=wide,
            display_height=high,
            sample_aspect=Fraction(1),
            rotation=0,
            average_rate=None,
            time_base=Fraction(1, 25),
            pixel_format="rgb24",
            bit_depth=8,
            start=Fraction(0),
            duration=None,
            frames=1,
            variable_rate=False,
        )


@dataclass
class Sources:
    """Opens each file once, however many shots use it."""

    _infos: dict[Path, MediaInfo] = field(default_factory=dict)
    _hashes: dict[Path, str] = field(default_factory=dict)

    def of(self, shot: AdShot, number: int, needed: Seconds) -> Film | Still:
        """The shot's source, which must reach `needed` seconds beyond the shot's start.

        Raises MediaError, NotFoundError or InputError naming the shot.
        """
        if shot.still:
            return Still(shot.source, self._hash(shot), _still_size(shot.source))
        film = self._film(shot, number)
        if start_of(shot) + needed > film.end + LONGEST_STOP:
            raise InputError(
                f"Shot {number} reaches beyond the end of '{shot.source.name}'.",
                why=f"It needs the picture until {short_clock(start_of(shot) + needed)}"
                f" and the picture ends at {short_clock(film.end)}.",
                fix="Choose an earlier stretch or a shorter duration.",
            )
        return film

    def info(self, path: Path) -> MediaInfo:
        """The probe of a film."""
        if path not in self._infos:
            self._infos[path] = probe(path)
        return self._infos[path]

    def _film(self, shot: AdShot, number: int) -> Film:
        info = self.info(shot.source)
        if info.video is None:
            raise InputError(
                f"Shot {number} has no picture: '{shot.source.name}' is sound alone.", fix="Choose a film."
            )
        return Film(shot.source, self._hash(shot), info, info.video, _high_range(shot.source))

    def _hash(self, shot: AdShot) -> str:
        if shot.sha256:
            return shot.sha256
        if shot.source not in self._hashes:
            if not shot.source.is_file():
                raise NotFoundError(f"There is no file '{shot.source}'.", fix="Check the path.")
            self._hashes[shot.source] = hash_file(shot.source)
        return self._hashes[shot.source]


def framing(shot: AdShot, width: int, height: int, size: tuple[int, int]) -> CropPath:
    """The shot's crop path, or the one its `fit` asks for, on a source of width x height display pixels."""
    crop = shot.crop
    if crop is not None and (crop.width > width or crop.height > height):
        raise InputError(
            f"The crop of '{shot.source.name}' is larger than its picture.",
            why=f"{crop.width} x {crop.height} in {width} x {height}.",
            fix="Plan the crop for this file.",
        )
    if crop is not None:
        return crop
    span = shot.span or Span(Fraction(0), shot.duration)
    if shot.fit == "pad":
        return CropPath(width, height, (CropPiece(span, "pad", (), "the whole picture"),))
    return centred(width, height, Fraction(*size), span)


def load_picture(path: Path) -> Image.Image:
    """A picture file, turned upright. Raises MediaError for what is none, NotFoundError without a file."""
    try:
        with Image.open(path, formats=STILL_FORMATS) as picture:
            refuse_size(path, *picture.size)
            picture.load()
            return ImageOps.exif_transpose(picture)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file '{path}'.", fix="Check the path and its spelling.") from error
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise MediaError(
            f"'{path.name}' cannot be read as a picture.",
            why="It is damaged or no PNG, JPEG or WebP.",
            fix="Export it again as PNG or JPEG.",
        ) from error


def _still_size(path: Path) -> tuple[int, int]:
    wide, high = load_picture(path).size
    return wide, high


def _high_range(path: Path) -> bool:
    with open_media(path) as container:
        stream = picture_stream(container)
        return stream is not None and int(stream.codec_context.color_trc) in HIGH_RANGE
