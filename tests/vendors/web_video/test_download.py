"""Downloads as they really run: a process of its own, real servers, every way out, nobody left behind."""

import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from kinoloop.core.errors import (
    CancelledError,
    ForbiddenError,
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.media.watch import SilentWatch
from kinoloop.vendors.web_video.download import DownloadLimits, download
from kinoloop.vendors.web_video.fetch import Order, explained, fetch, is_direct, main
from tests.children import children
from tests.vendors.server import LocalServer, Seen, serving

FILM = os.urandom(300_000)
QUICK = DownloadLimits(bytes=1 << 20, seconds=20)


def film(seen: Seen) -> None:
    """A web server with a film, a page that holds it, and roads that lead elsewhere."""
    if seen.path.endswith(".mp4") and "away" not in seen.path:
        seen.answer(200, FILM, content_type="video/mp4")
    elif seen.path == "/page":
        seen.answer(200, b'<html><video src="/in-page.mp4"></video></html>', content_type="text/html")
    elif seen.path == "/away.mp4":
        seen.answer(302, location="http://127.0.0.1:1/secret.mp4")
    elif seen.path == "/nothing":
        seen.answer(200, b"<html>no film here</html>", content_type="text/html")
    else:
        seen.answer(404)


def opened(server: LocalServer) -> frozenset[tuple[str, int]]:
    return frozenset({("127.0.0.1", server.port)})


class Telling(SilentWatch):
    def __init__(self) -> None:
        self.done = list[float]()

    def progress(self, done: float, total: float, note: str = "") -> None:
        self.done.append(done)


def test_a_media_file_comes_whole(tmp_path: Path) -> None:
    before, watch = children(), Telling()
    with serving(film) as server:
        path = download(server.url + "/a.mp4", tmp_path / "in", watch, limits=QUICK, allow=opened(server))
    assert path.read_bytes() == FILM and path.parent == tmp_path / "in"
    assert watch.done[-1] == len(FILM)
    assert children() <= before


@pytest.mark.slow
def test_a_page_with_a_video_is_read_by_the_extractor(tmp_path: Path) -> None:
    with serving(film) as server:
        path = download(server.url + "/page", tmp_path, SilentWatch(), limits=QUICK, allow=opened(server))
    assert path.read_bytes() == FILM and path.name == "video.mp4"


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.mp4", "file:///etc/passwd", "http://localhost./a.mp4"])
def test_private_addresses_start_nothing(tmp_path: Path, url: str) -> None:
    before = children()
    with pytest.raises(ForbiddenError):
        download(url, tmp_path / "in", SilentWatch())
    assert children() <= before and not (tmp_path / "in").exists()


def test_a_redirect_to_a_private_address_is_refused_in_the_process_too(tmp_path: Path) -> None:
    with serving(film) as server, pytest.raises(ForbiddenError, match=r"leads to 127\.0\.0\.1"):
        download(server.url + "/away.mp4", tmp_path, SilentWatch(), limits=QUICK, allow=opened(server))


def test_a_name_that_lies_at_the_first_look_is_caught_in_the_process(tmp_path: Path) -> None:
    with pytest.raises(ForbiddenError):
        download(
            "http://localhost:8080/a.mp4",
            tmp_path,
            SilentWatch(),
            resolve=lambda host, port: ("93.184.216.34",),
        )


def test_too_large_a_file_is_cut_off(tmp_path: Path) -> None:
    small = DownloadLimits(bytes=100_000, seconds=20)
    with serving(film) as server, pytest.raises(LimitError):
        download(server.url + "/a.mp4", tmp_path, SilentWatch(), limits=small, allow=opened(server))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with serving(lambda seen: seen.answer(404)) as server, pytest.raises(NotFoundError):
        download(server.url + "/a.mp4", tmp_path, SilentWatch(), limits=QUICK, allow=opened(server))


def hang(seen: Seen) -> None:
    time.sleep(8)


def test_a_server_that_hangs_ends_in_time_and_leaves_nobody(tmp_path: Path) -> None:
    before = children()
    limits = DownloadLimits(bytes=1 << 20, seconds=1.5)
    with serving(hang) as server, pytest.raises(LimitError, match=r"more than 1\.5 s"):
        download(server.url + "/a.mp4", tmp_path, SilentWatch(), limits=limits, allow=opened(server))
    assert children() <= before


def test_a_person_can_cancel(tmp_path: Path) -> None:
    class Impatient(SilentWatch):
        looks = 0

        def check(self) -> None:
            self.looks += 1
            if self.looks > 3:
                raise CancelledError("Stopped.")

    before = children()
    with serving(hang) as server, pytest.raises(CancelledError):
        download(server.url + "/a.mp4", tmp_path, Impatient(), limits=QUICK, allow=opened(server))
    assert children() <= before


def test_a_process_that_dies_is_told(tmp_path: Path) -> None:
    class Murderer(SilentWatch):
        def check(self) -> None:
            for child in psutil.Process().children():
                if "kinoloop.vendors.web_video.child" in child.cmdline():
                    child.kill()

    with serving(hang) as server, pytest.raises(PassingError, match="SIGKILL"):
        download(server.url + "/a.mp4", tmp_path, Murderer(), limits=QUICK, allow=opened(server))


def order(server: LocalServer, path: str, folder: Path, limit_bytes: int = 1 << 20) -> Order:
    return Order(server.url + path, str(folder), limit_bytes, 10.0, (("127.0.0.1", server.port),))


def test_the_extractor_reads_a_page_through_the_guard(tmp_path: Path) -> None:
    told: list[float] = []
    with serving(film) as server:
        path = fetch(order(server, "/page", tmp_path), lambda done, total: told.append(done))
    assert path.read_bytes() == FILM and told


def test_a_page_without_video_is_told(tmp_path: Path) -> None:
    with serving(film) as server, pytest.raises(InputError):
        fetch(order(server, "/nothing", tmp_path), lambda done, total: None)


def test_an_empty_file_is_no_video(tmp_path: Path) -> None:
    with serving(lambda seen: seen.answer(200)) as server, pytest.raises(IntegrityError, match="empty"):
        fetch(order(server, "/a.mp4", tmp_path), lambda done, total: None)


def test_a_page_video_larger_than_allowed_is_not_kept(tmp_path: Path) -> None:
    with serving(film) as server, pytest.raises(KinoloopError):
        fetch(order(server, "/page", tmp_path, limit_bytes=100_000), lambda done, total: None)


def test_a_missing_extractor_is_told_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yt_dlp", None)
    with serving(film) as server, pytest.raises(UnavailableError, match=r"kinoloop\[download\]"):
        fetch(order(server, "/page", tmp_path), lambda done, total: None)


def spoken(given: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    answers = io.StringIO()
    code = main(io.StringIO(json.dumps(given) + "\n"), answers)
    return code, [json.loads(line) for line in answers.getvalue().splitlines()]


def test_the_process_speaks_in_lines(tmp_path: Path) -> None:
    with serving(film) as server:
        asked = {
            "url": server.url + "/a.mp4",
            "folder": str(tmp_path),
            "limit_bytes": 1 << 20,
            "seconds": 10,
            "allow": [["127.0.0.1", server.port]],
        }
        code, lines = spoken(asked)
        assert code == 0 and lines[-1]["path"].endswith("video.mp4") and "done" in lines[0]
        code, lines = spoken({**asked, "allow": []})
        assert code == 1 and lines[-1]["error"]["code"] == "forbidden"
        code, lines = spoken({**asked, "folder": str(tmp_path / "none")})
        assert code == 1 and "FileNotFoundError" in lines[-1]["error"]["why"]


def test_direct_files_are_known_by_their_ending() -> None:
    assert is_direct("https://a.example/x/Film.MP4?token=1") and not is_direct(
        "https://a.example/watch?v=a.mp4"
    )


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("ERROR: Private video. Sign in if you've been granted access", ForbiddenError),
        ("Sign in to confirm your age", ForbiddenError),
        ("The uploader has not made this video available in your country", ForbiddenError),
        ("HTTP Error 404: Not Found", InputError),
        ("Unsupported URL: http://x", InputError),
        ("This live event will begin in 3 hours", InputError),
        ("OSError: [Errno 27] File too large", LimitError),
        ("The page message changed", PassingError),
    ],
)
def test_an_extractors_words_become_our_errors(message: str, kind: type[KinoloopError]) -> None:
    assert type(explained(message)) is kind
