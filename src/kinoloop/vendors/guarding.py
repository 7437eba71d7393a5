"""One breaker around each attempt of a call, that counts only what is the service's own fault."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from kinoloop.vendors.http import Attempt, Guard, Reply
from kinoloop.vendors.refusals import NotTakenError

Answer = TypeVar("Answer")


class CallGuard(Protocol):
    """What the shared breaker gives: runs the call, or refuses it with UnavailableError while open."""

    def call(self, work: Callable[[], Answer]) -> Answer: ...


def guarded_by(breaker: CallGuard, check: Callable[[Reply], None] = lambda reply: None) -> Guard:
    """A guard for `Http.send`. `check` raises for answers that are failures in their body.

    Being told how long to wait is no fault: it passes the breaker by and is raised behind it.
    """

    def guard(attempt: Attempt) -> Reply:
        def work() -> Reply | NotTakenError:
            try:
                reply = attempt()
                check(reply)
            except NotTakenError as error:
                if error.wait is None:
                    raise
                return error
            return reply

        outcome = breaker.call(work)
        if isinstance(outcome, NotTakenError):
            raise outcome
        return outcome

    return guard
