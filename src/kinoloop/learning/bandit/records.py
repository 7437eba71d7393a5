"""What a policy may look at (one account as it is known at one instant), and what it answers.

Arrays are indexed by step (rows) and ad (columns), in the order of `ad_ids`. Times are hours since the first
step began, NaN where something has not happened. Money is minor units of the account's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Minor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Mode = Literal["pipeline", "direct"]
"""`pipeline` sells through stages of a CRM, `direct` at once."""
Standing = Literal["running", "killed", "parked", "off"]
"""`killed` (a loser) and `parked` (outcompeted) were paused by a decision, `off` by somebody else."""
Word = Literal["keep", "scale", "pause", "not_enough_data"]


@dataclass(frozen=True)
class Outcomes:
    """Entries (a purchase, or a lead) until now, a row each, in the order of entering.

    `by_id` is the column of the ad whose click id came along, -1 without one; `click_at` is known with it
    only. `guess` (rows by layers) holds columns of ads that fuzzy layers name, -1 for none; `trust` their
    probabilities, NaN where the account's own overlap with click ids has to tell how often a layer is right.
    `ios` is whether the phone was an iPhone. `moves` has a column per stage; `value` is known once sold.
    """

    entry_at: Floats
    click_at: Floats
    by_id: Ints
    guess: Ints
    trust: Floats
    ios: Flags
    moves: Floats
    lost_at: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.entry_at)


@dataclass(frozen=True)
class AccountView:
    """One account at `hours`. `features` are level numbers per kind (-1 unknown), `kinds` how many levels.

    `ios` is the share of iPhones among an ad's clicks (NaN unknown); `frequency` is cumulative (NaN unknown);
    `budgets` are the daily budgets that stand now (what a paused ad would have is its last one). `total` is
    the daily budget to hand out, `launch` an ad's usual first daily budget: the scale of the response.
    `hoped` is what the person said a sale is worth, None when unsaid. `organic` is the share of entries that
    no ad brought.
    """

    mode: Mode
    hours: float
    step_hours: float
    ad_ids: tuple[str, ...]
    launched_at: Floats
    kinds: tuple[int, ...]
    features: Ints
    ios: Floats
    spend: Ints
    impressions: Ints
    clicks: Ints
    frequency: Floats
    budgets: Ints
    standing: tuple[Standing, ...]
    total: Minor
    launch: Minor
    outcomes: Outcomes
    stages: tuple[str, ...] = ()
    hoped: Minor | None = None
    organic: float = 0.10

    @property
    def count(self) -> int:
        return len(self.ad_ids)


@dataclass(frozen=True)
class BanditSettings:
    """Every number of the policy. `zone_spend`, `floor_budget`, `kill_spend` are minor units."""

    half_life_days: float = 60.0
    draws: int = 48
    temperature: float = 0.6
    kill_chance: float = 0.90
    revive_chance: float = 0.70
    maturity: float = 0.5
    sd_cap: float = 0.7
    park_chance: float = 0.10
    unpark_chance: float = 0.25
    floor_roas: float = 1.0
    scale_roas: float = 3.0
    scale_chance: float = 0.8
    zone_days: float = 2.0
    zone_spend: Minor = 10_000
    velocity: float = 0.20
    velocity_hours: float = 6.0
    floor_budget: Minor = 500
    least_running: int = 3
    display_factor: float = 0.95


@dataclass(frozen=True)
class Belief:
    """What is known of every ad's return on the next unit of money, as moment-matched lognormals.

    `mu` and `var` are of log ROAS at zero budget (`var` relative between ads), `common` the variance that all
    ads share. `response` is A (impressions per minor unit at zero budget), `eta` the concavity, `scale` K of
    the response. `maturity` is the share of results of past clicks that is in; `fatigue` the
    share of CTR lost to repeated views; `coming` entries still to come from clicks already paid for; `leads`
    those seen. `parts` holds the named additive parts of `mu` (log scale), `evidence` the share of each
    factor's prior variance that data has removed.
    """

    mu: Floats
    var: Floats
    common: float
    response: Floats
    eta: Floats
    scale: float
    maturity: Floats
    fatigue: Floats
    coming: Floats
    leads: Floats
    parts: Mapping[str, Floats]
    evidence: Mapping[str, Floats]


@dataclass(frozen=True)
class AdDecision:
    """One ad in one round. `budget` is its daily budget from now on (as if it ran, when it is paused).

    `mean`, `low` and `high` are expected revenue per unit of money at the new budget with an 80 % interval;
    None where the policy does not form one. `chance_loser`, `chance_best` and `maturity` as well. `reason` is
    a sentence for a marketer; `wait_days` and `wait_spend` tell what an answer still costs.
    """

    ad_id: str
    word: Word
    standing: Standing
    before: Minor
    budget: Minor
    reason: str
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    chance_loser: float | None = None
    chance_best: float | None = None
    maturity: float | None = None
    fatigue: float | None = None
    coming: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    wait_days: float | None = None
    wait_spend: Minor | None = None


@dataclass(frozen=True)
class Round:
    """One decision for a whole account. Budgets of running ads sum to `total` unless the notes say why not.

    `policy` is name and version; with the same view, settings and `seed` it answers the same, bit for bit.
    """

    policy: str
    seed: int
    total: Minor
    decisions: tuple[AdDecision, ...]
    notes: tuple[str, ...] = ()


class Policy(Protocol):
    """Decides for one account; keeps nothing between rounds."""

    @property
    def name(self) -> str: ...

    def decide(self, view: AccountView, seed: int) -> Round: ...
