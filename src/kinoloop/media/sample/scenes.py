"""The shots of the sample films: which things stand where at a moment, and how the camera moves over them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw

from kinoloop.media.sample.art import LOOKS, STAGE, TABLE, Picture, bottle, glass, room, shadow, table_room
from kinoloop.media.sample.person import BODY, HEAD, MOUTHS, body, head
from kinoloop.media.sample.script import Beat

View = tuple[float, float, float]
"""Camera: middle x, middle y (0..1 of the stage) and zoom from 1."""


@dataclass(frozen=True)
class Moment:
    """Within a shot: share 0..1, seconds since its start, and how open the mouth is, 0..1."""

    share: float
    seconds: float
    voice: float


@dataclass(frozen=True)
class Scene:
    """A shot ready to be drawn: its stage at a moment and the camera's way from `begin` to `end`."""

    stage: Callable[[Moment], Picture]
    begin: View
    end: View

    def camera(self, share: float) -> View:
        ease = share * share * (3 - 2 * share)
        x, y, zoom = (a + (b - a) * ease for a, b in zip(self.begin, self.end, strict=True))
        return x, y, zoom


def scene_of(beat: Beat, look: str, seed: int) -> Scene:
    """The scene of a beat; `seed` places lamps, light and sparks."""
    middle = 0.5 + beat.side * 0.5
    if beat.sight == "talk":
        return Scene(
            lambda m: _talk(look, seed, beat.side, m),
            (0.5, 0.52, 1.0),
            (0.5 + 0.12 * (middle - 0.5), 0.5, 1.07),
        )
    if beat.sight == "table":
        return Scene(lambda m: _table(look, seed, m), (0.5, 0.56, 1.02), (0.52, 0.54, 1.42))
    if beat.sight == "close":
        return Scene(lambda m: _close(look, seed, m), (0.40, 0.42, 1.12), (0.60, 0.58, 1.12))
    if beat.sight == "burst":
        return Scene(lambda m: _burst(look, seed, m), (0.5, 0.5, 1.12), (0.5, 0.48, 1.0))
    if beat.sight == "glass":
        return Scene(lambda m: _glasses(look, seed, m), (0.40, 0.55, 1.18), (0.58, 0.55, 1.12))
    return Scene(lambda m: _pair(look, seed, m), (0.5, 0.52, 1.1), (0.5, 0.52, 1.0))


def _talk(look: str, seed: int, side: float, moment: Moment) -> Picture:
    picture = room(look, seed).copy()
    _person(picture, look, 800 + side * 560, moment)
    return picture


def _person(picture: Picture, look: str, x: float, moment: Moment, scale: float = 1.0) -> None:
    sway = 10 * sin(moment.seconds * 1.7) + 3 * sin(moment.seconds * 4.1)
    nod = 5 * sin(moment.seconds * 2.9) + 9 * moment.voice
    mouth = min(MOUTHS - 1, round(moment.voice * (MOUTHS - 1)))
    shut = moment.seconds % 3.1 > 2.97
    shoulders, face = body(look), head(look, mouth, shut)
    place = (round(x - BODY[0] / 2 + sway * 0.35), STAGE[1] - round(340 * scale))
    picture.paste(shoulders, place, shoulders)
    picture.paste(
        face, (round(x - HEAD[0] / 2 + sway), STAGE[1] - round(340 * scale) - HEAD[1] + 62 + round(nod)), face
    )


