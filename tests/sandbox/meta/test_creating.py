"""New objects: checked as the Graph checks them, films in pieces, a review before anything runs."""

import base64
from fractions import Fraction
from typing import Any

import pytest

from kinoloop.sandbox.drawing.canvas import look_of
from kinoloop.sandbox.drawing.films import FilmOrder, film_bytes
from kinoloop.sandbox.market.place import marketplace
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.meta.graph import ACCESS, ACCOUNT, YEN, Graph

CAMPAIGN = {"name": "C", "objective": "OUTCOME_LEADS", "special_ad_categories": [], "status": "PAUSED"}
ADSET = {
    "name": "S",
    "billing_event": "IMPRESSIONS",
    "optimization_goal": "LEAD_GENERATION",
    "targeting": {"geo_locations": {"countries": ["US"]}},
    "daily_budget": 5000,
    "status": "PAUSED",
}
FILM = film_bytes(FilmOrder(look_of("a shoe", 1), "9:16", Fraction(2), sound=True, short_side=240))


def upload(graph: Graph, content: bytes = FILM, title: str = "Film one") -> str:
    """In pieces, as a client has to."""
    start = graph.post(f"{ACCOUNT}/advideos", upload_phase="start", file_size=len(content))
    session, low, high = start["upload_session_id"], int(start["start_offset"]), int(start["end_offset"])
    while low < high:
        told = piece(graph, session, low, content[low:high])
        low, high = int(told["start_offset"]), int(told["end_offset"])
    done = graph.post(f"{ACCOUNT}/advideos", upload_phase="finish", upload_session_id=session, title=title)
    assert done == {"success": True}
    return str(start["video_id"])


def piece(graph: Graph, session: str, start: int, content: bytes) -> Any:
    return graph.http.post(
        f"/meta/v26.0/{ACCOUNT}/advideos",
        params={"appsecret_proof": ACCESS.proof},
        data={"upload_phase": "transfer", "upload_session_id": session, "start_offset": str(start)},
        files={"video_file_chunk": ("film.mp4", content, "video/mp4")},
    ).json()


def creative(video_id: str, **more: Any) -> dict[str, Any]:
    video = {
        "video_id": video_id,
        "title": "New shoe",
        "message": "Runs well",
        "image_url": "https://example.com/thumb.jpg",
        "call_to_action": {"type": "SHOP_NOW", "value": {"link": "https://example.com"}},
        **more,
    }
    return {"name": "K", "object_story_spec": {"page_id": "77", "video_data": video}, "url_tags": "utm_id=1"}


def test_a_film_in_pieces_becomes_ready(graph: Graph, sandbox: Sandbox) -> None:
    assert len(FILM) < 1_000_000
    large = FILM + b"\0" * 300_000
    video = upload(graph, large)
    told = graph.get(video, fields="title,status,length")
    assert told["status"]["video_status"] == "processing" and told["title"] == "Film one"
    assert told["length"] == pytest.approx(2, abs=0.2)
    sandbox.world.advance(1)
    assert graph.get(video, fields="status")["status"] == {"video_status": "ready"}
    assert graph.get(f"{video}/thumbnails")["data"][0]["is_preferred"]
    listed = graph.every(f"{ACCOUNT}/advideos", fields="title", limit=100)
    assert {"id": video, "title": "Film one"} in listed
    assert graph.post(video, name="Renamed") == {"success": True}
    assert graph.get(video, fields="title")["title"] == "Renamed"


def test_a_lost_piece_is_told_where_to_go_on(graph: Graph) -> None:
    start = graph.post(f"{ACCOUNT}/advideos", upload_phase="start", file_size=len(FILM))
    session = start["upload_session_id"]
    told = piece(graph, session, 100, FILM[100:200])["error"]
    assert told["error_subcode"] == 1363037 and told["error_data"]["start_offset"] == "0"
    finish = {"upload_phase": "finish", "upload_session_id": session}
    assert graph.refused("POST", f"{ACCOUNT}/advideos", **finish) == (100, 1363040)
    assert graph.refused("POST", f"{YEN}/advideos", **finish) == (100, 1363041)
    assert graph.refused("POST", f"{ACCOUNT}/advideos", upload_phase="start") == (100, None)
    assert graph.refused("POST", f"{ACCOUNT}/advideos") == (100, 1363030)


def test_a_whole_film_and_one_that_is_none(graph: Graph, sandbox: Sandbox) -> None:
    def whole(content: bytes) -> str:
        url, proof = f"/meta/v26.0/{ACCOUNT}/advideos", {"appsecret_proof": ACCESS.proof}
        files = {"source": ("f.mp4", content, "video/mp4")}
        return str(graph.http.post(url, params=proof, data={"name": "W"}, files=files).json()["id"])

    good, bad = whole(FILM), whole(b"no film at all")
    sandbox.world.advance(1)
    states = [graph.get(id_, fields="status")["status"]["video_status"] for id_ in (good, bad)]
    assert states == ["ready", "error"]
    assert graph.refused("POST", f"{ACCOUNT}/adcreatives", **creative(bad)) == (100, 1885252)


