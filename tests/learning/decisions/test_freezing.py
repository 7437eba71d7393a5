"""Canonical bytes: the same view gives the same bytes, and comes back as it was."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinoloop.core.errors import IntegrityError
from kinoloop.core.ids import hash_bytes
from kinoloop.learning.bandit.records import AccountView, AdDecision, BanditSettings, Outcomes, Round
from kinoloop.learning.decisions.rules.around import around_of, places_of, tree_of
from kinoloop.learning.decisions.rules.freezing import (
    MAGIC,
    around,
    freeze,
    round_bytes,
    round_of,
    settings_json,
    settings_of,
    squeezed,
    thaw,
    unsqueezed,
)
from tests.delivery.made import entities
from tests.learning.decisions.views import known, outcomes, view

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)


def same(one: AccountView | Outcomes, other: AccountView | Outcomes) -> bool:
    """Every field equal, NaN like NaN."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), field.name
        elif isinstance(a, Outcomes):
            assert same(a, b)
        else:
            assert a == b, field.name
    return True


@given(arrays(np.float64, (8, 3), elements=FLOATS), arrays(np.int64, (8, 3)), st.integers(0, 4), FLOATS)
def test_a_view_comes_back_from_its_bytes(
    frequency: np.ndarray, spend: np.ndarray, rows: int, value: float
) -> None:
    told = replace(outcomes(rows), value=np.full(rows, value))
    before = view(frequency=frequency, spend=spend, outcomes=told)
    data = freeze(before, {"at": "now"})
    after, said = thaw(data)
    assert same(before, after) and said == around(data) == {"at": "now"}
    assert freeze(after, said) == data
    assert unsqueezed(squeezed(data), hash_bytes(data)) == data


def test_every_nan_and_both_zeros_are_one() -> None:
    odd = np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\xff" * 3, dtype="<f8")
    assert np.isnan(odd).all()
    assert freeze(view(ios=odd), {}) == freeze(view(ios=np.full(3, np.nan)), {})
    assert freeze(view(launched_at=-np.zeros(3)), {}) == freeze(view(launched_at=np.zeros(3)), {})


def test_smaller_numbers_and_views_of_arrays_give_the_same_bytes() -> None:
    wide = np.arange(48, dtype=np.int64).reshape(8, 6)
    assert freeze(view(spend=wide[:, ::2]), {}) == freeze(view(spend=wide[:, ::2].astype(np.uint16)), {})


def test_what_is_no_view_is_refused() -> None:
    good = freeze(view(), {})
    for bad in (b"", b"x" * 40, MAGIC, good[:-3], good.replace(b'"mode"', b'"mood"')):
        with pytest.raises(IntegrityError, match="cannot be read"):
            thaw(bad)
    with pytest.raises(IntegrityError, match="cannot be read"):
        around(b"nothing")
    with pytest.raises(IntegrityError, match="damaged"):
        unsqueezed(b"no zlib", "")
    with pytest.raises(IntegrityError, match="checksum"):
        unsqueezed(squeezed(b"other"), hash_bytes(good))


def test_a_round_is_kept_to_nine_digits() -> None:
    one = AdDecision(
        "a1", "keep", "running", 1, 2, "Räksmörgås", mean=1 / 3, low=float("nan"), parts={"b": 2.0}
    )
    told = Round("ours 1", 7, 9, (one, replace(one, ad_id="a2", mean=None)), ("A note.",))
    data = round_bytes(told)
    back = round_of(data)
    assert back.decisions[0].mean == 0.333333333 and back.decisions[0].low is None
    assert round_bytes(back) == data and back.notes == ("A note.",)
    near = replace(told, decisions=(replace(one, mean=np.nextafter(1 / 3, 1)), told.decisions[1]))
    assert round_bytes(near) == data
    careless: Any = np.int64(9)
    lines = (replace(one, mean=np.float64(1 / 3)), *told.decisions[1:])
    numpy_like = replace(told, total=careless, decisions=lines)
    assert round_bytes(numpy_like) == data


def test_settings_forget_what_is_not_known() -> None:
    mine = BanditSettings(draws=7)
    assert settings_of(settings_json(mine) | {"other": 1}) == mine
    assert settings_of({}) == BanditSettings()


def test_what_stood_around_a_view_is_told_again() -> None:
    told = known()
    said = thaw(freeze(told.view, around_of(told)))[1]
    assert places_of(said) == told.places
    assert [one.daily_budget for one in tree_of(said)] == [one.daily_budget for one in entities()]
    assert {one.account_id for one in tree_of(said)} == {"act_1"}
