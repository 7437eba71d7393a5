"""Many workers on one queue: each change has one owner, and checks see what others are about to do."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Connection

from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Begun, Blocked, Change
from kinoloop.delivery.guards.queries import exposure
from kinoloop.store.session import Database, connect
from tests.delivery.made import FREE, MINUTE, NOW, Place, made, opened, proposal, proposed
from tests.footage.fill import Ids

SOON = NOW + MINUTE


def together(count: int, work: Callable[[int], None]) -> None:
    """Run `work(0..count)` in threads that start at once; any failure fails the test."""
    start, failures = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        try:
            start.wait(30)
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == [] and not any(thread.is_alive() for thread in threads)


def fill(database: Database, count: int) -> set[str]:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        return {
            proposed(connection, place, proposal(requested=10_100 + n), new_id).change_id
            for n in range(count)
        }


def begin(connection: Connection, place: Place, change: Change, new_id: Ids) -> object:
    live = place.look(change.entity_id, SOON)
    return changes.begin(
        connection, change.change_id, "w", live=live, now=SOON, new_id=new_id, chance=0.5, drifts=()
    )


def test_two_hundred_changes_have_one_owner_each(database: Database) -> None:
    """Eight workers on PostgreSQL, three on SQLite; some take one, some take batches."""
    wanted, taken = fill(database, 200), list[tuple[str, str]]()
    workers = 8 if database.dialect == "postgresql" else 3

    def work(number: int) -> None:
        own = connect(database.engine.url.render_as_string(hide_password=False), profile="test", pool=1)
        size = 1 if number % 2 else 7
        while True:
            with own.begin() as connection:
                got = changes.claim_batch(connection, f"w{number}", size, now=SOON, lease_seconds=60)
            if not got:
                break
            assert all(one.state == "claimed" and one.claimed_by == f"w{number}" for one in got)
            taken.extend((one.change_id, f"w{number}") for one in got)
        own.close()

    together(workers, work)
    assert len(taken) == 200 and {change_id for change_id, _ in taken} == wanted
    with database.read() as connection:
        assert queries.counts(connection) == {"claimed": 200}
        for change_id, worker in taken:
            assert queries.change(connection, change_id).claimed_by == worker


def test_the_longest_due_comes_first_and_only_from_the_account_asked_for(database: Database) -> None:
    wanted = fill(database, 6)
    with database.begin() as connection:
        by_due = sorted(
            (queries.change(connection, one) for one in wanted),
            key=lambda change: (change.earliest_execute_at, change.change_id),
        )
        none = changes.claim_batch(connection, "w", 9, now=SOON, lease_seconds=60, account_id="act_2")
        assert none == ()
        first = changes.claim(connection, "w", now=SOON, lease_seconds=60, account_id="act_1")
        assert first is not None and first.change_id == by_due[0].change_id
        rest = changes.claim_batch(connection, "w", 9, now=SOON, lease_seconds=60, account_id="act_1")
        assert [one.change_id for one in rest] == [one.change_id for one in by_due[1:]]


@pytest.mark.postgres
def test_both_functions_by_hand_as_from_psql(postgres_url: str) -> None:
    database = connect(postgres_url, profile="test")
    wanted = fill(database, 5)
    with psycopg.connect(postgres_url) as one, psycopg.connect(postgres_url) as two:
        first = one.execute("SELECT * FROM claim_pending_ad_change('me')")
        assert first.description is not None
        names = [column.name for column in first.description]
        row = dict(zip(names, first.fetchone() or (), strict=True))
        assert (row["status"], row["claimed_by"], row["change_type"]) == ("claimed", "me", "budget")
        assert row["lease_until"] - row["claimed_at"] == timedelta(seconds=120)
        # The first transaction is still open: the others skip its row and do not wait.
        rest = two.execute("SELECT id, status FROM claim_pending_ad_changes_batch('you', 3)").fetchall()
        more = two.execute(
            "SELECT id, lease_until - claimed_at FROM claim_pending_ad_changes_batch(worker_id => 'you',"
            " lease_seconds => 5)"
        ).fetchall()
        assert {row["id"], *(found[0] for found in rest), *(found[0] for found in more)} == {
            UUID(one) for one in wanted
        }
        assert len(rest) == 3 and more[0][1] == timedelta(seconds=5)
        assert two.execute("SELECT count(*) FROM claim_pending_ad_change('you')").fetchone() == (0,)
    database.close()


def test_of_two_pauses_that_meet_one_is_blocked(database: Database) -> None:
    """Both looks show two active ads; the check sees the other's pause on its way."""
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        for ad in ("a1", "a2"):
            proposed(connection, place, proposal(ad, "status", "PAUSED"), new_id)
        got = changes.claim_batch(connection, "w", 2, now=SOON, lease_seconds=60)
    steps = list[object]()

    def work(number: int) -> None:
        with database.begin() as connection:
            steps.append(begin(connection, place, got[number], Ids(number + 5)))

    together(2, work)
    assert {type(step) for step in steps} == {Begun, Blocked}
    blocked = next(step for step in steps if isinstance(step, Blocked))
    assert [block.guard for block in blocked.blocks] == ["never_empty"]


def test_raises_that_meet_stay_inside_the_loss_bound_together(database: Database) -> None:
    """Eight ad sets want 10.00 more; the bound of 70.00 a day lets four through (4 x 17.50)."""
    place, new_id = Place(), Ids()
    for n in range(8):
        place.there[f"s1{n}"] = made("adset", f"s1{n}", "c1", daily_budget=10_000)
    with database.begin() as connection:
        opened(connection, place, guards=replace(FREE, daily_loss_bound=7_000, rate_per_campaign=100))
        for n in range(8):
            proposed(connection, place, proposal(f"s1{n}", requested=11_000, exact=True), new_id)
        got = changes.claim_batch(connection, "w", 8, now=SOON, lease_seconds=60)
    steps = list[object]()

    def work(number: int) -> None:
        with database.begin() as connection:
            steps.append(begin(connection, place, got[number], Ids(number + 5)))

    together(8, work)
    assert sum(isinstance(step, Begun) for step in steps) == 4
    with database.read() as connection:
        assert exposure(connection, "act_1").used == 7_000


def test_the_same_wish_from_many_sides_is_one_change(database: Database) -> None:
    place = Place()
    with database.begin() as connection:
        opened(connection, place)
    got = list[str]()

    def work(number: int) -> None:
        with database.begin() as connection:
            change = changes.propose(
                connection, proposal(key="k"), live=place.look("s1"), now=NOW, new_id=Ids(number + 1),
                rng=random.Random(number),
            )  # fmt: skip
            got.append(change.change_id)

    together(6, work)
    assert len(got) == 6 and len(set(got)) == 1


def test_wishes_for_neighbours_do_not_wait_for_each_other_in_a_ring(database: Database) -> None:
    """Each writes the whole neighbourhood it saw."""
    place = Place()
    with database.begin() as connection:
        opened(connection, place)
    names = ("s1", "s2", "a1", "a2", "c1", "a3")

    def work(number: int) -> None:
        new_id = Ids(number + 1)
        for turn in range(5):
            name = names[(number + turn) % len(names)]
            at = SOON + turn * MINUTE
            wanted = proposal(name, "status", "PAUSED", key=f"{number}-{turn}")
            with database.begin() as connection:
                proposed(connection, place, wanted, new_id, at)

    together(6, work)
    with database.read() as connection:
        assert queries.counts(connection) == {"approved": 30}
