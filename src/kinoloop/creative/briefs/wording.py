"""What a person wrote, made plain: no control characters, one space between words, phrases met whole."""

import re
import unicodedata
from functools import cache

from kinoloop.core.errors import InputError
from kinoloop.core.text import fold

_REFUSED = {"Cc", "Cs", "Co", "Cn", "Cf"}
_JOINERS = {"\u200c", "\u200d", "\u00ad", "\ufe0f"}
"""Format characters that ordinary writing needs: joiners of scripts and emoji, the soft hyphen."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that do not part words by spaces: there a phrase is met anywhere."""


def clean(text: str, field: str) -> str:
    """The text on one line. Raises InputError for control, direction and unassigned characters."""
    line = " ".join(text.split())
    for place, char in enumerate(line, start=1):
        if unicodedata.category(char) in _REFUSED and char not in _JOINERS:
            raise InputError(
                f"{field} holds a character that cannot be shown.",
                why=f"Character {place} is U+{ord(char):04X}.",
                fix="Type the text again instead of pasting it.",
            )
    return line


def mentions(text: str, phrase: str) -> bool:
    """Whether `phrase` is in `text` as whole words, whatever the case, accents, hyphens and spacing."""
    pattern = _whole(phrase)
    return pattern is not None and pattern.search(_folded(text)) is not None


@cache
def _whole(phrase: str) -> re.Pattern[str] | None:
    parts = re.split(r"[\s\-_]+", _folded(phrase).strip())
    body = r"[\W_]+".join(re.escape(part) for part in parts if part)
    if not body:
        return None
    return re.compile(body if _UNSPACED.search(phrase) else rf"(?<!\w){body}(?!\w)")


def _folded(text: str) -> str:
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return fold(shown).replace("\u2019", "'")
