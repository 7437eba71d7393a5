"""How an attempt ended: made, not taken, lost, refused, overtaken, rehearsed, taken back."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kinoloop.core.errors import ConflictError
from kinoloop.delivery.accounts import queries as seen
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import (
    Begun,
    Done,
    Lost,
    NotTaken,
    Overtaken,
    Refused,
    Validated,
)
from kinoloop.store.session import Database
from tests.delivery.made import FREE, MINUTE, NOW, Place, applied, begun, opened, proposal, proposed
from tests.footage.fill import Ids

SOON = NOW + MINUTE
RNG = random.Random(1)


def test_a_lease_that_is_over_passes_to_another_and_what_was_sent_comes_as_unknown(
    database: Database,
) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        assert changes.claim(connection, "w", now=SOON, lease_seconds=60) is not None
        assert changes.claim(connection, "v", now=SOON + MINUTE / 2, lease_seconds=60) is None
        taken = changes.claim(connection, "v", now=SOON + MINUTE, lease_seconds=60)
        assert taken is not None and (taken.state, taken.claimed_by) == ("claimed", "v")
        with pytest.raises(ConflictError):
            changes.settle(connection, change.change_id, "w", NotTaken("late"), now=SOON + MINUTE)
        step = changes.begin(
            connection, change.change_id, "v", live=place.look("s1", SOON + MINUTE), now=SOON + MINUTE,
            new_id=new_id, chance=0.5, drifts=(),
        )  # fmt: skip
        assert isinstance(step, Begun)
        lost = changes.claim(connection, "u", now=SOON + 2 * MINUTE, lease_seconds=60)
        assert lost is not None and (lost.state, lost.sent) == ("unknown", 11_000)
        assert lost.history_id == step.history_id
        with pytest.raises(ConflictError, match="Read the platform"):
            changes.begin(
                connection, change.change_id, "u", live=place.look("s1"), now=SOON + 2 * MINUTE,
                new_id=new_id, chance=0.5, drifts=(),
            )  # fmt: skip
        back = changes.release(connection, change.change_id, "u", now=SOON + 2 * MINUTE)
        assert back.state == "unknown"
        assert changes.claim(connection, "t", now=SOON + 2 * MINUTE, lease_seconds=60) is not None
        done = changes.settle(connection, change.change_id, "t", Done(11_000), now=SOON + 3 * MINUTE)
        assert done.state == "completed" and len(queries.history(connection)) == 1


def test_a_lost_answer_is_kept_from_others_while_it_may_still_arrive(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        begun(connection, place, change, new_id)
        lost = changes.settle(connection, change.change_id, "w", Lost("no answer", 90), now=SOON)
        assert (lost.state, lost.error, lost.sent) == ("unknown", "no answer", 11_000)
        row = queries.history(connection)[0]
        assert (row.status, row.completed_at, row.error) == ("unknown", None, "no answer")
        assert changes.claim(connection, "v", now=SOON + MINUTE, lease_seconds=60) is None
        found = changes.claim(connection, "v", now=SOON + 2 * MINUTE, lease_seconds=60)
        assert found is not None and found.state == "unknown"
        again = changes.settle(connection, change.change_id, "v", Lost("still none"), now=SOON + 2 * MINUTE)
        assert again.lease_until == SOON + 3 * MINUTE
        # It surely never arrived: another try may be made, with an audit row of its own.
        changes.claim(connection, "v", now=SOON + 3 * MINUTE, lease_seconds=60)
        back = changes.settle(
            connection, change.change_id, "v", NotTaken("it shows the old value"), now=SOON + 3 * MINUTE
        )
        assert (back.state, back.history_id, back.sent, back.attempts) == ("approved", None, None, 1)
        assert applied(connection, place, change, new_id, SOON + 4 * MINUTE).state == "completed"
        assert [one.status for one in queries.history(connection)] == ["completed", "failed"]


def test_five_tries_without_effect_are_a_dead_letter(database: Database) -> None:
    place, new_id, now = Place(), Ids(), SOON
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        waits = []
        for _ in range(4):
            begun(connection, place, change, new_id, now)
            back = changes.settle(connection, change.change_id, "w", NotTaken("busy"), now=now)
            waits.append((back.earliest_execute_at - now).total_seconds())
            now = back.earliest_execute_at
        begun(connection, place, change, new_id, now)
        dead = changes.settle(connection, change.change_id, "w", NotTaken("busy", wait=1), now=now)
    assert waits == [30, 60, 120, 240]
    assert (dead.state, dead.dead_letter, dead.attempts, dead.error) == ("failed", True, 5, "busy")


def test_a_look_that_failed_is_tried_again_and_a_clear_no_ends_it(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        changes.claim(connection, "w", now=SOON, lease_seconds=60)
        with pytest.raises(ConflictError, match="is claimed cannot end as Done"):
            changes.settle(connection, change.change_id, "w", Done(11_000), now=SOON)
        back = changes.settle(connection, change.change_id, "w", NotTaken("throttled", 5), now=SOON)
        assert back.earliest_execute_at == SOON + timedelta(seconds=5) and back.attempts == 1
        begun(connection, place, change, new_id, SOON + MINUTE)
        no = changes.settle(
            connection, change.change_id, "w", Refused("too low", {"code": 100}), now=SOON + MINUTE
        )
        assert (no.state, no.error, no.dead_letter) == ("failed", "too low", False)
        row = queries.history(connection)[0]
        assert (row.status, row.answer) == ("failed", {"code": 100})
        with pytest.raises(ConflictError):
            changes.settle(connection, change.change_id, "w", Done(11_000), now=SOON + MINUTE)


@pytest.mark.parametrize("outcome", [Overtaken(12_345), Done(12_345), Overtaken(None)])
def test_somebody_elses_value_is_no_success(database: Database, outcome: Any) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal(), new_id)
        begun(connection, place, change, new_id)
        ended = changes.settle(connection, change.change_id, "w", outcome, now=SOON)
        row = queries.history(connection)[0]
        assert ended.state == "blocked" and row.status == "overtaken"
        assert ended.error is not None and "Somebody else changed it" in ended.error
        assert row.read_back == outcome.read_back
        assert seen.entity(connection, "s1").daily_budget == (outcome.read_back or 10_000)


def test_a_dry_run_is_judged_and_counts_for_nothing(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place, guards=replace(FREE, rate_per_campaign=1))
        change = proposed(connection, place, proposal(dry_run=True), new_id)
        step = begun(connection, place, change, new_id)
        assert isinstance(step, Begun)
        with pytest.raises(ConflictError, match="a dry run cannot end as Done"):
            changes.settle(connection, change.change_id, "w", Done(11_000), now=SOON)
        ended = changes.settle(connection, change.change_id, "w", Validated({"success": True}), now=SOON)
        assert (ended.state, ended.sent) == ("completed", None)
        assert queries.history(connection)[0].status == "validated"
        with pytest.raises(ConflictError, match="a dry run: there is nothing to take back"):
            changes.propose_revert(
                connection, change.change_id, who="ada", live=place.look("s1"), now=SOON, new_id=new_id,
                rng=RNG,
            )  # fmt: skip
        real = proposed(connection, place, proposal("s2", requested=5_500), new_id)
        assert applied(connection, place, real, new_id, SOON).state == "completed"
        with pytest.raises(ConflictError, match="cannot end as Validated"):
            third = proposed(connection, place, proposal("c2", requested=8_100), new_id)
            begun(connection, place, third, new_id)
            changes.settle(connection, third.change_id, "w", Validated(), now=SOON)


def test_taking_back_restores_exactly_what_stood_there(database: Database) -> None:
    place, new_id = Place(), Ids()
    with database.begin() as connection:
        opened(connection, place, guards=replace(FREE, cooldown_minutes=30))
        change = proposed(connection, place, proposal(requested=8_100), new_id)
        revert: dict[str, Any] = {"who": "ada", "new_id": new_id, "rng": RNG}
        with pytest.raises(ConflictError, match="nothing to take back"):
            changes.propose_revert(connection, change.change_id, live=place.look("s1"), now=NOW, **revert)
        done = applied(connection, place, change, new_id, SOON, chance=0.0)
        assert done.sent == 8_000  # velocity holds against the fuzz
        back = changes.propose_revert(
            connection, change.change_id, live=place.look("s1", SOON), now=SOON, **revert
        )
        assert (back.requested, back.exact, back.reverts) == (10_000, True, change.change_id)
        assert back.expected.effect == "The budget is USD 100.00 again, as before."
        again = changes.propose_revert(
            connection, change.change_id, live=place.look("s1", SOON), now=SOON, **revert
        )
        assert again == back
        ended = applied(connection, place, back, new_id, SOON + MINUTE)
        assert (ended.state, place.there["s1"].daily_budget) == ("completed", 10_000)
        assert queries.change(connection, change.change_id).state == "reverted"
        assert [one.status for one in queries.history(connection)] == ["completed", "reverted"]
        with pytest.raises(ConflictError, match="is reverted: there is nothing"):
            changes.propose_revert(
                connection, change.change_id, live=place.look("s1", SOON), now=SOON, **revert
            )


def test_taking_back_a_pause_and_after_somebody_elses_change(database: Database) -> None:
    place, new_id = Place(), Ids()
    revert: dict[str, Any] = {"who": "ada", "new_id": new_id, "rng": RNG}
    with database.begin() as connection:
        opened(connection, place)
        change = proposed(connection, place, proposal("a1", "status", "PAUSED"), new_id)
        assert applied(connection, place, change, new_id, SOON).state == "completed"
        back = changes.propose_revert(
            connection, change.change_id, live=place.look("a1", SOON), now=SOON, **revert
        )
        assert (back.requested, back.expected.effect) == ("ACTIVE", "The status is ACTIVE again, as before.")
        changes.reject(connection, back.change_id, who="ada", why="leave it", now=SOON)
        other = changes.propose_revert(
            connection, change.change_id, live=place.look("a1", SOON), now=SOON, **revert
        )
        assert other.change_id != back.change_id
        place.set("a1", status="ACTIVE")
        with pytest.raises(ConflictError, match="It shows ACTIVE now, and this change made it PAUSED"):
            changes.propose_revert(
                connection, change.change_id, live=place.look("a1", SOON), now=SOON, **revert
            )
