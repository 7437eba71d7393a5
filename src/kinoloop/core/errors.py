"""Errors a person can act on: what happened, why, what to do.

Every error that crosses a floor is a `KinoloopError`. Faces print its three sentences and map its
kind to an exit code or an HTTP status; anything else is a bug and is shown as one.
"""

from typing import ClassVar


class KinoloopError(Exception):
    """Base: `what` happened, `why`, and what to do about it (`fix`)."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.fix = what, why, fix

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.fix) if part)

    def as_dict(self) -> dict[str, str]:
        """The JSON form shared by `--json` output and HTTP bodies."""
        return {"code": self.code, "what": self.what, "why": self.why, "fix": self.fix}

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.why, self.fix))


def _rebuild(kind: type[KinoloopError], what: str, why: str, fix: str) -> KinoloopError:
    return kind(what, why=why, fix=fix)


class InputError(KinoloopError):
    """The caller gave something unusable."""

    code = "bad_input"
    http_status = 422
    exit_code = 2


class MediaError(InputError):
    """A media file cannot be read, or not far enough to be of use."""

    code = "bad_media"


class ForbiddenError(KinoloopError):
    """The caller may not do this (path outside the jail, private address, missing right)."""

    code = "forbidden"
    http_status = 403
    exit_code = 2


class NotFoundError(KinoloopError):
    """Nothing has this id or path."""

    code = "not_found"
    http_status = 404
    exit_code = 2


class ConflictError(KinoloopError):
    """The thing is in a state that does not allow this."""

    code = "conflict"
    http_status = 409


class UnavailableError(KinoloopError):
    """A part that this needs is not configured or not installed."""

    code = "unavailable"
    http_status = 503


class PassingError(KinoloopError):
    """It failed now and may work later: worth a retry."""

    code = "passing"
    http_status = 503


class LimitError(KinoloopError):
    """A limit of memory, time or size ended the work."""

    code = "limit"
    http_status = 413


class BudgetError(LimitError):
    """The day's money, or what was set aside for the job, does not reach."""

    code = "budget"
    http_status = 429


class RateLimitError(LimitError):
    """Asked for too often, or once too many."""

    code = "rate_limit"
    http_status = 429


class CancelledError(KinoloopError):
    """A person asked for this to stop."""

    code = "cancelled"
    http_status = 409


class IntegrityError(KinoloopError):
    """An artefact was made and did not pass its own check."""

    code = "integrity"


class UnexpectedError(KinoloopError):
    """Something failed that nobody had thought of: a bug, shown as one."""

    code = "bug"
