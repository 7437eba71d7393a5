"""Which drivers the spoken words carry, by a small versioned word list (`lexicon.toml`).

`1 - exp(-r)` where r is the number of hits per ten words (never fewer than ten): one hit 0.63, two 0.86.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kinoloop.core.errors import InputError
from kinoloop.core.text import words as folded_words
from kinoloop.footage.analysis.records import Measured
from kinoloop.footage.analysis.rules.arithmetic import missing
from kinoloop.footage.analysis.rules.formula import DRIVERS

PER_WORDS = 10
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Phrases as folded words: language -> driver -> phrases."""

    version: str
    languages: Mapping[str, Mapping[str, frozenset[Phrase]]]

    def phrases(self, driver: str, language: str | None) -> frozenset[Phrase] | None:
        """Those of the language; of all languages when none is stated; None when it has no list."""
        if language is None:
            return frozenset().union(*(drivers[driver] for drivers in self.languages.values()))
        drivers = self.languages.get(language.casefold().replace("_", "-").split("-")[0])
        return None if drivers is None else drivers[driver]


def parse_lexicon(text: str) -> Lexicon:
    """Read the TOML form. Raises InputError unless each language names exactly the five drivers."""
    table = tomllib.loads(text)
    version = str(table.pop("version", ""))
    if not version or not table:
        raise InputError("A lexicon needs a version and at least one language.")
    for language, drivers in table.items():
        if set(drivers) != set(DRIVERS):
            raise InputError(f"The word list '{language}' must name exactly: {', '.join(DRIVERS)}.")
    return Lexicon(version, {language: _drivers(drivers) for language, drivers in table.items()})


def _drivers(table: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[Phrase]]:
    return {driver: frozenset(tuple(tokens(entry)) for entry in entries) for driver, entries in table.items()}


@cache
def own_lexicon() -> Lexicon:
    """The list that comes with the package."""
    return parse_lexicon(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


def tokens(text: str) -> list[str]:
    """Folded words with one kind of apostrophe."""
    return folded_words(text.replace("’", "'"))


def driver_in_words(
    driver: str, spoken: Sequence[str] | None, language: str | None, lexicon: Lexicon, *, where: str
) -> Measured:
    """0..1 for the driver in `spoken` (tokens; None without a transcript). `where` completes the reason."""
    if spoken is None:
        return missing("no transcript")
    if not spoken:
        return missing(f"no words are spoken in {where}")
    phrases = lexicon.phrases(driver, language)
    if phrases is None:
        return missing(f"no word list for the language '{language}'")
    rate = PER_WORDS * _hits(spoken, phrases) / max(len(spoken), PER_WORDS)
    return Measured(1.0 - math.exp(-rate))


def _hits(spoken: Sequence[str], phrases: frozenset[Phrase]) -> int:
    """Longest phrase first at each word, words of a hit are not counted twice."""
    longest = max((len(phrase) for phrase in phrases), default=0)
    at = hits = 0
    while at < len(spoken):
        size = next((n for n in range(longest, 0, -1) if tuple(spoken[at : at + n]) in phrases), 0)
        hits += size > 0
        at += max(size, 1)
    return hits
