"""Is a failed generation worth another try? Told from the service's own words. Pure."""

import re

_CONTENT = re.compile(
    r"(?i)\b(nsfw|sensitive|flagged|moderat\w*|polic(?:y|ies)|safety|prohibited|violat\w*|copyright|minors?)\b"
)
_INPUT = re.compile(
    r"(?i)\b(invalid|validation|unsupported|not allowed|must be|too (?:long|large|short|small))\b"
)


def worth_another_try(error: str | None) -> bool:
    """False when the service objects to what was asked: the same words will be refused again."""
    return error is None or not (_CONTENT.search(error) or _INPUT.search(error))
