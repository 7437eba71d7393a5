"""Fetching results: only from where they are expected, only over judged addresses, only what decodes."""

import socket
from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kinoloop.core.errors import (
    CancelledError,
    ForbiddenError,
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
)
from kinoloop.media.watch import SilentWatch
from kinoloop.vendors.result_check import kind_of
from kinoloop.vendors.results import fetch_result
from kinoloop.vendors.web_video.guard_proxy import connect_by_system
from tests.films import draw_film, draw_sound
from tests.vendors.server import Behaviour, Seen, serving

HOSTS = ("replicate.delivery", "*.replicate.delivery")
PUBLIC = "93.184.216.34"
WATCH = SilentWatch()


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 24), (200, 30, 30)).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return draw_film(tmp_path_factory.mktemp("film") / "film.mp4", seconds=0.4).path.read_bytes()


def fetch_from(behaviour: Behaviour, out: Path, *, path: str = "/a", limit: int = 1 << 20) -> Path:
    with serving(behaviour) as server:
        return fetch_result(
            server.url + path,
            out,
            allowed_hosts=HOSTS,
            watch=WATCH,
            loopback_allowed=True,
            limit_bytes=limit,
            seconds=5,
        )


def nothing_left(folder: Path) -> bool:
    return not list(folder.iterdir())


def test_a_film_comes_whole(tmp_path: Path, film: bytes) -> None:
    out = tmp_path / "scene.mp4"
    assert fetch_from(lambda seen: seen.answer(200, film), out) == out
    assert out.read_bytes() == film and list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_comes_whole(tmp_path: Path, kind: str) -> None:
    out = fetch_from(lambda seen: seen.answer(200, picture(kind)), tmp_path / "frame.png")
    assert out.read_bytes() == picture(kind)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_gone_has_expired(tmp_path: Path, status: int) -> None:
    with pytest.raises(NotFoundError, match="expired") as caught:
        fetch_from(lambda seen: seen.answer(status, b"no"), tmp_path / "a.mp4", path="/a?signature=s3cret")
    assert "again" in caught.value.fix and "s3cret" not in str(caught.value) and nothing_left(tmp_path)


def test_a_busy_store_is_a_passing_failure(tmp_path: Path) -> None:
    with pytest.raises(PassingError):
        fetch_from(lambda seen: seen.answer(503), tmp_path / "a.mp4")
    assert nothing_left(tmp_path)


def test_a_cut_connection_leaves_nothing(tmp_path: Path, film: bytes) -> None:
    def cut(seen: Seen) -> None:
        seen.handler.send_response(200)
        seen.handler.send_header("content-length", str(len(film)))
        seen.handler.end_headers()
        seen.handler.wfile.write(film[: len(film) // 2])
        seen.handler.close_connection = True

    with pytest.raises(PassingError):
        fetch_from(cut, tmp_path / "a.mp4")
    assert nothing_left(tmp_path)


def test_more_than_allowed_is_not_kept(tmp_path: Path, film: bytes) -> None:
    with pytest.raises(LimitError):
        fetch_from(lambda seen: seen.answer(200, film), tmp_path / "a.mp4", limit=1000)
    assert nothing_left(tmp_path)


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    def behave(seen: Seen) -> None:
        seen.answer(302, location="http://169.254.169.254/latest/meta-data/")

    with pytest.raises(InputError, match="redirects"):
        fetch_from(behave, tmp_path / "a.mp4")


def test_a_person_may_stop_it(tmp_path: Path) -> None:
    class Stop(SilentWatch):
        def check(self) -> None:
            raise CancelledError("stopped")

    with serving(lambda seen: seen.answer(200, picture())) as server, pytest.raises(CancelledError):
        fetch_result(server.url, tmp_path / "a.png", allowed_hosts=HOSTS, watch=Stop(), loopback_allowed=True)
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<html>sign in</html>", "a.mp4"),
        (b"", "a.mp4"),
        (b"MZ\x90\x00 an executable", "a.png"),
        (picture(), "a.mp4"),
        (picture()[:60], "a.png"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(300), "a.mp4"),
    ],
)
def test_what_does_not_decode_or_is_of_another_kind_is_refused(
    tmp_path: Path, body: bytes, name: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        fetch_from(lambda seen: seen.answer(200, body), tmp_path / name)
    assert caught.value.why and caught.value.fix and nothing_left(tmp_path)


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    sound = draw_sound(tmp_path / "sound.mp4", seconds=0.3).read_bytes()
    (tmp_path / "sound.mp4").unlink()
    with pytest.raises(IntegrityError, match="film"):
        fetch_from(lambda seen: seen.answer(200, sound), tmp_path / "a.mp4")


def test_a_film_in_place_of_a_picture_is_refused(tmp_path: Path, film: bytes) -> None:
    with pytest.raises(IntegrityError, match="no picture"):
        fetch_from(lambda seen: seen.answer(200, film), tmp_path / "a.webp")


def test_a_result_inside_the_answer_is_decoded(tmp_path: Path) -> None:
    url = "data:image/png;base64," + b64encode(picture()).decode()
    out = fetch_result(url, tmp_path / "a.png", allowed_hosts=(), watch=WATCH)
    assert out.read_bytes() == picture()


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("data:image/png;base64", IntegrityError),
        ("data:image/png,plain", IntegrityError),
        ("data:image/png;base64,!!!!", IntegrityError),
        ("data:image/png;base64," + "A" * 4000, LimitError),
        ("data:text/html;base64," + b64encode(b"<html>").decode(), IntegrityError),
    ],
)
def test_a_bad_result_inside_the_answer_is_refused(
    tmp_path: Path, url: str, kind: type[KinoloopError]
) -> None:
    with pytest.raises(kind):
        fetch_result(url, tmp_path / "a.png", allowed_hosts=(), watch=WATCH, limit_bytes=1000)
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.mp4",
        "https://127.1/a.mp4",
        "https://2130706433/a.mp4",
        "https://0x7f000001/a.mp4",
        "https://[::1]/a.mp4",
        "https://[::ffff:127.0.0.1]/a.mp4",
        "https://[64:ff9b::7f00:1]/a.mp4",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/a.mp4",
        "https://metadata.google.internal/a.mp4",
        "https://user:pass@replicate.delivery/a.mp4",
        "https://replicate.delivery@127.0.0.1/a.mp4",
        "https://replicate.delivery:8443/a.mp4",
        "https://replicate.delivery:22/a.mp4",
        "http://replicate.delivery/a.mp4",
        "http://127.0.0.1/a.mp4",
        "file:///etc/passwd",
        "ftp://replicate.delivery/a.mp4",
        "gopher://replicate.delivery/",
    ],
)
@pytest.mark.parametrize("hosts", [HOSTS, ("*",)])
def test_addresses_that_lead_elsewhere_are_forbidden(
    tmp_path: Path, url: str, hosts: tuple[str, ...]
) -> None:
    with pytest.raises(ForbiddenError):
        fetch_result(
            url, tmp_path / "a.mp4", allowed_hosts=hosts, watch=WATCH, resolve=public, connect=no_way
        )


