"""Associations that come along with a new record."""

from collections.abc import Sequence
from typing import Any

from kinoloop.sandbox.hubspot.links import TYPES
from kinoloop.sandbox.hubspot.problems import refuse
from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import Record
from kinoloop.sandbox.hubspot.store import Store

OTHER: dict[Kind, Kind] = {"deals": "contacts", "contacts": "deals"}


def partners(store: Store, kind: Kind, given: Any) -> list[str]:
    """The ids of the records that a new one of this kind is to be joined with."""
    if not given:
        return []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise refuse(400, "Invalid input JSON: associations must be a list of objects")
    return [_partner(store, kind, each) for each in given]


def _partner(store: Store, kind: Kind, given: dict[str, Any]) -> str:
    there = given.get("to")
    other = str(there.get("id")) if isinstance(there, dict) else ""
    check_types(kind, OTHER[kind], given.get("types"))
    if store.find(OTHER[kind], other) is None:
        raise refuse(
            400,
            "One or more associations are invalid",
            context={"INVALID_OBJECT_IDS": [other], "objectType": [OTHER[kind]]},
        )
    return other


def check_types(kind: Kind, other: Kind, given: Any) -> None:
    """Only HubSpot's own association between the two kinds."""
    expected = TYPES[kind, other][0] if kind != other else None
    numbers = [each.get("associationTypeId") for each in given or [] if isinstance(each, dict)]
    if expected is None or numbers != [expected]:
        raise refuse(
            400, f"No association type {numbers} from {kind} to {other} exists. expected: {expected}"
        )


def associate(store: Store, record: Record, others: Sequence[str]) -> None:
    for other in others:
        store.links.join(record.id, other)
