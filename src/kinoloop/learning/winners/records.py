"""A winner and everything around it: how an ad stands, what it is made of, what winners share, who tires.

Money is minor units of the account's currency; chances and shares are 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Currency, Minor

Vector = NDArray[np.float32]
Verdict = Literal["winner", "loser", "neither", "not_enough_data"]
Measure = Literal["return", "conversions", "ctr"]
"""`return` is revenue per money spent; without known values conversions per money, without any the CTR."""
FatigueStatus = Literal["HEALTHY", "FATIGUING", "SATURATED", "AUDIENCE_EXHAUSTED", "NOT_ENOUGH_DATA"]
Source = Literal["measured", "told"]
TRAITS = ("hook_type", "pacing", "caption_style", "cta", "opening_shot")


@dataclass(frozen=True)
class WinnerSettings:
    """Every threshold of this room. Nothing is judged below the `least_` figures.

    An ad wins when its chance of clearing the bar is `chance`, and stays a winner down to `keep_chance`. The
    bar is `bar_return` where money is known, else `bar_lift` times the account's own rate; losers are those
    below `floor_return`, or below the account's rate over `bar_lift`, with the same chance. What was spent in
    the last `settle_days` is left out: its results are not in. `fatigue_alarm` is the share of steady ads
    that may ever be called tired, `day_noise` how far a steady CTR moves from day to day (a share of it).
    `false_discovery` is the share of wrong ones that is accepted among traits said to matter.
    """

    least_impressions: int = 1000
    least_clicks: int = 30
    least_spend: Minor = 5_000
    least_age_hours: float = 24.0
    least_conversions: float = 5.0
    least_expected: float = 3.0
    least_peers: int = 3
    chance: float = 0.90
    keep_chance: float = 0.70
    bar_return: float = 1.5
    floor_return: float = 1.0
    bar_lift: float = 1.2
    settle_days: int = 7
    days: int = 90
    fatigue_alarm: float = 0.05
    day_noise: float = 0.10
    saturated_frequency: float = 3.5
    exhausted_cpm: float = 1.5
    false_discovery: float = 0.10
    least_compared: int = 20
    least_level: int = 4
    effect_sd: float = 0.7


@dataclass(frozen=True)
class Track:
    """What one ad did. `settled_spend` bought the clicks that `conversions` and `value` are credited to;
    `conversions` are sums of shares, so seldom whole. Impressions, clicks and spend count everything.
    """

    ad_id: str
    age_hours: float
    impressions: int
    clicks: int
    spend: Minor
    settled_spend: Minor
    conversions: float
    value: Minor


@dataclass(frozen=True)
class Standing:
    """How an ad stands against the account's bar, with an 80 % interval of its measure.

    `mean`, `low`, `high` and the chances of being over the bar or under the floor are None where nothing may
    be said yet; `reason` tells it in a sentence.
    """

    ad_id: str
    verdict: Verdict
    measure: Measure
    reason: str
    track: Track
    bar: float | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    chance_over: float | None = None
    chance_under: float | None = None


@dataclass(frozen=True)
class Exposure:
    """An ad day by day, oldest first, all (n,): `reach` is people on that day, NaN where it was not told.

    `day` counts days; days without impressions may be missing.
    """

    ad_id: str
    day: NDArray[np.int64]
    impressions: NDArray[np.int64]
    clicks: NDArray[np.int64]
    spend: NDArray[np.int64]
    reach: NDArray[np.float64]


@dataclass(frozen=True)
class Fatigue:
    """Whether repeated views wear an ad out. `evidence` is an e-value: at 1 / alarm rate the alarm goes.

    `since` is the day (as the exposure counts) on which it first did; `loss` the share of CTR lost so far,
    `frequency` the mean views per person reached so far. None where it cannot be told: see `reason`.
    """

    status: FatigueStatus
    reason: str
    evidence: float | None = None
    since: int | None = None
    loss: float | None = None
    frequency: float | None = None

    @property
    def recommendation(self) -> Literal["REFRESH_CREATIVE", "CONTINUE"]:
        return "CONTINUE" if self.status in ("HEALTHY", "NOT_ENOUGH_DATA") else "REFRESH_CREATIVE"


@dataclass(frozen=True)
class Content:
    """What a film looks like as one direction (512,) of `space`, and its first picture as another.

    `vector` is None with the `reason`; so is `opening` when the first picture has no vector.
    """

    space: str | None
    vector: Vector | None
    opening: Vector | None
    reason: str | None = None


@dataclass(frozen=True)
class Dna:
    """What one ad is made of. `traits` has each of TRAITS, None where it is not known: `untold` says why.

    `said` are its lines in order: (purpose, text).
    """

    ad_id: str
    account_id: str
    client_id: str
    video_id: str
    variant_id: str
    traits: Mapping[str, str | None]
    untold: Mapping[str, str] = field(default_factory=dict)
    said: tuple[tuple[str, str], ...] = ()
    content: Content = Content(None, None, None, "nothing was read yet")


@dataclass(frozen=True)
class Effect:
    """One level of one trait, winners against losers. `effect` is the log odds ratio, shrunk towards zero,
    with an 80 % interval; `p` is Fisher's, `q` what Benjamini and Hochberg make of it. `found`: q is low.
    """

    trait: str
    level: str
    won: int
    lost: int
    others_won: int
    others_lost: int
    effect: float
    low: float
    high: float
    p: float
    q: float
    found: bool


@dataclass(frozen=True)
class DnaReport:
    """What winners share that losers do not. `abstained` tells for each trait left out why."""

    winners: int
    losers: int
    effects: tuple[Effect, ...]
    abstained: Mapping[str, str]

    @property
    def found(self) -> tuple[Effect, ...]:
        return tuple(one for one in self.effects if one.found)


@dataclass(frozen=True)
class Winner:
    """An ad worth remembering. `source` measured by the rule here, or told by a caller. The vector is a unit
    (512,) of `space`; both are None where there is none, with the reason.
    """

    tenant_id: str
    ad_id: str
    source: Source
    reason: str
    space: str | None = None
    vector: Vector | None = None
    vector_reason: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    added_at: datetime | None = None
    updated_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: str | None = None


@dataclass(frozen=True)
class Judged:
    """A stored standing with the ad's fatigue (`fatigue_since` as an ISO day of the account)."""

    tenant_id: str
    account_id: str
    currency: Currency
    standing: Standing
    fatigue: Fatigue
    fatigue_since: str | None
    judged_at: datetime


@dataclass(frozen=True)
class Similar:
    """A winner that looks like what was asked; `similarity` is the cosine, -1 to 1."""

    ad_id: str
    similarity: float
    metadata: Mapping[str, Any]
    reason: str
