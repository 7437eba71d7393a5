"""What delivery needs of an ad platform. One call each; whoever calls decides about repeating.

Failures tell what may be done: NotTakenError (code `not_taken`: surely nothing happened; `wait` seconds are
to pass when given), any other PassingError (unknown: read before anything else), any other KinoloopError (a
clear no: nothing happened).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kinoloop.delivery.accounts.records import Kind, LiveTree, Mirror
from kinoloop.delivery.drift.records import ServedAd

WriteField = Literal["daily_budget", "bid_amount", "status", "creative_id"]


@dataclass(frozen=True)
class Write:
    """One absolute value for one field: minor units for money, a word for status, an id for a creative."""

    account_id: str
    kind: Kind
    entity_id: str
    field: WriteField
    value: int | str


@dataclass(frozen=True)
class Written:
    """The platform took it, or with `validate_only` would take it. `raw` is its own answer, with trace id."""

    raw: dict[str, Any]


class AdPlatform(Protocol):
    """Meta, or the sandbox that behaves like it."""

    name: str

    def look(self, account_id: str, kind: Kind, entity_id: str) -> LiveTree:
        """Read one entity with what stands around it. Raises NotFoundError."""
        ...

    def write(self, write: Write, *, validate_only: bool = False) -> Written:
        """Exactly one request that changes something (nothing with `validate_only`)."""
        ...

    def write_all(
        self, writes: Sequence[Write], *, validate_only: bool = False
    ) -> Sequence["Written | Exception"]:
        """At most 50 writes in one request, answers in order; an item without an answer is a PassingError."""
        ...

    def mirror(self, account_id: str) -> Mirror:
        """Everything in the account, all pages."""
        ...

    def served(self, account_id: str, ad_ids: Sequence[str]) -> Sequence[ServedAd]:
        """What is really shown for these ads; ads that are gone are left out."""
        ...
