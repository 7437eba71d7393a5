"""The web face's part for the CRM, alone: its routes over an office, with somebody logged in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.web import webhooks
from kinoloop.web.api.ml import crm as crm_api
from kinoloop.web.faults import add_faults
from kinoloop.web.users.records import HOUSE, User
from kinoloop.web.visitor import Visitor
from tests.flows.sync_crm.office import Office


class Crm:
    """What the house gives the web face: looked up anew for each request, as tests change the office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    @property
    def crm(self) -> CrmDesk:
        return self._office.desk


def site_of(office: Office, user: User = HOUSE) -> FastAPI:
    site = FastAPI()
    site.state.backstage, site.state.clock = Crm(office), office.clock
    add_faults(site)

    @site.middleware("http")
    async def known(request: Request, go_on: Any) -> Any:
        request.state.visitor = Visitor(None, user)
        return await go_on(request)

    for room in (webhooks, crm_api):
        site.include_router(room.router)
    return site


@contextmanager
def served(site: FastAPI) -> Iterator[str]:
    """Over real HTTP on loopback; gives the address."""
    config = uvicorn.Config(site, host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = SimpleNamespace(tries=0)
    while not server.started:
        until.tries += 1
        assert until.tries < 1000, "the server did not start"
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
