"""Shots at rest: replaced whole, ids kept for unchanged spans, summary and library follow."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select, text

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.footage.analysis import queries
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.tables import clips, shot_sets
from kinoloop.store.session import Database
from tests.footage.fill import NOW, Ids, asset, near, shot, unit


def test_a_shot_reads_back_as_it_was_written(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        made = shot(asset_id, new_id, text="hello there", vector=unit(1))
        (stored,) = replace_shots(connection, asset_id, [made], now=NOW)
    with database.read() as connection:
        found = queries.shot(connection, stored.clip_id)
        row = connection.execute(select(clips)).one()
    assert (found.span, found.features, found.scores) == (made.span, made.features, made.scores)
    assert (found.text, found.space, found.clip_id) == ("hello there", "look-v1", made.clip_id)
    assert found.embedding is not None and made.embedding is not None
    assert float(found.embedding @ made.embedding) == pytest.approx(1.0, abs=1e-4)
    assert row.created_at == NOW and row.duration == 2.0
    assert row.emotion_data["emotion"] is None and row.emotion_data["reason"]


def test_unchanged_spans_keep_their_clip_id(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        first = replace_shots(
            connection, asset_id, [shot(asset_id, new_id), shot(asset_id, new_id, at=2)], now=NOW
        )
    with database.begin() as connection:
        again = [shot(asset_id, new_id, composite=0.9), shot(asset_id, new_id, at=5, composite=None)]
        second = replace_shots(connection, asset_id, again, now=NOW)
        found = queries.shots(connection, asset_id)
        summary = connection.execute(select(shot_sets)).one()
    assert second[0].clip_id == first[0].clip_id
    assert [s.clip_id for s in found] == [s.clip_id for s in second]
    assert [s.composite for s in found] == [0.9, None]
    assert (summary.shots, summary.best_score, summary.version) == (2, 0.9, 2)


def test_no_shots_leave_an_honest_summary(database: Database) -> None:
    with database.begin() as connection:
        asset_id = asset(connection, Ids())
        assert replace_shots(connection, asset_id, [], now=NOW) == ()
        row = connection.execute(select(shot_sets)).one()
        assert queries.shots(connection, asset_id) == ()
    assert (row.shots, row.best_score, row.space) == (0, None, None)


def test_wrong_shots_are_refused(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        asset_id, other = asset(connection, new_id), asset(connection, new_id)
        with pytest.raises(InputError, match="one asset"):
            replace_shots(connection, asset_id, [shot(other, new_id)], now=NOW)
        with pytest.raises(InputError, match="same span"):
            replace_shots(connection, asset_id, [shot(asset_id, new_id)] * 2, now=NOW)
        with pytest.raises(NotFoundError):
            replace_shots(connection, new_id(), [], now=NOW)


def test_a_prediction_outlives_its_shot(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        (stored,) = replace_shots(connection, asset_id, [shot(asset_id, new_id)], now=NOW)
        connection.execute(
            text("INSERT INTO predictions (prediction_id, clip_id) VALUES (:p, :c)"),
            {"p": new_id(), "c": stored.clip_id},
        )
    with database.begin() as connection:
        replace_shots(connection, asset_id, [], now=NOW)
        kept = connection.execute(text("SELECT clip_id FROM predictions")).all()
    assert [row.clip_id for row in kept] == [None]


def test_ranked_leaves_out_what_looks_the_same(database: Database) -> None:
    new_id, look = Ids(), unit(1)
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        same = near(look, 2, cosine=0.9)
        made = [
            shot(asset_id, new_id, at=0, composite=0.5, vector=look),
            shot(asset_id, new_id, at=2, composite=0.7, vector=same),
            shot(asset_id, new_id, at=4, composite=0.6, vector=unit(3)),
        ]
        stored = replace_shots(connection, asset_id, made, now=NOW)
        ranked = queries.shots(connection, asset_id, ranked=True)
        best = queries.best_shots(connection, limit=1)
        first = queries.shots(connection, asset_id, top=1)
    assert [s.clip_id for s in ranked] == [stored[1].clip_id, stored[2].clip_id]
    assert [s.clip_id for s in best] == [stored[1].clip_id]
    assert [s.clip_id for s in first] == [stored[0].clip_id]


@pytest.mark.parametrize("top", [0, -1])
def test_lists_refuse_impossible_sizes(sqlite_database: Database, top: int) -> None:
    with sqlite_database.read() as connection:
        with pytest.raises(InputError):
            queries.shots(connection, Ids()(), top=top)
        with pytest.raises(InputError):
            queries.best_shots(connection, limit=top)
        for wrong in ("nothing", Ids()()):
            with pytest.raises(NotFoundError):
                queries.shot(connection, wrong)


def test_the_library_follows_every_change(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        one, two = asset(connection, new_id), asset(connection, new_id)
        a = replace_shots(connection, one, [shot(one, new_id, vector=unit(1))], now=NOW)[0]
        b = replace_shots(
            connection,
            two,
            [shot(two, new_id, at=n * 2, vector=unit(n + 2)) for n in range(3)],
            now=NOW,
        )[0]
    with database.read() as connection:
        held = queries.library(connection, "look-v1")
        assert len(held) == 4 and held.nearest(unit(1), 1)[0].key == a.clip_id
        assert held.others(one).shape == (3, 512)
        empty = queries.library(connection, "clip:other")
        assert len(empty) == 0 and empty.nearest(unit(1), 3) == ()
    with database.begin() as connection:
        replace_shots(connection, two, [replace(b, embedding=unit(9))], now=NOW)
        replace_shots(connection, one, [], now=NOW)
    with database.read() as connection:
        assert queries.library(connection, "look-v1") is held
        assert len(held) == 1 and held.nearest(unit(1), 4)[0].key == b.clip_id
        assert held.nearest(unit(9), 1)[0].cosine == pytest.approx(1, abs=1e-4)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM assets"))
    with database.read() as connection:
        assert len(queries.library(connection, "look-v1")) == 0
        assert held.nearest(unit(9), 3) == ()


def test_the_library_reads_anew_after_a_restore(sqlite_database: Database) -> None:
    new_id = Ids()
    with sqlite_database.begin() as connection:
        one = asset(connection, new_id)
        for seed in (1, 2):
            replace_shots(connection, one, [shot(one, new_id, vector=unit(seed))], now=NOW)
    with sqlite_database.begin() as connection:
        held = queries.library(connection, "look-v1")
        connection.execute(text("UPDATE shot_changes SET version = 1"))
        connection.execute(text("UPDATE shot_sets SET version = 1"))
        connection.execute(clips.update().values(embedding=unit(1)))
        queries.library(connection, "look-v1")
    assert held.nearest(unit(1), 1)[0].cosine == pytest.approx(1, abs=1e-4)
    assert np.isclose(len(held), 1)
