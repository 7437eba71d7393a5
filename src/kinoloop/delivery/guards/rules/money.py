"""Which budgets may be sent: the account's limits, velocity, and the fuzz that stays inside all of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdAccount, LiveTree
from kinoloop.delivery.guards.records import Block, Span, Wish
from kinoloop.delivery.guards.rules.wishes import level_of, named, number, raises
from kinoloop.delivery.history.records import HistoryRow

EDGE = timedelta(minutes=5)
"""How far a write may land from the moment it was checked: at the edge of a window both budgets count."""


def limits_span(change: Wish, account: AdAccount, live: LiveTree) -> Span:
    """The account's smallest and largest daily budget, the platform's minimum; lowering knows no largest."""
    lows = [low for low in (account.platform_minimum, account.guards.min_daily_budget) if low is not None]
    high = account.guards.max_daily_budget if raises(change, live) else None
    return Span(max(lows, default=None), high)


def account_limits(change: Wish, account: AdAccount, live: LiveTree) -> Block | None:
    """Smallest and largest daily budget."""
    wanted, span = number(change.requested), limits_span(change, account, live)
    if change.change_type != "budget" or wanted is None or span.holds(wanted):
        return None
    show = account.currency.show
    if span.low is not None and wanted < span.low:
        ours = account.guards.min_daily_budget
        whose = "this account allows" if span.low == ours else "the platform takes"
        return Block(
            "account_limits",
            f"{show(wanted)} a day is less than {whose}.",
            f"Ask for at least {show(span.low)} a day, or pause it.",
        )
    return Block(
        "account_limits",
        f"{show(wanted)} a day is more than this account allows.",
        f"Ask for at most {show(span.high or 0)} a day, or raise the account's largest budget.",
    )


def bases(
    change: Wish, account: AdAccount, live: LiveTree, past: Sequence[HistoryRow], now: datetime
) -> tuple[Minor, ...]:
    """The budgets that velocity is measured from: what stood at the start of the window.

    Before the first change in the window it is the live budget, so that a first change is limited too. A
    change at the very edge of the window may count or not when this one lands: then before and after both
    count.
    """
    start = now - timedelta(hours=account.guards.velocity_hours)
    rows = [row for row in past if row.entity_id == change.entity_id and row.of_budget]
    rows = sorted((row for row in rows if row.ended(now) > start), key=lambda row: row.started_at)
    edge = [row.new_value for row in rows if row.started_at <= start + EDGE]
    found = [rows[0].old_value, *edge] if rows else [live.entity.daily_budget]
    return tuple(value for value in map(number, found) if value is not None)


def velocity_span(
    change: Wish, account: AdAccount, live: LiveTree, past: Sequence[HistoryRow], now: datetime
) -> Span:
    """The budgets within the account's velocity of each of the `bases`."""
    part, span = Fraction(str(account.guards.velocity)), Span()
    for base in bases(change, account, live, past, now) if change.change_type == "budget" else ():
        span = span.within(Span(ceil(base * (1 - part)), floor(base * (1 + part))))
    return span


def velocity(
    change: Wish, account: AdAccount, live: LiveTree, past: Sequence[HistoryRow], now: datetime
) -> Block | None:
    """A budget moves at most by this part in so many hours, the first time as well."""
    wanted, span = number(change.requested), velocity_span(change, account, live, past, now)
    if wanted is None or span.holds(wanted):
        return None
    show, guards = account.currency.show, account.guards
    return Block(
        "velocity",
        f"{show(wanted)} moves the budget of {named(live.entity)} by more than {guards.velocity:.0%} "
        f"within {guards.velocity_hours:g} hours.",
        f"Ask for {show(span.low or 0)} to {show(span.high or 0)}, and for the rest later.",
    )


def direction_span(change: Wish, live: LiveTree) -> Span:
    """A raise stays a raise and a cut stays a cut, however the value is varied."""
    wanted, now = number(change.requested), number(level_of(live.entity, change.change_type))
    if wanted is None or now is None or wanted == now:
        return Span()
    return Span(low=now + 1) if wanted > now else Span(high=now - 1)


def fuzzed(requested: Minor, chance: float, part: float, span: Span) -> Minor:
    """The requested budget varied by up to `part` either way, `chance` in [0, 1) telling where, in `span`.

    `span` must hold the requested value itself.
    """
    exact = Fraction(str(part))
    own = Span(ceil(requested * (1 - exact)), floor(requested * (1 + exact)))
    inside = own.within(span)
    value = round(requested * (1 + part * (2 * chance - 1)))
    assert inside.low is not None and inside.high is not None
    return min(max(value, inside.low), inside.high)
