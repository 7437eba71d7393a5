"""A vendor's failure as ours: what passes, what is about the key, the credit, the request or the answer.

Imports pydantic-ai, so only code that is about to ask a model imports this.
"""

from collections.abc import Sequence

from pydantic_ai import exceptions as theirs

from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    PassingError,
    UnavailableError,
)
from kinoloop.core.text import redact
from kinoloop.vendors.refusals import NotTakenError

EXCERPT = 300
_PASSING_STATUS = frozenset({408, 409, 425})
_GEMINI_KEY = "api key not valid"
"""Gemini's words for a wrong key, which it sends as a 400."""
_CUT = "Its answer was cut off at the longest length allowed."
REFUSED = "It declined to answer (content filter)."


def fault_of(error: Exception, name: str, secrets: Sequence[str]) -> KinoloopError:
    """What `error`, raised while asking the model `name`, means. `secrets` are masked in what is quoted."""
    said = _said(error, secrets)
    if isinstance(error, theirs.ModelQuotaExceededError):
        fix = "Add credit to the account there, or name another model in KINOLOOP_LLM."
        return LimitError(f"{name} has no credit left for this.", why=said, fix=fix)
    if isinstance(error, theirs.ModelAuthenticationError) or _GEMINI_KEY in said.lower():
        return UnavailableError(f"{name} refused our key.", why=said, fix="Check the key and its rights.")
    if isinstance(error, theirs.ModelNotFoundError):
        fix = "Check the model's name and the address."
        return UnavailableError(f"{name} is not known there.", why=said, fix=fix)
    if isinstance(error, theirs.ContentFilterError):
        return refused(name)
    if isinstance(error, theirs.OutputTokenLimitExceeded):
        return cut_off(name)
    return _passing(error, name, said) or _lasting(error, name, said)


def refused(name: str, words: str = "") -> IntegrityError:
    """The model would not answer; `words` are its own."""
    why = f"{REFUSED} It said: {words[:EXCERPT]}" if words else REFUSED
    return IntegrityError(f"{name} refused to answer.", why=why, fix="Change the brief, or write it by hand.")


def cut_off(name: str) -> IntegrityError:
    return IntegrityError(f"{name} did not finish its answer.", why=_CUT, fix="Ask for something shorter.")


def _passing(error: Exception, name: str, said: str) -> PassingError | None:
    if isinstance(error, theirs.ModelTimeoutError | theirs.ModelRequestTimeout | TimeoutError):
        return PassingError(f"{name} took too long.", why=said, fix="Try again later.")
    if isinstance(error, theirs.ModelRateLimitError):
        wait = error.retry_after
        later = "Try again later." if wait is None else f"It asks to wait {wait:g} s."
        return NotTakenError(f"{name} has too many requests now.", why=said, fix=later, wait=wait)
    if isinstance(
        error, theirs.ModelConnectionError | theirs.ModelServerError | theirs.ModelUnavailableError
    ):
        return PassingError(f"{name} is not able to answer now.", why=said, fix="Try again later.")
    if isinstance(error, theirs.ModelHTTPError) and error.status_code in _PASSING_STATUS:
        return PassingError(f"{name} is not able to answer now.", why=said, fix="Try again later.")
    return None


def _lasting(error: Exception, name: str, said: str) -> KinoloopError:
    if isinstance(error, theirs.ModelHTTPError | theirs.ModelRequestRejectedError | theirs.UserError):
        return InputError(f"{name} refused the request.", why=said)
    return IntegrityError(f"{name} gave an answer of another shape.", why=said)


def _said(error: Exception, secrets: Sequence[str]) -> str:
    """The status and the vendor's own words on one line, without anything secret."""
    status = f"HTTP {error.status_code}. " if isinstance(error, theirs.ModelHTTPError) else ""
    words = _message(getattr(error, "body", None)) or f"{type(error).__name__}: {error}"
    for secret in secrets:
        words = words.replace(secret, "***") if secret else words
    return f"{status}{redact(' '.join(words.split()))[:EXCERPT]}"


def _message(body: object) -> str:
    """`error.message`, `message` or the body itself as text; '' when there is none."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    told = inner.get("message", inner) if isinstance(inner, dict) else inner
    return "" if told is None else str(told)
