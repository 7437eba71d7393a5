"""Records as HubSpot writes them: every value is text or null, the names in their order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kinoloop.sandbox.hubspot.links import TYPES
from kinoloop.sandbox.hubspot.properties import ALWAYS, DEFAULTS, Catalogue, Kind
from kinoloop.sandbox.hubspot.records import Record, Version
from kinoloop.sandbox.hubspot.store import Store
from kinoloop.sandbox.hubspot.words import stamp


def told(
    store: Store,
    record: Record,
    names: Sequence[str],
    history: Sequence[str] = (),
    associations: Sequence[Kind] = (),
) -> dict[str, Any]:
    """A record with the properties asked for, or the usual ones."""
    wanted = [*names, *history]
    shape = framed(record.id, record.created_at, record.updated_at)
    shape["properties"] = chosen(store.properties, record.kind, record.values, wanted)
    shape["archived"] = record.archived
    if record.archived_at is not None:
        shape["archivedAt"] = stamp(record.archived_at)
    if history:
        shape["propertiesWithHistory"] = {
            name: [_version(each) for each in reversed(record.history.get(name, []))]
            for name in history
            if store.properties.find(record.kind, name)
        }
    linked = {kind: _linked(store, record, kind) for kind in associations}
    if any(linked.values()):
        shape["associations"] = {kind: {"results": found} for kind, found in linked.items() if found}
    return shape


def whole(store: Store, record: Record) -> dict[str, Any]:
    """A record with all it has, as writes answer."""
    return told(store, record, sorted(record.values))


def framed(record_id: str, created: datetime, updated: datetime) -> dict[str, Any]:
    return {
        "id": record_id,
        "properties": {},
        "createdAt": stamp(created),
        "updatedAt": stamp(updated),
        "archived": False,
    }


def chosen(
    catalogue: Catalogue, kind: Kind, values: Mapping[str, str], names: Iterable[str]
) -> dict[str, str | None]:
    """The values under these names and those always told; properties that do not exist are left out."""
    wanted = {*names, *ALWAYS[kind]} if names else set(DEFAULTS[kind])
    return {name: values.get(name) for name in sorted(wanted) if catalogue.find(kind, name)}


def _version(version: Version) -> dict[str, Any]:
    source = {"sourceType": version.source.type, "sourceId": version.source.id}
    shape = {"value": version.value, "timestamp": stamp(version.at), **source}
    return shape if version.source.user is None else {**shape, "updatedByUserId": version.source.user}


def _linked(store: Store, record: Record, kind: Kind) -> list[dict[str, str]]:
    name = TYPES[record.kind, kind][1] if record.kind != kind else ""
    return [{"id": other, "type": name} for other in store.links.of(record.id)] if name else []
