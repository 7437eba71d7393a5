"""A contact or deal with all its history, and a change as it is told to whoever listens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kinoloop.sandbox.hubspot.properties import Kind

TYPE_IDS: dict[Kind, str] = {"contacts": "0-1", "deals": "0-3"}
SINGULAR: dict[Kind, str] = {"contacts": "contact", "deals": "deal"}
Event = Literal["creation", "propertyChange", "deletion"]


@dataclass(frozen=True)
class Source:
    """Who made a change: `CRM_UI` with `userId:...`, `INTEGRATION` with an app's number, `FORM`, `IMPORT`."""

    type: str = "CRM_UI"
    id: str | None = "userId:9001"

    @property
    def user(self) -> int | None:
        return int(self.id.removeprefix("userId:")) if self.id and self.id.startswith("userId:") else None


CRM = Source()


@dataclass(frozen=True)
class Version:
    """One value that a property had, from `at` on."""

    value: str
    at: datetime
    source: Source


@dataclass
class Record:
    """`values` are the present ones; `history` has every version, the oldest first."""

    kind: Kind
    id: str
    created_at: datetime
    updated_at: datetime
    values: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Version]] = field(default_factory=dict)
    archived_at: datetime | None = None

    @property
    def archived(self) -> bool:
        return self.archived_at is not None


@dataclass(frozen=True)
class Change:
    """What happened to a record. `name`, `value` and the property's `type` only for a property's change."""

    event: Event
    kind: Kind
    record_id: str
    at: datetime
    source: Source
    name: str | None = None
    value: str | None = None
    type: str | None = None
