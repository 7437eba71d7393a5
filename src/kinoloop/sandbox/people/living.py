"""A month of it: people click ads, some convert at once and some days later, some without any click.

Purchases come soon (35 % within the hour) or with a long lognormal tail. The truth is the last click of the
same person within the window.
"""

from dataclasses import fields

import numpy as np

from kinoloop.sandbox.people.chance import falling, pick
from kinoloop.sandbox.people.devices import ANDROID, FACEBOOK, INSTAGRAM, IOS, version_at
from kinoloop.sandbox.people.places import CITY_ZONE, addresses, network_at, seen_city
from kinoloop.sandbox.people.population import populate
from kinoloop.sandbox.people.records import Flags, Floats, Ints, People, PeopleSettings, Sightings, World

ON_COMPUTER = 0.08
SOON, SOON_HOURS = 0.35, 1.0
TAIL_MEDIAN_HOURS, TAIL_SIGMA, LONGEST_HOURS = 30.0, 1.3, 30 * 24.0


def live(settings: PeopleSettings, seed: int) -> World:
    """One whole world from one seed: the same seed gives the same world."""
    rng = np.random.default_rng(seed)
    people = populate(settings, rng)
    salt = int(rng.integers(1 << 40))
    clicks, ad, quality = _clicks(settings, people, rng, salt)
    bought = _bought(settings, people, clicks, quality, rng, salt)
    organic = _organic(settings, people, len(bought), clicks, rng, salt)
    together = joined(bought, organic)
    caused = np.concatenate([np.ones(len(bought), np.bool_), np.zeros(len(organic), np.bool_)])
    order = np.argsort(together.at, kind="stable")
    conversions = taken(together, order)
    truth = last_clicks(clicks, conversions, settings.window_days * 24.0)
    return World(
        settings,
        clicks,
        ad,
        conversions,
        _kept(settings, clicks, conversions, truth, caused[order], rng),
        truth,
    )


def taken(sightings: Sightings, index: Ints | Flags) -> Sightings:
    """Those at these places."""
    return Sightings(**{field.name: getattr(sightings, field.name)[index] for field in fields(Sightings)})


def joined(first: Sightings, then: Sightings) -> Sightings:
    names = [field.name for field in fields(Sightings)]
    return Sightings(**{name: np.concatenate([getattr(first, name), getattr(then, name)]) for name in names})


def last_clicks(clicks: Sightings, conversions: Sightings, window_hours: float) -> Ints:
    """For each conversion the index of its person's last click before it and within the window, or -1."""
    latest: dict[int, list[int]] = {}
    for index, person in enumerate(clicks.person.tolist()):
        latest.setdefault(person, []).append(index)
    found = np.full(len(conversions), -1, dtype=np.int64)
    for row, (person, at) in enumerate(
        zip(conversions.person.tolist(), conversions.at.tolist(), strict=True)
    ):
        for index in reversed(latest.get(person, ())):
            if clicks.at[index] <= at:
                found[row] = index if clicks.at[index] >= at - window_hours else -1
                break
    return found


def _clicks(
    settings: PeopleSettings, people: People, rng: np.random.Generator, salt: int
) -> tuple[Sightings, Ints, Floats]:
    count = int(settings.days * settings.clicks_per_day)
    at = np.sort(_moments(settings, rng, count))
    person = rng.integers(0, settings.people, count)
    _repeat(settings, rng, at, person)
    second = rng.random(count) < ON_COMPUTER
    seen = look(people, person, at, second, rng, salt, in_app=0.8)
    liked = falling(settings.ads, 0.5)
    tilt = rng.normal(0.0, 0.7, settings.ads)
    for_iphones, for_others = liked * np.exp(tilt), liked * np.exp(-tilt)
    ad = np.where(people.iphone[person], pick(rng, for_iphones, count), pick(rng, for_others, count))
    return seen, ad, rng.lognormal(0.0, 0.5, settings.ads)[ad]


def _moments(settings: PeopleSettings, rng: np.random.Generator, count: int) -> Floats:
    by_hour = np.array(
        [2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 6, 6, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4], dtype=np.float64
    )
    return rng.integers(0, int(settings.days), count) * 24.0 + pick(rng, by_hour, count) + rng.random(count)


