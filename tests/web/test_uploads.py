"""Uploads: whole, capped, judged by content; nothing of a refused one stays."""

import struct
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, LimitError
from kinoloop.web.sniff import container_of, plain_name
from kinoloop.web.uploads import Received, UploadReader
from tests.web.house import House

MP4 = struct.pack(">I", 24) + b"ftypisom" + b"\0" * 12
KIND = "multipart/form-data; boundary=b"


def _form(content: bytes, name: str = "clip.mp4") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n"


def _read(
    target: Path, body: bytes, *, limit: int = 10_000, piece: int = 100, kind: str = KIND
) -> tuple[Received | Exception, int]:
    taken = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal taken
        for start in range(0, len(body), piece):
            taken += piece
            yield body[start : start + piece]

    async def act() -> Received:
        return await UploadReader(kind, target, limit=limit).read(stream())

    try:
        return anyio.run(act), taken
    except (InputError, LimitError) as error:
        return error, taken


def _left(house: House) -> list[Path]:
    return [path for path in house.blobs.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("piece", [1, 7, 64, 5000])
def test_a_file_arrives_byte_for_byte(tmp_path: Path, piece: int) -> None:
    content = MP4 + bytes(range(256)) * 8
    received, _ = _read(tmp_path / "a", _form(content), piece=piece)
    assert isinstance(received, Received)
    assert (received.path.read_bytes(), received.ending, received.size_bytes) == (
        content,
        ".mp4",
        len(content),
    )


def test_the_cap_holds_while_reading(tmp_path: Path) -> None:
    body = _form(MP4 + b"\0" * 1_000_000)
    error, taken = _read(tmp_path / "a", body, limit=20_000, piece=1000)
    assert isinstance(error, LimitError)
    assert taken < 25_000
    assert not (tmp_path / "a").exists()


def test_exactly_the_cap_is_taken(tmp_path: Path) -> None:
    content = MP4 + b"\0" * (5000 - len(MP4))
    assert isinstance(_read(tmp_path / "a", _form(content), limit=5000)[0], Received)
    assert isinstance(_read(tmp_path / "b", _form(content + b"\0"), limit=5000)[0], LimitError)


@pytest.mark.parametrize(
    "content", [b"MZ" + b"\0" * 500, b"<html><script>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"tiny", b""]
)
def test_what_is_no_media_is_refused_early(tmp_path: Path, content: bytes) -> None:
    error, taken = _read(tmp_path / "a", _form(content + b"\0" * 100_000 if content else b""), limit=10**6)
    assert isinstance(error, InputError)
    assert taken < 1000 or not content
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        b"garbage",
        _form(MP4)[:-12],
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n',
    ],
)
def test_a_broken_form_is_refused(tmp_path: Path, body: bytes) -> None:
    error, _ = _read(tmp_path / "a", body)
    assert isinstance(error, InputError)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data"])
def test_a_body_that_is_no_form_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError):
        UploadReader(kind, tmp_path / "a", limit=1)


def test_an_upload_becomes_an_asset(client: TestClient, house: House) -> None:
    answer = client.post("/api/uploads", files={"file": ("Été à Rome.MP4", MP4)})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["outcome"] == "new" and made["job_id"]
    asset = client.get(f"/assets/{made['asset_id']}").json()
    assert (asset["filename"], asset["source"], asset["status"]) == ("Ete-a-Rome.mp4", "upload", "processing")
    assert Path(asset["path"]).read_bytes() == MP4


def test_the_same_content_again_is_known_and_not_kept_twice(client: TestClient, house: House) -> None:
    first = client.post("/api/uploads", files={"file": ("a.mp4", MP4)}).json()
    again = client.post("/api/uploads", files={"file": ("b.mp4", MP4)}).json()
    assert (again["asset_id"], again["outcome"], again["job_id"]) == (first["asset_id"], "known", None)
    assert [path.name for path in _left(house)] == ["a.mp4"]


def test_a_lost_file_is_found_again_by_its_upload(client: TestClient, house: House) -> None:
    first = client.post("/api/uploads", files={"file": ("a.mp4", MP4)}).json()
    _left(house)[0].unlink()
    client.post("/api/uploads", files={"file": ("b.mp4", MP4)})
    asset = client.get(f"/assets/{first['asset_id']}").json()
    assert Path(asset["path"]).read_bytes() == MP4


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.mp4", "/abs/x.mp4", "a\u202e4pm.exe", ".mp4", "con:x.mp4"]
)
def test_names_lead_nowhere(client: TestClient, house: House, name: str) -> None:
    answer = client.post("/api/uploads", files={"file": (name, MP4)})
    assert answer.status_code == 201, answer.text
    (left,) = _left(house)
    assert left.is_relative_to(house.blobs.root.resolve() / "uploads") and left.suffix in {".mp4", ".m4v"}


def test_a_refused_upload_leaves_nothing(client: TestClient, house: House) -> None:
    answer = client.post("/api/uploads", files={"file": ("film.mp4", b"MZ" + b"\0" * 9000)})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert "first bytes" in answer.json()["why"]
    large = client.post("/api/uploads", files={"file": ("film.mp4", MP4 + b"\0" * 2_100_000)})
    assert (large.status_code, large.json()["code"]) == (413, "limit")
    assert _left(house) == []


def test_a_declared_size_over_the_cap_is_refused_unread(client: TestClient) -> None:
    answer = client.post(
        "/api/uploads", headers={"content-length": str(10**10), "content-type": KIND}, content=b""
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (MP4, ".mp4"),
        (b"\0\0\0\x14ftypqt  ", ".mov"),
        (b"\0\0\0\x14ftypM4A ", ".m4a"),
        (b"\0\0\0\x08wide\0\0\0\0", ".mov"),
        (b"\x1aE\xdf\xa3" + b"\0" * 8 + b"matroska", ".mkv"),
        (b"\x1aE\xdf\xa3" + b"\0" * 8 + b"webm", ".webm"),
        (b"RIFF\0\0\0\0AVI ", ".avi"),
        (b"RIFF\0\0\0\0WAVE", ".wav"),
        (b"RIFF\0\0\0\0WEBP", None),
        (b"FLV\x01\x05", ".flv"),
        (b"fLaC", ".flac"),
        (b"ID3\x04", ".mp3"),
        (b"\xff\xfb\x90", ".mp3"),
        (b"\xff\xf1\x50", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"", None),
    ],
)
def test_containers_are_known_by_their_first_bytes(head: bytes, ending: str | None) -> None:
    assert container_of(head) == ending


@given(st.text(), st.sampled_from([".mp4", ".mov", ".mkv", ".mp3", ".wav"]))
def test_a_plain_name_is_always_safe(given_name: str, ending: str) -> None:
    stem, kept = plain_name(given_name, ending)
    assert stem and stem.isascii() and stem.replace("-", "").isalnum() and len(stem) <= 120
    assert kept.startswith(".") and kept[1:].isalnum()


def test_an_ending_of_the_same_container_is_kept() -> None:
    assert plain_name("x.M4V", ".mp4") == ("x", ".m4v")
    assert plain_name("x.exe", ".mp4") == ("x", ".mp4")
    assert plain_name("x", ".mkv") == ("x", ".mkv")
