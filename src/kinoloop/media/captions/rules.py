"""How words are gathered into cues: where to break, how long to stay, never two at once.

Limits follow common subtitle practice: at most two lines, about 20 characters a second, a break at
the end of a sentence or at a pause, and enough time on the screen to be read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.captions.records import Cue
from kinoloop.media.records import Word

_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？")
_CLAUSE_END = (",", ";", ":", "،", "、", "，")


@dataclass(frozen=True)
class Layout:
    """Limits of a cue; times in s. `pause` is the silence that always breaks."""

    line_chars: int = 18
    lines: int = 2
    chars_per_second: int = 20
    shortest: Seconds = Fraction(7, 10)
    linger: Seconds = Fraction(1, 2)
    pause: Seconds = Fraction(6, 10)
    bridge: Seconds = Fraction(3, 10)


VERTICAL = Layout()
WIDE = Layout(line_chars=36)


def layout_for(aspect: Fraction) -> Layout:
    """Short lines for upright and square pictures, longer ones for wide pictures."""
    return WIDE if aspect > Fraction(5, 4) else VERTICAL


def cues_from_words(
    words: Iterable[Word], layout: Layout = VERTICAL, *, span: Span | None = None
) -> tuple[Cue, ...]:
    """Cues in time order. With `span`, only its words, and times count from its start.

    Each word stands in exactly one cue; cues never overlap; a line is longer than `line_chars` only
    when a single word is.
    """
    told = _in_order(words if span is None else _within(words, span))
    groups = _groups(told, layout)
    cues = [Cue(Span(group[0].start, group[-1].end), _lines(group, layout)) for group in groups]
    limit = None if span is None else span.duration
    return tuple(
        _timed(cue, cues[n + 1].span.start if n + 1 < len(cues) else limit, layout)
        for n, cue in enumerate(cues)
    )


def _within(words: Iterable[Word], span: Span) -> list[Word]:
    """Words whose middle lies inside, cut to the span and counted from its start."""
    kept = [word for word in words if span.contains(word.span.middle)]
    return [_placed(word.text, word.span.clamp(span).shift(-span.start)) for word in kept]


def _placed(text: str, span: Span) -> Word:
    return Word(text, span.start, span.end)


def _in_order(words: Iterable[Word]) -> list[Word]:
    """Sorted by start, without blanks; a word never starts before the one before it ends."""
    told: list[Word] = []
    for word in sorted(words, key=lambda one: one.start):
        text = " ".join(word.text.split())
        start = max(word.start, told[-1].end) if told else word.start
        if text:
            told.append(Word(text, start, max(word.end, start)))
    return told


def _groups(words: Sequence[Word], layout: Layout) -> list[list[Word]]:
    """Phrases first (pauses, ends of sentences and long clauses), then each as even cues."""
    phrases: list[list[Word]] = []
    for word in words:
        if phrases and not _breaks(phrases[-1], word, layout):
            phrases[-1].append(word)
        else:
            phrases.append([word])
    return [cue for phrase in phrases for cue in _evenly(phrase, layout)]


def _breaks(phrase: Sequence[Word], following: Word, layout: Layout) -> bool:
    """Whether a new phrase begins before `following`."""
    last, size = phrase[-1], _size(phrase)
    gap = following.start - last.end
    if gap >= layout.pause:
        return True
    if last.text.endswith(_SENTENCE_END):
        return size >= layout.line_chars // 3 or gap >= layout.bridge
    return last.text.endswith(_CLAUSE_END) and size >= layout.line_chars


def _evenly(phrase: Sequence[Word], layout: Layout) -> list[list[Word]]:
    """The split into cues that fit with the least sum of squared room left over: few, and of like length."""
    best: list[tuple[int, int]] = [(0, 0)]
    room = layout.lines * layout.line_chars
    for end in range(1, len(phrase) + 1):
        found = []
        for start in range(end - 1, -1, -1):
            part = phrase[start:end]
            if not _fits(part, layout):
                break
            found.append((best[start][0] + max(0, room - _size(part)) ** 2, start))
        best.append(min(found))
    cues: list[list[Word]] = []
    end = len(phrase)
    while end:
        start = best[end][1]
        cues.insert(0, list(phrase[start:end]))
        end = start
    return cues


def _size(words: Sequence[Word]) -> int:
    return len(" ".join(word.text for word in words))


def _fits(words: Sequence[Word], layout: Layout) -> bool:
    return len(_wrap(words, layout.line_chars)) <= layout.lines


def _wrap(words: Sequence[Word], width: int) -> list[list[Word]]:
    """Fill lines from the left."""
    lines: list[list[Word]] = []
    for word in words:
        if lines and _size([*lines[-1], word]) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _lines(words: Sequence[Word], layout: Layout) -> tuple[tuple[Word, ...], ...]:
    """As few lines as fit; two lines as even as they can be."""
    filled = _wrap(words, layout.line_chars)
    if len(filled) != 2:
        return tuple(tuple(line) for line in filled)
    splits = [(words[:at], words[at:]) for at in range(1, len(words))]
    best = min(
        splits, key=lambda pair: (max(_size(pair[0]), _size(pair[1])), _size(pair[1]) < _size(pair[0]))
    )
    return tuple(best[0]), tuple(best[1])


def _timed(cue: Cue, limit: Seconds | None, layout: Layout) -> Cue:
    """Stay long enough to be read, linger a little, close small gaps; never into the next cue."""
    chars = len(cue.text.replace("\n", ""))
    wanted = max(layout.shortest, Fraction(chars, layout.chars_per_second))
    end = max(cue.span.start + wanted, cue.span.end + layout.linger / 2)
    if limit is not None and limit - end < layout.bridge:
        end = limit
    return replace(cue, span=Span(cue.span.start, max(end, cue.span.start)))
