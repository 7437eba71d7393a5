"""The bundled font, and which letters it has."""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

Font = ImageFont.FreeTypeFont
_ABSENT = "\uffff"


@cache
def _font_bytes() -> bytes:
    return (files("kinoloop.media") / "fonts" / "Inter-ExtraBold.ttf").read_bytes()


@lru_cache(maxsize=32)
def font_of(size: int) -> Font:
    """The caption font at a size in pixels."""
    return ImageFont.truetype(BytesIO(_font_bytes()), size)


@lru_cache(maxsize=4096)
def has_letter(letter: str) -> bool:
    """Whether the font can draw it: its picture differs from that of a letter no font has."""
    return letter.isspace() or _picture(letter) != _picture(_ABSENT)


def drawable(text: str) -> str:
    """The text without the letters the font lacks."""
    return "".join(letter for letter in text if has_letter(letter))


def missing(text: str) -> str:
    """The letters the font lacks, each once, sorted."""
    return "".join(sorted({letter for letter in text if not has_letter(letter)}))


def _picture(letter: str) -> bytes:
    return bytes(font_of(24).getmask(letter))
