"""What an ad really brought, as somebody tells it who knows."""

from dataclasses import dataclass
from datetime import datetime

from kinoloop.core.currency import Minor


@dataclass(frozen=True)
class Feedback:
    """All that an ad has spent and brought until `at`, minor units of `currency`."""

    tenant_id: str
    ad_id: str
    value: Minor
    spend: Minor
    currency: str
    at: datetime

    @property
    def roas(self) -> float | None:
        """None where nothing was spent."""
        return self.value / self.spend if self.spend else None
