"""Learning from days: the split is in time, too little is refused, models keep their hash."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import IntegrityError
from kinoloop.core.ids import hash_bytes
from kinoloop.learning.predictor.records import AdDay, Asked, CtrModel, Prediction
from kinoloop.learning.predictor.rules import traits
from kinoloop.learning.predictor.rules.artifact import from_bytes, to_bytes
from kinoloop.learning.predictor.rules.estimating import band_of
from kinoloop.learning.predictor.rules.foreseeing import foresee
from kinoloop.learning.predictor.rules.learning import cut_of, gathered, last_whole_day, learn, too_little
from kinoloop.learning.predictor.rules.pairing import BOUND, Pair, campaign_gain, gains
from kinoloop.learning.predictor.rules.reliability import place_in_band, quality_of, reliability
from tests.learning.predictor.worlds import FIRST, days_of, true_rates

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODEL = CtrModel((-4.2, 0.5), ((0.01, 0.0), (0.0, 0.01)), ("hook=question",), 0.6, 0.25, 0.1, 0.016)


def world(seed: int = 1, campaigns: int = 12) -> list[AdDay]:
    rng = np.random.default_rng(seed)
    return days_of(rng, *true_rates(rng, campaigns, 4))


def test_what_was_planted_is_learnt_and_beats_the_average() -> None:
    lesson = learn(world(), {})
    assert lesson.beats and lesson.held_out.ne < 1.0
    assert (lesson.since, lesson.until, lesson.cut) == (
        FIRST,
        FIRST + timedelta(days=11),
        FIRST + timedelta(days=9),
    )
    assert lesson.held_out.impressions == 48 * 3 * 300
    assert lesson.held_out.coverage is not None and lesson.rows == 48 * 12


def test_nothing_of_the_later_days_is_in_the_verdict_about_the_earlier_model() -> None:
    """The order of ads and days does not matter, and what comes after the cut moves no prediction."""
    days = world()
    turned = learn(list(reversed(days)), {})
    assert turned == learn(days, {})
    late = [replace(day, clicks=0) if day.day > FIRST + timedelta(days=9) else day for day in days]
    assert learn(late, {}).held_out.base_rate == turned.held_out.base_rate


def test_traits_that_matter_are_learnt() -> None:
    rng = np.random.default_rng(5)
    campaign, rate = true_rates(rng, 30, 4, between=0.3, within=0.1)
    asks = {f"ad-{number}": {"hook": "question" if number % 2 else "claim"} for number in range(120)}
    rate = np.where(np.arange(120) % 2, rate * 1.6, rate)
    lesson = learn(days_of(rng, campaign, rate), asks)
    assert lesson.model.columns == ("hook=claim", "hook=question")
    assert lesson.model.effects[2] - lesson.model.effects[1] == pytest.approx(np.log(1.6), abs=0.15)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([day for day in world() if day.ad_id in ("ad-1", "ad-2")], "2 ads had impressions; 5 are needed"),
        ([day for day in world() if day.day < FIRST + timedelta(days=2)], "results of 2 days"),
        ([replace(day, clicks=0) for day in world()], "There were 0 clicks"),
        (
            [
                replace(day, clicks=day.clicks if day.day < FIRST + timedelta(days=9) else 0)
                for day in world()
            ],
            "The last days had 0 clicks",
        ),
    ],
)
def test_too_little_is_refused_with_a_reason(days: list[AdDay], words: str) -> None:
    told = too_little(days)
    assert told is not None and words in told
    with pytest.raises(ValueError, match=words):
        learn(days, {})


def test_constant_ads_do_not_claim_to_beat_the_average_by_much() -> None:
    rng = np.random.default_rng(7)
    lesson = learn(days_of(rng, np.repeat(np.arange(10), 4), np.full(40, 0.02)), {})
    assert lesson.held_out.ne == pytest.approx(1.0, abs=0.005)


def test_the_last_quarter_is_held_out() -> None:
    assert cut_of(world()) == FIRST + timedelta(days=9)
    assert cut_of(world()[:1]) == FIRST


def test_yesterday_is_the_accounts_yesterday() -> None:
    assert last_whole_day(NOON, "UTC").isoformat() == "2026-11-19"
    assert last_whole_day(NOON, "Pacific/Auckland").isoformat() == "2026-11-20"


def test_days_of_an_ad_add_up() -> None:
    two = [AdDay("a", "c", FIRST, 10, 1), AdDay("a", "c", FIRST + timedelta(days=1), 5, 2)]
    assert gathered(two) == {"a": Asked("a", "c", impressions=15, clicks=3)}


def test_columns_are_what_several_share_and_not_all_have() -> None:
    ads = [{"hook": "question", "cta": "SHOP"}] * 6 + [{"hook": "claim", "cta": "SHOP"}] * 4
    assert traits.common(ads) == ("hook=question",)
    many = [{f"kind{number}": "yes" for number in range(40)}] * 5 + [{}] * 5
    assert len(traits.common(many)) == traits.MOST_COLUMNS


def test_only_plain_values_become_traits() -> None:
    assert traits.plain({"a": 1.5, "b": True, "c": "x", "d": [1], "e": None}) == {
        "a": "1.5",
        "b": "true",
        "c": "x",
    }


@given(st.floats(-9, 0), st.floats(0.05, 2), st.lists(st.floats(-1, 1), max_size=3))
def test_a_model_survives_its_bytes_and_keeps_its_hash(
    middle: float, spread: float, more: list[float]
) -> None:
    size = 1 + len(more)
    covariance = tuple(tuple(float(row == column) for column in range(size)) for row in range(size))
    columns = tuple(f"t={number}" for number in range(len(more)))
    model = CtrModel((middle, *more), covariance, columns, spread, spread / 2, 0.0, 0.01)
    assert from_bytes(to_bytes(model)) == model
    assert hash_bytes(to_bytes(from_bytes(to_bytes(model)))) == hash_bytes(to_bytes(model))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"kind":"other"}', b'{"kind":"ctr_two_level_1"}', b"\xff"]
)
def test_other_bytes_are_no_model(data: bytes) -> None:
    with pytest.raises(IntegrityError, match="no CTR model"):
        from_bytes(data)


def test_what_is_foreseen_names_what_it_rests_on() -> None:
    new = Asked(campaign_id="c", traits={"hook": "question", "mood": "calm"})
    seen = Asked("a", "c", impressions=5_000, clicks=400)
    lonely = Asked()
    first, other, alone = foresee(MODEL, [new, seen, lonely])
    assert first.used == ("campaign", "hook=question") and first.unused == ("mood=calm",)
    assert other.used == ("impressions", "clicks") and alone.used == ()
    assert dict(first.evidence) == {"impressions": 0, "clicks": 0, "campaign_impressions": 5_000}
    assert first.low < first.ctr < first.high and first.level == 0.8 and 0 < first.chance < 1
    assert first.ctr > alone.ctr and other.band == "high" and other.chance > 0.9
    assert (other.high - other.low) / other.ctr < (first.high - first.low) / first.ctr
    assert alone.high - alone.low > 0 and foresee(MODEL, []) == ()


RATES = st.floats(1e-4, 0.3)


@given(RATES, RATES, st.integers(1, 10_000), st.floats(0, 1))
def test_gains_stay_within_their_bound_whatever_happens(p: float, q: float, shown: int, part: float) -> None:
    got = gains(*(np.array([one], dtype=np.float64) for one in (p, q, shown, int(shown * part))))
    assert abs(float(got[0])) <= BOUND + 1e-9


@given(st.lists(st.tuples(RATES, RATES, st.integers(1, 9_999), st.floats(0, 1)), min_size=1, max_size=6))
def test_so_does_a_campaigns(ads: list[tuple[float, float, int, float]]) -> None:
    pairs = [Pair("c", p, q, shown, int(shown * part)) for p, q, shown, part in ads]
    gain, weight = campaign_gain(pairs)
    assert abs(gain) <= BOUND + 1e-9 and weight > 0


def test_who_was_nearer_gains() -> None:
    assert campaign_gain([Pair("c", 0.01, 0.02, 10_000, 200)])[0] > 0.1
    assert campaign_gain([Pair("c", 0.02, 0.01, 10_000, 200)])[0] < -0.1
    assert campaign_gain([Pair("c", 0.02, 0.02, 10_000, 77)])[0] == 0.0


def said(
    ctr: float, actual: float | None, shown: int | None = 1_000, base: float | None = 0.015
) -> Prediction:
    band = band_of(ctr)
    clicks = None if actual is None or shown is None else round(actual * shown)
    return Prediction(
        "id",
        ctr,
        band,
        NOON,
        "main",
        base_rate=base,
        actual_ctr=actual,
        actual_impressions=shown,
        actual_clicks=clicks,
    )


def test_reliability_is_against_bands_of_real_rates() -> None:
    told = reliability([said(0.01, 0.015), said(0.03, 0.01), said(0.01, 0.05), said(0.03, None)], 9)
    assert (told.total, told.with_actuals, told.in_band, told.below_low, told.above_high) == (9, 3, 1, 1, 1)
    assert told.quality is not None and told.quality.impressions == 3_000 and told.reason is None
    assert place_in_band(replace(said(0.01, 1.0), predicted_band="excellent")) == "in"


def test_reliability_without_our_own_predictions_says_why() -> None:
    told = reliability([said(0.01, 0.015, base=None)], 1)
    assert told.in_band == 1 and told.quality is None and told.reason is not None
    assert quality_of([said(0.01, 0.015, shown=None)]) is None
