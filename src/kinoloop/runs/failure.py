"""Errors on their way through the engine: out as plain data, back as the same error, on replay too.

The engine stores an error as JSON and gives another type back when it replays. Both ways end here, so a
body that catches `MediaError` behaves the same in either case.
"""

from collections.abc import Iterator

from kinoloop.core.errors import KinoloopError, PassingError, UnexpectedError
from kinoloop.runs.records import Json


class StepTimeoutError(PassingError):
    """A step took longer than it may."""

    code = "timeout"
    http_status = 504


class WorkerLostError(KinoloopError):
    """A step ended its worker again and again."""

    code = "worker_lost"


class StoredError(Exception):
    """How an error crosses the engine: `data` is stored with the step or the run."""

    def __init__(self, error: KinoloopError) -> None:
        super().__init__(str(error))
        self.data: Json = error.as_dict()


def as_known(error: Exception) -> KinoloopError:
    """Any exception as one a person can read; a known one stays itself."""
    if isinstance(error, KinoloopError):
        return error
    known = UnexpectedError(
        f"{type(error).__name__}: {error}".rstrip(": .") + ".",
        why="This is a fault in the program, not in what you gave it.",
        fix="Retry; if it stays, report it with the run's id.",
    )
    known.__cause__ = error
    return known


def rebuild(data: Json) -> KinoloopError:
    """The error that `as_dict` described; an unknown code gives the plain base."""
    kinds = {kind.code: kind for kind in reversed(list(_all_kinds(KinoloopError)))}
    kind = kinds.get(str(data.get("code")), KinoloopError)
    return kind(str(data.get("what", "")), why=str(data.get("why", "")), fix=str(data.get("fix", "")))


def worth_retrying(error: Exception) -> bool:
    """Passing failures and surprises are tried again; a clear no is not."""
    return isinstance(error, PassingError | UnexpectedError) or not isinstance(error, KinoloopError)


def _all_kinds(kind: type[KinoloopError]) -> Iterator[type[KinoloopError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _all_kinds(child)
