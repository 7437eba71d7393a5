"""The look of the sample films: rooms with soft light, a table, a steel bottle, a glass, a friendly speaker.

Everything is drawn large with Pillow and reduced, so edges are smooth. Sizes are in pixels of a
1600 x 900 stage.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

STAGE = (1600, 900)
TABLE = 640
_FINE = 3
Colour = tuple[int, int, int]
Picture = Image.Image
Light = Literal["day", "side", "night"]


@dataclass(frozen=True)
class Look:
    """Colours of one film."""

    wall: tuple[Colour, Colour]
    table: tuple[Colour, Colour]
    light: Colour
    bottle: Colour
    accent: Colour
    skin: Colour
    hair: Colour
    shirt: Colour


LOOKS = {
    "dawn": Look(
        ((250, 214, 190), (226, 150, 128)),
        ((176, 110, 74), (112, 64, 44)),
        (255, 240, 214),
        (24, 94, 104),
        (255, 190, 70),
        (236, 184, 150),
        (66, 38, 30),
        (242, 238, 230),
    ),
    "sage": Look(
        ((206, 218, 198), (128, 152, 132)),
        ((222, 204, 176), (164, 138, 106)),
        (255, 252, 232),
        (196, 84, 58),
        (250, 226, 150),
        (206, 150, 116),
        (40, 30, 28),
        (60, 84, 92),
    ),
    "dusk": Look(
        ((84, 88, 142), (38, 36, 78)),
        ((96, 66, 78), (52, 34, 50)),
        (255, 176, 128),
        (232, 178, 76),
        (255, 120, 110),
        (176, 116, 84),
        (24, 20, 26),
        (206, 96, 84),
    ),
}


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Picture:
    """From one colour above to another below."""
    share = np.linspace(0, 1, size[1], dtype=np.float32)[:, None, None]
    rows = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
    return Image.fromarray(np.broadcast_to(rows, (size[1], size[0], 3)).astype(np.uint8))


def lighter(colour: Colour, by: float) -> Colour:
    """Towards white for a positive share, towards black for a negative one."""
    goal = 255 if by > 0 else 0
    red, green, blue = (round(part + (goal - part) * abs(by)) for part in colour)
    return red, green, blue


def _wall(look: Look, light: Light) -> Picture:
    """Bright from above by day, from the side, or dark from above by night, as corners of a place are."""
    top, bottom = look.wall
    if light == "day":
        return gradient(STAGE, top, bottom)
    if light == "night":
        return gradient(STAGE, lighter(bottom, -0.72), lighter(top, -0.28))
    turned = gradient((STAGE[1], STAGE[0]), lighter(bottom, -0.55), top)
    return turned.transpose(Image.Transpose.ROTATE_90)


@lru_cache(maxsize=8)
def room(name: str, seed: int, light: Light = "day") -> Picture:
    """A wall with a patch of window light and far lamps, out of focus."""
    look, rng = LOOKS[name], np.random.default_rng(seed)
    wall = _wall(look, light)
    glow = Image.new("L", STAGE, 0)
    pen = ImageDraw.Draw(glow)
    left = int(rng.integers(120, 520))
    for pane in range(2):
        x = left + pane * 250
        pen.polygon([(x, 40), (x + 210, 20), (x + 330, 600), (x + 110, 640)], fill=120)
    glow = glow.filter(ImageFilter.GaussianBlur(26))
    for _ in range(9):
        x, y, r = int(rng.integers(0, 1600)), int(rng.integers(40, 520)), int(rng.integers(24, 74))
        lamp = Image.new("L", STAGE, 0)
        ImageDraw.Draw(lamp).ellipse((x - r, y - r, x + r, y + r), fill=int(rng.integers(18, 52)))
        glow = ImageChops.add(glow, lamp.filter(ImageFilter.GaussianBlur(5)))
    wall.paste(look.light, (0, 0), glow)
    return _grain(wall, rng, 3.0)


@lru_cache(maxsize=8)
def table_room(name: str, seed: int, light: Light = "day") -> Picture:
    """The room with a table in front."""
    look, rng = LOOKS[name], np.random.default_rng(seed + 1)
    picture = room(name, seed, light).filter(ImageFilter.GaussianBlur(5))
    board = gradient((STAGE[0], STAGE[1] - TABLE), *look.table)
    pen = ImageDraw.Draw(board, "RGBA")
    for _ in range(60):
        y, x, length = int(rng.integers(0, 260)), int(rng.integers(-200, 1500)), int(rng.integers(120, 700))
        pen.line(
            (x, y, x + length, y + int(rng.integers(-3, 4))),
            fill=(0, 0, 0, int(rng.integers(8, 24))),
            width=2,
        )
    picture.paste(board.filter(ImageFilter.GaussianBlur(0.8)), (0, TABLE))
    ImageDraw.Draw(picture, "RGBA").line(
        (0, TABLE, 1600, TABLE), fill=(*lighter(look.table[0], 0.35), 255), width=4
    )
    return picture


@lru_cache(maxsize=16)
def bottle(name: str, height: int) -> Picture:
    """The product: a steel bottle with a matt coat, a band and a lid; RGBA, about 0.36 as wide as high."""
    look = LOOKS[name]
    high, wide = height * _FINE, round(height * 0.36) * _FINE
    body = Image.new("L", (wide, high), 0)
    pen = ImageDraw.Draw(body)
    pen.rounded_rectangle((0, high * 0.22, wide - 1, high - 1), wide * 0.16, fill=255)
    pen.polygon(
        [(wide * 0.28, high * 0.12), (wide * 0.72, high * 0.12), (wide, high * 0.30), (0, high * 0.30)],
        fill=255,
    )
    coat = _cylinder((wide, high), look.bottle)
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    picture.paste(coat, (0, 0), body)
    lid = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(lid).rounded_rectangle((wide * 0.26, 0, wide * 0.74, high * 0.13), wide * 0.06, fill=255)
    picture.paste(_cylinder((wide, high), (206, 210, 214)), (0, 0), lid)
    band = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(band).rectangle((0, high * 0.56, wide, high * 0.63), fill=255)
    picture.paste(_cylinder((wide, high), look.accent), (0, 0), ImageChops.multiply(band, body))
    return picture.resize((wide // _FINE, high // _FINE), Image.Resampling.LANCZOS)


def _cylinder(size: tuple[int, int], colour: Colour) -> Picture:
    """A round body in a soft side light with one sharp reflection."""
    x = np.linspace(-1, 1, size[0], dtype=np.float32)
    shade = 0.42 + 0.58 * np.sqrt(np.clip(1 - (x + 0.25) ** 2, 0.02, 1))
    gleam = 0.55 * np.exp(-(((x + 0.52) / 0.07) ** 2)) + 0.16 * np.exp(-(((x - 0.72) / 0.09) ** 2))
    row = np.clip(np.array(colour, np.float32) * shade[:, None] + 255 * gleam[:, None] * 0.6, 0, 255)
    return Image.fromarray(np.broadcast_to(row[None], (size[1], size[0], 3)).astype(np.uint8))


@lru_cache(maxsize=8)
def glass(name: str, height: int) -> Picture:
    """A tumbler of cold brew with ice, RGBA."""
    look = LOOKS[name]
    high, wide = height * _FINE, round(height * 0.62) * _FINE
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture, "RGBA")
    sides = [(wide * 0.04, 0), (wide * 0.96, 0), (wide * 0.86, high * 0.98), (wide * 0.14, high * 0.98)]
    pen.polygon(sides, fill=(255, 255, 255, 54))
    drink = [
        (wide * 0.075, high * 0.2),
        (wide * 0.925, high * 0.2),
        (wide * 0.845, high * 0.93),
        (wide * 0.155, high * 0.93),
    ]
    pen.polygon(drink, fill=(58, 30, 20, 242))
    pen.polygon(
        [
            (wide * 0.13, high * 0.22),
            (wide * 0.26, high * 0.22),
            (wide * 0.29, high * 0.9),
            (wide * 0.2, high * 0.9),
        ],
        fill=(150, 92, 58, 150),
    )
    for x, y, side in ((0.2, 0.13, 0.26), (0.5, 0.1, 0.28), (0.36, 0.3, 0.25)):
        box = (wide * x, high * y, wide * (x + side), high * y + wide * side)
        pen.rounded_rectangle(
            box, wide * 0.05, fill=(236, 244, 250, 150), outline=(255, 255, 255, 190), width=5
        )
    pen.line([sides[0], sides[3], sides[2], sides[1]], fill=(255, 255, 255, 120), width=8)
    pen.ellipse((wide * 0.03, -high * 0.015, wide * 0.97, high * 0.03), outline=(*look.light, 190), width=6)
    return picture.resize((wide // _FINE, high // _FINE), Image.Resampling.LANCZOS)


@lru_cache(maxsize=32)
def shadow(width: int, height: int) -> Picture:
    """A soft mask for a contact shadow."""
    mask = Image.new("L", (width * 2, height * 4), 0)
    ImageDraw.Draw(mask).ellipse((width // 2, height * 3 // 2, width * 3 // 2, height * 5 // 2), fill=150)
    return mask.filter(ImageFilter.GaussianBlur(height * 0.6))


def _grain(picture: Picture, rng: np.random.Generator, strength: float) -> Picture:
    """A little paper texture, so that flat colours do not band."""
    pixels = np.asarray(picture, np.float32) + rng.normal(0, strength, (STAGE[1], STAGE[0], 1)).astype(
        np.float32
    )
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
