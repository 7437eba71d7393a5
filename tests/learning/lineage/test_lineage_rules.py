"""Money in parts, which film was seen when, deals taken apart, and how far a sum is certain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.delivery.drift.records import AdContent, ApprovedAd
from kinoloop.learning.attribution.models import PARTS, shared
from kinoloop.learning.attribution.records import MODELS, Model
from kinoloop.learning.lineage.records import CreditedClick, Film, Sale, Scene, Shown, Source, Trace
from kinoloop.learning.lineage.rules.chances import likely
from kinoloop.learning.lineage.rules.footage import footage_money, inside
from kinoloop.learning.lineage.rules.parts import parts
from kinoloop.learning.lineage.rules.showing import NOT_KEPT, NOT_OURS, OTHER_FILM, film_at
from kinoloop.learning.lineage.rules.tracing import NO_CLICK, NOT_LOOKED, NOT_SURE, trace, why_nobody

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONEY = st.integers(0, 10**12)
WHY = "unknown"


def scene(number: int, start: int, end: int, asset_id: str | None, in_ms: int = 0) -> Scene:
    source = None if asset_id is None else Source(asset_id, None, "a.mp4", in_ms, in_ms + end - start)
    kind = "card" if asset_id is None else "footage"
    return Scene(number, f"s{number}", kind, "hook", "line", start, end, source)  # type: ignore[arg-type]  # one of the kinds


def film(name: str, *scenes: Scene) -> Film:
    return Film(name, "v", "w", "Spring", "A", "master", "9:16", scenes)


FILMS = {
    "ad-1": film("f1", scene(1, 0, 3000, "a", 1000), scene(2, 3000, 4001, "b"), scene(3, 4001, 6000, None)),
    "ad-2": film("f2", scene(1, 0, 7000, "a", 2000)),
}


def film_of(ad_id: str, at: datetime) -> tuple[Film | None, str | None]:
    return (FILMS[ad_id], None) if ad_id in FILMS else (None, WHY)


def credit(ad_id: str, share: float, *, model: Model = "matched", conversion: str = "c1") -> CreditedClick:
    return CreditedClick(conversion, model, f"click-{ad_id}", ad_id, share, NOON)


def sale(
    value: int = 100_000, *credits_: CreditedClick, conversions: int = 1, won: bool = True, lost: bool = False
) -> Sale:
    return Sale("d1", value, "closed_won" if won else "SQL", won, lost, NOON, conversions, credits_)


def check_sums(told: Trace) -> None:
    """The law of the room: nothing is lost and nothing is made, under every model."""
    for model in MODELS:
        assert sum(ad.money.under(model) for ad in told.ads) + told.rest.under(model) == told.sale.value
        assert sum(ad.shares[model] for ad in told.ads) + told.rest_shares[model] == 1
        assert sum(told.places(model).values()) == told.sale.value
        for ad in told.ads:
            if ad.film is not None:
                assert sum(part.money.under(model) for part in ad.scenes) == ad.money.under(model)


@given(MONEY, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_parts_add_up_and_are_within_one_unit(amount: int, weights: list[int]) -> None:
    made = parts(amount, weights)
    assert sum(made) == amount
    for part, weight in zip(made, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not part


def test_nothing_can_be_shared_by_nobody_but_nothing() -> None:
    assert parts(0, [0, 0]) == (0, 0)
    with pytest.raises(ValueError, match="cannot be shared"):
        parts(1, [0])
    assert parts(10, [1, 1, 1]) == (4, 3, 3)


@given(
    MONEY,
    st.lists(st.sampled_from(["ad-1", "ad-2", "ad-3"]), min_size=1, max_size=4),
    st.floats(0, 1),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_a_deal_is_shared_to_the_minor_unit(
    value: int, ads: Sequence[str], credited: float, conversions: int, random: object
) -> None:
    clicks = []
    for number in range(conversions):
        for model in MODELS:
            weights = [random.random() + 0.001 for _ in ads]  # type: ignore[attr-defined]  # hypothesis's Random
            clicks += [
                replace(credit(ad_id, share, model=model, conversion=f"c{number}"), click_id=f"k{place}")
                for place, (ad_id, share) in enumerate(zip(ads, shared(credited, weights), strict=True))
            ]
    told = trace(sale(value, *clicks, conversions=conversions), film_of)
    check_sums(told)
    assert {ad.ad_id for ad in told.ads} == set(ads)
    whole = footage_money("a", [told], np.random.default_rng(0))
    for window in ((0, 2500), (2500, 20_000)):
        part = footage_money("a", [told], np.random.default_rng(0), window=window)
        whole_of = sum(one.earned.under("linear") for one in part.spans)
        assert whole_of == part.earned.under("linear") <= whole.earned.under("linear")
    halves = [
        footage_money("a", [told], np.random.default_rng(0), window=window).earned.under("last")
        for window in ((0, 2500), (2500, 20_000))
    ]
    assert abs(sum(halves) - whole.earned.under("last")) <= 2 * len(whole.spans)


def test_seconds_get_money_by_how_long_they_are_seen() -> None:
    told = trace(sale(600_000, credit("ad-1", 1.0)), film_of)
    [ad] = told.ads_under("matched")
    assert [part.money.under("matched") for part in ad.scenes] == [300_000, 100_100, 199_900]
    assert told.places("matched") == {
        "footage": 400_100,
        "upload": 0,
        "generated": 0,
        "card": 199_900,
        "unknown": 0,
        "nobody": 0,
    }
    assert told.rest.range == (0, 600_000), "no other model credits anybody"
    assert why_nobody(told, "matched") is None and why_nobody(told, "last") == NO_CLICK


def test_an_ad_whose_film_is_not_known_keeps_its_money_and_says_why() -> None:
    told = trace(sale(1000, credit("ad-9", 0.5), credit("ad-2", 0.25)), film_of)
    first, second = told.ads_under("matched")
    assert (first.ad_id, first.film, first.why, first.scenes) == ("ad-9", None, WHY, ())
    assert (first.money.under("matched"), second.money.under("matched")) == (500, 250)
    assert told.places("matched")["unknown"] == 500 and told.rest.under("matched") == 250
    assert why_nobody(told, "matched") == NOT_SURE
    check_sums(told)


def test_a_deal_that_nobody_looked_at_is_nobodys() -> None:
    told = trace(sale(777, conversions=0), film_of)
    assert told.ads == () and told.rest.range == (777, 777)
    assert why_nobody(told, "matched") == NOT_LOOKED


def test_two_conversions_of_a_deal_count_alike() -> None:
    clicks = (credit("ad-1", 1.0), credit("ad-2", 1.0, conversion="c2"))
    told = trace(sale(1001, *clicks, conversions=2), film_of)
    assert [ad.shares["matched"] for ad in told.ads] == [Fraction(1, 2)] * 2
    assert sorted(ad.money.under("matched") for ad in told.ads) == [500, 501]


def test_footage_collects_won_money_and_what_is_still_coming() -> None:
    won = trace(sale(70_000, credit("ad-1", 0.5), credit("ad-2", 0.5)), film_of)
    still = replace(sale(7_000, credit("ad-2", 1.0), won=False), deal_id="d2")
    lost = replace(sale(7_000, credit("ad-2", 1.0), won=False, lost=True), deal_id="d3")
    told = [won, trace(still, film_of), trace(lost, film_of)]
    found = footage_money("a", told, np.random.default_rng(0), ads=("ad-1", "ad-2"))
    assert found.earned.under("matched") == 17_500 + 35_000
    assert found.earned.under("first") == 0 and found.earned.range == (0, 52_500)
    assert found.coming.under("matched") == 7_000
    assert [(one.sale.deal_id, one.money.under("matched")) for one in found.deals] == [
        ("d1", 52_500),
        ("d2", 7_000),
        ("d3", 7_000),
    ]
    spans = [(one.source.in_ms, one.source.out_ms, one.earned.under("matched")) for one in found.spans]
    assert spans == [(1000, 4000, 17_500), (2000, 9000, 35_000)]
    assert found.spans[1].deals == ("d1", "d2", "d3") and found.spans[1].ads == ("ad-2",)
    assert found.likely == (35_000, 70_000), "half of ad-1's film or all of ad-2's: one of them did it"


def test_a_window_takes_the_part_of_a_scene_that_lies_in_it() -> None:
    told = trace(sale(70_000, credit("ad-2", 1.0)), film_of)
    found = footage_money("a", [told], np.random.default_rng(0), window=(3000, 4000))
    assert found.earned.under("matched") == 10_000
    assert [(one.source.in_ms, one.source.out_ms) for one in found.spans] == [(3000, 4000)]
    assert found.likely == (10_000, 10_000)
    nothing = footage_money("a", [told], np.random.default_rng(0), window=(9000, 9500))
    assert (nothing.spans, nothing.deals, nothing.likely) == ((), (), None)
    assert inside(10, Source("a", None, "a.mp4", 0, 1000), (2000, 3000)) == 0


def test_a_sum_of_sure_deals_is_sure_and_of_unsure_ones_a_range() -> None:
    rng = np.random.default_rng(1)
    assert likely([[(1.0, 500)], [(1.0, 250)]], rng) == (750, 750)
    assert likely([], rng) == (0, 0)
    assert likely([[]], rng) == (0, 0)
    low, high = likely([[(0.5, 100)] for _ in range(100)], rng)
    assert 4300 <= low <= 4500 and 5500 <= high <= 5700, "binomial: 5,000 +- 1.28 x 500"
    assert likely([[(0.05, 100)]], rng) == (0, 0), "one chance in twenty is outside 80 %"


@given(st.lists(st.tuples(st.floats(0.01, 0.49), st.integers(0, 10**9)), min_size=1, max_size=2))
def test_the_range_lies_between_nothing_and_everything(chances: list[tuple[float, int]]) -> None:
    low, high = likely([chances], np.random.default_rng(0))
    assert 0 <= low <= high <= max(amount for _, amount in chances)


def shown(days: int, name: str, media: str | None = "m1") -> Shown:
    return Shown("ad-1", "act_1", NOON + timedelta(days=days), name, f"sha-{name}", media)


def approval(days: int, sha256: str, media: str | None = "m1") -> ApprovedAd:
    content = AdContent("creative", media, {}, {})
    return ApprovedAd("ad-1", "act_1", content, sha256, "ada", NOON + timedelta(days=days))


def test_an_ad_shows_what_was_approved_last() -> None:
    history = [shown(0, "f1"), shown(4, "f2", "m2")]
    approved = [approval(4, "sha-f2", "m2"), approval(0, "sha-f1")]
    for days, name in ((0, "f1"), (3.9, "f1"), (4, "f2"), (9, "f2"), (-1, "f1")):
        assert film_at(history, approved, NOON + timedelta(days=days)) == (name, None)
    assert film_at(history, [], NOON + timedelta(days=5)) == ("f2", None)
    assert film_at(history, [], NOON - timedelta(days=5)) == ("f1", None)


def test_other_words_over_the_same_film_leave_the_film_alone() -> None:
    accepted = [approval(0, "sha-f1"), approval(2, "sha-other-words")]
    assert film_at([shown(0, "f1")], accepted, NOON + timedelta(days=3)) == ("f1", None)


def test_a_film_that_is_not_ours_or_was_not_kept_is_not_known() -> None:
    swapped = [approval(0, "sha-f1"), approval(2, "sha-new", "m9")]
    assert film_at([shown(0, "f1")], swapped, NOON + timedelta(days=3)) == (None, OTHER_FILM)
    untold = [approval(0, "sha-f1"), approval(2, "sha-new", None)]
    assert film_at([shown(0, "f1", None)], untold, NOON + timedelta(days=3)) == (None, OTHER_FILM)
    assert film_at([], [approval(0, "x")], NOON) == (None, NOT_KEPT)
    assert film_at([], [], NOON) == (None, NOT_OURS)


def test_credits_are_whole_multiples_so_that_fractions_hold_them() -> None:
    assert all((Fraction(share) * PARTS).denominator == 1 for share in shared(0.7, [1, 2, 3.3]))
