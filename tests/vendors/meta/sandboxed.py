"""A platform wired as in production, in front of a sandbox whose time moves when somebody waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from kinoloop.core.clock import ManualClock
from kinoloop.delivery.ports import Write
from kinoloop.sandbox.testing import Sandbox
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database
from kinoloop.vendors.http import Patience, Retries
from kinoloop.vendors.meta.adapter import MetaPlatform
from kinoloop.vendors.meta.wire import GraphHttp

NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)
USD, YEN, HIDDEN = "act_100000000000001", "act_100000000000002", "act_100000000000003"


@dataclass
class Meta:
    """The platform, wired as in production, in front of a sandbox whose time moves when somebody waits."""

    platform: MetaPlatform
    sandbox: Sandbox
    http: GraphHttp
    wait: Callable[[float], None]

    def control(self, path: str, body: dict[str, Any]) -> None:
        url = f"{self.sandbox.url}/__sandbox/meta/{path}"
        assert self.http._client.post(url, json=body).status_code == 200

    def effects(self) -> list[dict[str, Any]]:
        told = self.http._client.get(f"{self.sandbox.url}/__sandbox/meta/changes").json()
        return list(told["changes"])

    def first(self, kind: str, account: str = USD) -> str:
        return next(each.entity_id for each in self.platform.mirror(account).entities if each.kind == kind)

    def own_set(self, account: str = USD) -> str:
        entities = self.platform.mirror(account).entities
        return next(each.entity_id for each in entities if each.kind == "adset" and each.daily_budget)


@contextmanager
def meta_at(sandbox: Sandbox, database: Database, secret: str | None = None) -> Iterator[Meta]:
    clock, keys = ManualClock(NOW), sandbox.keys
    proof_key = keys.meta_app_secret if secret is None else secret

    def wait(seconds: float) -> None:
        clock.advance(seconds)
        sandbox.world.advance(seconds)

    with GraphHttp(
        "Meta",
        random=Random(1),
        patience=Patience(10.0, 30.0, 60.0),
        retries=Retries(3, 0.01, 2.0),
        trust_env=False,
        sleep=wait,
    ) as http:
        pace = Pace(database, "meta", 1000, 1.0, clock, rest=wait)
        breaker = Breaker(database, "meta", threshold=50, clock=clock)
        platform = MetaPlatform(
            sandbox.vendor_url("meta"), keys.meta, proof_key, http, breaker, pace, clock=clock, sleep=wait
        )
        yield Meta(platform, sandbox, http, wait)


def budget(entity_id: str, value: int) -> Write:
    return Write(USD, "adset", entity_id, "daily_budget", value)
