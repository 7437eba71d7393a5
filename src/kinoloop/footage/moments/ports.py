"""What moments need from outside: someone who writes down speech, someone who has taste."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import MomentRequest
from kinoloop.media.records import Transcript, Word
from kinoloop.media.watch import Watch


class Transcriber(Protocol):
    """Turns speech into timed words."""

    name: str

    def transcribe(self, path: Path, watch: Watch) -> Transcript:
        """Words of the file. Raises UnavailableError (parts missing), MediaError, CancelledError."""
        ...


@dataclass(frozen=True)
class TranscriptWindow:
    """A stretch of a transcript, small enough to be read at once."""

    span: Span
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Quote:
    """Words that a chooser wants to keep, as it says they stand in the transcript, and why."""

    text: str
    reason: str
    kind: str


class MomentChooser(Protocol):
    """Reads a transcript window and quotes what is worth a clip. It never gives times."""

    name: str

    def choose(self, window: TranscriptWindow, request: MomentRequest) -> Sequence[Quote]:
        """Quotes, best first. Raises PassingError, UnavailableError, IntegrityError (broken answer)."""
        ...
