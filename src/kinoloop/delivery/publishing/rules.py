"""From a person's wish to the draft of an ad: what cannot be is refused by the field's name. Pure."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft, CreativeDraft
from kinoloop.delivery.publishing.wishes import (
    BY_PIXEL,
    CTAS,
    ENHANCEMENTS,
    GOALS,
    OLDEST,
    SPECIAL,
    YOUNGEST,
    AdWish,
    Goal,
    Joined,
)

LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINK = 200, 255, 5000, 2000
_COUNTRY = re.compile(r"[A-Z]{2}")
_LEARNS = {"traffic": "LINK_CLICKS", "awareness": "REACH"}


def campaign_of(wish: AdWish) -> CampaignDraft:
    """A new campaign. Raises InputError."""
    _one_of("goal", wish.goal, GOALS)
    for one in wish.special:
        _one_of("special", one, SPECIAL)
    name = _text("campaign", wish.campaign, LONGEST_NAME)
    return CampaignDraft(name, f"OUTCOME_{wish.goal.upper()}", None, tuple(dict.fromkeys(wish.special)))


def ad_set_of(wish: AdWish, campaign: CampaignDraft, account: AdAccount) -> AdSetDraft:
    """A new ad set in this campaign, whose kind decides what it learns from. Raises InputError."""
    goal = _goal_of(campaign)
    return AdSetDraft(
        name=_text("ad_set", wish.ad_set, LONGEST_NAME),
        targeting=_targeting(wish),
        daily_budget=_budget(wish, campaign, account),
        optimization_goal=_LEARNS.get(goal, "OFFSITE_CONVERSIONS"),
        destination_type=None if goal == "awareness" else "WEBSITE",
        promoted_object=_promoted(wish, goal),
        beneficiary=wish.beneficiary.strip() or None,
        payor=wish.payor.strip() or None,
    )


def creative_of(wish: AdWish, film_sha256: str) -> CreativeDraft:
    """What is shown. Its name holds a hash of itself: another text is another creative. Raises InputError."""
    name = _text("name", wish.name, LONGEST_NAME)
    _one_of("cta", wish.cta, CTAS)
    for one in wish.allowed:
        _one_of("allowed", one, ENHANCEMENTS)
    shown: dict[str, Any] = {
        "page_id": _number("page_id", wish.page_id),
        "title": _text("title", wish.title, LONGEST_TITLE),
        "body": _text("body", wish.body, LONGEST_TEXT),
        "link": _link(wish.link),
        "cta": wish.cta,
        "description": _at_most("description", wish.description.strip(), LONGEST_TITLE),
        "instagram_user_id": _number("instagram_user_id", wish.instagram_user_id, needed=False) or None,
        "utm": _tags(wish.tags),
        "toggles": dict.fromkeys(sorted(set(wish.allowed)), True),
    }
    return CreativeDraft(name=f"{name} {hash_json([shown, film_sha256])[:8]}", **shown)


def parts_of(
    wish: AdWish, account: AdAccount, film_sha256: str, joined: Joined | None
) -> tuple[CampaignDraft, AdSetDraft, CreativeDraft]:
    """The three that an ad is made of; what is joined is taken as it was made. Raises InputError naming the
    field of the wish (`'link' ...`).
    """
    creative = creative_of(wish, film_sha256)
    if joined is None:
        campaign = campaign_of(wish)
        return campaign, ad_set_of(wish, campaign, account), creative
    return joined.campaign, joined.ad_set or ad_set_of(wish, joined.campaign, account), creative


def _goal_of(campaign: CampaignDraft) -> Goal:
    found = [goal for goal in GOALS if campaign.objective == f"OUTCOME_{goal.upper()}"]
    if not found:
        raise InputError(
            "'into' names a campaign of another kind.",
            why=f"Its objective is {campaign.objective}.",
            fix="Join one of its ad sets, or make a new campaign.",
        )
    return found[0]


def _targeting(wish: AdWish) -> dict[str, Any]:
    """Exactly the audience that was asked for: the platform may not widen it by itself."""
    countries = tuple(dict.fromkeys(one.strip().upper() for one in wish.countries if one.strip()))
    if not countries or not all(_COUNTRY.fullmatch(one) for one in countries):
        raise InputError("'countries' has no usable country.", fix="Write two letters each, as US, DE, PT.")
    if not YOUNGEST <= wish.age_min <= OLDEST:
        raise InputError(f"'age_min' is {wish.age_min}.", fix=f"It must be {YOUNGEST} to {OLDEST}.")
    if not wish.age_min <= wish.age_max <= OLDEST:
        raise InputError(
            f"'age_max' is {wish.age_max}.", fix=f"It must be {wish.age_min} to {OLDEST} (and older)."
        )
    return {
        "geo_locations": {"countries": list(countries)},
        "age_min": wish.age_min,
        "age_max": wish.age_max,
        "targeting_automation": {"advantage_audience": 0},
    }


def _budget(wish: AdWish, campaign: CampaignDraft, account: AdAccount) -> Minor | None:
    """Inside what the platform takes and what the account's limits say."""
    if campaign.daily_budget is not None:
        return None
    if wish.daily_budget is None:
        raise InputError("'daily_budget' is empty.", fix="Say how much may be spent a day.")
    show, limits = account.currency.show, account.guards
    try:
        amount = account.currency.minor(wish.daily_budget)
    except InputError as error:
        raise InputError(f"'daily_budget' cannot be used. {error.what}", fix=error.fix) from error
    least = max(1, account.platform_minimum or 0, limits.min_daily_budget or 0)
    if amount < least:
        raise InputError("'daily_budget' is too small.", fix=f"The least is {show(least)} a day.")
    if limits.max_daily_budget is not None and amount > limits.max_daily_budget:
        raise InputError(
            "'daily_budget' is over the account's largest daily budget.",
            why=f"That is {show(limits.max_daily_budget)}.",
            fix="Take less, or raise the limit on the account's page.",
        )
    return amount


