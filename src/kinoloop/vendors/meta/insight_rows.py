"""An insights request and its rows: Meta's strings as our numbers, each count under its window. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError, IntegrityError
from kinoloop.learning.insights.records import InsightRow

Level = Literal["campaign", "adset", "ad"]
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
ENDED_WINDOWS = frozenset({"7d_view", "28d_view"})
ENDED_ON = "2026-01-12"
OWN_WINDOW = "default"
"""Under this name stands the count by the ad set's own attribution setting."""
HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
FIELDS = (
    "date_start,date_stop,impressions,clicks,spend,inline_link_clicks,"
    "actions,action_values,video_play_actions"
)
UNHOURLY_FIELDS = "reach"
"""People are not counted per hour."""


@dataclass(frozen=True)
class Question:
    """Which rows: days are inclusive, in the account's own time zone."""

    since: date
    until: date
    level: Level
    hourly: bool
    windows: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def halves(self) -> "tuple[Question, Question]":
        """Two shorter questions with the same rows together. Only for more than one day."""
        middle = date.fromordinal(self.since.toordinal() + self.days // 2)
        before = date.fromordinal(middle.toordinal() - 1)
        rest = (self.level, self.hourly, self.windows)
        return Question(self.since, before, *rest), Question(middle, self.until, *rest)

    def params(self) -> dict[str, Any]:
        fields = f"{self.level}_id,{FIELDS}" + ("" if self.hourly else f",{UNHOURLY_FIELDS}")
        return {
            "level": self.level,
            "fields": fields,
            "time_range": {"since": self.since.isoformat(), "until": self.until.isoformat()},
            "time_increment": "1",
            "action_attribution_windows": list(self.windows),
            **({"breakdowns": [HOURLY]} if self.hourly else {}),
        }


def question(since: date, until: date, level: Level, *, hourly: bool, windows: Sequence[str]) -> Question:
    """Raises InputError for a span that ends before it begins, and for a window that Meta does not have."""
    if until < since:
        raise InputError("The days end before they begin.", fix="Give the earlier day first.")
    ended, unknown = ENDED_WINDOWS & set(windows), set(windows) - set(WINDOWS) - ENDED_WINDOWS
    if ended:
        raise InputError(
            f"Meta no longer counts by {' or '.join(sorted(ended))}.",
            why=f"It ended these windows on {ENDED_ON}, and would answer as if nothing had happened.",
            fix=f"Use {', '.join(WINDOWS)}.",
        )
    if unknown or not windows:
        named = ", ".join(sorted(unknown)) or "none"
        raise InputError(
            f"These are no attribution windows of Meta's: {named}.", fix=f"Use {', '.join(WINDOWS)}."
        )
    return Question(since, until, level, hourly, tuple(dict.fromkeys(windows)))


@dataclass(frozen=True)
class Reader:
    """Reads rows of one account."""

    account_id: str
    currency: Currency
    timezone: str
    level: Level
    windows: tuple[str, ...]

    def rows(self, told: Iterable[Mapping[str, Any]]) -> list[InsightRow]:
        """Raises IntegrityError for a row that cannot be read: a day with a hole in it is no day."""
        try:
            return [self._row(each) for each in told]
        except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
            raise IntegrityError("Meta's insights cannot be read.", why=repr(error)) from error

    def _row(self, told: Mapping[str, Any]) -> InsightRow:
        actions = self._counts(told.get("actions"))
        return InsightRow(
            account_id=self.account_id,
            entity_id=str(told[f"{self.level}_id"]),
            kind=self.level,
            day=date.fromisoformat(told["date_start"]),
            hour=_hour(told.get(HOURLY)),
            timezone=self.timezone,
            currency=self.currency,
            impressions=int(told["impressions"]),
            clicks=int(told.get("clicks", 0)),
            spend=self.currency.rounded(told["spend"]),
            reach=_count(told.get("reach")),
            video_3s=_views(told),
            link_clicks=_count(told.get("inline_link_clicks")),
            actions=actions,
            action_values={
                window: {kind: self.currency.rounded(str(value)) for kind, value in values.items()}
                for window, values in self._counts(told.get("action_values"), str).items()
            },
        )

    def _counts(self, told: object, as_number: Any = float) -> dict[str, dict[str, Any]]:
        """`{window: {type: count}}`, every type as Meta names it."""
        counts: dict[str, dict[str, Any]] = {}
        for action in told if isinstance(told, list) else ():
            for window, key in (*((window, window) for window in self.windows), (OWN_WINDOW, "value")):
                if key in action:
                    counts.setdefault(window, {})[str(action["action_type"])] = as_number(action[key])
        return counts


def _views(told: Mapping[str, Any]) -> int | None:
    """Three-second views. Meta leaves out a count of none: it is 0 only where the film was played at all."""
    actions = told.get("actions") or ()
    views = next(
        (action.get("value") for action in actions if action.get("action_type") == "video_view"), None
    )
    if views is not None:
        return int(views)
    return 0 if told.get("video_play_actions") else None


def _count(told: object) -> int | None:
    return None if told is None else int(str(told))


def _hour(told: object) -> int | None:
    """`13:00:00 - 13:59:59` is 13."""
    return None if told is None else int(str(told)[:2])
