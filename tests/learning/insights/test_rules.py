"""One day of pulls, judged: what is new, restated, the same or late; and adding up."""

from datetime import datetime, timedelta

from hypothesis import given

from kinoloop.learning.insights.records import Counts, InsightRow, Known
from kinoloop.learning.insights.rules import NEXT, Place, Slot, judge, place_of, slot_of, totals
from tests.learning.insights.pulls import DAY, NOON, USD, YEN, Told, later, newest, pulls, row

Memory = dict[Place, Known]
AD1: Place = ("ad1", None)
AD2: Place = ("ad2", None)


def test_the_first_pull_is_new_and_the_same_again_changes_nothing() -> None:
    first = judge([row()], {}, told_at=None, now=NOON, learned=NOON)
    assert first.keep == first.versions == (Known(row(), NOON),)
    assert first.counts == Counts(new=1)
    again = judge([row()], {AD1: Known(row(), NOON)}, told_at=NOON, now=later(1), learned=later(1))
    assert (again.keep, again.versions, again.counts) == ((), (), Counts(unchanged=1))


def test_a_restated_row_is_a_new_version() -> None:
    known = {AD1: Known(row(), NOON)}
    told = judge([row(spend=1300)], known, told_at=NOON, now=later(1), learned=later(1))
    assert told.keep == told.versions == (Known(row(spend=1300), later(1)),)
    assert told.counts == Counts(restated=1)


def test_what_is_left_out_stays_and_is_marked_once() -> None:
    known = {AD1: Known(row(), NOON)}
    told = judge([row("ad2")], known, told_at=NOON, now=later(1), learned=later(1))
    marked = Known(row(), NOON, told_until=NOON)
    assert marked in told.keep and told.versions == (Known(row("ad2"), later(1)),)
    again = judge(
        [row("ad2")],
        {AD1: marked, AD2: told.versions[0]},
        told_at=later(1),
        now=later(2),
        learned=later(2),
    )
    assert again.keep == ()
    back = judge([row()], {AD1: marked}, told_at=later(1), now=later(2), learned=later(2))
    assert (back.keep, back.counts) == ((Known(row(), NOON),), Counts(unchanged=1))


def test_a_late_pull_only_fills_what_the_newer_one_left_out() -> None:
    known = {AD1: Known(row(), later(5))}
    told = judge([row(spend=1), row("ad2")], known, told_at=later(5), now=later(2), learned=later(5))
    assert told.keep == told.versions == (Known(row("ad2"), later(5), told_until=later(2)),)
    assert told.counts == Counts(new=1, late=1)
    gone = {AD1: Known(row(), later(5), told_until=later(1))}
    fuller = judge([row(spend=1)], gone, told_at=later(5), now=later(2), learned=later(5))
    assert fuller.versions == (Known(row(spend=1), later(5) + NEXT, told_until=later(2)),)


@given(told=pulls())
def test_any_order_of_pulls_leaves_the_newest_rows(told: list[Told]) -> None:
    """The order is hypothesis's: pulls come as they were drawn."""
    memory: dict[Slot, Memory] = {}
    told_at: dict[Slot, datetime] = {}
    for one in told:
        slots: dict[Slot, list[InsightRow]] = {}
        for each in one.rows("act_1"):
            slots.setdefault(slot_of(each), []).append(each)
        for slot, pulled in slots.items():
            known = memory.setdefault(slot, {})
            judged = judge(pulled, known, told_at=told_at.get(slot), now=one.at, learned=one.at)
            known.update({place_of(kept.row): kept for kept in judged.keep})
            told_at[slot] = max(one.at, told_at.get(slot, one.at))
    rows = [known.row for slot in memory.values() for known in slot.values()]
    found = {(one.entity_id, (DAY - one.day).days, one.hour): one.spend for one in rows}
    assert found == newest(told)


def test_whole_days_are_added_up_and_hours_are_not() -> None:
    some = [row(), row("ad2", spend=66, link_clicks=1), row(hour=3), row(day=DAY - timedelta(days=1))]
    before, today = totals(some)
    assert (before.day, today.day) == (DAY - timedelta(days=1), DAY)
    assert (today.spend, today.clicks, today.impressions) == (1300, 40, 2000)
    assert (today.link_clicks, today.entities, today.entity_id) == (16, 2, None)
    assert [one.entity_id for one in totals(some, by_entity=True)] == ["ad1", "ad1", "ad2"]


def test_unknown_link_clicks_make_the_sum_unknown_and_currencies_are_kept_apart() -> None:
    [sum_] = totals([row(), row("ad2", link_clicks=None)])
    assert (sum_.link_clicks, sum_.clicks) == (None, 40)
    assert [one.currency for one in totals([row(), row("ad2", currency=YEN)])] == [YEN, USD]


def test_counts_add_up() -> None:
    assert Counts(1, 2, 3, 4) + Counts(new=1) == Counts(2, 2, 3, 4)
