"""What a search finds: where it is, how well it fits, and why it was found."""

from dataclasses import dataclass

from kinoloop.core.timecode import Span


@dataclass(frozen=True)
class Hit:
    """A shot, or a whole asset (`clip_id` None) found by its name or by words outside shots.

    `score` orders the hits of one search only; `snippet` is plain text to be escaped like any other.
    """

    clip_id: str | None
    asset_id: str
    filename: str
    span: Span | None
    score: float
    why: str
    snippet: str
    thumbnail: str | None = None
