"""People on their way from a click to a sale: drawn when they click, told when the time comes.

Times are hours since the market's start; NaN is "never". One row per person who will leave a name or buy.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.settings import Delay, Setting
from kinoloop.sandbox.market.truth import Truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True)
class Journeys:
    """Columns. `ad` and `click` (its number within ad and step) are -1 for people who came by themselves.

    `viewed` is the ad that the platform claims such a person saw, or -1. `moves` has a column per stage;
    `value` is dollars. `heard`: the platform learns of it. `kept`: the click id is known to the CRM.
    """

    ad: Ints
    step: Ints
    click: Ints
    click_at: Floats
    entry_at: Floats
    moves: Floats
    lost_at: Floats
    value: Floats
    ios: Flags
    kept: Flags
    heard: Flags
    viewed: Ints
    second: Ints
    third: Ints

    @classmethod
    def joined(cls, blocks: list[Self]) -> Self:
        return cls(*(np.concatenate([getattr(block, f.name) for block in blocks]) for f in fields(cls)))

    def __len__(self) -> int:
        return len(self.ad)

    @property
    def sold_at(self) -> Floats:
        """When the money came: the last stage, or the entry where there are none."""
        return self.moves[:, -1] if self.moves.shape[1] else self.entry_at


@dataclass(frozen=True)
class StepFacts:
    """What one step brought, for the people in it. `organic` is how many come by themselves on average."""

    number: int
    start: float
    hours: float
    clicks: Ints
    shown: Ints
    mood: float
    organic: float


def draw(rng: np.random.Generator, truth: Truth, setting: Setting, facts: StepFacts) -> Journeys:
    """Everybody who clicked in this step (or came by himself) and will enter, with the whole way ahead of
    them.
    """
    entering = rng.binomial(facts.clicks, np.minimum(truth.cvr * facts.mood, 0.9))
    alone = int(rng.poisson(facts.organic))
    ad = np.concatenate([np.repeat(np.arange(truth.count), entering), np.full(alone, NOBODY)])
    click = np.concatenate([_numbers(entering), np.full(alone, NOBODY)])
    count, clicked = len(ad), ad >= 0
    if not count:
        return nobody(len(setting.stages))
    at = facts.start + rng.random(count) * facts.hours
    entry = np.where(clicked, at + delays(rng, setting.entry_delay, count) * 24, at)
    ios = rng.random(count) < np.where(clicked, truth.ios[ad], sum(setting.identity.ios) / 2)
    moves, lost = _moves(rng, truth, setting, ad, entry)
    identity = setting.identity
    kept = clicked & (rng.random(count) < np.where(ios, identity.kept_ios, identity.kept))
    return Journeys(
        ad,
        np.full(count, facts.number),
        click,
        np.where(clicked, at, np.nan),
        entry,
        moves,
        lost,
        _values(rng, truth, setting, ad),
        ios,
        kept,
        rng.random(count) < identity.pixel,
        _viewed(rng, facts, identity.view, clicked),
        _guess(rng, facts.clicks, ad, identity.second),
        _guess(rng, facts.clicks, ad, identity.third),
    )


def nobody(stages: int) -> Journeys:
    """No rows, the right columns."""
    times, numbers, flags = np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    return Journeys(
        ad=numbers,
        step=numbers,
        click=numbers,
        click_at=times,
        entry_at=times,
        moves=np.zeros((0, stages)),
        lost_at=times,
        value=times,
        ios=flags,
        kept=flags,
        heard=flags,
        viewed=numbers,
        second=numbers,
        third=numbers,
    )


def delays(rng: np.random.Generator, delay: Delay, count: int) -> Floats:
    """Days: some within the hour, the rest lognormal; what is too long is drawn once more, then cut."""
    days = delay.median * np.exp(delay.sigma * rng.standard_normal(count))
    again = delay.median * np.exp(delay.sigma * rng.standard_normal(count))
    days = np.minimum(np.where(days > delay.longest, again, days), delay.longest)
    at_once = rng.random(count) < delay.instant
    result: Floats = np.where(at_once, rng.random(count) / 24, days)
    return result


def _numbers(counts: Ints) -> Ints:
    """0, 1, .. within each group: clicks of one step are alike, so the first ones may be those who enter."""
    total = int(counts.sum())
    result: Ints = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return result


def _moves(
    rng: np.random.Generator, truth: Truth, setting: Setting, ad: Ints, entry: Floats
) -> tuple[Floats, Floats]:
    """Times of each stage, and of the loss where one is written down."""
    count, stages = len(ad), setting.stages
    moves = np.full((count, len(stages)), np.nan)
    last, going = entry, np.ones(count, dtype=bool)
    for place, stage in enumerate(stages):
        rate = np.where(ad >= 0, truth.rates[ad, place], stage.rate.median)
        going = going & (rng.random(count) < rate)
        moves[:, place] = np.where(going, last + delays(rng, stage.delay, count) * 24, np.nan)
        last = np.where(going, moves[:, place], last)
    after = last + delays(rng, setting.lost_delay, count) * 24
    told = ~going & (rng.random(count) < setting.lost_recorded)
    return moves, np.where(told & bool(stages), after, np.nan)


def _values(rng: np.random.Generator, truth: Truth, setting: Setting, ad: Ints) -> Floats:
    """Dollars of each sale around the ad's mean; people without an ad are worth the mean ad's."""
    noise = setting.value_noise
    spread = np.exp(noise * rng.standard_normal(len(ad)) - noise**2 / 2)
    usual = truth.value.mean() if truth.count else 0.0
    result: Floats = np.where(ad >= 0, truth.value[ad], usual) * spread
    return result


def _viewed(rng: np.random.Generator, facts: StepFacts, share: float, clicked: Flags) -> Ints:
    """The ad a person without a click is said to have seen, by impressions."""
    count, total = len(clicked), int(facts.shown.sum())
    if not total:
        return np.full(count, NOBODY)
    seen = np.searchsorted(np.cumsum(facts.shown), rng.random(count) * total, side="right")
    said = ~clicked & (rng.random(count) < share)
    return np.where(said, np.minimum(seen, len(facts.shown) - 1), NOBODY)


def _guess(rng: np.random.Generator, clicks: Ints, ad: Ints, right: float) -> Ints:
    """A fuzzy layer's answer: the right ad so often, else any ad by its clicks of the step; people without an
    ad are always given one, as such layers do.
    """
    count, total = len(ad), int(clicks.sum())
    if not total:
        return np.full(count, NOBODY)
    other = np.searchsorted(np.cumsum(clicks), rng.random(count) * total, side="right")
    other = np.minimum(other, len(clicks) - 1)
    return np.where((ad >= 0) & (rng.random(count) < right), ad, other)
