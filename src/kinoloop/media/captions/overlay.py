"""Captions of one clip over its frames: which sprite stands at a time, drawn once per word state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import av

from kinoloop.core.timecode import Seconds
from kinoloop.media.captions.blend import Sprite, blend, sprite_of
from kinoloop.media.captions.fonts import drawable, missing
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.safe import SafeZone, zone_for
from kinoloop.media.captions.sprites import Lines, draw_state, fitting_size
from kinoloop.media.captions.styles import Style

SMALLEST = 0.025
"""Captions are never smaller than this share of the picture's height."""


@dataclass
class Captions:
    """Cues in a style on frames of one size. Sprites are kept for the states last shown."""

    cues: Sequence[Cue]
    style: Style
    width: int
    height: int
    zone: SafeZone | None = None
    _place: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.zone = self.zone or zone_for(self.width, self.height)
        self.box = self.zone.box(self.width, self.height)
        self.texts = [self._texts(cue) for cue in self.cues]
        self.font_size = self._font_size()
        self._sprite = lru_cache(maxsize=24)(self._draw)

    @property
    def note(self) -> str | None:
        """What could not be drawn, as a sentence; None when everything can."""
        lost = missing("".join(word.text for cue in self.cues for word in cue.words))
        if not lost:
            return None
        shown = " ".join(lost[:12])
        return f"degraded captions: {len(lost)} letters are not in the bundled font and are left out: {shown}"

    def state(self, at: Seconds) -> tuple[int, int | None] | None:
        """(cue, word being said) at a time of the clip; None when nothing stands on the screen."""
        number = self._cue_at(at)
        if number is None or not any(self.texts[number]):
            return None
        spoken = None if self.style.mark == "none" else self.cues[number].spoken(at)
        return number, spoken

    def looks(self, at: Seconds) -> object:
        """Everything that shapes what stands at `at`, for hashing; None for nothing."""
        state = self.state(at)
        return (
            None if state is None else (self.texts[state[0]], state[1], self.font_size, self.box, self.style)
        )

    def draw_on(self, frame: av.VideoFrame, at: Seconds) -> bool:
        """Blend what stands at `at` into a writable yuv420p frame; whether anything did."""
        state = self.state(at)
        if state is None:
            return False
        blend(frame, self.sprite(*state))
        return True

    def sprite(self, cue: int, spoken: int | None) -> Sprite:
        return self._sprite(cue, spoken)

    def _cue_at(self, at: Seconds) -> int | None:
        """Searches onwards from the last one found, as frames come in order."""
        if self._place >= len(self.cues) or at < self.cues[self._place].span.start:
            self._place = 0
        while self._place < len(self.cues) and self.cues[self._place].span.end <= at:
            self._place += 1
        found = self._place < len(self.cues) and self.cues[self._place].span.contains(at)
        return self._place if found else None

    def _texts(self, cue: Cue) -> Lines:
        shape = str.upper if self.style.upper else str
        return [[shape(drawable(word.text)) for word in line] for line in cue.lines]

    def _font_size(self) -> int:
        short = self.height if self.height >= self.width else self.width * 9 / 16
        left, _, right, _ = self.box
        lines = [line for lines in self.texts for line in lines]
        return fitting_size(
            lines, round(short * self.style.size), round(self.height * SMALLEST), right - left
        )

    def _draw(self, cue: int, spoken: int | None) -> Sprite:
        lines = self.texts[cue]
        left, top, right, bottom = self.box
        size = fitting_size(lines, self.font_size, 8, right - left)
        picture = draw_state(lines, spoken, self.style, size)
        assert self.zone is not None
        x = (left + right - picture.width) // 2
        y = round(self.height * self.zone.middle - picture.height / 2)
        y = max(top, min(y, bottom - picture.height))
        return sprite_of(picture, x, y, (self.width, self.height))
