"""Material for ads: taken by content, looked at, filed by client; of what is refused nothing stays."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from kinoloop.core.errors import MediaError
from kinoloop.creative.assets.queries import uploaded_assets
from kinoloop.web.api.v2.uploads import LIMIT, shown_name
from kinoloop.web.material import look_at, material_of
from tests.films import draw_film
from tests.web.house import House
from tests.web.test_users import maker

KIND = "multipart/form-data; boundary=b"


def png(size: tuple[int, int] = (64, 48)) -> bytes:
    return _image(size, "PNG")


def jpg(size: tuple[int, int] = (64, 48)) -> bytes:
    return _image(size, "JPEG")


def _image(size: tuple[int, int], kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (180, 67, 11)).save(out, kind)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.sh", "rm -rf /")
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that claims to be `side` x `side` pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    draw_film(path, seconds=1.0, size=(96, 64))
    return path.read_bytes()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    import av

    path = tmp_path_factory.mktemp("sound") / "sound.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=48000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate = 48000
        for _ in range(20):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path.read_bytes()


def _left(house: House) -> list[Path]:
    return [path for path in house.blobs.root.rglob("*") if path.is_file()]


def test_a_picture_is_filed_by_its_client(client: TestClient, house: House) -> None:
    data = jpg()
    answer = client.post(
        "/api/v2/upload-asset",
        files={"file": ("Über\u202e/../logo.exe", data)},
        data={"client_id": "harbour"},
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["type"], told["width"], told["height"], told["duration"]) == ("image", 64, 48, None)
    (place,) = _left(house)
    assert place == house.blobs.root / "uploads" / "harbour" / f"{told['asset_id']}.jpg"
    served = client.get(told["url"])
    assert (served.content, served.headers["content-type"]) == (data, "image/jpeg")
    with house.database.read() as connection:
        (row,) = uploaded_assets(connection, client_id="harbour")
    assert (row.owner, row.name, row.path) == ("owner", "logo.exe", f"uploads/harbour/{told['asset_id']}.jpg")


def test_a_film_joins_the_footage(client: TestClient, house: House, film: bytes) -> None:
    answer = client.post("/api/v2/upload-asset", files={"file": ("a.jpg", film)})
    told = answer.json()
    assert (answer.status_code, told["type"], told["duration"]) == (201, "video", 1.0)
    footage = client.get(f"/assets/{told['footage_asset_id']}").json()
    assert footage["path"].endswith(f"uploads/house/{told['asset_id']}.mp4")
    assert footage["status"] == "processing"


def test_files_of_others_are_refused(client: TestClient, stranger: TestClient, house: House) -> None:
    url = client.post("/api/v2/upload-asset", files={"file": ("a.png", png())}).json()["url"]
    assert stranger.get(url, headers=maker(house)[1]).status_code == 403
    assert client.get("/api/v2/assets/none").status_code == 404


REFUSED = {
    "a program": b"MZ" + b"\0" * 5000,
    "a page": b"<html><script>alert(1)</script>" + b" " * 200,
    "a drawing with scripts": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>" + b" " * 100,
    "a gif": b"GIF89a" + b"\0" * 200,
    "a document": b"%PDF-1.7" + b"\0" * 200,
    "an archive": _zip(),
    "a picture and an archive": png() + _zip(),
    "a photo and an archive": jpg() + _zip(),
    "a picture and something": png() + b"something else",
    "a photo and a script": jpg() + b"<?php system($_GET[0]); ?>",
    "half a picture": png((400, 400))[:-30],
    "half a photo": jpg((400, 400))[:300],
    "a bomb": _bomb(30_000),
    "a wide bomb": _bomb(8193),
    "a picture with a page in it": png()[:8]
    + _chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")
    + png()[8:],
    "a head and no film": struct.pack(">I", 24) + b"ftypisom" + b"\0" * 12 + b"\xff" * 4000,
    "a heic picture": struct.pack(">I", 24) + b"ftypheic" + b"\0" * 2000,
    "nothing": b"",
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_not_what_it_seems_is_refused(client: TestClient, house: House, name: str) -> None:
    answer = client.post("/api/v2/upload-asset", files={"file": ("picture.png", REFUSED[name])})
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["what"] and told["fix"] and set(told) == {"code", "what", "why", "fix"}
    assert _left(house) == []
    assert client.get("/assets").json()["count"] == 0


def test_sound_alone_and_films_with_a_tail_are_refused(
    client: TestClient, house: House, film: bytes, sound: bytes
) -> None:
    for data in (sound, film + _zip(), film + b"tail of junk", film[: len(film) // 2]):
        answer = client.post("/api/v2/upload-asset", files={"file": ("film.mp4", data)})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_media")
    assert _left(house) == []


def test_too_much_is_refused_while_reading(client: TestClient, house: House) -> None:
    data = jpg() + b"\0" * (LIMIT + 1)
    answer = client.post("/api/v2/upload-asset", files={"file": ("photo.jpg", data)})
    assert (answer.status_code, answer.json()["code"]) == (413, "limit")
    assert "50 MB" in answer.json()["why"]
    declared = {"content-length": str(10**10), "content-type": KIND}
    assert client.post("/api/v2/upload-asset", headers=declared, content=b"").status_code == 413
    assert _left(house) == []


@pytest.mark.parametrize("client_id", ["../up", "a/b", "", "x" * 65, ".hidden"])
def test_client_ids_lead_nowhere(client: TestClient, house: House, client_id: str) -> None:
    files, data = {"file": ("a.png", png())}, {"client_id": client_id}
    answer = client.post("/api/v2/upload-asset", files=files, data=data)
    assert answer.status_code == (201 if client_id == "" else 422), answer.text
    assert all(path.parent.name == "house" for path in _left(house))


def test_a_form_full_of_text_is_refused(client: TestClient, house: House) -> None:
    data = {f"field{number}": "x" for number in range(12)}
    files = {"file": ("a.png", png())}
    assert client.post("/api/v2/upload-asset", files=files, data=data).status_code == 422
    assert client.post("/api/v2/upload-asset", files=files, data={"a": "x" * 1001}).status_code == 422
    assert client.post("/api/v2/upload-asset", data={"client_id": "house"}).status_code == 422
    assert _left(house) == []


def test_a_photo_may_carry_its_preview_and_padding(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    for tail in (b"", b"\0" * 64, jpg((16, 12))):
        path.write_bytes(jpg() + tail)
        assert look_at(path, ".jpg").width == 64


def test_a_turned_photo_is_measured_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(path, "JPEG", exif=exif)
    assert (look_at(path, ".jpg").width, look_at(path, ".jpg").height) == (48, 64)


def test_a_png_named_jpg_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(png())
    with pytest.raises(MediaError):
        look_at(path, ".jpg")


@pytest.mark.parametrize(
    ("head", "ending"),
    [(b"\xff\xd8\xff\xe0", ".jpg"), (png()[:32], ".png"), (b"\0\0\0\x14ftypqt  ", ".mov"),
     (b"\0\0\0\x14ftypavif", None), (b"ID3\x04", None), (b"", None)],
)  # fmt: skip
def test_material_is_known_by_its_first_bytes(head: bytes, ending: str | None) -> None:
    assert material_of(head) == ending


def test_shown_names_are_plain() -> None:
    assert [shown_name(name) for name in ("C:\\x\\a.png", "a\u202eb\x00.png", "")] == [
        "a.png",
        "ab.png",
        "upload",
    ]
