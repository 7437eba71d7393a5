"""Lets the account follow the market: its people become contacts, its deals deals, each at its own time.

Nothing of the hidden truth gets in: only the click ids that the landing page's form has kept.
"""

from collections.abc import Mapping
from decimal import Decimal

from kinoloop.sandbox.hubspot.pipelines import Pipeline, Stage
from kinoloop.sandbox.hubspot.portal import Portal
from kinoloop.sandbox.hubspot.records import Source
from kinoloop.sandbox.market.events import ContactCreated, DealCreated, Event, StageMoved

STUDIO = Pipeline(
    "studio",
    "Studio",
    (
        Stage("lead", "Lead", "0.05"),
        Stage("appointment_scheduled", "Appointment", "0.15"),
        Stage("show_up", "Showed up", "0.6"),
        Stage("closed_won", "Member", "1.0", closed=True),
        Stage("closed_lost", "Lost", "0.0", closed=True),
    ),
    order=1,
)
SHOP = Pipeline(
    "shop",
    "Orders",
    (
        Stage("initiated_checkout", "Basket", "0.75"),
        Stage("purchase", "Paid", "1.0", closed=True),
        Stage("shop_lost", "Given up", "0.0", closed=True),
    ),
    order=2,
)
_FORM = Source("FORM", None)


class Follower:
    """`stages` tells the pipeline's stage for each of the market's that is called otherwise there.

    `offset` is how many minor units the market's money has in a unit of the account's currency.
    """

    def __init__(
        self, portal: Portal, pipeline: Pipeline = STUDIO, stages: Mapping[str, str] = {}, offset: int = 100
    ) -> None:
        self._portal, self._pipeline, self._stages, self._offset = portal, pipeline, dict(stages), offset
        self.contacts: dict[str, str] = {}
        self.deals: dict[str, str] = {}
        """The account's ids by the market's, for scoring."""
        portal.world.on_reset(self._forget)
        portal.add_pipeline(pipeline)

    def tell(self, event: Event) -> None:
        """Write it down. Clicks leave nothing in a CRM. Raises InputError for a stage that does not exist."""
        with self._portal.world.lock:
            if isinstance(event, ContactCreated):
                self.contacts[event.contact_id] = self._person(event)
            elif isinstance(event, DealCreated):
                self.deals[event.deal_id] = self._deal(event)
            elif isinstance(event, StageMoved):
                self._move(event)

    def _person(self, event: ContactCreated) -> str:
        known = {"email": f"{event.contact_id}@example.com".lower(), "lifecyclestage": "lead"}
        clicked = {"hs_facebook_click_id": event.fbclid, "fbclid": event.fbclid} if event.fbclid else {}
        return self._portal.put_contact({**known, **clicked}, at=event.at, source=_FORM)

    def _deal(self, event: DealCreated) -> str:
        properties = {
            "dealname": f"Deal {event.deal_id}",
            "pipeline": self._pipeline.id,
            "dealstage": self._stage(event.stage),
            **self._amount(event.amount),
        }
        return self._portal.put_deal(properties, contacts=[self.contacts[event.contact_id]], at=event.at)

    def _move(self, event: StageMoved) -> None:
        deal = self.deals[event.deal_id]
        for name, value in self._amount(event.amount).items():
            self._portal.set_property("deals", deal, name, value, event.at)
        self._portal.move_deal(deal, self._stage(event.stage), event.at)

    def _stage(self, name: str) -> str:
        return self._stages.get(name, name)

    def _amount(self, minor: int | None) -> dict[str, str]:
        return {} if minor is None else {"amount": str(Decimal(minor) / self._offset)}

    def _forget(self) -> None:
        self.contacts.clear()
        self.deals.clear()
        self._portal.add_pipeline(self._pipeline)
