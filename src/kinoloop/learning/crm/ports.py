"""What is needed of a CRM. Failures: PassingError (try later), NotFoundError, any other a clear no."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kinoloop.learning.crm.records import CrmContact, CrmDeal, CrmStage


class Crm(Protocol):
    """HubSpot, or the sandbox that behaves like it."""

    name: str

    def deals(self, deal_ids: Sequence[str]) -> Mapping[str, CrmDeal]:
        """Deals with their stage history and contacts; those that are gone are left out."""
        ...

    def changed_deals(self, since: datetime) -> Iterator[tuple[str, datetime]]:
        """Ids and times of change of all deals changed since then, in that order, however many there are."""
        ...

    def gone_deals(self, since: datetime) -> Iterator[tuple[str, datetime]]:
        """Ids and times of the deals deleted since then, in any order: a search does not tell of them."""
        ...

    def contacts(self, contact_ids: Sequence[str]) -> Mapping[str, CrmContact]: ...

    def stages(self) -> Sequence[CrmStage]:
        """Every stage of every deal pipeline."""
        ...
