"""The account, one thing with what stands around it, and what ads show, against a strict server."""

import json
from typing import Any

import pytest

from kinoloop.core.errors import InputError, IntegrityError, NotFoundError, PassingError
from kinoloop.vendors.meta.fields import ENTITY, SERVED
from tests.vendors.meta.account import ACCOUNT, AD_30, SET_20, with_account
from tests.vendors.meta.graph import NOW, Call, Graph, error, standing

CREATIVE = {"id": "40", "object_story_spec": {"video_data": {"video_id": "50", "title": "Bread"}}}


def test_a_mirror_holds_everything_on_all_pages() -> None:
    graph = with_account(Graph())
    with standing(graph) as house:
        mirror = house.platform.mirror("act_1")
    assert (mirror.name, mirror.currency.code, mirror.timezone) == ("Bakery", "USD", "Europe/Berlin")
    assert mirror.platform_minimum == 100 and mirror.seen_at == NOW
    assert [each.entity_id for each in mirror.entities] == ["10", "11", "20", "21", "22", "30", "31"]
    assert {call.params.get("fields") for call in graph.calls} >= set(ENTITY.values())


def test_a_look_at_an_ad_set_shows_its_surroundings_and_reads_it_last() -> None:
    graph = with_account(Graph())
    with standing(graph) as house:
        tree = house.platform.look("act_1", "adset", "20")
    assert tree.entity.entity_id == "20" and tree.entity.daily_budget == 2000
    assert [each.entity_id for each in tree.parents] == ["11"]
    assert [each.entity_id for each in tree.siblings] == ["21"]
    assert [each.entity_id for each in tree.children] == ["30", "31"]
    assert graph.calls[-1].path == "20"


def test_a_look_at_an_ad_and_at_a_campaign() -> None:
    with standing(with_account(Graph())) as house:
        ad, campaign = (
            house.platform.look("act_1", "ad", "30"),
            house.platform.look("act_1", "campaign", "11"),
        )
    assert [each.entity_id for each in ad.parents] == ["20", "11"] and ad.children == ()
    assert [each.entity_id for each in ad.siblings] == ["31"]
    assert [each.entity_id for each in campaign.children] == ["20", "21"]
    assert [each.entity_id for each in campaign.siblings] == ["10"] and campaign.parents == ()


@pytest.mark.parametrize(
    ("node", "kind", "failure"),
    [
        ({**SET_20, "account_id": "2"}, "adset", NotFoundError),
        ({name: value for name, value in SET_20.items() if name != "campaign_id"}, "adset", NotFoundError),
        ({**SET_20, "daily_budget": "x"}, "adset", IntegrityError),
    ],
)
def test_another_accounts_things_are_not_seen(
    node: dict[str, Any], kind: Any, failure: type[Exception]
) -> None:
    with standing(Graph().on("GET", "20", node)) as house, pytest.raises(failure):
        house.platform.look("act_1", kind, "20")


def test_what_is_not_there_is_not_found() -> None:
    with standing(Graph().on("GET", "99", (400, error(100, 33)))) as house, pytest.raises(NotFoundError):
        house.platform.look("act_1", "ad", "99")


@pytest.mark.parametrize(
    "broken", [{"currency": None}, {"currency": "dollars"}, {"name": ...}, {"timezone_name": ...}]
)
def test_an_account_that_cannot_be_read_is_no_mirror(broken: dict[str, Any]) -> None:
    told = {name: value for name, value in {**ACCOUNT, **broken}.items() if value is not ...}
    graph = Graph().on("GET", "act_1", told)
    with standing(with_account(graph)) as house, pytest.raises((IntegrityError, InputError)):
        house.platform.mirror("act_1")


def batch_of(answers: dict[str, Any]) -> Graph:
    """Each item of a batch is answered by its id."""

    def answer(call: Call) -> Any:
        paths = [item["relative_url"].partition("?")[0] for item in call.json("batch")]
        return [answers[path] for path in paths]

    return Graph().on("POST", "", answer)


def part(body: Any, code: int = 200) -> dict[str, Any]:
    return {"code": code, "headers": [], "body": json.dumps(body)}


def test_served_ads_are_told_fifty_at_a_time_without_those_that_are_gone() -> None:
    shown = {
        str(number): part({**AD_30, "id": str(number), "creative": CREATIVE}) for number in range(100, 152)
    }
    shown["101"] = part(error(100, 33), 400)
    shown["102"] = part({**AD_30, "id": "102", "status": "DELETED", "creative": CREATIVE})
    shown["103"] = part({**AD_30, "id": "103", "account_id": "2", "creative": CREATIVE})
    graph = batch_of(shown)
    with standing(graph) as house:
        ads = house.platform.served("act_1", list(shown))
    assert [ad.ad_id for ad in ads] == ["100", *(str(number) for number in range(104, 152))]
    assert ads[0].content.copy == {"title": "Bread"} and ads[0].raw["creative"] == CREATIVE
    assert [len(call.json("batch")) for call in graph.calls] == [50, 2]
    assert SERVED.split("{")[0] in graph.calls[0].json("batch")[0]["relative_url"].replace("%2C", ",")


def test_an_ad_that_could_not_be_read_fails_the_look_at_all() -> None:
    with standing(batch_of({"30": None})) as house, pytest.raises(PassingError):
        house.platform.served("act_1", ["30"])
    with (
        standing(batch_of({"30": part({"id": "30", "account_id": "1"})})) as house,
        pytest.raises(IntegrityError),
    ):
        house.platform.served("act_1", ["30"])


def test_no_ads_are_no_question() -> None:
    with standing(Graph()) as house:
        assert house.platform.served("act_1", []) == [] and house.graph.calls == []
