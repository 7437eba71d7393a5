"""What moves the whole market: the week, the hour, and slow drift of prices and buying mood."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from kinoloop.sandbox.market.settings import Setting


@dataclass(frozen=True)
class Weather:
    """One step. `day` is the local date as an ordinal; `pace` the part of a day's spend that falls into
    it.
    """

    day: int
    pace: float
    attention: float
    """How far a dollar goes, relative to an average hour."""
    mood: float
    """Factor on the conversion rate."""


class Climate:
    """Gives the weather of any step, the same whatever anybody does. `hours` is the length of a step."""

    def __init__(self, setting: Setting, seed: int, start: datetime, zone: str, hours: float) -> None:
        self._setting, self._start, self._hours = setting, start, hours
        self._zone = ZoneInfo(zone)
        self._rng = np.random.default_rng([seed, 2])
        self._drifts: list[tuple[float, float]] = []
        self._mean = sum(setting.dayparts) / 24

    def at(self, step: int) -> Weather:
        local = (self._start + timedelta(hours=step * self._hours)).astimezone(self._zone)
        price, mood = self._drift(step)
        part = self._part(local)
        week = self._setting.weekdays[local.weekday()]
        return Weather(
            local.toordinal(),
            self._hours / 24 * part,
            float(week**0.5 * np.exp(-price)),
            float(np.exp(mood)),
        )

    def _part(self, local: datetime) -> float:
        """Mean attention over the step's hours, relative to the day's mean."""
        whole = max(1, round(self._hours))
        parts = self._setting.dayparts
        return sum(parts[(local.hour + hour) % 24] for hour in range(whole)) / whole / self._mean

    def _drift(self, step: int) -> tuple[float, float]:
        while len(self._drifts) <= step:
            before = self._drifts[-1] if self._drifts else (0.0, 0.0)
            shock = self._rng.standard_normal(2) * self._shock
            self._drifts.append(
                (before[0] * self._left + float(shock[0]), before[1] * self._left + float(shock[1]))
            )
        return self._drifts[step]

    @cached_property
    def _left(self) -> float:
        return float(self._setting.drift_day ** (self._hours / 24))

    @cached_property
    def _shock(self) -> float:
        return float(self._setting.drift_sd * np.sqrt(1 - self._left**2))
