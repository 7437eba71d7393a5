"""On-screen text: six words at most, and never a claim cut short.

A fact loses its truth with its condition ("free shipping" of "free shipping from $50"), so a text stands on
the screen whole or not at all.
"""

import re

from kinoloop.creative.scripts.rules import SUPER_WORDS, words_in

LONGEST = 42
"""Characters that two lines of a super hold."""


def super_of(text: str, fallback: str = "") -> str:
    """The text as a super, or a question inside it, or else the fallback; "" when none of them fits."""
    for part in (text, *_questions(text), fallback):
        shown = _bare(part)
        if shown and words_in(shown) <= SUPER_WORDS and len(shown) <= LONGEST:
            return shown
    return ""


def _questions(text: str) -> list[str]:
    """Questions inside a longer text: they claim nothing, so they may stand alone."""
    return [found.strip() for found in re.findall(r"[^.!?]+\?", text)]


def _bare(text: str) -> str:
    shown = text.strip()
    return shown[:-1].rstrip() if shown.endswith(".") and not shown.endswith("..") else shown
