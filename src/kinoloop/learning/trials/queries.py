"""Reading the rounds of an account with what came of each, so that another policy can be tried on them.

A day of the account is a round: the decision that stood when it began, the money that ads spent on it, and
what the clicks of that day have earned since. Young days are left out: their deals are still to come.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.bandit.records import Policy
from kinoloop.learning.decisions import queries as decisions
from kinoloop.learning.decisions.rules.freezing import round_of, thaw
from kinoloop.learning.decisions.rules.grid import begin_of, end_of
from kinoloop.learning.insights import queries as insights
from kinoloop.learning.trials.records import Comparison, Gate, LoggedRound, PolicySwitch
from kinoloop.learning.trials.rules.estimates import compare
from kinoloop.learning.trials.rules.replaying import log_of
from kinoloop.learning.trials.tables import policy_switches
from kinoloop.learning.winners import queries as winners
from kinoloop.store.reading import page_limit

MATURE_DAYS, LOOK_BACK = 28, 90
STOOD = timedelta(days=1)
"""An older decision says nothing of the budgets of a day."""
_SWITCH = ("account_id", "at", "who", "from_policy", "to_policy", "admitted", "told", "reason", "trial")


def tried(
    connection: Connection, account: AdAccount, candidate: Policy, *, now: datetime, gate: Gate | None = None
) -> Comparison:
    """What the policy would have earned per unit of money, beside what was done, over the settled days."""
    last = now.astimezone(ZoneInfo(account.timezone)).date() - timedelta(days=MATURE_DAYS)
    rounds = logged_rounds(connection, account, last - timedelta(days=LOOK_BACK - 1), last)
    return compare(log_of(rounds, candidate), gate)


def switches(connection: Connection, account_id: str, *, limit: int = 20) -> tuple[PolicySwitch, ...]:
    """Which policies were put in force, the latest first. Raises InputError."""
    c = policy_switches.c
    query = select(policy_switches).where(c.account_id == account_id).order_by(c.at.desc(), c.id.desc())
    rows = connection.execute(query.limit(page_limit(limit)))
    return tuple(PolicySwitch(row.id, *(row._mapping[name] for name in _SWITCH)) for row in rows)


def logged_rounds(
    connection: Connection, account: AdAccount, since: date, until: date
) -> tuple[LoggedRound, ...]:
    """The days (inclusive) that had a decision and spent money. Raises IntegrityError for a damaged one."""
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    found = (_round(connection, account, day) for day in days)
    return tuple(one for one in found if one is not None)


def _round(connection: Connection, account: AdAccount, day: date) -> LoggedRound | None:
    zone = ZoneInfo(account.timezone)
    begin, end = begin_of(day, None, zone), end_of(day, None, zone)
    told = decisions.last(connection, account.account_id, before=begin)
    spent = {
        one.entity_id: one.spend
        for one in insights.totals(connection, account.account_id, day, day, by_entity=True)
        if one.entity_id is not None
    }
    if told is None or begin - told.at > STOOD or not spent:
        return None
    view, _ = thaw(decisions.frozen(connection, told.view_sha256))
    done = round_of(decisions.round_stored(connection, told.decision_id))
    credited = winners.earned(connection, account.tenant_id, since=begin, until=end)
    earned = {ad_id: value for ad_id, (_, value) in credited.items()}
    return LoggedRound(view, told.seed, done, spent, earned)
