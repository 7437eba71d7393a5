"""What is measured: the founding documents' three fixed layers, written anew, and ours, on one identity
world.

A `Claim` says for each conversion without a click id which ad it was, and how sure that is.
"""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from kinoloop.learning.attribution.matcher import last_touch, weigh, weigh_equal
from kinoloop.learning.attribution.matcher_fit import fit
from kinoloop.learning.attribution.matcher_levels import Columns, Floats, Ints
from kinoloop.learning.attribution.matcher_pairs import Pairs, pair_up
from kinoloop.learning.attribution.matcher_parameters import Parameters
from kinoloop.learning.attribution.rules import LEAST
from kinoloop.sandbox.people.records import Sightings, World

WINDOW = 14 * 24.0
SEED_WINDOW, SEED_DAY = 7 * 24.0, 24.0
SEED_SURE = {"fingerprint": 0.90, "probabilistic": 0.70}


@dataclass(frozen=True)
class Claim:
    """Per conversion without an id: the ad and the likeliest click (-1 none), the probability said of the ad,
    and the credits, shape (conversions, ads).
    """

    ad: Ints
    click: Ints
    said: Floats
    credit: Floats


def columns_of(seen: Sightings) -> Columns:
    """The world's codes as the matcher takes them."""
    return Columns(
        at=seen.at,
        ip=seen.ip,
        near=seen.ip >> 8,
        wide=seen.ip >> 16,
        city=seen.city,
        timezone=seen.timezone,
        os=seen.os,
        version=seen.version,
        screen=seen.screen,
        browser=seen.browser,
        language=seen.language,
        digest=_coarse(seen) * 64 + seen.os * 8 + seen.browser,
        visitor=np.full(len(seen), -1, dtype=np.int64),
        phone=(~seen.second).astype(np.int64),
    )


def _coarse(seen: Sightings) -> Ints:
    """Screen, time zone and kind of device: what the documents' API really hashes, as it drops os and
    browser.
    """
    kind = np.where(seen.second, np.where(seen.os == 4, 2, 1), 0)
    return (seen.screen * 8 + seen.timezone) * 4 + kind


def _agent(seen: Sightings) -> Ints:
    return (seen.os * 64 + seen.version) * 8 + seen.browser


def seed_layers(world: World) -> dict[str, Claim]:
    """Layer 2: equal hash in 7 days, the latest, 90 %. Layer 3: same address and user agent in 24 h, 70 %.

    Each by itself; `overall` asks layer 3 only where layer 2 finds nothing.
    """
    clicks, told = world.clicks, world.conversions
    found = {
        "fingerprint": _latest(world, _coarse(clicks), _coarse(told), SEED_WINDOW),
        "probabilistic": _latest(
            world, clicks.ip * 4_096 + _agent(clicks), told.ip * 4_096 + _agent(told), SEED_DAY
        ),
    }
    claims = {layer: _fixed(world, click, layer) for layer, click in found.items()}
    first, last = claims["fingerprint"], claims["probabilistic"]
    hit = first.ad >= 0
    overall = Claim(
        np.where(hit, first.ad, last.ad),
        np.where(hit, first.click, last.click),
        np.where(hit, first.said, last.said),
        np.where(hit[:, None], first.credit, last.credit),
    )
    return claims | {"overall": overall}


def _latest(world: World, clicks: Ints, told: Ints, hours: float) -> Ints:
    """The latest click with the same key within so many hours before, -1 for none; per id-less conversion."""
    rows = np.flatnonzero(~world.kept)
    found = np.full(len(rows), -1, dtype=np.int64)
    order = np.argsort(clicks, kind="stable")
    keys = clicks[order]
    for place, row in enumerate(rows.tolist()):
        low, high = np.searchsorted(keys, [told[row], told[row] + 1])
        own = order[low:high]
        at = world.clicks.at[own]
        last = int(np.searchsorted(at, world.conversions.at[row], side="right")) - 1
        if last >= 0 and at[last] >= world.conversions.at[row] - hours:
            found[place] = own[last]
    return found


