"""Results as the platform reports them: per entity and day or hour, restated for weeks after."""

from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.currency import Currency, Minor

WHOLE_DAY = -1
"""The `hour` of a whole day where rows are numbers: a key holds no NULL."""


@dataclass(frozen=True)
class InsightRow:
    """One entity on one day (or in one hour of it) of the account's own time zone.

    `hour` is 0-23, None for a whole day. `actions` counts by the platform's action type, `action_values`
    money by it, each under its attribution window: `{"7d_click": {"lead": 3}}`. None: it did not say.
    """

    account_id: str
    entity_id: str
    kind: str
    day: date
    hour: int | None
    timezone: str
    currency: Currency
    impressions: int
    clicks: int
    spend: Minor
    reach: int | None = None
    video_3s: int | None = None
    link_clicks: int | None = None
    actions: dict[str, dict[str, float]] = field(default_factory=dict)
    action_values: dict[str, dict[str, Minor]] = field(default_factory=dict)


@dataclass(frozen=True)
class InsightColumns:
    """Many rows by entity, day and hour, (rows,) each. `entity` is a place in `entity_ids`, `day` a date's
    ordinal, `hour` WHOLE_DAY for a whole day. `reach` and `link_clicks` are NaN where they were not told.
    """

    entity_ids: tuple[str, ...]
    entity: NDArray[np.int64]
    day: NDArray[np.int64]
    hour: NDArray[np.int64]
    impressions: NDArray[np.int64]
    clicks: NDArray[np.int64]
    spend: NDArray[np.int64]
    reach: NDArray[np.float64]
    link_clicks: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.entity)


@dataclass(frozen=True)
class Insight:
    """A row with when it was pulled: `known_from` until a later pull said something else (`known_until`)."""

    row: InsightRow
    known_from: datetime
    known_until: datetime | None = None


@dataclass(frozen=True)
class Known:
    """The newest row of its kind. `told_until` is the last pull that told it, where a later pull of the same
    day left it out (the platform does, once an ad is deleted); None while every pull tells it.
    """

    row: InsightRow
    known_from: datetime
    told_until: datetime | None = None


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a pull. `late`: a newer pull had told them already."""

    new: int = 0
    restated: int = 0
    unchanged: int = 0
    late: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new,
            self.restated + other.restated,
            self.unchanged + other.unchanged,
            self.late + other.late,
        )


@dataclass(frozen=True)
class Pull:
    """The last pull of an account: when, which days (inclusive, in its time zone), what it brought."""

    account_id: str
    pulled_at: datetime
    since: date
    until: date
    windows: tuple[str, ...]
    counts: Counts


@dataclass(frozen=True)
class Totals:
    """Whole days added up, of one account in one currency. `entity_id` None: of everything of this kind.

    `link_clicks` None: for at least one of the rows the platform did not say. `entities` had rows.
    """

    account_id: str
    day: date
    currency: Currency
    impressions: int
    clicks: int
    spend: Minor
    link_clicks: int | None
    entities: int
    entity_id: str | None = None


@dataclass(frozen=True)
class Restatement:
    """The platform said something else than before about the same entity, day and hour."""

    before: Insight
    after: Insight
