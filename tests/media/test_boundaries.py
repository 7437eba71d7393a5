"""The rule for hard cuts, on numbers alone."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kinoloop.media.boundaries import THRESHOLD, cut_scores, hard_cuts
from kinoloop.media.records import Floats


def numbers(*values: float) -> Floats:
    return np.array(values, np.float32)


def calm(count: int = 30) -> tuple[Floats, Floats]:
    motion, change = np.full(count, 2, np.float32), np.zeros(count, np.float32)
    motion[0] = 0
    return motion, change


@pytest.mark.parametrize("at", [1, 2, 15, 28, 29])
def test_a_jump_to_another_picture_is_a_cut_also_at_the_ends(at: int) -> None:
    motion, change = calm()
    motion[at], change[at] = 60, 1
    assert [index for index, _ in hard_cuts(motion, change)] == [at]


def test_the_score_is_the_written_formula() -> None:
    motion, change = calm()
    motion[15], change[15] = 60, 0.9
    assert cut_scores(motion, change)[15] == pytest.approx(60 / (2 + 2) * 0.9, rel=1e-5)


def test_a_flash_keeps_the_structure_and_is_none() -> None:
    motion, change = calm()
    motion[15], change[15] = 80, 0.2
    assert hard_cuts(motion, change) == []


def test_a_fast_pan_does_not_stand_out_and_is_none() -> None:
    motion, change = np.full(30, 40, np.float32), np.full(30, 0.9, np.float32)
    motion[15] = 44
    assert hard_cuts(motion, change) == []


def test_of_two_near_jumps_only_the_larger_counts() -> None:
    motion, change = calm()
    motion[15], motion[16], change[15:17] = 60, 70, 1
    assert [index for index, _ in hard_cuts(motion, change)] == [16]


def test_of_equal_neighbours_the_first_counts() -> None:
    motion, change = calm()
    motion[15:17], change[15:17] = 60, 1
    assert [index for index, _ in hard_cuts(motion, change)] == [15]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_short_films_have_none(count: int) -> None:
    assert hard_cuts(np.zeros(count, np.float32), np.zeros(count, np.float32)) == []


LEVELS = arrays.arrays(np.float32, st.integers(1, 60), elements=st.floats(0, 255, width=32))


@given(LEVELS, st.floats(0.5, 3))
def test_cuts_are_sparse_sorted_and_fall_with_the_threshold(motion: Floats, threshold: float) -> None:
    change = np.full(motion.size, 0.9, np.float32)
    found = [at for at, _ in hard_cuts(motion, change, threshold)]
    assert all(after - before > 2 for before, after in itertools.pairwise(found))
    assert {at for at, _ in hard_cuts(motion, change, threshold + 1)} <= set(found)
    assert all(score >= threshold for _, score in hard_cuts(motion, change, threshold))


def test_the_shipped_threshold() -> None:
    assert THRESHOLD == 1.5
