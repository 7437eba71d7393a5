"""Campaigns and ad sets that were made from here: a new ad may join them, and their names are taken.

They are told by the effects of earlier runs, which are kept for ever; the mirror tells what else is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.plain import from_json, to_json
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdEntity, Kind
from kinoloop.delivery.guards.rules import OVERSPEND
from kinoloop.delivery.publishing.records import AdDraft, AdSetDraft, CampaignDraft
from kinoloop.delivery.publishing.wishes import Joined
from kinoloop.flows.publish_ads.approving import Seen
from kinoloop.flows.publish_ads.making import scope_of
from kinoloop.runs.queries import done_effects
from kinoloop.runs.records import Effect, Json


@dataclass(frozen=True)
class Place:
    """Something that an ad can go into. `joined` is how it was made."""

    entity_id: str
    kind: Literal["campaign", "ad_set"]
    name: str
    joined: Joined


@dataclass(frozen=True)
class Look:
    """What a yes would cover, and what stands where the ad goes: `there` is the campaign or ad set that is
    joined, as it was last seen.
    """

    seen: Seen
    there: AdEntity | None = None

    @property
    def daily_budget(self) -> Minor | None:
        """What the ad will spend from, once it is on: of what is joined what holds now, not what was once
        drafted. None when it is not known.
        """
        if self.there is not None and self.there.daily_budget is not None:
            return self.there.daily_budget
        draft = self.seen.draft
        own = draft.ad_set.daily_budget
        return draft.campaign.daily_budget if own is None else own

    @property
    def most_a_day(self) -> Minor | None:
        """What the platform may spend of it on a single day."""
        return None if self.daily_budget is None else round(self.daily_budget * OVERSPEND)


def look_with(connection: Connection, seen: Seen, into: str) -> Look:
    """`into` is the id of what is joined, empty for nothing."""
    try:
        return Look(seen, accounts.entity(connection, into) if into else None)
    except NotFoundError:  # made from here and not mirrored since
        return Look(seen)


def places(connection: Connection, account_id: str) -> tuple[Place, ...]:
    """What was made from here and is still there: each campaign, followed by its ad sets, by name."""
    made = _made(connection, account_id)
    found = list[Place]()
    for campaign in sorted(_of(made, "campaign"), key=lambda one: one.key):
        draft = from_json(CampaignDraft, campaign.desired)
        campaign_id = campaign.result["id"]
        found.append(Place(campaign_id, "campaign", draft.name, Joined(draft)))
        for ad_set in sorted(_of(made, "ad_set"), key=lambda one: one.key):
            if ad_set.desired["campaign_id"] == campaign_id:
                own = _ad_set(ad_set.desired)
                found.append(Place(ad_set.result["id"], "ad_set", own.name, Joined(draft, own)))
    gone = {one.entity_id for one in accounts.entities(connection, account_id, gone=True) if one.gone_at}
    return tuple(one for one in found if one.entity_id not in gone)


def place_of(connection: Connection, account_id: str, entity_id: str) -> Place:
    """Raises InputError for what was not made from here, or is there no more."""
    for one in places(connection, account_id):
        if one.entity_id == entity_id:
            return one
    raise InputError(
        f"'into' names {entity_id[:40]}, which was not made from here.",
        why="Only campaigns and ad sets that Kinoloop made, and that are still there, can be joined.",
        fix="Leave it out to make new ones.",
    )


def last_page(connection: Connection, account_id: str) -> str:
    """The page that spoke in the ad made last; empty before the first."""
    creatives = [one for one in _made(connection, account_id).values() if one.key.startswith("creative:")]
    last = max(creatives, key=lambda one: one.done_at, default=None)
    return "" if last is None else str(last.desired["page_id"])


def require_free(connection: Connection, draft: AdDraft, sha256: str) -> None:
    """Raise InputError, naming the field, when a name stands for something else in the account already.

    The run would find that out too, after the film was sent. The same order again is let through.
    """
    made = _made(connection, draft.account_id)
    ad = made.get(f"ad:{draft.name}")
    if ad is not None and ad.result["by"] != sha256:
        raise _taken("name", "an ad", draft.name)
    campaign = made.get(f"campaign:{draft.campaign.name}")
    if campaign is not None and campaign.desired != to_json(draft.campaign):
        raise _taken("campaign", "another campaign", draft.campaign.name)
    ad_set = made.get(f"ad_set:{draft.ad_set.name}")
    above = None if campaign is None else {"campaign_id": campaign.result["id"]}
    if ad_set is not None and (above is None or ad_set.desired != to_json(draft.ad_set) | above):
        raise _taken("ad_set", "another ad set", draft.ad_set.name)
    wanted: tuple[tuple[str, Kind, str, Effect | None], ...] = (
        ("name", "ad", draft.name, ad),
        ("campaign", "campaign", draft.campaign.name, campaign),
        ("ad_set", "adset", draft.ad_set.name, ad_set),
    )
    for field, kind, name, own in wanted:
        there = accounts.entities(connection, draft.account_id, kind=kind) if own is None else ()
        if any(one.name == name for one in there):
            raise _taken(field, "something that was not made from here", name)


def _made(connection: Connection, account_id: str) -> Mapping[str, Effect]:
    return {one.key: one for one in done_effects(connection, scope_of(account_id))}


def _of(made: Mapping[str, Effect], kind: str) -> list[Effect]:
    return [one for one in made.values() if one.key.startswith(f"{kind}:")]


def _ad_set(desired: Json) -> AdSetDraft:
    return from_json(AdSetDraft, {name: one for name, one in desired.items() if name != "campaign_id"})


def _taken(field: str, what: str, name: str) -> InputError:
    return InputError(
        f"'{field}' is taken.",
        why=f"In this account \u201c{name}\u201d is the name of {what} already.",
        fix="Choose another name.",
    )
