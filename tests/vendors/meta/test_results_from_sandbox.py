"""Results, new ads and drift against the sandbox."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kinoloop.core.errors import PassingError
from kinoloop.delivery.publishing.ports import AdPublisher
from kinoloop.sandbox.faults import Cut, Fault
from kinoloop.vendors.meta.actions import results_of
from kinoloop.vendors.meta.drafts import FILM_ENHANCEMENTS
from kinoloop.vendors.meta.films import FilmSender
from tests.films import draw_film
from tests.vendors.meta.drafts import AD_SET, CAMPAIGN, CREATIVE, draft
from tests.vendors.meta.sandboxed import NOW, USD, YEN, Meta


def test_results_are_the_same_at_once_and_as_a_report(meta: Meta) -> None:
    until = NOW.date() - timedelta(days=1)
    since = until - timedelta(days=6)
    at_once = meta.platform.insights(USD, since=since, until=until)
    assert not list(meta.sandbox.requests(vendor="meta", method="POST"))
    longer = meta.platform.insights(USD, since=since - timedelta(days=3), until=until)
    assert len(meta.sandbox.requests(vendor="meta", method="POST")) == 1
    assert at_once and at_once == [row for row in longer if row.day >= since]
    assert {row.timezone for row in at_once} == {"America/New_York"} and all(row.spend > 0 for row in at_once)
    assert all(row.video_3s is not None and row.link_clicks is not None and row.reach for row in at_once)
    assert sum(results_of(row.actions.get("default", {}), "lead") for row in longer) > 0


def test_hours_add_up_to_the_day(meta: Meta) -> None:
    day = NOW.date() - timedelta(days=2)
    daily = meta.platform.insights(USD, since=day, until=day, level="adset")
    hourly = meta.platform.insights(USD, since=day, until=day, level="adset", hourly=True)
    assert {row.hour for row in hourly} <= set(range(24)) and all(row.reach is None for row in hourly)
    for row in daily:
        hours = [hour for hour in hourly if hour.entity_id == row.entity_id]
        assert (sum(hour.spend for hour in hours), sum(hour.clicks for hour in hours)) == (
            row.spend,
            row.clicks,
        )


def test_too_much_at_once_is_fetched_as_a_report(meta: Meta) -> None:
    day = NOW.date() - timedelta(days=2)
    whole = meta.platform.insights(USD, since=day, until=day)
    meta.control("habits", {"most_rows": 3})
    assert meta.platform.insights(USD, since=day, until=day) == whole
    assert len(meta.sandbox.requests(vendor="meta", method="POST")) == 1


def test_a_report_that_fails_is_said(meta: Meta) -> None:
    meta.sandbox.fault(Fault(vendor="meta", outcome="failed"))
    with pytest.raises(PassingError):
        meta.platform.insights(USD, since=NOW.date() - timedelta(days=12), until=NOW.date())


def test_money_of_a_currency_without_cents(meta: Meta) -> None:
    day = NOW.date() - timedelta(days=2)
    rows = meta.platform.insights(YEN, since=day, until=day, level="campaign")
    assert rows and all(row.currency.offset == 1 and 1000 < row.spend < 100_000 for row in rows)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_film(tmp_path_factory.mktemp("film") / "ad.mp4", seconds=1).path


def test_an_ad_is_made_paused_and_found_again(meta: Meta, film: Path) -> None:
    publisher: AdPublisher = meta.platform
    wish = replace(draft(film), account_id=USD)
    video = publisher.upload(USD, film, name=wish.upload_name)
    upload = publisher.wait_upload(video, seconds=120)
    assert upload.state == "ready" and upload.thumbnail_url
    campaign = publisher.create_campaign(USD, CAMPAIGN)
    ad_set = publisher.create_ad_set(USD, campaign, AD_SET)
    creative = publisher.create_creative(USD, video, CREATIVE, thumbnail_url=upload.thumbnail_url)
    ad = publisher.create_ad(USD, ad_set, creative, name=wish.name)
    assert publisher.find_upload(USD, name=wish.upload_name) == video
    assert publisher.find_campaign(USD, name=CAMPAIGN.name) == campaign
    assert publisher.find_ad_set(USD, name=AD_SET.name) == ad_set
    assert publisher.find_creative(USD, name=CREATIVE.name) == creative
    assert publisher.find_ad(USD, name=wish.name) == ad and publisher.find_ad(USD, name="other") is None
    tree = meta.platform.look(USD, "ad", ad)
    assert [each.status for each in (tree.entity, *tree.parents)] == ["PAUSED"] * 3
    assert tree.parents[0].daily_budget == AD_SET.daily_budget and tree.entity.creative_id == creative
    (shown,) = meta.platform.served(USD, [ad])
    assert (shown.content.creative_id, shown.content.media_hash) == (creative, f"video:{video}")
    assert shown.content.copy["title"] == CREATIVE.title and shown.content.copy["link"] == CREATIVE.link
    assert {name: shown.content.toggles.get(name) for name in FILM_ENHANCEMENTS} == dict.fromkeys(
        FILM_ENHANCEMENTS, False
    )


def test_a_thing_whose_answer_was_lost_is_found_and_not_made_twice(meta: Meta, film: Path) -> None:
    meta.sandbox.fault(Fault(vendor="meta", method="POST", cut="after"))
    with pytest.raises(PassingError):
        meta.platform.create_campaign(USD, CAMPAIGN)
    with pytest.raises(PassingError):
        meta.platform.upload(USD, film, name="lost")
    meta.sandbox.fault()
    assert meta.platform.find_campaign(USD, name=CAMPAIGN.name) and meta.platform.find_upload(
        USD, name="lost"
    )
    assert [one["field"] for one in meta.effects()] == ["created", "created"]


def test_a_large_film_arrives_whole_in_spite_of_trouble(meta: Meta, tmp_path: Path) -> None:
    film = draw_film(tmp_path / "large.mp4", seconds=3, options={"crf": "1"}).path
    assert film.stat().st_size > 3 * 64 * 1024
    sender = FilmSender(meta.platform._client, sleep=meta.wait, whole_bytes=64 * 1024)
    cuts: list[Cut] = ["after", "before"]
    for cut in cuts:
        meta.sandbox.fault(Fault(vendor="meta", path="*/advideos", cut=cut, nth=3, times=1))
        video = sender.upload(USD, film, name=f"large {cut}")
        assert sender.wait_upload(video, seconds=120).state == "ready"


def test_what_is_no_film_is_refused_by_meta_in_the_end(meta: Meta, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a film")
    video = meta.platform.upload(USD, tmp_path / "text.mp4", name="text")
    upload = meta.platform.wait_upload(video, seconds=120)
    assert upload.state == "failed" and upload.error and meta.platform.find_upload(USD, name="text") is None


def test_what_the_platform_does_to_a_creative_is_seen(meta: Meta) -> None:
    ads = [each.entity_id for each in meta.platform.mirror(USD).entities if each.kind == "ad"]
    before = meta.platform.served(USD, ads)
    assert [one.ad_id for one in before] == ads and not any(before[0].content.toggles.values())
    meta.control(
        "drift", {"ad_id": ads[0], "toggles": {"text_optimizations": True}, "copy": {"title": "Buy!"}}
    )
    after = meta.platform.served(USD, [*ads, "999"])
    assert after[0].content.toggles["text_optimizations"] is True and after[0].content.copy["title"] == "Buy!"
    assert after[0].content != before[0].content and list(after[1:]) == list(before[1:])
    assert len(after) == len(ads)