def _stand(picture: Picture, thing: Picture, x: float, ground: int) -> None:
    """Put a thing on the ground with a shadow below it."""
    wide, high = round(thing.width * 1.15), max(6, thing.width // 8)
    mask = shadow(wide, high)
    picture.paste((20, 12, 14), (round(x - mask.width / 2 + wide * 0.06), ground - mask.height // 2), mask)
    picture.paste(thing, (round(x - thing.width / 2), ground - thing.height), thing)


def _table(look: str, seed: int, moment: Moment) -> Picture:
    picture = table_room(look, seed, "side").copy()
    _stand(picture, glass(look, 210), 1010 + 4 * sin(moment.seconds), 770)
    _stand(picture, bottle(look, 520), 800, 800)
    _steam(picture, 1010, 540, moment.seconds)
    return picture


def _steam(picture: Picture, x: float, y: float, seconds: float) -> None:
    """Three rising wisps of cold mist."""
    pen = ImageDraw.Draw(picture, "RGBA")
    for wisp in range(3):
        rise = (seconds * 0.35 + wisp / 3) % 1
        radius = 14 + 46 * rise
        drift = x + 26 * sin(seconds * 1.3 + wisp * 2.1)
        box = (drift - radius, y - 170 * rise - radius, drift + radius, y - 170 * rise + radius)
        pen.ellipse(box, fill=(255, 255, 255, round(46 * sin(pi * rise))))


def _close(look: str, seed: int, moment: Moment) -> Picture:
    picture = room(look, seed + 3, "night").copy()
    large = bottle(look, 1500)
    picture.paste(large, (530, -190), large)
    pen = ImageDraw.Draw(picture, "RGBA")
    rng = np.random.default_rng(seed)
    for _ in range(70):
        x, y, r = (int(rng.integers(*limits)) for limits in ((545, 1055), (150, 900), (3, 10)))
        slide = float(rng.random() < 0.25) * moment.seconds * 26
        pen.ellipse((x - r, y - r + slide, x + r, y + r * 1.25 + slide), fill=(255, 255, 255, 74))
        pen.ellipse((x - r * 0.5, y - r * 0.6 + slide, x, y - r * 0.1 + slide), fill=(255, 255, 255, 190))
    return picture


def _burst(look: str, seed: int, moment: Moment) -> Picture:
    """The bottle leaps, turns and throws colours."""
    picture = table_room(look, seed, "night").copy()
    leap = abs(sin(moment.seconds * 3.6)) * 250 * max(0.15, 1 - moment.share)
    angle = 26 * sin(moment.seconds * 7.2) * max(0.2, 1 - moment.share)
    turned = bottle(look, 480).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    mask = shadow(max(60, round(210 - leap * 0.35)), 22)
    picture.paste((20, 12, 14), (800 - mask.width // 2, 800 - mask.height // 2), mask)
    _sparks(picture, look, seed, moment.seconds)
    picture.paste(turned, (800 - turned.width // 2, round(802 - leap) - turned.height), turned)
    return picture


def _sparks(picture: Picture, look: str, seed: int, seconds: float) -> None:
    pen = ImageDraw.Draw(picture, "RGBA")
    colours = LOOKS[look]
    choice = (colours.accent, colours.bottle, (255, 255, 255), colours.light)
    rng = np.random.default_rng(seed + 7)
    for spark in range(90):
        angle, speed, r = rng.uniform(-pi, 0), rng.uniform(260, 1000), rng.uniform(5, 16)
        time = (seconds + rng.uniform(0, 0.5)) % 1.5
        x = 800 + cos(angle) * speed * time
        y = 560 + sin(angle) * speed * time + 620 * time * time
        fade = round(255 * max(0.0, 1 - time / 1.5))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(*choice[spark % 4], fade))


def _glasses(look: str, seed: int, moment: Moment) -> Picture:
    picture = table_room(look, seed + 5).copy()
    _stand(picture, bottle(look, 430), 1080, 770)
    _stand(picture, glass(look, 380), 690, 815)
    _steam(picture, 690, 430, moment.seconds)
    return picture


def _pair(look: str, seed: int, moment: Moment) -> Picture:
    picture = room(look, seed, "side").copy()
    _person(picture, look, 560, moment)
    front = table_room(look, seed, "side").crop((0, TABLE, STAGE[0], STAGE[1])).resize((STAGE[0], 190))
    picture.paste(front, (0, STAGE[1] - 190))
    _stand(picture, bottle(look, 470), 1080 + 3 * sin(moment.seconds * 2), 850)
    return picture