def test_the_same_picture_has_the_same_hash(graph: Graph) -> None:
    told = [
        graph.post(f"{ACCOUNT}/adimages", bytes=base64.b64encode(content).decode())["images"]["bytes"]["hash"]
        for content in (b"one", b"one", b"two")
    ]
    assert told[0] == told[1] != told[2]
    assert graph.refused("POST", f"{ACCOUNT}/adimages", bytes="%%%") == (100, 1487242)


def test_a_campaign_from_nothing_to_money(graph: Graph, sandbox: Sandbox) -> None:
    video = upload(graph)
    sandbox.world.advance(1)
    campaign = graph.post(f"{ACCOUNT}/campaigns", **CAMPAIGN)["id"]
    adset = graph.post(f"{ACCOUNT}/adsets", campaign_id=campaign, **ADSET)["id"]
    shown = graph.post(f"{ACCOUNT}/adcreatives", **creative(video))["id"]
    ad = graph.post(
        f"{ACCOUNT}/ads", name="A", adset_id=adset, creative={"creative_id": shown}, status="PAUSED"
    )["id"]
    fields = "title,body,video_id,link_url,call_to_action_type,url_tags,degrees_of_freedom_spec"
    told = graph.get(shown, fields=fields)
    assert (told["title"], told["body"], told["video_id"]) == ("New shoe", "Runs well", video)
    toggles = told["degrees_of_freedom_spec"]["creative_features_spec"].values()
    assert {toggle["enroll_status"] for toggle in toggles} == {"OPT_OUT"}

    def status() -> str:
        return str(graph.get(ad, fields="effective_status")["effective_status"])

    assert status() == "PAUSED"
    for id_ in (ad, adset, campaign):
        graph.post(id_, status="ACTIVE")
    assert status() == "PENDING_REVIEW"
    sandbox.world.advance(601)
    assert status() == "ACTIVE"
    sandbox.world.advance(86_400)
    with sandbox.world.lock:
        market = marketplace(sandbox.world).market(ACCOUNT)
        spend = market.cohorts.counts("spend")[:, market.place(ad)]
    assert 3000 < spend.sum() <= 1.75 * 5000
    made = [effect["entity_id"] for effect in graph.changes() if effect["field"] == "created"]
    assert made == [video, campaign, adset, shown, ad]
    learning = graph.get(adset, fields="learning_stage_info")["learning_stage_info"]
    assert learning["status"] == "LEARNING"


def test_a_whole_creative_inside_an_ad_and_only_checked(graph: Graph) -> None:
    film = graph.one("advideos")
    ad = {"name": "A", "adset_id": graph.one("adsets"), "status": "PAUSED", "creative": creative(film)}
    assert graph.post(f"{ACCOUNT}/ads", execution_options=["validate_only"], **ad) == {"success": True}
    assert graph.changes() == []
    made = graph.post(f"{ACCOUNT}/ads", fields="name,creative{title}", **ad)
    assert made["name"] == "A" and made["creative"]["title"] == "New shoe"


@pytest.mark.parametrize(
    ("edge", "params", "code"),
    [
        ("campaigns", {**CAMPAIGN, "objective": "LINK_CLICKS"}, (100, None)),
        ("campaigns", {"name": "C", "objective": "OUTCOME_LEADS"}, (100, None)),
        ("adsets", {**ADSET, "campaign_id": "5"}, (100, None)),
        ("adsets", {**ADSET, "campaign_id": 0, "targeting": {}}, (100, 1885364)),
        ("adsets", {**ADSET, "campaign_id": 0, "daily_budget": 5}, (100, 1885272)),
        ("adsets", {**ADSET, "campaign_id": 1}, (100, 1885621)),
        ("adcreatives", {"name": "K"}, (100, 1443051)),
        ("adcreatives", creative("5"), (100, 1443048)),
        ("adcreatives", creative("film", image_url=""), (100, 1443226)),
        ("ads", {"name": "A", "adset_id": "5", "creative": {"creative_id": "1"}}, (100, None)),
    ],
)
def test_what_the_graph_does_not_take(
    graph: Graph, edge: str, params: dict[str, Any], code: tuple[int, int | None]
) -> None:
    sent = {**params}
    if isinstance(sent.get("campaign_id"), int):
        sent["campaign_id"] = graph.one("campaigns", number=sent["campaign_id"])
    if "object_story_spec" in sent and sent["object_story_spec"]["video_data"]["video_id"] == "film":
        sent = creative(graph.one("advideos"), image_url="")
    assert graph.refused("POST", f"{ACCOUNT}/{edge}", **sent) == code
    assert graph.changes() == []


def test_a_shared_budget_gives_the_set_none(graph: Graph) -> None:
    shared = graph.post(f"{ACCOUNT}/campaigns", daily_budget=9000, **CAMPAIGN)["id"]
    wish = {name: value for name, value in ADSET.items() if name != "daily_budget"}
    adset = graph.post(f"{ACCOUNT}/adsets", campaign_id=shared, **wish)["id"]
    assert "daily_budget" not in graph.get(adset, fields="daily_budget")
    assert graph.get(shared, fields="daily_budget")["daily_budget"] == "9000"
