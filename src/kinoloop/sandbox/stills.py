"""A first picture that a caller named: from a data URL, or one that this sandbox itself has on its shelf."""

import base64
import binascii
import io
import re

from PIL import Image, UnidentifiedImageError

from kinoloop.sandbox.world import World

_DATA = re.compile(r"^data:image/[\w.+-]+;base64,(.+)$", re.DOTALL)
_OURS = re.compile(r"^https?://[^/]+/\w+/files/([0-9a-f]+)/")


def shape_of(still: bytes | None) -> str:
    """The nearest of 16:9, 9:16 and 1:1 to a picture; 16:9 without one."""
    if still is None:
        return "16:9"
    with Image.open(io.BytesIO(still)) as picture:
        ratio = picture.width / picture.height
    return min(("16:9", "9:16", "1:1"), key=lambda shape: abs(_ratio(shape) - ratio))


def _ratio(shape: str) -> float:
    across, down = shape.split(":")
    return int(across) / int(down)


def still_of(world: World, url: str | None) -> bytes | None:
    """The bytes; None for a picture elsewhere, for the sandbox fetches nothing from outside."""
    data = _bytes_of(world, url) if url else None
    return data if data is not None and _is_picture(data) else None


def _bytes_of(world: World, url: str) -> bytes | None:
    if match := _DATA.match(url):
        try:
            return base64.b64decode(match[1], validate=True)
        except binascii.Error:
            return None
    match = _OURS.match(url)
    stored = world.shelf.find(match[1], world.now()) if match else None
    return world.shelf.content(stored) if stored else None


def _is_picture(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)):
            return True
    except UnidentifiedImageError:
        return False
