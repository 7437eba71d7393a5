"""/crm/v3/objects/{contacts|deals}/batch/...: up to a hundred at once; what fails alone makes it a 207."""

from collections.abc import Callable, Sequence
from typing import Any

from kinoloop.core.errors import ConflictError
from kinoloop.sandbox.hubspot.asking import (
    BATCH_WITH_HISTORY,
    body_of,
    check_unique,
    fields,
    flag,
    good_values,
    inputs_of,
    kind_of,
    properties_of,
)
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.linking import associate, partners
from kinoloop.sandbox.hubspot.problems import item, refuse
from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import SINGULAR, Record
from kinoloop.sandbox.hubspot.shapes import told, whole
from kinoloop.sandbox.hubspot.words import stamp
from kinoloop.sandbox.wire import Answer, Call, Refusal

Write = Callable[[dict[str, Any]], dict[str, Any]]
_TRACE = "objectWriteTraceId"


def read(desk: Desk, call: Call) -> Answer:
    kind, given = kind_of(call), body_of(call)
    wanted, history = fields(given)
    inputs = inputs_of(given)
    if history and len(inputs) > BATCH_WITH_HISTORY:
        most = f"in a batch request for property histories is {BATCH_WITH_HISTORY}"
        reduce = "Please reduce the number of items and try again"
        raise refuse(400, f"The maximum number of inputs supported {most}. {reduce}")
    by = given.get("idProperty")
    found: dict[str, Record] = {}
    absent: list[str] = []
    for each in inputs:
        record = _find(desk, kind, str(each.get("id", "")), by, archived=flag(call, "archived"))
        if record is None:
            absent.append(str(each.get("id", "")))
        else:
            found[record.id] = record
    results = [told(desk.portal, record, wanted, history) for record in found.values()]
    return _answer(desk, 200, results, _absent(kind, absent))


def create(desk: Desk, call: Call) -> Answer:
    kind = kind_of(call)

    def write(each: dict[str, Any]) -> dict[str, Any]:
        values = good_values(desk.portal, kind, properties_of(each))
        joined = partners(desk.portal, kind, each.get("associations"))
        record = desk.portal.create(kind, values, source=desk.app)
        associate(desk.portal, record, joined)
        return whole(desk.portal, record)

    def check(each: dict[str, Any]) -> None:
        good_values(desk.portal, kind, properties_of(each))
        partners(desk.portal, kind, each.get("associations"))

    return _write_all(desk, call, 201, write, check)


def update(desk: Desk, call: Call) -> Answer:
    """Ids that do not exist make it a 207 in any case."""
    kind, given = kind_of(call), body_of(call)
    inputs = inputs_of(given)
    pairs = [(each, _find(desk, kind, str(each.get("id", "")), each.get("idProperty"))) for each in inputs]
    absent = [str(each.get("id", "")) for each, record in pairs if record is None]
    present = {id(each): record for each, record in pairs if record is not None}

    def write(each: dict[str, Any]) -> dict[str, Any]:
        record = present[id(each)]
        desk.portal.change(
            record, good_values(desk.portal, kind, properties_of(each), record), source=desk.app
        )
        return whole(desk.portal, record)

    def check(each: dict[str, Any]) -> None:
        good_values(desk.portal, kind, properties_of(each), present[id(each)])

    results, errors = _each(desk, [each for each in inputs if id(each) in present], write, check)
    return _answer(desk, 200, results, [*_absent(kind, absent), *errors])


def upsert(desk: Desk, call: Call) -> Answer:
    """By a unique property: what is not there yet is made."""
    kind = kind_of(call)

    def named(each: dict[str, Any]) -> tuple[Record | None, dict[str, Any]]:
        by, value = str(each.get("idProperty") or ""), str(each.get("id", ""))
        check_unique(desk.portal, kind, by)
        return desk.portal.find_by(kind, by, value), {by: value, **properties_of(each)}

    def write(each: dict[str, Any]) -> dict[str, Any]:
        record, properties = named(each)
        values = good_values(desk.portal, kind, properties, record)
        if record is None:
            return {**whole(desk.portal, desk.portal.create(kind, values, source=desk.app)), "new": True}
        desk.portal.change(record, values, source=desk.app)
        return {**whole(desk.portal, record), "new": False}

    def check(each: dict[str, Any]) -> None:
        record, properties = named(each)
        good_values(desk.portal, kind, properties, record)

    return _write_all(desk, call, 200, write, check)


def archive(desk: Desk, call: Call) -> Answer:
    kind = kind_of(call)
    for each in inputs_of(body_of(call)):
        record = desk.portal.find(kind, str(each.get("id", "")))
        if record is not None:
            desk.portal.archive(record, source=desk.app)
    return Answer(204, b"")


def _find(desk: Desk, kind: Kind, wanted: str, by: Any, *, archived: bool = False) -> Record | None:
    if by in (None, "", "hs_object_id"):
        return desk.portal.find(kind, wanted, archived=archived)
    check_unique(desk.portal, kind, str(by))
    return desk.portal.find_by(kind, str(by), wanted)


def _write_all(
    desk: Desk, call: Call, status: int, write: Write, check: Callable[[dict[str, Any]], None]
) -> Answer:
    results, errors = _each(desk, inputs_of(body_of(call)), write, check)
    return _answer(desk, status, results, errors)


def _each(
    desk: Desk,
    inputs: Sequence[dict[str, Any]],
    write: Write,
    check: Callable[[dict[str, Any]], None],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Write each by itself when all carry a trace id; else one that cannot be taken refuses them all."""
    traced = all(_TRACE in each for each in inputs)
    if not traced:
        for each in inputs:
            check(each)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for each in inputs:
        try:
            done = write(each)
        except (Refusal, ConflictError) as error:
            if not traced:
                raise _whole_refusal(error) from error
            errors.append(_failed(error, str(each[_TRACE])))
        else:
            results.append({**done, _TRACE: str(each[_TRACE])} if traced else done)
    return results, errors


def _whole_refusal(error: Refusal | ConflictError) -> Refusal:
    return error if isinstance(error, Refusal) else refuse(409, error.what)


def _failed(error: Refusal | ConflictError, trace: str) -> dict[str, Any]:
    body = _whole_refusal(error).answer.body
    return item(str(body.get("category", "VALIDATION_ERROR")), str(body["message"]), {_TRACE: [trace]})


def _absent(kind: Kind, ids: Sequence[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    message = (
        f"Could not get some {SINGULAR[kind].upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return [item("OBJECT_NOT_FOUND", message, {"ids": list(ids)})]


def _answer(desk: Desk, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
    now = stamp(desk.world.now())
    told_: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(status, told_)
    return Answer(207, {**told_, "numErrors": len(errors), "errors": errors})
