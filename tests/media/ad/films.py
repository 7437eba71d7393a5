"""Small films and pictures with known truth for the ad tests."""

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinoloop.core.timecode import Span
from kinoloop.media.ad.records import AdPlan, AdShot, AdSound
from tests.films import draw_film

Picture = NDArray[np.uint8]
RATE = Fraction(25)
SILENT = AdSound(silent=True)


def flat_film(path: Path, level: int, *, seconds: float = 3, size: tuple[int, int] = (320, 180)) -> Path:
    """A film of one grey, without sound."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        pixels = np.full((size[1], size[0], 3), level, np.uint8)
        for number in range(round(seconds * 25)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, 1 / RATE
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def numbered(path: Path, *, seconds: float = 4, sound: bool = False) -> Path:
    """A film with its frame numbers burnt in."""
    options = {"g": "30", "bf": "3"}
    kind: Literal["tone", "none"] = "tone" if sound else "none"
    return draw_film(path, seconds=seconds, timecode=True, options=options, sound=kind).path


def ball(path: Path, size: tuple[int, int] = (640, 480)) -> Path:
    """A picture with a white circle in the middle of dark grey; the circle spans 40 % of the short side."""
    wide, high = size
    y, x = np.mgrid[0:high, 0:wide]
    inside = (x - wide / 2 + 0.5) ** 2 + (y - high / 2 + 0.5) ** 2 < (min(size) / 5) ** 2
    Image.fromarray(np.where(inside[..., None], 255, 50).astype(np.uint8).repeat(3, axis=2)).save(path)
    return path


def logo(path: Path) -> Path:
    """A red disc and bar on clear ground with a wide clear border."""
    pixels = np.zeros((100, 300, 4), np.uint8)
    pixels[30:70, 60:240] = (255, 0, 0, 255)
    Image.fromarray(pixels).save(path)
    return path


def shot(source: Path, start: str, seconds: str, transition: str = "0", **more: object) -> AdShot:
    begin, length = Fraction(start), Fraction(seconds)
    return AdShot(source, Span(begin, begin + length), length, transition=Fraction(transition), **more)  # type: ignore[arg-type]  # fields by name


def plan(*shots: AdShot, size: tuple[int, int] = (180, 320), **more: object) -> AdPlan:
    fields = {"rate": RATE, "sound": SILENT, **more}
    return AdPlan(shots, *size, **fields)  # type: ignore[arg-type]  # fields by name


def pictures(path: Path) -> list[Picture]:
    """Every picture as RGB."""
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in film.decode(video=0)]


def grey(picture: Picture) -> float:
    return float(picture.mean())


def extent(picture: Picture, level: int = 180) -> tuple[int, int]:
    """Width and height of what is brighter than `level`."""
    rows, columns = np.nonzero(picture.mean(axis=2) > level)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
