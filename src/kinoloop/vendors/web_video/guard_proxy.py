"""A forward proxy on loopback that connects only where the address guard lets it.

Everything a download does goes through it (CONNECT for https, absolute requests for http), so each redirect
and each new connection is judged again, and the address that was judged is the one connected to.
"""

import select
import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from socketserver import BaseRequestHandler, TCPServer, ThreadingMixIn
from types import TracebackType

from kinoloop.core.errors import ForbiddenError, KinoloopError
from kinoloop.vendors.web_video import wall
from kinoloop.vendors.web_video.address_guard import (
    NOBODY,
    Allowed,
    Resolve,
    Target,
    public_addresses,
    read_url,
)

HEAD_LIMIT = 64 << 10
CHUNK = 64 << 10
CONNECT_SECONDS = 15.0
IDLE_SECONDS = 60.0
Connect = Callable[[str, int], socket.socket]


def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """All addresses of a name, IPv4 and IPv6."""
    with wall.passage():
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect_by_system(address: str, port: int) -> socket.socket:
    with wall.passage():
        return socket.create_connection((address, port), timeout=CONNECT_SECONDS)


class GuardProxy(ThreadingMixIn, TCPServer):
    """Use as a context manager; `url` is what a client is given. It needs the password inside that URL."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        password: str,
        *,
        resolve: Resolve = resolve_by_system,
        connect: Connect = connect_by_system,
        allow: Allowed = NOBODY,
        limit_bytes: int = 4 << 30,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.password, self.resolve, self.connect, self.allow = password, resolve, connect, allow
        self.left = limit_bytes
        wall.DOORS.add(self.server_address[1])
        self.refusals: list[KinoloopError] = []
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://guard:{self.password}@127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "GuardProxy":
        self._serving.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
        self._serving.join()

    def open(self, target: Target) -> socket.socket:
        """Connect to the first address that was judged good. Raises KinoloopError or OSError."""
        addresses = public_addresses(target.host, target.port, self.resolve, self.allow)
        return self.connect(addresses[0], target.port)


class _Visit(BaseRequestHandler):
    """One client connection: one request, then bytes both ways until either side ends."""

    server: GuardProxy

    def handle(self) -> None:
        client: socket.socket = self.request
        client.settimeout(IDLE_SECONDS)
        try:
            head, rest = _read_head(client)
            self._serve(client, head, rest)
        except (OSError, ValueError):
            return

    def _serve(self, client: socket.socket, head: str, rest: bytes) -> None:
        lines = head.split("\r\n")
        method, address, _version = lines[0].split(" ", 2)
        if not self._knows_password(lines[1:]):
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nconnection: close\r\n\r\n")
            return
        try:
            target = _tunnel_target(address) if method == "CONNECT" else read_url(address)
            far = self.server.open(target)
        except KinoloopError as error:
            self.server.refusals.append(error)
            status = "403 Forbidden" if isinstance(error, ForbiddenError) else "502 Bad Gateway"
            client.sendall(f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode())
            return
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            return
        with far:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                far.sendall(rest)
            else:
                far.sendall(_origin_form(method, address, lines[1:]) + rest)
            self._relay(client, far)

    def _knows_password(self, headers: list[str]) -> bool:
        wanted = "Basic " + b64encode(f"guard:{self.server.password}".encode()).decode()
        pairs = (line.split(":", 1) for line in headers if ":" in line)
        return any(name.lower() == "proxy-authorization" and value.strip() == wanted for name, value in pairs)

    def _relay(self, client: socket.socket, far: socket.socket) -> None:
        """Carry bytes both ways until a side closes, nothing moves for a minute, or the limit is used up."""
        while True:
            ready, _, _ = select.select([client, far], [], [], IDLE_SECONDS)
            if not ready:
                return
            for side in ready:
                data = side.recv(CHUNK)
                if not data:
                    return
                if side is far:
                    self.server.left -= len(data)
                    if self.server.left < 0:
                        return
                (client if side is far else far).sendall(data)


def _read_head(client: socket.socket) -> tuple[str, bytes]:
    """The request head, and what came after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(CHUNK)
        if not part or len(data) > HEAD_LIMIT:
            raise ValueError("no request")
        data += part
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.decode("latin-1"), rest


def _tunnel_target(authority: str) -> Target:
    host, _, port = authority.rpartition(":")
    return Target("https", host.strip("[]"), int(port))


def _origin_form(method: str, address: str, headers: list[str]) -> bytes:
    """The request as the far server wants it: path only, no proxy headers, one request per connection."""
    path = "/" + address.split("://", 1)[1].partition("/")[2]
    kept = [line for line in headers if not line.lower().startswith(("proxy-", "connection:"))]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "connection: close", "", ""]).encode("latin-1")
