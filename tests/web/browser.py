"""A real server on loopback and a real Chromium on it."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from kinoloop.web.serve import Server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
"""The headless shell comes first: it has no windows of its own, which keep a small machine busy."""


def chromium() -> str | None:
    """The browser of this machine: $KINOLOOP_CHROMIUM, or one on the path."""
    return os.environ.get("KINOLOOP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(site: FastAPI, port: int | None = None) -> Iterator[str]:
    """The base address of the site, served by uvicorn in a thread until the block ends."""
    port = port or free_port()
    server = Server(site, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        site.state.streams.close()
        server.should_exit = True
        thread.join(10)


@contextmanager
def chromium_open(folder: Path) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        raise RuntimeError("no Chromium is installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS), downloads_path=folder)
        try:
            yield browser
        finally:
            browser.close()
