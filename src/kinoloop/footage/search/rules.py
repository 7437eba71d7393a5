"""How words become postings and postings become a score: BM25 with weights that are ready to be summed.

`score = sum over words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / 12))`. The reference length
is fixed, not the running average, so that a stored weight never goes stale.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kinoloop.core.text import words as folded_words

K1, B = 1.2, 0.75
USUAL_LENGTH = 12
"""Words in a shot of four seconds at an easy pace."""
NAME_WEIGHT = 0.6
PREFIX_WEIGHT = 0.5
SHORTEST_PREFIX = 2
MOST_TERMS = 12
LONGEST_TERM = 64
RANK_BASE = 60
"""Reciprocal rank fusion: 1 / (60 + rank), Cormack and others 2009."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_STOP = """
a an and are as at be but by for from has have he i if in is it its me my not of on or our she so
that the their them then there they this to was we were with you your
"""
STOP = frozenset(_STOP.split())


@dataclass(frozen=True)
class Asked:
    """A question as words: all but the last must be met whole, the last may be a beginning."""

    terms: tuple[str, ...]
    prefix: str | None


def terms_of(text: str) -> list[str]:
    """Folded words of a text, those of a single apostrophe kept, cut to a sane length."""
    return [word.replace("’", "'")[:LONGEST_TERM] for word in folded_words(text)]


def name_terms(filename: str) -> list[str]:
    """`BeachDay_01.mp4` -> beach day 01 beachday: the parts of the name, and the words as written."""
    stem = filename.rpartition(".")[0] or filename
    whole = terms_of(stem)
    return list(dict.fromkeys([*terms_of(_CAMEL.sub(" ", stem)), *whole]))


def ask(text: str) -> Asked:
    """Words to look for. Common words are left out unless there is nothing else."""
    found = list(dict.fromkeys(terms_of(text)))[:MOST_TERMS]
    if not found:
        return Asked((), None)
    kept = [term for term in found if term not in STOP] or found
    last = found[-1]
    prefix = last if not text[-1].isspace() and len(last) >= SHORTEST_PREFIX and last in kept else None
    return Asked(tuple(kept), prefix)


def weigh(terms: Sequence[str], *, factor: float = 1.0) -> dict[str, float]:
    """The stored weight of each term of one document (common words are not stored)."""
    length = K1 * (1 - B + B * len(terms) / USUAL_LENGTH)
    counts = Counter(term for term in terms if term not in STOP)
    return {term: factor * count * (K1 + 1) / (count + length) for term, count in counts.items()}


def idf(documents: int, holding: int) -> float:
    """`ln(1 + (N - n + 0.5) / (n + 0.5))`: never negative."""
    return math.log1p((max(documents, holding) - holding + 0.5) / (holding + 0.5))


def merge(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Add up weights of the same term."""
    return {term: first.get(term, 0.0) + second.get(term, 0.0) for term in [*first, *second]}


def fuse(*rankings: Iterable[str]) -> dict[str, float]:
    """Several orders of the same things into one score each: the sum of 1 / (60 + rank)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_BASE + rank)
    return scores


def snippet(text: str, found: Iterable[str], *, width: int = 12) -> str:
    """About `width` words around the first that was found, with ... where something is left out."""
    wanted, shown = set(found), text.split()
    at = next((n for n, word in enumerate(shown) if wanted.intersection(terms_of(word))), 0)
    start = max(0, min(at - width // 3, len(shown) - width))
    cut = shown[start : start + width]
    before, after = "... " if start else "", " ..." if start + width < len(shown) else ""
    return f"{before}{' '.join(cut)}{after}"
