"""The JSON routes, from the outside."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.ids import new_id
from tests.web.filling import fill
from tests.web.house import START, House, add_event, add_run, add_step


@pytest.fixture
def media(house: House) -> Path:
    return house.settings.media_roots[0]


@pytest.fixture
def main(house: House) -> str:
    return fill(house, assets_made=3)


def test_a_folder_comes_in_and_bad_files_are_listed(client: TestClient, media: Path) -> None:
    (media / "a.mp4").write_bytes(b"one")
    (media / "b.mov").write_bytes(b"")
    (media / "c.txt").write_text("not a video")
    answer = client.post("/ingest/local/folder", json={"path": str(media)})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["total_videos"], body["successful"], body["status"]) == (2, 1, "processing")
    assert body["message"] == "2 files: 1 new, 1 not taken."
    assert len(body["asset_ids"]) == len(body["job_ids"]) == 1
    (bad,) = [file for file in body["files"] if file["error"]]
    assert bad["path"].endswith("b.mov") and "empty" in bad["error"]["what"]


def test_the_same_folder_again_gives_the_same_assets(client: TestClient, media: Path) -> None:
    (media / "a.mp4").write_bytes(b"one")
    (media / "b.mp4").write_bytes(b"two")
    first = client.post("/ingest/local/folder", json={"path": str(media)}).json()
    again = client.post("/ingest/local/folder", json={"path": str(media)}).json()
    assert again["asset_ids"] == first["asset_ids"]
    assert (again["status"], again["job_ids"]) == ("done", [])


@pytest.mark.parametrize(("path", "status"), [("/nowhere/at/all", 404), ("/etc", 403), ("/etc/passwd", 403)])
def test_paths_that_may_not_be_read(client: TestClient, path: str, status: int) -> None:
    answer = client.post("/ingest/local/folder", json={"path": path})
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "what", "why", "fix"}


def test_a_folder_without_videos(client: TestClient, media: Path) -> None:
    answer = client.post("/ingest/local/folder", json={"path": str(media)})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_videos")


def test_a_link_out_of_the_jail_is_not_followed(client: TestClient, media: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.mp4").write_bytes(b"x")
    (media / "way").symlink_to(outside)
    assert client.post("/ingest/local/folder", json={"path": str(media / "way")}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"path": ""}, {"path": "/x", "user": "me"}, {"path": 3}])
def test_wrong_bodies_are_refused_in_words(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/ingest/local/folder", json=body)
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "what", "why", "fix"}


def test_assets_come_in_pages(client: TestClient, main: str) -> None:
    first = client.get("/assets", params={"limit": 2}).json()
    second = client.get("/assets", params={"limit": 2, "after": first["next"]}).json()
    assert [first["count"], second["count"], first["total"]] == [2, 1, 3]
    assert second["next"] is None
    assert first["assets"][0]["asset_id"] == main
    assert client.get("/assets", params={"status": "failed"}).json()["count"] == 0
    assert client.get("/assets", params={"limit": 1000}).status_code == 422


def test_one_asset(client: TestClient, main: str) -> None:
    found = client.get(f"/assets/{main}").json()
    assert (found["filename"], found["status"]) == ("harbour-morning.mp4", "ready")
    assert client.get(f"/assets/{new_id()}").status_code == 404
    assert client.get("/assets/..%2f..%2fetc").status_code == 404


def test_shots_in_time_and_ranked(client: TestClient, main: str) -> None:
    timed = client.get(f"/assets/{main}/clips").json()
    assert [clip["start_time"] for clip in timed["clips"]] == [0, 4, 8, 12, 16, 20]
    ranked = client.get(f"/assets/{main}/clips", params={"ranked": True, "top": 3}).json()
    scores = [clip["composite_score"] for clip in ranked["clips"]]
    assert scores == sorted(scores, reverse=True) and len(scores) <= 3
    assert timed["clips"][4]["composite_score"] is None
    assert timed["clips"][0]["features"]["speech_share"] == {
        "value": None,
        "reason": "speech detector not installed",
    }
    assert client.get(f"/assets/{main}/clips", params={"top": 51}).status_code == 422
    assert client.get(f"/assets/{new_id()}/clips").status_code == 404


def test_moments_are_decided_and_moved(client: TestClient, main: str) -> None:
    found = client.get(f"/assets/{main}/moments").json()
    assert found["count"] == 3
    one = found["moments"][0]
    address = f"/api/moments/{one['moment_id']}"
    changed = client.patch(address, json={"status": "rejected", "start_time": 2.5}).json()
    assert (changed["status"], changed["start_time"], changed["edited"]) == ("rejected", 2.5, True)
    assert client.get(address).json() == changed
    for wrong in (
        {},
        {"status": "great"},
        {"start_time": 9.0, "end_time": 3.0},
        {"end_time": 9999.0},
        {"mood": 1},
    ):
        assert client.patch(address, json=wrong).status_code == 422, wrong
    assert client.get(address).json() == changed


def test_a_moment_is_exported(client: TestClient, main: str) -> None:
    one = client.get(f"/assets/{main}/moments").json()["moments"][0]["moment_id"]
    answer = client.post(f"/api/moments/{one}/export", json={"aspect": "1:1"})
    assert answer.status_code == 202
    assert client.get(answer.headers["location"]).json()["status"] == "queued"
    assert client.post(f"/api/moments/{one}/export", json={"aspect": "7:3"}).status_code == 422
    assert client.post(f"/api/moments/{new_id()}/export", json={}).status_code == 404


def test_a_job_is_started_watched_cancelled_and_retried(client: TestClient, house: House, main: str) -> None:
    started = client.post("/api/jobs", json={"asset_id": main, "max_moments": 2, "aspect": "1:1"})
    assert started.status_code == 202
    address = started.headers["location"]
    assert house.orders[-1]["max_moments"] == 2
    job = client.get(address).json()
    assert (job["status"], job["progress"], job["seconds_left"], job["steps"]) == ("queued", 0, None, [])
    assert client.post(f"{address}/retry").status_code == 409
    assert client.post(f"{address}/cancel").json()["status"] == "cancelled"
    assert client.post(f"{address}/cancel").status_code == 409
    assert client.post(f"{address}/retry").json()["status"] == "queued"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"asset_id": "x", "url": "y"},
        {"asset_id": new_id(), "aspect": "2:1"},
        {"asset_id": new_id(), "min_duration": 60, "max_duration": 15},
        {"asset_id": new_id(), "max_moments": 0},
        {"asset_id": new_id(), "mode": "loud"},
    ],
)
def test_impossible_orders_are_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post("/api/jobs", json=body).status_code == 422


def test_jobs_are_listed_with_their_ledger(client: TestClient, house: House) -> None:
    with house.begin() as connection:
        for number in range(3):
            add_run(connection, f"run-{number}", created_at=START + timedelta(seconds=number))
        add_step(connection, "run-1", "download")
        later = START + timedelta(seconds=5)
        add_step(connection, "run-1", "detect", "failed", error_message="no", started_at=later)
        add_event(connection, "run-1", "hello", metadata_json={"n": 1})
    first = client.get("/api/jobs", params={"limit": 2}).json()
    assert [job["job_id"] for job in first["jobs"]] == ["run-2", "run-1"]
    rest = client.get("/api/jobs", params={"limit": 2, "before": first["next"]}).json()
    assert ([job["job_id"] for job in rest["jobs"]], rest["counts"]["running"]) == (["run-0"], 3)
    assert client.get("/api/jobs", params={"status": "failed"}).json()["count"] == 0
    assert [s["step_name"] for s in client.get("/api/jobs/run-1").json()["steps"]] == ["download", "detect"]
    (event,) = client.get("/api/jobs/run-1/events").json()["events"]
    assert (event["message"], event["details"]) == ("hello", {"n": 1})
    for path in ("", "/events"):
        assert client.get(f"/api/jobs/none{path}").status_code == 404
    assert client.post("/api/jobs/none/cancel").status_code == 404


def test_clips_and_their_files(client: TestClient, main: str) -> None:
    listed = client.get("/api/clips", params={"limit": 1}).json()
    rest = client.get("/api/clips", params={"limit": 5, "after": listed["next"], "asset_id": main}).json()
    assert (listed["count"], rest["count"], rest["next"]) == (1, 1, None)
    clip = client.get(f"/api/clips/{listed['clips'][0]['clip_file_id']}").json()
    assert client.get(clip["vtt_url"]).headers["content-type"].startswith("text/vtt")
    assert client.get(clip["srt_url"]).headers["content-disposition"].startswith("attachment")
    whole = client.get(clip["url"])
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["content-disposition"].startswith("inline")
    assert "attachment" in client.get(clip["url"], params={"download": True}).headers["content-disposition"]
    assert client.get(clip["url"] + "/thumbnail").headers["content-type"] == "image/jpeg"


def test_media_comes_in_ranges(client: TestClient, main: str) -> None:
    whole = client.get(f"/media/assets/{main}").content
    part = client.get(f"/media/assets/{main}", headers={"range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == whole[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert client.get(f"/media/assets/{main}", headers={"range": "bytes=-5"}).content == whole[-5:]
    beyond = client.get(f"/media/assets/{main}", headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


def test_pictures_of_assets_and_shots(client: TestClient, main: str) -> None:
    shot = client.get(f"/assets/{main}/clips").json()["clips"][0]
    for path in (f"/media/assets/{main}/thumbnail", f"/media/assets/{main}/strip", shot["thumbnail_url"]):
        assert client.get(path).headers["content-type"] == "image/jpeg"


def test_media_that_is_not_there(client: TestClient, house: House, main: str) -> None:
    (house.settings.media_roots[0] / "harbour-morning.mp4").unlink()
    gone = client.get(f"/media/assets/{main}")
    assert (gone.status_code, "gone" in gone.json()["what"]) == (404, True)
    for path in (
        "assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "clips/x",
        "shots/x/thumbnail",
        f"assets/{new_id()}/strip",
    ):
        assert client.get(f"/media/{path}").status_code == 404


def test_search_by_words_and_by_look(client: TestClient, main: str) -> None:
    found = client.post("/search/clips", json={"query": "order", "top_k": 5}).json()
    hit = found["results"][0]
    assert (hit["asset_id"], hit["start_time"], hit["end_time"]) == (main, 4.0, 8.0)
    other = client.post("/search/clips", json={"query": "order", "filter_asset_id": new_id()}).json()
    assert other["count"] == 0
    alike = client.post("/search/similar", json={"clip_id": hit["clip_id"], "top_k": 3}).json()
    assert alike["count"] == 3 and all(one["clip_id"] != hit["clip_id"] for one in alike["results"])
    assert client.post("/search/similar", json={"clip_id": new_id()}).status_code == 404
    assert client.post("/search/clips", json={"query": ""}).status_code == 422


def test_errors_of_the_router_speak_too(client: TestClient) -> None:
    missing = client.get("/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = client.delete("/assets")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "wrong_method")


def test_a_bug_is_said_to_be_one_and_tells_nothing_else(
    site: FastAPI, stranger: TestClient, house: House
) -> None:
    @site.get("/broken")
    def really_broken() -> None:
        raise RuntimeError(house.token)

    answer = stranger.get("/broken", headers={"authorization": f"Bearer {house.token}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    assert house.token not in answer.text


def test_health(stranger: TestClient, house: House) -> None:
    assert stranger.get("/health/ready").json() == {
        "status": "ready",
        "parts": [{"name": "database", "verdict": "passed"}],
    }
    house.parts = (type(house.parts[0])("database", "blocked", "the secret place", "mend"),)
    blocked = stranger.get("/health/ready")
    assert blocked.status_code == 503 and "secret place" not in blocked.text


def test_the_api_describes_itself(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {
        "/ingest/local/folder",
        "/assets",
        "/assets/{asset_id}/clips",
        "/search/clips",
        "/api/jobs",
    } <= set(document["paths"])
    assert not any(path.startswith(("/parts", "/login")) for path in document["paths"])
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            assert said.get("summary"), (path, method)
