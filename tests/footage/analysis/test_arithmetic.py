"""The laws of a weighted mean over what exists: bounded, monotone, never NaN, honest about gaps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.footage.analysis.records import Measured
from kinoloop.footage.analysis.rules import formula
from kinoloop.footage.analysis.rules.arithmetic import clamped, mapped, missing, ramp, saturating, weighted
from kinoloop.footage.analysis.rules.formula import COMPOSITE, Weights, weights

UNIT = st.floats(0, 1)
PART = st.one_of(UNIT.map(Measured), st.just(missing("not measured")))


@given(PART, PART, PART)
def test_a_score_is_between_its_parts_or_null_with_a_reason(a: Measured, b: Measured, c: Measured) -> None:
    score = weighted("composite", COMPOSITE, {"psychology": a, "hook": b, "novelty": c})
    known = [part.value for part in (a, b, c) if part.value is not None]
    if not known:
        assert score.value is None and score.measured.reason == "not measured" and score.evidence == 0
        return
    assert score.value is not None and math.isfinite(score.value)
    assert min(known) - 1e-9 <= score.value <= max(known) + 1e-9
    assert sum(part.share for part in score.parts) == pytest.approx(1)
    assert score.explanation.endswith(f"= {score.value:.2f}") or "; missing: " in score.explanation


@given(UNIT, UNIT, UNIT)
def test_with_all_parts_it_is_the_seeds_formula(a: float, b: float, c: float) -> None:
    parts = {"psychology": Measured(a), "hook": Measured(b), "novelty": Measured(c)}
    assert weighted("composite", COMPOSITE, parts).value == pytest.approx(0.40 * a + 0.35 * b + 0.25 * c)


@given(PART, PART, UNIT, UNIT)
def test_a_better_part_never_lowers_the_score(a: Measured, b: Measured, low: float, high: float) -> None:
    low, high = sorted((low, high))

    def value(hook: float) -> float:
        parts = {"psychology": a, "hook": Measured(hook), "novelty": b}
        found = weighted("composite", COMPOSITE, parts).value
        assert found is not None
        return found

    assert value(low) <= value(high) + 1e-12


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-3, 1e6))
def test_the_yardsticks_stay_in_bounds(value: float, half: float) -> None:
    assert 0 <= saturating(value, half) <= 1
    assert 0 <= ramp(value, -half, half) <= 1
    assert 0 <= clamped(value) <= 1
    assert saturating(half, half) == pytest.approx(0.5)


def test_what_is_missing_stays_missing() -> None:
    assert mapped(missing("dark"), lambda _: 1.0).reason == "dark"
    assert mapped(Measured(3.0), lambda value: value).value == 1.0
    silent = weighted("x", Weights({"a": 1.0, "b": 0.0}), {"a": missing("no"), "b": Measured(1.0)})
    assert silent.value is None and silent.measured.reason == "no; b weighs nothing"
    assert silent.explanation == "no x: no; b weighs nothing; missing: a (no)"


@pytest.mark.parametrize(
    ("value", "reason"), [(None, None), (1.0, "why"), (math.nan, None), (math.inf, None)]
)
def test_a_measurement_is_a_number_or_a_reason(value: float | None, reason: str | None) -> None:
    with pytest.raises(ValueError, match="measurement"):
        Measured(value, reason)


@pytest.mark.parametrize("parts", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": math.nan}])
def test_wrong_weights_do_not_load(parts: dict[str, float]) -> None:
    with pytest.raises(InputError):
        Weights(parts)


def test_an_unknown_name_does_not_load() -> None:
    with pytest.raises(InputError, match="colour"):
        weights(frozenset({"motion"}), motion=0.5, colour=0.5)


def test_every_table_sums_to_one() -> None:
    tables = [table for table in vars(formula).values() if isinstance(table, Weights)]
    assert len(tables) >= 7
    for table in [*tables, *formula.DRIVER_EVIDENCE.values()]:
        assert sum(table.parts.values()) == pytest.approx(1)
    assert dict(COMPOSITE.parts) == {"psychology": 0.40, "hook": 0.35, "novelty": 0.25}
