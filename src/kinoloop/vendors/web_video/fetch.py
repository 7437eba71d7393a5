"""The download itself, in a process of its own: one address in, one file out, all through the guard."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, TextIO
from urllib.parse import urlsplit

from kinoloop.core.errors import (
    ForbiddenError,
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.core.text import redact
from kinoloop.vendors.http import Http, Patience
from kinoloop.vendors.web_video.address_guard import Allowed, read_url
from kinoloop.vendors.web_video.guard_proxy import GuardProxy

MEDIA_ENDINGS = frozenset(
    {
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".mpg",
        ".mpeg",
        ".mp3",
        ".m4a",
        ".wav",
        ".ogg",
        ".flac",
    }
)
ERRORS: dict[str, type[KinoloopError]] = {
    kind.code: kind
    for kind in (
        ForbiddenError,
        InputError,
        IntegrityError,
        LimitError,
        NotFoundError,
        PassingError,
        UnavailableError,
        KinoloopError,
    )
}
Tell = Callable[[float, float], None]


@dataclass(frozen=True)
class Order:
    """What the child is asked: an address, an empty folder, the most bytes, seconds, opened addresses."""

    url: str
    folder: str
    limit_bytes: int
    seconds: float
    allow: tuple[tuple[str, int], ...] = ()

    @property
    def allowed(self) -> Allowed:
        return frozenset((host, port) for host, port in self.allow)


def is_direct(url: str) -> bool:
    """True when the address names a media file itself."""
    return Path(urlsplit(url).path).suffix.lower() in MEDIA_ENDINGS


def fetch(order: Order, tell: Tell) -> Path:
    """Download through a guard proxy of its own. Raises KinoloopError; a refusal by the guard comes first."""
    read_url(order.url)
    with GuardProxy(
        secrets.token_urlsafe(16), allow=order.allowed, limit_bytes=order.limit_bytes * 2
    ) as proxy:
        work = fetch_direct if is_direct(order.url) else fetch_with_extractor
        try:
            return work(order, proxy.url, tell)
        except KinoloopError as error:
            raise (proxy.refusals or [error])[0] from error


def fetch_direct(order: Order, proxy: str, tell: Tell) -> Path:
    """A media file by plain HTTP, redirects followed through the guard."""
    path = Path(order.folder) / ("video" + Path(urlsplit(order.url).path).suffix.lower())
    patience = Patience(whole=order.seconds)
    http = Http(
        "The web server", random=Random(), patience=patience, redirects=5, proxy=proxy, trust_env=False
    )
    done = 0
    with http, path.open("wb") as file:
        for chunk in http.chunks(order.url, limit_bytes=order.limit_bytes):
            file.write(chunk)
            done += len(chunk)
            tell(done, 0)
    if not done:
        raise IntegrityError("The web server sent an empty file.", fix="Check the address.")
    return path


def fetch_with_extractor(order: Order, proxy: str, tell: Tell) -> Path:
    """A page's video by yt-dlp. Raises UnavailableError when it is not installed."""
    try:
        package = import_module("yt_dlp")
    except ImportError as error:
        raise UnavailableError(
            "Video pages cannot be read.",
            why="yt-dlp is not installed.",
            fix="Install it with: pip install 'kinoloop[download]', or give the address of a media file.",
        ) from error
    try:
        with package.YoutubeDL(extractor_options(order, proxy, tell)) as extractor:
            extractor.extract_info(order.url, download=True)
    except package.utils.DownloadError as error:
        raise explained(str(error)) from error
    return _only_file(Path(order.folder))


def extractor_options(order: Order, proxy: str, tell: Tell) -> dict[str, Any]:
    """One file, no playlists, no external programs, no cache, nothing outside the folder."""

    def hook(state: dict[str, Any]) -> None:
        total = state.get("total_bytes") or state.get("total_bytes_estimate") or 0
        tell(float(state.get("downloaded_bytes") or 0), float(total))

    return {
        "proxy": proxy,
        "outtmpl": {"default": "video.%(ext)s"},
        "paths": {"home": order.folder},
        "format": "best[ext=mp4]/best",
        "max_filesize": order.limit_bytes,
        "noplaylist": True,
        "playlist_items": "1",
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "cachedir": False,
        "socket_timeout": 30,
        "retries": 2,
        "fragment_retries": 2,
        "hls_prefer_native": True,
        "external_downloader": {},
        "enable_file_urls": False,
        "logger": Silence(),
        "progress_hooks": [hook],
    }


class Silence:
    """Takes what yt-dlp would print; its errors arrive as exceptions."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...


_EXPLAINED: tuple[tuple[tuple[str, ...], type[KinoloopError], str, str], ...] = (
    (
        ("private video", "login", "sign in"),
        ForbiddenError,
        "The video is not public.",
        "Use a file you have.",
    ),
    (
        ("age-restricted", "confirm your age"),
        ForbiddenError,
        "The video is for signed-in adults.",
        "Use a file you have.",
    ),
    (
        ("geo restrict", "geo-restrict", "in your country", "from your location"),
        ForbiddenError,
        "The video is closed to this region.",
        "Use a file you have.",
    ),
    (
        ("404", "not found", "unavailable", "removed"),
        InputError,
        "There is no such video.",
        "Check the address.",
    ),
    (("live event", "is live"), InputError, "The video is still live.", "Wait until it has ended."),
    (("unsupported url", "no video"), InputError, "There is no video at this address.", "Check the address."),
    (
        ("file is larger", "max-filesize", "file too large"),
        LimitError,
        "The video is larger than allowed.",
        "Choose a shorter one.",
    ),
)


def explained(message: str) -> KinoloopError:
    """yt-dlp's message as one of our errors."""
    low, why = message.lower(), redact(" ".join(message.split()))[:300]
    for signs, kind, what, fix in _EXPLAINED:
        if any(sign in low for sign in signs):
            return kind(what, why=why, fix=fix)
    return PassingError("The video could not be fetched.", why=why, fix="Try again later.")


def _only_file(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file() and path.suffix not in {".part", ".ytdl"}]
    if not files:
        raise LimitError(
            "No video was kept.", why="It was larger than allowed, or empty.", fix="Choose another."
        )
    return max(files, key=lambda path: path.stat().st_size)


def main(orders: TextIO, answers: TextIO) -> int:
    """Read one order as a JSON line, write progress lines and one result line; 0 when a file was made."""
    given = json.loads(orders.readline())
    order = Order(**{**given, "allow": tuple((host, port) for host, port in given["allow"])})

    def tell(done: float, total: float) -> None:
        print(json.dumps({"done": done, "total": total}), file=answers, flush=True)

    try:
        answer: dict[str, Any] = {"path": str(fetch(order, tell))}
    except KinoloopError as error:
        answer = {"error": error.as_dict()}
    except Exception as error:  # whatever an extractor does, the parent gets one sentence about it
        answer = {"error": explained(f"{type(error).__name__}: {error}").as_dict()}
    print(json.dumps(answer), file=answers, flush=True)
    return 0 if "path" in answer else 1
