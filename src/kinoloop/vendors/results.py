"""Fetching what a generation service made, at once, for it expires: by https from hosts that are expected.

The address comes from an answer, so it is judged like a stranger's: every address behind the name must be of
the open internet, the connection goes to the very address that was judged, and redirects are not followed.
"""

import secrets
import socket
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random

from kinoloop.core.errors import (
    ForbiddenError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.core.files import whole_file
from kinoloop.media.watch import Watch
from kinoloop.vendors.http import Http, Patience
from kinoloop.vendors.result_check import check_result
from kinoloop.vendors.web_video.address_guard import (
    NOBODY,
    Allowed,
    Resolve,
    public_addresses,
    read_host,
    read_url,
)
from kinoloop.vendors.web_video.guard_proxy import (
    Connect,
    GuardProxy,
    connect_by_system,
    resolve_by_system,
)

LIMIT_BYTES = 512 << 20
SECONDS = 300.0
LOOPBACK = frozenset({"127.0.0.1", "::1"})
PIECE = MARGIN = 1 << 20


@dataclass(frozen=True)
class ResultSource:
    """Where one service's results may be fetched from, and how much of them; see `fetch_result`."""

    allowed_hosts: tuple[str, ...]
    loopback_allowed: bool = False
    limit_bytes: int = LIMIT_BYTES
    seconds: float = SECONDS

    def fetch(self, url: str, out: Path, watch: Watch) -> Path:
        return fetch_result(url, out, watch=watch, **vars(self))


def fetch_result(
    url: str,
    out: Path,
    *,
    allowed_hosts: Sequence[str],
    watch: Watch,
    loopback_allowed: bool = False,
    limit_bytes: int = LIMIT_BYTES,
    seconds: float = SECONDS,
    resolve: Resolve = resolve_by_system,
    connect: Connect = connect_by_system,
) -> Path:
    """Download the result at `url` (https, or a `data:` URL) to `out`, whole and decodable or not at all.

    `allowed_hosts` are names such as "replicate.delivery" or "*.replicate.delivery"; "*" is any public one.
    `loopback_allowed` opens http to this machine, for a sandbox. Raises ForbiddenError, InputError (address),
    NotFoundError (expired), PassingError, LimitError (size, time), IntegrityError (not the media wanted).
    """
    if url[:5].lower() == "data:":
        return _kept(_pieces(_decoded(url, limit_bytes)), out, watch)
    opened = _judged(url, allowed_hosts, loopback_allowed)
    target = read_url(url)
    addresses = public_addresses(target.host, target.port, resolve, opened)
    with _guarded_client(addresses, opened, limit_bytes, seconds, connect) as http:
        return _kept(http.chunks(url, limit_bytes=limit_bytes), out, watch)


def _judged(url: str, allowed_hosts: Sequence[str], loopback_allowed: bool) -> Allowed:
    """The pair that is opened by hand: none, or the sandbox's own. Raises ForbiddenError, InputError."""
    target = read_url(url)
    if loopback_allowed and target.host in LOOPBACK:
        return frozenset({(target.host, target.port)})
    if target.scheme != "https" or target.port != 443:
        raise ForbiddenError(
            "The result lies at an address that is not fetched from.",
            why=f"It is {target.scheme} on port {target.port}; only https on port 443 is used.",
            fix="Report it to the service; the task can be looked up there by its id.",
        )
    host = read_host(target.host)
    if not any(fnmatchcase(host, pattern.casefold()) for pattern in allowed_hosts):
        raise ForbiddenError(
            f"The result lies at '{host}', where none is expected.",
            why=f"Results are fetched from: {', '.join(allowed_hosts) or 'nowhere'}.",
            fix="If the service has moved its files, add the host to the settings.",
        )
    return NOBODY


@contextmanager
def _guarded_client(
    addresses: tuple[str, ...],
    opened: Allowed,
    limit_bytes: int,
    seconds: float,
    connect: Connect,
) -> Iterator[Http]:
    """A client whose only way out is a guard that knows no addresses but the judged ones."""

    def first_open(address: str, port: int) -> socket.socket:
        return _first_open((address, *(other for other in addresses if other != address)), port, connect)

    password, most = secrets.token_urlsafe(16), limit_bytes * 2 + MARGIN
    guard = GuardProxy(
        password, resolve=lambda host, port: addresses, connect=first_open, allow=opened, limit_bytes=most
    )
    client = Http(
        "The result store",
        random=Random(),
        patience=Patience(whole=seconds),
        proxy=guard.url,
        trust_env=False,
    )
    with guard, client:
        try:
            yield client
        except (NotFoundError, UnavailableError) as error:
            raise _expired(error) from error
        except PassingError as error:
            raise (guard.refusals or [error])[0] from error


def _first_open(
    addresses: Iterable[str], port: int, connect: Callable[[str, int], socket.socket]
) -> socket.socket:
    """The first of the judged addresses that answers. Raises OSError when none does."""
    last = OSError("no address")
    for address in addresses:
        try:
            return connect(address, port)
        except OSError as error:
            last = error
    raise last


def _expired(error: KinoloopError) -> NotFoundError:
    return NotFoundError(
        "The result is no longer there: it has expired.",
        why=f"Services keep what they made for an hour to two weeks. {error.why}".strip(),
        fix="Make this scene again; it will be paid for again.",
    )


def _decoded(url: str, limit_bytes: int) -> bytes:
    head, comma, body = url.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise IntegrityError("The result inside the answer cannot be read.", why="It is not base64.")
    if len(body) * 3 // 4 > limit_bytes + 3:
        raise LimitError(
            "The result inside the answer is too large.", why=f"{limit_bytes} bytes are allowed."
        )
    try:
        return b64decode(body, validate=True)
    except (Base64Error, ValueError) as error:
        raise IntegrityError("The result inside the answer cannot be read.", why=str(error)) from error


def _pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[start : start + PIECE] for start in range(0, len(data), PIECE))


def _kept(pieces: Iterable[bytes], out: Path, watch: Watch) -> Path:
    """Write, look, and only then show: `out` appears when it has been decoded."""
    with whole_file(out) as part:
        with part.open("wb") as file:
            for piece in pieces:
                watch.check()
                file.write(piece)
        check_result(part, out.suffix, watch)
    return out
