"""faster-whisper's segments as our transcript: words in order, times that never run backwards."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol

from kinoloop.core.timecode import Seconds, exact
from kinoloop.media.records import Transcript, Word

SHORTEST_WORD = Fraction(1, 100)


class SpokenWord(Protocol):
    """A word as the recogniser gives it; times in seconds."""

    @property
    def word(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


class SpokenSegment(Protocol):
    """A stretch of speech; `words` is None when the recogniser gave no word times."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def words(self) -> Sequence[SpokenWord] | None: ...


def transcript_from(segments: Iterable[SpokenSegment], language: str | None, source: str) -> Transcript:
    """Word times as recognised; a segment without them has its words spread and the transcript says so."""
    words: list[Word] = []
    measured = True
    latest = Fraction(0)
    for segment in segments:
        measured = measured and bool(segment.words)
        for word in _recognised(segment.words) if segment.words else _spread(segment):
            start = max(word.start, latest)
            words.append(Word(word.text, start, max(word.end, start + SHORTEST_WORD)))
            latest = words[-1].end
    return Transcript(tuple(words), language, source, measured or not words)


def _recognised(words: Sequence[SpokenWord]) -> Iterable[Word]:
    for word in words:
        if text := word.word.strip():
            start = exact(word.start)
            yield Word(text, start, max(start, exact(word.end)))


def _spread(segment: SpokenSegment) -> Iterable[Word]:
    texts = segment.text.split()
    start, length = exact(segment.start), exact(segment.end) - exact(segment.start)
    share: Seconds = length / max(len(texts), 1)
    for index, text in enumerate(texts):
        yield Word(text, start + share * index, start + share * (index + 1))
