"""Films: whole or in pieces, repeated only where that is safe, waited for, found again by name."""

from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest

from kinoloop.core.errors import InputError, IntegrityError, NotFoundError, PassingError
from kinoloop.vendors.meta.films import FilmSender
from tests.vendors.meta.drafts import draft
from tests.vendors.meta.graph import CUT, Call, Graph, House, error, standing

EDGE = "act_1/advideos"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "ad.mp4"
    path.write_bytes(bytes(range(256)) * 40)
    return path


def parts(call: Call) -> dict[str, bytes]:
    """The fields and files of a form with files."""
    boundary = call.body.split(b"\r\n", 1)[0][2:]
    head = b"Content-Type: multipart/form-data; boundary=" + boundary + b"\r\n\r\n"
    message = message_from_bytes(head + call.body, policy=HTTP)
    found: dict[str, bytes] = {}
    for part in message.walk():
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            found[str(part.get_param("name", header="content-disposition"))] = body
    return found


def small_pieces(house: House, whole_bytes: int = 4000) -> FilmSender:
    return FilmSender(house.client, sleep=house.sleeps.append, whole_bytes=whole_bytes)


class Store:
    """Takes a film in pieces of `piece` bytes, as Meta wants them."""

    def __init__(self, size: int, piece: int = 3000) -> None:
        self.size, self.piece, self.got, self.title = size, piece, bytearray(), ""
        self.trouble: list[Any] = []

    def answer(self, call: Call) -> Any:
        if call.params.get("upload_phase") == "start":
            assert call.params["file_size"] == str(self.size)
            return {"upload_session_id": "s1", "video_id": "50", **self.wanted()}
        if call.params.get("upload_phase") == "finish":
            self.title = call.params["title"]
            return {"success": len(self.got) == self.size and call.params["upload_session_id"] == "s1"}
        told = parts(call)
        if self.trouble:
            trouble = self.trouble.pop(0)
            if trouble is not None:
                return trouble
        start = int(told["start_offset"])
        if start != len(self.got):
            return 400, error(6000, 1363037, error_data=self.wanted())
        self.got += told["video_file_chunk"]
        return self.wanted()

    def wanted(self) -> dict[str, str]:
        start = len(self.got)
        return {"start_offset": str(start), "end_offset": str(min(self.size, start + self.piece))}


def test_a_small_film_goes_whole(film: Path) -> None:
    graph = Graph().on("POST", EDGE, {"id": "50"})
    with standing(graph) as house:
        assert house.platform.upload("act_1", film, name=draft(film).upload_name) == "50"
    told = parts(graph.calls[0])
    assert told["source"] == film.read_bytes()
    assert told["title"] == told["name"] == b"film " + b"ab" * 32


@pytest.mark.parametrize("answer", [CUT, (500, error(2)), {}])
def test_a_whole_film_is_sent_once(film: Path, answer: Any) -> None:
    graph = Graph().on("POST", EDGE, answer)
    with standing(graph) as house, pytest.raises(PassingError):
        house.platform.upload("act_1", film, name="n")
    assert len(graph.calls) == 1


def test_a_large_film_goes_in_the_pieces_that_are_wanted(film: Path) -> None:
    store = Store(10240)
    graph = Graph().on("POST", EDGE, store.answer)
    with standing(graph) as house:
        assert small_pieces(house).upload("act_1", film, name="n") == "50"
    assert bytes(store.got) == film.read_bytes() and store.title == "n"
    assert len(graph.calls) == 1 + 4 + 1


def test_pieces_are_never_larger_than_ours(film: Path) -> None:
    store = Store(10240, piece=10240)
    graph = Graph().on("POST", EDGE, store.answer)
    with standing(graph) as house:
        small_pieces(house).upload("act_1", film, name="n")
    assert bytes(store.got) == film.read_bytes() and len(graph.calls) == 1 + 3 + 1


def test_a_piece_that_was_lost_is_sent_again(film: Path) -> None:
    store = Store(10240)
    store.trouble = [(500, error(2)), None, CUT]
    graph = Graph().on("POST", EDGE, store.answer)
    with standing(graph) as house:
        small_pieces(house).upload("act_1", film, name="n")
        assert house.sleeps == [1.0, 1.0]
    assert bytes(store.got) == film.read_bytes()


