"""Where results come from."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from kinoloop.learning.insights.records import InsightRow


class InsightSource(Protocol):
    """An ad platform's reports. Failures are those of `delivery.ports`."""

    def insights(
        self,
        account_id: str,
        *,
        since: date,
        until: date,
        level: Literal["campaign", "adset", "ad"] = "ad",
        hourly: bool = False,
        windows: Sequence[str] = ("1d_click", "7d_click", "1d_view"),
    ) -> Sequence[InsightRow]:
        """All rows of these days (inclusive, in the account's time zone): a short span at once, a long one as
        a report that is waited for.
        """
        ...
