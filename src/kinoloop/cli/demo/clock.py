"""The sample's clock: it stands until it is moved, and once let go runs on from there."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kinoloop.core.clock import ManualClock


@dataclass
class SampleClock(ManualClock):
    """`at` is where it stands, or stood when it was let go."""

    _since: float | None = field(default=None, repr=False)

    def now(self) -> datetime:
        if self._since is None:
            return self.at
        return self.at + timedelta(seconds=time.monotonic() - self._since)

    def let_go(self) -> None:
        """From now on time passes as it does outside."""
        self._since = time.monotonic()
