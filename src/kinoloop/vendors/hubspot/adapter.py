"""Fills the port Crm with HubSpot."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kinoloop.learning.crm.records import CrmContact, CrmDeal, CrmStage
from kinoloop.learning.crm.rules import STAGE
from kinoloop.vendors.hubspot.changed import changed_since
from kinoloop.vendors.hubspot.client import HubSpotClient
from kinoloop.vendors.hubspot.translate import (
    DEAL_FIELDS,
    ContactLinks,
    contact_of,
    deal_of,
    instant,
    stages_of,
)


class HubSpotCrm:
    """One account. `links` names the contact properties that hold click ids."""

    name = "hubspot"

    def __init__(self, client: HubSpotClient, *, links: ContactLinks = ContactLinks()) -> None:
        self._client, self._links = client, links

    def deals(self, deal_ids: Sequence[str]) -> Mapping[str, CrmDeal]:
        """Read by id, never searched for: the search's index lags behind. A merged deal has its new id."""
        rows = self._client.read("deals", list(dict.fromkeys(deal_ids)), DEAL_FIELDS, [STAGE])
        people = self._client.associated("deals", "contacts", [str(row.get("id")) for row in rows])
        found = [deal_of(row, people.get(str(row.get("id")), ())) for row in rows]
        return {deal.deal_id: deal for deal in found}

    def changed_deals(self, since: datetime) -> Iterator[tuple[str, datetime]]:
        return changed_since(lambda body: self._client.search("deals", body), since)

    def gone_deals(self, since: datetime) -> Iterator[tuple[str, datetime]]:
        for row in self._client.listed("deals", [], archived=True):
            at = instant(row.get("archivedAt") or row.get("updatedAt"), "when a deal was deleted")
            if at >= since:
                yield str(row.get("id")), at

    def contacts(self, contact_ids: Sequence[str]) -> Mapping[str, CrmContact]:
        names = ["createdate", *self._links.names]
        rows = self._client.read("contacts", list(dict.fromkeys(contact_ids)), names)
        return {contact.contact_id: contact for row in rows if (contact := contact_of(row, self._links))}

    def stages(self) -> Sequence[CrmStage]:
        return stages_of(self._client.pipelines("deals"))
