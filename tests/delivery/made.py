"""Made-up accounts for tests: one campaign, two ad sets with two ads each, and a platform that holds them."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import (
    AdAccount,
    AdEntity,
    Authority,
    GuardSettings,
    Kind,
    LiveTree,
    Mirror,
)
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import Change, ChangeType, Done, Expected, HistoryRow, Proposal
from kinoloop.delivery.changes.rules import fingerprint
from kinoloop.delivery.guards.rules.wishes import level_of
from kinoloop.delivery.ports import Write
from tests.footage.fill import Ids

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
USD = Currency("USD")
ACCOUNT = AdAccount("act_1", "default", "meta", "Shop", USD, "Europe/Berlin", authority="auto")
FREE = GuardSettings(cooldown_minutes=0, daily_loss_bound=1_000_000)
"""Limits out of the way of a test that looks at another one."""
COLUMN = {
    "daily_budget": "daily_budget",
    "bid_amount": "bid",
    "status": "status",
    "creative_id": "creative_id",
}


def made(kind: Kind, entity_id: str, parent_id: str | None = None, **values: Any) -> AdEntity:
    """An entity that is on; of campaign c1 unless it says otherwise."""
    status = values.pop("status", "ACTIVE")
    campaign = values.pop("campaign_id", entity_id if kind == "campaign" else "c1")
    return AdEntity(
        entity_id, "act_1", kind, parent_id, campaign, values.pop("name", entity_id.upper()), status,
        values.pop("effective_status", status), **values,
    )  # fmt: skip


def entities() -> tuple[AdEntity, ...]:
    """c1 > s1 (100.00 a day; a1, a2), s2 (50.00 a day; a3, a4). c2 (80.00 a day) > s3 > a5."""
    return (
        made("campaign", "c1"),
        made("adset", "s1", "c1", daily_budget=10_000, bid=300),
        made("adset", "s2", "c1", daily_budget=5_000),
        *(made("ad", f"a{n}", "s1" if n < 3 else "s2", creative_id=f"k{n}") for n in range(1, 5)),
        made("campaign", "c2", daily_budget=8_000),
        made("adset", "s3", "c2", campaign_id="c2"),
        made("ad", "a5", "s3", campaign_id="c2", creative_id="k5"),
    )


class Place:
    """An ad platform in memory: what is there, and every write it took."""

    def __init__(self, there: Iterable[AdEntity] = ()) -> None:
        self.there = {one.entity_id: one for one in there or entities()}
        self.writes: list[tuple[datetime, Write]] = []

    def look(self, entity_id: str, now: datetime = NOW) -> LiveTree:
        entity, parents = self.there[entity_id], list[AdEntity]()
        while (parents[-1] if parents else entity).parent_id is not None:
            parents.append(self.there[str((parents[-1] if parents else entity).parent_id)])
        family = [one for one in self.there.values() if one.parent_id is not None]
        return LiveTree(
            replace(entity, seen_at=now),
            tuple(parents),
            tuple(one for one in family if one.parent_id == entity_id),
            tuple(one for one in family if one.parent_id == entity.parent_id and one is not entity),
        )

    def take(self, write: Write, now: datetime = NOW) -> None:
        self.writes.append((now, write))
        self.set(write.entity_id, **{COLUMN[write.field]: write.value})

    def set(self, entity_id: str, **values: Any) -> None:
        if "status" in values:
            values.setdefault("effective_status", values["status"])
        self.there[entity_id] = replace(self.there[entity_id], **values)

    def mirror(self, now: datetime = NOW) -> Mirror:
        return Mirror("act_1", "Shop", USD, "Europe/Berlin", 100, tuple(self.there.values()), now)


def wish(
    entity_id: str = "s1", change_type: str = "budget", requested: int | str = 11_000, **values: Any
) -> Change:
    """A change in hand, approved by automation, of the usual tree."""
    live = values.pop("live", None) or Place().look(entity_id)
    change = Change(
        change_id="change", tenant_id="default", account_id="act_1", campaign_id=live.entity.campaign_id,
        entity_id=entity_id, kind=live.entity.kind, change_type=change_type,  # type: ignore[arg-type]
        current=level_of(live.entity, change_type), requested=requested, state="claimed", reason="it pays",
        triggered_by="test", key="k", expected=Expected("more"), confidence=None, exact=False, dry_run=False,
        tree=fingerprint(live), sha256="", earliest_execute_at=NOW, created_at=NOW, approved_by="auto",
    )  # fmt: skip
    return replace(change, **values)


def sent(entity_id: str, old: Any, new: Any, at: datetime, **values: Any) -> HistoryRow:
    """An audit row of something that was sent at this moment and took no time."""
    word = values.pop("change_type", None) or ("BUDGET_INCREASE" if isinstance(new, int) else "STATUS_CHANGE")
    kind: Kind = "ad" if entity_id[0] == "a" else "adset" if entity_id[0] == "s" else "campaign"
    status = values.pop("status", "completed")
    row = HistoryRow(
        f"row-{entity_id}-{at.timestamp()}", "other", "default", "act_1", "c1", entity_id, kind, word, old,
        new, None, "test", "auto", "it pays", status, None, {}, at, at,
        None if status in ("executing", "unknown") else at,
    )  # fmt: skip
    return replace(row, **values)


def opened(
    connection: Connection, place: Place, *, authority: Authority = "auto", guards: GuardSettings = FREE
) -> None:
    """The account mirrored, with these limits."""
    accounts.save_mirror(connection, place.mirror(), tenant_id="default", platform="meta")
    accounts.set_authority(connection, "act_1", authority, who="ada", now=NOW)
    accounts.set_guards(connection, "act_1", guards, who="ada", now=NOW)


def proposal(
    entity_id: str = "s1", change_type: ChangeType = "budget", requested: int | str = 11_000, **values: Any
) -> Proposal:
    kind: Kind = "ad" if entity_id[0] == "a" else "adset" if entity_id[0] == "s" else "campaign"
    key = values.pop("key", f"{entity_id}-{change_type}-{requested}")
    return Proposal(
        "act_1", kind, entity_id, change_type, requested, "it pays", "test", key, Expected("more"), **values
    )


def proposed(
    connection: Connection, place: Place, wanted: Proposal, new_id: Ids, now: datetime = NOW
) -> Change:
    return changes.propose(
        connection, wanted, live=place.look(wanted.entity_id, now), now=now, new_id=new_id,
        rng=random.Random(1),
    )  # fmt: skip


def applied(
    connection: Connection,
    place: Place,
    change: Change,
    new_id: Ids,
    now: datetime,
    *,
    chance: float = 0.5,
    worker: str = "w",
) -> Any:
    """Claim until this change comes, begin it, and when it may be sent: send, read back, settle."""
    found = changes.claim(connection, worker, now=now, lease_seconds=60)
    assert found is not None and found.change_id == change.change_id
    step = changes.begin(
        connection, found.change_id, worker, live=place.look(found.entity_id, now), now=now, new_id=new_id,
        chance=chance, drifts=(),
    )  # fmt: skip
    if not hasattr(step, "write"):
        return step
    place.take(step.write, now)
    back = level_of(place.look(found.entity_id, now).entity, found.change_type)
    assert back is not None
    return changes.settle(connection, found.change_id, worker, Done(back, {"success": True}), now=now)


def begun(
    connection: Connection,
    place: Place,
    change: Change,
    new_id: Ids,
    now: datetime = NOW + MINUTE,
    **values: Any,
) -> Any:
    found = changes.claim(connection, "w", now=now, lease_seconds=60)
    assert found is not None and found.change_id == change.change_id
    return changes.begin(
        connection, found.change_id, "w", live=place.look(found.entity_id, now), now=now, new_id=new_id,
        chance=0.5, drifts=values.get("drifts", ()), lease_seconds=values.get("lease_seconds"),
    )  # fmt: skip
