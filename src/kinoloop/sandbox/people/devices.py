"""Phones and second devices: which there are, how common, and which version they run at what time."""

import numpy as np

from kinoloop.sandbox.people.chance import falling, pick
from kinoloop.sandbox.people.records import Flags, Floats, Ints, People

IOS, ANDROID, WINDOWS, MACOS, IPADOS = range(5)
IPHONES = (
    (393, 852),
    (390, 844),
    (430, 932),
    (414, 896),
    (375, 812),
    (402, 874),
    (375, 667),
    (428, 926),
    (440, 956),
)
IPHONE_WEIGHTS = np.array([0.22, 0.21, 0.13, 0.12, 0.10, 0.07, 0.06, 0.05, 0.04])
ANDROIDS = tuple((320 + 8 * (i * 7 % 17), 640 + 20 * (i * 5 % 23)) for i in range(24))
DESKTOPS = (
    (1920, 1080),
    (1536, 864),
    (1440, 900),
    (1366, 768),
    (2560, 1440),
    (1280, 720),
    (1728, 1117),
    (1680, 1050),
)
TABLETS = ((820, 1180), (810, 1080), (768, 1024), (1024, 1366))
SCREENS = (*IPHONES, *ANDROIDS, *DESKTOPS, *TABLETS)
_FIRST_ANDROID = len(IPHONES)
_FIRST_DESKTOP = _FIRST_ANDROID + len(ANDROIDS)
_FIRST_TABLET = _FIRST_DESKTOP + len(DESKTOPS)
SAFARI, CHROME, SAMSUNG, EDGE, FIREFOX, INSTAGRAM, FACEBOOK = range(7)
RELEASES = np.array([6.0, 20.0]) * 24.0
"""Hours at which a new iOS version comes out; each phone takes it later, or never."""
IOS_WEIGHTS = np.array([0.08, 0.12, 0.25, 0.55])
ANDROID_WEIGHTS = np.array([0.10, 0.16, 0.22, 0.30, 0.22])


def phones(rng: np.random.Generator, iphone: Flags) -> tuple[Ints, Ints, Ints, Floats]:
    """Screen, version, system browser, and when each release is taken: (people, 2) hours."""
    count = len(iphone)
    android_screen = _FIRST_ANDROID + pick(rng, falling(len(ANDROIDS), 0.8), count)
    screen = np.where(iphone, pick(rng, IPHONE_WEIGHTS, count), android_screen)
    version = np.where(iphone, pick(rng, IOS_WEIGHTS, count), pick(rng, ANDROID_WEIGHTS, count))
    rare = rng.random(count)
    browser = np.where(iphone, np.where(rare < 0.10, CHROME, SAFARI), np.where(rare < 0.15, SAMSUNG, CHROME))
    taken = RELEASES + rng.exponential(12 * 24.0, (count, len(RELEASES)))
    taken[rng.random(count) < 0.2] = np.inf
    return screen, version, browser, taken


def second_devices(rng: np.random.Generator, iphone: Flags) -> tuple[Ints, Ints, Ints, Ints]:
    """OS, screen, version and browser of the other device: a computer for 70 %, else a tablet."""
    count = len(iphone)
    mac = rng.random(count) < np.where(iphone, 0.38, 0.10)
    tablet = rng.random(count) < 0.30
    os = np.where(tablet, np.where(iphone, IPADOS, ANDROID), np.where(mac, MACOS, WINDOWS))
    tablet_screen = _FIRST_TABLET + pick(rng, falling(len(TABLETS)), count)
    screen = np.where(tablet, tablet_screen, _FIRST_DESKTOP + pick(rng, falling(len(DESKTOPS), 0.9), count))
    version = np.where(tablet, rng.integers(0, 4, count), 0)
    return os, screen, version, _second_browser(rng, os)


def _second_browser(rng: np.random.Generator, os: Ints) -> Ints:
    draw = rng.random(len(os))
    windows = np.select([draw < 0.68, draw < 0.90], [CHROME, EDGE], FIREFOX)
    apple = np.where(draw < 0.45, CHROME, SAFARI)
    return np.select([os == WINDOWS, os == ANDROID, os == IPADOS], [windows, CHROME, SAFARI], apple)


def version_at(people: People, person: Ints, at: Floats) -> Ints:
    """The version a phone runs at that hour. Only iPhones are updated within a month."""
    updates = (people.update_at[person] <= at[:, None]).sum(axis=1)
    return people.phone_version[person] + np.where(people.iphone[person], updates, 0)
