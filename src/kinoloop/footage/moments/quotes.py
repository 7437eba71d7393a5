"""From quoted words to time: a quote is looked for in the transcript, its matching words give the times.

A chooser never gives times. What it quotes is compared as folded words by semi-global edit distance (the
quote whole, against any stretch of the transcript; Sellers, 1980); too far from all of them, it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.core.text import words as folded_words
from kinoloop.core.timecode import Span
from kinoloop.media.records import Word

ENOUGH = 0.75
"""Smallest similarity, 1 - edits / words, at which a quote counts as found."""
SHORTEST_QUOTE = 3
"""Words; fewer are found anywhere."""
LONGEST_QUOTE = 400


@dataclass(frozen=True)
class Alignment:
    """Where a quote was found: transcript words `first` to `last` (both included), and how alike, 0 to 1."""

    first: int
    last: int
    span: Span
    similarity: float


@dataclass(frozen=True)
class Refusal:
    """Why a quote was not taken."""

    reason: str


def align(quote: str, words: Sequence[Word]) -> Alignment | Refusal:
    """Find a quote among transcript words. Of equal matches the earliest wins."""
    wanted = folded_words(quote)
    if not SHORTEST_QUOTE <= len(wanted) <= LONGEST_QUOTE:
        return Refusal(f"a quote needs {SHORTEST_QUOTE} to {LONGEST_QUOTE} words, this one has {len(wanted)}")
    tokens = [(token, index) for index, word in enumerate(words) for token in folded_words(word.text)]
    if not tokens:
        return Refusal("there are no words to find it in")
    edits, first, last = _nearest([token for token, _ in tokens], wanted)
    similarity = 1 - edits / len(wanted)
    if similarity < ENOUGH:
        return Refusal("the quote is not in the transcript")
    start, end = tokens[first][1], tokens[last][1]
    latest = max(word.end for word in words[start : end + 1])
    return Alignment(start, end, Span(words[start].start, latest), similarity)


def _nearest(tokens: Sequence[str], wanted: Sequence[str]) -> tuple[int, int, int]:
    """(edits, first, last) of the stretch of tokens nearest to what is wanted; rows of the table only."""
    costs, begins = list(range(len(wanted) + 1)), [0] * (len(wanted) + 1)
    best = (len(wanted) + 1, 0, 0)
    for at, token in enumerate(tokens):
        costs, begins = _next_row(costs, begins, at, token, wanted)
        if costs[-1] < best[0]:
            best = (costs[-1], min(begins[-1], at), at)
    return best


def _next_row(
    costs: Sequence[int], begins: Sequence[int], at: int, token: str, wanted: Sequence[str]
) -> tuple[list[int], list[int]]:
    """One token further: cheapest edits to have matched each prefix of the quote, and where it began."""
    row, starts = [0], [at + 1]
    for place, word in enumerate(wanted):
        options = (
            (costs[place] + (word != token), begins[place] if place else at),
            (costs[place + 1] + 1, begins[place + 1]),
            (row[place] + 1, starts[place]),
        )
        cost, begin = min(options, key=lambda option: option[0])
        row.append(cost)
        starts.append(begin)
    return row, starts
