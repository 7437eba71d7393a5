"""The ledger's laws: however the CRM tells it, the same events give the same lines and the same money."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import LedgerLine, StageEvent
from kinoloop.learning.revenue.rules import deal_ledger, ledger, merged
from tests.learning.revenue.business import FITNESS, KNOWN, NOON, event, some_events


def moves(lines: Sequence[LedgerLine]) -> list[tuple[str | None, str, int]]:
    return [(line.stage_from, line.stage_to, line.increment) for line in lines]


def test_a_deal_all_the_way() -> None:
    told = [
        event("lead"),
        event("appointmentscheduled", 1),
        event("show_up", 2),
        event("closedwon", 3, 2_000_000),
    ]
    found = deal_ledger(told, FITNESS)
    assert moves(found.lines) == [
        (None, "lead", 0),
        ("lead", "appointment_scheduled", 225_000),
        ("appointment_scheduled", "show_up", 675_000),
        ("show_up", "closed_won", 1_100_000),
    ]
    assert [line.number for line in found.lines] == [1, 2, 3, 4]
    assert [line.confidence for line in found.lines] == [0.10, 0.60, 0.85, 1.0]
    value = found.value
    assert (value.stage, value.level, value.expected, value.won, value.lost) == (
        "closed_won", 2_000_000, 2_000_000, True, False,
    )  # fmt: skip
    assert (value.value, value.updated_at) == (2_000_000, NOON + timedelta(hours=3))
    assert found.flags == ()


def test_a_stage_entered_again_counts_both_ways() -> None:
    told = [event("show_up"), event("appointment_scheduled", 1), event("show_up", 2)]
    assert moves(deal_ledger(told, FITNESS).lines) == [
        (None, "show_up", 900_000),
        ("show_up", "appointment_scheduled", -675_000),
        ("appointment_scheduled", "show_up", 675_000),
    ]


def test_a_lost_deal_nets_to_nothing_and_a_won_one_gives_back_what_it_brought() -> None:
    told = [event("show_up"), event("closed_won", 1, 2_000_000), event("closed_lost", 2)]
    found = deal_ledger(told, FITNESS)
    assert [line.increment for line in found.lines] == [900_000, 1_100_000, -2_000_000]
    assert (found.value.level, found.value.expected, found.value.lost) == (0, 0, True)


def test_a_won_deal_takes_what_the_crm_last_said_of_it() -> None:
    """Told at another stage, told later, or corrected downwards."""
    early = [event("appointment_scheduled", 0, 1_900_000), event("closed_won", 1)]
    assert deal_ledger(early, FITNESS).value.level == 1_900_000
    corrected = [
        event("closed_won", 1, 2_000_000, value_at=NOON + timedelta(hours=1)),
        event("closed_won", 1, 1_200_000, value_at=NOON + timedelta(hours=9)),
        event("closed_won", 1, source="webhook"),
    ]
    assert deal_ledger(corrected, FITNESS).value.level == 1_200_000


def test_a_won_deal_that_was_told_twice_at_other_values_changes_its_level() -> None:
    told = [event("closed_won", 1, 1_000_000), event("closed_won", 2, 1_400_000), event("closed_won", 3)]
    assert moves(deal_ledger(told, FITNESS).lines) == [
        (None, "closed_won", 1_000_000),
        ("closed_won", "closed_won", 400_000),
    ]


def test_events_of_one_instant_go_by_worth() -> None:
    told = [event("closedlost"), event("closed_won"), event("show_up"), event("lead")]
    names = [line.stage_to for line in deal_ledger(told, FITNESS).lines]
    assert names == ["lead", "show_up", "closed_won", "closed_lost"]


def test_a_name_and_its_alias_in_one_instant_are_one_event() -> None:
    told = [event("closedwon", 0, 5), event("closed_won", 0)]
    assert [line.level for line in deal_ledger(told, FITNESS).lines] == [5]


def test_an_unknown_stage_is_flagged_and_moves_no_money() -> None:
    known = [event("show_up"), event("closed_won", 2)]
    found = deal_ledger([*known, event("presentationscheduled", 1)], FITNESS)
    assert found.lines == deal_ledger(known, FITNESS).lines
    [flag] = found.flags
    assert (flag.stage, flag.at) == ("presentationscheduled", NOON + timedelta(hours=1))
    assert "map it or add it" in flag.reason


def test_only_unknown_stages_leave_a_deal_without_a_place() -> None:
    found = deal_ledger([event("presentationscheduled")], FITNESS)
    assert (found.lines, found.value.stage, found.value.level, found.value.expected) == ((), None, 0, None)


def test_a_worth_below_nothing_is_flagged_and_not_counted() -> None:
    found = deal_ledger([event("closed_won", 0, -5)], FITNESS)
    assert found.value.level == 1_500_000
    assert "less than nothing" in found.flags[0].reason


@pytest.mark.parametrize(
    ("stage", "value", "expected"),
    [
        ("appointment_scheduled", None, 225_000),
        ("appointment_scheduled", 2_000_000, 300_000),
        ("show_up", 2_000_000, 1_200_000),
        ("lead", 2_000_000, None),
    ],
)
def test_what_is_expected_is_chance_times_deal(stage: str, value: int | None, expected: int | None) -> None:
    """Never value times confidence: a stage's value is an expectation already."""
    assert deal_ledger([event(stage, 0, value)], FITNESS).value.expected == expected


def test_events_of_others_are_refused() -> None:
    with pytest.raises(InputError, match="not all of"):
        deal_ledger([event("lead", tenant_id="somebody")], FITNESS)
    with pytest.raises(InputError, match="several deals"):
        deal_ledger([event("lead"), event("lead", deal_id="e")], FITNESS)


@given(events=some_events(), data=st.data())
def test_order_repetition_and_batches_make_no_difference(
    events: list[StageEvent], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=8))))
    assert ledger(again, FITNESS) == ledger(events, FITNESS)
    cut = data.draw(st.integers(0, len(again)))
    assert ledger([*merged(again[:cut]), *merged(again[cut:])], FITNESS) == ledger(events, FITNESS)
    assert merged([*merged(again[:cut]), *again[cut:]]) == merged(events)


@given(events=some_events())
def test_increments_add_up_to_the_last_level(events: list[StageEvent]) -> None:
    lines, _ = ledger(events, FITNESS)
    for deal_id in {one.deal_id for one in events}:
        own = [line for line in lines if line.deal_id == deal_id]
        value = deal_ledger([one for one in events if one.deal_id == deal_id], FITNESS).value
        running = 0
        for before, line in zip([None, *own], own, strict=False):
            running += line.increment
            assert running == line.level >= 0
            assert line.stage_from == (before.stage_to if before else None)
            assert before is None or before.at <= line.at
        assert running == value.level
        assert not value.lost or value.level == 0


@given(events=some_events())
def test_unknown_stages_change_no_money_and_each_is_flagged(events: list[StageEvent]) -> None:
    known = [one for one in events if one.stage in KNOWN]
    lines, flags = ledger(events, FITNESS)
    assert lines == ledger(known, FITNESS)[0]
    strange = {(one.deal_id, one.stage, one.at) for one in events if one not in known}
    assert strange <= {(flag.deal_id, flag.stage, flag.at) for flag in flags}
    below = {(one.deal_id, one.stage, one.at) for one in merged(known) if (one.deal_value or 0) < 0}
    assert len(flags) == len(strange | below)
