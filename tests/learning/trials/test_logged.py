"""A policy tried on the decisions that were kept, with the money and the deals that followed them."""

from dataclasses import replace
from datetime import timedelta

from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions import operations
from kinoloop.learning.decisions.rules.deciding import decide
from kinoloop.learning.trials import queries
from kinoloop.learning.trials.records import Gate
from kinoloop.learning.trials.rules.replaying import shares
from kinoloop.store.session import Database
from tests.delivery.made import NOW
from tests.learning.decisions.views import known
from tests.learning.decisions.worlds import ACCOUNT, USUAL, Plain, World, full

OPEN = Gate(sample=1.0, clusters=2, events=1, slack=9.0)
TODAY = NOW.date()
HALF = Plain(budgets={"a1": 5_000, "a2": 5_000, "a3": 0, "a4": 0, "a5": 0})


def decided(world: World, days: int, policy: Plain = HALF) -> None:
    """A decision at NOW's hour of each of so many days before today."""
    for ago in range(1, days + 1):
        at = NOW - timedelta(days=ago)
        made = decide(replace(known(), at=at), policy, BanditSettings())
        with world.database.begin() as connection:
            operations.record(connection, made, (), (), key=str(at), made_by={}, new_id=world.ids)


def test_a_day_is_a_round_with_what_its_clicks_earned(database: Database) -> None:
    world = full(database)
    decided(world, 12)
    with database.read() as connection:
        account = account_of(connection, ACCOUNT)
        rounds = queries.logged_rounds(connection, account, TODAY - timedelta(days=13), TODAY)
    assert len(rounds) == 11, "today has no results, and the days before the first decision had none"
    assert all(dict(one.spent) == {ad: told[2] for ad, told in USUAL.items()} for one in rounds)
    assert shares(rounds[0].done) == {"a1": 0.5, "a2": 0.5, "a3": 0.0, "a4": 0.0, "a5": 0.0}
    total = sum(sum(one.earned.values()) for one in rounds)
    assert total > 0 and {ad for one in rounds for ad, money in one.earned.items() if money} <= {
        "a1",
        "a2",
        "a5",
    }
    assert rounds[0].view.ad_ids == ("a1", "a2", "a3", "a4", "a5")


def test_young_days_are_left_out_and_little_is_not_told(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    decided(world, 12)
    other = Plain(budgets={"a1": 9_000, "a2": 1_000, "a3": 0, "a4": 0, "a5": 0})
    with sqlite_database.read() as connection:
        account = account_of(connection, ACCOUNT)
        young = queries.tried(connection, account, other, now=NOW)
        later = queries.tried(connection, account, other, now=NOW + timedelta(days=28))
        loose = queries.tried(connection, account, other, now=NOW + timedelta(days=28), gate=OPEN)
    assert young.snips.rows == 0 and young.admitted is None
    assert later.snips.rows == 22 and later.admitted is None and "are needed" in later.reason
    assert loose.snips.value is not None and loose.logged.value is not None
    assert loose.snips.value > loose.logged.value, "a1 sold, a2 did not"
