"""Up to fifty requests in one: answers in order, bodies as strings; null is an item that was never answered.

Faults reach single items under the path `/batch/<what follows the version>`: a cut `before` leaves the item
undone and unanswered, a cut `after` does it and answers null.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.meta.access import Access
from kinoloop.sandbox.meta.answering import Said, answer
from kinoloop.sandbox.meta.asking import Ask, versioned
from kinoloop.sandbox.meta.desk import Desk
from kinoloop.sandbox.meta.errors import error, refuse
from kinoloop.sandbox.wire import Refusal

MOST = 50
Item = dict[str, Any]


def run(desk: Desk, access: Access, ask: Ask) -> Said:
    """The whole batch. Refuses more than fifty, and what is no batch."""
    try:
        access.check(ask, revoked=desk.habits.revoked)
        items = _items(ask)
    except Refusal as refusal:
        return Said(refusal.answer.status, refusal.answer.body)
    return Said(200, [_one(desk, access, ask, item) for item in items], desk.app.headers(desk.now))


def _items(ask: Ask) -> list[Item]:
    items = ask.value("batch")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refuse(100, None, "(#100) The parameter batch is required.")
    if len(items) > MOST:
        words = f"Too many requests in batch message. Maximum batch size is {MOST}"
        raise refuse(100, None, words)
    return items


def _one(desk: Desk, access: Access, outer: Ask, item: Item) -> Item | None:
    try:
        inner = _inner(outer, item)
    except Refusal as refusal:
        return _told(Said(refusal.answer.status, refusal.answer.body))
    path = "/batch/" + "/".join(inner.path)
    fault = next(iter(desk.world.faults.strike("request", "meta", inner.method, path)), None)
    if fault is not None and fault.cut == "before":
        return None
    if fault is not None and (fault.status is not None or fault.body is not None):
        return _told(_planned(fault))
    desk.next_trace()
    said = answer(desk, access, inner)
    return None if fault is not None and fault.cut is not None else _told(said)


def _inner(outer: Ask, item: Item) -> Ask:
    parts = urlsplit(str(item.get("relative_url", "")))
    _, rest = versioned(parts.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    body = dict(parse_qsl(str(item.get("body") or ""), keep_blank_values=True))
    passed = {name: outer.params[name] for name in ("appsecret_proof",) if name in outer.params}
    path = tuple(part for part in rest.split("/") if part)
    method = str(item.get("method", "GET")).upper()
    if method not in ("GET", "POST", "DELETE") or (not path and "ids" not in query):
        raise refuse(2500)
    return replace(outer, method=method, path=path, params={**passed, **query, **body}, files={}, batch=True)


def _planned(fault: Fault) -> Said:
    if fault.body is not None:
        return Said(fault.status or 200, fault.body)
    told = error(fault.status or 500, fault.error or "")
    return Said(told.status, told.body)


def _told(said: Said) -> Item:
    headers = [{"name": name, "value": value} for name, value in said.headers.items()]
    headers.append({"name": "Content-Type", "value": "text/javascript; charset=UTF-8"})
    return {"code": said.status, "headers": headers, "body": json.dumps(said.body)}
