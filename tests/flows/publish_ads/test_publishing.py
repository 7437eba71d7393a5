"""From an approved variant to a paused ad at the sandbox's Meta: once, whatever is lost on the way."""

from dataclasses import replace

import pytest

from kinoloop.core.errors import ConflictError, ForbiddenError, InputError, IntegrityError
from kinoloop.core.ids import hash_file
from kinoloop.creative.renders.operations import record_variant
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries as mirror
from kinoloop.delivery.drift.rules import content_hash, differences
from kinoloop.runs.queries import run
from kinoloop.sandbox.faults import Fault
from tests.flows.publish_ads.conftest import QUIET, House
from tests.vendors.meta.sandboxed import NOW, USD

KINDS = ("advideo", "campaign", "adset", "adcreative", "ad")
EDGES = ("advideos", "campaigns", "adsets", "adcreatives", "ads")


def test_an_approved_variant_becomes_a_paused_ad_and_its_content_is_recorded(house: House) -> None:
    sha256 = house.approve()
    told = house.publish(sha256)
    live = house.meta.platform.look(USD, "ad", told["ad_id"])
    assert [one.status for one in (live.entity, *live.parents)] == ["PAUSED"] * 3
    assert live.parents[0].daily_budget == 2000
    approved = house.approved(told["ad_id"])
    assert (approved.video_id, approved.variant_id) == ("v-1", house.variant.variant_id)
    assert (approved.approved_by, approved.approved_at) == ("ada", NOW)
    assert approved.sha256 == content_hash(approved.content) == told["sha256"]
    words = approved.content.copy
    assert (words["title"], words["body"], words["cta"]) == (
        "Fresh bread",
        "Every morning at six.",
        "SIGN_UP",
    )
    assert "utm_content={{ad.id}}" in words["url_tags"]
    assert not any(approved.content.toggles.values())
    [served] = house.meta.platform.served(USD, [told["ad_id"]])
    assert differences(approved.content, served.content) == ()
    with house.database.read() as connection:
        assert mirror.entity(connection, told["ad_id"]).status == "PAUSED"
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5
    written = {(one["field"], one["after"]) for one in house.meta.effects() if one["field"] == "status"}
    assert not written
    assert house.told("ad_published") == ["'kinoloop ad a1' is at the platform, off"]


@pytest.mark.parametrize("cut", ["before", "after", "midway"])
def test_a_lost_answer_anywhere_makes_nothing_twice(house: House, cut: str) -> None:
    faults = [
        Fault.model_validate(
            {"vendor": "meta", "method": "POST", "path": f"*/{edge}", "cut": cut, "times": 1}
        )
        for edge in EDGES
    ]
    house.meta.sandbox.fault(*faults)
    house.publish(house.approve())
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5
    sent = [one.path.rsplit("/", 1)[-1] for one in house.meta.sandbox.requests("meta", "POST")]
    assert [sent.count(edge) for edge in EDGES] == ([2] * 5 if cut == "before" else [1] * 5)


def test_the_same_order_again_makes_nothing(house: House) -> None:
    sha256 = house.approve()
    first = house.publish(sha256)
    assert house.publish(sha256) == first
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5


def test_a_second_ad_may_join_a_campaign_that_was_made_from_here(house: House) -> None:
    first = house.publish(house.approve())
    house.meta.control("person", {"entity_id": first["campaign_id"], "field": "status", "value": "ACTIVE"})
    second = replace(house.draft.creative, name="kinoloop creative a2", title="Warm bread")
    house.draft = replace(house.draft, name="kinoloop ad a2", creative=second)
    told = house.publish(house.approve())
    assert (told["campaign_id"], told["ad_set_id"]) == (first["campaign_id"], first["ad_set_id"])
    assert told["ad_id"] != first["ad_id"]
    assert [len(house.made(kind)) for kind in KINDS] == [1, 1, 1, 2, 2]


def test_a_draft_that_changed_under_the_same_name_is_refused(house: House) -> None:
    house.publish(house.approve())
    dearer = replace(house.draft.ad_set, daily_budget=9000)
    house.draft = replace(house.draft, name="kinoloop ad a2", ad_set=dearer)
    with pytest.raises(ConflictError, match="another wish"):
        house.publish(house.approve())
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5


