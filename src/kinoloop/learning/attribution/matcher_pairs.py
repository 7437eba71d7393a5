"""Which clicks are worth comparing with which conversion, and how often strangers agree as far.

Blocking: same address; or same system and screen, and the same city, the same wide network, or within
SOON_HOURS. How often strangers agree is counted among the clicks of the window: a rare phone says more than
a common one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.learning.attribution.matcher_levels import (
    CODES,
    DEVICE_MEMBERS,
    MISSING,
    PATTERNS,
    PLACE_MEMBERS,
    Columns,
    Flags,
    Floats,
    Ints,
    device_codes,
    language_codes,
    place_codes,
)
from kinoloop.learning.attribution.matcher_parameters import PRIOR, SOON_HOURS, Parameters

_ALIKE = np.isin(np.arange(CODES), (0, 1, 2, 7, 8, 10))
_NEARBY = np.isin(np.arange(CODES), (0, 1, 2, 3, 4, 8, 11))
CROWD, LOOKED_AT = 8, 2_000
"""A network is crowded when so many devices clicked from it, among so many of the newest clicks."""
PRIOR_CLICKS = 3.0
"""How many clicks the prior on strangers' agreement is worth."""


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs, those of one conversion together. `conversion` and `click` are indexes.

    `place`, `device`: codes; `language` 1, 0, -1; `delay` hours; `chance_*`: how often a stranger's click
    agrees as far. Per conversion: `rate` clicks per hour in its window, `visible` the part of them that tell
    anything, `seen` what the conversion tells (1 its device, 2 its address, 4 that its network is crowded;
    added up), `phone` whether it came from a phone (-1 unknown).
    """

    conversion: Ints
    click: Ints
    place: Ints
    device: Ints
    language: Ints
    delay: Floats
    chance_place: Floats
    chance_device: Floats
    chance_language: Floats
    rate: Floats
    visible: Floats
    seen: Ints
    phone: Ints

    @property
    def conversions(self) -> int:
        return len(self.rate)


@dataclass(frozen=True)
class Compared:
    """One conversion's part of `Pairs`."""

    click: Ints
    place: Ints
    device: Ints
    language: Ints
    delay: Floats
    chance_place: Floats
    chance_device: Floats
    chance_language: Floats
    rate: float
    visible: float
    seen: int
    phone: int


def pair_up(
    clicks: Columns, conversions: Columns, *, window_hours: float, prior: Parameters = PRIOR
) -> Pairs:
    """Every candidate pair. `clicks` in the order of time; clicks after the conversion are none."""
    return gathered(_each(clicks, conversions, window_hours, prior))


def gathered(parts: Iterable[Compared]) -> Pairs:
    """The parts of conversions 0, 1, 2 ... as one."""
    listed = list(parts)
    counts = [len(part.click) for part in listed]

    def whole(name: str, kind: type) -> NDArray[Any]:
        columns = [getattr(part, name) for part in listed]
        return np.concatenate(columns).astype(kind) if columns else np.zeros(0, kind)

    return Pairs(
        conversion=np.repeat(np.arange(len(listed)), counts),
        click=whole("click", np.int64),
        place=whole("place", np.int64),
        device=whole("device", np.int64),
        language=whole("language", np.int64),
        delay=whole("delay", np.float64),
        chance_place=whole("chance_place", np.float64),
        chance_device=whole("chance_device", np.float64),
        chance_language=whole("chance_language", np.float64),
        rate=np.array([part.rate for part in listed], dtype=np.float64),
        visible=np.array([part.visible for part in listed], dtype=np.float64),
        seen=np.array([part.seen for part in listed], dtype=np.int64),
        phone=np.array([part.phone for part in listed], dtype=np.int64),
    )


def _each(clicks: Columns, conversions: Columns, window: float, prior: Parameters) -> Iterator[Compared]:
    first = np.searchsorted(clicks.at, conversions.at - window, side="left")
    last = np.searchsorted(clicks.at, conversions.at, side="right")
    for row, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        part = clicks.taken(slice(low, high))
        told, at = conversions.row(row), float(conversions.at[row])
        rate, count = _around(part, at, window)
        found = compared(part, part, told, at, rate=rate, count=count, prior=prior)
        yield Compared(**vars(found) | {"click": found.click + low})


def _around(clicks: Columns, at: float, window: float) -> tuple[float, int]:
    """Clicks per hour over the window, or over what there is of it; and how many."""
    if not len(clicks):
        return 1.0 / window, 0
    span = min(window, max(at - float(clicks.at[0]), 1.0) * (1 + 1 / len(clicks)))
    return len(clicks) / span, len(clicks)


