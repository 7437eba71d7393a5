"""Saying why: one sentence per moment naming its strongest evidence with measured figures, and keywords."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.core.text import plural
from kinoloop.core.text import words as folded_words
from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import Mode, Pick
from kinoloop.footage.moments.rules.channels import ChannelEvidence, Feature, FeatureName
from kinoloop.footage.moments.rules.confidence import mean_between
from kinoloop.footage.moments.rules.lexicon import HOOKS, STOP_WORDS
from kinoloop.footage.moments.rules.scoring import Landscape
from kinoloop.media.records import Word

MOST_KEYWORDS = 5
MOST_CLAUSES = 3
WORTH_SAYING = 0.25
"""Robust sigmas above the usual level from which a feature is named."""
_OPENING = {
    "viral": "Stops the scroll",
    "highlights": "A high point",
    "summary": "Stands for its part of the file",
}


@dataclass(frozen=True)
class Measured:
    """A feature inside a span: mean, the file's median, the summed count, and seconds."""

    feature: Feature
    inside: float
    usual: float
    seconds: float
    text: str

    @property
    def count(self) -> int:
        return round(self.inside * self.seconds / 0.5)


def reason(
    land: Landscape, channels: Sequence[ChannelEvidence], span: Span, text: str, mode: Mode, pick: Pick | None
) -> str:
    """One sentence. A chooser's own reason comes first and is marked as such."""
    start, end = land.grid.relative(span.start), land.grid.relative(span.end)
    named = [_clause(land, feature, start, end, text) for feature in _strongest(land, channels, start, end)]
    missing = [channel.reason for channel in channels if channel.signal is None]
    opening = f'Chosen by the model ("{pick.reason}")' if pick else _OPENING[mode]
    evidence = ", ".join(named) if named else "nothing stands clearly above the rest of the file"
    return f"{opening}: {evidence}{'; ' + ', '.join(dict.fromkeys(missing)) if missing else ''}."


def _strongest(
    land: Landscape, channels: Sequence[ChannelEvidence], start: float, end: float
) -> list[Feature]:
    features = [feature for channel in channels for feature in channel.features]
    above = {f.name: mean_between(land, f.sigma, start, end) for f in features}
    worth = [feature for feature in features if above[feature.name] > WORTH_SAYING]
    return sorted(worth, key=lambda f: -above[f.name] * f.weight)[:MOST_CLAUSES]


def _clause(land: Landscape, feature: Feature, start: float, end: float, text: str) -> str:
    inside = mean_between(land, feature.raw, start, end)
    seen = Measured(feature, inside, float(np.median(feature.raw)), end - start, text)
    return _CLAUSES[feature.name](seen)


def _hooks(seen: Measured) -> str:
    found = list(dict.fromkeys(word for word in folded_words(seen.text) if word in HOOKS))[:3]
    quoted = ", ".join(f'"{word}"' for word in found)
    return f"hook words ({quoted})" if quoted else "hook words close by"


def _questions(seen: Measured) -> str:
    return plural(max(1, seen.text.count("?")), "question")


def _numbers(seen: Measured) -> str:
    return "figures are named"


def _emphasis(seen: Measured) -> str:
    return "emphatic words"


def _density(seen: Measured) -> str:
    return f"dense speech ({seen.inside:.1f} meaningful words a second)"


def _centrality(seen: Measured) -> str:
    return f"sentences central to the whole (they share {seen.inside:.1f} times the usual)"


def _loudness(seen: Measured) -> str:
    return f"sound {seen.inside:+.1f} dB against its surroundings"


def _dynamics(seen: Measured) -> str:
    return f"lively sound (swings {seen.inside:.1f} dB, usually {seen.usual:.1f})"


def _speech(seen: Measured) -> str:
    return f"speech in {seen.inside:.0%} of it"


def _motion(seen: Measured) -> str:
    return f"motion {seen.inside:.1f} where {seen.usual:.1f} is usual"


def _cuts(seen: Measured) -> str:
    return plural(seen.count, "cut") + f" in {seen.seconds:.0f} s"


def _novelty(seen: Measured) -> str:
    return "pictures unlike the rest of the file"


def _typical(seen: Measured) -> str:
    return "pictures typical of the file"


def _faces(seen: Measured) -> str:
    return f"a face in {seen.inside:.0%} of it"


_CLAUSES: dict[FeatureName, Callable[[Measured], str]] = {
    "hooks": _hooks,
    "questions": _questions,
    "numbers": _numbers,
    "emphasis": _emphasis,
    "density": _density,
    "centrality": _centrality,
    "loudness": _loudness,
    "dynamics": _dynamics,
    "speech": _speech,
    "motion": _motion,
    "cuts": _cuts,
    "novelty": _novelty,
    "typical": _typical,
    "faces": _faces,
}


def word_counts(words: Sequence[Word]) -> Counter[str]:
    """How often each meaningful folded word is said."""
    return Counter(word for spoken in words for word in folded_words(spoken.text) if _meaningful(word))


def _meaningful(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and not word.isdigit()


def keywords(inside: Counter[str], whole: Counter[str]) -> tuple[str, ...]:
    """At most five distinctive words, by count here times the share of their uses that is here."""
    ranked = sorted(inside, key=lambda word: (-inside[word] * inside[word] / whole[word], word))
    return tuple(ranked[:MOST_KEYWORDS])
