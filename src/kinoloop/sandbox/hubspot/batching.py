"""On what terms webhooks are sent, and how events become batches."""

from dataclasses import dataclass
from random import Random
from typing import Any

from kinoloop.sandbox.hubspot.subscriptions import Subscription

BATCH = 100


@dataclass(frozen=True)
class Terms:
    """Where events go and how. Rates are shares of events; `gather` is in seconds at the real vendor."""

    url: str
    subscriptions: tuple[Subscription, ...]
    concurrency: int = 10
    batch: int = BATCH
    duplicates: float = 0.05
    reused_ids: float = 0.02
    shuffle: bool = True
    gather: float = 1.0
    patience: float = 5.0


def split(events: list[dict[str, Any]], terms: Terms, random: Random) -> list[list[dict[str, Any]]]:
    """Batches of any size up to the most allowed; full ones when nothing is to be shuffled."""
    batches: list[list[dict[str, Any]]] = []
    rest = events
    while rest:
        size = random.randint(1, terms.batch) if terms.shuffle else terms.batch
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


def lie(event: dict[str, Any]) -> dict[str, Any]:
    """The same event with a stage that the deal never had."""
    if event.get("propertyName") != "dealstage":
        return event
    return {**event, "propertyValue": "closedlost" if event["propertyValue"] == "closedwon" else "closedwon"}
