"""The Hungarian method against trying everything."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kinoloop.creative.storyboards.assignment import best_assignment


@st.composite
def small_tables(draw: st.DrawFn) -> NDArray[np.float64]:
    rows = draw(st.integers(1, 5))
    columns = draw(st.integers(rows, 6))
    cells = st.integers(-5, 5).map(float) | st.just(-1e6)
    values = draw(st.lists(cells, min_size=rows * columns, max_size=rows * columns))
    return np.array(values).reshape(rows, columns)


@given(small_tables())
def test_no_assignment_is_better(values: NDArray[np.float64]) -> None:
    chosen = best_assignment(values)
    rows, columns = values.shape
    assert len(set(chosen)) == rows
    total = sum(values[row, column] for row, column in enumerate(chosen))
    tried = itertools.permutations(range(columns), rows)
    assert total == pytest.approx(max(sum(values[n, c] for n, c in enumerate(one)) for one in tried))


def test_sixty_by_sixty_takes_no_time() -> None:
    values = np.random.default_rng(7).random((60, 60))
    start = time.process_time()
    chosen = best_assignment(values)
    assert sorted(chosen) == list(range(60))
    assert time.process_time() - start < 1


def test_the_same_scores_give_the_same_answer() -> None:
    assert best_assignment(np.ones((3, 5))) == (0, 1, 2)


@pytest.mark.parametrize("values", [np.ones((3, 2)), np.array([[np.nan, 1.0]]), np.array([[np.inf]])])
def test_tables_that_cannot_be(values: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="as many columns as rows"):
        best_assignment(values)
