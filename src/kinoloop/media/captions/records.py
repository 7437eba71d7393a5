"""A cue: what stands on the screen together, and when."""

from dataclasses import dataclass

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.records import Word


@dataclass(frozen=True)
class Cue:
    """One or two lines of words shown over `span`. Times count from the start of the clip it is for."""

    span: Span
    lines: tuple[tuple[Word, ...], ...]

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line)

    @property
    def text(self) -> str:
        """Lines joined by a line break, as the subtitle files write them."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)

    def spoken(self, at: Seconds) -> int | None:
        """Index of the word being said at `at` (the last one begun); None outside the cue."""
        if not self.span.contains(at):
            return None
        begun = [number for number, word in enumerate(self.words) if word.start <= at]
        return begun[-1] if begun else 0
