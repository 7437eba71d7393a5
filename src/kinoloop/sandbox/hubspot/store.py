"""The account's contacts and deals: what there is, and the one place where it changes.

Every change is kept in the property's history, found by search seconds later, and told to those who listen.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from datetime import datetime

from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.sandbox.hubspot.index import Index
from kinoloop.sandbox.hubspot.links import Links
from kinoloop.sandbox.hubspot.pipelines import Pipelines
from kinoloop.sandbox.hubspot.properties import MODIFIED, Catalogue, Kind
from kinoloop.sandbox.hubspot.records import CRM, Change, Record, Source, Version
from kinoloop.sandbox.hubspot.stages import consequences
from kinoloop.sandbox.hubspot.words import exact, stamp
from kinoloop.sandbox.world import World

Listener = Callable[[Change], None]
_FIRST: dict[Kind, int] = {"contacts": 51_000_001, "deals": 9_400_000_001}


class Store:
    """Callers hold the world's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pipelines = Pipelines()
        self.properties = Catalogue(self.pipelines)
        self.index = Index(world.seed, world.speed)
        self.links = Links()
        self.listeners: list[Listener] = []
        self.forget()
        world.on_reset(self.forget)

    def forget(self) -> None:
        self.pipelines.clear()
        self.properties.clear()
        self.index.clear()
        self.links.clear()
        self._records: dict[Kind, dict[str, Record]] = {"contacts": {}, "deals": {}}
        self._order: dict[Kind, list[int]] = {"contacts": [], "deals": []}
        self._next = dict(_FIRST)
        self._unique: dict[tuple[Kind, str, str], str] = {}

    def find(self, kind: Kind, record_id: str, *, archived: bool = False) -> Record | None:
        record = self._records[kind].get(record_id)
        return record if record is not None and record.archived == archived else None

    def get(self, kind: Kind, record_id: str) -> Record:
        """The live record. Raises NotFoundError."""
        record = self.find(kind, record_id)
        if record is None:
            raise NotFoundError(f"The sandbox's HubSpot has nothing like {record_id} among its {kind}.")
        return record

    def find_by(self, kind: Kind, name: str, value: str) -> Record | None:
        """By a property whose values are unique; case does not count."""
        found = self._unique.get((kind, name, value.casefold()))
        return self.find(kind, found) if found is not None else None

    def page(
        self, kind: Kind, after: int, limit: int, *, archived: bool = False
    ) -> tuple[list[Record], int | None]:
        """Records from the id `after` on, and the id at which the next page starts."""
        ids = self._order[kind]
        found: list[Record] = []
        for number in ids[bisect_left(ids, after) :]:
            record = self._records[kind][str(number)]
            if record.archived != archived:
                continue
            if len(found) == limit:
                return found, number
            found.append(record)
        return found, None

    def create(
        self, kind: Kind, values: Mapping[str, str], *, at: datetime | None = None, source: Source = CRM
    ) -> Record:
        """A new record with values known to be good. Raises ConflictError for a unique value in use."""
        when = self._when(at)
        self._check_unique(kind, values, None)
        number = self._next[kind]
        self._next[kind] += 1
        record = Record(kind, str(number), when, when)
        self._records[kind][record.id] = record
        insort(self._order[kind], number)
        own = {"hs_object_id": record.id, "hs_object_source": source.type}
        born = {"createdate": stamp(when), **({"hs_createdate": stamp(when)} if kind == "deals" else {})}
        self._tell(Change("creation", kind, record.id, when, source))
        self.change(record, {**own, **born, **values}, at=when, source=source)
        return record

    def change(
        self, record: Record, values: Mapping[str, str], *, at: datetime | None = None, source: Source = CRM
    ) -> None:
        """Write values that are known to be good; those that say nothing new leave no trace."""
        when = self._when(at)
        self._check_unique(record.kind, values, record)
        new = {name: value for name, value in values.items() if record.values.get(name, "") != value}
        if not new:
            return
        self._check_order(record, new, when)
        for name, value in {**new, **consequences(self.pipelines, record, new, when)}.items():
            self._write(record, name, value, when, source)
        record.updated_at = max(record.updated_at, when)
        record.values[MODIFIED[record.kind]] = stamp(record.updated_at)
        self.index.note(record, when)

    def archive(self, record: Record, *, at: datetime | None = None, source: Source = CRM) -> None:
        when = self._when(at)
        record.archived_at = when
        for key in [key for key, found in self._unique.items() if found == record.id]:
            del self._unique[key]
        self.links.part_all(record.id)
        self.index.note(record, when)
        self._tell(Change("deletion", record.kind, record.id, when, source))

    def _write(self, record: Record, name: str, value: str, when: datetime, source: Source) -> None:
        known = self.properties.find(record.kind, name)
        if known is not None and known.unique:
            self._unique.pop((record.kind, name, record.values.get(name, "").casefold()), None)
            if value:
                self._unique[record.kind, name, value.casefold()] = record.id
        record.values[name] = value
        record.history.setdefault(name, []).append(Version(value, when, source))
        type_ = known.type if known is not None else None
        self._tell(Change("propertyChange", record.kind, record.id, when, source, name, value, type_))

    def _tell(self, change: Change) -> None:
        for listener in self.listeners:
            listener(change)

    def _when(self, at: datetime | None) -> datetime:
        now = self.world.now()
        if at is not None and at > now:
            raise InputError("A change cannot lie in the future.", fix="Advance the sandbox's clock first.")
        return exact(at or now)

    def _check_order(self, record: Record, new: Mapping[str, str], when: datetime) -> None:
        for name in new:
            versions = record.history.get(name)
            if versions and versions[-1].at > when:
                raise InputError(
                    f"The property '{name}' of {record.id} was written later than that already.",
                    fix="Write changes of one property in their order.",
                )

    def _check_unique(self, kind: Kind, values: Mapping[str, str], record: Record | None) -> None:
        for name, value in values.items():
            other = self._unique.get((kind, name, value.casefold())) if value else None
            if other is not None and (record is None or other != record.id):
                raise ConflictError(f"Contact already exists. Existing ID: {other}")
