"""The library in memory against a plain dictionary: whatever is replaced, search and others agree."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.footage.analysis.library import Library
from kinoloop.store.vectors import SIZE
from tests.footage.fill import unit

POOL = np.stack([unit(n) for n in range(12)])
changes = st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 11), max_size=4)), max_size=8)


@settings(max_examples=60)
@given(changes, st.integers(0, 11), st.integers(0, 15))
def test_any_order_of_changes_gives_the_same_answers(
    order: list[tuple[str, list[int]]], asked: int, count: int
) -> None:
    held, plain = Library("look-v1"), dict[str, list[int]]()
    for asset_id, rows in order:
        plain[asset_id] = rows
        held.replace(asset_id, [f"{asset_id}{n}" for n in range(len(rows))], POOL[rows].reshape(-1, SIZE))
    every = {
        f"{a}{n}": float(POOL[row] @ POOL[asked]) for a, rows in plain.items() for n, row in enumerate(rows)
    }
    found = held.nearest(POOL[asked], count)
    assert len(held) == len(every) and len(found) == min(count, len(every))
    assert [near.cosine for near in found] == sorted((near.cosine for near in found), reverse=True)
    assert all(abs(every[near.key] - near.cosine) < 1e-5 for near in found)
    left = min((near.cosine for near in found), default=1.0)
    assert sum(cosine > left + 1e-5 for cosine in every.values()) <= max(len(found) - 1, 0) or not count
    inside = {near.key for near in held.nearest(POOL[asked], 99, within="a")}
    assert inside == {key for key in every if key.startswith("a")}
    assert len(held.others("b")) == sum(not key.startswith("b") for key in every)


def test_reserving_less_changes_nothing() -> None:
    held = Library("look-v1")
    held.replace("a", ["a0"], POOL[:1])
    held.reserve(1)
    held.reserve(0)
    assert held.nearest(POOL[0], 1)[0].key == "a0"
