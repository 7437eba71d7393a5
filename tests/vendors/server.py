"""Real HTTP servers on loopback whose behaviour is a function of the request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Seen:
    """One request as it arrived, and the handler to answer it by hand."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    handler: BaseHTTPRequestHandler = field(repr=False)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("content-length", str(len(body)))
        self.handler.end_headers()
        self.handler.wfile.write(body)


Behaviour = Callable[[Seen], None]


@dataclass
class LocalServer:
    """Where it listens, what it saw."""

    url: str
    port: int
    seen: list[Seen]
    closing: threading.Event


@contextmanager
def serving(behaviour: Behaviour, host: str = "127.0.0.1") -> Iterator[LocalServer]:
    """Serve until the block ends; `closing` is set then, so that a hanging answer can end."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        def serve_one(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, self.path, headers, self.rfile.read(length), self)
            seen.append(request)
            try:
                behaviour(request)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST = do_HEAD = serve_one  # noqa: N815 - http.server looks for these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            return None

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    port = server.server_address[1]
    closing = threading.Event()
    try:
        yield LocalServer(f"http://{host}:{port}", port, seen, closing)
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
