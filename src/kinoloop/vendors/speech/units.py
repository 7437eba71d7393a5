"""What a written line falls into when it is said: words, their weight in time, where a voice pauses."""

import re
import unicodedata

LONGEST_RUN = 6
"""Characters of a script without spaces that are shown at once."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_PAUSE = re.compile(
    r"[.,;:!?\u2026\u2014\u2013\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b][\"')\]\u2019\u201d]*$"
)
_VOWELS = re.compile(r"[aeiouy]+")
_SPELLED = {"$": 2.0, "%": 2.0, "&": 1.0, "+": 1.0, "@": 1.0, "#": 1.0, "=": 2.0, "\u20ac": 2.0}
_NUMBER = 1.6
"""Syllables of one digit said as part of a number."""


def units(text: str) -> list[tuple[int, int]]:
    """(start, end) of each unit in `text`: words as written with their marks, short runs without spaces."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", text):
        found.extend(_runs(text, match.start(), match.end()))
    return _joined(text, found)


def pauses_after(word: str) -> bool:
    """Whether a voice makes a pause after this word."""
    return _PAUSE.search(word) is not None


def weight(word: str) -> float:
    """About how long a word takes, in syllables; never zero."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    spoken = sum(_NUMBER for c in plain if c.isdigit()) + sum(_SPELLED.get(c, 0.0) for c in plain)
    unspaced = len(_UNSPACED.findall(plain))
    latin = re.sub(r"(?<=[a-z]{2})e\b", "", plain)
    vowels = len(_VOWELS.findall(latin))
    letters = sum(c.isalpha() for c in plain) - unspaced
    return 0.2 + spoken + unspaced + 0.3 * vowels + 0.24 * letters


def _runs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """One word whole; one without spaces in runs that end after a mark or when they are long enough."""
    if end - start <= LONGEST_RUN or not _UNSPACED.search(text, start, end):
        return [(start, end)]
    runs, begun = [], start
    for at in range(start + 1, end):
        if _clings(text[at]):
            continue
        if pauses_after(text[begun:at]) or at - begun >= LONGEST_RUN:
            runs.append((begun, at))
            begun = at
    return [*runs, (begun, end)]


def _clings(character: str) -> bool:
    """Marks belong to what stands before them."""
    return unicodedata.category(character)[0] in "MP"


def _joined(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Units without a letter, digit or spoken sign join the one before (or after, at the beginning)."""
    joined: list[tuple[int, int]] = []
    for start, end in found:
        silent = not any(c.isalnum() or c in _SPELLED for c in text[start:end])
        before_silent = bool(joined) and not any(
            c.isalnum() or c in _SPELLED for c in text[slice(*joined[-1])]
        )
        if joined and (silent or before_silent):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
