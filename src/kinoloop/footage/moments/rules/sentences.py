"""Sentences out of timed words: by closing punctuation, by pauses, and never endlessly long."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.records import Word

PAUSE = Fraction(6, 10)
LONGEST = Fraction(12)
_CLOSERS = ".!?\u2026\u3002\uff01\uff1f\u061f\u0964"
_QUOTES = "\"')]}\u00bb\u201d\u2019"


@dataclass(frozen=True)
class Sentence:
    """Words `first` to `last` (both included). `opens`/`closes` tell whether its ends are real ones."""

    first: int
    last: int
    span: Span
    opens: bool
    closes: bool


def in_order(words: Sequence[Word], within: Span) -> tuple[Word, ...]:
    """Words that begin inside, by time, cut at the end of the file; text of nothing but space is dropped."""
    kept = [word for word in words if within.contains(word.start) and word.text.strip()]
    trimmed = [Word(word.text, word.start, max(word.start, min(word.end, within.end))) for word in kept]
    return tuple(sorted(trimmed, key=lambda word: (word.start, word.end)))


def ends_sentence(text: str) -> bool:
    return text.rstrip(_QUOTES).endswith(tuple(_CLOSERS))


def sentences(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Every word is in exactly one sentence. A run over 12 s is split at its widest gap."""
    made: list[Sentence] = []
    first, opens = 0, True
    for index in range(len(words)):
        closes = _closes(words, index)
        while not closes and _length(words, first, index) > LONGEST and index > first:
            cut = _widest_gap(words, first, index)
            made.append(_sentence(words, first, cut, opens, closes=False))
            first, opens = cut + 1, False
        if closes:
            made.append(_sentence(words, first, index, opens, closes=True))
            first, opens = index + 1, True
    return tuple(made)


def _closes(words: Sequence[Word], index: int) -> bool:
    if index == len(words) - 1 or ends_sentence(words[index].text):
        return True
    return words[index + 1].start - words[index].end >= PAUSE


def _length(words: Sequence[Word], first: int, last: int) -> Seconds:
    return words[last].end - words[first].start


def _widest_gap(words: Sequence[Word], first: int, last: int) -> int:
    """Index of the word before the widest gap; of equal gaps the one nearest the end."""
    return max(range(first, last), key=lambda i: (words[i + 1].start - words[i].end, i))


def _sentence(words: Sequence[Word], first: int, last: int, opens: bool, *, closes: bool) -> Sentence:
    end = max(word.end for word in words[first : last + 1])
    return Sentence(first, last, Span(words[first].start, end), opens, closes)
