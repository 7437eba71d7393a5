"""What every voice demands of a line before anything is paid."""

import unicodedata

from kinoloop.core.errors import InputError, LimitError


def checked_line(
    text: str, pace: float, slowest: float, fastest: float, service: str, longest: int = 5000
) -> str:
    """The line on one line. Raises InputError (nothing to say, impossible pace), LimitError (too long)."""
    line = " ".join("".join(c if _kept(c) else " " for c in text).split())
    if not any(c.isalnum() for c in line):
        raise InputError("There is nothing to say.", fix="Give a line with words.")
    if len(line) > longest:
        raise LimitError(
            f"The line is too long for {service}.",
            why=f"It has {len(line)} characters, the most is {longest}.",
            fix="Split it.",
        )
    if not slowest <= pace <= fastest:
        raise InputError(
            f"{service} cannot speak at pace {pace:g}.",
            why=f"It speaks at {slowest:g} to {fastest:g}.",
            fix="Choose a pace in between.",
        )
    return line


def _kept(character: str) -> bool:
    """Not a control character, half a surrogate pair or the like; joiners inside words stay."""
    return unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")
