"""Tracks, exposures, DNA and vectors to test with."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Currency
from kinoloop.learning.winners.records import (
    Content,
    Dna,
    Exposure,
    Fatigue,
    Judged,
    Standing,
    Track,
    Vector,
    Verdict,
)
from kinoloop.learning.winners.rules.audience import frequencies, reached
from kinoloop.store.vectors import SIZE
from tests.store.catalogue import NOON

USD = Currency("USD")
FINE = Fatigue("HEALTHY", "Its CTR holds.", 0.1, frequency=1.2)


def track(ad_id: str = "ad", **more: Any) -> Track:
    """An ad with enough of everything: $1,000 spent, 20 sales of $50."""
    usual: dict[str, Any] = {
        "age_hours": 500.0,
        "impressions": 100_000,
        "clicks": 1_000,
        "spend": 100_000,
        "settled_spend": 100_000,
        "conversions": 20.0,
        "value": 100_000,
    }
    return Track(ad_id, **(usual | more))


def exposure(
    rng: np.random.Generator,
    *,
    slope: float = 0.0,
    days: int = 45,
    daily: int = 10_000,
    audience: float = 45_000,
    noise: float = 0.0,
    ctr: float = 0.012,
) -> Exposure:
    """An ad whose CTR falls as (1 + frequency) ** -slope, and moves by `noise` from day to day."""
    shown = rng.poisson(daily, days)
    seen = frequencies(shown.astype(np.float64), audience)
    moved = np.exp(noise * rng.standard_normal(days) - noise**2 / 2)
    clicks = rng.poisson(shown * ctr * moved * ((1 + seen) / (1 + seen[0])) ** -slope)
    people = np.minimum(np.rint(reached(shown.astype(np.float64), audience)), shown)
    return Exposure("ad", np.arange(days), shown, clicks, shown * 2, people)


def dna(
    ad_id: str, video_id: str = "video", said: Sequence[tuple[str, str]] = (), **traits: str | None
) -> Dna:
    known: dict[str, str | None] = dict.fromkeys(
        ("hook_type", "pacing", "caption_style", "cta", "opening_shot"), None
    )
    content = Content("look-1", unit(ad_id), unit(f"{ad_id} opening"))
    return Dna(
        ad_id, "act_1", "house", video_id, f"variant of {ad_id}", known | traits, {}, tuple(said), content
    )


def unit(name: str) -> Vector:
    """A direction of its own for each name."""
    drawn: Vector = directions(np.random.default_rng(list(name.encode())), 1)[0]
    return drawn


def directions(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """(count, 512) unit vectors."""
    drawn = rng.standard_normal((count, SIZE))
    made: NDArray[np.float32] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return made


def judged(ad_id: str, verdict: Verdict, over: float | None = 0.95, tenant: str = "main") -> Judged:
    standing = Standing(
        ad_id, verdict, "return", f"{ad_id} is {verdict}.", track(ad_id), 1.5, 2.0, 1.6, 2.4, over, 0.01
    )
    return Judged(tenant, "act_1", USD, standing, FINE, None, NOON)
