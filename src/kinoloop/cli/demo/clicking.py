"""People who click the sample's ads arrive at the shop, and its page tells the house of each of them."""

from datetime import timedelta

from kinoloop.cli.demo.sample import ACCOUNT, TENANT, Sample
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import Click, Device
from kinoloop.sandbox.market.events import Clicked, Event
from kinoloop.sandbox.market.place import marketplace

IPHONE, OTHER = Device(os="iOS"), Device(os="Android")
KEPT = timedelta(days=7)
AT_ONCE = 500


class Visitors:
    """Hears of every click from the account's beginning on. `arrive` writes down those that came since."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._waiting = list[Clicked]()
        self._campaigns = dict[str, str]()
        marketplace(sample.world).subscribe(self._hear)

    def arrive(self) -> int:
        """Gives how many."""
        with self._sample.world.lock:
            come, self._waiting = self._waiting, []
        now = self._sample.clock.now()
        for first in range(0, len(come), AT_ONCE):
            with self._sample.app.begin() as connection:
                for one in come[first : first + AT_ONCE]:
                    attribution.track(connection, click_of(one), now=now)
        return len(come)

    def _hear(self, account_id: str, event: Event) -> None:
        if account_id == ACCOUNT and isinstance(event, Clicked):
            self._waiting.append(event)


def click_of(event: Clicked) -> Click:
    """What the shop's page can tell of a visit. Without consent that is only the kind of device."""
    return Click(
        click_id=event.click_id,
        tenant_id=TENANT,
        ad_id=event.ad_id,
        campaign_id=None,
        at=event.at,
        expires_at=event.at + KEPT,
        fbclid=event.fbclid,
        device=IPHONE if event.ios else OTHER,
    )
