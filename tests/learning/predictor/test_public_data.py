"""On real data, where it is: headlines of which thousands saw each, and choices that were made at random."""

from importlib.util import find_spec

import pytest
from bench import off_policy, predicting
from bench.public_data import folder


@pytest.fixture(autouse=True)
def public_data() -> None:
    """Skips where there is none."""
    try:
        folder()
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_the_goals_are_met_on_real_headlines() -> None:
    if find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed")
    found, tests, models = predicting.measured(runs=40, draws=1)
    missed = [
        f"{what}: {value:.4f} ({goal})"
        for what, value, goal, met in predicting.goals(found, tests)
        if not met
    ]
    assert not missed
    assert models.two.between == pytest.approx(0.65, abs=0.05)
    assert models.two.within == pytest.approx(0.25, abs=0.05)
    better = {test.what: test.ours for test in tests}
    assert better["one level -> two levels"] == better["raw -> two levels"] == 1.0
    assert better["two levels -> raw (worse)"] == 0.0


@pytest.mark.slow
def test_off_policy_intervals_cover_what_the_policy_really_got() -> None:
    rows = {row.name: row for row in off_policy.measured()}
    ran = [row for name, row in rows.items() if "random log, Thompson" in name]
    assert [round(row.snips or 0, 4) for row in ran] == [0.0053, 0.0057, 0.0058]
    assert all(row.covers for row in ran)
    nothing = rows["women: Thompson log, random"]
    assert nothing.snips is None and "are needed" in nothing.reason
