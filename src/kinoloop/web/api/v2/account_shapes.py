"""Bodies and answers of the routes about ad accounts. Money is minor units; what is not known is null."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StrictInt

from kinoloop.delivery.accounts.records import Authority, Kind
from kinoloop.web.api.shapes import Body

Count = Annotated[StrictInt, Field(ge=0, le=10_000)]
Minors = Annotated[StrictInt, Field(ge=0, le=10**15, description="Minor units a day")]


class GuardsShape(Body):
    """All limits of an account: parts are 0 to 1, money minor units, times as their names say."""

    rate_per_campaign: Count
    rate_per_account: Count
    budget_rate: Count
    velocity: float = Field(gt=0, le=1)
    velocity_hours: float = Field(gt=0, le=10_000)
    cooldown_minutes: float = Field(ge=0, le=100_000)
    fuzz: float = Field(ge=0, lt=0.5)
    jitter_ms_min: Annotated[StrictInt, Field(ge=0, le=3_600_000)]
    jitter_ms_max: Annotated[StrictInt, Field(ge=1, le=3_600_000)]
    min_daily_budget: Minors | None
    max_daily_budget: Minors | None
    daily_loss_bound: Minors
    min_active_ads: Count


class AuthorityBody(Body):
    """off: nothing is written; draft: a person approves each change; auto: inside the limits unasked."""

    authority: Authority


class KillBody(Body):
    reason: str = Field(min_length=1, max_length=500)


class LossBoundAnswer(BaseModel):
    """What automation may put at risk a day over approved budgets; `used` of `bound` now, `by_entity`."""

    used: int
    bound: int
    by_entity: dict[str, int]
    sentence: str


class AccountAnswer(BaseModel):
    account_id: str
    tenant_id: str
    platform: str
    name: str
    currency: str
    currency_offset: int
    timezone: str
    authority: Authority
    guards: dict[str, Any]
    killed_at: datetime | None
    killed_by: str | None
    kill_reason: str | None
    platform_minimum: int | None
    mirrored_at: datetime | None
    loss_bound: LossBoundAnswer
    changes: dict[str, int]
    open_drifts: int


class DifferenceAnswer(BaseModel):
    field: str
    approved: Any
    served: Any


class DriftAnswer(BaseModel):
    """An ad that shows something else than was approved. `change_id` would put it right, where one could."""

    drift_id: str
    ad_id: str
    found_at: datetime
    change_id: str | None
    note: str | None
    differences: list[DifferenceAnswer]


class SettingAnswer(BaseModel):
    what: str
    who: str
    at: datetime
    before: Any
    after: Any
    reason: str | None


class WholeAccountAnswer(AccountAnswer):
    """`usage`: each limit with what is used of it. `drift_checked_at` is null before the first comparison."""

    usage: dict[str, Any]
    drifts: list[DriftAnswer]
    drift_checked_at: datetime | None
    settings_log: list[SettingAnswer]


class AccountsAnswer(BaseModel):
    accounts: list[AccountAnswer]
    count: int


class EntityAnswer(BaseModel):
    """A campaign, ad set or ad. The budget lives on the campaign or the ad set, never on both."""

    entity_id: str
    kind: Kind
    parent_id: str | None
    campaign_id: str
    name: str
    status: str
    effective_status: str
    daily_budget: int | None
    bid: int | None
    creative_id: str | None
    learning: str | None
    updated_at: datetime | None
    seen_at: datetime | None
    gone_at: datetime | None


class EntitiesAnswer(BaseModel):
    entities: list[EntityAnswer]
    count: int


class PullAnswer(BaseModel):
    """The run that reads; `GET /api/jobs/{job_id}` tells how far it is."""

    job_id: str
