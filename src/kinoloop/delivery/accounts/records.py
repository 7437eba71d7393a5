"""An ad account as it stands at the platform, and what automation may do in it. Money is minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kinoloop.core.currency import Currency, Minor

Authority = Literal["off", "draft", "auto"]
"""off: nothing is written; draft: a person approves each change; auto: inside the guards without asking."""
Kind = Literal["campaign", "adset", "ad"]


@dataclass(frozen=True)
class GuardSettings:
    """The limits of one account. Windows slide; a budget is per day.

    `rate_per_campaign` and `rate_per_account` count changes of any kind per hour; `budget_rate` budget
    changes per ad set (or campaign, where the budget lives) and hour, the platform's own limit. `velocity`
    is the largest part by which a budget may move in `velocity_hours`; `fuzz` the largest part by which the
    value sent may differ from the one requested. `daily_loss_bound` is what automation may put at risk a
    day over the budgets that a person approved; 0 lets it raise nothing.
    """

    rate_per_campaign: int = 15
    rate_per_account: int = 60
    budget_rate: int = 4
    velocity: float = 0.20
    velocity_hours: float = 6.0
    cooldown_minutes: float = 30.0
    fuzz: float = 0.03
    jitter_ms_min: int = 3000
    jitter_ms_max: int = 18000
    min_daily_budget: Minor | None = None
    max_daily_budget: Minor | None = None
    daily_loss_bound: Minor = 0
    min_active_ads: int = 1


@dataclass(frozen=True)
class AdAccount:
    """`account_id` as the platform writes it (`act_123`); `timezone` is an IANA name.

    `platform_minimum` is the least daily budget the platform takes, None when it was not told.
    """

    account_id: str
    tenant_id: str
    platform: str
    name: str
    currency: Currency
    timezone: str
    authority: Authority = "draft"
    guards: GuardSettings = GuardSettings()
    killed_at: datetime | None = None
    killed_by: str | None = None
    kill_reason: str | None = None
    platform_minimum: Minor | None = None
    mirrored_at: datetime | None = None


@dataclass(frozen=True)
class AdEntity:
    """A campaign, ad set or ad as it was last seen. The budget lives on the campaign or the ad set, not both.

    `status` is what was asked for (ACTIVE, PAUSED, DELETED, ARCHIVED); `effective_status` what really holds.
    `audience` is a hash of whom an ad set is shown to, as the platform tells it.
    """

    entity_id: str
    account_id: str
    kind: Kind
    parent_id: str | None
    campaign_id: str
    name: str
    status: str
    effective_status: str
    daily_budget: Minor | None = None
    bid: Minor | None = None
    creative_id: str | None = None
    audience: str | None = None
    learning: str | None = None
    updated_at: datetime | None = None
    seen_at: datetime | None = None
    gone_at: datetime | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class LiveTree:
    """What the platform shows now around one entity.

    `parents` from the nearest upwards; `children` one level down; `siblings` share the parent (without it).
    """

    entity: AdEntity
    parents: tuple[AdEntity, ...] = ()
    children: tuple[AdEntity, ...] = ()
    siblings: tuple[AdEntity, ...] = ()


@dataclass(frozen=True)
class Mirror:
    """A whole account at one look: facts of the account (no authority or guards) and every entity."""

    account_id: str
    name: str
    currency: Currency
    timezone: str
    platform_minimum: Minor | None
    entities: tuple[AdEntity, ...]
    seen_at: datetime


@dataclass(frozen=True)
class SettingsChange:
    """Who changed what an account allows. `what` is authority, guards, kill, revive or levels."""

    account_id: str
    what: str
    who: str
    at: datetime
    before: Any
    after: Any
    reason: str | None = None
