"""Prices with a date, what is held back for a job, and what each provider event really cost."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kinoloop.core.money import Micros

Unit = Literal["image", "second", "video", "character", "input_token", "output_token"]
EntryState = Literal["reserved", "committed", "void"]


@dataclass(frozen=True)
class Price:
    """What one unit of a model costs since a day. `steps`: the only lengths (s) on sale; () any.

    `amount` is for `per` units: tokens cost less than a micro-dollar each. `costs.rules.cost_of` reckons it.
    """

    provider: str
    model: str
    unit: Unit
    amount: Micros
    since: date
    steps: tuple[int, ...] = ()
    per: int = 1


@dataclass(frozen=True)
class PriceTable:
    """A dated, versioned list of prices; `version` is kept with each entry it priced."""

    version: str
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class Wanted:
    """One thing to be bought: `label` says for what, `quantity` how many units."""

    label: str
    provider: str
    model: str
    unit: Unit
    quantity: float


@dataclass(frozen=True)
class QuoteLine:
    """A thing to be bought with its price; `quantity` as it is sold, rounded up to the lengths on sale."""

    label: str
    provider: str
    model: str
    unit: Unit
    quantity: float
    price: Micros


@dataclass(frozen=True)
class Shopping:
    """What an ad will probably buy, before there is a storyboard.

    `generated` is the share of its scenes that a service makes (0 own footage only, 1 all of them);
    `other_opening` adds one scene for the variant that opens differently, all else is reused by variants.
    `image_model` None: no storyboard pictures are bought. `voice` and `llm` are (provider, model).
    """

    duration: int
    generated: float = 0.0
    provider: str | None = None
    image_model: str | None = None
    video_model: str | None = None
    other_opening: bool = False
    upscale: bool = False
    voice: tuple[str, str] | None = None
    characters: int = 0
    llm: tuple[str, str] | None = None
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class Estimate:
    """What it will probably cost; `basis` says in words how it was reckoned."""

    total: Micros
    lines: tuple[QuoteLine, ...]
    scene_count: int
    basis: str


@dataclass(frozen=True)
class Budgets:
    """Limits per UTC day over everything."""

    soft: Micros = 100_000_000
    hard: Micros = 150_000_000


@dataclass(frozen=True)
class Hold:
    """Money set aside for a job, so that its events cannot run into the budget half-way.

    `used` is what its events expect or have cost, `committed` the part of it that was really spent. Its
    events count on its `day`. `crossed_soft` is true once a day, in the answer that crossed the soft limit.
    """

    hold_id: str
    job_id: str
    day: date
    amount: Micros
    used: Micros
    closed: bool
    committed: Micros = 0
    crossed_soft: bool = False

    @property
    def free(self) -> Micros:
        """What further events can draw from it."""
        return 0 if self.closed else max(0, self.amount - self.used)

    @property
    def set_aside(self) -> Micros:
        """What it keeps from the day and has not spent: the rest of it, and events whose end is unknown."""
        return (self.used if self.closed else max(self.amount, self.used)) - self.committed


@dataclass(frozen=True)
class Entry:
    """One provider event. `amount` is expected while reserved, real once committed, 0 when void.

    `expected` keeps what was reserved; `reason` says why it is void. `crossed_soft` as in `Hold`.
    """

    entry_id: str
    hold_id: str | None
    job_id: str
    provider: str
    model: str
    operation: str
    quantity: float
    unit: Unit
    amount: Micros
    state: EntryState
    external_id: str | None
    price_version: str
    day: date
    created_at: datetime
    expected: Micros = 0
    reason: str | None = None
    settled_at: datetime | None = None
    crossed_soft: bool = False

    @property
    def set_aside(self) -> Micros:
        """What it keeps from the day while its end is not known."""
        return self.amount if self.state == "reserved" else 0


@dataclass(frozen=True)
class Day:
    """One day's money: spent, still held back, and what may be spent."""

    day: date
    spent: Micros
    held: Micros
    soft: Micros
    hard: Micros
    soft_crossed_at: datetime | None = None

    @property
    def left(self) -> Micros:
        """What may still be set aside; negative when more was spent than planned."""
        return self.hard - self.spent - self.held

    @property
    def over_budget(self) -> bool:
        return self.spent > self.hard


@dataclass(frozen=True)
class JobCost:
    """What one job cost so far, and what its open events may still cost."""

    job_id: str
    spent: Micros
    reserved: Micros
    expected: Micros
    entries: int
    last_at: datetime
