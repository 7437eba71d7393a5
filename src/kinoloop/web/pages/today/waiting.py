"""What waits for a person, and why: alarms, failed runs, changes, what limits stopped, films, stages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kinoloop.core.text import plural
from kinoloop.creative.videos.queries import videos
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes.queries import change, changes, counts
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.learning.decisions import queries as decisions
from kinoloop.learning.decisions.records import TRIGGER
from kinoloop.learning.revenue.queries import unmapped
from kinoloop.runs.queries import runs
from kinoloop.runs.records import RunRow
from kinoloop.web.ads.words import title_of, who_words, with_names
from kinoloop.web.pages.ads.standing import field_words
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.money.whose import ad_names
from kinoloop.web.users.records import User
from kinoloop.web.words import ago_words

SHOWN = 3
"""So many of each kind are named; the rest is one link away."""
LOOK, RECENT = 200, timedelta(days=7)
"""So many are counted at most, and so far back a failed run still waits for somebody."""
_DIGITS = re.compile(r"[\d.,]+")


@dataclass(frozen=True)
class Item:
    """One thing, why it waits, and where it is dealt with; `behind` leads to the decision behind it."""

    title: str
    why: str
    address: str
    ago: str | None
    behind: str | None = None


@dataclass(frozen=True)
class Pile:
    """All of one kind. `tone` is bad for what is wrong, warn for what only waits; `note` holds for all."""

    kind: str
    title: str
    tone: str
    items: tuple[Item, ...]
    count: int
    address: str
    note: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.items)


def piles(connection: Connection, tenant_id: str, who: User, now: datetime) -> tuple[Pile, ...]:
    """What is wrong first, then what only waits."""
    known = {one.account_id: one for one in accounts.accounts(connection)}
    found = (
        _alarms(connection, known, now),
        _failures(connection, now),
        _changes(connection, known, who, now),
        _stopped(connection, known),
        _storyboards(connection, who, now),
        _stages(connection, tenant_id, now),
    )
    return tuple(pile for pile in found if pile.count)


def _alarms(connection: Connection, known: Mapping[str, AdAccount], now: datetime) -> Pile:
    found = open_drifts(connection)
    names = ad_names(connection, (one.ad_id for one in found))
    items = tuple(
        Item(
            title=names.get(one.ad_id, one.ad_id),
            why=f"Not as approved: {', '.join(field_words(part.field) for part in one.differences)}.",
            address=f"/accounts/{one.account_id}#alarms",
            ago=ago_words(one.found_at, now),
        )
        for one in found[:SHOWN]
    )
    title = plural(len(found), "ad shows", "ads show") + " what nobody approved"
    first = found[0].account_id if found else ""
    return Pile("alarms", title, "bad", items, len(found), f"/accounts/{first}#alarms")


def _failures(connection: Connection, now: datetime) -> Pile:
    failed = runs(connection, status="failed", limit=LOOK)
    recent = [one for one in failed if now - (one.completed_at or one.created_at) <= RECENT]
    items = tuple(
        Item(one.title, _trouble(one), f"/runs/{one.run_id}", ago_words(one.completed_at, now))
        for one in recent[:SHOWN]
    )
    title = plural(len(recent), "run") + " failed in the last 7 days"
    return Pile("runs", title, "bad", items, len(recent), "/runs?status=failed")


def _changes(connection: Connection, known: Mapping[str, AdAccount], who: User, now: datetime) -> Pile:
    count = counts(connection).get("proposed", 0)
    found = changes(connection, states=("proposed",), limit=SHOWN)
    names = names_of(connection)
    items = tuple(
        Item(
            title=title_of(one, known[one.account_id].currency),
            why=with_names(one.reason, names),
            address=f"/changes/{one.change_id}",
            ago=_proposed(one, names, now),
            behind=f"/decisions/{one.change_id}" if one.triggered_by == TRIGGER else None,
        )
        for one in found
    )
    whose = "your yes" if who.sees_all else "an owner's yes"
    title = plural(count, "change waits", "changes wait") + f" for {whose}"
    return Pile("changes", title, "warn", items, count, "/changes?show=waiting")


def _proposed(asked: Change, names: Mapping[str, str], now: datetime) -> str:
    by = who_words(asked.triggered_by, names) or "nobody"
    return f"proposed by {by}, {ago_words(asked.created_at, now)}"


def _stopped(connection: Connection, known: Mapping[str, AdAccount]) -> Pile:
    """What the latest round of each account asked for and a limit kept back, the most promising first."""
    found = [one for account_id in known for one in _blocked(connection, account_id)]
    found.sort(key=lambda one: (-(one.expected.profit or 0), one.change_id))
    alike = len({_DIGITS.sub("", one.error or "") for one in found}) == 1
    items = tuple(
        Item(
            title=title_of(one, known[one.account_id].currency),
            why=_promise(one, known[one.account_id]) if alike else _limit(one),
            address=f"/changes/{one.change_id}",
            ago=None,
            behind=f"/decisions/{one.change_id}",
        )
        for one in found[:SHOWN]
    )
    title = f"A limit of yours stopped {plural(len(found), 'change')} of the last round"
    first = found[0].account_id if found else ""
    note = _limit(found[0]) if alike else ""
    return Pile("stopped", title, "warn", items, len(found), f"/accounts/{first}", note)


def _blocked(connection: Connection, account_id: str) -> Iterator[Change]:
    last = decisions.last(connection, account_id)
    for step in () if last is None else decisions.steps(connection, last.decision_id):
        if step.change_id is not None:
            asked = change(connection, step.change_id)
            if asked.state == "blocked":
                yield asked


def _limit(asked: Change) -> str:
    return asked.error or "Which limit it was is not known."


def _promise(asked: Change, account: AdAccount) -> str:
    """What it was expected to bring, where that was said."""
    told, show = asked.expected, account.currency.show
    if told.profit is None:
        return "What it would bring is not known."
    known = told.low is not None and told.high is not None
    between = f" (likely {show(told.low or 0)} to {show(told.high or 0)})" if known else ""
    return f"It would bring about {show(told.profit)} a day{between}."


def _storyboards(connection: Connection, who: User, now: datetime) -> Pile:
    found = videos(connection, owner=who.own, status="storyboard_complete", limit=LOOK)
    why = "Its storyboard is complete. Nothing is filmed or paid for before a yes."
    items = tuple(
        Item(one.name, why, f"/videos/{one.video_id}", ago_words(one.updated_at, now))
        for one in found[:SHOWN]
    )
    title = plural(len(found), "storyboard waits", "storyboards wait") + " for a yes"
    return Pile("storyboards", title, "warn", items, len(found), "/videos?status=storyboard_complete")


def _stages(connection: Connection, tenant_id: str, now: datetime) -> Pile:
    found = unmapped(connection, tenant_id)
    items = tuple(
        Item(
            title=one.stage or "a stage without a name",
            why=f"{plural(one.events, 'move')} of {plural(one.deals, 'deal')} set aside until it has a name.",
            address="/deals#waiting",
            ago=ago_words(one.last_at, now),
        )
        for one in found[:SHOWN]
    )
    title = plural(len(found), "stage of your CRM has", "stages of your CRM have") + " no name here"
    return Pile("stages", title, "warn", items, len(found), "/deals#waiting")


def _trouble(run: RunRow) -> str:
    told = run.error or {}
    return " ".join(_sentences(told)) or "Why is not known: it left no reason."


def _sentences(told: Mapping[str, str]) -> Iterator[str]:
    return (told[name] for name in ("what", "fix") if told.get(name))
