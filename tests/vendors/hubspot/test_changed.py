"""Everything that changed is told, once, in order: beyond 10,000, with one time for many, and meanwhile."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import IntegrityError
from kinoloop.vendors.hubspot.changed import changed_since
from kinoloop.vendors.hubspot.requests import MODIFIED, search_body
from tests.vendors.hubspot.makers import EPOCH, Table

ROWS = st.dictionaries(st.integers(1, 10**6), st.integers(1_000, 1_012), max_size=60)


def at(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


@given(ROWS, st.integers(1, 7), st.integers(990, 1_015), st.integers(0, 99))
def test_every_row_once_in_order(rows: dict[int, int], page: int, since: int, seed: int) -> None:
    table = Table(list(rows.items()), page=page, random=Random(seed))
    found = list(changed_since(table.search, at(since)))
    assert sorted(found) == sorted((str(one), at(time)) for one, time in rows.items() if time >= since)
    assert all(one[1] <= other[1] for one, other in pairwise(found))


@given(ROWS, st.integers(2, 7), st.integers(0, 999))
def test_rows_that_change_meanwhile_hide_no_others(rows: dict[int, int], page: int, seed: int) -> None:
    random = Random(seed)
    table = Table(list(rows.items()), page=page, random=random)
    found, clock = list[tuple[str, datetime]](), 2_000
    for one in changed_since(table.search, at(0)):
        found.append(one)
        if rows and clock < 2_000 + len(rows) and random.random() < 0.4:
            clock += 1
            table.rows[random.choice(list(rows))] = clock
    assert {int(one) for one, _ in found} == set(rows)
    still = [(str(one), at(time)) for one, time in table.rows.items() if time < 2_000]
    assert all(found.count(one) == 1 for one in still)


def test_beyond_ten_thousand_and_a_crowded_millisecond() -> None:
    rows = [(number, 1_000 + number // 10) for number in range(1, 4_001)]
    rows += [(100_000 + number, 5_000) for number in range(10_500)]
    table = Table(rows, random=Random(1))
    found = list(changed_since(table.search, at(0)))
    assert len(found) == len(set(found)) == 14_500
    assert table.asked < 2 * 14_500 / 200


def test_a_search_that_goes_in_circles_is_found_out() -> None:
    table = Table([(5, 1_000)], random=Random(1))
    row = table.search(search_body([], sort=MODIFIED, properties=[]))[0]
    with pytest.raises(IntegrityError, match="circles"):
        list(changed_since(lambda body: (row, True), at(1_000)))
    with pytest.raises(IntegrityError, match="empty page"):
        list(changed_since(lambda body: ([], True), at(0)))
