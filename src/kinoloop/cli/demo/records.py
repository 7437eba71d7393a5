"""What the demo's report is made of: what was made, spent and earned, and how others would have fared.

Money is minor units of `currency`; days count from 0, the day on which the films became ads. Everything here
is of the sample account: nothing of it is anybody's real money.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kinoloop.core.currency import Currency, Minor

Who = Literal["ours", "seed", "equal", "oracle"]


@dataclass(frozen=True)
class FilmMade:
    """One finished version: `poster` is a still of it, `differs_in` what sets it apart from version A."""

    variant_id: str
    label: str
    differs_in: str
    seconds: float
    size: str
    film: Path
    poster: Path | None
    ad_id: str


@dataclass(frozen=True)
class Made:
    """From footage to films. `own` is whether the footage was the person's (else a drawn sample shoot)."""

    own: bool
    footage_files: int
    footage_seconds: float
    moments: int
    clips: tuple[Path, ...]
    clip_sheet: Path | None
    storyboard: Path | None
    panels: int
    films: tuple[FilmMade, ...]


@dataclass(frozen=True)
class Money:
    """What the account counted itself. `credited` is revenue that attribution gave to ads; `pipeline` what
    open deals are worth by their stages. `by_click_id` and `by_likeness` are credited deals by how they were
    found.
    """

    spend: Minor
    impressions: int
    clicks: int
    leads: int
    won: int
    revenue: Minor
    credited: Minor
    pipeline: Minor
    by_click_id: int
    by_likeness: int
    uncredited: int


@dataclass(frozen=True)
class Contender:
    """One way of deciding in the same market. `revenue` is what its spend is truly worth on average (deals
    still to come included), known only because the market is a simulation; `profits` are its sums, one a day.

    `winners` is how many ads were truly worth keeping; `stopped_winners` how many of those it stopped.
    """

    who: Who
    title: str
    spend: Minor
    revenue: Minor
    on_losers: Minor
    winners: int
    stopped_winners: int
    profits: tuple[Minor, ...]

    @property
    def profit(self) -> Minor:
        return self.revenue - self.spend


@dataclass(frozen=True)
class AdLine:
    """One ad at the end. `low`, `mid`, `high` are the 80 % interval of its return as the product says it;
    `truth` its true return at today's budget (None while it rests). `label` is our film's version, else
    empty.
    """

    ad_id: str
    name: str
    label: str
    spend: Minor
    first_budget: Minor
    last_budget: Minor
    standing: str
    verdict: str
    low: float | None
    mid: float | None
    high: float | None
    truth: float | None
    fresh_truth: float


@dataclass(frozen=True)
class Story:
    """One decision that is worth telling: the day, the ad, what was done, and the product's own reason."""

    day: int
    ad_name: str
    what: str
    why: str
    change_id: str


@dataclass(frozen=True)
class Changes:
    """What became of everything that was proposed, by the queue's own count; `refused` by a guard."""

    decisions: int
    proposed: int
    applied: int
    refused: int
    other: int
    most_moved: float
    """The largest part by which one change moved a budget: 0.20 is the velocity guard's bound."""
    stories: tuple[Story, ...]


@dataclass(frozen=True)
class WinnerLine:
    """A winner and the numbers that it rests on, as the product tells them."""

    ad_id: str
    name: str
    label: str
    reason: str
    won_deals: float


@dataclass(frozen=True)
class Lineage:
    """One won deal that was traced to the seconds of footage behind it."""

    deal_id: str
    amount: Minor
    ad_name: str
    label: str
    spans: tuple[str, ...]
    """Each as `file 0:03.2-0:05.9`."""


@dataclass(frozen=True)
class PlanLine:
    """One line of the next plan: what it is for, and the winners it rests on (none: it is exploration)."""

    purpose: str
    seconds: float
    intent: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class NextPlan:
    """The plan that the product wrote after the sixty days."""

    title: str
    angle: str
    reason: str
    lines: tuple[PlanLine, ...]
    video_id: str


@dataclass(frozen=True)
class DemoReport:
    """The whole story of one demo; the same seed and footage give the same."""

    seed: int
    days: int
    first_day: str
    last_day: str
    account: str
    currency: Currency
    daily_budget: Minor
    made: Made
    money: Money
    contenders: tuple[Contender, ...]
    ads: tuple[AdLine, ...]
    changes: Changes
    winners: tuple[WinnerLine, ...]
    lineage: Lineage | None
    plan: NextPlan | None
