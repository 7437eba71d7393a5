"""Letting a chooser read a transcript window by window: its quotes become picks, what fails is noted.

Without a chooser, or while its breaker is open, the rules decide alone and say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from kinoloop.core.errors import CancelledError, KinoloopError, UnavailableError
from kinoloop.core.text import plural
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.footage.moments.ports import MomentChooser, Quote, TranscriptWindow
from kinoloop.footage.moments.quotes import Refusal, align
from kinoloop.footage.moments.records import Detection, Evidence, MomentRequest, Pick
from kinoloop.footage.moments.rules import detect
from kinoloop.footage.moments.rules.sentences import in_order
from kinoloop.media.records import Word
from kinoloop.media.watch import SilentWatch, Watch

WINDOW = Fraction(600)
LONGEST_REASON = 200


def choose_moments(
    evidence: Evidence,
    request: MomentRequest,
    chooser: MomentChooser | None = None,
    *,
    window: Seconds = WINDOW,
    watch: Watch | None = None,
) -> Detection:
    """Moments by evidence, and by a chooser's quotes where one is at hand. Raises CancelledError only."""
    words = in_order(evidence.transcript.words if evidence.transcript else (), evidence.whole)
    if chooser is None or not words:
        return detect(_noted(evidence, _alone(chooser, words)), request)
    picks, notes = asked(chooser, words, request, window, watch or SilentWatch())
    usable = [pick for pick in picks if pick.span.duration <= request.max_duration]
    if len(usable) < len(picks):
        notes = (*notes, f"{plural(len(picks) - len(usable), 'quote')} lasted longer than a moment may.")
    return detect(_noted(evidence, notes), request, usable)


def _alone(chooser: MomentChooser | None, words: Sequence[Word]) -> tuple[str, ...]:
    if chooser is None:
        return ("No model was asked: none is configured.",)
    return (f"{chooser.name} was not asked: there are no words to read.",) if not words else ()


def _noted(evidence: Evidence, notes: Sequence[str]) -> Evidence:
    return replace(evidence, notes=(*evidence.notes, *notes))


def windows(words: Sequence[Word], length: Seconds, overlap: Seconds) -> Iterator[TranscriptWindow]:
    """Windows of `length` seconds, each sharing `overlap` with the next, so that no moment is cut in two."""
    step = max(length - overlap, length / 4)
    first, last = words[0].start, max(word.end for word in words)
    start, low = first, 0
    while True:
        while low < len(words) and words[low].start < start:
            low += 1
        high = low
        while high < len(words) and words[high].start < start + length:
            high += 1
        if high > low:
            yield TranscriptWindow(Span(start, min(start + length, last)), tuple(words[low:high]))
        if start + length > last:
            return
        start += step


def asked(
    chooser: MomentChooser, words: Sequence[Word], request: MomentRequest, length: Seconds, watch: Watch
) -> tuple[tuple[Pick, ...], tuple[str, ...]]:
    """Picks of all windows without doubles, and notes on the windows and quotes that came to nothing."""
    picks: list[Pick] = []
    notes: list[str] = []
    for part in windows(words, length, min(request.max_duration, length / 2)):
        watch.check()
        try:
            quotes = chooser.choose(part, request)
        except CancelledError:
            raise
        except UnavailableError as error:
            notes.append(f"{chooser.name} was not asked further; the evidence decides alone. {error}")
            break
        except KinoloopError as error:
            notes.append(f"{chooser.name} did not judge {part.span}. {error}")
            continue
        found, refused = _aligned(quotes, part)
        picks += found
        notes += refused
        watch.progress(
            float(part.span.end), float(words[-1].end), f"{chooser.name} read to {short_clock(part.span.end)}"
        )
    return _without_doubles(picks), tuple(notes)


def _aligned(quotes: Sequence[Quote], part: TranscriptWindow) -> tuple[list[Pick], list[str]]:
    picks: list[Pick] = []
    notes: list[str] = []
    for quote in quotes:
        match = align(quote.text, part.words)
        if isinstance(match, Refusal):
            notes.append(f'Refused the quote "{_short(quote.text, 60)}": {match.reason}.')
        else:
            reason = _short(quote.reason, LONGEST_REASON)
            picks.append(Pick(match.span, reason, quote.kind, match.similarity))
    return picks, notes


def _short(text: str, most: int) -> str:
    """One line, at most `most` characters: what a model wrote is shown, never trusted with a page."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def _without_doubles(picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """Overlapping windows quote the same stretch twice: the better match stays."""
    kept: list[Pick] = []
    for pick in sorted(picks, key=lambda p: (-p.similarity, p.span)):
        if all(pick.span.iou(other.span) < 0.5 for other in kept):
            kept.append(pick)
    return tuple(sorted(kept, key=lambda p: p.span))
