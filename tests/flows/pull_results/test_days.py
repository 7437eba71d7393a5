"""Days are those of the account's own clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kinoloop.core.errors import IntegrityError
from kinoloop.flows.pull_results.days import hourly_days, whole_days

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_today_is_the_accounts_today() -> None:
    assert whole_days(NOON, "UTC", 28) == (date(2026, 10, 24), date(2026, 11, 20))
    assert whole_days(NOON, "Pacific/Auckland", 1) == (date(2026, 11, 21), date(2026, 11, 21))


def test_early_in_the_morning_yesterdays_hours_are_asked_for_too() -> None:
    assert hourly_days(NOON, "UTC") == (date(2026, 11, 20),)
    assert hourly_days(NOON, "Pacific/Auckland") == (date(2026, 11, 20), date(2026, 11, 21))


def test_after_a_gap_the_hours_since_then_are_asked_for() -> None:
    """Else a day would be known by its first hours alone, and all its money laid on them."""
    day = timedelta(days=1)
    assert hourly_days(NOON, "UTC", NOON - timedelta(hours=1)) == (NOON.date(),)
    assert hourly_days(NOON, "UTC", NOON - day) == ((NOON - day).date(), NOON.date())
    assert len(hourly_days(NOON, "UTC", NOON - 5 * day)) == 6
    assert len(hourly_days(NOON, "UTC", NOON - 50 * day)) == 8, "at most a week back"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", ""])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(IntegrityError, match="no time zone"):
        whole_days(NOON, zone, 28)
