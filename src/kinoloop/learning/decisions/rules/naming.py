"""Creative traits by their words. Pure.

A policy sees numbers only (`kind_0`, "creative trait 1"), and its round is kept as it said it; people are
told `hook type = question`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from kinoloop.learning.bandit.records import AdDecision, Round
from kinoloop.learning.decisions.records import Known

PART = "kind_"
_SAID = re.compile(r"\bcreative trait (\d+)")


def in_words(known: Known, told: Round) -> Round:
    """The round with the traits of each ad named, in its sentence and among the parts of its return."""
    if not known.traits:
        return told
    levels = known.view.features.tolist()
    pairs = zip(told.decisions, levels, strict=True)
    return replace(told, decisions=tuple(_named(known, one, numbers) for one, numbers in pairs))


def _named(known: Known, one: AdDecision, numbers: Sequence[int]) -> AdDecision:
    words = [_word(kind, levels, at) for (kind, levels), at in zip(known.traits, numbers, strict=True)]
    parts = {_part(name, words): size for name, size in one.parts.items()}
    reason = _SAID.sub(lambda found: words[int(found[1]) - 1], one.reason)
    return replace(one, reason=reason, parts=parts)


def _word(kind: str, levels: Sequence[str], number: int) -> str:
    level = levels[number] if number >= 0 else "not known"
    return f"{kind} = {level}".replace("_", " ")


def _part(name: str, words: Sequence[str]) -> str:
    return words[int(name.removeprefix(PART))] if name.startswith(PART) else name
