"""The winner index over HTTP: the seed's fields, real vectors, upserts, and no winner of thirty views."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.records import Winner
from kinoloop.store.session import Database
from kinoloop.web.api.ml import rag
from kinoloop.web.faults import add_faults
from kinoloop.web.stage import _user
from kinoloop.web.users.records import HOUSE
from tests.learning.winners.makers import directions, dna, judged, unit
from tests.web.house import START, open_house

PATH = "/api/ml/rag"


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """The routes alone, on a real house and database, asked by the house itself."""
    clock = ManualClock(START)
    house = open_house(sqlite_database, tmp_path, clock=clock)
    site = FastAPI()
    site.state.backstage, site.state.clock = house, clock
    site.dependency_overrides[_user] = lambda: HOUSE
    add_faults(site)
    site.include_router(rag.router)
    yield TestClient(site, base_url="http://localhost")
    house.runs.close()


def ask(desk: TestClient, what: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = desk.post(f"{PATH}/{what}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def numbers(name: str) -> list[float]:
    return [float(one) for one in unit(name)]


def test_added_winners_are_found_by_likeness(desk: TestClient) -> None:
    told = ask(desk, "add-winner", ad_id="one", embedding=numbers("one"), metadata={"hook": "question"})
    assert (told["success"], told["ad_id"], told["total_winners"], told["source"]) == (True, "one", 1, "told")
    assert "caller's word" in told["reason"]
    ask(desk, "add-winner", ad_id="two", embedding=numbers("two"))
    found = ask(desk, "find-similar", embedding=numbers("one"), k=5)
    assert [one["ad_id"] for one in found["matches"]] == ["one", "two"] and found["count"] == 2
    assert found["matches"][0]["similarity"] == pytest.approx(1.0, abs=1e-3)
    assert found["matches"][0]["metadata"] == {"hook": "question"}
    by_ad = ask(desk, "find-similar", ad_id="one")
    assert [one["ad_id"] for one in by_ad["matches"]] == ["two"]


def test_the_answer_is_that_of_brute_force(desk: TestClient) -> None:
    rng = np.random.default_rng(2)
    vectors = directions(rng, 30)
    for n, vector in enumerate(vectors):
        ask(desk, "add-winner", ad_id=f"ad-{n:02d}", embedding=[float(one) for one in vector])
    query = directions(rng, 1)[0]
    wanted = np.argsort(-(vectors.astype(np.float16).astype(np.float64) @ query))[:7]
    found = ask(desk, "find-similar", embedding=[float(one) for one in query], k=7)
    assert [one["ad_id"] for one in found["matches"]] == [f"ad-{n:02d}" for n in wanted]


def test_the_same_ad_again_replaces_and_delete_forgets(desk: TestClient) -> None:
    ask(desk, "add-winner", ad_id="one", embedding=numbers("old"))
    told = ask(desk, "add-winner", ad_id="one", embedding=numbers("new"))
    assert told["total_winners"] == 1
    found = ask(desk, "find-similar", embedding=numbers("new"))
    assert found["matches"][0]["similarity"] == pytest.approx(1.0, abs=1e-3)
    gone = desk.delete(f"{PATH}/winner/one")
    assert gone.json() == {"success": True, "ad_id": "one"}
    assert ask(desk, "find-similar", embedding=numbers("new"))["matches"] == []
    assert desk.delete(f"{PATH}/winner/one").status_code == 404


def test_what_is_no_content_vector_is_refused(desk: TestClient) -> None:
    wrong: list[list[float]] = [[1.0] * 768, [0.0] * 512, []]
    for embedding in wrong:
        ask(desk, "add-winner", 422, ad_id="one", embedding=embedding)
    ask(desk, "find-similar", 422, embedding=[0.0] * 512)
    ask(desk, "find-similar", 422)
    ask(desk, "find-similar", 422, embedding=numbers("a"), ad_id="a")
    ask(desk, "find-similar", 422, embedding=numbers("a"), k=0)
    assert "no content vector" in ask(desk, "find-similar", 422, ad_id="unknown")["what"]
    assert desk.get(f"{PATH}/stats").json()["total_winners"] == 0


def test_one_click_of_thirty_views_is_refused(desk: TestClient, sqlite_database: Database) -> None:
    lucky = {"impressions": 30, "clicks": 1, "ctr": 0.033}
    told = ask(desk, "add-winner", 409, ad_id="lucky", embedding=numbers("a"), metadata=lucky)
    assert "30 impressions say nothing" in told["why"]
    with sqlite_database.begin() as connection:
        stands = [judged("known loser", "loser", 0.0), judged("known winner", "winner")]
        operations.save_standings(connection, stands)
    told = ask(desk, "add-winner", 409, ad_id="known loser", embedding=numbers("a"))
    assert told["why"] == "known loser is loser."
    assert ask(desk, "add-winner", ad_id="known winner", embedding=numbers("a"))["source"] == "measured"


def test_tenants_and_spaces_are_apart(desk: TestClient) -> None:
    ask(desk, "add-winner", ad_id="mine", embedding=numbers("a"))
    ask(desk, "add-winner", ad_id="theirs", embedding=numbers("a"), tenant_id="other")
    ask(desk, "add-winner", ad_id="clip", embedding=numbers("a"), space="clip:1")
    assert [one["ad_id"] for one in ask(desk, "find-similar", embedding=numbers("a"))["matches"]] == ["mine"]
    other = ask(desk, "find-similar", embedding=numbers("a"), tenant_id="other")
    assert [one["ad_id"] for one in other["matches"]] == ["theirs"]
    stats = desk.get(f"{PATH}/stats").json()
    assert stats["total_winners"] == 2 and stats["spaces"] == {"given": 1, "clip:1": 1}
    assert desk.get(f"{PATH}/stats", params={"tenant_id": "other"}).json()["total_winners"] == 1


def test_how_the_index_stands(desk: TestClient, sqlite_database: Database, tmp_path: Path) -> None:
    empty = desk.get(f"{PATH}/stats").json()
    assert (empty["total_winners"], empty["dimension"], empty["spaces"]) == (0, 512, {})
    assert empty["backend"] == "faiss" and empty["faiss_available"] is True
    ask(desk, "add-winner", ad_id="one", embedding=numbers("a"))
    with sqlite_database.begin() as connection:
        bare = Winner("main", "bare", "measured", "Won.", vector_reason="no footage")
        operations.add_winner(connection, bare, now=START)
    stats = desk.get(f"{PATH}/stats").json()
    assert (stats["total_winners"], stats["without_vector"]) == (2, 1)
    assert stats["index_path"].startswith("cache/winners/")
    assert list(tmp_path.rglob(Path(stats["index_path"]).name))


def test_an_ad_that_is_no_winner_may_be_asked_by(desk: TestClient, sqlite_database: Database) -> None:
    """Its content vector is known from what it was made of."""
    with sqlite_database.begin() as connection:
        operations.save_dna(connection, "main", [dna("plain")], now=START)
        near = Winner("main", "won", "measured", "Won.", "look-1", unit("plain"))
        operations.add_winner(connection, near, now=START)
        assert queries.counts(connection, "main") == {"look-1": 1}
    found = ask(desk, "find-similar", ad_id="plain")
    assert [one["ad_id"] for one in found["matches"]] == ["won"] and found["space"] == "look-1"
