"""Reads the texts off the film: at a few moments of each, what stands there is held against what should."""

from collections.abc import Sequence

from av.video.frame import VideoFrame

from kinoloop.core.timecode import Seconds
from kinoloop.media.gate.match import look_at
from kinoloop.media.gate.records import Box, SeenText, TextBox, TextLook, Texts
from kinoloop.media.gate.texts import ExpectedTexts

DOUBTFUL = 0.6
"""Below this match a text is looked for elsewhere in the picture."""
_MOST_SEARCHES = 8
"""Searching takes as long as decoding some dozens of pictures: after this many all is said."""


class TextGauge:
    """Feed it decoded pictures in order; `seen` tells what became of each text."""

    def __init__(self, texts: Texts, width: int, height: int) -> None:
        self._size = (width, height)
        wants = texts.cues or texts.supers
        self._texts = ExpectedTexts(texts, width, height) if wants else None
        self.boxes: tuple[TextBox, ...] = self._texts.boxes if self._texts else ()
        due = [(at, one) for one in self.boxes for at in self._moments(one)]
        self._due: Sequence[tuple[Seconds, TextBox]] = sorted(due, key=lambda pair: (pair[0], pair[1].key))
        self._next = self._searches = 0
        self._looks: dict[str, list[TextLook]] = {one.key: [] for one in self.boxes}
        self._elsewhere: dict[str, Box] = {}

    def add(self, frame: VideoFrame, at: Seconds) -> None:
        """Look at every text whose moment has come; a picture of another size tells nothing."""
        while self._next < len(self._due) and self._due[self._next][0] <= at:
            one = self._due[self._next][1]
            self._next += 1
            if one.span.contains(at) and (frame.width, frame.height) == self._size:
                self._look(frame, one, at)

    def seen(self) -> tuple[SeenText, ...]:
        return tuple(
            SeenText(one, tuple(self._looks[one.key]), self._elsewhere.get(one.key)) for one in self.boxes
        )

    def _moments(self, one: TextBox) -> Sequence[Seconds]:
        assert self._texts is not None
        return self._texts.moments(one)

    def _look(self, frame: VideoFrame, one: TextBox, at: Seconds) -> None:
        assert self._texts is not None
        expected = self._texts.expected(one, at)
        if expected is None:
            return
        look = look_at(frame, expected, at)
        self._looks[one.key].append(look)
        if look.match < DOUBTFUL and one.key not in self._elsewhere and self._searches < _MOST_SEARCHES:
            from kinoloop.media.gate.search import find_text

            self._searches += 1
            found = find_text(frame, expected)
            if found is not None:
                self._elsewhere[one.key] = found
