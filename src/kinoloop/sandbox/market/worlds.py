"""Changed markets that no policy was tuned in: each is one of the settings with one thing different.

What an account is told may be wrong as well: `organic` is the share of buyers without an ad that it believes
in, `hoped` how many times too high it puts the worth of a sale.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kinoloop.sandbox.market.settings import SETTINGS, Delay, Identity, Setting, Spread, Stage

HOPED = 1.5
"""People put the worth of a sale (and of a stage) too high by so much."""


@dataclass(frozen=True)
class World:
    """A setting, a sentence on what is different in it, and what its account is told."""

    name: str
    title: str
    setting: Setting
    organic: float = 0.10
    hoped: float = HOPED

    @property
    def hoped_value(self) -> float:
        """Dollars that the account believes a sale to be worth."""
        return self.hoped * self.setting.usual_value


_ECOM, _B2B = SETTINGS["ecom"], SETTINGS["b2b"]
_FEW_IDS = Identity(kept=0.50, kept_ios=0.15)
_POOR_LAYERS = replace(_FEW_IDS, second=0.35, third=0.15)
_UNASKED = Identity(organic=0.35)


def _staged(rates: Iterable[Spread], delays: Iterable[Delay]) -> tuple[Stage, ...]:
    """The pipeline of the setting with other rates and delays."""
    changed = zip(_B2B.stages, rates, delays, strict=True)
    return tuple(replace(stage, rate=rate, delay=delay) for stage, rate, delay in changed)


_RATES = [stage.rate for stage in _B2B.stages]
_DELAYS = [stage.delay for stage in _B2B.stages]
_SLOW = _staged(_RATES, [*_DELAYS[:-1], replace(_DELAYS[-1], median=20.0)])
_RARE = _staged([Spread(0.30, 0.15), Spread(0.35, 0.12), Spread(0.117, 0.18)], _DELAYS)
"""With a quarter of the leads, one lead in 81 is won and a sale is worth about $15,000."""
_MIXED = _staged([Spread(0.45, 0.45), Spread(0.60, 0.30), Spread(0.35, 0.45)], _DELAYS)
_ALIKE = _staged([replace(rate, sd=rate.sd / 2) for rate in _RATES], _DELAYS)


def _halved(setting: Setting) -> Setting:
    spreads = {name: getattr(setting, name) for name in ("price", "ctr", "cvr", "value")}
    return replace(setting, **{name: replace(one, sd=one.sd / 2) for name, one in spreads.items()})


WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        World("ecom-clicks-buy", "ads that are clicked more also sell more", replace(_ECOM, correlation=0.3)),
        World("ecom-clickbait", "ads that are clicked more sell less", replace(_ECOM, correlation=-0.6)),
        World("ecom-few-ids", "click ids kept 50/15 %", replace(_ECOM, identity=_FEW_IDS)),
        World("ecom-blind", "as few, fuzzy layers right 35/15 %", replace(_ECOM, identity=_POOR_LAYERS)),
        World("ecom-features", "creative features say nothing", replace(_ECOM, feature_share=0.0)),
        World("ecom-drift", "three times the market drift", replace(_ECOM, drift_sd=0.24)),
        World("ecom-third", "a third of the budget", replace(_ECOM, daily_budget=500)),
        World(
            "ecom-fresh",
            "almost no fatigue",
            replace(
                _ECOM,
                tiring=replace(_ECOM.tiring, audience=Spread(3_000_000, 0.5), power=(0.02, 0.1)),
            ),
        ),
        World("ecom-organic", "35 % come by themselves, told 10 %", replace(_ECOM, identity=_UNASKED)),
        World("b2b-clicks-buy", "ads that are clicked more bring more leads", replace(_B2B, correlation=0.3)),
        World("b2b-slow", "deals close two weeks later, 90 days", replace(_B2B, stages=_SLOW, days=90)),
        World(
            "b2b-rare",
            "rare deals of about $15,000",
            replace(_B2B, stages=_RARE, cvr=Spread(0.0125, 0.42)),
        ),
        World("b2b-large", "80 ads, $8,000 a day", replace(_B2B, ads=80, daily_budget=8000)),
        World("b2b-alike", "ads differ half as much", replace(_halved(_B2B), stages=_ALIKE)),
        World(
            "b2b-quality",
            "lead quality differs, easy leads are poor ones",
            replace(_B2B, stages=_MIXED, lead_correlation=-0.5),
        ),
        World("b2b-organic", "35 % come by themselves, told 10 %", replace(_B2B, identity=_UNASKED)),
    )
}
"""Fourteen changes; the correlation and the unasked share are changed in two ways."""

PLACES: dict[str, World] = {
    "ecom": World("ecom", "a shop: 35 % buy at once, the rest within a month", _ECOM),
    "b2b": World("b2b", "a pipeline: deals close about two weeks after the lead", _B2B),
    "fatigue": World("fatigue", "small audiences that tire, four new ads a day", SETTINGS["fatigue"]),
    "small": World("small", "ten ads, $200 a day", SETTINGS["small"]),
}
"""The four settings as they are."""


def world(name: str) -> World:
    """A setting or a changed world by name. Raises KeyError."""
    return PLACES.get(name) or WORLDS[name]
