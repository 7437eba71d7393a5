"""Leads and purchases as a policy's columns: whose click, which stages when, what they were worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from kinoloop.core.ids import hash_json
from kinoloop.learning.bandit.records import Floats, Outcomes
from kinoloop.learning.decisions.records import Entry

GUESSES = 3
"""So many ads that the matcher finds likeliest are handed on for one entry."""
LEAST_TOLD = 0.8
"""Share of entries whose device must be known before iPhones are told apart at all."""
LEAST_CLICKS = 30
_SIXTEEN = 16**8


def of_account(entries: Sequence[Entry], mine: frozenset[str], *, alone: bool) -> tuple[Entry, ...]:
    """The entries that may be this account's, with guesses at its own ads only.

    Where the tenant has more accounts (not `alone`), an entry that points nowhere is this account's with the
    chance of one with a click id: chosen by its own hash, so that each goes to one account and always there.
    """
    ids = [one.ad_id for one in entries if one.ad_id is not None]
    share = sum(ad_id in mine for ad_id in ids) / len(ids) if ids else 0.0
    kept = list[Entry]()
    for one in entries:
        guesses = tuple((ad_id, chance) for ad_id, chance in one.guesses if ad_id in mine)
        if one.ad_id is not None:
            belongs = one.ad_id in mine
        else:
            belongs = bool(guesses) or (not one.guesses and (alone or _lot(one.entry_id) < share))
        if belongs:
            kept.append(replace(one, guesses=guesses))
    return tuple(kept)


def outcomes(
    entries: Sequence[Entry],
    ad_ids: Sequence[str],
    stages: Sequence[str],
    start: datetime,
    now: datetime,
) -> Outcomes:
    """Columns in the order of entering. Entries after now are left out, as are those from before the start:
    no table has the clicks they came from. A stage that was skipped was entered with the next one.
    """
    place = {ad_id: number for number, ad_id in enumerate(ad_ids)}
    found = [one for one in entries if start <= (one.click_at or one.at) and one.at <= now]
    found.sort(key=lambda one: (one.at, one.entry_id))
    hours = _hours_of(start, now)
    guess, trust = _guesses(found, place)
    told = is_told(found)
    moves = np.array([[hours(one.entered.get(name)) for name in stages] for one in found])
    return Outcomes(
        entry_at=_column([hours(one.at) for one in found]),
        click_at=_column([hours(one.click_at) if one.ad_id in place else np.nan for one in found]),
        by_id=np.array([place.get(one.ad_id or "", -1) for one in found], dtype=np.int64),
        guess=guess,
        trust=trust,
        ios=np.array([told and bool(one.ios) for one in found], dtype=bool),
        moves=_passed(moves.reshape(len(found), len(stages))),
        lost_at=_column([hours(one.lost_at) for one in found]),
        value=_column([np.nan if one.value is None else float(one.value) for one in found]),
    )


def is_told(entries: Sequence[Entry]) -> bool:
    """Whether enough entries say which device they came from to tell iPhones apart."""
    known = sum(one.ios is not None for one in entries)
    return bool(entries) and known >= LEAST_TOLD * len(entries)


def iphones(clicks: Mapping[str, tuple[int, int]], ad_ids: Sequence[str], *, told: bool) -> Floats:
    """Share of iPhones among an ad's clicks (iPhones, all that tell) by ad; NaN unknown or not `told`."""
    shares = [clicks.get(ad_id, (0, 0)) for ad_id in ad_ids]
    return _column([a / b if told and b >= LEAST_CLICKS else np.nan for a, b in shares])


def _lot(entry_id: str) -> float:
    """Evenly spread over [0, 1), always the same for the same entry."""
    return int(hash_json(entry_id)[:8], 16) / _SIXTEEN


def _hours_of(start: datetime, now: datetime) -> Callable[[datetime | None], float]:
    def hours(at: datetime | None) -> float:
        return np.nan if at is None or at > now else (at - start) / timedelta(hours=1)

    return hours


def _guesses(found: Sequence[Entry], place: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Likeliest first. With a click id nothing is guessed."""
    guess = np.full((len(found), GUESSES), -1, dtype=np.int64)
    trust = np.full((len(found), GUESSES), np.nan)
    for row, one in enumerate(found):
        if one.ad_id is None:
            likeliest = sorted(one.guesses, key=lambda each: (-each[1], each[0]))[:GUESSES]
            for layer, (ad_id, chance) in enumerate(likeliest):
                guess[row, layer], trust[row, layer] = place[ad_id], chance
    return guess, trust


def _passed(moves: Floats) -> Floats:
    """A later stage was entered through the ones before it, at the latest then."""
    later = np.where(np.isnan(moves), np.inf, moves)
    first = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]
    result: Floats = np.where(np.isinf(first), np.nan, first)
    return result


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
