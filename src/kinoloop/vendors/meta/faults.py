"""What Meta's errors mean for us, by code and subcode, never by their words.

Sources: Graph error reference, Marketing API rate limiting, Insights error codes. A throttled or refused call
left nothing behind; what the service could not finish may have happened and is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kinoloop.core.errors import (
    ForbiddenError,
    InputError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.vendors.http import EXCERPT
from kinoloop.vendors.refusals import NotTakenError

UNTOLD_WAIT = 300.0
"""Seconds when neither the error nor a header tells any: an account's score falls back within so many."""
HOUR, DAY = 3600.0, 86400.0


class TooMuchDataError(LimitError):
    """A read asked for more than Meta gives at once: ask for less, or for a report."""

    code: ClassVar[str] = "too_much_data"


class PolicyStopError(ForbiddenError):
    """Meta holds what is done for abuse: everything automatic must stop until a person has looked."""

    code: ClassVar[str] = "policy_stop"


@dataclass(frozen=True)
class Throttle:
    """Seconds to wait, and whether all calls share the limit (else: of one ad set, or one kind of change)."""

    wait: float = UNTOLD_WAIT
    shared: bool = True


THROTTLES: dict[tuple[int, int | None], Throttle] = {
    (4, None): Throttle(),
    (4, 1504022): Throttle(),
    (4, 1504039): Throttle(),
    (17, None): Throttle(),
    (17, 2446079): Throttle(),
    (17, 1885172): Throttle(DAY, shared=False),
    (32, None): Throttle(),
    (341, None): Throttle(),
    (613, None): Throttle(),
    (613, 1487742): Throttle(),
    (613, 1996): Throttle(),
    (613, 5044001): Throttle(1.0),
    (613, 1487632): Throttle(HOUR, shared=False),
    (613, 1487225): Throttle(HOUR, shared=False),
}
"""1487632: a budget changed four times in an hour. 1885172: the spending limit ten times in a day.
1487225: ads made too fast. 5044001: a hundred changes in a second.
"""
USE_CASES = range(80000, 80015)
"""Throttles of a business use case: 80000 insights, 80003 audiences, 80004 management, 80014 catalogues."""
TOO_MUCH = frozenset({(100, 1487534), (100, 1504018), (2, 1504038)})
MISSING = frozenset({(100, 33), (803, None)})
UNFINISHED = frozenset({1, 2})
SIGN_IN = frozenset({102, 104, 190})
RIGHTS = frozenset({3, 10, 294, *range(200, 300)})
OLD_VERSION = frozenset({12, 2635})
POLICY = 368
TEXTS = ("message", "error_user_title", "error_user_msg")
SIGN_IN_AGAIN = {
    458: "The app was removed from the account: connect it again.",
    459: "The person must first sign in at facebook.com and pass its check; then connect again.",
    460: "The password was changed: connect again.",
    463: "The token has expired: make a new one (a system user's does not expire).",
    467: "The token was withdrawn: make a new one.",
}


def fault_of(
    error: Mapping[str, Any], status: int, *, told_wait: float | None = None, secrets: tuple[str, ...] = ()
) -> KinoloopError:
    """The exception for an `error` object. Its attribute `answer` keeps code, subcode, trace id and text.

    `told_wait` is what the usage headers say; `secrets` are masked in what is quoted.
    """
    answer = _answer(error, secrets)
    fault = _kind(answer, status, told_wait)
    vars(fault)["answer"] = answer
    return fault


def answer_in(error: BaseException) -> dict[str, Any]:
    """What `fault_of` kept of Meta's own words; empty for an error of another origin."""
    told = vars(error).get("answer")
    return dict(told) if isinstance(told, dict) else {}


def throttle_of(error: BaseException) -> Throttle | None:
    """The limit that an error speaks of."""
    answer = answer_in(error)
    return _throttle(answer.get("code"), answer.get("error_subcode"))


def _kind(answer: dict[str, Any], status: int, told_wait: float | None) -> KinoloopError:
    code, subcode, why = answer["code"], answer["error_subcode"], _why(answer)
    throttle = _throttle(code, subcode)
    if throttle is not None:
        wait = (told_wait or throttle.wait) if throttle.shared else throttle.wait
        fix = f"It takes more in {wait:g} s."
        return NotTakenError("Meta is asked more often than it allows.", why=why, fix=fix, wait=wait)
    if (code, subcode) in TOO_MUCH:
        return TooMuchDataError("That is more than Meta gives at once.", why=why, fix="Ask for less.")
    if code in UNFINISHED or answer["is_transient"] or _nothing_told(answer, status):
        return PassingError("Meta could not finish this.", why=why, fix="Read first whether it was done.")
    return _refusal(code, subcode, why)


def _refusal(code: int | None, subcode: int | None, why: str) -> KinoloopError:
    """A clear no: nothing happened."""
    if code == POLICY:
        fix = "Stop automatic changes, and look at Account Quality in Meta's Business Suite."
        return PolicyStopError("Meta has blocked this for its policies.", why=why, fix=fix)
    if code in SIGN_IN:
        fix = SIGN_IN_AGAIN.get(subcode or 0, "Make a new access token and put it into the settings.")
        return UnavailableError("Meta does not accept our access token.", why=why, fix=fix)
    if code in RIGHTS:
        fix = "Give the token's user this right on the account, and the app `ads_management`."
        return ForbiddenError("Our access token may not do this at Meta.", why=why, fix=fix)
    if code in OLD_VERSION:
        return UnavailableError(
            "Meta has ended this version of its API.", why=why, fix="Set a newer version."
        )
    if (code, subcode) in MISSING or (code, None) in MISSING:
        return NotFoundError(
            "Meta does not show us this.", why=why, fix="It is gone, or our token may not see it."
        )
    return InputError("Meta refused the request.", why=why)


def _throttle(code: int | None, subcode: int | None) -> Throttle | None:
    if code is None:
        return None
    if code in USE_CASES:
        return Throttle()
    return THROTTLES.get((code, subcode)) or THROTTLES.get((code, None))


def _nothing_told(answer: Mapping[str, Any], status: int) -> bool:
    """A failure of the service itself, under a code that says nothing to us."""
    known = {*SIGN_IN, *RIGHTS, *OLD_VERSION, POLICY, 100, 803}
    return status >= 500 and answer["code"] not in known


def _answer(error: Mapping[str, Any], secrets: tuple[str, ...]) -> dict[str, Any]:
    told = {name: error.get(name) for name in ("type", "fbtrace_id", "error_data")}
    texts = {
        name: _masked(error.get(name), secrets) for name in ("message", "error_user_title", "error_user_msg")
    }
    numbers = {name: _whole(error.get(name)) for name in ("code", "error_subcode")}
    return told | texts | numbers | {"is_transient": error.get("is_transient") is True}


def _why(answer: Mapping[str, Any]) -> str:
    """Its words for people where it has any, with what is needed to ask Meta about it."""
    titled = ". ".join(str(answer[name]) for name in ("error_user_title", "error_user_msg") if answer[name])
    words = (titled or str(answer["message"] or "It gave no reason."))[:EXCERPT]
    parts = (("code", "code"), ("subcode", "error_subcode"), ("trace", "fbtrace_id"))
    numbers = ", ".join(f"{name} {answer[key]}" for name, key in parts if answer[key] is not None)
    return f"{words} ({numbers})" if numbers else words


def _masked(told: object, secrets: tuple[str, ...]) -> str | None:
    if told is None:
        return None
    text = str(told)
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def _whole(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) else None
