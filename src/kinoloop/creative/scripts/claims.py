"""Claims that need a source: numbers, and words that promise what nobody can promise without proof.

A number counts as told when the brief or brand has it too, whether in figures or as a word; `40%` is not
covered by `40`, nor `$40` by `40`.
"""

import re
from collections.abc import Iterable

from kinoloop.core.text import words
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.wording import mentions

_NUMBER = re.compile(
    r"(?P<before>[$€£]\s?)?(?<![\w.,])(?P<figures>\d+(?:[.,]\d+)*)"
    r"(?P<after>\s?(?:%|percent\b|per cent\b|[$€£]))?",
    re.IGNORECASE,
)
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {
    **{word: str(n) for n, word in enumerate(_SMALL)},
    **{word: str(10 * n) for n, word in enumerate(_TENS, 2)},
    **{"hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000"},
}
_EVERYDAY = {"zero", "one"}
"""`One more thing`, `this one`: words of talk, not figures."""
_SHARES = (
    "half",
    "twice",
    "double",
    "triple",
    "dozen",
    "dozens",
    "hundreds",
    "thousands",
    "millions",
    "billions",
)
STRONG = (
    "best", "number one", "no 1", "guarantee", "guaranteed", "guarantees", "cheapest", "fastest", "strongest",
    "proven", "clinically", "scientifically", "doctors", "experts", "award", "award winning", "risk free",
    "cure", "cures", "never fails", "always works", "world's", "miracle", "official", "certified",
)  # fmt: skip
"""Promises that advertising rules ask proof for; they may be said when the brief says them."""


def numbers_in(text: str) -> frozenset[str]:
    """Every number in the text in one form: `1,000` and `thousand` are `1000`, `40 percent` is `40%`."""
    found = {_figure(match) for match in _NUMBER.finditer(text)}
    spoken = words(text.replace("-", " "))
    place = 0
    while place < len(spoken):
        value, used = _spelled(spoken[place : place + 2])
        percent = spoken[place + used : place + used + 1] == ["percent"]
        if value is not None:
            found.add(value + "%" if percent else value)
        place += max(used, 1)
    return frozenset(found | {word for word in spoken if word in _SHARES})


def sources(brief: Brief, brand: Brand) -> tuple[str, ...]:
    """The texts in which a claim may have its ground."""
    told = (brief.name, brief.product, *brief.facts, brief.problem, brief.offer, brief.cta, brief.audience)
    return (*told, brief.goal, brand.name, *brand.key_messages)


def unfounded(text: str, brief: Brief, brand: Brand) -> tuple[str, ...]:
    """Numbers and strong promises in the text that neither brief nor brand make, as they are shown."""
    grounds = sources(brief, brand)
    known = numbers_in(" \n ".join(grounds))
    loose = [number for number in sorted(numbers_in(text)) if number not in known]
    strong = [word for word in STRONG if mentions(text, word) and not _told(word, grounds)]
    return (*loose, *strong)


def _told(phrase: str, grounds: Iterable[str]) -> bool:
    return any(mentions(text, phrase) for text in grounds)


def _figure(match: re.Match[str]) -> str:
    figures = match["figures"]
    plain = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", figures).replace(",", ".")
    plain = re.sub(r"\.0+$", "", plain.lstrip("0") or "0")
    sign = (match["before"] or "").strip()
    after = (match["after"] or "").strip()
    if after and after in "$€£":
        return after + plain
    return f"{sign}{plain}{'%' if after else ''}"


def _spelled(pair: list[str]) -> tuple[str | None, int]:
    """The number that one or two words spell, and how many words that took."""
    first = _SPELLED.get(pair[0])
    if first is None or pair[0] in _EVERYDAY:
        return None, 1
    if pair[0] in _TENS and len(pair) > 1 and pair[1] in _SMALL[1:10]:
        return str(int(first) + _SMALL.index(pair[1])), 2
    return first, 1
