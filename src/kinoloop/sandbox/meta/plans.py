"""What accounts exist when the sandbox opens, as frozen records: structure, money, time zone, and their
market.
"""

from dataclasses import dataclass, replace

from kinoloop.core.currency import currency
from kinoloop.sandbox.market.settings import SETTINGS, Setting

PAGE_ID = "100000000000777"
RATES = {"USD": 1.0, "EUR": 0.9, "GBP": 0.8, "JPY": 150.0, "KRW": 1400.0, "BRL": 5.5}
"""Units of a currency for a dollar of the market."""


@dataclass(frozen=True)
class CampaignPlan:
    """`daily_budget` is minor units: of each ad set, or of the whole campaign with `shared`."""

    name: str
    sets: int
    ads_per_set: int
    daily_budget: int
    shared: bool = False


@dataclass(frozen=True)
class AccountPlan:
    """An account. `allowed` is whether the token may use it at all."""

    account_id: str
    name: str
    code: str
    zone: str
    setting: Setting
    campaigns: tuple[CampaignPlan, ...]
    allowed: bool = True

    @property
    def unit(self) -> float:
        """Minor units for a dollar of the market."""
        return RATES.get(self.code, 1.0) * currency(self.code).offset

    @property
    def minimum(self) -> int:
        """The least daily budget: a dollar's worth."""
        return round(self.unit)


_DEMO = replace(SETTINGS["b2b"], name="demo", ads=10, daily_budget=600)
ACCOUNTS = (
    AccountPlan(
        "act_100000000000001",
        "Demo, services",
        "USD",
        "America/New_York",
        _DEMO,
        (
            CampaignPlan("Leads, broad", sets=4, ads_per_set=2, daily_budget=11_000),
            CampaignPlan("Leads, lookalikes", sets=2, ads_per_set=1, daily_budget=16_000, shared=True),
        ),
    ),
    AccountPlan(
        "act_100000000000002",
        "Demo, shop in Japan",
        "JPY",
        "Asia/Tokyo",
        SETTINGS["small"],
        (CampaignPlan("Shop", sets=3, ads_per_set=2, daily_budget=8_000),),
    ),
    AccountPlan(
        "act_100000000000003",
        "Somebody else's",
        "USD",
        "UTC",
        SETTINGS["small"],
        (),
        allowed=False,
    ),
)
