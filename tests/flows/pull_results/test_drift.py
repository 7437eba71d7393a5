"""What the platform really shows: an alarm, one proposed revert, no more money, and an end by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kinoloop.core.errors import PassingError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries as mirror
from kinoloop.delivery.accounts.records import Authority, GuardSettings
from kinoloop.delivery.changes import queries as changes
from kinoloop.delivery.changes.records import Change, Expected, Proposal
from kinoloop.delivery.drift import operations as drifting
from kinoloop.delivery.drift import queries as drifts
from kinoloop.delivery.drift.records import Drift
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.executor import open_executor
from kinoloop.flows.apply_changes.telling import Report
from tests.flows.pull_results.conftest import SEATS, House
from tests.vendors.meta.sandboxed import USD

LOOSE = GuardSettings(
    cooldown_minutes=0, fuzz=0.0, jitter_ms_min=0, jitter_ms_max=1, daily_loss_bound=10_000_000
)


@pytest.fixture
def house(house_of: Callable[..., House]) -> House:
    opened = house_of(SEATS[:1])
    opened.pull()
    return opened


def alarms(house: House) -> tuple[Drift, ...]:
    with house.database.read() as connection:
        return drifts.open_drifts(connection, account_id=USD)


def contents(house: House) -> dict[str, Any]:
    told: dict[str, Any] = house.pull()["accounts"][USD]["contents"]
    return told


def test_what_is_shown_as_approved_raises_nothing(house: House) -> None:
    house.approve(house.meta.first("ad"))
    told = contents(house)
    assert (told["compared"], told["unapproved"], told["found"], told["proposed"]) == (1, 9, 0, 0)
    with house.database.read() as connection:
        check = drifts.last_check(connection, USD)
    assert check is not None and (check.compared, check.unapproved, dict(check.untold)) == (1, 9, {})
    assert alarms(house) == ()


def test_an_enhancement_that_was_turned_on_is_an_alarm_and_a_proposed_pause(house: House) -> None:
    ad_id = house.meta.first("ad")
    house.approve(ad_id)
    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"text_optimizations": True}})
    told = contents(house)
    assert (told["found"], told["proposed"]) == (1, 1)
    [alarm] = alarms(house)
    assert [(one.field, one.approved, one.served) for one in alarm.differences] == [
        ("toggles.text_optimizations", False, True)
    ]
    with house.database.read() as connection:
        change = changes.change(connection, alarm.change_id or "")
    assert (change.change_type, change.requested, change.entity_id) == ("status", "PAUSED", ad_id)
    assert (change.state, change.triggered_by) == ("proposed", "creative_drift")
    assert house.told("creative_drift") == [
        f"Ad {ad_id} shows something nobody approved: toggles.text_optimizations"
    ]

    again = contents(house)
    assert (again["found"], again["proposed"], alarms(house)) == (0, 0, (alarm,))
    assert len(house.told("creative_drift")) == len(house.proposed) == 1

    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"text_optimizations": False}})
    assert contents(house)["cleared"] == 1
    assert alarms(house) == ()
    with house.database.read() as connection:
        ended = drifts.drift(connection, alarm.drift_id)
    assert ended.cleared_by == "platform" and ended.cleared_at == house.tools.clock.now()
    assert house.told("drift_cleared") == [f"Ad {ad_id} shows what was approved again"]


def test_another_creative_is_taken_back_to_the_approved_one(house: House) -> None:
    with house.database.read() as connection:
        first, second, *_ = mirror.entities(connection, USD, kind="ad")
    approved = house.approve(first.entity_id)
    other = house.approve(second.entity_id).content.creative_id
    house.meta.control("person", {"entity_id": first.entity_id, "field": "creative_id", "value": other})
    told = contents(house)
    assert (told["found"], told["proposed"]) == (1, 1)
    [alarm] = alarms(house)
    assert "creative_id" in [one.field for one in alarm.differences]
    with house.database.read() as connection:
        change = changes.change(connection, alarm.change_id or "")
    assert (change.change_type, change.current, change.requested) == (
        "creative",
        other,
        approved.content.creative_id,
    )
    deciding.approve(house.desk, change.change_id, who="ada", sha256=change.sha256)
    assert executed(house) == ["applied"]
    assert contents(house)["cleared"] == 1 and alarms(house) == ()


def test_no_more_money_goes_to_an_ad_that_drifted(house: House) -> None:
    ad_id = house.meta.first("ad")
    house.approve(ad_id)
    house.meta.control("drift", {"ad_id": ad_id, "copy": {"message": "Guaranteed results."}})
    contents(house)
    with house.database.read() as connection:
        ad_set = mirror.entity(connection, mirror.entity(connection, ad_id).parent_id or "")
    assert ad_set.daily_budget is not None
    change = ordered(house, ad_set.entity_id, ad_set.daily_budget + 100)
    assert executed(house) == ["blocked"]
    with house.database.read() as connection:
        assert "copy.body" in (changes.change(connection, change.change_id).error or "")


def test_a_revert_that_may_not_be_proposed_is_explained_and_asked_for_again(house: House) -> None:
    ad_id = house.meta.first("ad")
    house.approve(ad_id)
    set_authority(house, "off")
    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"enhance_cta": True}})
    assert contents(house)["proposed"] == 0
    [alarm] = alarms(house)
    assert alarm.change_id is None and "switched off" in (alarm.note or "")
    contents(house)
    set_authority(house, "draft")
    assert contents(house)["proposed"] == 1
    [answered] = alarms(house)
    assert answered.change_id is not None and answered.note is None
    assert len(house.told("creative_drift")) == 1


def test_a_proposal_that_was_interrupted_is_made_by_the_next_pull(house_of: Callable[..., House]) -> None:
    house = house_of(SEATS[:1])
    house.pull()
    ad_id = house.meta.first("ad")
    house.approve(ad_id)
    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"enhance_cta": True}})
    house.runs.close(timeout=2.0)
    asked: list[Proposal] = []

    def silent(proposal: Proposal) -> Change:
        asked.append(proposal)
        raise PassingError("Meta does not answer.")

    deaf = house_of(SEATS[:1], propose=silent)
    told = contents(deaf)
    assert told["error"]["code"] == "passing" and len(asked) == 3
    [alarm] = alarms(deaf)
    deaf.runs.close(timeout=2.0)
    well = house_of(SEATS[:1])
    assert contents(well)["proposed"] == 1
    assert alarms(well)[0].drift_id == alarm.drift_id
    assert {one.key for one in (*asked, *well.proposed)} == {f"drift:{alarm.drift_id}"}


def test_the_alarm_of_an_ad_that_is_gone_ends(house: House) -> None:
    ad_id = house.meta.first("ad")
    house.approve(ad_id)
    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"enhance_cta": True}})
    contents(house)
    [alarm] = alarms(house)
    house.meta.control("person", {"entity_id": ad_id, "field": "status", "value": "DELETED"})
    told = contents(house)
    assert (told["compared"], alarms(house)) == (0, ())
    house.meta.wait(3600)
    assert contents(house)["unapproved"] == 9
    with house.database.read() as connection:
        assert drifts.drift(connection, alarm.drift_id).cleared_by == "gone"


def test_what_the_platform_does_not_tell_is_said(house: House) -> None:
    ad_id = house.meta.first("ad")
    approved = house.approve(ad_id)
    more = replace(approved.content, toggles={**approved.content.toggles, "video_uncrop": False})
    with house.database.begin() as connection:
        sure = replace(approved, content=more, sha256=content_hash(more))
        drifting.approve_content(connection, sure, new_id=new_id)
    told = contents(house)
    assert told["untold"] == {ad_id: ["toggles.video_uncrop"]} and told["found"] == 0


def ordered(house: House, ad_set_id: str, budget: int) -> Change:
    """Proposed and approved by a person, inside loose limits."""
    with house.database.begin() as connection:
        accounts.set_guards(connection, USD, LOOSE, who="ada", now=house.tools.clock.now())
    wish = Proposal(
        USD, "adset", ad_set_id, "budget", budget, "It earns more.", "manual", new_id(), Expected("more")
    )
    change = deciding.propose(house.desk, wish)
    return deciding.approve(house.desk, change.change_id, who="ada", sha256=change.sha256)


def executed(house: House) -> list[str]:
    """What became of what is due."""
    house.meta.wait(20)
    reports: list[Report] = []
    executor = open_executor(
        house.database,
        lambda account: house.meta.platform,
        clock=house.tools.clock,
        seed=5,
        tell=reports.append,
    )
    executor.once("w1")
    return [one.ending for one in reports]


def set_authority(house: House, authority: Authority) -> None:
    with house.database.begin() as connection:
        accounts.set_authority(connection, USD, authority, who="ada", now=house.tools.clock.now())