@pytest.mark.parametrize(
    "url", ["https://evilreplicate.delivery/a.mp4", "https://replicate.delivery.evil.example/a.mp4"]
)
def test_hosts_that_look_alike_are_strangers(tmp_path: Path, url: str) -> None:
    with pytest.raises(ForbiddenError, match="none is expected"):
        fetch_result(
            url, tmp_path / "a.mp4", allowed_hosts=HOSTS, watch=WATCH, resolve=public, connect=no_way
        )


@pytest.mark.parametrize(
    "url", ["https://exa mple.com/", "https:///a", "https://replicate.delivery\\@127.0.0.1/", "https://[::1/"]
)
def test_addresses_that_cannot_be_read_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError):
        fetch_result(url, tmp_path / "a.mp4", allowed_hosts=("*",), watch=WATCH, connect=no_way)


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "64:ff9b::a00:1", "::1"])
def test_a_good_name_with_one_private_address_is_forbidden(tmp_path: Path, private: str) -> None:
    with pytest.raises(ForbiddenError, match="leads to"):
        fetch_result(
            "https://x.replicate.delivery/a.mp4",
            tmp_path / "a.mp4",
            allowed_hosts=HOSTS,
            watch=WATCH,
            resolve=lambda host, port: (PUBLIC, private),
            connect=no_way,
        )


def test_a_name_that_changes_its_mind_gains_nothing(tmp_path: Path) -> None:
    """It is resolved once; what is connected to is what was judged, however it would resolve later."""
    asked: list[str] = []
    reached: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return (PUBLIC, "93.184.216.35") if len(asked) == 1 else ("127.0.0.1",)

    def connect(address: str, port: int) -> socket.socket:
        reached.append((address, port))
        raise OSError("unreachable here")

    with pytest.raises(PassingError):
        fetch_result(
            "https://x.replicate.delivery/a.mp4",
            tmp_path / "a.mp4",
            allowed_hosts=HOSTS,
            watch=WATCH,
            resolve=rebinding,
            connect=connect,
        )
    assert asked == ["x.replicate.delivery"]
    assert reached == [(PUBLIC, 443), ("93.184.216.35", 443)]


def test_the_sandbox_is_open_only_where_it_is_told_and_only_as_itself(tmp_path: Path) -> None:
    with serving(lambda seen: seen.answer(200, picture())) as server:
        for url in (server.url, f"http://localhost:{server.port}/", f"http://127.1:{server.port}/"):
            with pytest.raises(ForbiddenError):
                fetch_result(
                    url,
                    tmp_path / "a.png",
                    allowed_hosts=("*",),
                    watch=WATCH,
                    loopback_allowed=not url.startswith(server.url),
                    connect=connect_by_system,
                )
        assert server.seen == []


def test_kinds_by_their_first_bytes() -> None:
    assert kind_of(b"\x1aE\xdf\xa3webm") == "film" and kind_of(b"\x00\x00\x00\x14ftypqt  ") == "film"
    assert kind_of(b"GIF89a") is None and kind_of(b"RIFF\x00\x00\x00\x00WAVE") is None


def public(host: str, port: int) -> Sequence[str]:
    return (PUBLIC,)


def no_way(address: str, port: int) -> socket.socket:
    raise AssertionError(f"connected to {address}:{port}")
