"""Ad money: minor units by the platform's offset, exact both ways."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Currency, currency
from kinoloop.core.errors import InputError


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "JPY", "HUF"]))
def test_major_and_minor_are_each_others_inverse(amount: int, code: str) -> None:
    money = currency(code)
    assert money.minor(money.major(amount)) == amount == money.rounded(str(money.major(amount)))


def test_the_offset_is_the_platforms_not_the_iso_exponent() -> None:
    assert currency("USD").minor("12.34") == 1234 and currency("JPY").minor("1200") == 1200
    assert currency("HUF").offset == 1, "two digits by ISO, whole units at Meta"


def test_a_platforms_decimal_is_rounded_to_even() -> None:
    assert [Currency("USD").rounded(one) for one in ("0.005", "0.015", "1.9951")] == [0, 2, 200]


def test_amounts_read_well() -> None:
    assert currency("USD").show(123_450) == "USD 1,234.50" and currency("JPY").show(1200) == "JPY 1,200"
    assert currency("USD").major(1) == Decimal("0.01")


@pytest.mark.parametrize("wrong", ["0.001", "a lot", ""])
def test_what_is_no_amount_is_refused(wrong: str) -> None:
    with pytest.raises(InputError):
        currency("USD").minor(wrong)


def test_words_that_are_no_amount_or_currency() -> None:
    with pytest.raises(InputError, match="'x' is not an amount of USD"):
        currency("USD").rounded("x")
    for wrong in ("usd", "DOLLAR", "E€R"):
        with pytest.raises(InputError, match="is not a currency"):
            currency(wrong)
