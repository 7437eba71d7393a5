"""Amounts, parts and verdicts as they are said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report import tale, words
from kinoloop.core.currency import Currency

DOLLARS, YEN, FRANCS = Currency("USD"), Currency("JPY", 1), Currency("CHF")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (0, DOLLARS, "$0"),
        (1_240, DOLLARS, "$12.40"),
        (9_999, DOLLARS, "$99.99"),
        (10_050, DOLLARS, "$100"),
        (10_051, DOLLARS, "$101"),
        (-120_400, DOLLARS, "-$1,204"),
        (1_200, YEN, "JPY\u00a01,200"),
        (5_000, FRANCS, "CHF\u00a050"),
    ],
)
def test_money(amount: int, currency: Currency, said: str) -> None:
    assert words.money(amount, currency) == said


def test_gains_carry_a_plus() -> None:
    assert [words.money(amount, DOLLARS, signed=True) for amount in (500, -500, 0)] == ["+$5", "-$5", "$0"]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (5_000_000, "$50k"),
        (-500_000, "-$5k"),
        (250_000, "$2,500"),
        (120_000_000, "$1.2M"),
        (0, "$0"),
        (5_000, "$50"),
    ],
)
def test_amounts_of_a_scale(amount: int, said: str) -> None:
    assert words.short(amount, DOLLARS) == said


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    said = [words.share(part) for part in (None, 0.0, 0.001, 0.5, 0.999, 1.0, 1.02)]
    told = ["not known", "0 %", "under 1 %", "50 %", "over 99 %", "100 %", "102 %"]
    assert said == [one.replace(" %", f"{words.HARD}%") for one in told]
    assert words.share(0.999, 1) == f"99.9{words.HARD}%"


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_ratios_need_a_whole(part: int, whole: int) -> None:
    assert words.ratio(part, whole) == (part / whole if whole else None)


def test_words_of_the_product_and_others() -> None:
    assert (words.verdict("not_enough_data"), words.verdict("odd_one")) == ("Not enough data", "Odd one")
    assert (words.standing("parked"), words.standing("asleep")) == ("Paused, not bad", "Asleep")


def test_sentences_and_lists() -> None:
    assert [words.sentence(text) for text in ("a b", "Done.", " why? ", "")] == ["A b.", "Done.", "Why?", ""]
    assert [words.listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_step_over_the_guard_is_said_plainly(report: DemoReport) -> None:
    assert "velocity guard's bound is 20" in tale.guard(report.changes)
    over = tale.guard(replace(report.changes, most_moved=0.34))
    assert over.replace(words.HARD, " ") == (
        "One change moved a budget by 34.0 %. That is over the velocity guard's bound of 20 %."
    )


def test_all_exploration_and_no_exploration(report: DemoReport) -> None:
    assert report.plan is not None
    bare = replace(report.plan, lines=tuple(replace(line, rests_on=()) for line in report.plan.lines))
    assert tale.plan_split(bare).startswith("None of its 4 lines rests on a winner yet")
    sure = replace(report.plan, lines=report.plan.lines[:1])
    assert tale.plan_split(sure) == "1 of 1 line rests on winners; none is exploration."


def test_the_commands_name_footage_and_change(report: DemoReport, empty: DemoReport) -> None:
    assert [one.line for one in tale.commands(report)][:2] == [
        "kinoloop demo --seed 7",
        "kinoloop why chg_0007 --sample",
    ]
    assert [one.line for one in tale.commands(empty)][:2] == [
        "kinoloop demo --footage FOLDER --seed 1",
        "kinoloop why ID --sample",
    ]
