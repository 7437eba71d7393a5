"""Leads and sales as columns: whose they may be, when they moved, what is not known."""

from datetime import datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.decisions.records import Entry
from kinoloop.learning.decisions.rules.entries import iphones, is_told, of_account, outcomes
from kinoloop.learning.decisions.rules.features import features
from tests.delivery.made import NOW

START = NOW - timedelta(hours=100)
STAGES = ("appointment", "won")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def test_columns_are_in_the_order_of_entering() -> None:
    first = Entry("x", at(20), "a2", at(10), entered={"lead": at(20), "won": at(50)}, value=700)
    second = Entry("y", at(5), guesses=(("a1", 0.3), ("a2", 0.6), ("a3", 0.05), ("a4", 0.04)), ios=True)
    told = outcomes([first, second], ("a1", "a2", "a3", "a4"), STAGES, START, NOW)
    assert told.entry_at.tolist() == [5, 20] and told.by_id.tolist() == [-1, 1]
    assert np.isnan(told.click_at[0]) and told.click_at[1] == 10
    assert told.guess.tolist() == [[1, 0, 2], [-1, -1, -1]]
    assert told.trust[0].tolist() == [0.6, 0.3, 0.05] and np.isnan(told.trust[1]).all()
    assert told.moves[1].tolist() == [50, 50], "a stage that was skipped was passed with the next"
    assert np.isnan(told.moves[0]).all() and told.value[1] == 700 and np.isnan(told.value[0])
    assert not told.ios.any(), "one of two tells its device: too few to tell iPhones apart"


def test_what_is_later_or_older_than_the_tables_is_left_out() -> None:
    late = Entry("late", at(101))
    old = Entry("old", at(5), "a1", at(-1))
    moves = Entry("moves", at(5), entered={"won": at(101)}, lost_at=at(102))
    told = outcomes([late, old, moves], ("a1",), STAGES, START, NOW)
    assert len(told) == 1 and np.isnan(told.moves).all() and np.isnan(told.lost_at).all()


def test_nothing_known_has_the_right_columns() -> None:
    told = outcomes([], ("a1",), STAGES, START, NOW)
    assert len(told) == 0 and told.moves.shape == (0, 2) and told.guess.shape == (0, 3)


def test_iphones_are_told_apart_where_devices_are_known() -> None:
    entries = [Entry(str(n), at(1), ios=n < 4) for n in range(8)] + [Entry("x", at(1))]
    assert is_told(entries) and not is_told([])
    assert outcomes(entries, ("a1",), (), START, NOW).ios.sum() == 4
    shares = iphones({"a1": (15, 30), "a2": (1, 29)}, ("a1", "a2", "a3"), told=True)
    assert shares[0] == 0.5 and np.isnan(shares[1:]).all()
    assert np.isnan(iphones({"a1": (15, 30)}, ("a1",), told=False)).all()


def test_each_entry_goes_to_one_account() -> None:
    mine = frozenset({"a1", "a2"})
    by_id = [Entry("1", at(1), "a1"), Entry("2", at(1), "z1"), Entry("3", at(1), "a2")]
    guessed = Entry("4", at(1), guesses=(("a1", 0.5), ("z1", 0.5)))
    theirs = Entry("5", at(1), guesses=(("z1", 0.9),))
    nowhere = [Entry(f"n{n}", at(1)) for n in range(300)]
    found = of_account([*by_id, guessed, theirs, *nowhere], mine, alone=False)
    assert {one.entry_id for one in found if not one.entry_id.startswith("n")} == {"1", "3", "4"}
    assert next(one for one in found if one.entry_id == "4").guesses == (("a1", 0.5),)
    other = of_account([*by_id, guessed, theirs, *nowhere], frozenset({"z1"}), alone=False)
    part = sum(one.entry_id.startswith("n") for one in found)
    assert 160 < part < 240 and 60 < sum(one.entry_id.startswith("n") for one in other) < 140
    everything = of_account(nowhere, mine, alone=True)
    assert len(everything) == 300 and of_account(nowhere, mine, alone=False) == ()


LEVELS = st.dictionaries(
    st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("xy"), st.sampled_from("123"))
)


@given(LEVELS)
def test_levels_are_shared_by_two_ads_or_unknown(traits: dict[str, dict[str, str]]) -> None:
    ads = tuple("abcdef")
    made = features(traits, ads)
    assert made.table.shape == (6, len(made.kinds)) and len(made.levels) == len(made.kinds)
    for column, (kind, levels) in enumerate(zip(made.kinds, made.levels, strict=True)):
        assert len(levels) > 1
        for row, ad in enumerate(ads):
            number = made.table[row, column]
            assert number == -1 or levels[number] == traits[ad][kind]
        assert all((made.table[:, column] == number).sum() >= 2 for number in range(len(levels)))


def test_a_kind_with_one_level_tells_nothing() -> None:
    assert features({"a": {"hook": "x"}, "b": {"hook": "x"}, "c": {"hook": "y"}}, "abc").kinds == ()
