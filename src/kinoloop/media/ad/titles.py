"""Titles on the screen: text in a rounded box inside the safe zone, as large as fits, always readable."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from kinoloop.core.errors import InputError
from kinoloop.media.ad.records import Super
from kinoloop.media.captions.fonts import drawable, font_of, missing
from kinoloop.media.cards.colours import TEXT, contrast, mixed

MOST_LINES = 3
SMALLEST = 0.025
"""Letters are never smaller than this share of the picture's height."""
_SIZE, _SIZE_LOW, _TALLEST = 0.048, 0.064, 0.24
"""Wanted size (upright, other shapes) and most height, as shares of the picture's height."""
_PAD, _GAP = 0.5, 1.16
Rect = tuple[int, int, int, int]


@dataclass(frozen=True)
class Title:
    """A drawn title and its left upper corner in the frame."""

    picture: Image.Image
    x: int
    y: int


def draw_title(one: Super, box: Rect, frame: tuple[int, int], *, below: int = 0) -> Title:
    """Draw inside `box` (left, top, right, bottom); a top title stands `below` that line.

    Raises InputError when the text is empty, cannot be read at the size that fits, or lacks contrast.
    """
    text = " ".join(drawable(one.text).split())
    if not text:
        raise InputError(
            "A title has no letters that can be drawn.", fix="Write it in letters of the Latin alphabet."
        )
    _refuse_pale(one)
    left, top, right, bottom = box
    size, lines = _fitted(text, one.text, right - left, frame)
    height = frame[1]
    picture = _drawn(lines, size, one)
    y = max(top, below) if one.place == "top" else round(height * 0.42 - picture.height / 2)
    return Title(picture, (left + right - picture.width) // 2, min(max(y, top), bottom - picture.height))


def lost_letters(supers: tuple[Super, ...]) -> str | None:
    """A sentence on letters the font lacks; None when all can be drawn."""
    lost = missing("".join(one.text for one in supers))
    return f"degraded titles: letters not in the bundled font are left out: {lost[:12]}" if lost else None


def _refuse_pale(one: Super) -> None:
    """The box lets through some of what lies behind: at worst white or black."""
    *ground, opacity = one.box
    share = opacity / 255
    worst = min(contrast(one.fill, mixed((behind,) * 3, ground, share)) for behind in (0, 255))
    if worst < TEXT:
        raise InputError(
            f"The title '{one.text[:40]}' could not be read.",
            why=f"Its letters and box have a contrast of {worst:.1f}; {TEXT} is the least.",
            fix="Choose colours further apart or a box less transparent.",
        )


def _fitted(text: str, asked: str, room: int, frame: tuple[int, int]) -> tuple[int, list[str]]:
    """The largest size at which the text stands in few enough lines, and those lines."""
    width, height = frame
    wanted = height * (_SIZE if height > width else _SIZE_LOW)
    for size in range(round(wanted), max(8, round(height * SMALLEST)) - 1, -1):
        lines = _wrapped(text, size, room - 2 * round(size * _PAD * 1.3))
        if lines and len(lines) <= MOST_LINES and len(lines) * size * _GAP <= height * _TALLEST:
            return size, lines
    raise InputError(
        f"The title '{asked[:40]}' is too long for the screen.",
        why=f"It does not fit {MOST_LINES} readable lines of {room} pixels.",
        fix="Shorten it.",
    )


def _wrapped(text: str, size: int, room: float) -> list[str]:
    """Even lines by adding words from the left; empty when a word is wider than the room."""
    font = font_of(size)
    words = text.split()
    if max(font.getlength(word) for word in words) > room:
        return []
    count = 1
    while len(lines := _filled(words, size, room)) > count:
        count = len(lines)
    narrow = room
    while narrow > room * 0.3 and len(_filled(words, size, narrow * 0.94)) == len(lines):
        narrow *= 0.94
        lines = _filled(words, size, narrow)
    return lines if max(font.getlength(line) for line in lines) <= room else []


def _filled(words: list[str], size: int, room: float) -> list[str]:
    font = font_of(size)
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _drawn(lines: list[str], size: int, one: Super) -> Image.Image:
    font = font_of(size)
    ascent, descent = font.getmetrics()
    side, top, step = round(size * _PAD * 1.3), round(size * _PAD * 0.7), round(size * _GAP)
    width = round(max(font.getlength(line) for line in lines)) + 2 * side
    height = 2 * top + ascent + descent + step * (len(lines) - 1)
    large = Image.new("L", (width * 3, height * 3), 0)
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, width * 3 - 1, height * 3 - 1), round(size * 0.42 * 3), fill=one.box[3]
    )
    canvas = Image.new("RGBA", (width, height), (*one.box[:3], 0))
    canvas.putalpha(large.resize((width, height), Image.Resampling.BOX))
    letters = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(letters)
    for row, line in enumerate(lines):
        pen.text((width / 2, top + ascent + row * step), line, 255, font, "ms")
    ink = Image.new("RGBA", (width, height), (*one.fill, 0))
    ink.putalpha(letters)
    canvas.alpha_composite(ink)
    return canvas
