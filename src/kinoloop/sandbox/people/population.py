"""Who lives in the world: households share a network, a language and a liking for one make of phone."""

import numpy as np

from kinoloop.sandbox.people.chance import pick
from kinoloop.sandbox.people.devices import phones, second_devices
from kinoloop.sandbox.people.places import CARRIER_WEIGHTS, offices, settle
from kinoloop.sandbox.people.records import People, PeopleSettings


def populate(settings: PeopleSettings, rng: np.random.Generator) -> People:
    """Everybody, with home, office, carrier, phone and second device."""
    homes, home = settle(rng, settings.people)
    liking = rng.beta(4 * settings.iphones, 4 * (1 - settings.iphones), len(homes.city))
    iphone = rng.random(settings.people) < liking[home]
    screen, version, browser, update_at = phones(rng, iphone)
    second_os, second_screen, second_version, second_browser = second_devices(rng, iphone)
    return People(
        homes=homes,
        at_home=settings.at_home,
        home=home,
        office=offices(rng, homes.city[home]),
        carrier=pick(rng, CARRIER_WEIGHTS, settings.people),
        iphone=iphone,
        phone_screen=screen,
        phone_version=version,
        phone_browser=browser,
        update_at=update_at,
        second_os=second_os,
        second_screen=second_screen,
        second_version=second_version,
        second_browser=second_browser,
    )
