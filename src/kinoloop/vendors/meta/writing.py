"""Changing what is live: each write is one request (or one part of a batch) and is never repeated here."""

from collections.abc import Sequence
from typing import Any

from kinoloop.core.errors import InputError, KinoloopError, PassingError
from kinoloop.delivery.ports import Write, Written
from kinoloop.vendors.meta.client import MOST_IN_BATCH, GraphClient, Item
from kinoloop.vendors.meta.fields import entity_path
from kinoloop.vendors.meta.translate import request_of


class ChangeWriter:
    """Writes through `client`."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def write(self, write: Write, *, validate_only: bool = False) -> Written:
        """See the port."""
        params = request_of(write, validate_only=validate_only)
        return _taken(self._client.change(entity_path(write.entity_id), params))

    def write_all(
        self, writes: Sequence[Write], *, validate_only: bool = False
    ) -> Sequence[Written | Exception]:
        """See the port. A write that cannot be asked for is refused in its place; the others are sent."""
        if len(writes) > MOST_IN_BATCH:
            raise InputError(
                f"A batch holds at most {MOST_IN_BATCH} writes.", why=f"{len(writes)} were given."
            )
        items = [_item(write, validate_only) for write in writes]
        sent = [item for item in items if isinstance(item, Item)]
        answers = iter(self._client.batch(sent) if sent else ())
        return [item if isinstance(item, KinoloopError) else _outcome(next(answers)) for item in items]


def _item(write: Write, validate_only: bool) -> Item | KinoloopError:
    try:
        return Item("POST", entity_path(write.entity_id), request_of(write, validate_only=validate_only))
    except InputError as error:
        return error


def _outcome(answer: dict[str, Any] | KinoloopError) -> Written | KinoloopError:
    if isinstance(answer, KinoloopError):
        return answer
    try:
        return _taken(answer)
    except PassingError as error:
        return error


def _taken(told: dict[str, Any]) -> Written:
    """Only a plain yes counts as one."""
    if told.get("success") is True:
        return Written(told)
    raise PassingError(
        "Meta did not say whether it took the change.",
        why="Its answer is neither a yes nor an error.",
        fix="It may have been done: read before anything else.",
    )
