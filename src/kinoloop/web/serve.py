"""Serve the site with uvicorn; live streams are told to end before the server stops, so it stops at once."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

GRACE = 5


class Server(uvicorn.Server):
    """A server that closes the live streams first."""

    def __init__(self, site: FastAPI, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                site,
                host=host,
                port=port,
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._site = site

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._site.state.streams.close()
        super().handle_exit(sig, frame)
