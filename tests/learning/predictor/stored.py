"""An account in the mirror with ads whose true rates are known, and their results day by day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import AdEntity, Mirror
from kinoloop.learning.insights import operations as insights
from kinoloop.learning.insights.records import InsightRow
from kinoloop.learning.predictor.records import Floats, Ints
from tests.learning.predictor.worlds import true_rates

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT, TENANT = "act_1", "main"
USD = Currency("USD")


@dataclass(frozen=True)
class Account:
    """Ads `ad-N` of campaigns `c-N`, with their rates."""

    campaign: Ints
    rate: Floats
    account_id: str = ACCOUNT
    tenant_id: str = TENANT

    def mirror(self, connection: Connection, at: datetime, *, paused: frozenset[int] = frozenset()) -> None:
        ads = tuple(
            AdEntity(
                entity_id=f"ad-{number}",
                account_id=self.account_id,
                kind="ad",
                parent_id=None,
                campaign_id=f"c-{self.campaign[number]}",
                name=f"Ad {number}",
                status="ACTIVE",
                effective_status="PAUSED" if number in paused else "ACTIVE",
            )
            for number in range(len(self.rate))
        )
        seen = Mirror(self.account_id, "Shop", USD, "UTC", 100, ads, at)
        accounts.save_mirror(connection, seen, tenant_id=self.tenant_id, platform="meta")

    def run(self, connection: Connection, since: date, days: int, *, shown: int = 400, seed: int = 1) -> None:
        """So many days of results from `since` on, of every ad."""
        rng, rows = np.random.default_rng(seed), list[InsightRow]()
        for day in range(days):
            for number, rate in enumerate(self.rate):
                clicks = int(rng.binomial(shown, rate))
                rows.append(self._row(f"ad-{number}", since + timedelta(days=day), shown, clicks))
        insights.store(connection, rows, now=START)

    def _row(self, ad_id: str, day: date, shown: int, clicks: int) -> InsightRow:
        return InsightRow(self.account_id, ad_id, "ad", day, None, "UTC", USD, shown, clicks, 1_000)


def account(campaigns: int = 10, ads: int = 3, *, seed: int = 3, tenant_id: str = TENANT) -> Account:
    return Account(*true_rates(np.random.default_rng(seed), campaigns, ads), tenant_id=tenant_id)
