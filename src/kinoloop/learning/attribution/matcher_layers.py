"""The two layers that go by likeness, for one conversion: the fingerprint alone, and everything together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from kinoloop.learning.attribution.devices import networks, version_rank
from kinoloop.learning.attribution.matcher import last_touch, weigh, weigh_equal
from kinoloop.learning.attribution.matcher_levels import MISSING, Columns, Floats, Ints
from kinoloop.learning.attribution.matcher_pairs import compared, gathered
from kinoloop.learning.attribution.matcher_parameters import Parameters
from kinoloop.learning.attribution.records import Candidate, Click, Conversion, LayerResult
from kinoloop.learning.attribution.rules import LEAST, candidate


class Visit(NamedTuple):
    """What the matcher compares of a click or a conversion; None where it is not known."""

    at: datetime
    ip: str | None
    near: str | None
    wide: str | None
    city: str | None
    timezone: str | None
    os: str | None
    version: str | None
    screen: str | None
    browser: str | None
    language: str | None
    digest: str | None
    visitor: str | None
    device_type: str | None


@dataclass(frozen=True)
class Sample:
    """Visits of the window as they come, the newest, in the order of time: what is common there.

    `rate` of all clicks per hour, `count` of all in the window.
    """

    visits: tuple[Visit, ...]
    rate: float
    count: int


NOBODY = Sample((), 0.0, 0)
"""For a conversion that tells nothing to compare with."""


def visit_of(seen: Click | Conversion) -> Visit:
    device, network = seen.device, networks(seen.ip)
    return Visit(
        at=seen.at,
        ip=network.home,
        near=network.near,
        wide=network.wide,
        city=device.city,
        timezone=device.timezone,
        os=device.os,
        version=device.os_version,
        screen=device.screen,
        browser=device.browser,
        language=device.language,
        digest=seen.fingerprint_hash,
        visitor=seen.visitor_id,
        device_type=device.device_type,
    )


def sample_of(newest: Sequence[Visit], at: datetime, window_hours: float, most: int) -> Sample:
    """From the newest `most` visits of the window before `at`, the newest first."""
    if not newest:
        return Sample((), 1.0 / window_hours, 0)
    age = max(_hours(at, newest[-1].at), 1.0) * (1 + 1 / len(newest))
    rate = len(newest) / min(window_hours, age)
    count = len(newest) if len(newest) < most else round(rate * window_hours)
    return Sample(tuple(reversed(newest)), rate, count)


def columns(visits: Sequence[Visit], zero: datetime) -> Columns:
    """Codes for visits; equal codes only within one call. `at` in hours after `zero`."""
    told = dict(zip(Visit._fields, zip(*visits, strict=True), strict=True))
    ranks = [version_rank(version) for version in told.get("version", ())]
    coded = {name: _codes(told.get(name, ())) for name in Visit._fields[1:-1] if name != "version"}
    at = np.array([-_hours(zero, visit.at) for visit in visits], dtype=np.float64)
    phone = np.array([_phone(kind) for kind in told.get("device_type", ())], dtype=np.int64)
    return Columns(at=at, phone=phone, version=_codes(ranks), **coded)


def _phone(device_type: str | None) -> int:
    return MISSING if device_type is None else int(device_type == "mobile")


def _codes(values: Sequence[Any]) -> Ints:
    """Numbers in the values' own order (versions need it), MISSING for None."""
    number = {value: index for index, value in enumerate(sorted(set(values) - {None}))}
    return np.array([number.get(value, MISSING) for value in values], dtype=np.int64)


def _hours(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 3600


def tells_who(conversion: Conversion) -> bool:
    """Whether there is anything to compare: an address, a device, or its fingerprint."""
    return bool(conversion.ip or conversion.device.os or conversion.fingerprint_hash)


def by_likeness(
    conversion: Conversion, clicks: Sequence[Click], sample: Sample, parameters: Parameters
) -> LayerResult:
    """The layer `probabilistic`. `clicks`: what the blocking rules found, none after the conversion."""
    if not tells_who(conversion):
        return LayerResult("probabilistic", False, "The conversion tells neither address nor device.")
    ordered = sorted(clicks, key=lambda click: (click.at, click.click_id))
    visits = [visit_of(conversion), *map(visit_of, ordered), *sample.visits]
    everything = columns(visits, conversion.at)
    found, around = (
        everything.taken(slice(1, len(ordered) + 1)),
        everything.taken(slice(len(ordered) + 1, None)),
    )
    part = compared(
        found, around, everything.row(0), 0.0, rate=sample.rate, count=sample.count, prior=parameters
    )
    pairs = gathered([part])
    weights = weigh(pairs, parameters)
    each = last_touch(pairs, weights.each, found)
    likely = _likely([ordered[index] for index in part.click], each)
    reason = f"{len(part.click)} clicks are like it; no click at all: {weights.none[0]:.0%}."
    return LayerResult("probabilistic", True, reason, likely, float(weights.none[0]))


def by_fingerprint(
    conversion: Conversion, clicks: Sequence[Click], sample: Sample, parameters: Parameters
) -> LayerResult:
    """The layer `fingerprint`: clicks with exactly the conversion's fingerprint, in competition."""
    if not conversion.fingerprint_hash:
        return LayerResult("fingerprint", False, "The conversion tells no fingerprint.")
    equal = [click for click in clicks if click.fingerprint_hash == conversion.fingerprint_hash]
    if not equal:
        return LayerResult("fingerprint", True, "No click in the window has the same fingerprint.")
    known = [visit.digest for visit in sample.visits if visit.digest]
    among = max(known.count(conversion.fingerprint_hash) - 1, 0) + 0.5
    delay = np.array([_hours(conversion.at, click.at) for click in equal])
    phone = _phone(conversion.device.device_type)
    each, none = weigh_equal(delay, among / (len(known) + 0.5), sample.rate, parameters, phone=phone)
    likely = _likely(equal, each)
    reason = f"{len(equal)} clicks have the same fingerprint."
    return LayerResult("fingerprint", True, reason, likely, none)


def _likely(clicks: Sequence[Click], each: Floats) -> tuple[Candidate, ...]:
    """The likeliest first; those of next to no probability are left out, but for the first."""
    found = [candidate(click, float(part)) for click, part in zip(clicks, each, strict=True)]
    found.sort(key=lambda one: (-one.probability, one.click_id))
    return tuple(one for place, one in enumerate(found) if one.probability >= LEAST or place == 0)


def same_person(clicks: Sequence[Click], chosen: Click) -> tuple[Click, ...]:
    """The clicks that are taken for the chosen one's person: same visitor id, or same address and like
    device.
    """
    home = networks(chosen.ip).home
    device = (chosen.device.os, chosen.device.screen)

    def alike(click: Click) -> bool:
        if click.click_id == chosen.click_id:
            return True
        if chosen.visitor_id and click.visitor_id == chosen.visitor_id:
            return True
        known = home is not None and None not in device
        return known and networks(click.ip).home == home and (click.device.os, click.device.screen) == device

    return tuple(click for click in clicks if alike(click))
