"""Whether what was approved is still what stands there: the tree, the creative, and no ad set left empty."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kinoloop.delivery.accounts.records import AdAccount, AdEntity, LiveTree
from kinoloop.delivery.accounts.rules import ON
from kinoloop.delivery.drift.records import Drift
from kinoloop.delivery.guards.records import Block, Wish
from kinoloop.delivery.guards.rules.money import EDGE
from kinoloop.delivery.guards.rules.wishes import NOUNS, activates, named, pauses, raises
from kinoloop.delivery.history.records import HistoryRow

ABLE = frozenset({ON, "CAMPAIGN_PAUSED", "ADSET_PAUSED"})
"""Effective statuses of an ad that runs as soon as what stands above it does."""
FIELDS = {
    "parent": "the place in the tree",
    "status": "the status",
    "daily_budget": "the daily budget",
    "bid": "the bid",
    "creative": "the creative",
    "audience": "the audience",
}
Print = Mapping[str, Any]


def fingerprint(tree: LiveTree) -> dict[str, Any]:
    """What an approval relies on: the entity, what stands above it, and what spends its budget below it."""
    return {
        "entity": _print(tree.entity),
        "parents": [_print(one) for one in tree.parents],
        "children": [_print(one) for one in sorted(tree.children, key=lambda one: one.entity_id)],
    }


def same_tree(approved: Print, now: Print) -> tuple[str, ...]:
    """One sentence for each field that is not as approved; empty when all is.

    Names may change. What was switched off or taken away below the entity only spends less, so it is no
    drift; what was added, switched on or given another creative is.
    """
    above = dict.fromkeys(("parent", "status", "daily_budget", "audience"))
    return (
        *_differ(approved.get("entity", {}), now["entity"], FIELDS),
        *_parents_differ(approved.get("parents", []), now["parents"], above),
        *_children_differ(approved.get("children", []), now["children"]),
    )


def tree_drift(change: Wish, live: LiveTree) -> Block | None:
    """The tree is not as it was when this was proposed and approved. A pause is always allowed."""
    if pauses(change):
        return None
    whole = activates(change)
    found = same_tree(_seen(change.tree, whole=whole), _seen(fingerprint(live), whole=whole))
    return None if not found else Block(
        "tree_drift",
        "What was approved is not what stands there now: " + " ".join(found),
        "Look at it as it is now and propose the change again.",
    )  # fmt: skip


def creative_drift(change: Wish, live: LiveTree, drifts: Sequence[Drift]) -> Block | None:
    """No more money for an ad that shows something nobody approved. Pausing and lowering stay allowed.

    Of an ad set the ads are known from the look; of a campaign every drift that is given counts.
    """
    if not (activates(change) or raises(change, live)):
        return None
    inside = {live.entity.entity_id, *(one.entity_id for one in live.children)}
    found = [one for one in drifts if one.cleared_at is None]
    found = found if change.kind == "campaign" else [one for one in found if one.ad_id in inside]
    if not found:
        return None
    fields = ", ".join(sorted({difference.field for one in found for difference in one.differences}))
    return Block(
        "creative_drift",
        f"The platform shows ad {', '.join(sorted({one.ad_id for one in found}))} otherwise than approved"
        f" ({fields}).",
        "Bring the ad back to what was approved, or approve what is shown, then propose the change again.",
    )


def never_empty(
    change: Wish, account: AdAccount, live: LiveTree, past: Sequence[HistoryRow], now: datetime
) -> Block | None:
    """The last active ads of an ad set that is on are not paused, also when two pauses meet."""
    on = live.parents[0].status == ON if live.parents else True
    if change.kind != "ad" or not pauses(change) or not on or not _able(live.entity):
        return None
    left = [one for one in live.siblings if _able(one) and not _pausing(one, live, past, now)]
    if len(left) >= account.guards.min_active_ads:
        return None
    return Block(
        "never_empty",
        f"{named(live.entity)} is one of the last active ads of its ad set: {len(left)} would be left, "
        f"and {account.guards.min_active_ads} must stay.",
        "Pause the ad set itself, or switch another of its ads on first.",
    )


def _print(one: AdEntity) -> dict[str, Any]:
    return {
        "id": one.entity_id,
        "kind": one.kind,
        "name": one.name,
        "parent": one.parent_id,
        "status": one.status,
        "daily_budget": one.daily_budget,
        "bid": one.bid,
        "creative": one.creative_id,
        "audience": one.audience,
    }


def _seen(tree: Print, *, whole: bool) -> dict[str, Any]:
    """What counts for a change: amounts above it only for switching on, else just where the budget lives."""
    parents = [
        one if whole else {**one, "daily_budget": None if one["daily_budget"] is None else "set"}
        for one in tree.get("parents", [])
    ]
    return {**tree, "parents": parents}


def _differ(before: Print, after: Print, fields: Mapping[str, Any]) -> Iterator[str]:
    who = f"{NOUNS[after['kind']].capitalize()} '{after['name']}' ({after['id']})"
    if before.get("id") != after["id"]:
        yield f"{who} was not there."
        return
    for name in fields:
        if before.get(name) != after[name] and name == "audience":  # hashes tell a person nothing
            yield f"{who}: it is shown to other people than before (targeting)."
        elif before.get(name) != after[name]:
            yield f"{who}: {FIELDS[name]} is {_told(after[name])}, was {_told(before.get(name))}."


def _parents_differ(
    before: Sequence[Print], after: Sequence[Print], fields: Mapping[str, Any]
) -> Iterator[str]:
    known = {one["id"]: one for one in before}
    for one in after:
        yield from _differ(known.get(one["id"], {}), one, fields)


def _children_differ(before: Sequence[Print], after: Sequence[Print]) -> Iterator[str]:
    known = {one["id"]: one for one in before}
    for one in after:
        if one["status"] == ON:
            yield from _differ(known.get(one["id"], {}), one, FIELDS)


def _told(value: object) -> str:
    return "none" if value is None else str(value)


def _able(ad: AdEntity) -> bool:
    return ad.status == ON and ad.effective_status in ABLE


def _pausing(ad: AdEntity, live: LiveTree, past: Sequence[HistoryRow], now: datetime) -> bool:
    """True when we paused it after the look was taken, or are about to."""
    seen = live.entity.seen_at or now - EDGE
    return any(
        row.entity_id == ad.entity_id
        and row.change_type == "STATUS_CHANGE"
        and row.new_value != ON
        and (row.in_flight or row.ended(now) > seen)
        for row in past
    )
