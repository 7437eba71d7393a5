"""KIE's own codes, which come inside an answer of HTTP 200: read before anything else. Pure."""

from collections.abc import Mapping
from typing import Any

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

GOOD = 200
TOO_MANY = 429
WAIT_SECONDS = 10.0
"""KIE does not say how long to wait after 429; its window is ten seconds."""
LONGEST_WORDS = 300

_NO: dict[int, tuple[type[KinoloopError], str, str]] = {
    400: (InputError, "refused the request.", "Check the model and its inputs."),
    401: (UnavailableError, "refused our key.", "Check KIE_API_KEY."),
    402: (LimitError, "has no credit left for this.", "Add credit to the account there, then try again."),
    404: (InputError, "does not have this.", "Check the model and the address."),
    422: (InputError, "refused the request.", "Check the model and its inputs."),
    433: (LimitError, "has reached the limit set for our key.", "Raise the limit of the key there."),
    451: (InputError, "could not fetch the first frame.", "Check that its address is public."),
    505: (UnavailableError, "has turned this feature off.", "Choose another model."),
    455: (NotTakenError, "is under maintenance.", "Try again later."),
    501: (NotTakenError, "could not begin to make it.", "Try again later."),
}


def data_of(answer: object) -> Any:
    """What an answer holds, when its code says that all is well. Raises as `raise_for_code` does."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("code"), int):
        raise IntegrityError("KIE's answer cannot be read.", why="It has no code.")
    raise_for_code(answer["code"], str(answer.get("msg") or ""))
    return answer.get("data")


def raise_for_code(code: int, message: str) -> None:
    """Raises NotTakenError (429, 455, 501: there is no task), PassingError (500 and unknown ones),
    UnavailableError (401, 505), LimitError (402, 433), InputError (400, 404, 422, 451).
    """
    if code == GOOD:
        return
    why = f"Code {code}. {redact(message)[:LONGEST_WORDS]}".strip()
    if code == TOO_MANY:
        later = f"Wait {WAIT_SECONDS:g} s."
        raise NotTakenError("KIE has too many requests now.", why=why, fix=later, wait=WAIT_SECONDS)
    if code in _NO:
        kind, what, fix = _NO[code]
        raise kind(f"KIE {what}", why=why, fix=fix)
    raise PassingError("KIE is not able to answer now.", why=why, fix="Try again later.")
