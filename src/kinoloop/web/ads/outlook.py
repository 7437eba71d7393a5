"""What the limits would say to a change now, by the mirror: for the page on which somebody decides.

The executor asks again, with a fresh look at the platform, before anything is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, LiveTree
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.delivery.guards.queries import exposure, past_of
from kinoloop.delivery.guards.records import Verdict
from kinoloop.delivery.guards.rules import judge
from kinoloop.delivery.guards.rules.wishes import by_automation
from kinoloop.web.ads.words import CHECKED, CHECKS

MIDDLE = 0.5
"""Places the value that would be sent in the middle of its small variation."""


@dataclass(frozen=True)
class Room:
    """How much of a limit is used; `share` is a part of 100 for a bar, None where there is no bar."""

    label: str
    text: str
    share: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Check:
    """One limit and what it says: `word` is passed, blocked or waits."""

    name: str
    label: str
    word: str
    said: str


@dataclass(frozen=True)
class Outlook:
    """`verdict` is None when the mirror does not show the thing any more; then `why_not` says so."""

    verdict: Verdict | None
    checks: tuple[Check, ...]
    rooms: tuple[Room, ...]
    seen_at: datetime | None
    why_not: str = ""

    @property
    def stands(self) -> str:
        """passed, blocked, waits or unknown."""
        if self.verdict is None:
            return "unknown"
        return "passed" if self.verdict.passed else "waits" if self.verdict.wait_until else "blocked"


def outlook(
    connection: Connection, change: Change, account: AdAccount, *, who: str, now: datetime
) -> Outlook:
    """The limits as they stand, for a change as if `who` had said yes to it now (or as it was approved)."""
    try:
        entity = accounts.entity(connection, change.entity_id)
    except NotFoundError:
        entity = None
    if entity is None or entity.gone_at is not None:
        return Outlook(None, (), (), None, "it was not there any more when the account was last read")
    asked = change if change.approved_by else replace(change, approved_by=who)
    risk = exposure(connection, account.account_id, campaign_id=change.campaign_id)
    drifts = open_drifts(connection, account_id=account.account_id)
    live, past = live_of(connection, entity, now), past_of(connection, account, now)
    verdict = judge(asked, account, live, past, now, MIDDLE, risk, drifts)
    rooms = rooms_of(asked, verdict.facts, account)
    return Outlook(verdict, checks_of(verdict.facts), rooms, entity.seen_at)


def live_of(connection: Connection, entity: AdEntity, now: datetime) -> LiveTree:
    """The mirror around an entity, as a look; it counts as taken now, as the executor's own will be."""
    parents, at = list[AdEntity](), entity
    while at.parent_id is not None and len(parents) < 3:
        try:
            at = accounts.entity(connection, at.parent_id)
        except NotFoundError:
            break
        parents.append(at)
    beside = _under(connection, entity.account_id, entity.parent_id)
    return LiveTree(
        replace(entity, seen_at=now),
        tuple(parents),
        _under(connection, entity.account_id, entity.entity_id),
        tuple(one for one in beside if one.entity_id != entity.entity_id),
    )


def checks_of(facts: dict[str, Any]) -> tuple[Check, ...]:
    """Each limit by its name for people; facts of an older audit row may lack some."""
    checks: dict[str, str] = facts.get("checks") or {}
    return tuple(
        Check(name, CHECKS.get(name, name), word, CHECKED.get(word, word)) for name, word in checks.items()
    )


def rooms_of(change: Change, facts: dict[str, Any], account: AdAccount) -> tuple[Room, ...]:
    """How much room each limit with a number leaves this change."""
    money = account.currency
    found = [*_velocity(facts, account), *_loss(change, facts, money)]
    for name, label in (
        ("rate_campaign", "Changes in this campaign, this hour"),
        ("rate_account", "Changes in this account, this hour"),
        ("budget_rate", "Changes of this budget, this hour"),
    ):
        if name in facts:
            used, limit = facts[name]["used"], facts[name]["limit"]
            found.append(Room(label, f"{used} of {limit}", share(used, limit)))
    return tuple(found)


def share(used: int, limit: int) -> float:
    """Which part of 100 is used, never over 100; without any limit to use, all of it once something is."""
    return round(min(100.0, 100 * used / limit), 1) if limit > 0 else (100.0 if used > 0 else 0.0)


def _velocity(facts: dict[str, Any], account: AdAccount) -> Sequence[Room]:
    told, guards = facts.get("velocity") or {}, account.guards
    if told.get("low") is None or told.get("high") is None:
        return ()
    show = account.currency.show
    label = f"Within {guards.velocity_hours:g} hours this budget may stand between"
    return (Room(label, f"{show(told['low'])} and {show(told['high'])}"),)


def _loss(change: Change, facts: dict[str, Any], money: Currency) -> Sequence[Room]:
    told = facts.get("loss_bound")
    if not told:
        return ()
    used, bound = told["used"], told["bound"]
    after, note = told.get("after"), ""
    if not by_automation(change):
        note = "A person's yes adds nothing to it."
    elif after is not None and after != used:
        note = f"{money.show(after)} after this change."
    text = f"{money.show(used)} of {money.show(bound)}"
    return (Room("Daily loss bound used", text, share(used, bound), note),)


def _under(connection: Connection, account_id: str, parent_id: str | None) -> tuple[AdEntity, ...]:
    return () if parent_id is None else accounts.entities(connection, account_id, parent_id=parent_id)
