"""What lies over the pictures: logo, titles and captions; drawn once, laid on their own rectangles only."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from math import ceil
from pathlib import Path

import av
import numpy as np
from PIL import Image

from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_file
from kinoloop.media.ad.records import AdPlan
from kinoloop.media.ad.rules import zone_of
from kinoloop.media.ad.sources import load_picture
from kinoloop.media.ad.titles import draw_title, lost_letters
from kinoloop.media.captions.blend import Plane, Sprite, blend, sprite_of
from kinoloop.media.captions.overlay import Captions
from kinoloop.media.captions.styles import style_named

RISE = Fraction(1, 5)
"""Titles come and go within this time, in s."""
_LOGO_WIDE, _LOGO_HIGH = 0.24, 0.075


@dataclass
class Layers:
    """All layers of one plan. Times count from the start of the film."""

    plan: AdPlan
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        self.size = (plan.width, plan.height)
        zone = zone_of(plan)
        self.box = zone.box(*self.size)
        self.captions = Captions(plan.cues, style_named(plan.style), *self.size, zone) if plan.cues else None
        self.logo, self._logo_look, below = self._placed_logo()
        self.titles = [
            sprite_of(title.picture, title.x, title.y, self.size)
            for one in plan.supers
            for title in [draw_title(one, self.box, self.size, below=below)]
        ]
        self._faded = lru_cache(maxsize=32)(self._fade)
        lost = (self.captions.note if self.captions else None, lost_letters(plan.supers))
        self.notes += [note for note in lost if note]

    def draw_on(self, frame: av.VideoFrame, number: int) -> None:
        """Lay what stands at picture `number` of the film over a writable yuv420p frame."""
        if self.logo is not None:
            blend(frame, self.logo)
        at = number / self.plan.rate
        for title, step in self._standing(number):
            blend(frame, self._faded(title, step))
        if self.captions is not None:
            self.captions.draw_on(frame, at)

    def looks(self, numbers: range) -> object:
        """Everything that shapes the layers over these pictures, for hashing."""
        rate, captions = self.plan.rate, self.captions
        said = [captions.looks(number / rate) for number in numbers] if captions else []
        shown = [
            [(self._title_look(title), step) for title, step in self._standing(number)] for number in numbers
        ]
        titles = shown if any(shown) else None
        return [self._logo_look, titles, said if any(said) else None]

    def _title_look(self, number: int) -> object:
        one, sprite = self.plan.supers[number], self.titles[number]
        return one.text, one.fill, one.box, sprite.x, sprite.y, sprite.size

    def _standing(self, number: int) -> list[tuple[int, int]]:
        """(title, how far it has come in steps of `_steps`) for each one on the screen."""
        found, rate = [], self.plan.rate
        for title, one in enumerate(self.plan.supers):
            first, end = ceil(one.span.start * rate), ceil(one.span.end * rate)
            if first <= number < end:
                found.append((title, min(number - first + 1, end - number, self._steps)))
        return found

    @property
    def _steps(self) -> int:
        return max(1, round(RISE * self.plan.rate))

    def _fade(self, title: int, step: int) -> Sprite:
        return thinner(self.titles[title], step / self._steps)

    def _placed_logo(self) -> tuple[Sprite | None, object, int]:
        """The logo's sprite, what shapes it, and the line below which a top title stands."""
        path, corner = self.plan.logo, self.plan.logo_corner
        if path is None:
            return None, None, 0
        picture = fit_picture(path, *self._logo_room())
        left, top, right, bottom = self.box
        x = left if corner.endswith("left") else right - picture.width
        y = top if corner.startswith("top") else bottom - picture.height
        sprite = sprite_of(picture, x, y, self.size)
        below = y + picture.height + round(self.plan.height * 0.012) if corner.startswith("top") else 0
        return sprite, [hash_file(path), x, y, picture.size], below

    def _logo_room(self) -> tuple[int, int]:
        width, height = self.size
        return round(min(width, height * 1.2) * _LOGO_WIDE), round(height * _LOGO_HIGH)


def thinner(sprite: Sprite, share: float) -> Sprite:
    """The sprite with its opacity times `share`."""
    if share >= 1:
        return sprite
    return replace(
        sprite,
        luma=_less(sprite.luma, share),
        blue=_less(sprite.blue, share),
        red=_less(sprite.red, share),
        luma_clear=256 - _less(256 - sprite.luma_clear, share),
        chroma_clear=256 - _less(256 - sprite.chroma_clear, share),
    )


def _less(plane: Plane, share: float) -> Plane:
    return np.round(plane * share).astype(np.uint16)


def fit_picture(path: Path, wide: int, high: int) -> Image.Image:
    """A logo without its transparent border, as large as fits wide x high pixels, keeping its shape."""
    picture = load_picture(path).convert("RGBA")
    seen = picture.getchannel("A").getbbox()
    if seen is None:
        raise InputError(
            f"The logo '{path.name}' is wholly transparent.", fix="Choose a logo that can be seen."
        )
    picture = picture.crop(seen)
    scale = min(wide / picture.width, high / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    # Premultiplied, so that the colour of clear pixels does not shine through at the edges.
    return picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
