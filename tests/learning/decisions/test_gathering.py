"""An account as it is known at an instant, from the database alone, on both dialects."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from kinoloop.core.currency import Currency
from kinoloop.core.errors import NotFoundError, UnavailableError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.decisions import operations
from kinoloop.learning.decisions.evidence import disagreement, spread_of
from kinoloop.learning.decisions.gathering import NO_TRAITS, gather
from kinoloop.learning.decisions.records import DecisionSettings, Known, Traits
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue.records import StageEvent
from kinoloop.store.session import Database
from tests.delivery.made import MINUTE, NOW, made
from tests.learning.decisions.worlds import (
    ACCOUNT,
    ADS,
    DESK,
    PHONE,
    TABLE,
    TENANT,
    USUAL,
    World,
    full,
    hours_ago,
    row,
)


def look(world: World, *, now: datetime = NOW, traits: Traits = NO_TRAITS) -> Known:
    with world.database.read() as connection:
        return gather(connection, ACCOUNT, now=now, traits=traits)


def said(world: World, settings: DecisionSettings) -> None:
    with world.database.begin() as connection:
        operations.save_settings(connection, ACCOUNT, settings, who="ada", now=NOW)


def test_an_account_as_it_is_known(database: Database) -> None:
    told = look(full(database))
    seen = told.view
    assert seen.ad_ids == ADS and seen.mode == "pipeline" and seen.hours % 6 == 0
    assert seen.stages == ("appointment_scheduled", "show_up", "closed_won")
    assert seen.spend.sum(axis=0).tolist() == [14 * USUAL[ad][2] for ad in ADS]
    assert seen.clicks.sum(axis=0).tolist() == [14 * USUAL[ad][1] for ad in ADS]
    assert seen.standing == ("running",) * 5 and told.stands == seen.total == 23_000
    assert seen.budgets[:2].sum() == 10_000 and seen.budgets[2:4].sum() == 5_000 and seen.budgets[4] == 8_000
    assert seen.launch == 4_600 and seen.hoped == 1_500_000 and seen.organic == 0.1
    assert (seen.frequency[-1] > 1).all() and (seen.launched_at < 6).all() and np.isnan(seen.ios).all()
    people = seen.outcomes
    assert people.by_id.tolist() == [0, 0, 1, 4, -1]
    assert np.allclose(people.entry_at, [seen.hours - ago for ago in (240, 200, 180, 170, 50)])
    assert np.allclose(people.entry_at[:4] - people.click_at[:4], 12)
    assert people.value[[0, 3]].tolist() == [900_000, 1_200_000] and np.isnan(people.value[[1, 2, 4]]).all()
    assert np.isfinite(people.moves).tolist()[:2] == [[True, True, True], [True, False, False]]
    assert np.isfinite(people.lost_at).tolist() == [False, False, True, False, False]
    assert any("spread evenly" in note for note in told.notes)
    assert any("Frequency is reckoned" in note for note in told.notes)


def test_hours_give_the_shape_of_a_day(database: Database) -> None:
    world = full(database)
    yesterday = (NOW - timedelta(days=1)).date()
    world.told([row("a1", yesterday, (900, 20, 5000), 12)])
    told = look(world).view
    place = int((told.hours - 25) // 6)  # 12:00 in Berlin is 11:00 UTC, 25 hours before
    assert told.impressions[place, 0] >= USUAL["a1"][0]
    assert told.impressions[:, 0].sum() == 14 * USUAL["a1"][0]


def test_what_was_told_later_was_not_known(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    before = look(world)
    world.told([row("a1", hours_ago(24).date(), (9_999, 99, 99_999))], NOW + timedelta(hours=1))
    after = look(world)
    assert np.array_equal(before.view.spend, after.view.spend)


def test_matches_by_likeness_are_guesses_with_their_chance(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    world.deal("d6", {"lead": 40}, ad_id="a3", device=PHONE)
    settings = AttributionSettings(TENANT, window_days=30.0)
    with world.database.begin() as connection:
        for number, ad_id in enumerate(("a3", "a4")):
            at = hours_ago(31 - number)
            told = Click(
                f"z{number}",
                TENANT,
                ad_id,
                "c1",
                at,
                at + timedelta(days=30),
                ip="81.2.69.160",
                device=replace(PHONE, screen="393x852", os_version="18.1", city="Berlin"),
                consent=True,
            )
            attribution.track(connection, told, now=NOW)
        same = Conversion(
            "crm:d7",
            TENANT,
            "deal",
            0,
            hours_ago(30),
            deal_id="d7",
            ip="81.2.69.160",
            device=replace(PHONE, screen="393x852", os_version="18.1", city="Berlin"),
            consent=True,
        )
        attribution.attribute(connection, same, settings=settings, now=NOW, new_id=world.ids)
        revenue.record(connection, [StageEvent(TENANT, "d7", "lead", hours_ago(30))], now=NOW)
    people = look(world).view.outcomes
    last = int(np.argmax(people.entry_at))
    assert people.by_id[last] == -1
    assert people.guess[last].tolist() == [3, -1, -1], "the last touch of the same address"
    assert 0.5 < people.trust[last, 0] <= 1.0 and np.isnan(people.trust[last, 1:]).all()


def test_iphones_are_told_apart_where_devices_are_known(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.open()
    world.days()
    for number in range(40):
        device = PHONE if number % 4 else DESK
        world.deal(f"p{number}", {"lead": 100 + number}, ad_id="a1", device=device)
    told = look(world).view
    assert told.outcomes.ios.sum() == 30
    assert told.ios[0] == 0.75 and np.isnan(told.ios[1:]).all()


def test_shops_sell_at_once(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    with world.database.begin() as connection:
        revenue.save_table(connection, replace(TABLE, sales_cycle_days=0), who="ada", now=NOW)
        bought = Conversion("web-1", TENANT, "purchase", 7_000, hours_ago(20), currency="USD")
        other = replace(bought, conversion_id="web-2", currency="JPY")
        lead = replace(bought, conversion_id="web-3", value=0)
        settings = AttributionSettings(TENANT, window_days=30.0)
        for one in (bought, other, lead):
            attribution.attribute(connection, one, settings=settings, now=NOW, new_id=world.ids)
    told = look(world).view
    assert told.mode == "direct" and told.stages == () and told.outcomes.moves.shape == (3, 0)
    assert sorted(told.outcomes.value) == [7_000, 900_000, 1_200_000]
    hours = sorted(told.hours - told.outcomes.entry_at)
    assert np.allclose(hours, [20, 30, 100]), "a sale enters when it is made"


def test_a_deal_that_was_won_and_lost_again_is_no_sale(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    world.deal("back", {"lead": 90, "closed_won": 60, "closed_lost": 10}, ad_id="a2", value=5_000)
    told = look(world).view.outcomes
    row_ = int(np.flatnonzero(told.by_id == 1)[-1])
    assert np.isnan(told.moves[row_]).all() and np.isnan(told.value[row_]) and np.isfinite(told.lost_at[row_])


def test_ads_are_off_gone_or_without_a_daily_budget(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    world.place.set("a1", status="PAUSED")
    world.place.set("s2", daily_budget=None)
    del world.place.there["a5"]
    world.place.there["a6"] = made("ad", "a6", "s3", campaign_id="c2")
    world.mirror(NOW + MINUTE)
    told = look(world, now=NOW + MINUTE)
    stood = dict(zip(told.view.ad_ids, told.view.standing, strict=True))
    assert stood == {"a1": "off", "a2": "running", "a3": "off", "a4": "off", "a5": "off", "a6": "running"}
    assert any("Nothing above ad a3, a4 has a daily budget" in note for note in told.notes)
    assert told.view.launched_at[-1] == told.view.hours, "an ad that was never shown begins now"
    assert told.stands == 18_000


def test_what_a_person_says_holds(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    said(world, DecisionSettings(total=40_000, launch=1_000, mode="direct", hoped=77, lookback_days=7))
    told = look(world).view
    assert (told.total, told.launch, told.mode, told.hoped) == (40_000, 1_000, "direct", 77)
    assert told.hours <= 8 * 24


def test_features_come_from_whoever_knows_them(sqlite_database: Database) -> None:
    traits = {
        "a1": {"hook": "question"},
        "a2": {"hook": "question"},
        "a3": {"hook": "bold"},
        "a4": {"hook": "bold"},
    }
    seen = look(full(sqlite_database), traits=traits)
    told = seen.view
    assert seen.traits == (("hook", ("bold", "question")),)
    assert told.kinds == (2,) and told.features[:, 0].tolist() == [1, 1, 0, 0, -1]


@pytest.mark.parametrize("mirrored", [True, False])
def test_stale_results_decide_nothing(sqlite_database: Database, mirrored: bool) -> None:
    world = World(sqlite_database)
    world.open()
    later = NOW + timedelta(hours=13)
    with pytest.raises(UnavailableError, match="were never read"):
        look(world)
    world.days()
    if mirrored:
        world.mirror(later)
    with pytest.raises(UnavailableError, match="results were last" if mirrored else "account were last"):
        look(world, now=later)


def test_deals_in_another_currency_are_never_taken_for_ours(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    with world.database.begin() as connection:
        revenue.save_table(connection, replace(TABLE, currency=Currency("EUR")), who="ada", now=NOW)
    with pytest.raises(UnavailableError, match="counted in EUR"):
        look(world)


def test_without_a_table_of_stages_purchases_alone_count(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.open()
    world.days()
    with world.database.begin() as connection:
        revenue.switch_off(connection, TENANT, who="ada", now=NOW)
    told = look(world).view
    assert told.mode == "direct" and told.hoped is None and len(told.outcomes) == 0


def test_the_tenants_other_accounts_keep_their_entries(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    other = replace(world.place.mirror(NOW), account_id="act_2", entities=())
    with world.database.begin() as connection:
        accounts.save_mirror(connection, other, tenant_id=TENANT, platform="meta")
    world.deal("theirs", {"lead": 60}, ad_id="zz")
    told = look(world)
    assert "zz" not in told.view.ad_ids and len(told.view.outcomes) in (4, 5)
    with pytest.raises(NotFoundError), world.database.read() as connection:
        gather(connection, "act_9", now=NOW)


def test_models_that_disagree_are_heard(sqlite_database: Database) -> None:
    world = full(sqlite_database)
    assert look(world).disagreement == {}
    with world.database.begin() as connection:
        for number, (ad_id, ago) in enumerate((("a1", 50), ("a2", 40), ("a3", 30))):
            at = hours_ago(ago)
            told = Click(
                f"v{number}", TENANT, ad_id, "c1", at, at + timedelta(days=30), visitor_id="v", consent=True
            )
            attribution.track(connection, told, now=NOW)
        for number in range(4):
            bought = Conversion(f"w{number}", TENANT, "lead", 0, hours_ago(20), visitor_id="v", click_id="v2")
            settings = AttributionSettings(TENANT, window_days=30.0)
            attribution.attribute(connection, bought, settings=settings, now=NOW, new_id=world.ids)
        found = disagreement(connection, TENANT, hours_ago(24 * 60))
    assert found["a1"] > 0.2 and found["a3"] > 0.2 and found["a5"] == 0
    assert look(world).disagreement["a1"] == found["a1"]


@pytest.mark.parametrize(
    ("told", "spread"), [([], 0.0), ([3.0] * 6, 0.0), ([3.0] * 5, 0.75), ([1.0] * 5 + [0.0], 0.5)]
)
def test_the_spread_of_models(told: Sequence[float], spread: float) -> None:
    assert spread_of(told) == spread


def test_what_the_platform_does_not_tell_is_said(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    world.open()
    day = hours_ago(24).date()
    world.told(
        [row("a1", day, (900, 20, 5000), reach=None, link_clicks=None), row("a2", day, (900, 20, 5000))]
    )
    told = look(world)
    assert any("Of 1 ad the platform tells no reach" in note for note in told.notes)
    assert any("so all clicks count" in note for note in told.notes)
    assert np.isnan(told.view.frequency[-1, 0]) and told.view.clicks.sum() == 40
