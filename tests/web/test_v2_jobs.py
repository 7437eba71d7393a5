"""The v2 routes: every call against every state, whose jobs they are, how often, and answers never stale."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import BudgetError
from kinoloop.core.ids import new_id
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.videos import operations as rows
from kinoloop.creative.videos.queries import video
from kinoloop.creative.videos.records import Progress
from kinoloop.store.session import Database
from kinoloop.web.api.v2.files import height_of
from kinoloop.web.api.v2.wishes import GenerationRequest, brief_of, sentences
from kinoloop.web.limits.tables import web_limits
from kinoloop.web.site import create_site
from tests.web.conftest import HERE
from tests.web.house import START, TOKEN, House, open_house
from tests.web.making import BRIEF, draft, fill_studio, finish, note
from tests.web.test_users import maker

WISH = {
    "videoName": "Harbour Roast",
    "creativePrompt": "Roasted every morning at six. Delivered by bicycle!",
    "duration": 30,
    "platform": "tiktok",
    "aspectRatio": "9:16",
    "numberOfVariations": 2,
    "keywords": ["coffee"],
    "stylePresets": ["documentary"],
    "audioControls": {"musicStyle": "upbeat"},
    "exportFormats": ["mp4", "gif"],
}


@pytest.fixture
def made(house: House, tmp_path: Path) -> dict[str, str]:
    return fill_studio(house.videos, tmp_path)


@pytest.fixture(autouse=True)
def patience(house: House) -> Iterator[None]:
    """Limits are tested on their own; elsewhere they begin anew with each test."""
    yield
    with house.begin() as connection:
        connection.execute(delete(web_limits))


def test_a_wish_becomes_a_job(client: TestClient, house: House) -> None:
    answer = client.post("/api/v2/generate", json=WISH)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert set(told) == {"job_id", "status", "estimatedCost", "currency", "next_poll_seconds", "url"}
    assert (told["status"], told["estimatedCost"], told["next_poll_seconds"]) == ("queued", 0.0, 2)
    assert answer.headers["location"] == told["url"] == f"/api/v2/jobs/{told['job_id']}"
    job = client.get(told["url"]).json()
    assert (job["name"], job["status"], job["storyboard"], job["approvalHash"]) == (
        "Harbour Roast",
        "queued",
        [],
        None,
    )


def test_both_spellings_mean_the_same_brief() -> None:
    camel = brief_of(GenerationRequest.model_validate(WISH))
    snake = {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), key): value for key, value in WISH.items()}
    assert brief_of(GenerationRequest.model_validate(snake)) == camel
    assert camel.facts == ("Roasted every morning at six.", "Delivered by bicycle!")
    assert (camel.product, camel.shapes, camel.music, camel.variants) == (
        "Harbour Roast",
        ("9:16",),
        "bright",
        2,
    )
    assert camel.exports == ("mp4", "gif") and camel.styles == ("documentary",)
    full = brief_of(GenerationRequest(video_name="x", shapes=["1:1"], vary=["cta"], product="y"))
    assert (full.shapes, full.vary, full.product) == (("1:1",), ("cta",), "y")
    assert sentences("One. Two?\n\nThree") == ("One.", "Two?", "Three")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"duration": "long"}, "duration"),
        ({"duration": 31}, "duration"),
        ({"platform": "myspace"}, "platform"),
        ({"aspectRatio": "4:3"}, "aspectRatio"),
        ({"numberOfVariations": 9}, "numberOfVariations"),
        ({"exportFormats": ["avi"]}, "exportFormats"),
        ({"videoName": ""}, "videoName"),
        ({"creativePrompt": "x" * 5001}, "creativePrompt"),
        ({"audioControls": {"musicStyle": "polka"}}, "musicStyle"),
        ({"sudo": True}, "sudo"),
        ({"assets": [{"id": "../etc"}]}, "assets"),
        ({"clientId": "../../x"}, "client_id"),
    ],
)
def test_bad_wishes_are_named_and_cost_nothing(
    client: TestClient, house: House, change: dict[str, Any], word: str
) -> None:
    answer = client.post("/api/v2/generate", json=WISH | change)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "what", "why", "fix"}
    assert word in answer.text
    assert client.get("/api/v2/jobs").json()["count"] == 0


ACTIONS = ("approve", "render", "refine", "reorder", "data", "thumbnail", "export", "delete")
FILES = {"data": 200, "thumbnail": 200, "export": 200}
AGAIN = {"approve": 200, "render": 202, "refine": 202, "delete": 200}
ALLOWED: dict[str, dict[str, int]] = {
    "queued": {"delete": 200},
    "drafting": {"delete": 200},
    "review": AGAIN | {"render": 403, "reorder": 200},
    "rendering": {"delete": 200},
    "completed": AGAIN | FILES,
    "partial": AGAIN | FILES,
    "failed": AGAIN,
}
BODIES: dict[str, Any] = {
    "refine": {"scene": 2, "line": "Another line."},
    "reorder": {"order": [2, 1, 3, 4, 5]},
}


def _act(client: TestClient, video_id: str, action: str, **more: Any) -> Any:
    place = f"/api/v2/jobs/{video_id}"
    if action == "delete":
        return client.delete(place, **more)
    if action in ("data", "thumbnail", "export"):
        return client.get(f"{place}/{action}", **more)
    body = {"refine": {"scene": 2, "line": "Another line."}, "reorder": {"order": [2, 1, 3, 4, 5]}}.get(
        action
    )
    return client.post(f"{place}/{action}", json=body, **more)


@pytest.mark.parametrize("state", list(ALLOWED))
def test_each_call_in_each_state(
    client: TestClient, made: dict[str, str], clock: ManualClock, state: str
) -> None:
    refused = {"data": 404, "thumbnail": 404, "export": 404}
    for action in ("data", "thumbnail", "export", "reorder", "render", "approve", "refine", "delete"):
        wanted = ALLOWED[state].get(action, refused.get(action, 409))
        if state in ("completed", "partial", "failed") and action in ("approve", "refine"):
            continue  # what was rendered again just now is at work; see the test below
        answer = _act(client, made[state], action)
        assert answer.status_code == wanted, (state, action, answer.text)
        if wanted >= 400:
            assert set(answer.json()) == {"code", "what", "why", "fix"}
        if action == "render" and wanted == 202:
            assert answer.json()["status"] == "generating_video"
            return


@pytest.mark.parametrize("state", ["completed", "partial", "failed"])
@pytest.mark.parametrize("action", ["approve", "refine"])
def test_finished_jobs_may_be_approved_and_refined(
    client: TestClient, made: dict[str, str], state: str, action: str
) -> None:
    assert _act(client, made[state], action).status_code == ALLOWED[state][action]


def test_deleting_cancels_first_and_then_forgets(client: TestClient, made: dict[str, str]) -> None:
    place = f"/api/v2/jobs/{made['rendering']}"
    assert client.delete(place).json()["status"] == "cancelled"
    assert client.delete(place).json()["status"] == "deleted"
    assert client.delete(place).status_code == 404 == client.get(place).status_code


def test_the_storyboard_is_told_panel_by_panel(client: TestClient, made: dict[str, str]) -> None:
    job = client.get(f"/api/v2/jobs/{made['review']}").json()
    first, fourth = job["storyboard"][0], job["storyboard"][3]
    assert [scene["timestamp"] for scene in job["storyboard"]] == [0.0, 3.4, 6.3, 9.2, 12.1]
    assert first["source"]["filename"] == "harbour-morning.mp4" and first["price"] == 0
    assert (fourth["kind"], fourth["price"], fourth["match"]) == ("generated", 0.6, "none")
    assert (job["renderCost"], job["next_poll_seconds"], job["progress"]["stage"]) == (
        0.6,
        None,
        "storyboard_complete",
    )
    picture = client.get(first["imageUrl"])
    assert picture.headers["content-type"] == "image/jpeg" and picture.status_code == 200
    assert client.get(f"/api/v2/jobs/{made['review']}/panels/s5/image").status_code == 404
    assert client.get(f"/api/v2/jobs/{made['review']}/panels/none/image").status_code == 404


@pytest.mark.parametrize(
    ("state", "seconds"), [("queued", 2), ("drafting", 2), ("rendering", 10), ("review", None)]
)
def test_when_to_look_again(
    client: TestClient, made: dict[str, str], state: str, seconds: int | None
) -> None:
    assert client.get(f"/api/v2/jobs/{made[state]}").json()["next_poll_seconds"] == seconds


def test_storyboarding_is_polled_every_five_seconds(
    client: TestClient, made: dict[str, str], house: House
) -> None:
    note(house.videos, made["drafting"], Progress("storyboarding", 40))
    assert client.get(f"/api/v2/jobs/{made['drafting']}").json()["next_poll_seconds"] == 5


def test_an_answer_is_kept_until_anything_changes(
    client: TestClient, made: dict[str, str], house: House
) -> None:
    place = f"/api/v2/jobs/{made['rendering']}"
    first = client.get(place)
    tag = first.headers["etag"]
    same = client.get(place, headers={"if-none-match": f'"x", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    note(house.videos, made["rendering"], Progress("composing", 55, None, 5, 5, 20, "film A"))
    changed = client.get(place, headers={"if-none-match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    assert changed.json()["progress"] == {
        "stage": "composing", "percentage": 55, "currentScene": None, "scenesTotal": 5, "scenesCompleted": 5,
        "estimatedTimeRemaining": 20, "cost": 0.0, "message": "film A",
    }  # fmt: skip
    with house.begin() as connection:
        rows.advance(connection, made["rendering"], to="cancelled", now=START)
    assert client.get(place).json()["status"] == "cancelled"


def test_another_process_sees_every_write(made: dict[str, str], house: House, clock: ManualClock) -> None:
    both = [
        TestClient(
            create_site(house, clock=clock), base_url=HERE, headers={"authorization": f"Bearer {TOKEN}"}
        )
        for _ in range(2)
    ]
    place = f"/api/v2/jobs/{made['review']}"
    assert [one.get(place).json()["approved"] for one in both] == [False, False]
    assert both[0].post(f"{place}/approve").json()["approved"]
    assert both[1].get(place).json()["approved"]


def test_approval_holds_for_what_was_seen(client: TestClient, made: dict[str, str]) -> None:
    place = f"/api/v2/jobs/{made['review']}"
    seen = client.get(place).json()["approvalHash"]
    assert client.post(f"{place}/reorder", json={"order": [2, 1, 3, 4, 5]}).status_code == 200
    late = client.post(f"{place}/approve", json={"sha256": seen})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert client.post(f"{place}/render").status_code == 403
    fresh = client.get(place).json()["approvalHash"]
    assert fresh != seen
    answer = client.post(f"{place}/render", json={"approve": True, "sha256": fresh})
    assert (answer.status_code, answer.json()["status"]) == (202, "generating_video")


def test_a_change_after_the_yes_needs_another(client: TestClient, made: dict[str, str]) -> None:
    place = f"/api/v2/jobs/{made['review']}"
    assert client.post(f"{place}/approve").json()["approved_at"]
    moved = client.post(f"{place}/reorder", json={"sceneOrder": [5, 1, 2, 3, 4]}).json()
    assert not moved["approved"] and moved["storyboard"][0]["line"] == "Order before noon."
    assert client.post(f"{place}/render").status_code == 403


@pytest.mark.parametrize("order", [[1, 2], [1, 1, 2, 3, 4], [0, 1, 2, 3, 4], [], [1, 2, 3, 4, 5, 6]])
def test_only_permutations_are_orders(client: TestClient, made: dict[str, str], order: list[int]) -> None:
    answer = client.post(f"/api/v2/jobs/{made['review']}/reorder", json={"order": order})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"scene": 1, "brief": WISH}, {"scene": 0}, {"scene": 1, "newDescription": "x"}, {"nope": 1}]
)
def test_refinements_say_what_they_change(
    client: TestClient, made: dict[str, str], body: dict[str, Any]
) -> None:
    assert client.post(f"/api/v2/jobs/{made['review']}/refine", json=body).status_code == 422


def test_the_brief_is_refined_five_times_at_most(
    client: TestClient, made: dict[str, str], house: House, clock: ManualClock
) -> None:
    place = f"/api/v2/jobs/{made['review']}/refine"
    for count in range(5):
        answer = client.post(place, json={"brief": WISH | {"videoName": f"Try {count}"}})
        assert (answer.status_code, answer.json()["refinements"]) == (202, count + 1), answer.text
        clock.advance(30)
        with house.begin() as connection:
            rows.advance(connection, made["review"], to="storyboard_complete", now=clock.now())
    over = client.post(place, json={"scene": 1, "newImagePrompt": "a boat"})
    assert (over.status_code, over.json()["code"]) == (429, "rate_limit")
    assert client.post(f"/api/v2/jobs/{made['review']}/refine", json={"scene": 99}).status_code == 404


def test_films_are_served_in_ranges_and_by_version(client: TestClient, made: dict[str, str]) -> None:
    place = f"/api/v2/jobs/{made['completed']}"
    results = client.get(place).json()["results"]
    assert results["videoUrl"] == f"{place}/data" and set(results["exports"]) == {"mp4", "webm", "gif"}
    assert len(results["variations"]) == 9
    part = client.get(f"{place}/data", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    master = next(
        one for one in results["variations"] if one["element"] == "master" and one["shape"] == "9:16"
    )
    assert client.get(f"{place}/data").headers["content-length"] == str(master["size"])
    assert client.get(master["thumbnailUrl"]).headers["content-type"] == "image/jpeg"
    square = client.get(f"{place}/data", params={"shape": "1:1", "download": True})
    assert "Harbour-Roast-completed-A-1x1.mp4" in square.headers["content-disposition"]
    assert client.get(f"{place}/captions").text.startswith("WEBVTT")
    assert client.get(f"{place}/captions", params={"kind": "srt"}).status_code == 404
    assert client.get(f"{place}/data", params={"variant": new_id()}).status_code == 404
    worse = next(one for one in results["variations"] if one["label"] == "B")
    assert worse["verdict"] == "degraded" and worse["findings"] == ["A caption stands for 0.6 s only."]


@pytest.mark.parametrize(
    ("shape", "quality", "height"), [("9:16", "low", None), ("16:9", "high", None), ("1:1", "medium", None)]
)
def test_exports_never_grow(
    client: TestClient, made: dict[str, str], house: House, shape: str, quality: str, height: int | None
) -> None:
    params = {"shape": shape, "quality": quality, "format": "gif"}
    answer = client.get(f"/api/v2/jobs/{made['completed']}/export", params=params)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/gif"
    assert house.videos.exported[-1][1:] == ("gif", height)


def test_the_height_of_an_export_keeps_the_shape(made: dict[str, str], house: House) -> None:
    with house.database.read() as connection:
        one = variants(connection, made["completed"])[0]
    tall, wide = replace(one, width=1080, height=1920), replace(one, width=1920, height=1080)
    assert [height_of(tall, q) for q in ("low", "medium", "high")] == [854, 1280, None]
    assert [height_of(wide, q) for q in ("low", "medium", "high")] == [480, 720, None]


def test_jobs_are_listed_in_pages(client: TestClient, made: dict[str, str]) -> None:
    first = client.get("/api/v2/jobs?limit=4").json()
    rest = client.get(f"/api/v2/jobs?limit=4&after={first['next']}").json()
    ids = [job["job_id"] for job in first["jobs"] + rest["jobs"]]
    assert sorted(ids) == sorted(made.values()) and rest["next"] is None
    assert client.get("/api/v2/jobs?status=failed").json()["count"] == 1


@pytest.mark.parametrize("action", ["get", *ACTIONS])
def test_jobs_of_others_are_refused(
    stranger: TestClient, house: House, made: dict[str, str], action: str
) -> None:
    _, headers = maker(house)
    place = f"/api/v2/jobs/{made['completed']}"
    answer = stranger.get(place, headers=headers) if action == "get" else None
    answer = answer or _act(stranger, made["completed"], action, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    unknown = _act(stranger, new_id(), action, headers=headers) if action != "get" else None
    unknown = unknown or stranger.get(f"/api/v2/jobs/{new_id()}", headers=headers)
    assert unknown.status_code == 404


def test_a_maker_sees_and_changes_what_is_theirs(stranger: TestClient, house: House) -> None:
    user_id, headers = maker(house)
    job = stranger.post("/api/v2/generate", json=WISH, headers=headers).json()
    draft(house.videos, job["job_id"])
    assert stranger.get("/api/v2/jobs", headers=headers).json()["count"] == 1
    assert _act(stranger, job["job_id"], "approve", headers=headers).status_code == 200
    assert _act(stranger, job["job_id"], "render", headers=headers).status_code == 202
    with house.begin() as connection:
        assert video(connection, job["job_id"]).owner == user_id


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/generate", 5),
        ("GET", "/jobs/{id}", 30),
        ("POST", "/jobs/{id}/approve", 5),
        ("POST", "/jobs/{id}/render", 2),
        ("POST", "/jobs/{id}/refine", 3),
        ("POST", "/upload-asset", 10),
    ],
)
def test_each_limit_holds_per_person(
    stranger: TestClient, house: House, clock: ManualClock, method: str, path: str, most: int
) -> None:
    people = [maker(house, name)[1] for name in ("Mia", "Max")]
    address = "/api/v2" + path.replace("{id}", new_id())
    answers = [stranger.request(method, address, json={}, headers=people[0]) for _ in range(most + 1)]
    assert {answer.status_code for answer in answers[:-1]} & {429} == set()
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "rate_limit")
    assert answers[-1].headers["retry-after"] == "60"
    assert stranger.request(method, address, json={}, headers=people[1]).status_code != 429
    clock.advance(61)
    assert stranger.request(method, address, json={}, headers=people[0]).status_code != 429


def test_the_days_money_is_a_429(client: TestClient, made: dict[str, str], house: House) -> None:
    house.videos.budgets = replace(house.videos.budgets, hard=1_000_000)
    answer = client.post(f"/api/v2/jobs/{made['review']}/render", json={"approve": True})
    assert (answer.status_code, answer.json()["code"]) == (BudgetError.http_status, "budget")


def test_stored_errors_keep_their_words(client: TestClient, made: dict[str, str]) -> None:
    error = client.get(f"/api/v2/jobs/{made['failed']}").json()["error"]
    assert error["code"] == "integrity" and error["fix"].startswith("Shorten the line")


def test_it_means_the_same_on_both_databases(database: Database, tmp_path: Path) -> None:
    clock = ManualClock(START)
    house = open_house(database, tmp_path, clock=clock)
    client = TestClient(
        create_site(house, clock=clock), base_url=HERE, headers={"authorization": f"Bearer {TOKEN}"}
    )
    made = house.videos.generate(BRIEF, owner="owner").video_id
    draft(house.videos, made)
    finish(house.videos, made, tmp_path)
    place = f"/api/v2/jobs/{made}"
    job = client.get(place)
    assert job.json()["actualCost"] == 0.54 and len(job.json()["results"]["variations"]) == 9
    assert client.get(place, headers={"if-none-match": job.headers["etag"]}).status_code == 304
    for page in (f"/videos/{made}", "/videos", "/videos/new", "/campaigns", "/brands", "/costs"):
        assert client.get(page, headers={"accept": "text/html"}).status_code == 200, page
    house.runs.close()
