"""What a deal is worth on its way: a table of stages per tenant, and a ledger line for every move.

Money is minor units of the tenant's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kinoloop.core.currency import Currency, Minor


@dataclass(frozen=True)
class StageValue:
    """The level of a deal in this stage, and how sure the tenant is of it (0 to 1)."""

    value: Minor
    confidence: float
    description: str | None = None


@dataclass(frozen=True)
class StageTable:
    """A tenant's stages by name. `aliases` gives the name for a CRM's own stage id.

    `probability` (0 to 1, by stage name) is the chance of winning from there, used for the expected value.
    The stage named `lost` is understood even where `stages` does not list it: it is worth nothing.
    """

    tenant_id: str
    currency: Currency
    stages: Mapping[str, StageValue]
    aliases: Mapping[str, str]
    won: str = "closed_won"
    lost: str = "closed_lost"
    avg_deal_value: Minor | None = None
    sales_cycle_days: float | None = None
    win_rate: float | None = None
    probability: Mapping[str, float] | None = None


@dataclass(frozen=True)
class StageEvent:
    """A deal entered a stage. The same (deal, stage, instant) told twice is one event.

    `stage` is as the CRM told it (its own id) or a name of the table. `value_at` says when the deal was
    worth `deal_value` by the CRM's clock (None: at `at`); of two tellings the later one holds.
    """

    tenant_id: str
    deal_id: str
    stage: str
    at: datetime
    deal_value: Minor | None = None
    source: str = ""
    value_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One change of stage as the table prices it: the level after it and its difference to the one before.

    `increment` is never multiplied by `confidence`: a stage's value is an expectation already.
    """

    level: Minor
    increment: Minor
    confidence: float
    reason: str
    stage_from: str | None = None
    stage_to: str = ""


@dataclass(frozen=True)
class StageChange:
    """A change of stage somebody asks the price of."""

    stage_from: str | None
    stage_to: str
    deal_value: Minor | None = None


@dataclass(frozen=True)
class AdRoas:
    """What an ad's stage changes bring. `roas` is None without spend, `confidence` if none moved money."""

    pipeline_value: Minor
    roas: float | None
    confidence: float | None
    changes: int
    spend: Minor
    reason: str | None = None


@dataclass(frozen=True)
class LedgerLine:
    """One move of one deal: `level` after it, `increment` over the level before, in order of time.

    The increments of a deal always add up to its last level.
    """

    tenant_id: str
    deal_id: str
    number: int
    stage_from: str | None
    stage_to: str
    level: Minor
    increment: Minor
    confidence: float
    at: datetime


@dataclass(frozen=True)
class Flag:
    """A stage that the table does not know: refused, shown, never counted as nothing."""

    tenant_id: str
    deal_id: str
    stage: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class DealValue:
    """Where a deal stands. `expected` is the chance of winning times what it would bring, None when unknown.

    `stage` is None while no event of a known stage came in; `updated_at` is its latest event by the CRM's
    clock; `value` is what the CRM last said the deal is worth.
    """

    tenant_id: str
    deal_id: str
    stage: str | None
    level: Minor
    expected: Minor | None
    confidence: float
    won: bool
    lost: bool
    updated_at: datetime
    value: Minor | None = None


@dataclass(frozen=True)
class DealLedger:
    """Everything that follows from the events of one deal."""

    lines: tuple[LedgerLine, ...]
    flags: tuple[Flag, ...]
    value: DealValue


@dataclass(frozen=True)
class StageTotal:
    """All deals that stand in one stage (None: in none known). `unknown` of them have no expected value."""

    stage: str | None
    deals: int
    level: Minor
    expected: Minor
    unknown: int


@dataclass(frozen=True)
class Totals:
    """A tenant's deals together. `pipeline` is the level of open deals, `won` that of won ones.

    `expected` adds up what is known; `unknown` deals are not in it. `flags` counts refused events.
    """

    stages: tuple[StageTotal, ...]
    deals: int
    pipeline: Minor
    won: Minor
    expected: Minor
    unknown: int
    flags: int


@dataclass(frozen=True)
class Unmapped:
    """A CRM stage that waits for a name in the table, and how much is refused because of it."""

    stage: str
    deals: int
    events: int
    last_at: datetime


@dataclass(frozen=True)
class DealPath:
    """When a deal first entered each stage and how it ended (neither: still open)."""

    deal_id: str
    entered: Mapping[str, datetime]
    won: bool
    lost: bool
    value: Minor | None = None


@dataclass(frozen=True)
class Proposal:
    """What a stage's value would be by the deals seen, for a person to accept.

    Of the deals that entered it long enough ago `won` and `lost` are closed and `still_open` are not
    (censored: counted neither way); `young` entered later and are left out. `rate` has a 90 % interval
    `low`..`high`; `worst` is the plain share if every open one were lost. `value` None: not enough is known.
    """

    stage: str
    current: Minor
    value: Minor | None
    rate: float | None
    low: float | None
    high: float | None
    worst: float | None
    won: int
    lost: int
    still_open: int
    young: int
    deal_value: Minor | None
    reason: str


@dataclass(frozen=True)
class BudgetTrigger:
    """When a deal's move raises a budget, and by how much (the seed repository's rule).

    Money is minor units: the defaults are 1,000 and 10,000 of a currency with cents.
    """

    least_increment: Minor = 100_000
    stage_confidence: float = 0.7
    attribution_confidence: float = 0.6
    least_step: float = 0.05
    extra_step: float = 0.10
    boost: float = 1.5
    full_increment: Minor = 1_000_000
