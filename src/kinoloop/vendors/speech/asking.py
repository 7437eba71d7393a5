"""One paid request for speech: repeated only when the service surely did not take it."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from kinoloop.vendors.http import Http, Reply
from kinoloop.vendors.refusals import NotTakenError

Answer = TypeVar("Answer")
ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 3, 1.0, 20.0


class CallGuard(Protocol):
    """What the shared breaker gives: runs the call, or refuses it with UnavailableError while open."""

    def call(self, work: Callable[[], Answer]) -> Answer: ...


def ask_for_speech(
    http: Http,
    url: str,
    body: Mapping[str, object],
    *,
    headers: Mapping[str, str],
    key: str,
    breaker: CallGuard,
    sleep: Callable[[float], None] = time.sleep,
) -> Reply:
    """The answer to a POST. Any failure that may have been charged is raised at once.

    Raises PassingError, UnavailableError (key refused, breaker open), LimitError (no credit), InputError.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return http.send(
                "POST", url, headers=headers, json=dict(body), secrets=(key,), safe=False, guard=breaker.call
            )
        except NotTakenError as error:
            wait = FIRST_WAIT * 2 ** (attempt - 1) if error.wait is None else error.wait
            if attempt == ATTEMPTS or wait > LONGEST_WAIT:
                raise
            sleep(wait)
    raise AssertionError("unreachable: the last attempt returns or raises")
