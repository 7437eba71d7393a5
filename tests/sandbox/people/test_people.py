"""The identity world: the shares it was asked for, one truth, and the same world from the same seed."""

from dataclasses import fields, replace

import numpy as np
import pytest

from kinoloop.learning.attribution.devices import device_of
from kinoloop.sandbox.people.devices import ANDROID, CHROME, EDGE, FIREFOX, INSTAGRAM, IOS, SAFARI, WINDOWS
from kinoloop.sandbox.people.living import last_clicks, live
from kinoloop.sandbox.people.records import USUAL, PeopleSettings, Sightings, World
from kinoloop.sandbox.people.wording import user_agent, visit

SMALL = replace(USUAL, people=6_000, clicks_per_day=250.0)


@pytest.fixture(scope="module")
def world() -> World:
    return live(USUAL, 7)


def test_the_same_seed_is_the_same_world() -> None:
    first, again, other = live(SMALL, 3), live(SMALL, 3), live(SMALL, 4)
    for field in fields(Sightings):
        assert np.array_equal(getattr(first.clicks, field.name), getattr(again.clicks, field.name))
    assert np.array_equal(first.truth, again.truth)
    assert not np.array_equal(first.clicks.ip, other.clicks.ip)


def test_everything_is_in_the_order_of_time(world: World) -> None:
    assert (np.diff(world.clicks.at) >= 0).all() and (np.diff(world.conversions.at) >= 0).all()
    assert len(world.clicks) == 20_100
    assert len(world.ad) == len(world.clicks)


def test_the_truth_is_the_last_click_of_the_same_person(world: World) -> None:
    for row in range(0, len(world.conversions), 7):
        person, at = world.conversions.person[row], world.conversions.at[row]
        own = np.flatnonzero((world.clicks.person == person) & (world.clicks.at <= at))
        own = own[world.clicks.at[own] >= at - 14 * 24]
        assert world.truth[row] == (own[-1] if len(own) else -1)


def test_an_id_is_kept_only_on_the_device_that_clicked(world: World) -> None:
    kept = np.flatnonzero(world.kept)
    assert (world.truth[kept] >= 0).all()
    assert (world.clicks.second[world.truth[kept]] == world.conversions.second[kept]).all()


def test_the_shares_are_those_asked_for(world: World) -> None:
    caused = world.truth >= 0
    assert np.mean(~caused) == pytest.approx(0.20, abs=0.02)
    crossed = world.clicks.second[world.truth[caused]] != world.conversions.second[caused]
    assert np.mean(crossed) == pytest.approx(0.22, abs=0.05)
    phones = ~world.clicks.second
    assert np.mean(world.clicks.os[phones] == IOS) == pytest.approx(0.62, abs=0.03)
    same = caused & (world.clicks.second[world.truth] == world.conversions.second)
    for iphone, share in ((True, 0.45), (False, 0.80)):
        mine = same & ((world.conversions.os == IOS) == iphone)
        assert np.mean(world.kept[mine]) == pytest.approx(share, abs=0.08)


def test_households_and_carriers_share_addresses(world: World) -> None:
    """Some addresses have clicks of many people: that is what makes it hard."""
    pairs = np.unique(np.stack([world.clicks.ip, world.clicks.person]), axis=1)
    people = np.unique(pairs[0], return_counts=True)[1]
    assert people.max() > 20
    assert np.mean(people == 1) > 0.5


def test_more_devices_mean_fewer_ids() -> None:
    usual, other = live(SMALL, 5), live(replace(SMALL, cross_device=0.6), 5)
    assert other.kept.mean() < usual.kept.mean()
    nobody = live(PeopleSettings(people=500, clicks_per_day=20.0, conversions_per_click=0.0), 1)
    assert len(nobody.conversions) == 0


def test_no_click_before_the_window_counts(world: World) -> None:
    assert (last_clicks(world.clicks, world.conversions, 0.0) == -1).all()


@pytest.mark.parametrize(
    ("os", "browser", "seen"),
    [
        (IOS, SAFARI, ("iOS", "Safari")),
        (IOS, INSTAGRAM, ("iOS", "Instagram")),
        (IOS, CHROME, ("iOS", "Chrome")),
        (ANDROID, CHROME, ("Android", "Chrome")),
        (ANDROID, 6, ("Android", "Facebook")),
        (ANDROID, 2, ("Android", "Samsung")),
        (WINDOWS, EDGE, ("Windows", "Edge")),
        (WINDOWS, FIREFOX, ("Windows", "Firefox")),
        (3, SAFARI, ("macOS", "Safari")),
        (4, SAFARI, ("iPadOS", "Safari")),
        (3, 6, ("macOS", "Facebook")),
    ],
)
def test_a_parser_finds_the_device_again(os: int, browser: int, seen: tuple[str, str]) -> None:
    device = device_of(user_agent(os, 2, browser))
    assert (device.os, device.browser) == seen


def test_a_visit_is_told_as_a_page_would(world: World) -> None:
    told = visit(world.clicks, 0)
    device = device_of(told["user_agent"], told["fingerprint_components"])
    assert device.os and device.screen and device.timezone and device.city and device.language
    assert told["ip_address"].count(".") == 3
