"""One account's market: a hidden truth, stepped in hours; budgets go in, attention, people and money come
out.

`market.act` says what shall be spent, `market.advance` lets time pass, `market.seen` is all the account may
know; `market.truth` and `market.expected` are for whoever keeps the score.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.ids import hash_json
from kinoloop.sandbox.market.budgets import Purse
from kinoloop.sandbox.market.cohorts import Cohorts
from kinoloop.sandbox.market.events import Clicked, Event
from kinoloop.sandbox.market.journeys import Journeys, StepFacts, draw, nobody
from kinoloop.sandbox.market.response import frequency, impressions, tired
from kinoloop.sandbox.market.seen import AdCard, Reported, Seen, reported_until, results_until, table
from kinoloop.sandbox.market.settings import Setting
from kinoloop.sandbox.market.telling import Crowd, events
from kinoloop.sandbox.market.truth import Nature, Truth
from kinoloop.sandbox.market.weather import Climate, Weather

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
_HOOK_RATE = 0.27


class Market:
    """`unit` is minor units per dollar; `step_hours` the length of a step. Ads join in order and never leave.

    With `found`, the setting's own ads are there, each its own budget group at the average budget.
    """

    def __init__(
        self,
        setting: Setting,
        seed: int,
        *,
        start: datetime = MONDAY,
        zone: str = "UTC",
        step_hours: float = 6.0,
        unit: float = 100.0,
        found: bool = True,
        label: str = "",
    ) -> None:
        self.setting, self.seed, self.start, self.unit = setting, seed, start, unit
        self.step_hours = step_hours
        self._climate = Climate(setting, seed, start, zone, step_hours)
        self._nature = Nature(setting, seed)
        self.truth: Truth = self._nature.draw(0, np.random.default_rng([seed, 5]))
        self._purse = Purse(seed, setting.overspend_sd, setting.most_overspend)
        self._ids: dict[str, int] = {}
        self._group = np.zeros(0, dtype=np.int64)
        self._launch = np.zeros(0)
        self._shown = np.zeros(0)
        self._paused: frozenset[str] = frozenset()
        self._cards: list[AdCard] = []
        self._cohorts = Cohorts(0)
        self._blocks: list[Journeys] = [nobody(len(setting.stages))]
        self._label = label
        self._listeners: list[tuple[Callable[[Event], None], bool]] = []
        self._told_until = start
        if found:
            self._found()

    @property
    def now(self) -> datetime:
        """The end of the last finished step."""
        return self.start + timedelta(hours=self._cohorts.steps * self.step_hours)

    @property
    def ads(self) -> tuple[AdCard, ...]:
        """All that were launched until now."""
        hours = self._hours
        return tuple(card for card in self._cards if card.launched_at <= hours)

    @property
    def expected(self) -> NDArray[np.float64]:
        """Hidden: minor units that each step's spend is worth on average, steps by ads."""
        return self._cohorts.measures("expected")

    @property
    def budgets(self) -> dict[str, int]:
        """What stands: daily budgets in minor units by group."""
        return self._purse.budgets()

    @property
    def cohorts(self) -> Cohorts:
        return self._cohorts

    @property
    def journeys(self) -> Journeys:
        """Hidden: everybody's whole way, the future included."""
        if len(self._blocks) > 1:
            self._blocks = [Journeys.joined(self._blocks)]
        return self._blocks[0]

    def twin(self) -> "Market":
        """A copy that goes its own way from here: the same truth and past, and nobody listens to it."""
        listeners, self._listeners = self._listeners, []
        try:
            return deepcopy(self)
        finally:
            self._listeners = listeners

    def place(self, ad_id: str) -> int:
        """The ad's column. Raises KeyError."""
        return self._ids[ad_id]

    def has(self, ad_id: str) -> bool:
        return ad_id in self._ids

    def add(self, ad_id: str, group_id: str, key: str, *, at: float | None = None) -> None:
        """A new ad from now on; the same `key` (what it shows) always has the same nature."""
        number = int(hash_json([self.seed, key])[:12], 16)
        drawn = self._nature.draw(1, np.random.default_rng(number))
        self._join([ad_id], [group_id], drawn, [self._hours if at is None else at])

    def recast(self, ad_id: str, key: str) -> None:
        """The ad shows something else from now on; its audience has still seen what it has seen."""
        number = int(hash_json([self.seed, key])[:12], 16)
        drawn = self._nature.draw(1, np.random.default_rng(number))
        place = self._ids[ad_id]
        self.truth = self.truth.replaced(place, drawn)
        self._cards[place] = self._card(ad_id, self._cards[place].group_id)

    def act(self, budgets: Mapping[str, int], paused: AbstractSet[str]) -> None:
        """From the next step on: daily budgets in minor units by group, and all ads that do not run."""
        for group, minor in budgets.items():
            self._purse.set(group, minor)
        self._paused = frozenset(paused)

    def advance(self, to: datetime) -> datetime:
        """Do every whole step until `to`, then tell the listeners. Gives `now`."""
        step = timedelta(hours=self.step_hours)
        while self.now + step <= to:
            self._step()
        self._tell()
        return self.now

    def seen(self) -> Seen:
        """What the account knows now."""
        cards, count = self.ads, len(self.ads)
        return Seen(
            self.now,
            self._hours,
            self.step_hours,
            cards,
            table(self._cohorts, "spend", count),
            table(self._cohorts, "impressions", count),
            table(self._cohorts, "clicks", count),
            table(self._cohorts, "plays", count),
            self._cohorts.measures("frequency")[:, :count].copy(),
            self._purse.budgets(),
            self._paused,
            results_until(self.journeys, self._hours, self.unit),
        )

    def reported(self) -> Reported:
        """Conversions that the platform heard of until now, with the step they are counted in."""
        return reported_until(self.journeys, self._hours, self.unit)

    def subscribe(self, listener: Callable[[Event], None], *, clicks: bool = True) -> None:
        """Hear every event from the start on, in time order: past ones now, later ones as time passes."""
        for event in self.events(self.start, self._told_until, clicks=clicks):
            listener(event)
        self._listeners.append((listener, clicks))

    def events(self, after: datetime, until: datetime, *, clicks: bool = True) -> Sequence[Event]:
        """Events with `after` < at <= `until` (at most `now`), in time order."""
        return events(self._crowd(), after, min(until, self.now), clicks=clicks)

    @property
    def ad_ids(self) -> tuple[str, ...]:
        return tuple(self._ids)

    @property
    def _hours(self) -> float:
        return self._cohorts.steps * self.step_hours

    def _card(self, ad_id: str, group_id: str) -> AdCard:
        place = self._ids[ad_id]
        features = tuple(int(value) for value in self.truth.features[place])
        launched, ios = float(self._launch[place]), float(self.truth.ios[place])
        return AdCard(ad_id, group_id, launched, features, ios)

    def _found(self) -> None:
        setting = self.setting
        more = setting.arrivals * setting.days
        names = [f"ad-{number:03d}" for number in range(1, setting.ads + more + 1)]
        starts = [0.0] * setting.ads + [24 + 24 * place / max(setting.arrivals, 1) for place in range(more)]
        drawn = self._nature.draw(len(names), np.random.default_rng([self.seed, 6]))
        self._join(names, names, drawn, starts)
        average = setting.average_budget * self.unit
        budgets = zip(names, starts, strict=True)
        self.act({name: round(average * (0.5 if late else 1)) for name, late in budgets}, set())

    def _join(self, ids: list[str], groups: list[str], truth: Truth, starts: list[float]) -> None:
        for ad_id in ids:
            self._ids[ad_id] = len(self._ids)
        self.truth = self.truth.joined(truth)
        self._group = np.append(self._group, [self._purse.place(group) for group in groups])
        self._launch = np.append(self._launch, starts)
        self._shown = np.append(self._shown, np.zeros(len(ids)))
        self._cohorts.widen(len(self._ids))
        self._cards.extend(map(self._card, ids, groups))

    def _running(self) -> NDArray[np.bool_]:
        running = self._launch <= self._hours
        for ad_id in self._paused:
            if ad_id in self._ids:
                running[self._ids[ad_id]] = False
        return running

    def _step(self) -> None:
        number, truth = self._cohorts.steps, self.truth
        weather = self._climate.at(number)
        rng = np.random.default_rng([self.seed, 3, number])
        weight = np.where(self._running(), truth.favour, 0.0)
        spend = self._purse.spend(weather.day, weather.pace, self._group, weight)
        mean = self._attention(spend, weather)
        shown = rng.poisson(mean)
        seen = frequency(self._shown, truth.audience)
        ctr = np.minimum(truth.ctr * tired(seen, truth.powers, truth.floors, truth.paces), 0.5)
        clicks = rng.binomial(shown, ctr)
        plays = np.maximum(rng.binomial(shown, np.minimum(_HOOK_RATE * truth.favour, 0.8)), clicks)
        self._shown = self._shown + shown
        worth = mean * ctr * truth.cvr * weather.mood * truth.worth * self.unit
        row = {"spend": spend, "impressions": shown, "clicks": clicks, "plays": plays}
        self._cohorts.add({**row, "frequency": frequency(self._shown, truth.audience), "expected": worth})
        organic = self._organic(weather) if truth.count else 0.0
        start = number * self.step_hours
        facts = StepFacts(number, start, self.step_hours, clicks, shown, weather.mood, organic)
        if len(people := draw(rng, truth, self.setting, facts)):
            self._blocks.append(people)

    def _attention(self, spend: NDArray[np.int64], weather: Weather) -> NDArray[np.float64]:
        """Mean impressions of this spend, in this weather."""
        scale, truth = self.setting.average_budget, self.truth
        return weather.attention * impressions(
            spend / self.unit, weather.pace, truth.per_dollar, scale, truth.eta
        )

    def _organic(self, weather: Weather) -> float:
        """People who come by themselves in this step: a fixed share of what the setting's budget brings."""
        setting, share = self.setting, self.setting.identity.organic
        paid = setting.daily_budget * 1000 / setting.price.median * setting.ctr.median * setting.cvr.median
        return share / (1 - share) * paid * weather.pace * weather.mood

    def _tell(self) -> None:
        after, self._told_until = self._told_until, self.now
        if not self._listeners or after >= self.now:
            return
        wanted = any(clicks for _, clicks in self._listeners)
        for event in self.events(after, self.now, clicks=wanted):
            for listener, clicks in self._listeners:
                if clicks or not isinstance(event, Clicked):
                    listener(event)

    def _crowd(self) -> Crowd:
        return Crowd(
            self.seed,
            self._label,
            self.start,
            self.step_hours,
            self.unit,
            self.setting,
            self.ad_ids,
            self.truth.ios,
            self._cohorts.counts("clicks"),
            self.journeys,
        )
