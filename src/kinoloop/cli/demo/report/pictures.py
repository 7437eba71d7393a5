"""Pictures of files as `data:` addresses: JPEG, scaled down until all of them together fit the page."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from kinoloop.cli.demo.records import Made

ROOM = 1_000_000
"""Bytes of all addresses together: the page stays below 1.5 MB with every word and chart."""
POSTER, SHEET = 440, 1_280
"""Widest picture in pixels: twice what the page shows, for fine screens."""
TRIES = ((1.0, 82), (1.0, 68), (0.75, 68), (0.5, 64), (0.35, 58), (0.2, 50), (0.1, 40))
"""Scale and JPEG quality, the finest first."""


@dataclass(frozen=True)
class Picture:
    """A picture that needs no other file; `wide` and `high` in pixels."""

    address: str
    wide: int
    high: int


@dataclass(frozen=True)
class Pictures:
    """What can be shown of what was made; None where there is no picture, or where none can be read."""

    posters: Mapping[str, Picture]
    """By variant id."""
    clip_sheet: Picture | None
    storyboard: Picture | None


def pictures_of(made: Made, room: int = ROOM) -> Pictures:
    """As fine as fits into `room` bytes; the coarsest try stands even where it is larger."""
    posters = {film.variant_id: _opened(film.poster) for film in made.films}
    sheets = (_opened(made.clip_sheet), _opened(made.storyboard))
    for scale, quality in TRIES:
        drawn = {name: _drawn(image, POSTER, scale, quality) for name, image in posters.items()}
        clips, board = (_drawn(image, SHEET, scale, quality) for image in sheets)
        if sum(len(one.address) for one in (*drawn.values(), clips, board) if one) <= room:
            break
    return Pictures({name: one for name, one in drawn.items() if one}, clips, board)


def _opened(path: Path | None) -> Image.Image | None:
    """The picture without its transparency; None for no file, or one that is no picture."""
    if path is None:
        return None
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, UnidentifiedImageError):
        return None


def _drawn(image: Image.Image | None, widest: int, scale: float, quality: int) -> Picture | None:
    if image is None:
        return None
    wide = max(1, round(min(image.width, widest) * scale))
    small = image.resize((wide, max(1, round(wide * image.height / image.width))), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return Picture(f"data:image/jpeg;base64,{b64encode(out.getvalue()).decode()}", small.width, small.height)
