"""Finding planted shots by words, names and looks; equal to brute force, again after each change."""

from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import Connection, func, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.intake.operations import keep_transcript
from kinoloop.footage.search.operations import index_asset
from kinoloop.footage.search.queries import by_shot, by_text, by_vector
from kinoloop.footage.search.tables import search_documents, search_terms
from kinoloop.store.session import Database
from tests.footage.fill import NOW, Ids, asset, near, shot, span, transcript, unit


def _spoken(connection: Connection, new_id: Ids, *texts: str, name: str = "day.mp4") -> tuple[Shot, ...]:
    asset_id = asset(connection, new_id, name=name)
    shots = [shot(asset_id, new_id, at=2 * n, text=text) for n, text in enumerate(texts)]
    stored = replace_shots(connection, asset_id, shots, now=NOW)
    index_asset(connection, asset_id)
    return stored


def test_the_shot_in_which_it_is_said(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        shots = _spoken(
            connection, new_id, "We drink Café au lait", "and then we walk the dog", "café café café"
        )
        found = by_text(connection, "cafe")
        both = by_text(connection, "café lait")
    assert [hit.clip_id for hit in found] == [shots[2].clip_id, shots[0].clip_id]
    assert found[1].snippet == "We drink Café au lait" and found[1].why == "said: 'cafe'"
    assert (found[1].span, found[1].filename) == (span(0, 2), "day.mp4")
    assert both[0].clip_id == shots[0].clip_id and both[0].score > found[0].score


def test_the_last_word_may_be_a_beginning(database: Database) -> None:
    with database.begin() as connection:
        shots = _spoken(connection, Ids(), "unbelievable story", "unbroken", "nothing here")
        assert [h.clip_id for h in by_text(connection, "unbe")] == [shots[0].clip_id]
        assert len(by_text(connection, "unb")) == 2
        assert by_text(connection, "unb ") == () and by_text(connection, "unbe story ") != ()
        exact = by_text(connection, "unbroken")
    assert [hit.clip_id for hit in exact] == [shots[1].clip_id]


def test_a_file_is_found_by_its_name(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        _spoken(connection, new_id, "hello", name="BeachDay_01.mp4")
        (hit,) = by_text(connection, "beach")
        _spoken(connection, new_id, "the beach", name="x.mp4")
        first, second = by_text(connection, "beach")
    assert (hit.clip_id, hit.filename, hit.span, hit.snippet) == (
        None,
        "BeachDay_01.mp4",
        None,
        "BeachDay_01.mp4",
    )
    assert first.clip_id is not None and second.clip_id is None


def test_words_without_shots_belong_to_the_asset(database: Database) -> None:
    with database.begin() as connection:
        asset_id = asset(connection, Ids(), name="voice.wav")
        keep_transcript(connection, asset_id, transcript("remember the harbour"))
        assert index_asset(connection, asset_id) == 1
        (hit,) = by_text(connection, "harbour")
    assert (hit.asset_id, hit.clip_id) == (asset_id, None)


def test_a_search_can_keep_to_one_asset(database: Database) -> None:
    new_id = Ids()
    with database.begin() as connection:
        one = _spoken(connection, new_id, "coffee now")
        two = _spoken(connection, new_id, "coffee later")
        found = by_text(connection, "coff", asset_id=two[0].asset_id)
        assert len(by_text(connection, "coffee")) == 2
    assert [hit.clip_id for hit in found] == [two[0].clip_id] and one


def test_new_words_replace_old_ones(database: Database) -> None:
    with database.begin() as connection:
        (old,) = _spoken(connection, Ids(), "red")
        replace_shots(connection, old.asset_id, [shot(old.asset_id, Ids(5), text="blue")], now=NOW)
        index_asset(connection, old.asset_id)
        index_asset(connection, old.asset_id)
        assert by_text(connection, "red") == ()
        assert [hit.clip_id for hit in by_text(connection, "blue")] == [old.clip_id]
        replace_shots(connection, old.asset_id, [], now=NOW)
        assert by_text(connection, "blue") == ()
        held = connection.execute(select(func.count()).select_from(search_documents)).scalar()
        terms = set(connection.execute(select(search_terms.c.term)).scalars())
    assert held == 1 and terms == {"day"}


def test_more_documents_than_are_read_for_a_word(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinoloop.footage.search.queries.POSTINGS", 3)
    with sqlite_database.begin() as connection:
        texts = ["tea " * 3] * 5 + ["tea with a very long sentence around it and one biscuit"]
        shots = _spoken(connection, Ids(), *texts)
        (best, *_) = by_text(connection, "biscuit tea ")
        alone = by_text(connection, "biscuit ")
    assert best.clip_id == shots[-1].clip_id == alone[0].clip_id
    assert best.score > alone[0].score and "'tea'" in best.why


def test_a_name_of_common_words_alone_holds_no_terms(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        _spoken(connection, Ids(), name="the.mp4")
        assert connection.execute(select(func.count()).select_from(search_terms)).scalar() == 0


def test_what_cannot_be_asked(sqlite_database: Database) -> None:
    new_id = Ids()
    with sqlite_database.begin() as connection:
        (blind,) = _spoken(connection, new_id, "hello")
        assert by_text(connection, "   ") == () and by_text(connection, "'; DROP TABLE clips; --") == ()
        with pytest.raises(InputError, match="no vector"):
            by_shot(connection, blind.clip_id)
        with pytest.raises(InputError, match="1 to 200"):
            by_text(connection, "x", limit=0)
        with pytest.raises(InputError, match="space"):
            by_text(connection, "x", text_vector=unit(1))
        with pytest.raises(NotFoundError):
            by_shot(connection, new_id())


def _looks(
    connection: Connection, new_id: Ids, vectors: Sequence[np.ndarray], space: str
) -> tuple[Shot, ...]:
    asset_id = asset(connection, new_id)
    made = [shot(asset_id, new_id, at=2 * n, vector=v, space=space) for n, v in enumerate(vectors)]
    return replace_shots(connection, asset_id, made, now=NOW)


def test_planted_twins_are_found_in_their_own_space(database: Database) -> None:
    new_id, look = Ids(), unit(1)
    with database.begin() as connection:
        (asked,) = _looks(connection, new_id, [look], "look-v1")
        twin, cousin = _looks(
            connection, new_id, [near(look, 2, cosine=0.98), near(look, 3, cosine=0.5)], "look-v1"
        )
        _looks(connection, new_id, [look], "clip:12345678")
        found = by_shot(connection, asked.clip_id, limit=2)
        inside = by_vector(connection, look, "look-v1", asset_id=cousin.asset_id, limit=9)
    assert [hit.clip_id for hit in found] == [twin.clip_id, cousin.clip_id]
    assert (
        found[0].score == pytest.approx(0.98, abs=2e-3)
        and found[0].why == "looks alike: cosine 0.98 in look-v1"
    )
    assert [hit.clip_id for hit in inside] == [twin.clip_id, cousin.clip_id]


def test_looks_equal_brute_force(sqlite_database: Database) -> None:
    new_id = Ids()
    vectors = [unit(n) for n in range(60)]
    with sqlite_database.begin() as connection:
        shots = _looks(connection, new_id, vectors[:30], "look-v1") + _looks(
            connection, new_id, vectors[30:], "look-v1"
        )
        query = unit(99)
        found = by_vector(connection, query, "look-v1", limit=10)
    order = np.argsort(-(np.stack(vectors) @ query))[:10]
    assert [hit.clip_id for hit in found] == [shots[n].clip_id for n in order]


def test_words_and_looks_are_fused(database: Database) -> None:
    new_id, look = Ids(), unit(1)
    with database.begin() as connection:
        asset_id = asset(connection, new_id)
        made = [
            shot(asset_id, new_id, at=0, text="a dog", vector=unit(5)),
            shot(asset_id, new_id, at=2, text="a dog", vector=look),
            shot(asset_id, new_id, at=4, vector=near(look, 6, cosine=0.8)),
        ]
        stored = replace_shots(connection, asset_id, made, now=NOW)
        index_asset(connection, asset_id)
        found = by_text(connection, "dog", text_vector=look, space="look-v1")
    assert found[0].clip_id == stored[1].clip_id
    assert "said" in found[0].why and "looks alike" in found[0].why
    assert {hit.clip_id for hit in found} == {s.clip_id for s in stored}
