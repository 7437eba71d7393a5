"""Small truths about text: words, plain folding, secrets kept out of logs."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_SECRET = re.compile(
    r"(?i)((?:api[_-]?key|token|secret|password|authorization|cookie)[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?)([^\s\"',;&]+)"
)
_URL_LOGIN = re.compile(r"(://[^/\s:@]*:)([^@\s/]+)(@)")


def fold(text: str) -> str:
    """Lower case, without accents: for comparing, never for showing."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Folded words of any script that separates them, in order."""
    return [fold(match) for match in _WORD.findall(text)]


def redact(text: str) -> str:
    """Mask values that follow secret-like names, and passwords inside URLs."""
    return _URL_LOGIN.sub(r"\1***\3", _SECRET.sub(r"\1***", text))


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 clip`, `3 clips`."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def label(name: str) -> str:
    """A key as people say it: `hook_strength` -> `Hook strength`."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]
