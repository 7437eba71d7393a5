"""What the hourly pull is given, chosen by the composition root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kinoloop.core.clock import Clock
from kinoloop.core.ids import NewId
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.ports import AdPlatform
from kinoloop.learning.insights.ports import InsightSource


class ResultsPlatform(AdPlatform, InsightSource, Protocol):
    """One platform that is looked at and reports."""


@dataclass(frozen=True)
class Seat:
    """An account that a tenant has at a platform, mirrored or not yet."""

    account_id: str
    tenant_id: str
    platform: str


def nowhere() -> Sequence[Seat]:
    """No accounts but those that are mirrored already."""
    return ()


@dataclass(frozen=True)
class ResultsTools:
    """`platform_for` opens an account's platform with its tenant's keys, and raises UnavailableError when it
    has none. `seats` are the accounts to be mirrored beside those that are known; `propose` queues a change
    (`apply_changes.deciding.propose`). So many `days` are fetched anew on every pull: results are restated.
    `backoff` seconds pass before a failed step is tried again, twice as many before the last time.
    """

    platform_for: Callable[[Seat], ResultsPlatform]
    propose: Callable[[Proposal], Change]
    clock: Clock
    new_id: NewId
    seats: Callable[[], Sequence[Seat]] = nowhere
    days: int = 28
    windows: tuple[str, ...] = ("1d_click", "7d_click", "1d_view")
    backoff: float = 20.0
