"""Logos are untrusted pictures: only PNG and JPEG, judged by content, of a sane size, decoded once."""

import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from kinoloop.core.errors import InputError, MediaError, NotFoundError

FORMATS = ("PNG", "JPEG")
MAX_SIDE, MAX_PIXELS, MAX_BYTES = 8192, 40_000_000, 32 << 20


def open_picture(path: Path) -> Image.Image:
    """The upright RGBA picture. Raises NotFoundError; MediaError for what is no PNG or JPEG of sane size."""
    if not path.is_file():
        raise NotFoundError(f"There is no picture '{path}'.", fix="Check the path and its spelling.")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path, f"It is larger than {MAX_BYTES >> 20} MiB.", "Save it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow only warns of is refused below
            with Image.open(path, formats=FORMATS) as picture:
                _refuse_size(path, picture)
                return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        raise _refused(path, "Its content is no PNG or JPEG picture.", "Save it as PNG.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _refused(path, f"It is damaged ({error}).", "Save it again as PNG.") from None
    except Image.DecompressionBombError:
        raise _refused(path, _too_many(), "Save it smaller.") from None


def fit_logo(path: Path, width: int, height: int) -> Image.Image:
    """The logo without its clear border, as large as fits width x height, never enlarged more than twice.

    Raises NotFoundError, MediaError, and InputError for a logo of which nothing can be seen.
    """
    picture = open_picture(path)
    seen = picture.getchannel("A").point(lambda level: 255 * (level > 8)).getbbox()
    if seen is None:
        raise InputError(f"The logo '{path.name}' is wholly transparent.", fix="Choose one that can be seen.")
    picture = picture.crop(seen)
    scale = min(width / picture.width, height / picture.height, 2.0)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    # Premultiplied, so that the colour of clear pixels does not shine through at the edges.
    return picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def _refuse_size(path: Path, picture: Image.Image) -> None:
    if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
        raise _refused(
            path, f"It has {picture.width} x {picture.height} pixels. {_too_many()}", "Save it smaller."
        )


def _too_many() -> str:
    return f"The limit is {MAX_SIDE} in a side and {MAX_PIXELS // 1_000_000} million in all."


def _refused(path: Path, why: str, fix: str) -> MediaError:
    return MediaError(f"The picture '{path.name}' cannot be used.", why=why, fix=fix)
