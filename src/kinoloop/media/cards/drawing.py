"""Draw a card: shaded ground with a soft glow, logo, title, a bar in the accent colour, a smaller line.

All stands in the part of the picture that captions and the platforms' own buttons leave free.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from kinoloop.core.errors import InputError
from kinoloop.core.files import whole_file
from kinoloop.media.captions.fonts import drawable, font_of, missing
from kinoloop.media.cards.colours import INK, WHITE, Colour, contrast
from kinoloop.media.cards.lines import GAP, Block, fit
from kinoloop.media.cards.logos import fit_logo
from kinoloop.media.cards.scheme import Scheme, scheme_of

SMALLEST = 0.027
"""Letters are never smaller than this share of the short side (of 9/16 of the long one when that is more)."""
LEAST_SIDE, MOST_SIDE = 64, 4096
_LOGO_CONTRAST = 1.8


@dataclass(frozen=True)
class _Room:
    """Where things may stand, in pixels; the middle of the block would like to be at `middle`."""

    left: int
    top: int
    right: int
    bottom: int
    middle: int
    unit: int
    lines: int

    @property
    def width(self) -> int:
        return self.right - self.left


def draw_card(
    out: Path,
    *,
    width: int,
    height: int,
    title: str,
    small: str = "",
    palette: tuple[str, ...] = (),
    logo: Path | None = None,
) -> Path:
    """Write the card as PNG and return its path; whole or not at all.

    `palette` is `#rrggbb` colours, the first being the ground. Raises InputError for a text that cannot be
    drawn or is too long, a size or colour that is none, and what `fit_logo` raises for the logo.
    """
    card = compose(width, height, title, small, scheme_of(palette), logo)
    with whole_file(out) as part:
        card.save(part, "PNG", optimize=False, compress_level=6)
    return out


def lost_letters(*texts: str) -> str | None:
    """A sentence on letters that a card leaves out; None when all can be drawn."""
    lost = missing("".join(texts))
    return f"degraded card: letters not in the bundled font are left out: {lost[:12]}" if lost else None


def compose(
    width: int, height: int, title: str, small: str, scheme: Scheme, logo: Path | None = None
) -> Image.Image:
    """The card as an RGB picture."""
    if min(width, height) < LEAST_SIDE or max(width, height) > MOST_SIDE:
        raise InputError(
            f"A card cannot be {width} x {height} pixels.", fix=f"Choose {LEAST_SIDE} to {MOST_SIDE} a side."
        )
    room = _room(width, height)
    card = _ground(width, height, scheme)
    mark = None if logo is None else fit_logo(logo, round(room.width * 0.5), round(room.unit * 0.17))
    _stack(card, room, scheme, mark, _title(title, room), _small(small, room))
    return card


def _room(width: int, height: int) -> _Room:
    """Upright pictures keep clear of captions at 62 % of the height, others of those near the bottom."""
    unit = round(max(min(width, height), max(width, height) * 9 / 16))
    if height >= width * 5 / 4:
        return _Room(*_box(width, height, 0.09, 0.15, 0.54), round(height * 0.36), unit, 5)
    if height >= width * 4 / 5:
        return _Room(*_box(width, height, 0.09, 0.09, 0.74), round(height * 0.43), unit, 4)
    return _Room(*_box(width, height, 0.12, 0.09, 0.77), round(height * 0.44), unit, 3)


def _box(width: int, height: int, side: float, top: float, bottom: float) -> tuple[int, int, int, int]:
    return round(width * side), round(height * top), round(width * (1 - side)), round(height * bottom)


def _title(text: str, room: _Room) -> Block:
    shown = " ".join(drawable(text).split())
    if not shown:
        raise InputError(
            "The card's title has no letters that can be drawn.", fix="Write it in Latin, Greek or Cyrillic."
        )
    high = round((room.bottom - room.top) * 0.58)
    return fit(
        shown,
        width=room.width,
        height=high,
        largest=round(room.unit * 0.155),
        smallest=max(8, round(room.unit * SMALLEST * 1.5)),
        most_lines=room.lines,
    )


def _small(text: str, room: _Room) -> Block | None:
    shown = " ".join(drawable(text).split())
    if not shown:
        return None
    return fit(
        shown,
        width=round(room.width * 0.94),
        height=round((room.bottom - room.top) * 0.2),
        largest=round(room.unit * 0.056),
        smallest=max(7, round(room.unit * SMALLEST)),
        most_lines=3,
    )


def _stack(
    card: Image.Image,
    room: _Room,
    scheme: Scheme,
    mark: Image.Image | None,
    title: Block,
    small: Block | None,
) -> None:
    """Logo, title, bar and small line under one another, centred in their room."""
    gap, bar = round(room.unit * 0.055), max(3, round(room.unit * 0.011))
    parts = [0 if mark is None else mark.height + round(gap * 1.25), title.height, gap + bar]
    parts.append(0 if small is None else gap + small.height)
    y = max(room.top, min(room.middle - sum(parts) // 2, room.bottom - sum(parts)))
    centre = (room.left + room.right) / 2
    if mark is not None:
        _lay_logo(card, mark, round(centre - mark.width / 2), y, scheme)
    y = _write(card, title, centre, y + parts[0], scheme.letters) + gap
    _bar(card, centre, y, round(room.unit * 0.13), bar, scheme.accent)
    if small is not None:
        _write(card, small, centre, y + bar + gap, scheme.small)


def _write(card: Image.Image, block: Block, centre: float, top: int, ink: Colour) -> int:
    """Lines centred, capitals beginning at `top`; gives the last baseline."""
    pen, font = ImageDraw.Draw(card), font_of(block.size)
    base = top + block.size * 0.73
    for number, line in enumerate(block.lines):
        pen.text((centre, base + number * block.size * GAP), line, ink, font, "ms")
    return top + block.height


def _bar(card: Image.Image, centre: float, top: int, width: int, height: int, colour: Colour) -> None:
    _rounded(card, (centre - width / 2, top, centre + width / 2, top + height), height / 2, colour)


def _rounded(
    card: Image.Image, box: tuple[float, float, float, float], radius: float, colour: Colour
) -> None:
    """A rounded box with soft edges: drawn four times as large, then reduced."""
    left, top, right, bottom = (round(edge) for edge in box)
    size = (max(1, right - left), max(1, bottom - top))
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), radius * 4, fill=255)
    card.paste(Image.new("RGB", size, colour), (left, top), large.resize(size, Image.Resampling.BOX))


def _lay_logo(card: Image.Image, mark: Image.Image, x: int, y: int, scheme: Scheme) -> None:
    """On the bare ground where it stands out, else on a plate that it stands out from."""
    plate = _plate(mark, scheme.ground)
    if plate is not None:
        pad = max(4, round(mark.height * 0.16))
        box = (x - pad * 1.4, y - pad, x + mark.width + pad * 1.4, y + mark.height + pad)
        _rounded(card, box, pad * 0.9, plate)
    card.paste(mark, (x, y), mark)


def _plate(mark: Image.Image, ground: Colour) -> Colour | None:
    pixels = np.asarray(mark).reshape(-1, 4)
    solid = pixels[pixels[:, 3] > 128, :3].astype(float)
    if not len(solid):
        return None
    sample = solid[:: max(1, len(solid) // 400)]

    def seen(behind: Colour) -> float:
        return float(np.percentile([contrast(colour, behind) for colour in sample], 60))

    return None if seen(ground) >= _LOGO_CONTRAST else max((WHITE, INK), key=seen)


def _ground(width: int, height: int, scheme: Scheme) -> Image.Image:
    """The ground darkens or lightens towards the lower left; a wide soft glow comes from the upper right."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = np.clip((y / height) * 0.75 + (1 - x / width) * 0.25, 0, 1)[..., None]
    far = np.hypot((x - width * 0.98) / max(width, height), (y - height * 0.02) / max(width, height))
    light = np.clip(1 - far / 0.62, 0, 1)[..., None] ** 1.6
    ground, deep, glow = (np.array(part, np.float32) for part in (scheme.ground, scheme.deep, scheme.glow))
    shaded = ground + (deep - ground) * slope
    lit = shaded + (glow - shaded) * light
    # Ordered dither hides the steps that eight bits would show in so slow a gradient.
    dither = (np.array([[0, 2], [3, 1]], np.float32) / 4 - 0.375)[(y % 2).astype(int), (x % 2).astype(int)]
    return Image.fromarray(np.clip(np.round(lit + dither[..., None]), 0, 255).astype(np.uint8), "RGB")
