"""The referee: whatever is asked for, what comes out keeps every rule; what is allowed stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.sandbox.market.referee import Rules, bounds, legal

budgets_of = st.lists(st.integers(500, 2_000_000), min_size=1, max_size=12)


@settings(max_examples=200)
@given(budgets_of, st.data())
def test_the_referee_keeps_every_rule(before: list[int], data: st.DataObject) -> None:
    count = len(before)
    wish = data.draw(st.lists(st.integers(0, 3_000_000), min_size=count, max_size=count))
    runs = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    total = data.draw(st.integers(count * 500, 5_000_000))
    rules = Rules(total, total // count, total // count // 2)
    stood, asked = np.array(before), np.array(wish)
    given_ = legal(asked, stood, runs, rules)
    low, high = (np.where(runs, bound, 0) for bound in bounds(stood, rules))
    assert (given_ <= high).all() and given_.sum() <= total and (given_[~runs] == 0).all()
    if low.sum() <= min(total, asked[runs].sum()):
        assert (given_ >= low).all()
        assert given_.sum() == min(total, int(asked[runs].sum()), int(high.sum()))
    assert (legal(given_, stood, runs, rules) == given_).all() or low.sum() > given_.sum()


@pytest.mark.parametrize("wish", [[600, 600], [500, 700]])
def test_what_is_allowed_stays(wish: list[int]) -> None:
    stood = np.array([600, 600])
    assert legal(np.array(wish), stood, np.ones(2, dtype=bool), Rules(1200, 600, 300)).tolist() == wish
