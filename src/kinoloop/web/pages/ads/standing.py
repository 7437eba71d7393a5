"""An account as it stands: what is at risk, how much of each limit is used, alarms, who set what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.currency import Currency, Minor
from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, SettingsChange
from kinoloop.delivery.changes.queries import counts
from kinoloop.delivery.changes.records import ChangeState
from kinoloop.delivery.drift.queries import last_check, open_drifts
from kinoloop.delivery.drift.records import Check, Drift
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.delivery.guards.queries import exposure, usage
from kinoloop.delivery.guards.records import Exposure
from kinoloop.web.ads.outlook import Room, share
from kinoloop.web.ads.words import AUTHORITY, Names, bound_sentence, who_words, with_names
from kinoloop.web.pages.ads.limits import differing
from kinoloop.web.pages.ads.mirror import Branch, tree_of
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.words import ago_words

LOGGED = 30
"""So many entries of the settings log stand on the page."""
LOG_WORDS = {
    "authority": "What automation may do",
    "guards": "Limits",
    "kill": "Stopped all changes",
    "revive": "Let changes through again",
    "levels": "Accepted today's budgets",
}
FIELDS = {
    "creative_id": "Creative",
    "media_hash": "Picture or film",
    "copy": "Text",
    "toggles": "Enhancement",
}


@dataclass(frozen=True)
class Risk:
    """What automation put at risk with one budget."""

    name: str
    approved: str
    stands: str
    at_risk: str


@dataclass(frozen=True)
class DifferenceLine:
    """One field of an ad that is not as approved, in words."""

    label: str
    approved: str
    served: str


@dataclass(frozen=True)
class Alarm:
    """An ad that shows something else. `sha256` is the hash of what it shows, for a yes to exactly that."""

    drift: Drift
    name: str
    found: str | None
    lines: tuple[DifferenceLine, ...]
    sha256: str | None


@dataclass(frozen=True)
class LogLine:
    """Who set what; `steps` are (label, before, after)."""

    entry: SettingsChange
    what: str
    who: str
    steps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Standing:
    """Everything about an account that can change while one looks at it."""

    account: AdAccount
    exposure: Exposure
    sentence: str
    share: float
    risks: tuple[Risk, ...]
    rooms: tuple[Room, ...]
    next_free: datetime | None
    waiting: int
    going: int
    alarms: tuple[Alarm, ...]
    check: Check | None
    checked_ago: str | None
    branches: tuple[Branch, ...]
    gone: int
    log: tuple[LogLine, ...]
    killed_by: str | None
    kill_reason: str | None
    killed_ago: str | None
    mirrored_ago: str | None
    levels_mark: str


def standing_of(
    connection: Connection, account: AdAccount, *, now: datetime, with_gone: bool = False
) -> Standing:
    """Read everything once."""
    money, account_id = account.currency, account.account_id
    risk, used = exposure(connection, account_id), usage(connection, account_id, now=now)
    everything = accounts.entities(connection, account_id, gone=True)
    there = [one for one in everything if one.gone_at is None]
    by_id = {one.entity_id: one for one in everything}
    drifts = open_drifts(connection, account_id=account_id)
    names, held = names_of(connection), counts(connection, account_id)
    check = last_check(connection, account_id)
    return Standing(
        account=account,
        exposure=risk,
        sentence=bound_sentence(risk.used, risk.bound, money),
        share=share(risk.used, risk.bound),
        risks=risks_of(risk, by_id, money),
        rooms=rooms_of(used, by_id),
        next_free=used["next_free"],
        waiting=held.get("proposed", 0),
        going=_going(held),
        alarms=tuple(alarm_of(one, by_id, now) for one in drifts),
        check=check,
        checked_ago=None if check is None else ago_words(check.checked_at, now),
        branches=tree_of(everything if with_gone else there, drifts, money, now),
        gone=len(everything) - len(there),
        log=tuple(
            log_line(one, by_id, names, money)
            for one in accounts.settings_log(connection, account_id)[:LOGGED]
        ),
        killed_by=who_words(account.killed_by, names),
        kill_reason=None if account.kill_reason is None else with_names(account.kill_reason, names),
        killed_ago=ago_words(account.killed_at, now),
        mirrored_ago=ago_words(account.mirrored_at, now),
        levels_mark=levels_mark(risk),
    )


def levels_mark(risk: Exposure) -> str:
    """A mark of the budgets that accepting would accept: another one when any of them moved."""
    return hash_json([(one.entity_id, one.standing, one.approved) for one in _touched(risk)])[:16]


def risks_of(risk: Exposure, by_id: Mapping[str, AdEntity], money: Currency) -> tuple[Risk, ...]:
    """The budgets that automation raised or switched on, the largest risk first."""
    found = list[Risk]()
    for entity_id, amount in sorted(risk.by_entity.items(), key=lambda one: (-one[1], one[0])):
        owner = risk.owners[entity_id]
        found.append(
            Risk(
                _name(by_id, entity_id), money.show(owner.approved or 0), money.show(owner.standing),
                money.show(amount),
            )
        )  # fmt: skip
    return tuple(found)


def rooms_of(used: Mapping[str, Any], by_id: Mapping[str, AdEntity]) -> tuple[Room, ...]:
    """How much of each limit that counts is used this hour."""
    found = [_room("Changes in this account, this hour", used["rate_account"])]
    for name, label in (("rate_campaign", "Changes in"), ("budget_rate", "Budget changes of")):
        found += [_room(f"{label} {_name(by_id, key)}", told) for key, told in used[name].items()]
    return tuple(found)


def alarm_of(drift: Drift, by_id: Mapping[str, AdEntity], now: datetime) -> Alarm:
    lines = tuple(
        DifferenceLine(field_words(one.field), _said(one.approved), _said(one.served))
        for one in drift.differences
    )
    sha256 = None if drift.served is None else content_hash(drift.served)
    return Alarm(drift, _name(by_id, drift.ad_id), ago_words(drift.found_at, now), lines, sha256)


def field_words(field: str) -> str:
    """`copy.title` -> `Text: title`."""
    head, _, rest = field.partition(".")
    label = FIELDS.get(head, head)
    return f"{label}: {rest.replace('_', ' ')}" if rest else label


def log_line(entry: SettingsChange, by_id: Mapping[str, AdEntity], names: Names, money: Currency) -> LogLine:
    steps = tuple[tuple[str, str, str], ...]()
    if entry.what == "authority":
        old, new = (AUTHORITY.get(str(one), (str(one), ""))[0] for one in (entry.before, entry.after))
        steps = (("", old, new),)
    elif entry.what == "guards":
        steps = differing(entry.before, entry.after, money)
    elif entry.what == "levels":
        steps = _level_steps(entry, by_id, money)
    what = LOG_WORDS.get(entry.what, entry.what)
    return LogLine(entry, what, who_words(entry.who, names) or entry.who, steps)


def _level_steps(
    entry: SettingsChange, by_id: Mapping[str, AdEntity], money: Currency
) -> tuple[tuple[str, str, str], ...]:
    before: dict[str, Minor] = entry.before or {}
    after: dict[str, Minor] = entry.after or {}
    return tuple(
        (_name(by_id, key), money.show(before.get(key, 0)), money.show(amount))
        for key, amount in sorted(after.items())
        if before.get(key, 0) != amount
    )


def _touched(risk: Exposure) -> list[Any]:
    owners = (one for one in risk.owners.values() if one.approved is not None)
    return sorted(owners, key=lambda one: one.entity_id)


def _room(label: str, told: Mapping[str, int]) -> Room:
    return Room(label, f"{told['used']} of {told['limit']}", share(told["used"], told["limit"]))


def _name(by_id: Mapping[str, AdEntity], entity_id: str) -> str:
    return by_id[entity_id].name if entity_id in by_id else entity_id


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _going(held: Mapping[ChangeState, int]) -> int:
    states: tuple[ChangeState, ...] = ("approved", "claimed", "executing", "unknown")
    return sum(held.get(one, 0) for one in states)
