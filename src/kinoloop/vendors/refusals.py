"""A failure that surely left nothing behind at the other side, so that asking again cannot pay twice."""

from typing import ClassVar

from kinoloop.core.errors import PassingError


class NotTakenError(PassingError):
    """The service did not take the request: too many at once, or it was never reached.

    Unlike any other passing failure of a paid call it needs no reconciling. `wait` is for how many seconds a
    busy service is to be left alone, None when it was not busy but out of reach.
    """

    code: ClassVar[str] = "not_taken"

    def __init__(self, what: str, *, why: str = "", fix: str = "", wait: float | None = None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.wait = wait

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.what, self.why, self.fix, self.wait)


def _rebuild(what: str, why: str, fix: str, wait: float | None) -> NotTakenError:
    return NotTakenError(what, why=why, fix=fix, wait=wait)
