"""The CRM from the outside: how its calls are proven, who is asked about deals, and what a rise calls for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import SystemRandom

from kinoloop.app.llms import told
from kinoloop.app.studio import Wiring
from kinoloop.core.ids import NewId
from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.flows.sync_crm.receiving import Receiver
from kinoloop.flows.sync_crm.tools import CrmTools, StartRun, Verify
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution import queries as clicks
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import BudgetWish
from kinoloop.vendors.hubspot import signature
from kinoloop.vendors.hubspot.adapter import HubSpotCrm
from kinoloop.vendors.hubspot.client import CALLS, SEARCHES, HubSpotClient
from kinoloop.vendors.hubspot.events import read_delivery
from kinoloop.vendors.hubspot.http import HubSpotHttp

WEBHOOK = "/webhooks/hubspot"


def open_crm_tools(wiring: Wiring, new_id: NewId, propose: Callable[[BudgetWish], str] | None) -> CrmTools:
    """What the CRM's journeys work with. Without a key only its events tell."""
    client = _client(wiring)
    return CrmTools(wiring.database.begin, lambda _: client, wiring.clock, new_id, propose)


def open_crm(tools: CrmTools, wiring: Wiring, start: StartRun) -> CrmDesk:
    """The desk behind webhooks and the API; the portals of the settings are this tenant's."""
    return CrmDesk(
        Receiver(tools.begin, read_delivery, start, tools.clock, tools.new_id, _verify(wiring)), tools
    )


def prepare_tenant(tools: CrmTools, wiring: Wiring) -> None:
    """Write down what the settings say of the tenant: its portals at the CRM, and the sites its ads lead to.

    Raises ConflictError when a portal is another tenant's.
    """
    settings, now = wiring.settings, tools.clock.now()
    with tools.begin() as connection:
        for portal in settings.hubspot_portals:
            crm.connect_portal(connection, portal, settings.tenant, who="settings", now=now)
        mine = clicks.settings(connection, settings.tenant)
        if settings.landing_hosts and settings.landing_hosts != mine.hosts:
            wanted = replace(mine, hosts=settings.landing_hosts)
            attribution.save_settings(connection, wanted, who="settings", now=now)


def _client(wiring: Wiring) -> Crm | None:
    settings = wiring.settings
    token = told(settings.hubspot_token)
    if token is None:
        return None
    http = HubSpotHttp("HubSpot", random=SystemRandom())
    wiring.clients.append(http)
    client = HubSpotClient(
        settings.hubspot_url,
        token,
        http,
        wiring.breaker("hubspot"),
        wiring.pace("hubspot", CALLS),
        wiring.pace("hubspot search", SEARCHES),
        random=SystemRandom(),
    )
    return HubSpotCrm(client)


def _verify(wiring: Wiring) -> Verify | None:
    """Signatures are over the configured public address, never over what a request says of itself."""
    settings = wiring.settings
    secrets = tuple(
        one.strip() for one in (told(settings.hubspot_client_secrets) or "").split(",") if one.strip()
    )
    if not secrets or not settings.public_url:
        return None
    address = f"{settings.public_url.rstrip('/')}{WEBHOOK}"

    def verify(method: str, query: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        signature.verify(method, signature.signed_uri(address, query), headers, body, secrets, now)

    return verify
