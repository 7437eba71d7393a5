"""What the page of changes shows: what waits for a yes, what is on its way, what became of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import urlencode

from sqlalchemy import Connection

from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.queries import accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes.queries import changes, counts
from kinoloop.delivery.changes.records import Change, ChangeState
from kinoloop.delivery.guards.queries import exposure
from kinoloop.web.pages.ads.told import ToldChange, names_of, tell

Show = Literal["waiting", "going", "made", "stopped", "back"]
WAITING: tuple[ChangeState, ...] = ("proposed",)
GOING: tuple[ChangeState, ...] = ("approved", "claimed", "executing", "unknown")
OVER: tuple[ChangeState, ...] = ("completed", "failed", "blocked", "reverted", "rejected")
SHOWS: Mapping[str, tuple[str, tuple[ChangeState, ...]]] = {
    "waiting": ("Waiting for you", WAITING),
    "going": ("On their way", GOING),
    "made": ("Made", ("completed",)),
    "stopped": ("Not made", ("failed", "blocked", "rejected")),
    "back": ("Taken back", ("reverted",)),
}
CARDS, LINES = 50, 20
"""So many cards, and so many lines of what is over, stand on one page."""


@dataclass(frozen=True)
class Filter:
    """Which account and which states; `before` is the last id of the page before."""

    account: str | None = None
    show: Show | None = None
    before: str | None = None

    def address(self, path: str = "/changes", **more: str | None) -> str:
        """The address of the page with this filter, some of it changed."""
        wanted = {"account": self.account, "show": self.show, "before": self.before} | more
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class Tab:
    label: str
    address: str
    here: bool
    count: int | None


@dataclass(frozen=True)
class ChangesPart:
    """The three lists. `seen` marks what is shown: asking with it again gives nothing while it holds."""

    template: ClassVar[str] = "ads/parts/changes.html"
    filter: Filter
    accounts: tuple[AdAccount, ...]
    tabs: tuple[Tab, ...]
    waiting: tuple[ToldChange, ...]
    going: tuple[ToldChange, ...]
    over: tuple[ToldChange, ...]
    more: str | None
    left_out: int
    proof: str
    decides: bool
    seen: str

    @property
    def poll(self) -> str:
        return self.filter.address("/parts/changes", seen=self.seen)

    @property
    def any(self) -> bool:
        return any(tab.count for tab in self.tabs)

    @property
    def stopped(self) -> tuple[AdAccount, ...]:
        """Accounts in which nothing is sent, by a person's word."""
        mine = (None, *(one.account_id for one in self.accounts))
        chosen = self.filter.account if self.filter.account in mine else None
        return tuple(one for one in self.accounts if one.killed_at and chosen in (None, one.account_id))


@dataclass(frozen=True)
class Found:
    """The rows of one page, before any of them is put in words."""

    accounts: tuple[AdAccount, ...]
    counts: Mapping[ChangeState, int]
    waiting: tuple[Change, ...]
    going: tuple[Change, ...]
    over: tuple[Change, ...]


def find(connection: Connection, wanted: Filter) -> Found:
    """The rows of the page; lists that the filter leaves out are empty."""

    def some(states: tuple[ChangeState, ...], limit: int, before: str | None = None) -> tuple[Change, ...]:
        asked = tuple(one for one in states if one in _states(wanted))
        if not asked:
            return ()
        return changes(connection, account_id=wanted.account, states=asked, limit=limit, before=before)

    first = wanted.before is None
    return Found(
        accounts=accounts(connection),
        counts=counts(connection, wanted.account),
        waiting=some(WAITING, CARDS) if first else (),
        going=some(GOING, CARDS) if first else (),
        over=some(OVER, LINES, wanted.before),
    )


def mark_of(connection: Connection, found: Found, now: datetime) -> str:
    """Changes whenever the page would say something else; at least once a minute, for its times."""
    facts = [
        [(c.change_id, c.state, c.attempts, c.history_id, c.earliest_execute_at, c.error, c.sha256)]
        for c in (*found.waiting, *found.going, *found.over)
    ]
    risks = [exposure(connection, one.account_id).used for one in found.accounts]
    return hash_json([facts, found.accounts, risks, found.counts, int(now.timestamp() // 60)])[:16]


def part_of(
    connection: Connection,
    found: Found,
    wanted: Filter,
    *,
    who: str,
    decides: bool,
    proof: str,
    now: datetime,
) -> ChangesPart:
    """The rows in words."""
    known, names = {one.account_id: one for one in found.accounts}, names_of(connection)

    def told(rows: tuple[Change, ...]) -> tuple[ToldChange, ...]:
        return tuple(
            tell(connection, one, known[one.account_id], names=names, who=who, now=now) for one in rows
        )

    more = None
    if len(found.over) == LINES:
        more = wanted.address(before=found.over[-1].change_id)
    return ChangesPart(
        filter=wanted,
        accounts=found.accounts,
        tabs=tabs_of(wanted, found.counts),
        waiting=told(found.waiting),
        going=told(found.going),
        over=told(found.over),
        more=more,
        left_out=_left_out(found) if wanted.before is None else 0,
        proof=proof,
        decides=decides,
        seen=mark_of(connection, found, now),
    )


def tabs_of(wanted: Filter, held: Mapping[ChangeState, int]) -> tuple[Tab, ...]:
    """All, and each kind with how many there are."""
    tabs = [Tab("All", wanted.address(show=None, before=None), wanted.show is None, None)]
    for name, (label, states) in SHOWS.items():
        count = sum(held.get(state, 0) for state in states)
        tabs.append(Tab(label, wanted.address(show=name, before=None), wanted.show == name, count))
    return tuple(tabs)


def _states(wanted: Filter) -> tuple[ChangeState, ...]:
    return (*WAITING, *GOING, *OVER) if wanted.show is None else SHOWS[wanted.show][1]


def _left_out(found: Found) -> int:
    """Open changes beyond the cards that are shown."""
    shown = (*(found.waiting and WAITING), *(found.going and GOING))
    return sum(found.counts.get(one, 0) for one in shown) - len(found.waiting) - len(found.going)