def _promoted(wish: AdWish, goal: Goal) -> dict[str, str] | None:
    if goal in BY_PIXEL:
        return {"pixel_id": _number("pixel_id", wish.pixel_id), "custom_event_type": BY_PIXEL[goal]}
    return {"page_id": _number("page_id", wish.page_id)} if goal == "awareness" else None


def _link(text: str) -> str:
    link = _text("link", text, LONGEST_LINK)
    try:
        parts = urlsplit(link)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"\s", link)
    except ValueError:
        usable = False
    if not usable:
        raise InputError("'link' is no address of a page.", fix="Write it like https://shop.example/offer.")
    return link


def _tags(text: str) -> dict[str, str]:
    """`a=1&b=2` as names and values; empty for none."""
    text = text.strip().lstrip("?&")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True) if text else []
    except ValueError:
        pairs = [("", "")]
    if len({name for name, _ in pairs}) != len(pairs) or not all(name for name, _ in pairs):
        raise InputError("'tags' cannot be read.", fix="Write them like utm_source=meta&utm_content=spring.")
    return dict(pairs)


def _text(field: str, value: str, longest: int) -> str:
    if not value.strip():
        raise InputError(f"'{field}' is empty.", fix="Please fill it in.")
    return _at_most(field, value.strip(), longest)


def _at_most(field: str, value: str, longest: int) -> str:
    if len(value) > longest:
        raise InputError(f"'{field}' has {len(value)} characters.", fix=f"It may have {longest}.")
    return value


def _number(field: str, value: str, *, needed: bool = True) -> str:
    text = value.strip()
    if (needed or text) and not (text.isascii() and text.isdigit() and len(text) <= 30):
        raise InputError(
            f"'{field}' is no number of the platform.", fix="Copy it from there: digits and nothing else."
        )
    return text


def _one_of(field: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise InputError(f"'{field}' does not know '{value[:40]}'.", fix=f"Known are {', '.join(known)}.")
