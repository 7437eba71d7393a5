"""The winner rule: enough data first, then a posterior that clears the bar; one good hour is no winner."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.learning.winners.records import Standing, Track, WinnerSettings
from kinoloop.learning.winners.rules.verdicts import judge, measure_of
from tests.learning.winners.makers import track

SETTINGS = WinnerSettings()
PEERS = tuple(track(f"peer-{n}", conversions=14.0, value=70_000) for n in range(6))


def stands(one: Track, peers: tuple[Track, ...] = PEERS, settings: WinnerSettings = SETTINGS) -> Standing:
    return judge((one, *peers), settings)[0]


def test_one_click_of_thirty_views_is_no_winner() -> None:
    lucky = track(impressions=30, clicks=1, spend=100, settled_spend=100, conversions=1.0, value=900_000)
    found = stands(lucky)
    assert found.verdict == "not_enough_data" and found.mean is None and found.chance_over is None
    assert "30 of 1,000 impressions, 1 of 30 clicks, USD 1.00 of USD 50.00 spent" in found.reason


@pytest.mark.parametrize(
    ("short", "word"),
    [
        ({"impressions": 999}, "impressions"),
        ({"clicks": 29}, "clicks"),
        ({"spend": 4_999}, "spent"),
        ({"age_hours": 23.0}, "hours"),
    ],
)
def test_each_guard_binds_by_itself(short: dict[str, int], word: str) -> None:
    great = track(conversions=60.0, value=400_000)
    assert stands(great).verdict == "winner"
    found = stands(replace(great, **short))  # type: ignore[arg-type]  # numbers of the track
    assert found.verdict == "not_enough_data" and word in found.reason


def test_winners_losers_and_the_rest() -> None:
    great = stands(track(conversions=60.0, value=300_000))
    poor = stands(track(conversions=3.0, value=15_000))
    usual = stands(track(conversions=20.0, value=130_000))
    assert [great.verdict, poor.verdict, usual.verdict] == ["winner", "loser", "neither"]
    assert great.bar == 1.5 and great.measure == "return"
    assert great.low is not None and great.mean is not None and great.high is not None
    assert 1.5 < great.low < great.mean < great.high
    assert great.chance_over is not None and great.chance_over >= 0.9
    assert "sure to be over 1.5" in great.reason and "sure to be under 1" in poor.reason
    assert usual.chance_over is not None and "90% is asked" in usual.reason


def test_few_sales_are_too_few_even_when_they_are_large() -> None:
    found = stands(
        track(conversions=4.0, value=20_000, settled_spend=6_000, spend=6_000),
        tuple(track(f"peer-{n}", conversions=40.0, value=300_000) for n in range(6)),
    )
    assert found.verdict == "not_enough_data"
    assert "likely, but on 4.0 results of its own" in found.reason


def test_money_too_young_is_not_held_against_an_ad() -> None:
    found = stands(track(settled_spend=0, conversions=0.0, value=0))
    assert found.verdict == "not_enough_data" and "7 days old" in found.reason
    assert (
        judge((track(settled_spend=0, conversions=0.0, value=0, impressions=0, clicks=0),), SETTINGS)[0].mean
        is None
    )


def test_without_values_conversions_are_compared_and_without_those_the_click_rate() -> None:
    leads = tuple(replace(one, value=0) for one in PEERS)
    better = judge((track("best", conversions=60.0, value=0), *leads), SETTINGS)[0]
    assert (better.measure, better.verdict, better.bar) == ("conversions", "winner", 1.2)
    clicks = tuple(replace(one, value=0, conversions=0.0) for one in PEERS)
    good, bad = (
        judge((replace(track("one", value=0, conversions=0.0), clicks=count), *clicks), SETTINGS)[0]
        for count in (2_000, 400)
    )
    assert (good.measure, good.verdict, bad.verdict) == ("ctr", "winner", "loser")
    assert measure_of(clicks) == "ctr"


def test_alone_an_ad_cannot_beat_its_account() -> None:
    found = stands(track(conversions=60.0, value=0), (replace(PEERS[0], value=0),))
    assert found.verdict == "not_enough_data" and "2 ads with results" in found.reason


def test_nothing_at_all() -> None:
    assert judge((), SETTINGS) == ()
    quiet = track(clicks=0, conversions=0.0, value=0)
    assert judge((quiet, quiet), SETTINGS)[0].verdict == "not_enough_data"


COUNTS = st.floats(0, 60)


@given(COUNTS, st.floats(0.5, 20))
def test_more_conversions_never_make_winning_less_likely(few: float, more: float) -> None:
    first = stands(track(conversions=few, value=round(5_000 * few)))
    second = stands(track(conversions=few + more, value=round(5_000 * (few + more))))
    assert first.chance_over is not None and second.chance_over is not None
    assert second.chance_over > first.chance_over - 1e-9 or second.chance_over > 0.999


@given(st.integers(2, 1000), COUNTS)
def test_money_in_smaller_units_changes_nothing(factor: int, count: float) -> None:
    def scaled(one: Track) -> Track:
        return replace(
            one, spend=one.spend * factor, settled_spend=one.settled_spend * factor, value=one.value * factor
        )

    one = track(conversions=count, value=round(5_000 * count))
    plain = judge((one, *PEERS), SETTINGS)
    settings = replace(SETTINGS, least_spend=SETTINGS.least_spend * factor)
    tiny = judge([scaled(each) for each in (one, *PEERS)], settings, Currency("USD", 100 * factor))
    assert [found.verdict for found in tiny] == [found.verdict for found in plain]
    assert tiny[0].chance_over == pytest.approx(plain[0].chance_over, abs=1e-9)


@given(st.permutations(range(7)))
def test_the_order_of_ads_does_not_matter(order: list[int]) -> None:
    ads = (track("one", conversions=30.0, value=160_000), *PEERS)
    plain = {found.ad_id: found for found in judge(ads, SETTINGS)}
    for found in judge([ads[n] for n in order], SETTINGS):
        assert found.verdict == plain[found.ad_id].verdict
        assert found.mean == pytest.approx(plain[found.ad_id].mean, rel=1e-9)
