"""Cities, homes, offices and mobile carriers, and the address that a visit comes from.

A home has one address for all who live there, some change it every week or so; an office has one for
all who work there; a carrier hides many thousands behind a few addresses per region.
"""

import numpy as np

from kinoloop.sandbox.people.chance import falling, lasting, pick
from kinoloop.sandbox.people.records import Flags, Floats, Homes, Ints, People

CITIES, ZONES, LANGUAGES, PROVIDERS, CARRIERS = 30, 4, 4, 3, 4
CITY_ZONE = np.array([city * 7 % 11 % ZONES for city in range(CITIES)])
CITY_WEIGHTS = falling(CITIES, 0.9)
CARRIER_WEIGHTS = np.array([0.35, 0.30, 0.20, 0.15])
NAT_ADDRESSES = 48
"""Addresses that all customers of one carrier in one region share."""
NAT_HOURS = 2.0
HOME, OFFICE, MOBILE = range(3)
_HOUSEHOLD = np.array([0.30, 0.34, 0.16, 0.20])


def settle(rng: np.random.Generator, people: int) -> tuple[Homes, Ints]:
    """Households of one to four, and in which of them each person lives."""
    sizes = 1 + pick(rng, _HOUSEHOLD, people)
    home = np.repeat(np.arange(people), sizes)[:people]
    count = int(home[-1]) + 1
    city = pick(rng, CITY_WEIGHTS, count)
    language = np.where(rng.random(count) < 0.85, 0, 1 + pick(rng, falling(LANGUAGES - 1, 1.5), count))
    moving = np.where(rng.random(count) < 0.30, rng.uniform(4 * 24.0, 12 * 24.0, count), np.inf)
    return Homes(city, city * (PROVIDERS + 1) + rng.integers(0, PROVIDERS, count), language, moving), home


def offices(rng: np.random.Generator, city: Ints) -> Ints:
    """An office of one's own city for 45 %, -1 for the others; few offices are large."""
    office = np.full(len(city), -1, dtype=np.int64)
    worker = rng.random(len(city)) < 0.45
    for place in range(CITIES):
        here = np.flatnonzero(worker & (city == place))
        if len(here):
            weights = rng.lognormal(0.0, 1.2, max(1, len(here) // 30))
            office[here] = place * 10_000 + pick(rng, weights, len(here))
    return office


def network_at(rng: np.random.Generator, people: People, person: Ints, at: Floats, second: Flags) -> Ints:
    """Home, office or mobile, by the hour of the day and the device; a computer is not on the move."""
    hour, weekday = at % 24.0, (at // 24.0) % 7 < 5
    working = weekday & (hour >= 9) & (hour < 17) & (people.office[person] >= 0)
    draw = rng.random(len(at))
    day = np.where((hour >= 8) & (hour < 19), people.at_home - 0.25, people.at_home)
    on_phone = np.where(working, np.where(draw < 0.50, OFFICE, MOBILE), np.where(draw < day, HOME, MOBILE))
    return np.where(second, np.where(working & (draw < 0.7), OFFICE, HOME), on_phone)


def addresses(people: People, person: Ints, at: Floats, network: Ints, salt: int) -> Ints:
    """IPv4 addresses as integers; the upper 16 bits are the provider's, the next 8 its street or gateway."""
    homes, home = people.homes, people.home[person]
    lease = np.where(np.isfinite(homes.lease_hours[home]), at / homes.lease_hours[home], 0.0).astype(np.int64)
    at_home = _joined(homes.network[home], lasting(home, lease, salt, 1 << 16))
    office = people.office[person]
    city = people.city[person]
    at_work = _joined(city * (PROVIDERS + 1) + PROVIDERS, lasting(office, office * 0, salt + 1, 1 << 16))
    spell = (at / NAT_HOURS).astype(np.int64)
    gateway = CITY_ZONE[city] * 256 + lasting(person, spell, salt + 2, NAT_ADDRESSES)
    mobile = _joined(1_000 + people.carrier[person], gateway)
    return np.select([network == HOME, network == OFFICE], [at_home, at_work], mobile)


def seen_city(rng: np.random.Generator, city: Ints, network: Ints) -> Ints:
    """Where the address is thought to be: half of the mobile visits show the gateway's city."""
    gateway = np.array([int(np.flatnonzero(zone == CITY_ZONE)[0]) for zone in range(ZONES)])
    wrong = (network == MOBILE) & (rng.random(len(city)) < 0.5)
    return np.where(wrong, gateway[CITY_ZONE[city]], city)


def _joined(network: Ints, low: Ints) -> Ints:
    return ((np.int64(24 << 8) + network) << 16) | low