def _repeat(settings: PeopleSettings, rng: np.random.Generator, at: Floats, person: Ints) -> None:
    """Some clicks are by whoever clicked some hours or days before; none where that was before the start."""
    then = at - rng.exponential(48.0, len(at))
    for index in np.flatnonzero((rng.random(len(at)) < settings.repeat) & (then > 0)):
        person[index] = person[int(np.searchsorted(at[:index], then[index]))]


def look(
    people: People,
    person: Ints,
    at: Floats,
    second: Flags,
    rng: np.random.Generator,
    salt: int,
    *,
    in_app: float,
) -> Sightings:
    """What a page sees of these visits; `in_app` of the phones use an app's window."""
    network = network_at(rng, people, person, at, second)
    draw = rng.random(len(at))
    window = np.where(rng.random(len(at)) < 0.55, INSTAGRAM, FACEBOOK)
    on_phone = np.where(draw < in_app, window, people.phone_browser[person])
    city = people.city[person]
    return Sightings(
        at=at,
        person=person,
        second=second,
        ip=addresses(people, person, at, network, salt),
        city=seen_city(rng, city, network),
        timezone=CITY_ZONE[city],
        language=people.homes.language[people.home[person]],
        os=np.where(second, people.second_os[person], np.where(people.iphone[person], IOS, ANDROID)),
        version=np.where(second, people.second_version[person], version_at(people, person, at)),
        screen=np.where(second, people.second_screen[person], people.phone_screen[person]),
        browser=np.where(second, people.second_browser[person], on_phone),
    )


def _bought(
    settings: PeopleSettings,
    people: People,
    clicks: Sightings,
    quality: Floats,
    rng: np.random.Generator,
    salt: int,
) -> Sightings:
    rate = settings.conversions_per_click * quality / quality.mean()
    index = np.flatnonzero(rng.random(len(clicks)) < rate)
    soon = rng.random(len(index)) < SOON
    tail = np.minimum(TAIL_MEDIAN_HOURS * rng.lognormal(0.0, TAIL_SIGMA, len(index)), LONGEST_HOURS)
    at = clicks.at[index] + np.where(soon, rng.uniform(0.02, SOON_HOURS, len(index)), tail)
    other = rng.random(len(index)) < settings.cross_device
    second = clicks.second[index] ^ other
    seen = look(people, clicks.person[index], at, second, rng, salt, in_app=0.05)
    stays = soon & ~other & (rng.random(len(index)) < 0.92)
    same_window = stays & (rng.random(len(index)) < 0.65)
    seen = _staying(seen, taken(clicks, index), stays, same_window)
    return taken(seen, at < settings.days * 24.0)


def _staying(seen: Sightings, click: Sightings, stays: Flags, same_window: Flags) -> Sightings:
    """Who buys within the hour is mostly still on the same network, often in the same app's window."""
    values = {field.name: getattr(seen, field.name) for field in fields(Sightings)}
    values |= {name: np.where(stays, getattr(click, name), values[name]) for name in ("ip", "city")}
    return Sightings(**values | {"browser": np.where(same_window, click.browser, values["browser"])})


def _organic(
    settings: PeopleSettings,
    people: People,
    bought: int,
    clicks: Sightings,
    rng: np.random.Generator,
    salt: int,
) -> Sightings:
    """As many as the share asks for, by people who clicked nothing in the window before."""
    count = round(bought * settings.organic / (1 - settings.organic))
    at = _moments(settings, rng, 3 * count)
    second = rng.random(3 * count) < 0.35
    seen = look(people, rng.integers(0, settings.people, 3 * count), at, second, rng, salt, in_app=0.05)
    free = last_clicks(clicks, seen, settings.window_days * 24.0) < 0
    return taken(seen, np.flatnonzero(free)[:count])


def _kept(
    settings: PeopleSettings,
    clicks: Sightings,
    conversions: Sightings,
    truth: Ints,
    caused: Flags,
    rng: np.random.Generator,
) -> Flags:
    """Whether the click's id came along: only on the device that clicked."""
    same = caused & (truth >= 0) & (clicks.second[truth] == conversions.second)
    chance = np.where(conversions.os == IOS, settings.kept_iphone, settings.kept_other)
    kept: Flags = same & (rng.random(len(conversions)) < chance)
    return kept
