"""The wall, in a process of its own because its hook stays for good, and its judgement in this one."""

import subprocess
import sys

import pytest

from kinoloop.vendors.web_video import wall
from tests.vendors.server import serving

PROBE = """
import socket, sys
import httpx2
from kinoloop.vendors.web_video.guard_proxy import GuardProxy
from kinoloop.vendors.web_video.wall import refuse_strangers

port = int(sys.argv[1])
sys.addaudithook(refuse_strangers)
for reach in (
    lambda: socket.create_connection(("127.0.0.1", port)),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False),
):
    try:
        reach()
    except (PermissionError, httpx2.ConnectError) as error:
        print("refused" if "past the guard" in str(error) else error)
with GuardProxy("pw", allow=frozenset({("127.0.0.1", port)})) as proxy:
    print(httpx2.get(f"http://127.0.0.1:{port}/", proxy=proxy.url, trust_env=False).text)
"""


def test_only_the_guard_reaches_out() -> None:
    with serving(lambda seen: seen.answer(200, b"film")) as server:
        told = subprocess.run(
            [sys.executable, "-c", PROBE, str(server.port)],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert told.stdout.split() == ["refused", "refused", "refused", "film"]
        assert len(server.seen) == 1


def test_what_is_not_a_door_is_refused() -> None:
    with pytest.raises(PermissionError, match="past the guard"):
        wall.refuse_strangers("socket.connect", (None, ("93.184.216.34", 80)))
    with pytest.raises(PermissionError, match="looked up"):
        wall.refuse_strangers("socket.getaddrinfo", ("example.com", 80))
    wall.refuse_strangers("socket.getaddrinfo", ("127.0.0.1", 80))
    wall.refuse_strangers("open", ("file",))
    with wall.passage():
        wall.refuse_strangers("socket.connect", (None, ("93.184.216.34", 80)))
