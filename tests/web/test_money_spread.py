"""How far the models of attribution are apart: a part of everything, and nothing where they agree."""

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from kinoloop.learning.attribution.records import MODELS, AdCredit
from kinoloop.web.pages.money.spread import rows_of, spread_of

SHARES = st.lists(st.floats(0, 1), min_size=len(MODELS), max_size=len(MODELS))


@for_all(st.dictionaries(st.sampled_from(["a", "b", "c"]), SHARES, min_size=1))
def test_the_spread_is_a_part_of_everything(told: dict[str, list[float]]) -> None:
    """Each ad gets at most one conversion of three; what no ad got is the rest."""
    given = [
        AdCredit(model, ad, None, shares[place], round(100 * shares[place]))
        for ad, shares in told.items()
        for place, model in enumerate(MODELS)
    ]
    rest = [
        AdCredit(model, None, None, 3 - sum(one.conversions for one in given if one.model == model), 0)
        for model in MODELS
    ]
    rows = rows_of([*given, *rest], {"a": "Ad A"})
    spread = spread_of(rows)
    assert rows[-1].ad_id is None and all(0 <= row.spread <= 1 for row in rows)
    if spread is None:
        assert not any(any(shares) for shares in told.values())
        return
    assert -1e-9 <= spread.part <= 1 + 1e-9
    assert spread.part + 1e-9 >= max(row.spread for row in rows if row.ad_id is not None) / 2
    same = [replace(one, conversions=0.5, value=50) for one in given]
    level = [replace(one, conversions=3 - 0.5 * len(told)) for one in rest]
    agreed = spread_of(rows_of([*same, *level], {}))
    assert agreed is not None and agreed.part == pytest.approx(0)


def test_models_without_any_credit_have_no_spread() -> None:
    assert spread_of(rows_of([AdCredit(model, None, None, 0.0, 0) for model in MODELS], {})) is None
    assert rows_of([], {}) == () and spread_of(()) is None