def test_a_piece_that_arrived_without_an_answer_is_not_doubled(film: Path) -> None:
    store = Store(10240)

    lost: list[int] = []

    def loses_one(call: Call) -> Any:
        answer = store.answer(call)
        if len(store.got) == 3000 and not lost:
            lost.append(3000)
            return CUT
        return answer

    with standing(Graph().on("POST", EDGE, loses_one)) as house:
        small_pieces(house).upload("act_1", film, name="n")
    assert bytes(store.got) == film.read_bytes() and lost == [3000]


def test_a_piece_that_never_arrives_ends_it(film: Path) -> None:
    store = Store(10240)
    store.trouble = [(500, error(2))] * 9
    graph = Graph().on("POST", EDGE, store.answer)
    with standing(graph) as house, pytest.raises(PassingError):
        small_pieces(house).upload("act_1", film, name="n")
    assert len(graph.calls) == 6


def test_a_piece_that_is_refused_ends_it(film: Path) -> None:
    store = Store(10240)
    store.trouble = [(400, error(100, 1))]
    with standing(Graph().on("POST", EDGE, store.answer)) as house, pytest.raises(InputError):
        small_pieces(house).upload("act_1", film, name="n")


@pytest.mark.parametrize(
    "start",
    [
        {"video_id": "50", "upload_session_id": "s"},
        {"video_id": "50", "start_offset": "x", "end_offset": "1"},
    ],
)
def test_a_beginning_that_cannot_be_read(film: Path, start: dict[str, str]) -> None:
    with standing(Graph().on("POST", EDGE, start)) as house, pytest.raises(PassingError):
        small_pieces(house).upload("act_1", film, name="n")


def test_an_end_that_is_not_confirmed_is_unknown(film: Path) -> None:
    start = {"video_id": "50", "upload_session_id": "s", "start_offset": "0", "end_offset": "0"}
    with standing(Graph().on("POST", EDGE, start)) as house, pytest.raises(PassingError):
        small_pieces(house).upload("act_1", film, name="n")


def test_a_film_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with standing(Graph()) as house:
        with pytest.raises(NotFoundError):
            house.platform.upload("act_1", tmp_path / "none.mp4", name="n")
        with pytest.raises(InputError):
            house.platform.upload("act_1", tmp_path / "empty.mp4", name="n")
        assert house.graph.calls == []


def video(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "50", "title": "n", "status": {"video_status": state}, **more}


def test_a_film_is_waited_for() -> None:
    ready = video("ready", picture="https://cdn.example/s.jpg")
    graph = Graph().on("GET", "50", video("processing"), video("upload_complete"), ready)
    with standing(graph) as house:
        upload = house.platform.wait_upload("50", seconds=60)
        assert house.sleeps == [3.0, 3.0]
    assert (upload.state, upload.thumbnail_url) == ("ready", "https://cdn.example/s.jpg")


def test_a_film_that_takes_too_long_is_left() -> None:
    with standing(Graph().on("GET", "50", video("processing"))) as house, pytest.raises(PassingError):
        house.platform.wait_upload("50", seconds=9)


def test_a_film_that_meta_cannot_use_says_why() -> None:
    phase = {"status": "error", "errors": [{"code": 1, "message": "Too short."}, {"code": 2}]}
    told = {"id": "50", "status": {"video_status": "error", "processing_phase": phase}}
    with standing(Graph().on("GET", "50", told, video("expired"), video("dancing"))) as house:
        upload = house.platform.wait_upload("50", seconds=60)
        assert (upload.state, upload.error) == ("failed", "Too short.")
        assert house.platform.look_upload("50").error == "Its state at Meta is 'expired'."
        with pytest.raises(IntegrityError):
            house.platform.look_upload("50")


def test_an_upload_is_found_by_its_name_when_it_is_whole() -> None:
    listed = [
        {**video("ready"), "id": "51", "created_time": "2026-11-20T10:00:00+0000"},
        {**video("processing"), "id": "52", "created_time": "2026-11-20T11:00:00+0000"},
        {**video("uploading"), "id": "53", "created_time": "2026-11-20T12:00:00+0000"},
        {**video("ready"), "id": "54", "title": "n2", "created_time": "2026-11-20T13:00:00+0000"},
    ]
    graph = Graph().on("GET", EDGE, {"data": listed})
    with standing(graph) as house:
        assert house.platform.find_upload("act_1", name="n") == "52"
        assert house.platform.find_upload("act_1", name="other") is None
    assert graph.calls[0].params["title"] == "n"
