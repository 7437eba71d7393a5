"""From a wish to a draft: what is meant is sent, what cannot be is refused by its field's name."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.delivery.accounts.records import AdAccount, GuardSettings
from kinoloop.delivery.publishing.reading import parse_wish, read_wish, sample_wish
from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft, CreativeDraft
from kinoloop.delivery.publishing.rules import parts_of
from kinoloop.delivery.publishing.wishes import AdWish, Joined

FILM = "ab" * 32
ACCOUNT = AdAccount("act_1", "main", "meta", "Bakery", Currency("USD"), "UTC", platform_minimum=100)
WISH = AdWish(
    account_id="act_1",
    name="Morning",
    page_id="777",
    title="Fresh bread",
    body="Every morning at six.",
    link="https://shop.example/bread",
    campaign="Bread",
    ad_set="Bread, US",
    countries=("us", "PT", "US"),
    daily_budget=Decimal("20.50"),
)


def parts(
    joined: Joined | None = None, account: AdAccount = ACCOUNT, **changed: Any
) -> tuple[CampaignDraft, AdSetDraft, CreativeDraft]:
    return parts_of(replace(WISH, **changed), account, FILM, joined)


def test_a_plain_wish_becomes_a_draft_that_the_platform_may_not_alter() -> None:
    campaign, ad_set, creative = parts()
    assert campaign == CampaignDraft("Bread", "OUTCOME_TRAFFIC")
    assert ad_set.daily_budget == 2050 and ad_set.optimization_goal == "LINK_CLICKS"
    assert (ad_set.destination_type, ad_set.promoted_object) == ("WEBSITE", None)
    assert ad_set.targeting == {
        "geo_locations": {"countries": ["US", "PT"]},
        "age_min": 18,
        "age_max": 65,
        "targeting_automation": {"advantage_audience": 0},
    }
    assert creative.toggles == {} and creative.instagram_user_id is None
    assert creative.utm["utm_content"] == "{{ad.id}}"


def test_what_a_campaign_learns_from() -> None:
    _, leads, _ = parts(goal="leads", pixel_id=" 42 ")
    assert leads.optimization_goal == "OFFSITE_CONVERSIONS"
    assert leads.promoted_object == {"pixel_id": "42", "custom_event_type": "LEAD"}
    _, sales, _ = parts(goal="sales", pixel_id="42")
    assert sales.promoted_object == {"pixel_id": "42", "custom_event_type": "PURCHASE"}
    campaign, seen, _ = parts(goal="awareness", special=("HOUSING", "HOUSING"))
    assert (seen.optimization_goal, seen.destination_type) == ("REACH", None)
    assert seen.promoted_object == {"page_id": "777"} and campaign.special_ad_categories == ("HOUSING",)


def test_another_text_or_film_is_another_creative() -> None:
    names = {
        parts()[2].name,
        parts(title="Warm bread")[2].name,
        parts(allowed=("enhance_cta",))[2].name,
        parts_of(WISH, ACCOUNT, "cd" * 32, None)[2].name,
    }
    assert len(names) == 4 and parts()[2].name in names and parts(campaign="Other")[2].name in names


def test_what_is_joined_is_taken_as_it_was_made() -> None:
    campaign = CampaignDraft("Old", "OUTCOME_LEADS")
    ad_set = AdSetDraft("Old set", {"geo_locations": {"countries": ["DE"]}}, 900)
    bare: dict[str, Any] = {"campaign": "", "ad_set": "", "countries": (), "daily_budget": None}
    assert parts(Joined(campaign, ad_set), **bare)[:2] == (campaign, ad_set)
    made, fresh, _ = parts(Joined(campaign), campaign="", pixel_id="42")
    assert made == campaign and fresh.promoted_object == {"pixel_id": "42", "custom_event_type": "LEAD"}
    assert fresh.name == "Bread, US"
    shared = replace(campaign, objective="OUTCOME_TRAFFIC", daily_budget=5000)
    assert parts(Joined(shared), daily_budget=None)[1].daily_budget is None
    with pytest.raises(InputError, match="'into' names a campaign of another kind"):
        parts(Joined(replace(campaign, objective="OUTCOME_ENGAGEMENT")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "), ("name", "x" * 201), ("title", ""), ("title", "x" * 256), ("body", "\n"),
        ("description", "x" * 256), ("page_id", ""), ("page_id", "me"), ("page_id", "٤٢"),
        ("instagram_user_id", "me"), ("link", ""), ("link", "shop.example"), ("link", "ftp://shop.example"),
        ("link", "https://"), ("link", "https://a b"), ("link", "http://[bad"), ("link", "javascript:1"),
        ("cta", "HURRY"), ("tags", "a"), ("tags", "a=1&a=2"), ("tags", "=1"), ("allowed", ("fly",)),
        ("goal", "fame"), ("special", ("FUN",)), ("campaign", ""), ("ad_set", ""), ("countries", ()),
        ("countries", ("Portugal",)), ("countries", (" ",)), ("age_min", 12), ("age_min", 66),
        ("age_max", 17), ("age_max", 66), ("daily_budget", None), ("daily_budget", Decimal("0.99")),
        ("daily_budget", Decimal("-5")), ("daily_budget", Decimal("1.005")), ("daily_budget", Decimal("NaN")),
    ],
)  # fmt: skip
def test_what_cannot_be_names_its_field(field: str, value: Any) -> None:
    wrong: dict[str, Any] = {field: value}
    with pytest.raises(InputError, match=f"^'{field}' "):
        parts(**wrong)


def test_the_accounts_own_limits_hold() -> None:
    limited = replace(ACCOUNT, guards=GuardSettings(min_daily_budget=3000, max_daily_budget=5000))
    with pytest.raises(InputError, match=r"The least is USD 30\.00 a day"):
        parts(account=limited)
    with pytest.raises(InputError, match=r"largest daily budget\. That is USD 50\.00"):
        parts(account=limited, daily_budget=Decimal(51))
    assert parts(account=limited, daily_budget=Decimal(50))[1].daily_budget == 5000
    yen = replace(ACCOUNT, currency=Currency("JPY", 1))
    assert parts(account=yen, daily_budget=Decimal(1200))[1].daily_budget == 1200


@given(st.dictionaries(st.text("abc_{}. ", min_size=1), st.text("abc_{}.?=& é"), max_size=4))
def test_tags_come_back_as_they_were_meant(tags: dict[str, str]) -> None:
    from kinoloop.vendors.meta.drafts import url_tags

    assert parts(tags=url_tags(tags))[2].utm == tags


def test_the_sample_is_a_wish() -> None:
    wish = parse_wish(sample_wish())
    assert wish.daily_budget == Decimal("20") and wish.allowed == ()
    parts_of(wish, ACCOUNT, FILM, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("= 1", "cannot be read as TOML"),
        ("titel = 'x'", "Did you mean 'title'?"),
        ("zzzz = 1", "Known keys: account_id"),
        ("name = 'x'", "page_id: Field required"),
        (sample_wish().replace("20.00", "'lots'"), "daily_budget"),
        (sample_wish().replace('"traffic"', '"fame"'), "goal"),
    ],
)
def test_a_file_that_is_no_wish(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_wish(text, called="ad.toml")


def test_files_that_cannot_be_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("drafts")
    with pytest.raises(NotFoundError, match="There is no file"):
        read_wish(folder / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_wish(folder)
    for name, data, why in (("big", b"#" * 70_000, "larger than 64 KiB"), ("odd", b"\xff\xfe", "not UTF-8")):
        (folder / name).write_bytes(data)
        with pytest.raises(InputError, match=why):
            read_wish(folder / name)
    (folder / "fine.toml").write_text(sample_wish())
    assert read_wish(folder / "fine.toml").title == "Fresh bread"