def _fixed(world: World, click: Ints, layer: str) -> Claim:
    named = click >= 0
    credit = np.zeros((len(click), world.settings.ads))
    credit[np.flatnonzero(named), world.ad[click[named]]] = 1.0
    return Claim(np.where(named, world.ad[click], -1), click, np.where(named, SEED_SURE[layer], 0.0), credit)


@dataclass(frozen=True)
class Ours:
    """Claims by layer, the fitted numbers, and how long fitting and matching took, in seconds."""

    claims: dict[str, Claim]
    parameters: Parameters
    fit_seconds: float
    match_seconds: float


def our_layers(world: World, *, threshold: float = 0.5, organic: float = 0.20) -> Ours:
    """Fitted on the world's own conversions with an id; told the usual organic and cross-device shares."""
    clicks, told = columns_of(world.clicks), columns_of(world.conversions)
    labels, rows = np.where(world.kept, world.truth, -1), np.flatnonzero(~world.kept)
    began = perf_counter()
    numbers = fit(clicks, told, labels, organic=organic, window_hours=WINDOW)
    fitted = perf_counter()
    pairs = pair_up(clicks, told.taken(rows), window_hours=WINDOW, prior=numbers)
    each = last_touch(pairs, weigh(pairs, numbers).each, clicks)
    matched = perf_counter()
    claims = {
        "fingerprint": _by_print(world, clicks, told, rows, pairs, numbers, threshold),
        "probabilistic": _claim(world, pairs, each, threshold),
    }
    claims["overall"] = claims["probabilistic"]
    return Ours(claims, numbers, fitted - began, matched - fitted)


def _claim(world: World, pairs: Pairs, each: Floats, threshold: float) -> Claim:
    """The likeliest ad and its likeliest click; credit from the threshold on, as the product gives it."""
    each = np.where(each >= LEAST, each, 0.0)
    by_ad = np.zeros((pairs.conversions, world.settings.ads))
    np.add.at(by_ad, (pairs.conversion, world.ad[pairs.click]), each)
    said, ad = by_ad.max(axis=1, initial=0.0), by_ad.argmax(axis=1)
    own = np.where(world.ad[pairs.click] == ad[pairs.conversion], each, 0.0)
    click = np.full(pairs.conversions, -1, dtype=np.int64)
    rising = np.argsort(own, kind="stable")
    click[pairs.conversion[rising]] = pairs.click[rising]
    named = said > 0
    credit = by_ad * (said >= threshold)[:, None]
    return Claim(np.where(named, ad, -1), np.where(named, click, -1), said, credit)


def _by_print(
    world: World,
    clicks: Columns,
    told: Columns,
    rows: Ints,
    pairs: Pairs,
    numbers: Parameters,
    threshold: float,
) -> Claim:
    """The fingerprint alone: its own pairs, weighed by `weigh_equal`."""
    parts: list[tuple[Ints, Floats]] = []
    for place, row in enumerate(rows.tolist()):
        low, high = np.searchsorted(clicks.at, [told.at[row] - WINDOW, told.at[row]])
        same = np.flatnonzero(clicks.digest[low:high] == told.digest[row]) + low
        chance, delay = max(len(same) - 0.5, 0.5) / (high - low + 0.5), told.at[row] - clicks.at[same]
        rate, phone = float(pairs.rate[place]), int(told.phone[row])
        parts.append((same, weigh_equal(delay, chance, rate, numbers, phone=phone)[0]))
    counts = [len(same) for same, _ in parts]
    equal = replace(
        pairs,
        conversion=np.repeat(np.arange(len(rows)), counts),
        click=np.concatenate([same for same, _ in parts]),
    )
    return _claim(world, equal, np.concatenate([each for _, each in parts]), threshold)
