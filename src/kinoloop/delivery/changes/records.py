"""A change to a live ad: proposed, approved, claimed, executing, and how it ended. Money is minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import Kind
from kinoloop.delivery.guards.records import Block
from kinoloop.delivery.history.records import SENT, HistoryRow
from kinoloop.delivery.ports import Write

__all__ = [
    "OPEN",
    "SENT",
    "Begun",
    "Blocked",
    "Change",
    "ChangeState",
    "ChangeType",
    "Deferred",
    "Done",
    "Expected",
    "HistoryRow",
    "Lost",
    "NotTaken",
    "Outcome",
    "Overtaken",
    "Proposal",
    "Refused",
    "Validated",
]
ChangeType = Literal["budget", "status", "bid", "creative"]
ChangeState = Literal[
    "proposed",
    "approved",
    "claimed",
    "executing",
    "completed",
    "failed",
    "blocked",
    "unknown",
    "reverted",
    "rejected",
]
"""`unknown`: it was sent and no answer came; the platform is read before anything else happens to it."""
OPEN: frozenset[ChangeState] = frozenset({"proposed", "approved", "claimed", "executing", "unknown"})


@dataclass(frozen=True)
class Expected:
    """What the proposer expects. Money per day in minor units; None where it cannot be said.

    `worst_case` is the most that can be lost a day if it earns nothing.
    """

    effect: str
    profit: Minor | None = None
    low: Minor | None = None
    high: Minor | None = None
    worst_case: Minor | None = None


@dataclass(frozen=True)
class Proposal:
    """A wish. `requested`: minor units for budget and bid, ACTIVE or PAUSED for status, an id for a creative.

    `key` makes proposing idempotent: the same key again gives the change that is there. `exact` sends the
    value without fuzz, as a revert must.
    """

    account_id: str
    kind: Kind
    entity_id: str
    change_type: ChangeType
    requested: int | str
    reason: str
    triggered_by: str
    key: str
    expected: Expected
    confidence: float | None = None
    exact: bool = False
    dry_run: bool = False
    reverts: str | None = None


@dataclass(frozen=True)
class Change:
    """One row of the queue (`pending_ad_changes`).

    `tree` is what stood around the entity when it was proposed (see `changes.rules.fingerprint`); `sha256`
    the hash of exactly what an approval covers; `sent` the value in the last request; `history_id` its
    audit row.

    Claimed by you, `state` tells what to do: `claimed` was never sent since its last clear answer, so look
    and `begin`; `unknown` was sent (by a worker that is gone, or without an answer), so read the platform,
    compare with `sent` and `current`, and `settle`. `begin` refuses the latter.
    """

    change_id: str
    tenant_id: str
    account_id: str
    campaign_id: str
    entity_id: str
    kind: Kind
    change_type: ChangeType
    current: int | str | None
    requested: int | str
    state: ChangeState
    reason: str
    triggered_by: str
    key: str
    expected: Expected
    confidence: float | None
    exact: bool
    dry_run: bool
    tree: dict[str, Any]
    sha256: str
    earliest_execute_at: datetime
    created_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    sent: int | str | None = None
    history_id: str | None = None
    executed_at: datetime | None = None
    error: str | None = None
    dead_letter: bool = False
    reverts: str | None = None


@dataclass(frozen=True)
class Done:
    """The platform was read back and shows what was sent. `answer` is its raw reply to the write."""

    read_back: int | str
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotTaken:
    """Surely nothing happened; it may be tried again, after `wait` seconds when they were told."""

    error: str
    wait: float | None = None


@dataclass(frozen=True)
class Lost:
    """It was sent and no answer came. Nobody takes it for `settle_seconds`, while it may still arrive."""

    error: str
    settle_seconds: float = 60.0


@dataclass(frozen=True)
class Refused:
    """The platform's clear no."""

    error: str
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Validated:
    """A dry run: the platform would take it. Nothing was changed."""

    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Overtaken:
    """The platform shows neither the value before nor the one sent: somebody else changed it."""

    read_back: int | str | None
    answer: dict[str, Any] = field(default_factory=dict)


Outcome = Done | NotTaken | Lost | Refused | Validated | Overtaken


@dataclass(frozen=True)
class Begun:
    """Every guard passed, the audit row is written and counts: send exactly this, once, then `settle`."""

    change: Change
    history_id: str
    write: Write


@dataclass(frozen=True)
class Deferred:
    """Too early: it is approved again and comes up at `until`."""

    change: Change
    until: datetime
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Blocked:
    """A guard forbids it: the change ended as `blocked`, with the reasons in the audit."""

    change: Change
    blocks: tuple[Block, ...]
