"""The speaker of the sample films: a simple shaded portrait whose mouth and eyes move."""

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kinoloop.media.sample.art import LOOKS, Colour, Picture, lighter

HEAD = (360, 460)
BODY = (820, 460)
MOUTHS = 5
_FINE = 2


@lru_cache(maxsize=64)
def head(name: str, mouth: int, shut: bool) -> Picture:
    """RGBA head with the mouth open by `mouth` of MOUTHS - 1 steps and eyes open or shut."""
    look = LOOKS[name]
    wide, high = (side * _FINE for side in HEAD)
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    _hair_behind(pen, wide, high, look.hair)
    neck = (wide * 0.37, high * 0.70, wide * 0.63, high)
    pen.rounded_rectangle(neck, 40, fill=lighter(look.skin, -0.2))
    for x in (0.155, 0.775):
        pen.ellipse((wide * x, high * 0.43, wide * (x + 0.07), high * 0.56), fill=lighter(look.skin, -0.12))
    _face(picture, wide, high, look.skin)
    pen = ImageDraw.Draw(picture)
    _hair_above(pen, wide, high, look.hair)
    for x in (0.355, 0.645):
        _eye(pen, wide * x, high * 0.455, wide, shut, look.hair)
    _nose_and_mouth(picture, wide, high, look.skin, mouth)
    return picture.resize(HEAD, Image.Resampling.LANCZOS)


@lru_cache(maxsize=4)
def body(name: str) -> Picture:
    """RGBA shoulders and shirt."""
    look = LOOKS[name]
    wide, high = (side * _FINE for side in BODY)
    mask = Image.new("L", (wide, high), 0)
    pen = ImageDraw.Draw(mask)
    pen.rounded_rectangle((wide * 0.06, high * 0.12, wide * 0.94, high * 1.6), wide * 0.2, fill=255)
    pen.polygon(
        [
            (wide * 0.36, high * 0.02),
            (wide * 0.64, high * 0.02),
            (wide * 0.86, high * 0.3),
            (wide * 0.14, high * 0.3),
        ],
        fill=255,
    )
    shade = Image.linear_gradient("L").resize((wide, high)).point(lambda level: 255 - level // 3)
    cloth = Image.new("RGB", (wide, high), look.shirt)
    cloth = ImageChops.multiply(cloth, Image.merge("RGB", (shade,) * 3))
    picture = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    picture.paste(cloth, (0, 0), mask)
    over = ImageDraw.Draw(picture, "RGBA")
    over.pieslice(
        (wide * 0.38, -high * 0.22, wide * 0.62, high * 0.26), 0, 180, fill=(*lighter(look.skin, -0.12), 255)
    )
    over.arc(
        (wide * 0.37, -high * 0.24, wide * 0.63, high * 0.28),
        0,
        180,
        fill=(*lighter(look.shirt, -0.25), 255),
        width=12,
    )
    return picture.resize(BODY, Image.Resampling.LANCZOS)


def _face(picture: Picture, wide: int, high: int, skin: Colour) -> None:
    """An oval lit from the left, with warm cheeks."""
    oval = Image.new("L", (wide, high), 0)
    pen = ImageDraw.Draw(oval)
    pen.ellipse((wide * 0.19, high * 0.14, wide * 0.81, high * 0.86), fill=255)
    pen.rounded_rectangle((wide * 0.24, high * 0.40, wide * 0.76, high * 0.83), wide * 0.24, fill=255)
    picture.paste(skin, (0, 0), oval)
    for (x, y, rx, ry), colour, strength in (
        ((0.40, 0.38, 0.20, 0.20), lighter(skin, 0.35), 130),
        ((0.78, 0.56, 0.16, 0.34), lighter(skin, -0.35), 120),
        ((0.33, 0.60, 0.07, 0.045), (226, 110, 96), 70),
        ((0.67, 0.60, 0.07, 0.045), (226, 110, 96), 70),
        ((0.355, 0.44, 0.085, 0.045), lighter(skin, -0.35), 110),
        ((0.645, 0.44, 0.085, 0.045), lighter(skin, -0.35), 110),
    ):
        spot = Image.new("L", (wide, high), 0)
        ImageDraw.Draw(spot).ellipse(
            (wide * (x - rx), high * (y - ry), wide * (x + rx), high * (y + ry)), fill=strength
        )
        soft = ImageChops.multiply(spot.filter(ImageFilter.GaussianBlur(wide * 0.03)), oval)
        picture.paste(colour, (0, 0), soft)


def _hair_behind(pen: ImageDraw.ImageDraw, wide: int, high: int, hair: Colour) -> None:
    pen.ellipse((wide * 0.13, high * 0.03, wide * 0.87, high * 0.70), fill=hair)


def _hair_above(pen: ImageDraw.ImageDraw, wide: int, high: int, hair: Colour) -> None:
    pen.chord((wide * 0.15, high * 0.04, wide * 0.85, high * 0.56), 192, 348, fill=hair)
    pen.pieslice((wide * 0.10, high * 0.05, wide * 0.66, high * 0.52), 196, 300, fill=lighter(hair, 0.09))


def _eye(pen: ImageDraw.ImageDraw, x: float, y: float, wide: int, shut: bool, hair: Colour) -> None:
    unit = wide * 0.062
    pen.line(
        (x - unit * 1.25, y - unit * 1.35, x, y - unit * 1.75, x + unit * 1.25, y - unit * 1.35),
        fill=hair,
        width=16,
        joint="curve",
    )
    if shut:
        pen.arc((x - unit, y - unit * 0.7, x + unit, y + unit * 0.5), 10, 170, fill=hair, width=9)
        return
    pen.ellipse((x - unit, y - unit * 0.62, x + unit, y + unit * 0.62), fill=(250, 248, 246))
    pen.ellipse((x - unit * 0.56, y - unit * 0.58, x + unit * 0.56, y + unit * 0.54), fill=(58, 40, 34))
    pen.ellipse((x - unit * 0.32, y - unit * 0.38, x - unit * 0.06, y - unit * 0.12), fill=(255, 255, 255))
    pen.arc(
        (x - unit * 1.08, y - unit * 0.8, x + unit * 1.08, y + unit * 0.8),
        192,
        348,
        fill=(38, 24, 22),
        width=10,
    )


def _nose_and_mouth(picture: Picture, wide: int, high: int, skin: Colour, mouth: int) -> None:
    pen = ImageDraw.Draw(picture)
    dark = lighter(skin, -0.3)
    pen.line((wide * 0.515, high * 0.47, wide * 0.535, high * 0.585), fill=lighter(skin, -0.14), width=9)
    pen.arc((wide * 0.45, high * 0.555, wide * 0.55, high * 0.61), 20, 160, fill=dark, width=9)
    middle, open_by = high * 0.70, high * 0.018 * mouth
    half = wide * (0.115 - 0.006 * mouth)
    if mouth == 0:
        pen.arc(
            (wide * 0.5 - half, middle - high * 0.05, wide * 0.5 + half, middle + high * 0.02),
            20,
            160,
            fill=(150, 62, 58),
            width=12,
        )
        return
    box = (wide * 0.5 - half, middle - open_by, wide * 0.5 + half, middle + open_by * 1.3)
    pen.ellipse(box, fill=(104, 34, 36), outline=(176, 84, 76), width=11)
    if mouth > 1:
        teeth = (
            wide * 0.5 - half * 0.6,
            middle - open_by * 0.78,
            wide * 0.5 + half * 0.6,
            middle - open_by * 0.25,
        )
        pen.rounded_rectangle(teeth, 8, fill=(250, 246, 240))
