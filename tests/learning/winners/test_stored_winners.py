"""Winners at rest: upserts, removals that hold, a list that follows what was measured, and effects."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import AttributionSettings
from kinoloop.learning.attribution.tables import attribution_credits
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.records import Content, Dna, Winner, WinnerSettings
from kinoloop.store.session import Database
from kinoloop.store.vectors import Near
from tests.learning.attribution.visits import NOW, TENANT, click, conversion
from tests.learning.winners.makers import FINE, dna, judged, unit
from tests.store.catalogue import NOON

SETTINGS = WinnerSettings()


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(one.ad_id for one in queries.winners(connection, "main"))


def test_a_winner_is_added_once_and_comes_back_whole(database: Database) -> None:
    first = Winner("main", "ad", "told", "Because.", "given", unit("a"), None, {"note": "x"})
    with database.begin() as connection:
        operations.add_winner(connection, first, now=NOON)
        later = NOON + timedelta(hours=1)
        operations.add_winner(connection, replace(first, reason="Still."), now=later)
        found = queries.winner(connection, "main", "ad")
        assert (found.reason, found.added_at, found.updated_at) == ("Still.", NOON, later)
        assert found.vector is not None and found.vector == pytest.approx(unit("a"), abs=1e-3)
        assert found.metadata == {"note": "x"} and queries.counts(connection, "main") == {"given": 1}
        bare = Winner("main", "bare", "measured", "Won.", vector_reason="no footage")
        operations.add_winner(connection, bare, now=NOON)
        assert queries.counts(connection, "main") == {"given": 1, None: 1}
        told = queries.told(connection, "main", [Near("ad", 0.5), Near("gone", 0.4)])
        assert [(one.ad_id, one.similarity, one.reason) for one in told] == [("ad", 0.5, "Still.")]


def test_what_is_no_vector_is_refused(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        for wrong in (
            Winner("main", "ad", "told", "r", None, unit("a")),
            Winner("main", "ad", "told", "r", "given", np.ones(3, np.float32)),
            Winner("main", "ad", "told", "r", "given", np.zeros(512, np.float32)),
        ):
            with pytest.raises(InputError):
                operations.add_winner(connection, wrong, now=NOON)
        assert queries.winners(connection, "main", removed=True) == ()
        with pytest.raises(NotFoundError):
            operations.remove_winner(connection, "main", "ad", who="ada", now=NOON)


def test_the_list_follows_what_was_measured(database: Database) -> None:
    with database.begin() as connection:
        operations.save_dna(connection, "main", [dna("ad-1", hook_type="question")], now=NOON)
        first = [judged("ad-1", "winner"), judged("ad-2", "winner"), judged("ad-3", "loser", 0.0)]
        operations.save_standings(connection, first)
        assert operations.keep_list(connection, "main", first, SETTINGS, now=NOON) == (2, 0)
        known = {one.ad_id: one for one in queries.winners(connection, "main")}
        assert known["ad-1"].space == "look-1" and known["ad-1"].metadata["variant_id"] == "variant of ad-1"
        assert known["ad-2"].vector is None and "not made here" in (known["ad-2"].vector_reason or "")
        again = operations.keep_list(connection, "main", first, SETTINGS, now=NOON + timedelta(hours=6))
        assert again == (0, 0) and queries.winner(connection, "main", "ad-1").updated_at == NOON

        edge = [judged("ad-1", "neither", 0.75), judged("ad-2", "neither", 0.60)]
        assert operations.keep_list(connection, "main", edge, SETTINGS, now=NOON) == (0, 1)
    assert names(database) == ["ad-1"]
    with database.begin() as connection:
        back = [judged("ad-2", "winner")]
        assert operations.keep_list(connection, "main", back, SETTINGS, now=NOON) == (1, 0)
    assert names(database) == ["ad-1", "ad-2"]


def test_what_a_person_removed_stays_away_and_what_was_told_stays(database: Database) -> None:
    with database.begin() as connection:
        measured = [judged("ad-1", "winner")]
        operations.keep_list(connection, "main", measured, SETTINGS, now=NOON)
        gone = operations.remove_winner(connection, "main", "ad-1", who="ada", now=NOON)
        assert gone.removed_by == "ada"
        assert operations.keep_list(connection, "main", measured, SETTINGS, now=NOON) == (0, 0)
        told = Winner("main", "ad-9", "told", "On word.", "given", unit("a"))
        operations.add_winner(connection, told, now=NOON)
        fell = [judged("ad-9", "loser", 0.0)]
        assert operations.keep_list(connection, "main", fell, SETTINGS, now=NOON) == (0, 0)
    assert names(database) == ["ad-9"]
    with database.begin() as connection:
        operations.add_winner(connection, Winner("main", "ad-1", "told", "After all."), now=NOON)
    assert names(database) == ["ad-1", "ad-9"]


def test_standings_come_back_with_their_fatigue(database: Database) -> None:
    tired = replace(FINE, status="SATURATED", reason="Worn.", evidence=99.0, loss=0.3, frequency=5.0)
    one = replace(judged("ad-1", "winner"), fatigue=tired, fatigue_since="2026-01-01")
    with database.begin() as connection:
        operations.save_standings(connection, [one, judged("ad-2", "loser")])
        operations.save_standings(connection, [])
        found = queries.standings(connection, "main")
        assert [each.standing.ad_id for each in found] == ["ad-1", "ad-2"]
        assert found[0].fatigue == tired and found[0].fatigue_since == "2026-01-01"
        assert (found[0].currency, found[0].standing.mean) == (one.currency, 2.0)
        assert [each.standing.ad_id for each in queries.standings(connection, "main", verdict="loser")] == [
            "ad-2"
        ]
        assert queries.standings(connection, "main", account_id="act_2") == ()
        assert len(queries.standings(connection, "main", ad_ids=["ad-1"])) == 1


def test_dna_comes_back_whole(database: Database) -> None:
    one = replace(
        dna("ad-1", said=[("hook", "Tired eyes?")], hook_type="question"), untold={"pacing": "unknown"}
    )
    bare = replace(dna("ad-2"), client_id="other", content=Content(None, None, None, "no footage"))
    with database.begin() as connection:
        operations.save_dna(connection, "main", [one, bare], now=NOON)
        operations.save_dna(connection, "main", (), now=NOON)
        found = {each.ad_id: each for each in queries.dna(connection, "main")}
        assert [each.ad_id for each in queries.dna(connection, "main", client_id="other")] == ["ad-2"]
        assert [each.ad_id for each in queries.dna(connection, "main", ad_ids=["ad-1"])] == ["ad-1"]
        assert len(queries.dna(connection, "main", account_id="act_1")) == 2
    assert replace(found["ad-1"], content=one.content) == one
    assert found["ad-1"].content.vector is not None and found["ad-2"].content == bare.content


def many(count: int) -> list[Dna]:
    return [
        dna(f"ad-{n:02d}", f"film-{n}", hook_type="question" if n % 2 else "fact", pacing="fast")
        for n in range(count)
    ]


def test_effects_are_kept_and_follow_the_list(database: Database) -> None:
    films = many(40)
    with database.begin() as connection:
        assert queries.report(connection, "main") is None
        operations.save_dna(connection, "main", films, now=NOON)
        stands = [
            judged(one.ad_id, "winner" if one.traits["hook_type"] == "question" else "loser") for one in films
        ]
        operations.save_standings(connection, stands)
        operations.keep_list(connection, "main", stands, SETTINGS, now=NOON)
        made = operations.learn_dna(connection, "main", SETTINGS, now=NOON)
        kept = queries.report(connection, "main")
        assert kept == (made, NOON)
        assert {(one.level, one.effect > 0) for one in made.found} == {("question", True), ("fact", False)}
        for number in (1, 3, 5):
            operations.remove_winner(connection, "main", f"ad-{number:02d}", who="ada", now=NOON)
        after = operations.learn_dna(connection, "main", SETTINGS, now=NOON)
        assert (made.winners, after.winners) == (20, 17)


def test_what_ads_earned_is_of_the_clicks_of_a_time(database: Database) -> None:
    """Credits count when their click falls into the time; a bare lead beside deals of worth does not."""
    with database.begin() as connection:
        for name, hours in (("old", 100.0), ("fresh", 10.0), ("lead", 90.0)):
            attribution.track(connection, click(name, hours=hours, ad_id=f"ad-{name}"), now=NOW)
        settings = AttributionSettings(TENANT)
        for name, value in (("old", 15_000), ("fresh", 7_000), ("lead", 0)):
            asked = conversion(f"deal-{name}", click_id=name, value=value)
            attribution.attribute(connection, asked, settings=settings, now=NOW, new_id=new_id)
        assert connection.execute(attribution_credits.select()).first() is not None
        until = NOW - timedelta(hours=48)
        found = queries.earned(connection, TENANT, since=NOW - timedelta(days=30), until=until)
        assert list(found) == ["ad-old"]
        assert found["ad-old"] == pytest.approx((1.0, 15_000))
        assert queries.earned(connection, "nobody", since=until, until=NOW) == {}
