"""POST /crm/v3/objects/{contacts|deals}/search: what it takes, and what a late index finds."""

from collections.abc import Mapping
from typing import Any

from kinoloop.sandbox.hubspot.asking import body_of, kind_of, listed, number
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.filters import OPERATORS, PRESENCE, Filter, sortable
from kinoloop.sandbox.hubspot.index import Seen
from kinoloop.sandbox.hubspot.problems import refuse
from kinoloop.sandbox.hubspot.properties import Kind, Property
from kinoloop.sandbox.hubspot.shapes import chosen, framed
from kinoloop.sandbox.hubspot.store import Store
from kinoloop.sandbox.wire import Answer, Call

GROUPS, PER_GROUP, FILTERS = 5, 6, 18
PAGE, REACH = 200, 10_000
LONGEST = 3_000
_SEARCHABLE: dict[Kind, tuple[str, ...]] = {
    "contacts": ("firstname", "lastname", "email", "phone", "mobilephone", "company"),
    "deals": ("dealname", "pipeline", "dealstage", "description", "dealtype"),
}


def search(desk: Desk, call: Call) -> Answer:
    if len(call.body.decode(errors="replace")) > LONGEST:
        raise refuse(400, f"The request body must not have more than {LONGEST} characters.")
    kind, given = kind_of(call), body_of(call)
    groups = _groups(desk.portal, kind, given.get("filterGroups"))
    limit = number(given.get("limit"), "limit", 10, PAGE)
    after = number(given.get("after"), "after", 0)
    if after + limit > REACH:
        raise refuse(400, f"Search results cannot be paged beyond {REACH:,}: narrow the filters.")
    found = _found(desk, kind, groups, str(given.get("query") or ""))
    ordered = _sorted(desk.portal, kind, given.get("sorts"), found)
    return Answer(200, _page(desk.portal, kind, given, ordered, after, limit))


def _groups(store: Store, kind: Kind, given: Any) -> list[list[Filter]]:
    groups = [] if given is None else given
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise refuse(400, "Invalid input JSON: filterGroups must be a list of objects")
    read = [[_filter(store, kind, each) for each in group.get("filters") or []] for group in groups]
    if len(read) > GROUPS:
        raise refuse(400, f"The maximum number of filter groups is {GROUPS}.")
    if any(len(group) > PER_GROUP for group in read) or sum(map(len, read)) > FILTERS:
        raise refuse(400, f"At most {PER_GROUP} filters in a group and {FILTERS} in all are allowed.")
    return read


def _filter(store: Store, kind: Kind, given: Any) -> Filter:
    if not isinstance(given, dict) or given.get("operator") not in OPERATORS:
        raise refuse(400, f"Invalid input JSON: a filter needs an operator of {', '.join(OPERATORS)}")
    operator = str(given["operator"])
    return Filter(_known(store, kind, given.get("propertyName")), operator, _values(given, operator))


def _known(store: Store, kind: Kind, name: Any) -> Property:
    known = store.properties.find(kind, str(name))
    if known is None:
        raise refuse(400, f"There was a problem with the request: no property '{name}' on {kind}.")
    return known


def _values(given: Mapping[str, Any], operator: str) -> tuple[str, ...]:
    if operator in PRESENCE:
        return ()
    if operator in ("IN", "NOT_IN"):
        values = listed(given.get("values"), "values")
    else:
        names = ("value", "highValue") if operator == "BETWEEN" else ("value",)
        values = [str(given[name]) for name in names if given.get(name) is not None]
        values = values if len(values) == len(names) else []
    if not values:
        raise refuse(400, f"The operator {operator} needs its value.")
    return tuple(values)


def _found(desk: Desk, kind: Kind, groups: list[list[Filter]], query: str) -> list[Seen]:
    text = query.casefold()
    return [
        seen
        for seen in desk.portal.index.all(kind, desk.world.now())
        if (not groups or any(all(each.fits(seen.values) for each in group) for group in groups))
        and (not text or any(text in seen.values.get(name, "").casefold() for name in _SEARCHABLE[kind]))
    ]


def _sorted(store: Store, kind: Kind, given: Any, found: list[Seen]) -> list[Seen]:
    """By one property at most; equal ones, and all without a sort, by their ids. No value comes last."""
    by_id = sorted(found, key=lambda seen: int(seen.id))
    sorts = given or []
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise refuse(400, "Only one sort is allowed.")
    if not sorts:
        return by_id
    name, down = _direction(sorts[0])
    known = _known(store, kind, name)
    valued = [seen for seen in by_id if seen.values.get(known.name)]
    valued.sort(key=lambda seen: sortable(known, seen.values[known.name]), reverse=down)
    return [*valued, *(seen for seen in by_id if not seen.values.get(known.name))]


def _direction(given: Any) -> tuple[str, bool]:
    if isinstance(given, str):
        return given.removeprefix("-"), given.startswith("-")
    if isinstance(given, dict):
        return str(given.get("propertyName")), given.get("direction") == "DESCENDING"
    raise refuse(400, "Invalid input JSON: a sort is a name or an object")


def _page(
    store: Store, kind: Kind, given: Mapping[str, Any], ordered: list[Seen], after: int, limit: int
) -> dict[str, Any]:
    wanted = listed(given.get("properties"), "properties")
    results = []
    for seen in ordered[after : after + limit]:
        shape = framed(seen.id, seen.created_at, seen.updated_at)
        shape["properties"] = chosen(store.properties, kind, seen.values, wanted)
        results.append(shape)
    told: dict[str, Any] = {"total": len(ordered), "results": results}
    if after + limit < len(ordered):
        told["paging"] = {"next": {"after": str(after + limit)}}
    return told
