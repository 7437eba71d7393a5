"""The proxy against real clients and servers: redirects, rebinding names and strangers get nowhere."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx2
import pytest

from kinoloop.core.errors import ForbiddenError
from kinoloop.vendors.web_video.guard_proxy import GuardProxy, connect_by_system, resolve_by_system
from tests.vendors.server import Seen, serving

PUBLIC = "93.184.216.34"


@contextmanager
def through(proxy: GuardProxy) -> Iterator[httpx2.Client]:
    with httpx2.Client(proxy=proxy.url, follow_redirects=True, timeout=3, trust_env=False) as client:
        yield client


def test_a_public_name_is_reached_at_the_address_that_was_judged() -> None:
    reached: list[str] = []
    with serving(lambda seen: seen.answer(200, b"film")) as server:

        def connect(address: str, port: int) -> socket.socket:
            reached.append(address)
            return connect_by_system("127.0.0.1", server.port)

        with (
            GuardProxy("pw", resolve=lambda host, port: (PUBLIC,), connect=connect) as proxy,
            through(proxy) as web,
        ):
            assert web.get("http://films.example/a?b=1").content == b"film"
        assert reached == [PUBLIC]
        assert server.seen[0].path == "/a?b=1"
        assert server.seen[0].headers["host"] == "films.example"
        assert not any(name.startswith("proxy-") for name in server.seen[0].headers)


def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    """The first look says public, the second says loopback: the second connection is refused."""
    answers = iter([(PUBLIC,), ("127.0.0.1",)])
    with serving(lambda seen: seen.answer(200, b"x")) as server:
        connect = lambda address, port: connect_by_system("127.0.0.1", server.port)  # noqa: E731 - one line says it
        with GuardProxy("pw", resolve=lambda host, port: next(answers), connect=connect) as proxy:
            with through(proxy) as web:
                assert web.get("http://rebind.example/").status_code == 200
                assert web.get("http://rebind.example/").status_code == 403
            assert isinstance(proxy.refusals[0], ForbiddenError)
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "there", ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/", "http://0x7f000001/"]
)
def test_a_redirect_into_a_private_network_is_refused(there: str) -> None:
    with serving(lambda seen: seen.answer(302, location=there)) as server:

        def resolve(host: str, port: int) -> Sequence[str]:
            return (PUBLIC,) if host == "films.example" else resolve_by_system(host, port)

        def connect(address: str, port: int) -> socket.socket:
            assert address == PUBLIC
            return connect_by_system("127.0.0.1", server.port)

        with GuardProxy("pw", resolve=resolve, connect=connect) as proxy, through(proxy) as web:
            assert web.get("http://films.example/").status_code in (403, 502)
            assert len(proxy.refusals) == 1 and len(server.seen) == 1


def test_a_tunnel_to_a_private_address_is_refused() -> None:
    with GuardProxy("pw") as proxy, through(proxy) as web:
        with pytest.raises(httpx2.ProxyError):
            web.get("https://127.0.0.1/")
        assert isinstance(proxy.refusals[0], ForbiddenError)


def speak(proxy: GuardProxy, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", proxy.server_address[1]), timeout=3) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        data = b""
        while part := line.recv(65536):
            data += part
    return data


AUTH = b"Proxy-Authorization: Basic Z3VhcmQ6cHc=\r\n"


def test_a_tunnel_carries_bytes_both_ways() -> None:
    with serving(lambda seen: seen.answer(200, b"film")) as server:
        allow = frozenset({("127.0.0.1", server.port)})
        inner = b"GET /x HTTP/1.0\r\n\r\n"
        connect = f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n".encode()
        with (
            GuardProxy("pw", allow=allow) as proxy,
            socket.create_connection(("127.0.0.1", proxy.server_address[1]), timeout=3) as line,
        ):
            line.sendall(connect + AUTH + b"\r\n" + inner)
            data = b""
            while part := line.recv(65536):
                data += part
        assert data.startswith(b"HTTP/1.1 200 Connection established") and data.endswith(b"film")


def test_strangers_without_the_password_are_turned_away() -> None:
    with GuardProxy("pw") as proxy:
        answer = speak(proxy, b"GET http://example.com/ HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 407")
        assert speak(proxy, b"GET http://example.com/ HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 407")


def test_nonsense_and_dead_ends_are_answered_or_dropped() -> None:
    def refusing(address: str, port: int) -> socket.socket:
        raise ConnectionRefusedError

    with GuardProxy("pw", resolve=lambda host, port: (PUBLIC,), connect=refusing) as proxy:
        assert speak(proxy, b"hello\r\n\r\n") == b""
        assert speak(proxy, b"half a requ") == b""
        assert speak(proxy, b"CONNECT example.com:x HTTP/1.1\r\n" + AUTH + b"\r\n") == b""
        gone = speak(proxy, b"GET http://example.com/ HTTP/1.1\r\n" + AUTH + b"\r\n")
        assert gone.startswith(b"HTTP/1.1 502")
        odd = speak(proxy, b"GET http://[::1/ HTTP/1.1\r\n" + AUTH + b"\r\n")
        assert odd.startswith(b"HTTP/1.1 502")


def test_no_more_bytes_than_allowed_come_through() -> None:
    def big(seen: Seen) -> None:
        seen.answer(200, b"x" * 1_000_000)

    with serving(big) as server:
        allow = frozenset({("127.0.0.1", server.port)})
        proxy = GuardProxy("pw", allow=allow, limit_bytes=200_000)
        with proxy, through(proxy) as web, pytest.raises(httpx2.RemoteProtocolError):
            web.get(server.url)
