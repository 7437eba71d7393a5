"""Breaking a text into even lines, as large as the room allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from kinoloop.core.errors import InputError
from kinoloop.media.captions.fonts import font_of

GAP = 1.12
"""Line to line, as a share of the font size."""


@dataclass(frozen=True)
class Block:
    """Lines of text at one font size, in pixels."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        """From the top of the capitals of the first line to the baseline of the last."""
        return round(self.size * (0.73 + GAP * (len(self.lines) - 1)))

    @property
    def width(self) -> int:
        return round(max(_length(line, self.size) for line in self.lines))


def fit(text: str, *, width: int, height: int, largest: int, smallest: int, most_lines: int) -> Block:
    """The largest block that fits, its lines as even as can be. Raises InputError when none does."""
    words = text.split()
    for size in range(largest, smallest - 1, -1):
        if max(_length(word, size) for word in words) > width:
            continue
        for count in range(1, most_lines + 1):
            lines = even_lines(words, count, size)
            block = Block(lines, size)
            if block.width <= width:
                if block.height <= height:
                    return block
                break
    raise InputError(
        f"'{text[:60]}' is too long for a card.",
        why=f"It does not fit {most_lines} readable lines of {width} pixels.",
        fix="Shorten it.",
    )


def even_lines(words: Sequence[str], count: int, size: int) -> tuple[str, ...]:
    """Exactly `count` lines (fewer when there are fewer words), the widest as narrow as can be, then even."""
    count = min(count, len(words))

    @cache
    def best(start: int, left: int) -> tuple[float, float, tuple[int, ...]]:
        if left == 1:
            width = _length(" ".join(words[start:]), size)
            return width, width * width, ()
        found = []
        for end in range(start + 1, len(words) - left + 2):
            width = _length(" ".join(words[start:end]), size)
            widest, squares, breaks = best(end, left - 1)
            found.append((max(width, widest), squares + width * width, (end, *breaks)))
        return min(found)

    edges = [0, *best(0, count)[2], len(words)]
    return tuple(" ".join(words[a:b]) for a, b in pairwise(edges))


@lru_cache(maxsize=8192)
def _length(text: str, size: int) -> float:
    return font_of(size).getlength(text)
