"""A local picture on its way to a service: as a data URL that is small enough to be sent along."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image, ImageOps

from kinoloop.core.errors import InputError, MediaError, NotFoundError
from kinoloop.media.opening import refuse_size

INLINE_BYTES = 256_000
"""Replicate takes data URLs up to 256 kB."""
LONGEST_SIDE = 1920
QUALITIES = (92, 85, 75, 60, 45)


def is_web_address(image: str) -> bool:
    """True for http and https addresses, which a service fetches by itself."""
    return urlsplit(image).scheme in ("http", "https")


def as_data_url(path: Path, *, limit: int = INLINE_BYTES) -> str:
    """The picture as `data:image/jpeg;base64,...`, at most `limit` characters: made smaller until it fits.

    Raises NotFoundError, InputError when it is no picture or does not fit at any quality.
    """
    picture = _opened(path)
    for side in (LONGEST_SIDE, 1280, 854, 512):
        smaller = ImageOps.contain(picture, (min(side, picture.width), min(side, picture.height)))
        for quality in QUALITIES:
            url = "data:image/jpeg;base64," + b64encode(_jpeg(smaller, quality)).decode("ascii")
            if len(url) <= limit:
                return url
    raise InputError(f"'{path.name}' does not fit into {limit} bytes.", fix="Choose a simpler picture.")


def _opened(path: Path) -> Image.Image:
    if not path.is_file():
        raise NotFoundError(
            f"There is no picture '{path.name}'.", fix="Make the storyboard's pictures again."
        )
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            refuse_size(path, *picture.size)
            return ImageOps.exif_transpose(picture).convert("RGB")
    except MediaError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError(f"'{path.name}' is not a picture that can be read.", why=str(error)) from error


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
