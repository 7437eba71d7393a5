"""/crm/v4/...associations...: which deals belong to which contacts. The other side's ids are numbers here."""

from collections.abc import Callable
from typing import Any

from kinoloop.sandbox.hubspot.asking import body_of, inputs_of, kind_named, kind_of, number, pages
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.linking import check_types
from kinoloop.sandbox.hubspot.links import TYPES
from kinoloop.sandbox.hubspot.problems import item, missing, refuse
from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import SINGULAR, TYPE_IDS
from kinoloop.sandbox.hubspot.words import stamp
from kinoloop.sandbox.wire import Answer, Call

PAGE, BATCH = 500, 100
_CATEGORY = "HUBSPOT_DEFINED"


def read(desk: Desk, call: Call) -> Answer:
    """The records associated with one, by their ids."""
    kind, other = _pair(call)
    if desk.portal.find(kind, call.parts["id"]) is None:
        raise missing(call.parts["id"])
    limit = number(call.query.get("limit"), "limit", PAGE, PAGE)
    after = number(call.query.get("after"), "after", 0)
    ids = sorted(int(each) for each in desk.portal.links.of(call.parts["id"]) if int(each) >= after)
    told: dict[str, Any] = {"results": [_linked(kind, other, each) for each in ids[:limit]]}
    if len(ids) > limit:
        told |= pages(ids[limit], f"{call.base}{call.path}?")
    return Answer(200, told)


def join(desk: Desk, call: Call) -> Answer:
    """With types in the body."""
    kind, other = _pair(call)
    check_types(kind, other, call.json())
    one, two = _both(desk, kind, other, call.parts["id"], call.parts["to_id"])
    desk.portal.links.join(one, two)
    return Answer(201, _labelled(kind, other, one, two))


def join_default(desk: Desk, call: Call) -> Answer:
    kind, other = _pair(call)
    one, two = _both(desk, kind, other, call.parts["id"], call.parts["to_id"])
    desk.portal.links.join(one, two)
    return _batched(desk, 200, _both_ways(kind, other, one, two), [])


def part(desk: Desk, call: Call) -> Answer:
    kind, other = _pair(call)
    one, two = _both(desk, kind, other, call.parts["id"], call.parts["to_id"])
    desk.portal.links.part(one, two)
    return Answer(204, b"")


def read_batch(desk: Desk, call: Call) -> Answer:
    """One that has no association is an error of its own, and the answer a 207."""
    kind, other = _pair(call)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for each in inputs_of(body_of(call), BATCH):
        one = str(each.get("id", ""))
        known = desk.portal.find(kind, one) is not None
        ids = sorted(int(found) for found in desk.portal.links.of(one)) if known else []
        if ids:
            results.append({"from": {"id": one}, "to": [_linked(kind, other, found) for found in ids]})
        else:
            errors.append(_alone(kind, other, one))
    return _batched(desk, 200, results, errors)


def join_batch(desk: Desk, call: Call) -> Answer:
    kind, other = _pair(call)

    def write(one: str, two: str, each: dict[str, Any]) -> list[dict[str, Any]]:
        check_types(kind, other, each.get("types"))
        desk.portal.links.join(one, two)
        return [_labelled(kind, other, one, two)]

    return _batched(desk, 201, _each(desk, call, write), [])


def join_batch_default(desk: Desk, call: Call) -> Answer:
    kind, other = _pair(call)

    def write(one: str, two: str, each: dict[str, Any]) -> list[dict[str, Any]]:
        desk.portal.links.join(one, two)
        return _both_ways(kind, other, one, two)

    return _batched(desk, 200, _each(desk, call, write), [])


def part_batch(desk: Desk, call: Call) -> Answer:
    for each in inputs_of(body_of(call), BATCH):
        for two in each.get("to") or []:
            desk.portal.links.part(_id(each.get("from")), _id(two))
    return Answer(204, b"")


def _each(
    desk: Desk, call: Call, write: Callable[[str, str, dict[str, Any]], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    kind, other = _pair(call)
    results: list[dict[str, Any]] = []
    for each in inputs_of(body_of(call), BATCH):
        one, two = _both(desk, kind, other, _id(each.get("from")), _id(each.get("to")))
        results += write(one, two, each)
    return results


def _pair(call: Call) -> tuple[Kind, Kind]:
    kind, other = kind_of(call), kind_named(call.parts["other"])
    if kind == other:
        raise refuse(400, f"No association type from {kind} to {other} exists.")
    return kind, other


def _both(desk: Desk, kind: Kind, other: Kind, one: str, two: str) -> tuple[str, str]:
    for each, wanted in ((kind, one), (other, two)):
        if desk.portal.find(each, wanted) is None:
            raise missing(wanted)
    return one, two


def _id(given: Any) -> str:
    return str(given.get("id", "")) if isinstance(given, dict) else ""


def _linked(kind: Kind, other: Kind, found: int) -> dict[str, Any]:
    types = [{"category": _CATEGORY, "typeId": TYPES[kind, other][0], "label": None}]
    return {"toObjectId": found, "associationTypes": types}


def _labelled(kind: Kind, other: Kind, one: str, two: str) -> dict[str, Any]:
    return {
        "fromObjectTypeId": TYPE_IDS[kind],
        "fromObjectId": int(one),
        "toObjectTypeId": TYPE_IDS[other],
        "toObjectId": int(two),
        "labels": [],
    }


def _both_ways(kind: Kind, other: Kind, one: str, two: str) -> list[dict[str, Any]]:
    ways = ((kind, other, one, two), (other, kind, two, one))
    return [
        {
            "from": {"id": first},
            "to": {"id": second},
            "associationSpec": {"associationCategory": _CATEGORY, "associationTypeId": TYPES[a, b][0]},
        }
        for a, b, first, second in ways
    ]


def _alone(kind: Kind, other: Kind, one: str) -> dict[str, Any]:
    context = {"fromObjectId": [one], "fromObjectType": [SINGULAR[kind]], "toObjectType": [SINGULAR[other]]}
    message = f"No {SINGULAR[other]} is associated with {SINGULAR[kind]} {one}."
    category = "crm.associations.NO_ASSOCIATIONS_FOUND"
    return item("OBJECT_NOT_FOUND", message, context, subCategory=category)


def _batched(desk: Desk, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Answer:
    now = stamp(desk.world.now())
    told: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(status, told)
    return Answer(207, {**told, "numErrors": len(errors), "errors": errors})
