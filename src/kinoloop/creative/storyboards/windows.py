"""Where in a stretch of footage a panel is cut out: inside the shot, else reaching into the same file."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.creative.storyboards.candidates import Candidate

Stretch = tuple[int, int]
"""[start, end) in ms of a file."""


@dataclass(frozen=True)
class Window:
    """The part that is shown. `extended_ms` tells how much of it lies outside the shot."""

    start_ms: int
    end_ms: int
    extended_ms: int = 0


def window_of(
    candidate: Candidate, length_ms: int, *, opening: bool = False, taken: Sequence[Stretch] = ()
) -> Window | None:
    """The best window of `length_ms` that touches nothing `taken` of the same file; None when there is none.

    Inside the shot it stands in the middle, where movement is settled, or for an opening at the start, where
    the hook was measured. A shot that is too short is lengthened after its end first, then before its start.
    """
    inside = _inside(candidate, length_ms, opening, taken)
    if inside is not None:
        return Window(inside, inside + length_ms)
    if candidate.end_ms - candidate.start_ms >= length_ms:
        return None
    return _extended(candidate, length_ms, taken)


def _inside(candidate: Candidate, length: int, opening: bool, taken: Sequence[Stretch]) -> int | None:
    last = candidate.end_ms - length
    if last < candidate.start_ms:
        return None
    wished = candidate.start_ms if opening else (candidate.start_ms + last) // 2
    edges = [edge for start, end in taken for edge in (end, start - length)]
    starts = [at for at in (wished, *edges) if candidate.start_ms <= at <= last]
    free = [at for at in starts if _free(at, at + length, taken)]
    return min(free, key=lambda at: (abs(at - wished), at)) if free else None


def _extended(candidate: Candidate, length: int, taken: Sequence[Stretch]) -> Window | None:
    """A window around the whole shot; without the file's length nothing is known to follow it."""
    own = candidate.end_ms - candidate.start_ms
    limit = candidate.end_ms if candidate.file_ms is None else max(candidate.file_ms, candidate.end_ms)
    after = min(limit - candidate.end_ms, length - own)
    for behind in (after, min(after, (length - own) // 2), 0):
        start = candidate.start_ms - (length - own - behind)
        if start >= 0 and start + length <= limit and _free(start, start + length, taken):
            return Window(start, start + length, length - own)
    return None


def _free(start: int, end: int, taken: Sequence[Stretch]) -> bool:
    return all(end <= other_start or other_end <= start for other_start, other_end in taken)
