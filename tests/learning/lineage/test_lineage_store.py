"""Both ways through a chain that the rooms themselves wrote, on both dialects."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete

from kinoloop.approvals import operations as approvals
from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.footage.analysis.operations import replace_shots
from kinoloop.footage.analysis.queries import shots
from kinoloop.learning.attribution.records import MODELS
from kinoloop.learning.attribution.tables import attribution_credits
from kinoloop.learning.lineage.film_queries import films, shown_by
from kinoloop.learning.lineage.operations import keep
from kinoloop.learning.lineage.queries import clip, deal_trace, footage, overview, traces, unsold
from kinoloop.learning.lineage.records import Film, FootageMoney, Shown
from kinoloop.learning.lineage.rules.showing import NOT_KEPT, NOT_OURS, OTHER_FILM
from kinoloop.learning.lineage.rules.tracing import NO_CLICK, why_nobody
from tests.learning.lineage.chain import NOW, TENANT, WON, Chain, card, seen, shot
from tests.learning.lineage.test_lineage_rules import check_sums


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def asset_id(chain: Chain) -> str:
    return chain.footage()


@pytest.fixture
def variant(chain: Chain, asset_id: str) -> Variant:
    """Two scenes of the harbour and a card, nine seconds, published as `ad-1`."""
    clip_id = shots(chain.connection, asset_id)[1].clip_id
    first = seen(1, asset_id, 4500, clip_id=clip_id)
    chain.video("v-1", (first, seen(2, asset_id, 9000), card(3)), opening=seen(1, asset_id, 500, 5000))
    chain.account({"ad-1": "Quay at dawn"})
    made = chain.variant("v-1")
    chain.publish("ad-1", made)
    return made


def earned(found: FootageMoney) -> list[tuple[int, int, int]]:
    return [(one.source.in_ms, one.source.out_ms, one.earned.under("matched")) for one in found.spans]


def test_a_won_deal_leads_to_the_seconds_that_earned_it_and_back(
    chain: Chain, variant: Variant, asset_id: str
) -> None:
    chain.click("ad-1", "ann", 5)
    chain.deal("9001", "ann")
    told = deal_trace(chain.connection, TENANT, "9001")
    check_sums(told)
    assert (told.sale.value, told.sale.won, told.sale.conversions) == (WON, True, 1)
    [ad] = told.ads
    assert ad.film is not None and ad.film.film_sha256 == variant.sha256
    assert (ad.film.video_id, ad.film.variant_id, ad.film.label) == ("v-1", variant.variant_id, "A")
    assert ad.clicks == ("ann-ad-1-5",) and ad.first_at == NOW - timedelta(days=5)
    scenes = [(p.scene.kind, p.scene.start_ms, p.scene.source and p.scene.source.in_ms) for p in ad.scenes]
    assert scenes == [("footage", 0, 4500), ("footage", 3000, 9000), ("card", 6000, None)]
    assert told.rest.under("matched") == 0 and sum(told.places("matched").values()) == WON

    back = footage(chain.connection, TENANT, asset_id, rng())
    assert earned(back) == [(4500, 7500, 411_523), (9000, 12000, 411_522)]
    assert back.earned.under("matched") == told.places("matched")["footage"]
    assert back.ads == ("ad-1",) and [one.sale.deal_id for one in back.deals] == ["9001"]
    assert back.likely == (round(WON * 2 / 3),) * 2, "found by an id: nothing is uncertain"


def test_a_clip_has_the_part_of_its_file_that_it_covers(
    chain: Chain, variant: Variant, asset_id: str
) -> None:
    chain.click("ad-1", "ann", 5)
    chain.deal("9001", "ann")
    second, third = shots(chain.connection, asset_id)[1:]
    whole = footage(chain.connection, TENANT, asset_id, rng())
    parts = [clip(chain.connection, TENANT, one.clip_id, rng()) for one in (second, third)]
    assert [one.window for one in parts] == [(4000, 8000), (8000, 12000)]
    assert sum(one.earned.under("matched") for one in parts) == whole.earned.under("matched")
    none = clip(chain.connection, TENANT, shots(chain.connection, asset_id)[0].clip_id, rng())
    assert (none.ads, none.deals, none.spans, none.likely) == ((), (), (), None)
    with pytest.raises(InputError):
        footage(chain.connection, TENANT, asset_id, rng(), window=(5, 5))
    with pytest.raises(NotFoundError):
        clip(chain.connection, TENANT, new_id(), rng())


def test_without_credits_all_of_it_is_nobodys(chain: Chain, variant: Variant, asset_id: str) -> None:
    """Whatever was known of clicks is taken away: the money is still all there, with nobody."""
    chain.click("ad-1", "ann", 5)
    chain.deal("9001", "ann")
    assert deal_trace(chain.connection, TENANT, "9001").rest.under("matched") == 0
    chain.connection.execute(delete(attribution_credits))
    told = deal_trace(chain.connection, TENANT, "9001")
    assert told.ads == () and told.rest.range == (WON, WON)
    assert told.places("matched")["nobody"] == WON and why_nobody(told, "matched") == NO_CLICK
    check_sums(told)
    assert footage(chain.connection, TENANT, asset_id, rng()).deals == ()


def test_models_share_one_deal_differently_and_each_adds_up(
    chain: Chain, variant: Variant, asset_id: str
) -> None:
    other = chain.variant("v-1", "B")
    chain.account({"ad-1": "Quay at dawn", "ad-2": "Another hook"})
    chain.publish("ad-2", other)
    chain.click("ad-1", "ann", 9)
    chain.click("ad-2", "ann", 2)
    chain.click("ad-9", "ann", 1)
    chain.deal("9001", "ann", days=0.5)
    told = deal_trace(chain.connection, TENANT, "9001")
    check_sums(told)
    money = {ad.ad_id: ad.money for ad in told.ads}
    assert money["ad-1"].under("first") == money["ad-9"].under("last") == WON
    assert money["ad-2"].under("first") == 0 and money["ad-2"].under("linear") > 0
    assert next(ad for ad in told.ads if ad.ad_id == "ad-9").why == NOT_OURS
    found = footage(chain.connection, TENANT, asset_id, rng())
    for model in MODELS:
        assert found.earned.under(model) == told.places(model)["footage"]
    assert found.earned.range[0] == 0 and found.earned.range[1] > 0


def test_what_was_published_stays_when_the_storyboard_changes(
    chain: Chain, variant: Variant, asset_id: str
) -> None:
    before = films(chain.connection, [variant.sha256])
    video = read_video(chain.connection, "v-1")
    assert video.storyboard is not None
    moved = replace(video.storyboard, panels=(seen(1, asset_id, 0, 9000),))
    approvals.void_all(chain.connection, "video:v-1", reason="refined", now=NOW)
    videos.save_storyboard(chain.connection, "v-1", moved, NOW)
    assert chain.publish("ad-1", variant, days=1) is None, "this film is not of that storyboard"
    assert films(chain.connection, [variant.sha256]) == before
    chain.click("ad-1", "ann", 0.5)
    chain.deal("9001", "ann", days=0.2)
    [ad] = deal_trace(chain.connection, TENANT, "9001").ads
    assert ad.film == before[variant.sha256], "the same media under other words"


def test_another_variant_shows_the_element_that_differs(
    chain: Chain, variant: Variant, asset_id: str
) -> None:
    opening = chain.publish("ad-3", chain.variant("v-1", "C"))
    hook = chain.publish("ad-2", chain.variant("v-1", "B"))
    assert opening is not None and hook is not None
    first, master = opening.scenes[0].source, films(chain.connection, [variant.sha256])[variant.sha256]
    assert first is not None
    assert (first.in_ms, first.out_ms) == (500, 3500), "as long as the panel stands, not as the stretch found"
    assert hook.scenes[0].line == "Lighter?" and hook.scenes[1:] == master.scenes[1:]


def test_other_kinds_of_scenes_are_named_and_have_no_footage(chain: Chain, asset_id: str) -> None:
    made = replace(card(1), kind="generated", model="m")
    handed_in = seen(2, "upload:7", 0)
    chain.video("v-2", (made, handed_in, card(3)))
    video = read_video(chain.connection, "v-2")
    from kinoloop.flows.make_video.filming import versions_in
    from kinoloop.flows.publish_ads.lineage import film_of

    variant = replace(_bare(chain), video_id="v-2")
    film = film_of(video, variant, versions_in(video)[0])
    assert [scene.kind for scene in film.scenes] == ["generated", "upload", "card"]
    shown = Shown("ad-1", "act_1", NOW, film.film_sha256, "sha", None)
    keep(chain.connection, film, shown, now=NOW)
    chain.click("ad-1", "ann", 2)
    chain.deal("9001", "ann")
    places = deal_trace(chain.connection, TENANT, "9001").places("matched")
    assert places["generated"] == pytest.approx(WON / 3, abs=1) and places["footage"] == 0
    assert sum(places.values()) == WON
    assert overview(chain.connection, TENANT, rng()).footage == ()


def _bare(chain: Chain) -> Variant:
    chain.video("v-3", (card(1), card(2), card(3)))
    return chain.variant("v-3")


def test_unknown_films_say_why(chain: Chain, variant: Variant) -> None:
    assert chain.publish("ad-5", None) is None
    chain.publish("ad-1", None, days=3, media="another film")
    for visitor, ad_id, days, why in (
        ("ann", "ad-5", 2.0, NOT_KEPT),
        ("bob", "ad-6", 2.0, NOT_OURS),
        ("cat", "ad-1", 2.0, OTHER_FILM),
        ("dan", "ad-1", 4.0, None),
    ):
        chain.click(ad_id, visitor, days)
        chain.deal(visitor, visitor)
        [ad] = deal_trace(chain.connection, TENANT, visitor).ads
        assert (ad.film is None, ad.why) == (why is not None, why)


def test_two_conversions_open_deals_and_other_tenants(chain: Chain, variant: Variant, asset_id: str) -> None:
    chain.click("ad-1", "ann", 5)
    chain.deal("9001", "ann", stage="SQL")
    chain.convert("lead:1", "9001", "nobody", NOW - timedelta(days=1))
    found = footage(chain.connection, TENANT, asset_id, rng())
    told = deal_trace(chain.connection, TENANT, "9001")
    assert told.rest_shares["matched"] == 0.5, "one of the two conversions has no click"
    assert (found.earned.range, found.likely) == ((0, 0), None)
    assert found.coming.under("matched") == told.places("matched")["footage"] > 0
    assert footage(chain.connection, "other", asset_id, rng()).deals == ()
    with pytest.raises(NotFoundError):
        deal_trace(chain.connection, "other", "9001")
    chain.deal("9002", None)
    assert [one.sale.deal_id for one in traces(chain.connection, TENANT, ["9002", "no", "9001"])] == [
        "9002",
        "9001",
    ]


def test_the_overview_ranks_footage_by_what_it_earned(chain: Chain, variant: Variant, asset_id: str) -> None:
    assert overview(chain.connection, TENANT, rng()).traces == ()
    other = chain.footage("studio.mp4")
    chain.video("v-2", (seen(1, other, 0), seen(2, other, 4000), seen(3, other, 8000)))
    chain.publish("ad-2", chain.variant("v-2"))
    for visitor, ad_id, days in (("ann", "ad-1", 3), ("bob", "ad-2", 2)):
        chain.click(ad_id, visitor, days + 1)
        chain.deal(visitor, visitor, days=days)
    found = overview(chain.connection, TENANT, rng())
    assert [one.sale.deal_id for one in found.traces] == ["bob", "ann"] and not found.more
    assert [one.asset_id for one in found.footage] == [other, asset_id]
    assert found.footage[0].earned.under("matched") == WON
    assert overview(chain.connection, TENANT, rng(), limit=1).more


def test_alike_footage_that_no_ad_shows_is_offered(chain: Chain, variant: Variant, asset_id: str) -> None:
    spare = chain.footage("archive.mp4")
    like, unlike = replace_shots(
        chain.connection, spare, [shot(spare, 5, look=1), shot(spare, 6, look=77)], now=NOW
    )
    chain.click("ad-1", "ann", 5)
    chain.deal("9001", "ann")
    money = overview(chain.connection, TENANT, rng()).footage
    [found] = unsold(chain.connection, money)
    assert found.clip_id == like.clip_id != unlike.clip_id
    assert found.likeness == pytest.approx(1.0, abs=1e-3)
    assert (found.source.filename, found.source.in_ms, found.source.out_ms) == ("archive.mp4", 20000, 24000)
    assert found.like.source.in_ms == 4500 and found.like.earned.under("matched") > 0
    chain.video("v-2", (seen(1, spare, 21000), card(2), card(3)))
    chain.publish("ad-2", chain.variant("v-2"))
    assert unsold(chain.connection, money) == (), "it is in an ad by now"
    replace_shots(chain.connection, asset_id, [shot(asset_id, 0)], now=NOW)
    assert unsold(chain.connection, money) == (), "the shot that earned is not known any more"


def test_a_film_is_kept_whole_or_not_at_all(chain: Chain, variant: Variant) -> None:
    film = films(chain.connection, [variant.sha256, "unknown"])[variant.sha256]
    shown = shown_by(chain.connection, ["ad-1"])["ad-1"][0]
    keep(chain.connection, film, shown, now=NOW)
    assert shown_by(chain.connection, ["ad-1"])["ad-1"] == (shown,)
    gap = replace(film, film_sha256="gap", scenes=film.scenes[1:])
    for wrong in (gap, replace(gap, scenes=())):
        with pytest.raises(InputError, match="do not fill it"):
            keep(chain.connection, wrong, replace(shown, film_sha256="gap"), now=NOW)
    with pytest.raises(InputError, match="another film"):
        keep(chain.connection, film, replace(shown, film_sha256="gap"), now=NOW)
    assert isinstance(film, Film) and films(chain.connection, ["gap"]) == {}
