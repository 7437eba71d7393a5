"""A change and its attempts, said in full: what a card, a line of the record and a page show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes.queries import history
from kinoloop.delivery.changes.records import OPEN, Change, HistoryRow
from kinoloop.web.ads.outlook import Outlook, outlook
from kinoloop.web.ads.words import (
    NOUNS,
    RUNNING,
    STATES,
    Names,
    percent_words,
    place_of,
    step_words,
    title_of,
    until_words,
    value_words,
    who_words,
    with_names,
)
from kinoloop.web.pages.ads.attempts import Attempt, told_attempt
from kinoloop.web.users.queries import users
from kinoloop.web.words import ago_words


@dataclass(frozen=True)
class Interval:
    """An expected profit on a line from 0 to 100, zero marked: for a small drawing."""

    low: float
    high: float
    middle: float
    zero: float


@dataclass(frozen=True)
class Expectation:
    """What the proposer expects a day, in the account's money; None is not known."""

    effect: str
    profit: str | None
    between: str | None
    worst: str | None
    interval: Interval | None


@dataclass(frozen=True)
class Stood:
    """One thing that stood around a change when it was proposed."""

    noun: str
    name: str
    status: str
    budget: str | None


@dataclass(frozen=True)
class ToldChange:
    """A change in words. `before` and `after` are as sent once it was sent, as wished until then."""

    change: Change
    account: AdAccount
    title: str
    place: str
    words: str
    before: str
    after: str
    percent: str | None
    step: str | None
    expected: Expectation
    reason_words: str
    proposed_by: str
    proposed_ago: str | None
    approved_by: str | None
    due: str
    error: str | None
    outlook: Outlook | None
    attempts: tuple[Attempt, ...]
    ended_ago: str | None
    stood: tuple[Stood, ...]

    @property
    def can_revert(self) -> bool:
        """It was made, and nobody took it back."""
        change = self.change
        return change.state == "completed" and not change.dry_run and change.history_id is not None

    @property
    def can_call_off(self) -> bool:
        """It is approved and nobody has it in hand yet."""
        return self.change.state == "approved"


def tell(
    connection: Connection,
    change: Change,
    account: AdAccount,
    *,
    names: Names,
    who: str,
    now: datetime,
    look_ahead: bool = True,
) -> ToldChange:
    """Everything about a change, read once. Only open ones get an outlook, when `look_ahead` asks for it."""
    rows = history(connection, change_id=change.change_id, limit=20)
    attempts = tuple(told_attempt(row, change, account, names) for row in rows)
    money, kind = account.currency, change.change_type
    old, new = _values(change, rows)
    ahead = look_ahead and change.state in ("proposed", "approved")
    ended = change.executed_at or (rows[0].completed_at if rows and change.state not in OPEN else None)
    return ToldChange(
        change=change,
        account=account,
        title=title_of(change, money),
        place=place_of(change),
        words=STATES[change.state],
        before=value_words(kind, old, money),
        after=value_words(kind, new, money),
        percent=percent_words(old, new),
        step=step_words(kind, old, new, money),
        expected=expected_of(change, money),
        reason_words=with_names(change.reason, names),
        proposed_by=who_words(change.triggered_by, names) or "nobody",
        proposed_ago=ago_words(change.created_at, now),
        approved_by=who_words(change.approved_by, names),
        due=until_words(change.earliest_execute_at, now),
        error=None if change.error is None else with_names(change.error, names),
        outlook=outlook(connection, change, account, who=who, now=now) if ahead else None,
        attempts=attempts,
        ended_ago=ago_words(ended, now),
        stood=stood_of(change, money),
    )


def names_of(connection: Connection) -> Mapping[str, str]:
    """Everybody's name by id."""
    return {one.user_id: one.name for one in users(connection)}


def expected_of(change: Change, money: Currency) -> Expectation:
    told = change.expected

    def say(amount: int | None) -> str | None:
        return None if amount is None else money.show(amount)

    between = None
    if told.low is not None and told.high is not None:
        between = f"{say(told.low)} to {say(told.high)}"
    return Expectation(told.effect, say(told.profit), between, say(told.worst_case), interval_of(change))


def interval_of(change: Change) -> Interval | None:
    """Where the expected profit lies, drawn so that zero is always in view; None without an interval."""
    low, high, middle = change.expected.low, change.expected.high, change.expected.profit
    if low is None or high is None or low >= high:
        return None
    left, right = min(low, 0), max(high, 0)

    def at(amount: float) -> float:
        return round(4 + 92 * (amount - left) / (right - left), 1)

    return Interval(at(low), at(high), at((low + high) / 2 if middle is None else middle), at(0))


def stood_of(change: Change, money: Currency) -> tuple[Stood, ...]:
    """What an approval covers besides the change itself, from the campaign down."""
    tree = change.tree
    found = [
        *reversed(tree.get("parents", [])),
        *filter(None, [tree.get("entity")]),
        *tree.get("children", []),
    ]
    return tuple(
        Stood(
            NOUNS.get(str(one.get("kind")), ""),
            str(one.get("name") or one.get("id")),
            RUNNING.get(str(one.get("status")), str(one.get("status"))),
            None if one.get("daily_budget") is None else f"{money.show(one['daily_budget'])} a day",
        )
        for one in found
    )


def _values(change: Change, rows: tuple[HistoryRow, ...]) -> tuple[int | str | None, int | str]:
    """Before and after: as it was really sent, once it was."""
    if rows and change.state in ("completed", "reverted", "executing", "unknown"):
        return rows[0].old_value, rows[0].new_value
    return change.current, change.requested
