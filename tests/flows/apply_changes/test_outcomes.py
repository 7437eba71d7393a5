"""What came of a write, judged from answers and looks alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, PassingError
from kinoloop.delivery.changes.records import Change, Done, Expected, Lost, NotTaken, Overtaken, Refused
from kinoloop.flows.apply_changes import outcomes
from kinoloop.store.breaker import BreakerOpenError
from kinoloop.vendors.refusals import NotTakenError
from tests.flows.apply_changes.platform import RefusalError

NOW = datetime(2026, 11, 20, tzinfo=UTC)
VALUES = st.one_of(st.integers(0, 10**9), st.sampled_from(["ACTIVE", "PAUSED"]))


def a_change(*, current: int | str = 100, sent: int | str | None = 110, dry_run: bool = False) -> Change:
    return Change(
        "c", "t", "act_1", "c1", "c1s1", "adset", "budget", current, 110, "unknown", "why", "manual", "k",
        Expected("more"), None, False, dry_run, {}, "", NOW, NOW, sent=sent,
    )  # fmt: skip


def test_what_surely_was_not_taken_may_be_tried_again() -> None:
    assert outcomes.failed(NotTakenError("Busy.", wait=7.0), NOW) == NotTaken("Busy.", 7.0)
    opened = BreakerOpenError("Open.", retry_at=NOW + timedelta(seconds=30))
    assert outcomes.failed(opened, NOW) == NotTaken("Open.", 30.0)
    assert outcomes.failed(NotTakenError("Out of reach."), NOW) == NotTaken("Out of reach.", None)


@pytest.mark.parametrize("error", [PassingError("Cut."), ZeroDivisionError("ours"), TimeoutError()])
def test_whatever_is_not_known_to_be_harmless_may_have_happened(error: Exception) -> None:
    assert isinstance(outcomes.failed(error, NOW), Lost)


def test_a_clear_no_keeps_the_platforms_own_words() -> None:
    told = outcomes.failed(RefusalError(100, "Invalid parameter"), NOW)
    assert isinstance(told, Refused) and told.answer == {"code": 100, "message": "Invalid parameter"}
    ours = outcomes.failed(InputError("Too small.", fix="More."), NOW)
    assert isinstance(ours, Refused) and ours.answer["error"]["what"] == "Too small."


def test_a_dry_run_that_was_cut_is_only_asked_again() -> None:
    assert isinstance(outcomes.failed(PassingError("Cut."), NOW, dry=True), NotTaken)
    assert isinstance(outcomes.failed(RefusalError(100, "no"), NOW, dry=True), Refused)
    assert isinstance(outcomes.after_silence(a_change(dry_run=True), 110), NotTaken)


@given(old=VALUES, sent=VALUES, seen=VALUES)
def test_only_a_value_that_was_read_back_counts_as_applied(
    old: int | str, sent: int | str, seen: int | str
) -> None:
    after = outcomes.after_write(old, sent, seen, {"success": True})
    assert isinstance(after, Done) == (seen == sent)
    assert isinstance(after, Overtaken) == (seen not in (sent, old))
    silence = outcomes.after_silence(a_change(current=old, sent=sent), seen)
    assert isinstance(silence, Done) == (seen == sent)
    assert isinstance(silence, NotTaken) == (seen == old and seen != sent)
    assert isinstance(silence, Overtaken) == (seen not in (sent, old))


def test_nothing_sent_is_never_taken_for_something_seen() -> None:
    assert isinstance(outcomes.after_silence(a_change(sent=None), 105), Overtaken)
