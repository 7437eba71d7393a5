"""What a worker sees before it acts: the tree around an entity, and what the ads in it really show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdEntity, LiveTree
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.drift import queries as drifts
from kinoloop.delivery.drift.records import ApprovedAd, Drift
from kinoloop.delivery.drift.rules import differences
from kinoloop.delivery.ports import AdPlatform
from kinoloop.flows.apply_changes.place import Desk


@dataclass(frozen=True)
class Sight:
    """One look. `drifts` are ads below the entity that show something else than was approved, as of now."""

    platform: AdPlatform
    live: LiveTree
    drifts: tuple[Drift, ...] = ()


def look(desk: Desk, change: Change) -> Sight:
    """The tree, dated by the moment before: what others did meanwhile may be missing. Raises as the port."""
    platform, at = desk.platform_for(desk.account(change.account_id)), desk.clock.now()
    live = platform.look(change.account_id, change.kind, change.entity_id)
    return Sight(platform, _dated(live, at))


def look_closely(desk: Desk, change: Change) -> Sight:
    """The tree, and what every approved ad below the entity shows; a pause needs the tree alone."""
    sight = look(desk, change)
    if change.change_type == "status" and change.requested == "PAUSED":
        return sight
    with desk.database.read() as connection:
        approved = _approved_below(connection, change, sight.live)
    return replace(sight, drifts=_drifted(desk, sight.platform, approved)) if approved else sight


def _drifted(desk: Desk, platform: AdPlatform, approved: Sequence[ApprovedAd]) -> tuple[Drift, ...]:
    """Only for this check; the alarm and its revert are made where results are pulled."""
    wanted, now = {each.ad_id: each for each in approved}, desk.clock.now()
    found = []
    for ad in platform.served(approved[0].account_id, sorted(wanted)):
        differ = differences(wanted[ad.ad_id].content, ad.content)
        if differ:
            found.append(
                Drift(desk.new_id(), ad.ad_id, approved[0].account_id, differ, now, served=ad.content)
            )
    return tuple(found)


def _approved_below(connection: Connection, change: Change, live: LiveTree) -> tuple[ApprovedAd, ...]:
    """The ads at or below the entity (of a campaign: by the mirror) whose content somebody approved."""
    if change.kind == "campaign":
        ads = accounts.entities(connection, change.account_id, kind="ad")
        below = {ad.entity_id for ad in ads if ad.campaign_id == change.campaign_id}
    else:
        below = {change.entity_id, *(each.entity_id for each in live.children)}
    known = drifts.approved_ads(connection, change.account_id)
    return tuple(each for each in known if each.ad_id in below)


def _dated(live: LiveTree, at: datetime) -> LiveTree:
    def dated(found: tuple[AdEntity, ...]) -> tuple[AdEntity, ...]:
        return tuple(replace(each, seen_at=at) for each in found)

    entity = replace(live.entity, seen_at=at)
    return LiveTree(entity, dated(live.parents), dated(live.children), dated(live.siblings))
