"""Pages: cursors to follow and never to store; some pages are short or empty, the end is where `next` is
missing.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from kinoloop.core.ids import hash_json
from kinoloop.sandbox.meta.asking import SECRETS, Ask
from kinoloop.sandbox.meta.desk import Habits
from kinoloop.sandbox.meta.errors import refuse

USUAL, MOST = 25, 1000
_WORD, _AGAIN = "cursor", "again"


def page_of(rows: Sequence[Any], ask: Ask, habits: Habits) -> tuple[list[Any], dict[str, Any]]:
    """The rows of this page and its `paging`. Refuses a cursor that is none of ours."""
    limit = ask.number("limit") or USUAL
    if limit < 1:
        raise refuse(100, None, "(#100) Param limit must be positive")
    start, again = _offset(ask.text("after"))
    if start > len(rows):
        raise refuse(100, None, "(#100) Invalid cursors values")
    if not rows:
        return [], {}
    size = _size(ask, habits, start, min(limit, MOST), again)
    end = min(start + size, len(rows))
    after = _cursor(end, again=size == 0)
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": after}}
    if end < len(rows):
        paging["next"] = _next(ask, after, limit)
    return list(rows[start:end]), paging


def _size(ask: Ask, habits: Habits, start: int, limit: int, again: bool) -> int:
    """Every few pages are short or empty, the same ones in every run."""
    mark = int(hash_json(["page", *ask.path[1:], start, limit])[:8], 16)
    if habits.empty_pages and not again and start and mark % 2:
        return 0
    if habits.short_pages and mark % 3 == 0:
        return max(1, limit - 1 - mark % max(1, limit // 2))
    return limit


def _next(ask: Ask, after: str, limit: int) -> str:
    kept = {name: value for name, value in ask.params.items() if name not in (*SECRETS, "after", "limit")}
    told = {**kept, "limit": limit, "after": after}
    return f"{ask.root}/{'/'.join(ask.path)}?{urlencode(told)}"


def _cursor(place: int, *, again: bool = False) -> str:
    told = f"{_WORD}:{place}:{_AGAIN if again else ''}"
    return base64.urlsafe_b64encode(told.encode()).decode()


def _offset(cursor: str | None) -> tuple[int, bool]:
    if not cursor:
        return 0, False
    try:
        word, place, again = base64.urlsafe_b64decode(cursor).decode().split(":")
        if word == _WORD:
            return int(place), again == _AGAIN
    except (ValueError, binascii.Error):
        pass
    raise refuse(100, None, "(#100) Invalid cursors values")
