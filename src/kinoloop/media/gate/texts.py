"""What each text of a film must look like: its box, and the very sprite the house lays over the picture.

The same drawing code as the render's is asked again, so a film is held against what was meant, not against
what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.ad.layers import Layers
from kinoloop.media.ad.records import AdPlan
from kinoloop.media.captions.blend import Sprite
from kinoloop.media.captions.overlay import Captions
from kinoloop.media.captions.sprites import fitting_size
from kinoloop.media.captions.styles import Style
from kinoloop.media.gate.records import Box, TextBox, Texts

Mask = NDArray[np.bool_]
LOOKS = (Fraction(3, 10), Fraction(7, 10))
"""When a text is looked at, as shares of the time it stands."""
SETTLED = Fraction(1, 4)
"""Titles come and go softly: they are looked at when this long there."""


@dataclass(frozen=True)
class Expected:
    """A sprite and which of its pixels are letters."""

    sprite: Sprite
    letters: Mask

    @property
    def box(self) -> Box:
        width, height = self.sprite.size
        return self.sprite.x, self.sprite.y, self.sprite.x + width, self.sprite.y + height


class ExpectedTexts:
    """Every text of a film of one size."""

    def __init__(self, texts: Texts, width: int, height: int) -> None:
        plan = AdPlan(
            shots=(),
            width=width,
            height=height,
            cues=texts.cues,
            style=texts.style,
            zone=texts.zone,
            supers=texts.supers,
            logo=texts.logo,
            logo_corner=texts.logo_corner,
        )
        self.texts, self.size, self._layers = texts, (width, height), Layers(plan)
        self._letters: Captions | None = None
        self.zone: Box = self._layers.box
        self.boxes: tuple[TextBox, ...] = tuple(sorted(self._boxes(), key=lambda one: one.span))

    def moments(self, one: TextBox) -> tuple[Seconds, ...]:
        """When to look at a text."""
        inner = one.span
        if one.key.startswith("title") and inner.duration > 3 * SETTLED:
            inner = Span(inner.start + SETTLED, inner.end - SETTLED)
        return tuple(inner.start + share * inner.duration for share in LOOKS)

    def expected(self, one: TextBox, at: Seconds) -> Expected | None:
        """What stands for this text at a time; None when the house itself would show nothing."""
        kind, number = one.key.split()
        if kind == "title":
            return self._title(int(number) - 1)
        captions = self._layers.captions
        state = captions.state(at) if captions is not None else None
        if captions is None or state is None:
            return None
        return Expected(captions.sprite(*state), self._bare(captions).sprite(state[0], None).luma_clear < 26)

    def _bare(self, captions: Captions) -> Captions:
        """The same captions as white letters without outline, box or mark, in the same places."""
        if self._letters is None:
            self._letters = Captions(captions.cues, _bare(captions.style), *self.size, captions.zone)
        return self._letters

    def _boxes(self) -> list[TextBox]:
        found: list[TextBox] = []
        captions = self._layers.captions
        for number, cue in enumerate(self.texts.cues):
            if captions is not None and any(captions.texts[number]):
                box = self._cue_box(captions, number)
                found.append(TextBox(f"cue {number + 1}", cue.text, cue.span, box, _size(captions, number)))
        for number, one in enumerate(self.texts.supers):
            box = _ink(self._layers.titles[number])
            found.append(TextBox(f"title {number + 1}", one.text, one.span, box, self._title_letters(number)))
        return found

    def _cue_box(self, captions: Captions, number: int) -> Box:
        """The letters with their outline, or the style's own box around them."""
        if captions.style.box is not None:
            return _ink(captions.sprite(number, None))
        more = ceil(_size(captions, number) * captions.style.outline_width)
        left, top, right, bottom = _ink(self._bare(captions).sprite(number, None))
        return left - more, top - more, right + more, bottom + more

    def _title(self, number: int) -> Expected:
        sprite, one = self._layers.titles[number], self.texts.supers[number]
        return Expected(sprite, _nearer(sprite, one.fill, one.box[:3]))

    def _title_letters(self, number: int) -> int:
        """The size of the font, judged from the height of the lines as if they were low letters alone."""
        rows = np.flatnonzero(self._title(number).letters.any(axis=1))
        lines = max(1, len(np.flatnonzero(np.diff(rows) > 1)) + 1)
        return round(len(rows) / lines / 0.56) if rows.size else 0


def _size(captions: Captions, cue: int) -> int:
    left, _, right, _ = captions.box
    return fitting_size(captions.texts[cue], captions.font_size, 8, right - left)


def _extent(sprite: Sprite) -> Box:
    width, height = sprite.size
    return sprite.x, sprite.y, sprite.x + width, sprite.y + height


def _bare(style: Style) -> Style:
    return replace(
        style, outline_width=0.0, shadow=0.0, box=None, mark="none", waiting=1.0, fill=(255, 255, 255)
    )


def _ink(sprite: Sprite) -> Box:
    """The box of what can be seen of a sprite: letters, outline and box, not the soft shadow around them."""
    seen = sprite.luma_clear < 128
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return _extent(sprite)
    left, top = sprite.x + int(columns[0]), sprite.y + int(rows[0])
    return left, top, sprite.x + int(columns[-1]) + 1, sprite.y + int(rows[-1]) + 1


def _nearer(sprite: Sprite, fill: Sequence[int], ground: Sequence[int]) -> Mask:
    """Solid pixels whose luma is nearer to that of the letters than to that of the box."""
    weights = (0.2126, 0.7152, 0.0722)
    letters, box = (
        16 + 219 / 255 * sum(w * level for w, level in zip(weights, colour, strict=True))
        for colour in (fill, ground)
    )
    luma = sprite.luma.astype(np.float32)
    found: Mask = (sprite.luma_clear < 26) & (np.abs(luma - letters) < np.abs(luma - box) / 2)
    return found