def compared(
    clicks: Columns,
    sample: Columns,
    told: dict[str, int],
    at: float,
    *,
    rate: float,
    count: int,
    prior: Parameters = PRIOR,
) -> Compared:
    """One conversion against `clicks`; how often strangers agree is counted in `sample`, clicks of the
    window.

    `rate` and `count`: clicks per hour and in all of the window. `clicks` hold every one from the same
    address.
    """
    place, device = place_codes(clicks, told), device_codes(clicks, told)
    delay, language = at - clicks.at, language_codes(clicks, told)
    kept = np.flatnonzero(_worth(place, device, delay))
    whole = sample is clicks
    places = place if whole else place_codes(sample, told)
    devices = device if whole else device_codes(sample, told)
    languages = language if whole else language_codes(sample, told)
    of_place = _chances(places, PLACE_MEMBERS, np.array(prior.chance_place))
    of_device = _chances(devices, DEVICE_MEMBERS, np.array(prior.chance_device))
    exact = _chance_exact(clicks, kept, place[kept] % CODES == 0, prior.shared)
    with_address = count * float(np.mean(sample.ip >= 0)) if len(sample) else count
    return Compared(
        click=kept,
        place=place[kept] % CODES,
        device=device[kept] % CODES,
        language=language[kept],
        delay=delay[kept],
        chance_place=np.where(
            exact > 0, np.minimum(exact / max(with_address, 1.0), 1.0), of_place[place[kept]]
        ),
        chance_device=of_device[device[kept]],
        chance_language=_chance_language(languages, language[kept]),
        rate=rate,
        visible=float(np.mean((sample.ip >= 0) | (sample.os >= 0) | (sample.digest >= 0)))
        if len(sample)
        else 1.0,
        seen=seen_of(sample, told),
        phone=told["phone"],
    )


def seen_of(sample: Columns, told: dict[str, int]) -> int:
    """What the conversion tells, as `Pairs.seen`. A sample longer than LOOKED_AT is in the order of time."""
    device = int(told["os"] >= 0 or told["digest"] >= 0)
    if told["ip"] == MISSING:
        return device
    newest = slice(max(len(sample) - LOOKED_AT, 0), None)
    near = sample.near[newest] == told["near"]
    devices = len(np.unique((sample.os[newest] * 100_000 + sample.screen[newest])[near]))
    return 2 + device + 4 * (devices >= CROWD)


def _chance_exact(clicks: Columns, kept: Ints, exact: Flags, shared: float) -> Floats:
    """How many clicks of strangers one expects at the conversion's address; 0 for pairs from elsewhere.

    Clicks from there with another device than the one looked at are strangers' to it, and `shared` more.
    """
    found = np.zeros(len(kept))
    here = kept[exact]
    device = clicks.os[here] * 100_000 + clicks.screen[here]
    device = np.where(clicks.os[here] >= 0, device, -1 - np.arange(len(here)))
    _, which, own = np.unique(device, return_inverse=True, return_counts=True)
    found[exact] = len(here) - own[which] + shared
    return found


def _worth(place: Ints, device: Ints, delay: Floats) -> Flags:
    """The blocking rules."""
    place, device = place % CODES, device % CODES
    worth: Flags = (place == 0) | (_ALIKE[device] & (_NEARBY[place] | (delay <= SOON_HOURS)))
    return worth


def _chances(codes: Ints, members: Floats, prior: Floats) -> Floats:
    """(PATTERNS * CODES,) share of strangers' clicks with each code among those with the same fields known.

    One click is left out, as the one looked at may be no stranger's; half a click stands in its place.
    """
    counts = np.bincount(codes, minlength=PATTERNS * CODES).reshape(PATTERNS, CODES).astype(np.float64)
    others = np.maximum(counts - 1.0, 0.0) + 0.5
    known = np.maximum(counts.sum(axis=1, keepdims=True) - 1.0, 0.0) + 0.5
    chance: Floats = (others + PRIOR_CLICKS * (members @ prior)) / (known + PRIOR_CLICKS)
    return np.minimum(chance, 1.0).ravel()


def _chance_language(sample: Ints, language: Ints) -> Floats:
    same, known = float((sample == 1).sum()), float((sample >= 0).sum())
    share = (same + 0.5) / (known + 1.0)
    return np.where(language == 1, share, np.where(language == 0, 1.0 - share, 1.0))
