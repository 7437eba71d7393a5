"""Dollars in millionths: exact in, readable out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.core.money import dollars, show_usd, times, usd


def test_a_tenth_of_a_cent_is_exact() -> None:
    assert usd("0.003") == 3000
    assert usd(2) == 2_000_000


@pytest.mark.parametrize("text", ["a lot", "0.0000001", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        usd(text)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0.00"),
        (3000, "$0.003"),
        (3_015_000, "$3.02"),
        (1_234_567_000_000, "$1,234,567.00"),
        (-500_000, "-$0.50"),
        (-3000, "-$0.003"),
    ],
)
def test_amounts_read_as_people_write_them(amount: int, shown: str) -> None:
    assert show_usd(amount) == shown


def test_a_price_times_a_quantity_is_rounded_to_a_millionth() -> None:
    assert times(300_000, Decimal("0.0125")) == 3750
    assert times(1, Decimal("0.5")) == 1


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_dollars_and_millionths_are_the_same_thing(amount: int) -> None:
    assert usd(dollars(amount)) == amount
