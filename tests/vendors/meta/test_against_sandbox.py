"""The ports against the sandbox: what is read, changed, lost and limited."""

import pytest

from kinoloop.core.errors import ForbiddenError, InputError, NotFoundError, PassingError, UnavailableError
from kinoloop.delivery.ports import AdPlatform, Write, Written
from kinoloop.delivery.publishing.ports import AdPublisher
from kinoloop.learning.insights.ports import InsightSource
from kinoloop.sandbox.faults import Cut, Fault
from kinoloop.sandbox.meta.errors import body_of
from kinoloop.store.session import Database
from kinoloop.vendors.meta.faults import answer_in
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.sandboxed import HIDDEN, NOW, USD, YEN, Meta, budget, meta_at


def test_it_fills_the_three_ports(meta: Meta) -> None:
    platform: AdPlatform = meta.platform
    publisher: AdPublisher = meta.platform
    source: InsightSource = meta.platform
    assert platform.name == "meta" and publisher.find_ad(USD, name="none") is None
    assert source.insights(USD, since=NOW.date(), until=NOW.date(), level="campaign")


@pytest.mark.parametrize("empty_pages", [False, True])
def test_the_mirror_is_whole_in_any_money(meta: Meta, empty_pages: bool) -> None:
    meta.control("habits", {"short_pages": True, "empty_pages": empty_pages})
    dollars, yen = meta.platform.mirror(USD), meta.platform.mirror(YEN)
    kinds = [each.kind for each in dollars.entities]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"campaign": 2, "adset": 6, "ad": 10}
    assert (dollars.currency.code, dollars.timezone, dollars.platform_minimum) == (
        "USD",
        "America/New_York",
        100,
    )
    assert (yen.currency.offset, yen.platform_minimum) == (1, 150)
    owners = {each.kind for each in dollars.entities if each.daily_budget}
    assert owners == {"campaign", "adset"}
    shared = next(each for each in dollars.entities if each.kind == "campaign" and each.daily_budget)
    under = [
        each for each in dollars.entities if each.kind == "adset" and each.campaign_id == shared.entity_id
    ]
    assert under and all(each.daily_budget is None for each in under)
    assert all(each.creative_id and each.parent_id for each in dollars.entities if each.kind == "ad")
    assert {each.learning for each in dollars.entities if each.kind == "adset"} <= {
        "LEARNING",
        "SUCCESS",
        "FAIL",
    }


def test_a_look_shows_what_stands_around(meta: Meta) -> None:
    ad = meta.platform.look(USD, "ad", meta.first("ad"))
    assert [parent.kind for parent in ad.parents] == ["adset", "campaign"]
    ad_set = meta.platform.look(USD, "adset", ad.parents[0].entity_id)
    assert ad.entity.entity_id in {child.entity_id for child in ad_set.children}
    assert ad_set.entity.entity_id not in {sibling.entity_id for sibling in ad_set.siblings}
    campaign = meta.platform.look(USD, "campaign", ad.parents[1].entity_id)
    assert {child.entity_id for child in campaign.children} == {
        each.entity_id for each in (ad_set.entity, *ad_set.siblings)
    }


def test_nobody_elses_things_can_be_seen_or_changed(meta: Meta) -> None:
    with pytest.raises(ForbiddenError):
        meta.platform.mirror(HIDDEN)
    with pytest.raises(NotFoundError):
        meta.platform.look(USD, "adset", meta.own_set(YEN))
    with pytest.raises(NotFoundError):
        meta.platform.look(USD, "adset", "999")


def test_a_change_is_written_and_read_back(meta: Meta) -> None:
    ad_set, ad = meta.own_set(), meta.first("ad")
    before = meta.platform.look(USD, "adset", ad_set).entity.daily_budget
    assert before is not None
    meta.platform.write(budget(ad_set, before + 500), validate_only=True)
    assert meta.effects() == []
    meta.platform.write(budget(ad_set, before + 500))
    meta.platform.write(Write(USD, "ad", ad, "status", "PAUSED"))
    assert meta.platform.look(USD, "adset", ad_set).entity.daily_budget == before + 500
    assert meta.platform.look(USD, "ad", ad).entity.status == "PAUSED"
    assert [(one["field"], one["before"], one["after"]) for one in meta.effects()] == [
        ("daily_budget", before, before + 500),
        ("status", "ACTIVE", "PAUSED"),
    ]


