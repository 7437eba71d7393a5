"""What a published ad shows second by second: what the renderer was told, kept when the ad is read back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from kinoloop.approvals import operations as approvals
from kinoloop.core.ids import hash_bytes, new_id
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.flows.make_video import approving as video_approving
from kinoloop.flows.make_video.film import Film as RenderedFilm
from kinoloop.flows.make_video.film import SceneFile
from kinoloop.flows.make_video.filming import versions_in
from kinoloop.flows.make_video.versions import crossfade_into, versions_of
from kinoloop.flows.publish_ads.lineage import film_of, keep_film
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.learning.attribution.operations import attribute, track
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.lineage.queries import deal_trace
from kinoloop.learning.revenue.operations import copy_template, record
from kinoloop.learning.revenue.records import StageEvent
from tests.creative.videos.fill import BRIEF, PANEL, SCRIPT
from tests.flows.make_video import boards
from tests.flows.publish_ads.conftest import House
from tests.vendors.meta.sandboxed import NOW

TENANT, WON = "t1", 1_840_000


def restaged(house: House, panels: Sequence[Panel]) -> None:
    """The video of the house with these panels, approved, and its variant made of them."""
    with house.database.begin() as connection:
        board = Storyboard(tuple(panels), None, "", (), "", None, "rules")
        video = videos.save_storyboard(connection, "v-1", board, NOW)
        sha256 = video_approving.approval_hash(connection, video, house.tools.blobs)
        subject = video_approving.subject("v-1")
        approvals.approve(
            connection, subject=subject, sha256=sha256, who="ada", what="it", now=NOW, new_id=new_id
        )
        made = replace(
            house.variant, variant_id=new_id(), label="A", element="master", approval_sha256=sha256
        )
        house.variant = record_variant(connection, made)


def footage(house: House) -> str:
    with house.database.begin() as connection:
        seen = SeenFile(Path("/footage/shoe.mp4"), "video", 1, hash_bytes(b"shoe"))
        report = register(connection, seen, source="test", now=NOW, new_id=new_id)
    assert report.asset_id
    return report.asset_id


def sold(house: House, ad_id: str) -> None:
    """Somebody clicks this ad and buys two days later."""
    clicked, bought = NOW, NOW + timedelta(days=2)
    with house.database.begin() as connection:
        copy_template(connection, "template_b2b_saas", TENANT, who="ada", now=NOW)
        ends = clicked + timedelta(days=30)
        click = Click("k1", TENANT, ad_id, "c", clicked, ends, visitor_id="ann", consent=True)
        track(connection, click, now=bought)
        record(connection, [StageEvent(TENANT, "9001", "closedwon", bought, WON, "CRM")], now=bought)
        told = Conversion("deal:9001", TENANT, "deal", WON, bought, click_id="k1", deal_id="9001")
        attribute(connection, told, settings=AttributionSettings(TENANT), now=bought, new_id=new_id)


def test_from_the_sandboxs_meta_to_the_seconds_that_sold(house: House) -> None:
    """Published for real, read back, clicked and sold: the money lies in the seconds of the storyboard."""
    asset_id = footage(house)
    own = replace(
        PANEL, footage=FootageSource(asset_id, None, "shoe.mp4", 7000, 10_000, 0.8, "words"), price=0
    )
    card = replace(PANEL, scene_id="s2", number=2, kind="card", footage=None, duration_ms=1000, price=0)
    restaged(house, (own, card))
    ad_id = house.publish(house.approve())["ad_id"]
    with house.database.begin() as connection:
        film = keep_film(connection, house.tools.blobs, house.approved(ad_id), now=NOW)
        again = keep_film(connection, house.tools.blobs, house.approved(ad_id), now=NOW)
    assert film is not None and film == again and film.film_sha256 == house.variant.sha256
    sold(house, ad_id)
    with house.database.read() as connection:
        told = deal_trace(connection, TENANT, "9001")
    [ad] = told.ads
    assert (ad.ad_id, ad.clicks, ad.film) == (ad_id, ("k1",), film)
    first, second = ad.scenes
    source = first.scene.source
    assert source is not None and (source.asset_id, source.in_ms, source.out_ms) == (asset_id, 7000, 10_000)
    assert (first.money.under("matched"), second.money.under("matched")) == (WON * 3 // 4, WON // 4)
    assert (second.scene.kind, second.scene.source) == ("card", None)
    assert told.rest.under("matched") == 0


def test_a_variant_of_another_storyboard_or_version_is_not_guessed(house: House) -> None:
    ad_id = house.publish(house.approve())["ad_id"]
    approved = house.approved(ad_id)
    with house.database.begin() as connection:
        blobs = house.tools.blobs
        assert keep_film(connection, blobs, approved, now=NOW) is None, "no version has this label"
        assert keep_film(connection, blobs, replace(approved, variant_id=None), now=NOW) is None
    restaged(house, (replace(PANEL, kind="card", footage=None),))
    with house.database.begin() as connection:
        moved = Storyboard(
            (replace(PANEL, kind="card", footage=None, line="Else"),), None, "", (), "", None, ""
        )
        videos.save_storyboard(connection, "v-1", moved, NOW)
        mine = replace(approved, variant_id=house.variant.variant_id)
        assert keep_film(connection, blobs, mine, now=NOW) is None, "its storyboard is another one by now"


@pytest.mark.parametrize("fade", [False, True])
def test_the_seconds_are_those_that_the_renderer_is_told(house: House, fade: bool) -> None:
    """Every version's scenes against the plan of its film: the same file, in, out and place."""
    panels = tuple(
        replace(panel, transition="fade" if fade and n else "cut")
        for n, panel in enumerate(boards.BOARD.panels)
    )
    longer = FootageSource("a2", None, "b.mp4", 500, 9000, None, "")
    opening = boards.panel(1, scene_id="s1b", footage=longer)
    board = replace(boards.BOARD, panels=panels, opening=opening)
    brief = replace(BRIEF, variants=4, vary=("hook", "opening", "cta"), silent=True)
    with house.database.begin() as connection:
        videos.save_brief(connection, "v-1", brief, now=NOW)
        videos.save_script(connection, "v-1", replace(boards.SCRIPT, made_by=SCRIPT.made_by), NOW)
        videos.save_storyboard(connection, "v-1", board, NOW)
        video = read_video(connection, "v-1")
    versions = versions_in(video)
    assert versions == versions_of(brief, boards.SCRIPT, board)[0] and len(versions) == 4
    for version in versions:
        film = film_of(video, house.variant, version)
        files = {p.scene_id: SceneFile(Path(p.footage.asset_id), False) for p in version.panels if p.footage}
        rendered = RenderedFilm(brief, Brand(), version, "9:16", files, {}, None, None, Path())
        shots = rendered.plan().shots
        assert [scene.start_ms for scene in film.scenes] == list(version.starts())
        assert film.lasts_ms == version.duration_ms
        for scene, shot, panel in zip(film.scenes, shots, version.panels, strict=True):
            early = Fraction(crossfade_into(panel), 1000) if scene.number > 1 else Fraction(0)
            assert scene.source is not None and shot.span is not None
            assert Path(scene.source.asset_id) == shot.source
            assert shot.span.start + early == Fraction(scene.source.in_ms, 1000)
            assert shot.duration - early == Fraction(scene.lasts_ms, 1000)
            assert scene.source.out_ms - scene.source.in_ms == scene.lasts_ms
