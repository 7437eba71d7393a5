"""How ads, limits and people are said; limits survive the way through their form."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import AdEntity, GuardSettings
from kinoloop.delivery.changes.records import Expected
from kinoloop.web.ads.words import (
    budget_words,
    learning_words,
    percent_words,
    running_words,
    until_words,
    value_words,
    who_words,
    with_names,
)
from kinoloop.web.forms import Posted
from kinoloop.web.pages.ads.attempts import LONGEST, raw_text
from kinoloop.web.pages.ads.inbox import Filter
from kinoloop.web.pages.ads.limits import FIELDS, errors_told, limits_posted, limits_said
from kinoloop.web.pages.ads.mirror import tree_of
from kinoloop.web.pages.ads.standing import field_words
from kinoloop.web.pages.ads.told import interval_of
from tests.web.advertising import MAIN, USD, YEN, entity
from tests.web.house import START

GUARDS = GuardSettings(daily_loss_bound=5000)


@given(st.integers(0, 10**9))
def test_limits_go_through_the_form_unchanged(amount: int) -> None:
    for money in (USD, YEN):
        guards = replace(
            GUARDS, daily_loss_bound=amount, max_daily_budget=amount + 1, velocity=0.3, fuzz=0.07,
            jitter_ms_min=amount % 3000, rate_per_account=1 + amount % 10**6,
        )  # fmt: skip
        said = limits_said(guards, money)
        posted = Posted({name: (text,) for name, text in said.items()})
        assert limits_posted(posted, money) == (guards, {})


def test_every_limit_has_a_field() -> None:
    assert set(FIELDS) == set(vars(GuardSettings()))


def test_errors_that_name_no_field_stay() -> None:
    assert errors_told(InputError("It is not so.")) == {"": "It is not so."}


def test_values() -> None:
    assert value_words("budget", 5000, USD) == "USD 50.00 a day"
    assert value_words("bid", 120, YEN) == "JPY 120"
    assert value_words("status", "ODD_ONE", USD) == "ODD ONE"
    assert value_words("budget", None, USD) == "nothing"
    assert (percent_words(0, 5), percent_words("a", "b")) == (None, None)
    assert percent_words(5000, 4375) == "-12.5\u00a0%"


def test_when_it_is_due() -> None:
    at = [START + timedelta(seconds=s) for s in (-1, 0.2, 89, 600, 7200, 86400)]
    assert [until_words(one, START) for one in at] == [
        "now", "in 1 s", "in 89 s", "in 10 min", "at 14:00 UTC", "on 2026-11-21 at 12:00 UTC",
    ]  # fmt: skip


def test_people_and_automation_by_name() -> None:
    names = {"owner": "Ada", "0123456789": "Mia"}
    assert [who_words(one, names) for one in (None, "auto", "owner", "executor", "night_rule")] == [
        None, "automation, inside the limits", "Ada", "the executor", "Night rule",
    ]  # fmt: skip
    assert with_names("Rejected by 0123456789, the owner", names) == "Rejected by Mia, the owner"


def test_things_that_run() -> None:
    one = entity(MAIN, "x", "adset", "c", "X", campaign="c", effective_status="SOMETHING_NEW")
    assert running_words(one) == "Something new"
    assert budget_words(one, None, USD) is None
    assert [learning_words(word) for word in (None, "FAIL", "NEW_WORD")] == [
        None,
        "Learning limited",
        "New word",
    ]


def test_what_lost_its_parent_stands_at_the_top() -> None:
    lost = AdEntity("a", MAIN, "ad", "gone", "c", "Lost", "ACTIVE", "DISAPPROVED")
    (branch,) = tree_of([lost], [], USD, START)
    assert (branch.tone, branch.counted, branch.seen, branch.alarms) == ("wrong", "", None, 0)


def test_fields_of_an_ad() -> None:
    said = [field_words(one) for one in ("creative_id", "toggles.text_optimizations", "odd")]
    assert said == ["Creative", "Enhancement: text optimizations", "odd"]


def test_a_very_long_answer_is_cut_and_says_so() -> None:
    text = raw_text({"much": "x" * LONGEST})
    assert len(text) < LONGEST + 100 and text.endswith("(cut here; the API has all of it)")


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_an_interval_keeps_its_order_and_shows_zero(low: int, width: int) -> None:
    from tests.delivery.made import wish

    expected = Expected("x", None, low, low + width)
    drawn = interval_of(wish(expected=expected))
    assert drawn and 0 <= drawn.low <= drawn.middle <= drawn.high <= 100 and 0 <= drawn.zero <= 100
    assert interval_of(wish(expected=Expected("x", 1, low, low))) is None


def test_filters_keep_what_they_know() -> None:
    wanted = Filter("act_1", "made", "x")
    assert wanted.address() == "/changes?account=act_1&show=made&before=x"
    assert wanted.address(show=None, before=None) == "/changes?account=act_1"
    assert Filter().address("/parts/changes") == "/parts/changes"
