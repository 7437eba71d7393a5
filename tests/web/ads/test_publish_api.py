"""New ads over JSON: a dry look gives the hash, the hash says yes, both or nothing."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from kinoloop.approvals.tables import approvals
from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.creative.renders.records import Variant
from kinoloop.runs.queries import runs
from kinoloop.store.session import Database
from kinoloop.web.site import create_site
from tests.flows.publish_ads.conftest import QUIET, rendered
from tests.web.ads.publishing import judged, made_here
from tests.web.advertising import MAIN, OWNER, fill_ads
from tests.web.conftest import HERE
from tests.web.house import START, TOKEN, House, open_house
from tests.web.test_users import maker

ADS = "/api/v2/ads"
DRAFT: dict[str, Any] = {
    "account_id": MAIN,
    "name": "Morning film",
    "page_id": "100000000000777",
    "title": "Fresh bread",
    "body": "Every morning at six.",
    "link": "https://shop.example/bread",
    "campaign": "Bread, spring",
    "ad_set": "Bread, spring, US",
    "countries": ["US"],
    "daily_budget": 2050,
}


@pytest.fixture
def variant(house: House, film: Path, ids: dict[str, str]) -> Variant:
    return rendered(house.database, house.blobs, film)


def send(client: TestClient, variant: Variant, status: int, **body: Any) -> dict[str, Any]:
    answer = client.post(ADS, json={"variant_id": variant.variant_id, "draft": DRAFT} | body)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def yeses(house: House) -> int:
    with house.database.read() as connection:
        query = select(func.count()).where(approvals.c.subject.like("ad:%"))
        return int(connection.execute(query).scalar_one())


def test_a_look_tells_everything_and_writes_nothing(
    house: House, client: TestClient, variant: Variant
) -> None:
    told = send(client, variant, 200, dry=True)
    assert (told["currency"], told["daily_budget"], told["most_a_day"]) == ("USD", 2050, 3588)
    assert told["draft"]["ad_set"]["daily_budget"] == 2050 and told["draft"]["film_sha256"] == variant.sha256
    assert told["draft"]["creative"]["toggles"] == {} and "film" not in told["draft"]
    assert (told["findings"], told["joins"]) == ([], "") and MAIN in told["charged"]
    assert send(client, variant, 200, dry=True) == told
    assert yeses(house) == 0 and client.get(ADS, params={"video_id": "v-1"}).json() == {"ads": [], "runs": []}


def test_a_yes_starts_the_run(house: House, client: TestClient, variant: Variant) -> None:
    sha256 = send(client, variant, 200, dry=True)["sha256"]
    answer = client.post(ADS, json={"variant_id": variant.variant_id, "draft": DRAFT, "sha256": sha256})
    assert answer.status_code == 202 and answer.headers["location"] == f"/api/jobs/{answer.json()['job_id']}"
    assert send(client, variant, 202, sha256=sha256) == answer.json()
    assert yeses(house) == 1
    (waiting,) = client.get(ADS, params={"video_id": "v-1"}).json()["runs"]
    assert (waiting["job_id"], waiting["status"]) == (answer.json()["job_id"], "queued")
    assert (waiting["name"], waiting["variant_id"]) == ("Morning film", variant.variant_id)


def test_a_yes_to_something_else_is_refused(house: House, client: TestClient, variant: Variant) -> None:
    sha256 = send(client, variant, 200, dry=True)["sha256"]
    assert "not said what the yes is to" in send(client, variant, 422)["what"]
    dearer = DRAFT | {"daily_budget": 2051}
    assert "changed since you looked" in send(client, variant, 409, draft=dearer, sha256=sha256)["what"]
    assert send(client, variant, 422, sha256="abc")["code"] == "bad_input"
    with house.database.read() as connection:
        assert runs(connection) == () and yeses(house) == 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"titel": "x"}, "titel"),
        ({"daily_budget": 20.5}, "daily_budget"),
        ({"daily_budget": None}, "'daily_budget' is empty"),
        ({"link": "nowhere"}, "'link' is no address"),
        ({"goal": "fame"}, "goal"),
        ({"into": "c1"}, "'into' names c1"),
        ({"campaign": "Autumn mornings"}, "'campaign' is taken"),
    ],
)
def test_what_cannot_be_names_the_field(
    client: TestClient, variant: Variant, changed: dict[str, Any], why: str
) -> None:
    told = send(client, variant, 422, dry=True, draft=DRAFT | changed)
    assert why in f"{told['what']} {told['why']}"


def test_remarks_on_the_film_have_to_be_taken(house: House, client: TestClient, variant: Variant) -> None:
    judged(house, variant, QUIET)
    told = send(client, variant, 200, dry=True)
    assert told["findings"] == ["The film is quieter than players expect."]
    assert send(client, variant, 403, sha256=told["sha256"])["why"] == told["findings"][0]
    send(client, variant, 202, sha256=told["sha256"], accept_degraded=True)


def test_what_is_joined_tells_what_it_spends_now(house: House, client: TestClient, variant: Variant) -> None:
    made_here(house)
    told = send(client, variant, 200, dry=True, draft=DRAFT | {"into": "as-1", "daily_budget": None})
    assert (told["daily_budget"], told["draft"]["ad_set"]["name"]) == (2400, "Bread, all")


def test_who_may(house: House, client: TestClient, stranger: TestClient, variant: Variant) -> None:
    _, headers = maker(house)
    body = {"variant_id": variant.variant_id, "draft": DRAFT, "dry": True}
    assert stranger.post(ADS, json=body).status_code == 401
    assert stranger.post(ADS, json=body, headers=headers).status_code == 403
    assert stranger.get(ADS, params={"video_id": "v-1"}, headers=headers).status_code == 403
    house.ads.kill(MAIN, who=OWNER, reason="Odd")
    assert "Nothing is written to" in send(client, variant, 403, dry=True)["what"]


def test_what_is_not_there(client: TestClient, variant: Variant) -> None:
    for wrong in (
        {"variant_id": "xyz"},
        {"variant_id": new_id()},
        {"draft": DRAFT | {"account_id": "act_9"}},
    ):
        assert send(client, variant, 404, dry=True, **wrong)["code"] == "not_found"
    assert client.get(ADS, params={"video_id": "v-2"}).status_code == 404


def test_yeses_are_counted_and_looks_are_not(client: TestClient, variant: Variant) -> None:
    for _ in range(8):
        send(client, variant, 200, dry=True)
    for _ in range(5):
        send(client, variant, 409, sha256="0" * 64)
    assert send(client, variant, 429, sha256="0" * 64)["code"] == "rate_limit"


def test_both_dialects(database: Database, tmp_path: Path, clock: ManualClock, film: Path) -> None:
    house = open_house(database, tmp_path, clock=clock)
    fill_ads(house.ads, START)
    variant = rendered(house.database, house.blobs, film)
    headers = {"authorization": f"Bearer {TOKEN}"}
    client = TestClient(create_site(house, clock=clock), base_url=HERE, headers=headers)
    sha256 = send(client, variant, 200, dry=True)["sha256"]
    started = send(client, variant, 202, sha256=sha256)
    assert client.get(f"/api/jobs/{started['job_id']}").json()["status"] == "queued"
    house.runs.close()
