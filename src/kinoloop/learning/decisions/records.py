"""A budget decision: what a person set, what stood at the platform, what was decided, what was asked for.

Money is minor units of the account's currency, budgets are daily. Instants are UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kinoloop.core.currency import Currency, Minor
from kinoloop.delivery.accounts.records import AdEntity, Kind
from kinoloop.delivery.changes.records import Expected
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Mode, Round, Standing, Word

TRIGGER = "decide_budget"
"""Who asks for a change in the queue."""
Traits = Mapping[str, Mapping[str, str]]
"""Creative features by ad: the level by kind, `{"ad-1": {"hook": "question", "pace": "fast"}}`."""


@dataclass(frozen=True)
class DecisionSettings:
    """What a person says of an account's decisions; None lets the program find it (see `rules.totals`).

    `total` is the daily money to hand out, `launch` an ad's usual first budget, `hoped` what a sale is worth.
    `least_change` is the smallest part by which a budget is worth changing. Results and a mirror older than
    `stale_hours` decide nothing.
    """

    total: Minor | None = None
    launch: Minor | None = None
    mode: Mode | None = None
    hoped: Minor | None = None
    policy: str = "ours"
    lookback_days: int = 90
    least_change: float = 0.05
    stale_hours: float = 12.0
    bandit: BanditSettings = field(default_factory=BanditSettings)


@dataclass(frozen=True)
class AdPlace:
    """Where an ad hangs. `owner_id` holds the daily budget it spends (None: a lifetime budget, or gone).

    `set_on` and `set_able` tell whether the ad set is on and whether all above it is; `able` whether the ad
    itself could run (switched on, or off by us, and not refused by the platform).
    """

    ad_id: str
    name: str
    set_id: str | None
    campaign_id: str | None
    owner_id: str | None
    ad_on: bool
    set_on: bool
    above_on: bool
    able: bool


@dataclass(frozen=True)
class BudgetOwner:
    """A campaign or ad set with a daily budget; `on` when it and all above it are switched on."""

    entity_id: str
    kind: Kind
    name: str
    campaign_id: str
    budget: Minor
    on: bool


@dataclass(frozen=True)
class Known:
    """Everything a round rests on. `places` stand in the order of the view's ads; `stands` is what its
    running ads may spend a day now. `disagreement` (0 to 1) is by ad how far attribution models differ.
    `traits` name the kinds and levels that the view has as numbers.
    """

    account_id: str
    tenant_id: str
    currency: Currency
    at: datetime
    start: datetime
    view: AccountView
    places: tuple[AdPlace, ...]
    owners: tuple[BudgetOwner, ...]
    tree: tuple[AdEntity, ...]
    stands: Minor
    disagreement: Mapping[str, float]
    drifted: frozenset[str]
    settings: DecisionSettings
    notes: tuple[str, ...]
    traits: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Entry:
    """A lead or a purchase as it is known. `ad_id` by its click id; `guesses` are ads with probabilities.

    `entered` has the first instant of each stage; `ios` None: not told.
    """

    entry_id: str
    at: datetime
    ad_id: str | None = None
    click_at: datetime | None = None
    guesses: tuple[tuple[str, float], ...] = ()
    ios: bool | None = None
    entered: Mapping[str, datetime] = field(default_factory=dict)
    lost_at: datetime | None = None
    value: Minor | None = None


@dataclass(frozen=True)
class BudgetStep:
    """One change that a round asks for. `before` and `requested`: minor units, or ACTIVE and PAUSED.

    `ad_ids` are the ads it concerns. `change_id` is its change in the queue; `note` says why there is none.
    """

    entity_id: str
    kind: Kind
    change_type: Literal["budget", "status"]
    before: int | str
    requested: int | str
    reason: str
    expected: Expected
    confidence: float | None
    ad_ids: tuple[str, ...]
    change_id: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class AdLine:
    """One ad in one round, as `AdDecision` has it, with where it stood before and its share of the money.

    `share` is the propensity. `mu` and `sd` are of the logarithm of the return whose 80 % interval is shown.
    """

    decision_id: str
    ad_id: str
    account_id: str
    at: datetime
    name: str
    owner_id: str | None
    word: Word
    stood: Standing
    standing: Standing
    before: Minor
    budget: Minor
    share: float
    reason: str
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    mu: float | None = None
    sd: float | None = None
    chance_loser: float | None = None
    chance_best: float | None = None
    maturity: float | None = None
    fatigue: float | None = None
    coming: float | None = None
    disagreement: float | None = None
    wait_days: float | None = None
    wait_spend: Minor | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """One round of one account. `spend` is what it spent in the day before, `stands` its budgets before.

    `made_by` names the versions that decided. The bytes of view and round are read by themselves.
    """

    decision_id: str
    key: str
    tenant_id: str
    account_id: str
    at: datetime
    policy: str
    seed: int
    settings: BanditSettings
    mode: Mode
    currency: Currency
    view_sha256: str
    round_sha256: str
    made_by: Mapping[str, str]
    notes: tuple[str, ...]
    ads: int
    spend: Minor
    stands: Minor
    total: Minor
    launch: Minor


@dataclass(frozen=True)
class Decided:
    """A round with the bytes it rests on, before it is stored."""

    known: Known
    frozen: bytes
    round: Round
    seed: int
    settings: BanditSettings


@dataclass(frozen=True)
class Replay:
    """The round made again from what was known then. `same`: to the byte. `why` tells what is not.

    `differing` names ads whose decision is another now.
    """

    decision_id: str
    same: bool
    stored_sha256: str
    replayed_sha256: str | None
    differing: tuple[str, ...] = ()
    why: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
