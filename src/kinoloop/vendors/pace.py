"""How often the services let themselves be asked, and the small port through which their limit is kept."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Rate:
    """At most `limit` calls in any `window_seconds`, per account."""

    limit: int
    window_seconds: float


KIE_TASKS = Rate(20, 10.0)
"""New tasks. More are refused with code 429 and not queued (KIE, getting started)."""
REPLICATE_PREDICTIONS = Rate(600, 60.0)
"""New predictions (Replicate, rate limits)."""


class Pacer(Protocol):
    """What the shared pace of the store gives."""

    def take(self) -> None:
        """Come back when a call may be made. Raises a PassingError when its turn is too far away."""
        ...

    def close_for(self, seconds: float) -> None:
        """The service asked to be left alone for so long."""
        ...
