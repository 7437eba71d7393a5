"""From results to winners: judged by what is settled, made of what was approved, found again by its look."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kinoloop.core.clock import ManualClock
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.tables import generated_videos
from kinoloop.delivery.accounts.tables import ad_accounts
from kinoloop.flows.refresh_winners.refresh import EVERY_SIX_HOURS, NAME, RefreshWinners
from kinoloop.flows.refresh_winners.tools import WinnerTools
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.library import Library
from kinoloop.learning.winners.records import Dna, Judged
from kinoloop.runs.door import Runs
from kinoloop.runs.queries import run as read_run
from kinoloop.store.session import Database
from tests.flows.refresh_winners.world import ACCOUNT, BRIEF, NOW, TENANT, World
from tests.footage import fill
from tests.runs.conftest import QUICK


class Place:
    """The flow on a database, and what it left there."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.world = database, World()
        self.library = Library(folder)
        self.tools = WinnerTools(ManualClock(NOW), self.library)
        self.runs = Runs(database, [RefreshWinners(self.tools).flow()], QUICK, clock=self.tools.clock)
        with database.begin() as connection:
            self.world.found(connection)

    def refresh(self, **payload: Any) -> dict[str, Any]:
        return self.runs.wait(self.runs.start(NAME, payload), timeout=60)

    def standings(self) -> dict[str, Judged]:
        with self.database.read() as connection:
            return {one.standing.ad_id: one for one in queries.standings(connection, TENANT)}

    def dna(self) -> dict[str, Dna]:
        with self.database.read() as connection:
            return {one.ad_id: one for one in queries.dna(connection, TENANT)}

    def winners(self) -> list[str]:
        with self.database.read() as connection:
            return sorted(one.ad_id for one in queries.winners(connection, TENANT))


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Iterator[Place]:
    made = Place(database, tmp_path)
    made.runs.launch()
    yield made
    made.runs.close(timeout=2.0)


def test_results_become_winners_that_are_found_again(place: Place) -> None:
    with place.database.begin() as connection:
        place.world.make(connection, "30", opening=0)
        place.world.make(connection, "31", opening=5)
        place.world.ran(connection, "30", sales=60)
        place.world.ran(connection, "31", sales=5)
        place.world.ran(connection, "32", sales=60)
        place.world.ran(connection, "33", sales=1, impressions=1, clicks=1, spend=10, days=30, price=90_000)
    told = place.refresh()
    expected = {"ads": 4, "winners": 2, "losers": 1, "came": 2, "went": 0, "tired": 0}
    assert told["accounts"] == {ACCOUNT: expected}
    with place.database.read() as connection:
        by_file = place.library.backend(connection, TENANT) != "pgvector"
    assert told["tenants"] == {TENANT: {"effects": 0, "found": 0, "saved": int(by_file)}}
    stands = place.standings()
    verdicts = {ad_id: one.standing.verdict for ad_id, one in stands.items()}
    assert verdicts == {"30": "winner", "31": "loser", "32": "winner", "33": "not_enough_data"}
    assert "30 of 1,000 impressions" in stands["33"].standing.reason  # one sale of thirty views is no winner
    assert stands["30"].standing.track.value == 60 * 6_000
    assert stands["30"].fatigue.status == "HEALTHY"

    with place.database.read() as connection:
        index = place.library.current(connection, TENANT, "look-v1")
        near = index.nearest(fill.unit(0), 3)
        bare = queries.winner(connection, TENANT, "32")
    assert [one.key for one in near] == ["30"]
    assert bare.vector is None and "not made here" in (bare.vector_reason or "")
    assert place.library.path(TENANT, "look-v1").is_file() == by_file


def test_what_ads_are_made_of_is_read_once(place: Place) -> None:
    with place.database.begin() as connection:
        video_id = place.world.make(connection, "30", opening=0)
    place.refresh()
    dna = place.dna()["30"]
    assert dna.traits["hook_type"] == "question" and dna.traits["opening_shot"] == "face"
    assert dna.traits["caption_style"] == BRIEF.captions and dna.untold == {}
    assert dna.said[0][0] == "hook" and dna.client_id == "house" and dna.video_id == video_id
    assert dna.content.opening is not None and dna.content.space == "look-v1"
    with place.database.begin() as connection:
        videos.clear_approved(connection, video_id, NOW)
    place.refresh()
    assert place.dna()["30"].said == dna.said


def test_a_video_that_was_changed_tells_nothing_of_an_older_film(place: Place) -> None:
    with place.database.begin() as connection:
        video_id = place.world.make(connection, "30")
        other = place.world.make(connection, "31")
        connection.execute(
            update(generated_videos).where(generated_videos.c.id == video_id).values(approved_sha256="0" * 64)
        )
        videos.delete(connection, other)
    place.refresh()
    found = place.dna()
    assert set(found) == {"30"} and set(found["30"].traits.values()) == {None}
    assert "changed after" in found["30"].untold["pacing"] and found["30"].content.vector is None


def test_a_removed_winner_stays_removed(place: Place) -> None:
    with place.database.begin() as connection:
        place.world.make(connection, "30")
        place.world.ran(connection, "30", sales=60)
        place.world.ran(connection, "31", sales=20)
    place.refresh()
    assert place.winners() == ["30"]
    with place.database.begin() as connection:
        operations.remove_winner(connection, TENANT, "30", who="ada", now=NOW)
    told = place.refresh()
    assert place.winners() == [] and told["accounts"][ACCOUNT]["came"] == 0
    with place.database.read() as connection:
        assert len(place.library.current(connection, TENANT, "look-v1")) == 0


def test_what_was_spent_this_week_is_not_held_against_an_ad(place: Place) -> None:
    with place.database.begin() as connection:
        place.world.ran(connection, "30", sales=40)
        place.world.ran(connection, "31", sales=0, days=6)
    place.refresh()
    fresh = place.standings()["31"].standing
    assert fresh.verdict == "not_enough_data" and "7 days old" in fresh.reason


def test_one_account_that_fails_stops_no_other(place: Place) -> None:
    with place.database.begin() as connection:
        place.world.ran(connection, "30", sales=60)
        found = dict(connection.execute(ad_accounts.select()).mappings().one())
        other = found | {"account_id": "act_2", "timezone": "Nowhere/At_all", "guards": {}}
        connection.execute(ad_accounts.insert().values(other))
    run_id = place.runs.start(NAME, {})
    place.runs.wait(run_id, timeout=60)
    with place.database.read() as connection:
        known = read_run(connection, run_id)
    assert known.status == "partially_completed"
    assert place.winners() == ["30"]


def test_nothing_known_is_no_error(place: Place) -> None:
    told = place.refresh(account_id=ACCOUNT)
    assert told["accounts"][ACCOUNT]["ads"] == 0
    assert place.refresh(account_id="nobody") == {"accounts": {}, "tenants": {}}
    with place.database.begin() as connection:
        place.world.ran(connection, "30", sales=0, clicks=0)
    place.refresh()
    assert place.standings()["30"].fatigue.reason == "Nobody has clicked in this account yet."
    assert EVERY_SIX_HOURS.flow == NAME and replace(EVERY_SIX_HOURS) == EVERY_SIX_HOURS
