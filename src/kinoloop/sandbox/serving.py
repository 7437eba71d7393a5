"""Serve a world on loopback with uvicorn, in a thread or as the whole process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from kinoloop.core.errors import ConflictError, UnavailableError
from kinoloop.sandbox.application import create_sandbox
from kinoloop.sandbox.connections import CuttableProtocol
from kinoloop.sandbox.world import World

LOOPBACK = "127.0.0.1"
_GRACE = 1
_PATIENCE = 10.0


def open_port(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. Raises ConflictError."""
    # Only with the protocol named does asyncio send small answers at once instead of gathering them.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConflictError(
            f"Port {port} could not be used.",
            why=error.strerror or str(error),
            fix="Choose another with --port; 0 takes a free one.",
        ) from error
    return listener


def server_of(world: World) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            create_sandbox(world),
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
    )


@contextmanager
def serving(world: World, port: int = 0) -> Iterator[str]:
    """The URL of the sandbox, served from a thread until the block ends. The world is closed with it."""
    try:
        listener = open_port(port)
    except ConflictError:
        world.close()
        raise
    server = server_of(world)
    thread = threading.Thread(target=server.run, args=([listener],), name="sandbox-http", daemon=True)
    thread.start()
    try:
        _wait_for(server, thread)
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        world.close()
        server.should_exit = True
        thread.join(_PATIENCE)
        listener.close()


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise UnavailableError("The sandbox did not start.", fix="Look at its log.")
        time.sleep(0.005)
