"""What the words say for a span: hooks, questions, figures, emphasis, density, and how central they are.

Everything is counted per sentence and laid over its time, so a span is judged by whole thoughts.
"""

from collections.abc import Callable, Sequence

import numpy as np

from kinoloop.core.text import words as folded_words
from kinoloop.footage.moments.records import Mode
from kinoloop.footage.moments.rules.centrality import centrality
from kinoloop.footage.moments.rules.channels import (
    ChannelEvidence,
    Feature,
    FeatureName,
    Weights,
    absent,
    weighed,
)
from kinoloop.footage.moments.rules.lexicon import EMPHASIS, HOOKS, NUMBER_WORDS, STOP_WORDS
from kinoloop.footage.moments.rules.sentences import Sentence
from kinoloop.footage.moments.rules.signals import Grid, Values, robust
from kinoloop.media.records import Transcript, Word

WEIGHTS: Weights = {
    "viral": {"hooks": 0.35, "questions": 0.2, "numbers": 0.1, "emphasis": 0.2, "density": 0.15},
    "highlights": {"hooks": 0.15, "questions": 0.05, "numbers": 0.1, "emphasis": 0.45, "density": 0.25},
    "summary": {"numbers": 0.1, "density": 0.2, "centrality": 0.7},
}
SPREAD_TRUST = 0.8
"""Word times that were spread over a cue rather than measured count for four fifths."""
GAP = -0.5
"""Between sentences nothing is said: half a sigma below the usual sentence."""


def content_words(text: str) -> list[str]:
    """Folded words that carry meaning."""
    return [word for word in folded_words(text) if len(word) > 2 and word not in STOP_WORDS]


def sentence_text(words: Sequence[Word], sentence: Sentence) -> str:
    return " ".join(word.text for word in words[sentence.first : sentence.last + 1])


def speech_evidence(
    grid: Grid, words: Sequence[Word], parts: Sequence[Sentence], transcript: Transcript | None, mode: Mode
) -> ChannelEvidence:
    """The transcript's opinion over the grid."""
    if transcript is None:
        return absent("transcript", "no transcript")
    if not words:
        return absent("transcript", "the transcript holds no words")
    texts = [sentence_text(words, part) for part in parts]
    values = _per_sentence(texts, parts, mode)
    features = [_over_time(grid, parts, name, values[name], weight) for name, weight in WEIGHTS[mode].items()]
    trust = 1.0 if transcript.word_timed else SPREAD_TRUST
    return weighed("transcript", features, f"words from {transcript.source}", trust)


def _per_sentence(texts: Sequence[str], parts: Sequence[Sentence], mode: Mode) -> dict[FeatureName, Values]:
    counted = {name: np.array([count(text) for text in texts]) for name, count in _COUNTS.items()}
    content = [content_words(text) for text in texts]
    seconds = np.array([max(float(part.span.duration), 0.5) for part in parts])
    density = np.array([len(set(bag)) for bag in content]) / seconds
    made: dict[FeatureName, Values] = {**counted, "density": density}
    if mode == "summary":
        made["centrality"] = centrality(content)
    return made


def _over_time(
    grid: Grid, parts: Sequence[Sentence], name: FeatureName, values: Values, weight: float
) -> Feature:
    """Lay a value per sentence over its bins; a bin that two share goes to the later one."""
    raw, sigma = np.zeros(grid.bins), np.full(grid.bins, GAP)
    for part, value, scaled in zip(parts, values, robust(values), strict=True):
        first, last = grid.place(part.span.start), grid.place(part.span.end)
        raw[first : last + 1], sigma[first : last + 1] = value, scaled
    return Feature(name, raw, sigma, weight)


def _hooks(text: str) -> float:
    return float(len(set(folded_words(text)) & HOOKS))


def _questions(text: str) -> float:
    return float(sum(text.count(mark) for mark in "?\uff1f\u061f"))


def _numbers(text: str) -> float:
    digits = sum(any(c.isdigit() for c in word) for word in text.split())
    return float(digits + sum(word in NUMBER_WORDS for word in folded_words(text)))


def _emphasis(text: str) -> float:
    shouted = sum(len(word) > 3 and word.isupper() for word in text.split())
    marks = text.count("!") + text.count("\uff01")
    return float(shouted + marks + len(set(folded_words(text)) & EMPHASIS))


_COUNTS: dict[FeatureName, Callable[[str], float]] = {
    "hooks": _hooks,
    "questions": _questions,
    "numbers": _numbers,
    "emphasis": _emphasis,
}
