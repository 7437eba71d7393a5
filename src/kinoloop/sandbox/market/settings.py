"""Every number of the hidden world, as frozen records; a changed world is `dataclasses.replace(setting,
...)`.

Money is dollars here (the market scales it to an account's minor units). A `Spread` is lognormal: its median
and the standard deviation of its logarithm between ads.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """Lognormal between ads."""

    median: float
    sd: float


@dataclass(frozen=True)
class Delay:
    """Days until something happens: `instant` of all within the hour, the rest lognormal, none after
    `longest`.
    """

    median: float
    sigma: float
    instant: float = 0.0
    longest: float = 60.0


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline: how many of those before it get there, and when."""

    name: str
    rate: Spread
    delay: Delay


@dataclass(frozen=True)
class Tiring:
    """What repeated views do to the click rate. Half the ads lose by a power of the frequency (`power`, drawn
    evenly), half fall exponentially to a plateau (`floor`) at a speed (`pace`). `audience` is people per ad.
    """

    audience: Spread = Spread(160_000, 0.5)
    power: tuple[float, float] = (0.10, 0.50)
    floor: tuple[float, float] = (0.50, 0.90)
    pace: tuple[float, float] = (0.30, 1.00)


@dataclass(frozen=True)
class Identity:
    """How often a click id survives from click to conversion, by device, and who comes by themselves.

    `second` and `third` are how often the fuzzy layers name the right ad. `pixel` is the share of conversions
    the platform itself hears of; `view` the share of people without a click to whom it claims to have shown
    an ad.
    """

    ios: tuple[float, float] = (0.35, 0.75)
    kept: float = 0.80
    kept_ios: float = 0.45
    second: float = 0.70
    third: float = 0.40
    organic: float = 0.10
    pixel: float = 0.92
    view: float = 0.25


@dataclass(frozen=True)
class Setting:
    """One kind of account. `arrivals` ads are added per day; `stages` is empty where a click may buy at once.

    `return_log` is the mean of log ROAS of a fresh ad at the average budget: with the spreads below it makes
    45 % of ads winners (1.5 or more) and 30 % losers (below 1).
    """

    name: str
    ads: int
    daily_budget: float
    days: int
    arrivals: int = 0
    stages: tuple[Stage, ...] = ()
    entry: str = "purchase"
    entry_delay: Delay = Delay(1.5, 1.3, instant=0.35, longest=30)
    price: Spread = Spread(10.0, 0.15)
    """Dollars for a thousand impressions at the smallest budget."""
    ctr: Spread = Spread(0.012, 0.42)
    cvr: Spread = Spread(0.022, 0.50)
    value: Spread = Spread(1.0, 0.20)
    """Relative; the level follows from `return_log`."""
    value_noise: float = 0.50
    return_log: float = 0.327
    correlation: float = -0.25
    """Between log CTR and log CVR of an ad."""
    lead_correlation: float = 0.0
    """Between log CVR and the log rate of each stage: below zero where easy leads are poor ones."""
    feature_share: float = 0.35
    """Part of the variance between ads that visible features explain."""
    features: tuple[int, ...] = (5, 3, 3, 3)
    eta: tuple[float, float] = (0.60, 0.85)
    """Auction concavity per ad, drawn evenly."""
    tiring: Tiring = Tiring()
    identity: Identity = Identity()
    drift_sd: float = 0.08
    drift_day: float = 0.90
    """Stationary spread of the market's log price and log CVR, and what is left of a deviation after a
    day.
    """
    overspend_sd: float = 0.12
    most_overspend: float = 1.75
    lost_delay: Delay = Delay(10.0, 0.8)
    lost_recorded: float = 0.80
    weekdays: tuple[float, ...] = (1.06, 1.15, 1.12, 1.08, 0.98, 0.81, 0.83)
    """Monday first: how much attention there is."""
    dayparts: tuple[float, ...] = field(
        default=(
            *(0.45, 0.30, 0.22, 0.20, 0.25, 0.40),
            *(0.65, 0.90, 1.05, 1.10, 1.12, 1.15),
            *(1.25, 1.20, 1.12, 1.10, 1.15, 1.25),
            *(1.40, 1.55, 1.65, 1.60, 1.30, 0.80),
        )
    )
    """Attention by local hour, relative."""

    @property
    def average_budget(self) -> float:
        """Dollars a day per ad at the start: the scale of the auction's concavity too."""
        return self.daily_budget / self.ads

    @property
    def usual_value(self) -> float:
        """Dollars of the median ad's sale: what puts the mean log ROAS where `return_log` wants it."""
        eta = sum(self.eta) / 2
        shown = 1000 / self.price.median * (2**eta - 1) / eta
        rates = math.prod(stage.rate.median for stage in self.stages)
        per_dollar = shown * self.ctr.median * self.cvr.median * rates
        return self.value.median * math.exp(self.return_log) / per_dollar


_PIPELINE = (
    Stage("appointment_scheduled", Spread(0.45, 0.15), Delay(2.0, 0.8)),
    Stage("show_up", Spread(0.60, 0.12), Delay(4.0, 0.6)),
    Stage("closed_won", Spread(0.35, 0.18), Delay(6.0, 0.7)),
)

SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("ecom", ads=30, daily_budget=1500, days=45),
        Setting(
            "b2b",
            ads=24,
            daily_budget=2000,
            days=75,
            stages=_PIPELINE,
            entry="lead",
            entry_delay=Delay(0.5, 1.2, instant=0.20, longest=30),
            price=Spread(12.0, 0.15),
            ctr=Spread(0.008, 0.42),
            cvr=Spread(0.05, 0.42),
        ),
        Setting(
            "fatigue",
            ads=60,
            daily_budget=3000,
            days=45,
            arrivals=4,
            tiring=Tiring(Spread(45_000, 0.5), power=(0.30, 0.90), floor=(0.30, 0.70)),
        ),
        Setting("small", ads=10, daily_budget=200, days=60, tiring=Tiring(Spread(60_000, 0.5))),
    )
}
