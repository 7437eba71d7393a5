"""The founding documents' decisions, number by number, and where ours differ on purpose."""

import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Mode
from kinoloop.learning.bandit.rules.decision import (
    Thresholds,
    blend_weight,
    blend_weights,
    make_decision,
    should_kill_direct_ad,
    should_kill_service_ad,
)

THEIRS = Thresholds(both=True)


@pytest.mark.parametrize(
    ("hours", "weight"),
    [
        (0, 1.0), (5.9, 1.0), (6, 1.0), (12, 0.9), (24, 0.7), (48, 0.5), (71.9, 0.3008), (72, 0.3),
        (96, 0.2715), (168, 0.2011), (240, 0.149), (336, 0.1), (1000, 0.1),
    ],
)  # fmt: skip
def test_blend_weight(hours: float, weight: float) -> None:
    assert blend_weight(hours) == pytest.approx(weight, abs=6e-5)


@given(st.floats(0, 2000), st.floats(0, 2000))
def test_ctr_counts_less_and_less_without_a_jump(one: float, other: float) -> None:
    first, last = min(one, other), max(one, other)
    assert blend_weight(first) >= blend_weight(last) >= 0.1
    assert blend_weight(first) - blend_weight(last) <= (last - first) / 60 + 1e-9


def test_many_ages_at_once() -> None:
    assert blend_weights(np.array([0.0, 24.0, 72.0])).tolist() == pytest.approx([1, 0.7, 0.3])


TABLE = [
    # dollars spent and earned, days live; what the founding repository says; what ours says
    (50, 0, 1, "maintain", "maintain"),
    (150, 0, 5, "maintain", "maintain"),
    (200, 99, 3, "kill", "kill"),
    (200, 100, 3, "maintain", "maintain"),
    (200, 600, 3, "maintain", "maintain"),
    (200, 601, 3, "scale", "scale"),
    (250, 0, 0.3, "kill", "maintain"),  # ours differs: two days or the money alone do not unprotect
    (199, 0, 9, "maintain", "maintain"),
    (0, 0, 0, "maintain", "maintain"),
]


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize(("spend", "earned", "days", "theirs", "ours"), TABLE)
def test_truth_table(mode: Mode, spend: int, earned: int, days: float, theirs: str, ours: str) -> None:
    """Appendix A of the facts; direct mode has the same thresholds on money received."""
    direct = mode == "direct"
    received, expected = (earned, 0) if direct else (0, earned)
    for thresholds, wanted in ((THEIRS, theirs), (Thresholds(), ours)):
        found = make_decision(
            "ad-1",
            spend * 100,
            received * 100,
            expected * 100,
            days,
            mode=mode,
            thresholds=thresholds,
        )
        assert (found.ad_id, found.decision, found.mode) == ("ad-1", wanted, mode)
        assert found.metrics["roas"] == (earned / spend if spend else None)


def test_reasons() -> None:
    def told(spend: int, earned: int, days: float) -> str:
        return make_decision("a", spend * 100, 0, earned * 100, days).reason

    assert told(200, 99, 3) == "Its pipeline ROAS is 0.49, below 0.5."
    assert told(200, 601, 3) == "It returns 3.00 per 1 spent, more than 3."
    assert told(250, 500, 3) == "It returns 2.00 per 1 spent, between 0.5 and 3."
    assert told(150, 0, 5) == "Insufficient spend for a decision."
    assert told(50, 0, 1) == (
        "Not enough data: it has run 1.0 of 2 days, and spent 50% of what the ignorance zone asks for."
    )
    assert make_decision("a", 25_000, 1_000, 0, 3, mode="direct").reason == "Its ROAS is 0.04, below 0.5."


def test_what_should_kill_says_why_or_false() -> None:
    assert should_kill_service_ad(20_000, 9_900, 3) == "Its pipeline ROAS is 0.49, below 0.5."
    assert should_kill_direct_ad(20_000, 0, 3) == "Its ROAS is 0.00, below 0.5."
    assert should_kill_service_ad(20_000, 9_900, 1.9) is False
    assert should_kill_direct_ad(0, 0, 30, Thresholds(zone_spend=0, kill_spend=0)) is False


def test_an_account_has_its_own_numbers() -> None:
    patient = Thresholds(zone_days=7, zone_spend=50_000, kill_spend=60_000, kill_roas=0.8, scale_roas=5)
    assert make_decision("a", 70_000, 0, 35_000, 6, thresholds=patient).decision == "maintain"
    assert make_decision("a", 70_000, 0, 35_000, 8, thresholds=patient).decision == "kill"
    assert make_decision("a", 70_000, 0, 280_000, 8, thresholds=patient).decision == "maintain"


@given(
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.floats(0, 30),
    st.integers(0, 50_000),
    st.sampled_from(["pipeline", "direct"]),
)
def test_nothing_is_killed_in_the_ignorance_zone(
    spend: int, earned: int, days: float, kill_spend: int, mode: str
) -> None:
    thresholds = Thresholds(kill_spend=kill_spend)
    found = make_decision(
        "a",
        spend,
        earned,
        earned,
        days,
        mode="direct" if mode == "direct" else "pipeline",
        thresholds=thresholds,
    )
    if days < thresholds.zone_days or spend < thresholds.zone_spend:
        assert found.decision != "kill"


def test_the_zone_changes_decisions() -> None:
    """Ablation over a grid of ads. Theirs changes nothing, as long as 200 dollars must be spent anyway."""
    grid = list(itertools.product(range(0, 60_001, 2_500), (0, 5_000, 40_000), np.linspace(0, 10, 21)))

    def decisions(thresholds: Thresholds) -> list[str]:
        return [make_decision("a", s, 0, e, float(d), thresholds=thresholds).decision for s, e, d in grid]

    none = decisions(Thresholds(zone_days=0, zone_spend=0))
    assert decisions(THEIRS) == none
    ours = decisions(Thresholds())
    changed = [(old, new) for old, new in zip(none, ours, strict=True) if old != new]
    assert len(changed) > 50 and set(changed) == {("kill", "maintain")}