def test_an_answer_that_is_lost_leaves_the_change_unknown(meta: Meta) -> None:
    ad_set = meta.own_set()
    cuts: list[tuple[Cut, int]] = [("before", 0), ("after", 1), ("midway", 2)]
    for cut, done in cuts:
        meta.sandbox.fault(Fault(vendor="meta", method="POST", cut=cut, times=1))
        with pytest.raises(PassingError) as caught:
            meta.platform.write(budget(ad_set, 12_000 + done))
        assert not isinstance(caught.value, NotTakenError)
        assert len(meta.effects()) == done
    posts = meta.sandbox.requests(vendor="meta", method="POST")
    assert len(posts) == 3


def test_the_fifth_budget_change_of_an_hour_waits_an_hour(meta: Meta) -> None:
    ad_set, other = meta.own_set(), Write(USD, "ad", meta.first("ad"), "status", "PAUSED")
    for step in range(1, 5):
        meta.platform.write(budget(ad_set, 11_000 + step))
    with pytest.raises(NotTakenError) as caught:
        meta.platform.write(budget(ad_set, 11_005))
    assert caught.value.wait == 3600 and answer_in(caught.value)["error_subcode"] == 1487632
    assert meta.platform.write(other).raw["fbtrace_id"]


def test_what_meta_does_not_take_is_a_clear_no(meta: Meta) -> None:
    with pytest.raises(InputError, match="1885272"):
        meta.platform.write(budget(meta.own_set(), 99))
    with pytest.raises(NotFoundError):
        meta.platform.write(budget("999", 5000))
    assert meta.effects() == []


def test_a_batch_answers_in_place_and_an_item_without_answer_is_unknown(meta: Meta) -> None:
    sets = [
        each.entity_id
        for each in meta.platform.mirror(USD).entities
        if each.kind == "adset" and each.daily_budget
    ]
    lost, gone = Fault(vendor="meta", path=f"/batch/{sets[1]}", cut="after"), "999"
    meta.sandbox.fault(lost)
    outcomes = meta.platform.write_all(
        [
            budget(sets[0], 11_500),
            budget(sets[1], 11_600),
            budget(gone, 5000),
            budget(sets[2], 50),
            budget(sets[3], 11_700),
        ]
    )
    assert [type(one) for one in outcomes] == [Written, PassingError, NotFoundError, InputError, Written]
    assert [(one["entity_id"], one["after"]) for one in meta.effects()] == [
        (sets[0], 11_500),
        (sets[1], 11_600),
        (sets[3], 11_700),
    ]


def test_a_batch_of_fifty_is_one_request(meta: Meta) -> None:
    ad = meta.first("ad")
    before = len(meta.sandbox.requests(vendor="meta"))
    writes = [Write(USD, "ad", ad, "status", "PAUSED")] * 50
    outcomes = meta.platform.write_all(writes, validate_only=True)
    assert all(isinstance(one, Written) for one in outcomes)
    assert len(meta.sandbox.requests(vendor="meta")) == before + 1 and meta.effects() == []


def test_a_read_goes_through_a_rough_hour(meta: Meta) -> None:
    ad = meta.first("ad")
    for fault in (Fault(vendor="meta", status=500, times=2), Fault(vendor="meta", cut="midway", times=2)):
        meta.sandbox.fault(fault)
        assert meta.platform.look(USD, "ad", ad).entity.entity_id == ad


def test_an_error_inside_a_good_answer_is_one(meta: Meta) -> None:
    ad_set = meta.own_set()
    meta.sandbox.fault(Fault(vendor="meta", method="POST", status=200, body=body_of(80004, 2446079)))
    with pytest.raises(NotTakenError) as caught:
        meta.platform.write(budget(ad_set, 11_500))
    assert caught.value.wait == 300 and meta.effects() == []


def test_an_app_in_development_is_held_up_and_says_for_how_long(meta: Meta) -> None:
    meta.control("habits", {"tier": "limited"})
    with pytest.raises(PassingError) as caught:
        for _look in range(30):
            meta.platform.mirror(USD)
    # Either Meta refused, or our own pace did because its headers told that the score was spent.
    assert caught.value.code == "not_taken"
    assert meta.platform.usage.tier == "development_access" and (meta.platform.usage.percent or 0) >= 90


def test_a_token_that_was_withdrawn(meta: Meta, sqlite_database: Database) -> None:
    ad = meta.first("ad")
    meta.control("habits", {"revoked": True})
    with pytest.raises(UnavailableError) as caught:
        meta.platform.write(Write(USD, "ad", ad, "status", "PAUSED"))
    assert answer_in(caught.value)["error_subcode"] == 460 and answer_in(caught.value)["fbtrace_id"]
    meta.control("habits", {"revoked": False})
    with (
        meta_at(meta.sandbox, sqlite_database, secret="wrong") as other,
        pytest.raises(InputError) as refused,
    ):
        other.platform.mirror(USD)
    assert "wrong" not in str(refused.value)
