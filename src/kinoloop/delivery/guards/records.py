"""What a guard looks at and what it says. Money is minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdEntity, Kind

AUTO = "auto"
"""Who approved, when nobody did: the account's authority is `auto`."""


class Wish(Protocol):
    """What the guards need to know of a change; a `Change` of the queue is one."""

    @property
    def change_id(self) -> str: ...
    @property
    def campaign_id(self) -> str: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def change_type(self) -> str: ...
    @property
    def requested(self) -> int | str: ...
    @property
    def exact(self) -> bool: ...
    @property
    def tree(self) -> dict[str, Any]: ...
    @property
    def approved_by(self) -> str | None: ...
    @property
    def reverts(self) -> str | None: ...


@dataclass(frozen=True)
class Block:
    """Why a change may not be made, and what a person can do about it. `until`: it is only too early."""

    guard: str
    reason: str
    fix: str
    until: datetime | None = None


@dataclass(frozen=True)
class Span:
    """The values that a guard lets through, both ends included; None is no end."""

    low: Minor | None = None
    high: Minor | None = None

    def holds(self, value: Minor) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def within(self, other: "Span") -> "Span":
        """What both let through."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Span(max(lows, default=None), min(highs, default=None))


@dataclass(frozen=True)
class Owner:
    """A campaign or ad set that holds a daily budget, as far as the loss bound is concerned.

    `standing` is what it may spend a day by what is known now, changes in flight included: 0 while it is off.
    `approved` is the level that a person answers for; None when automation never touched it.
    """

    entity_id: str
    campaign_id: str
    standing: Minor
    approved: Minor | None = None


@dataclass(frozen=True)
class Exposure:
    """What automation may lose a day in an account before a person must act.

    `by_entity` has the budget owners that automation raised or switched on, with what each puts at risk;
    `used` is their sum. `owners` are the budget owners that were looked at, by id; `entities` is the tree
    they were reckoned from, with automation's changes in flight as if they had arrived.
    """

    used: Minor
    bound: Minor
    by_entity: Mapping[str, Minor]
    owners: Mapping[str, Owner] = field(default_factory=lambda: MappingProxyType({}))
    entities: tuple[AdEntity, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """May it be sent now, and exactly which value.

    `wait_until` is set when nothing forbids it but the hour: try again then. `facts` has each guard by name
    with its numbers, for the audit.
    """

    passed: bool
    value: int | str | None
    blocks: tuple[Block, ...]
    wait_until: datetime | None
    facts: dict[str, Any]
