"""The Replicate maker against a server on loopback: what is sent, what is found, what stays unknown."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import InputError, NotFoundError, PassingError, UnavailableError
from kinoloop.creative.visuals.records import VisualOrder
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.refusals import NotTakenError
from kinoloop.vendors.replicate.adapter import ReplicateMaker
from kinoloop.vendors.replicate.translate import inputs_of
from tests.vendors.makers import FLUX, VEO, order, replicate_maker
from tests.vendors.server import Seen, serving

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ASKED = order(VEO, seconds=4)


def at(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def listed(of: VisualOrder, minutes: float = -1, **changes: Any) -> dict[str, Any]:
    """A prediction as the list shows it, `minutes` from now."""
    plain = {"id": "p1", "input": inputs_of(of, None), "created_at": at(minutes), "data_removed": False}
    return {**plain, **changes}


@dataclass
class Vendor:
    """A server with pages of predictions, that makes each one it is asked for, or answers as it is told."""

    pages: list[Any] = field(default_factory=list)
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    next_page: str | None = None

    def behave(self, seen: Seen) -> None:
        self.seen.append(seen)
        if self.answers:
            status, body, headers = self.answers.pop(0)
            seen.answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers)
        elif seen.method == "GET" and seen.path.startswith("/v1/predictions?"):
            seen.answer(200, json.dumps(self._page(seen.path)).encode())
        else:
            seen.answer(201, json.dumps({"id": "p9", "status": "starting"}).encode())

    def _page(self, path: str) -> Any:
        number = int(parse_qs(urlsplit(path).query).get("cursor", ["0"])[0])
        more = f"{self.url}/v1/predictions?cursor={number + 1}" if number + 1 < len(self.pages) else None
        results = self.pages[number] if self.pages else []
        return {"previous": None, "next": self.next_page or more, "results": results}

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.seen if one.method == "POST"]


@contextmanager
def at_work(database: Database, vendor: Vendor, **options: Any) -> Iterator[ReplicateMaker]:
    options = {"clock": ManualClock(NOW)} | options
    with serving(vendor.behave) as server, replicate_maker(database, server.url, **options) as maker:
        vendor.url = server.url
        yield maker


def test_what_goes_over_the_wire(sqlite_database: Database) -> None:
    vendor = Vendor()
    with at_work(sqlite_database, vendor) as maker:
        assert maker.submit(ASKED) == "p9" and maker.name == "replicate"
    (request,) = vendor.seen
    assert (request.method, request.path) == ("POST", "/v1/models/google/veo-3.1-fast/predictions")
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["cancel-after"] == "1500s" and "prefer" not in request.headers
    assert vendor.posts == [{"input": inputs_of(ASKED, None)}]


def test_a_picture_may_be_waited_for(sqlite_database: Database) -> None:
    vendor = Vendor()
    with at_work(sqlite_database, vendor, image_wait=5) as maker:
        maker.submit(order(FLUX, kind="image"))
        maker.submit(ASKED)
    assert [seen.headers.get("prefer") for seen in vendor.seen] == ["wait=5", None]


def test_a_local_first_frame_goes_along_small_enough(sqlite_database: Database, tmp_path: Path) -> None:
    Image.effect_noise((1600, 1200), 90).save(tmp_path / "frame.png")
    vendor = Vendor()
    with at_work(sqlite_database, vendor) as maker:
        maker.submit(order(VEO, seconds=4, image=str(tmp_path / "frame.png")))
        maker.submit(order(VEO, seconds=4, image="https://us.example/frame.png"))
        with pytest.raises(NotFoundError):
            maker.submit(order(VEO, seconds=4, image=str(tmp_path / "none.png")))
        with pytest.raises(InputError):
            maker.submit(order(VEO, seconds=4, image="data:image/png;base64,AA"))
    inline, linked = (post["input"]["image"] for post in vendor.posts)
    assert inline.startswith("data:image/jpeg;base64,") and len(inline) <= 256_000
    assert linked == "https://us.example/frame.png"


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"status": "starting"}', b'{"id": ""}', b'{"id": 7}'])
def test_an_answer_that_cannot_be_understood_may_count(sqlite_database: Database, body: bytes) -> None:
    vendor = Vendor(answers=[(201, body, {})])
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError) as caught:
        maker.submit(ASKED)
    assert not isinstance(caught.value, NotTakenError)


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"retry_after": "7"}, {"detail": "throttled"}, 7.0),
        ({}, {"detail": "throttled", "retry_after": 3}, 3.0),
        ({}, {"detail": "throttled"}, 5.0),
    ],
)
def test_the_wish_to_wait_is_obeyed_wherever_it_stands(
    sqlite_database: Database, headers: dict[str, str], body: dict[str, Any], wait: float
) -> None:
    vendor, rests = Vendor(answers=[(429, body, headers)]), list[float]()
    with at_work(sqlite_database, vendor, rests=rests) as maker:
        assert maker.submit(ASKED) == "p9"
    assert rests == [wait] and len(vendor.seen) == 2


def test_being_told_to_wait_is_no_fault_of_the_service(sqlite_database: Database) -> None:
    vendor = Vendor(answers=[(429, {}, {"retry_after": "1"})] * 6)
    with at_work(sqlite_database, vendor, rests=[]) as maker:
        for _ in range(2):
            with pytest.raises(NotTakenError):
                maker.submit(ASKED)
    assert Breaker(sqlite_database, "replicate").state().failures == 0


def test_a_service_out_of_reach_has_surely_not_taken_it(sqlite_database: Database) -> None:
    with serving(lambda seen: None) as gone:
        url = gone.url
    with replicate_maker(sqlite_database, url) as maker, pytest.raises(NotTakenError) as caught:
        maker.submit(ASKED)
    assert caught.value.wait is None and Breaker(sqlite_database, "replicate").state().failures == 1


def test_a_lost_order_is_found_on_a_later_page(sqlite_database: Database) -> None:
    others = [listed(ASKED, id=f"o{n}", input={"prompt": "another", "seed": n}) for n in range(3)]
    vendor = Vendor(pages=[others, [*others, listed(ASKED, -5, id="ours")], [*others, listed(ASKED, -90)]])
    with at_work(sqlite_database, vendor) as maker:
        assert maker.find(ASKED) == "ours"
    assert len(vendor.seen) == 3
    assert vendor.posts == [] and "created_after=2026-01-01T11%3A04%3A30" in vendor.seen[0].path


def test_nothing_there_is_surely_nothing(sqlite_database: Database) -> None:
    with at_work(sqlite_database, Vendor(pages=[[listed(order(VEO, seconds=4, seed=1))]])) as maker:
        assert maker.find(ASKED) is None


def test_what_was_made_before_it_was_meant_is_not_ours(sqlite_database: Database) -> None:
    vendor = Vendor(pages=[[listed(ASKED, -20)]])
    with at_work(sqlite_database, vendor, asked_at=lambda order: NOW - timedelta(minutes=5)) as maker:
        assert maker.find(ASKED) is None
    with at_work(sqlite_database, vendor, asked_at=lambda order: NOW - timedelta(minutes=30)) as maker:
        assert maker.find(ASKED) == "p1"


@pytest.mark.parametrize(
    "page",
    [
        [{**listed(ASKED), "input": {}, "data_removed": True}],
        [{**listed(ASKED), "created_at": "yesterday"}],
        [{"id": "p1"}],
        "not a list",
    ],
)
def test_a_list_that_does_not_tell_leaves_it_unknown(sqlite_database: Database, page: Any) -> None:
    vendor = Vendor(pages=[page])
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError, match="cannot be told"):
        maker.find(ASKED)


def test_an_endless_list_leaves_it_unknown(sqlite_database: Database) -> None:
    vendor = Vendor(pages=[[listed(ASKED, input={})]] * 99)
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError, match="pages"):
        maker.find(ASKED)
    assert len(vendor.seen) == 30


def test_our_token_follows_no_list_to_another_host(sqlite_database: Database) -> None:
    vendor = Vendor(pages=[[]], next_page="http://127.0.0.2:9/v1/predictions?cursor=1")
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError, match="cannot be told"):
        maker.find(ASKED)
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_list_out_of_order_leaves_it_unknown(sqlite_database: Database, status: int) -> None:
    vendor = Vendor(answers=[(status, {}, {})] * 3)
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError):
        maker.find(ASKED)


def test_two_alike_orders_without_a_seed_leave_it_unknown(sqlite_database: Database) -> None:
    blind = order("minimax/hailuo-02", seconds=6)
    vendor = Vendor(pages=[[listed(blind), listed(blind, id="p2")]])
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError, match="in the same words"):
        maker.find(blind)
    with at_work(sqlite_database, Vendor(pages=[[listed(blind, id="p2")]])) as maker:
        assert maker.find(blind) == "p2"


def test_right_after_a_lost_call_an_empty_list_is_not_believed(sqlite_database: Database) -> None:
    vendor = Vendor(answers=[(502, {}, {})])
    with at_work(sqlite_database, vendor, settle_seconds=60.0) as maker:
        with pytest.raises(PassingError):
            maker.submit(ASKED)
        with pytest.raises(PassingError, match="too early"):
            maker.find(ASKED)
        assert maker.find(order(VEO, seconds=4, key="another", seed=5)) is None
        vendor.pages = [[listed(ASKED)]]
        assert maker.find(ASKED) == "p1"


def test_a_cancel_is_silent_when_it_is_over(sqlite_database: Database) -> None:
    vendor = Vendor(answers=[(404, {}, {}), (409, {}, {}), (401, {}, {})])
    with at_work(sqlite_database, vendor) as maker:
        maker.cancel("p1")
        maker.cancel("p1")
        with pytest.raises(UnavailableError):
            maker.cancel("p1")
    assert {seen.path for seen in vendor.seen} == {"/v1/predictions/p1/cancel"}
