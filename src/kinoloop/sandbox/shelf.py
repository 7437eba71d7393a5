"""Finished media: made when first asked for, served in ranges, and truly gone when their time is over."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kinoloop.sandbox.wire import Answer

_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
KEPT_DRAWINGS = 64


@dataclass(frozen=True)
class Stored:
    """A file on offer. `recipe` names its content: equal recipes hold equal bytes."""

    token: str
    name: str
    media_type: str
    recipe: str
    make: Callable[[], bytes]
    expires_at: datetime


class Shelf:
    """Files by token. The latest drawings are kept by recipe, so that nothing is drawn twice in a row."""

    def __init__(self) -> None:
        self._files: dict[str, Stored] = {}
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._drawing = threading.Lock()

    def put(self, stored: Stored) -> None:
        self._files[stored.token] = stored

    def find(self, token: str, now: datetime) -> Stored | None:
        """The file, unless it has expired."""
        stored = self._files.get(token)
        return stored if stored and now < stored.expires_at else None

    def remove(self, token: str) -> None:
        self._files.pop(token, None)

    def content(self, stored: Stored) -> bytes:
        """The bytes, drawn now when they were not before."""
        with self._drawing:
            if stored.recipe not in self._drawn:
                self._drawn[stored.recipe] = stored.make()
                if len(self._drawn) > KEPT_DRAWINGS:
                    self._drawn.popitem(last=False)
            self._drawn.move_to_end(stored.recipe)
            return self._drawn[stored.recipe]

    def clear(self) -> None:
        """Take all files off; drawings stay, they depend on their recipe alone."""
        self._files.clear()


def token_in(url: str, vendor: str) -> str:
    """The token in the address of a vendor's file; empty when it is no such address."""
    _, found, rest = url.partition(f"/{vendor}/files/")
    return rest.partition("/")[0] if found else ""


def serve(data: bytes, media_type: str, wanted: str | None) -> Answer:
    """The whole file, or the one range asked for (206), or 416."""
    headers = {"accept-ranges": "bytes", "cache-control": "private"}
    if not wanted:
        return Answer(200, data, headers, media_type)
    span = _span(wanted, len(data))
    if span is None:
        return Answer(416, b"", {**headers, "content-range": f"bytes */{len(data)}"}, media_type)
    first, last = span
    told = {**headers, "content-range": f"bytes {first}-{last}/{len(data)}"}
    return Answer(206, data[first : last + 1], told, media_type)


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None when it cannot be given."""
    match = _RANGE.match(wanted.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else None
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if int(first) <= end else None
