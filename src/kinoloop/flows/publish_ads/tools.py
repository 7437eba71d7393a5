"""What publishing is given, chosen by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kinoloop.core.clock import Clock
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.ports import AdPlatform
from kinoloop.delivery.publishing.ports import AdPublisher
from kinoloop.store.blobs import Blobs


class Publisher(AdPlatform, AdPublisher, Protocol):
    """One platform that makes ads and shows them."""


@dataclass(frozen=True)
class PublishTools:
    """`publisher_for` opens an account's platform, and raises UnavailableError without a key. Seconds:
    `settle` is how long a call without an answer may still arrive, `film` how long a film may be worked on,
    `backoff` the pause before a failed step is tried again; it doubles.
    """

    publisher_for: Callable[[AdAccount], Publisher]
    blobs: Blobs
    clock: Clock
    new_id: NewId
    settle: float = 30.0
    film: float = 900.0
    backoff: float = 4.0
