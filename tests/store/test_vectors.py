"""Vectors: what 16 bits keep of a direction, and neighbours that are exact and always the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kinoloop.core.errors import InputError
from kinoloop.store.vectors import SIZE, decode, decode_many, encode, top


def directions(count: int, seed: int = 3) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_a_round_trip_moves_a_direction_by_less_than_a_tenth_of_a_percent() -> None:
    rows = directions(200)
    back = decode_many(encode(row) for row in rows)
    assert len(encode(rows[0])) == 1024
    assert np.abs(np.linalg.norm(back, axis=1) - 1).max() < 1e-6
    assert np.linalg.norm(back - rows, axis=1).max() < 1e-3


def test_encoding_again_changes_nothing() -> None:
    blob = encode(directions(1)[0])
    assert encode(decode(blob)) == blob


@pytest.mark.parametrize("bad", [np.zeros(SIZE), np.ones(3), np.full(SIZE, np.nan), np.full(SIZE, np.inf)])
def test_what_has_no_direction_is_refused(bad: NDArray[np.float64]) -> None:
    with pytest.raises(InputError):
        encode(bad)


def test_a_damaged_blob_is_refused() -> None:
    with pytest.raises(InputError, match="damaged"):
        decode(b"short")


def test_sixteen_bits_keep_the_neighbours_of_a_full_sort() -> None:
    rows = directions(9000)
    stored = decode_many(encode(row) for row in rows)
    kept = 0
    for query in directions(20, seed=9):
        exact = np.argsort(-(rows.astype(np.float64) @ query))[:10]
        kept += len(set(exact) & set(top(stored @ query, 10)))
    assert kept >= 198


def test_nothing_stored_is_an_empty_matrix() -> None:
    assert decode_many([]).shape == (0, SIZE)


@given(st.lists(st.integers(-3, 3), max_size=40), st.integers(-1, 50))
def test_top_is_a_stable_sort_cut_short(values: list[int], count: int) -> None:
    scores = np.array(values, dtype=np.float32)
    wanted = sorted(range(len(values)), key=lambda row: (-values[row], row))[: max(count, 0)]
    assert list(top(scores, count)) == wanted