def test_a_name_that_somebody_else_took_is_left_alone(house: House) -> None:
    house.meta.platform.create_campaign(USD, house.draft.campaign)
    with pytest.raises(ConflictError, match="already has a campaign called 'kinoloop campaign a1'"):
        house.publish(house.approve())
    assert len(house.made("campaign")) == 1 and not house.made("ad")


def test_an_enhancement_that_the_platform_turns_on_keeps_the_ad_from_being_approved(house: House) -> None:
    """The platform alters the creative between its making and our reading it."""
    sha256 = house.approve()
    house.publish(sha256)
    [ad_id] = house.made("ad")
    house.meta.control("drift", {"ad_id": ad_id, "toggles": {"music_generation": True}})
    run_id = house.start(sha256)
    with pytest.raises(IntegrityError, match=r"toggles\.music_generation is True, not None"):
        house.runs.wait(run_id, timeout=60)
    assert house.told("ad_not_as_drafted") == [
        "The platform shows 'kinoloop ad a1' otherwise than approved: toggles.music_generation"
    ]


def test_a_person_who_switches_it_on_meanwhile_is_noticed(house: House) -> None:
    sha256 = house.approve()
    house.publish(sha256)
    [ad_id] = house.made("ad")
    house.meta.control("person", {"entity_id": ad_id, "field": "status", "value": "ACTIVE"})
    with pytest.raises(IntegrityError, match=r"ad\.status is 'ACTIVE', not 'PAUSED'"):
        house.publish(sha256)


def test_a_degraded_variant_is_published_with_an_explicit_yes(house: House) -> None:
    with house.database.begin() as connection:
        house.variant = record_variant(connection, replace(house.variant, verdict=QUIET))
    assert house.publish(house.approve(accept_degraded=True))["ad_id"] in house.made("ad")


def test_a_file_that_the_platform_cannot_play_is_given_up_after_three_times(house: House) -> None:
    path = house.tools.blobs.path(house.variant.path)
    path.write_text("This is no film.")
    sha256 = hash_file(path)
    with house.database.begin() as connection:
        house.variant = record_variant(connection, replace(house.variant, sha256=sha256))
    house.draft = replace(house.draft, film_sha256=sha256)
    with pytest.raises(IntegrityError, match="cannot use the film"):
        house.publish(house.approve())
    assert len(house.made("advideo")) == 3 and not house.made("campaign")


def test_a_throttled_call_waits_as_it_is_told_and_is_sent_again(house: House) -> None:
    error = {"error": {"message": "Too fast.", "code": 613, "error_subcode": 5044001}}
    house.meta.sandbox.fault(
        Fault(vendor="meta", method="POST", path="*/campaigns", status=400, body=error, times=1)
    )
    house.publish(house.approve())
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5


def test_the_kill_switch_stops_it_between_two_calls(house: House) -> None:
    sha256 = house.approve()
    house.meta.sandbox.fault(
        Fault(vendor="meta", method="POST", path="*/adsets", status=500, body={"error": {"code": 100}})
    )
    run_id = house.start(sha256)
    with pytest.raises(InputError):
        house.runs.wait(run_id, timeout=60)
    house.meta.sandbox.fault()
    with house.database.begin() as connection:
        accounts.kill(connection, USD, who="eve", reason="too much", now=NOW)
    house.runs.retry(run_id)
    with pytest.raises(ForbiddenError, match="eve stopped it"):
        house.runs.wait(run_id, timeout=60)
    assert (len(house.made("campaign")), len(house.made("adset"))) == (1, 0)
    with house.database.begin() as connection:
        accounts.revive(connection, USD, who="eve", now=NOW)
    house.runs.retry(run_id)
    house.runs.wait(run_id, timeout=60)
    with house.database.read() as connection:
        assert run(connection, run_id).status == "completed"
    assert [len(house.made(kind)) for kind in KINDS] == [1] * 5
