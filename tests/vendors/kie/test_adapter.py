"""The KIE maker against a server on loopback: both APIs, uploads, what stays unknown, the balance."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kinoloop.core.errors import InputError, IntegrityError, KinoloopError, LimitError, PassingError
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.kie.adapter import KieMaker
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.makers import kie_maker, order
from tests.vendors.server import Seen, serving

KLING = order("kling-2.6/text-to-video")
FRAMED = "kling-2.6/image-to-video"


@dataclass
class Vendor:
    """Answers by path; an answer is the `data` of code 200, or a whole body when it is bytes."""

    data: dict[str, Any] = field(default_factory=dict)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def behave(self, seen: Seen) -> None:
        self.seen.append(seen)
        if self.bodies:
            seen.answer(*self.bodies.pop(0))
            return
        data = self.data.get(seen.path.split("?")[0], {"taskId": "t1"})
        seen.answer(200, json.dumps({"code": 200, "msg": "success", "data": data}).encode())


def coded(code: int, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps({"code": code, "msg": "no", "data": None}).encode()


@contextmanager
def at_work(database: Database, vendor: Vendor, **options: Any) -> Iterator[KieMaker]:
    with serving(vendor.behave) as server, kie_maker(database, server.url, **options) as maker:
        yield maker


def test_what_goes_over_the_wire(sqlite_database: Database) -> None:
    vendor = Vendor()
    with at_work(sqlite_database, vendor) as maker:
        assert maker.submit(KLING) == "job:t1" and maker.name == "kie"
        assert maker.submit(order("veo3_fast", seconds=8)) == "veo:t1"
    assert [seen.path for seen in vendor.seen] == ["/api/v1/jobs/createTask", "/api/v1/veo/generate"]
    assert vendor.seen[0].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (coded(402), LimitError),
        (coded(422), InputError),
        (coded(455), NotTakenError),
        (coded(500), PassingError),
        (coded(429, 429), NotTakenError),
        (coded(503, 503), PassingError),
        ((200, b"<html>"), PassingError),
        ((200, b'{"code": 200, "data": {}}'), PassingError),
        ((200, b'{"code": 200, "data": null}'), PassingError),
        ((200, b'{"msg": "?"}'), PassingError),
    ],
)
def test_refusals_by_code_and_answers_that_may_count(
    sqlite_database: Database, body: tuple[int, bytes], kind: type[KinoloopError]
) -> None:
    vendor = Vendor(bodies=[body] * 3)
    with at_work(sqlite_database, vendor, rests=[]) as maker, pytest.raises(kind) as caught:
        maker.submit(KLING)
    assert type(caught.value) is kind
    assert len(vendor.seen) == (3 if b"429" in body[1] else 1)


def test_faults_inside_good_answers_count_for_the_breaker(sqlite_database: Database) -> None:
    with at_work(sqlite_database, Vendor(bodies=[coded(455), coded(402)])) as maker:
        with pytest.raises(NotTakenError):
            maker.submit(KLING)
        assert Breaker(sqlite_database, "kie").state().failures == 1
        with pytest.raises(LimitError):
            maker.submit(KLING)
    assert Breaker(sqlite_database, "kie").state().failures == 1


def test_a_local_first_frame_is_uploaded_before_it_is_paid(sqlite_database: Database, tmp_path: Path) -> None:
    Image.new("RGB", (2400, 1200), (9, 99, 9)).save(tmp_path / "frame.png")
    framed = order(FRAMED, image=str(tmp_path / "frame.png"))
    uploads = "/api/file-base64-upload"
    vendor = Vendor({uploads: {"downloadUrl": "https://tempfile.redpandaai.co/frame.jpg"}})
    with at_work(sqlite_database, vendor) as maker:
        maker.submit(framed)
        maker.submit(order(FRAMED, image="https://us.example/a.jpg"))
    upload, create, direct = (json.loads(seen.body) for seen in vendor.seen)
    assert vendor.seen[0].path == uploads and upload["base64Data"].startswith("data:image/jpeg;base64,")
    assert create["input"]["image_urls"] == ["https://tempfile.redpandaai.co/frame.jpg"]
    assert direct["input"]["image_urls"] == ["https://us.example/a.jpg"]


def test_a_failed_upload_leaves_nothing_unknown(sqlite_database: Database, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "frame.png")
    framed = order(FRAMED, image=str(tmp_path / "frame.png"))
    vendor = Vendor(bodies=[coded(500)] * 3)
    with at_work(sqlite_database, vendor) as maker:
        with pytest.raises(NotTakenError, match="first frame"):
            maker.submit(framed)
        vendor.bodies = [(200, b'{"code": 200, "data": {}}')]
        with pytest.raises(IntegrityError):
            maker.submit(framed)
    assert all("upload" in seen.path for seen in vendor.seen)


def record(prompt: str) -> dict[str, Any]:
    param = json.dumps({"model": KLING.model, "input": json.dumps({"prompt": prompt})})
    return {"taskId": "t1", "state": "generating", "param": param}


def test_a_lost_call_is_known_by_its_callback_and_its_words(sqlite_database: Database) -> None:
    path = "/api/v1/jobs/recordInfo"
    vendor = Vendor({path: record(KLING.prompt)})
    with at_work(sqlite_database, vendor, known=lambda order: "t1") as maker:
        assert maker.find(KLING) == "job:t1"
    with at_work(sqlite_database, vendor, known=lambda order: "job:t1") as maker:
        assert maker.find(KLING) == "job:t1"
    with (
        at_work(sqlite_database, Vendor({path: record("else")}), known=lambda order: "t1") as maker,
        pytest.raises(PassingError, match="other words"),
    ):
        maker.find(KLING)


def test_without_a_callback_it_stays_unknown_and_says_what_to_do(sqlite_database: Database) -> None:
    vendor = Vendor()
    with at_work(sqlite_database, vendor) as maker, pytest.raises(PassingError, match="no list") as caught:
        maker.find(KLING)
    assert "balance" in caught.value.fix and not isinstance(caught.value, NotTakenError)
    assert vendor.seen == []


@pytest.mark.parametrize("body", [coded(422), (200, b'{"code": 200, "data": null}')])
def test_a_task_that_is_not_there_yet_may_come(sqlite_database: Database, body: tuple[int, bytes]) -> None:
    with at_work(sqlite_database, Vendor(bodies=[body] * 2)) as maker:
        with pytest.raises(PassingError, match="does not know this task"):
            maker.look("job:t1")
        maker.cancel("job:t1")


def test_a_wrong_guess_of_the_api_is_mended_by_looking(sqlite_database: Database) -> None:
    found = (200, json.dumps({"code": 200, "data": record(KLING.prompt)}).encode())
    vendor = Vendor(bodies=[coded(422), found] * 2)
    with at_work(sqlite_database, vendor, known=lambda order: "veo:t1") as maker:
        assert maker.find(KLING) == "job:t1"
        assert maker.look("veo:t1").status == "running"
    paths = [seen.path.split("?")[0] for seen in vendor.seen]
    assert paths == ["/api/v1/veo/record-info", "/api/v1/jobs/recordInfo"] * 2


def test_full_hd_is_waited_for_where_it_is_wanted(sqlite_database: Database) -> None:
    plain, large = "https://tempfile.aiquickdraw.com/a.mp4", "https://tempfile.aiquickdraw.com/b.mp4"
    done = {"successFlag": 1, "response": {"resultUrls": [plain]}}
    data: dict[str, Any] = {"/api/v1/veo/record-info": done, "/api/v1/veo/get-1080p-video": None}
    vendor = Vendor(data)
    with at_work(sqlite_database, vendor, veo_full_hd=True) as maker:
        assert maker.look("veo:t1").status == "running"
        data["/api/v1/veo/get-1080p-video"] = {"resultUrl": large}
        assert maker.look("veo:t1").urls == (large, plain)
        data["/api/v1/veo/record-info"] = {"successFlag": 0}
        assert maker.look("veo:t1").status == "running"
        vendor.bodies = [(200, json.dumps({"code": 200, "data": done}).encode()), coded(422)]
        assert maker.look("veo:t1").status == "running"
    with at_work(sqlite_database, Vendor({"/api/v1/veo/record-info": done})) as maker:
        assert maker.look("veo:t1").urls == (plain,)


def test_the_balance_is_a_number(sqlite_database: Database) -> None:
    data: dict[str, Any] = {"/api/v1/chat/credit": 99.5}
    with at_work(sqlite_database, Vendor(data)) as maker:
        assert maker.credit() == Decimal("99.5")
        data["/api/v1/chat/credit"] = {"credits": 1}
        with pytest.raises(IntegrityError):
            maker.credit()
