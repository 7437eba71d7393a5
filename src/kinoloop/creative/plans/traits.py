"""What can be said of an ad's make in one word each: how it opens, how it asks, how fast it goes.

The same words are used for films that ran and for plans that are to run, so that one can learn from the
other. Texts are compared with the brief's own words; nothing is guessed from the order of lines.
"""

import re
from collections.abc import Sequence
from typing import Literal

from kinoloop.core.text import words
from kinoloop.creative.briefs.records import Brief

HookType = Literal["question", "problem", "fact", "offer", "audience", "name", "statement"]
CallType = Literal["offer", "question", "link", "plain"]
Pacing = Literal["fast", "medium", "slow"]
FAST_MS, MEDIUM_MS = 2500, 4000
"""A film whose mean picture stands no longer is fast, or medium."""
LIKENESS = 0.5
"""Share of the weightier words of one text that another must hold to say the same."""
_COMMON = 4
"""Words of fewer letters are too common to tell what a text speaks of."""
_LINK = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)


def hook_type(text: str, brief: Brief) -> HookType:
    """How a film opens. A question is a question whatever it asks; else what of the brief it says."""
    if "?" in text:
        return "question"
    for kind, own in (("offer", (brief.offer,)), ("problem", (brief.problem,)), ("fact", brief.facts)):
        if any(says(text, one) for one in own):
            return kind  # type: ignore[return-value]  # the three are hook types
    if says(text, brief.audience):
        return "audience"
    if any(sign.isdigit() for sign in text):
        return "fact"
    return "name" if says(text, brief.product.partition(":")[0]) else "statement"


def call_type(text: str, brief: Brief) -> CallType:
    """How a film asks for the next step."""
    if says(text, brief.offer):
        return "offer"
    if "?" in text:
        return "question"
    return "link" if _LINK.search(text) else "plain"


def pacing(lengths_ms: Sequence[int]) -> Pacing:
    """By how long a picture stands on average. Raises ValueError without any picture."""
    if not lengths_ms:
        raise ValueError("a film without pictures has no pace")
    mean = sum(lengths_ms) / len(lengths_ms)
    if mean <= FAST_MS:
        return "fast"
    return "medium" if mean <= MEDIUM_MS else "slow"


def says(text: str, other: str) -> bool:
    """Whether `text` holds at least half of the weightier words of `other`; False where `other` has none."""
    own = {word for word in words(other) if len(word) >= _COMMON}
    return bool(own) and len(own.intersection(words(text))) / len(own) >= LIKENESS
