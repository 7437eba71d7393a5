"""Makers as production builds them, pointed at a server on loopback; orders to give them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from kinoloop.core.clock import ManualClock, SystemClock
from kinoloop.creative.visuals.records import VisualKind, VisualOrder
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database
from kinoloop.vendors.http import Http, Patience, Retries
from kinoloop.vendors.kie.adapter import KieMaker
from kinoloop.vendors.replicate.adapter import ReplicateMaker
from kinoloop.vendors.results import ResultSource

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LOCAL = ResultSource((), loopback_allowed=True, seconds=10)
FLUX, VEO = "black-forest-labs/flux-schnell", "google/veo-3.1-fast"


def order(model: str, kind: VisualKind = "video", **changes: Any) -> VisualOrder:
    plain = VisualOrder(
        key="job:scene-1:1",
        kind=kind,
        model=model,
        prompt="A baker lifts a warm loaf out of the oven",
        negative_prompt="text, watermark",
        seconds=5 if kind == "video" else 0,
        aspect="9:16",
        seed=1234567,
    )
    return replace(plain, **changes)


@contextmanager
def http_client(name: str) -> Iterator[Http]:
    with Http(
        name,
        random=Random(1),
        patience=Patience(2.0, 5.0, 10.0),
        retries=Retries(3, 0.01, 0.1),
        trust_env=False,
        sleep=lambda seconds: None,
    ) as http:
        yield http


@contextmanager
def replicate_maker(database: Database, url: str, **options: Any) -> Iterator[ReplicateMaker]:
    """`rests` among the options gets the seconds that were waited for turns."""
    with http_client("Replicate") as http:
        yield ReplicateMaker(
            url,
            options.pop("token", "secret-token"),
            http,
            Breaker(database, "replicate", threshold=50),
            _pace(database, "replicate", 600, 60, options.pop("rests", None)),
            results=LOCAL,
            clock=options.pop("clock", None) or SystemClock(),
            settle_seconds=options.pop("settle_seconds", 0.0),
            **options,
        )


@contextmanager
def kie_maker(database: Database, url: str, **options: Any) -> Iterator[KieMaker]:
    """As `replicate_maker`."""
    with http_client("KIE") as http:
        yield KieMaker(
            url,
            options.pop("token", "secret-token"),
            http,
            Breaker(database, "kie", threshold=50),
            _pace(database, "kie", 20, 10, options.pop("rests", None)),
            results=LOCAL,
            **options,
        )


def _pace(database: Database, name: str, limit: int, window: float, rests: list[float] | None) -> Pace:
    if rests is None:
        return Pace(database, name, limit, window)
    clock = ManualClock(START)

    def rest(seconds: float) -> None:
        rests.append(seconds)
        clock.advance(seconds)

    waiting: Callable[[float], None] = rest
    return Pace(database, name, limit, window, clock, rest=waiting)
