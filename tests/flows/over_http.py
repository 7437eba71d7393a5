"""A house, its CRM and its ad platform for tests that speak HTTP and nothing else.

The house serves from a thread of this process and applies changes there, as `kinoloop serve` does; its runs
are worked on here, too, or by worker processes. The platform tells of everything six hours late until it is
told to catch up: so there is news for a later look.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kinoloop.app.compose import open_app
from kinoloop.app.settings import read_settings
from kinoloop.core.clock import SystemClock
from kinoloop.runs.config import Mode
from kinoloop.sandbox.testing import running_sandbox
from kinoloop.web.site import create_site
from tests.web.browser import free_port, serving

TENANT, ACCOUNT, SHOP = "ptd_fitness", "act_100000000000001", "https://shop.example/sale"
TOKEN = "the-token-of-these-tests-0123456789"
LATE = timedelta(hours=6)
PATIENCE = 60.0
Environment = Mapping[str, str]


class LateClock:
    """What the platform's clock shows until it catches up."""

    def now(self) -> datetime:
        return SystemClock().now() - LATE


@dataclass
class World:
    """Three clients: of the house, of its CRM, and of its ad platform."""

    house: httpx2.Client
    crm: httpx2.Client
    platform: httpx2.Client

    def get(self, path: str) -> Any:
        answer = self.house.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        answer = self.house.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def hubspot(self, method: str, path: str, body: Any) -> Any:
        answer = self.crm.request(method, f"/hubspot/crm/v3/objects{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def effects(self, entity_id: str) -> list[dict[str, Any]]:
        """What really changed at the platform, by its own journal, oldest first."""
        told = self.platform.get("/__sandbox/meta/changes", params={"entity_id": entity_id})
        return list(told.json()["changes"])

    def catch_up(self) -> None:
        """The platform's six hours pass."""
        told = self.platform.post("/__sandbox/clock/advance", json={"seconds": LATE.total_seconds()})
        assert told.status_code == 200, told.text

    def finished(self, run_id: str) -> dict[str, Any]:
        """A run's result, once it has one."""
        run = soon(lambda: _ended(self.get(f"/api/jobs/{run_id}")))
        assert run["status"] == "completed", run
        return dict(run["result"])


def soon(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What is found as soon as there is something."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found


@contextmanager
def world_on(url: str, folder: Path, *, workers: int = 0) -> Iterator[World]:
    """The world over a fresh database. With `workers` processes the server does no work itself."""
    with ExitStack() as stack:
        crm = stack.enter_context(running_sandbox())
        platform = stack.enter_context(running_sandbox(clock=LateClock()))
        port = free_port()
        environment = {
            **crm.environment,
            "KINOLOOP_META_URL": platform.environment["KINOLOOP_META_URL"],
            "DATABASE_URL": url,
            "META_AD_ACCOUNT_ID": ACCOUNT,
            "KINOLOOP_TENANT": TENANT,
            "KINOLOOP_TOKEN": TOKEN,
            "KINOLOOP_LANDING_HOSTS": "shop.example",
            "KINOLOOP_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "KINOLOOP_HOME": str(folder / "home"),
        }
        if workers:
            stack.enter_context(_working(environment, workers, folder))
        base = stack.enter_context(_serving(environment, port, "client" if workers else "embedded"))
        clients = [(base, TOKEN), (crm.url, crm.keys.hubspot), (platform.url, "")]
        yield World(*(stack.enter_context(_client(*each)) for each in clients))


def _client(base: str, key: str) -> httpx2.Client:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx2.Client(base_url=base, headers=headers, timeout=30)


@contextmanager
def _serving(environment: Environment, port: int, mode: Mode) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        app = open_app(read_settings(), mode=mode, hurried=True)
    try:
        if mode == "embedded":
            app.runs.launch()
        app.ads.first_look()
        with app.ads.applying(), serving(create_site(app), port) as base:
            yield base
    finally:
        app.close()


@contextmanager
def _working(environment: Environment, count: int, folder: Path) -> Iterator[None]:
    """So many `kinoloop worker`; all have begun, and all leave cleanly when told to."""
    logs = [folder / f"worker-{number}.log" for number in range(count)]
    began = [_hired(environment, log) for log in logs]
    try:
        soon(lambda: _all_begun(began, logs), 2 * PATIENCE)
        yield
        for process in began:
            process.terminate()
        assert [process.wait(PATIENCE) for process in began] == [0] * count, _told(logs)
    finally:
        for process in began:
            process.kill()
            process.wait()


def _hired(environment: Environment, log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "kinoloop.cli.main", "worker"]
    with log.open("wb") as told:
        return subprocess.Popen(command, env={**os.environ, **environment}, stdout=told, stderr=told)


def _all_begun(began: Sequence["subprocess.Popen[bytes]"], logs: Sequence[Path]) -> bool:
    assert all(process.poll() is None for process in began), _told(logs)
    return all("Worker " in log.read_text() for log in logs)


def _told(logs: Sequence[Path]) -> str:
    return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs)


def _ended(run: dict[str, Any]) -> dict[str, Any] | None:
    return None if run["status"] in ("queued", "running") else run
