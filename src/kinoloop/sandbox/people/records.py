"""What the identity world is made of: its settings, its people, what a website sees of them, and the truth.

All arrays of one record have the same length. Times are hours from the start, addresses are IPv4 as integers,
everything else is a code that `wording.py` turns into words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PeopleSettings:
    """How many people, how busy, and how hard they are to know again. Shares run from 0 to 1.

    `cross_device` of the conversions that a click brought happen on another device; `repeat` of the clicks
    are by people who clicked not long before; `organic` of all conversions follow no click. A click id
    survives on the same device with `kept_iphone` or `kept_other`; on another device it never does.
    `at_home` of the visits by phone in the evening use the home network, a quarter less during the day.
    """

    people: int = 40_000
    days: float = 30.0
    clicks_per_day: float = 670.0
    ads: int = 24
    conversions_per_click: float = 0.042
    organic: float = 0.20
    cross_device: float = 0.22
    repeat: float = 0.12
    iphones: float = 0.62
    kept_iphone: float = 0.45
    kept_other: float = 0.80
    at_home: float = 0.85
    window_days: float = 14.0


USUAL = PeopleSettings()
LOW_VOLUME = PeopleSettings(clicks_per_day=130.0)
OTHER_DEVICES = PeopleSettings(cross_device=0.40)
ON_THE_MOVE = PeopleSettings(at_home=0.70)
FEW_IDS = PeopleSettings(kept_iphone=0.25, kept_other=0.55)


@dataclass(frozen=True)
class Homes:
    """Households: where, which provider's network, and after how many hours the address changes."""

    city: Ints
    network: Ints
    language: Ints
    lease_hours: Floats


@dataclass(frozen=True)
class People:
    """Who they are. `office` is -1 for those who share no office network."""

    homes: Homes
    at_home: float
    home: Ints
    office: Ints
    carrier: Ints
    iphone: Flags
    phone_screen: Ints
    phone_version: Ints
    phone_browser: Ints
    update_at: Floats
    second_os: Ints
    second_screen: Ints
    second_version: Ints
    second_browser: Ints

    @property
    def city(self) -> Ints:
        return self.homes.city[self.home]


@dataclass(frozen=True)
class Sightings:
    """What a first-party page sees of visits, in the order of time: when, from where, with what."""

    at: Floats
    person: Ints
    second: Flags
    ip: Ints
    city: Ints
    timezone: Ints
    language: Ints
    os: Ints
    version: Ints
    screen: Ints
    browser: Ints

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class World:
    """Clicks with their ads, conversions, and the truth.

    `kept` says that the conversion still carries its click's id. `truth` is the index of the last click of
    the same person within the window before the conversion, -1 when there is none.
    """

    settings: PeopleSettings
    clicks: Sightings
    ad: Ints
    conversions: Sightings
    kept: Flags
    truth: Ints
