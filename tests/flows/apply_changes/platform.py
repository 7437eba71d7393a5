"""A strict ad platform in memory: keeps state, writes a journal of every request, fails when it is told to.

It refuses what a real one refuses, and asserts what no caller may do: ask it while a database connection is
held, write a float, or put a budget on an ad.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError, NotFoundError, PassingError
from kinoloop.delivery.accounts.records import AdEntity, Kind, LiveTree, Mirror
from kinoloop.delivery.drift.records import AdContent, ServedAd
from kinoloop.delivery.ports import Write, Written
from kinoloop.vendors.refusals import NotTakenError

Trouble = Literal["ok", "not taken", "cut before", "cut after", "refused", "null", "bug", "ignored"]
MINIMUM = 100
PLACES = {
    "daily_budget": "daily_budget",
    "bid_amount": "bid",
    "status": "status",
    "creative_id": "creative_id",
}


@dataclass(frozen=True)
class Request:
    """What arrived, and whether it changed anything."""

    what: Literal["look", "write", "batch item"]
    entity_id: str
    value: int | str | None = None
    applied: bool = False
    dry: bool = False


class RefusalError(InputError):
    """The platform's clear no, with its own words."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__("The platform refused the request.", why=text)
        self.answer = {"code": code, "message": text}


@dataclass
class StrictPlatform:
    """`writes` and `looks` say what happens to the next ones; `held` counts connections."""

    entities: dict[str, AdEntity]
    held: Callable[[], int]
    name: str = "meta"
    writes: deque[Trouble] = field(default_factory=deque)
    looks: deque[Exception | None] = field(default_factory=deque)
    journal: list[Request] = field(default_factory=list)
    shown: dict[str, AdContent] = field(default_factory=dict)
    on_write: Callable[[Write], None] = lambda write: None

    def look(self, account_id: str, kind: Kind, entity_id: str) -> LiveTree:
        self._enter()
        self.journal.append(Request("look", entity_id))
        trouble = self.looks.popleft() if self.looks else None
        if trouble is not None:
            raise trouble
        found = self.entities.get(entity_id)
        if found is None:
            raise NotFoundError("The platform does not show us this.")
        assert (found.account_id, found.kind) == (account_id, kind)
        return LiveTree(found, self._parents(found), self._below(found), self._siblings(found))

    def write(self, write: Write, *, validate_only: bool = False) -> Written:
        self._enter()
        self.on_write(write)
        answer = self._take("write", write, validate_only)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def write_all(
        self, writes: Sequence[Write], *, validate_only: bool = False
    ) -> Sequence[Written | Exception]:
        self._enter()
        assert 0 < len(writes) <= 50
        for write in writes:
            self.on_write(write)
        return [self._take("batch item", write, validate_only) for write in writes]

    def mirror(self, account_id: str) -> Mirror:
        own = tuple(each for each in self.entities.values() if each.account_id == account_id)
        return mirror(account_id, own)

    def served(self, account_id: str, ad_ids: Sequence[str]) -> Sequence[ServedAd]:
        self._enter()
        shown = ((ad_id, self.shown.get(ad_id)) for ad_id in ad_ids)
        return tuple(ServedAd(ad_id, content) for ad_id, content in shown if content is not None)

    def applied(self) -> list[tuple[str, int | str | None]]:
        """Every write that changed something, in order."""
        return [(each.entity_id, each.value) for each in self.journal if each.applied]

    def sent(self) -> list[str]:
        """The entity of every write that arrived."""
        return [each.entity_id for each in self.journal if each.what != "look"]

    def set(self, entity_id: str, **values: Any) -> None:
        """Somebody else changes something."""
        self.entities[entity_id] = replace(self.entities[entity_id], **values)

    def _enter(self) -> None:
        assert self.held() == 0, "the platform is asked while a database connection is held"

    def _take(self, what: Literal["write", "batch item"], write: Write, dry: bool) -> Written | Exception:
        self._strict(write)
        trouble = self.writes.popleft() if self.writes else "ok"
        takes = trouble in ("ok", "cut after") and not dry
        self.journal.append(Request(what, write.entity_id, write.value, takes, dry))
        if takes:
            self.set(write.entity_id, **{PLACES[write.field]: write.value})
        return self._told(trouble)

    def _told(self, trouble: Trouble) -> Written | Exception:
        match trouble:
            case "not taken":
                return NotTakenError("Too many requests.", wait=7.0)
            case "refused":
                return RefusalError(100, "Invalid parameter")
            case "cut before" | "cut after" | "null":
                return PassingError("The connection was cut.")
            case "bug":
                return ZeroDivisionError("ours")
        return Written({"success": True, "trace": f"t{len(self.journal)}"})

    def _strict(self, write: Write) -> None:
        entity = self.entities[write.entity_id]
        assert entity.kind == write.kind
        if write.field in ("daily_budget", "bid_amount"):
            assert type(write.value) is int and write.kind != "ad"
            assert write.field != "daily_budget" or write.value >= MINIMUM
        else:
            assert type(write.value) is str

    def _parents(self, entity: AdEntity) -> tuple[AdEntity, ...]:
        found: list[AdEntity] = []
        while entity.parent_id is not None:
            entity = self.entities[entity.parent_id]
            found.append(entity)
        return tuple(found)

    def _below(self, entity: AdEntity) -> tuple[AdEntity, ...]:
        return tuple(each for each in self.entities.values() if each.parent_id == entity.entity_id)

    def _siblings(self, entity: AdEntity) -> tuple[AdEntity, ...]:
        own = (each for each in self.entities.values() if each.parent_id == entity.parent_id)
        return tuple(each for each in own if each.entity_id != entity.entity_id and entity.parent_id)


SEEN_AT = datetime.fromisoformat("2026-11-20T12:00:00+00:00")


def mirror(account_id: str, entities: Sequence[AdEntity]) -> Mirror:
    return Mirror(account_id, "Shop", Currency("USD"), "UTC", MINIMUM, tuple(entities), SEEN_AT)


def campaign(
    account_id: str, number: int, *, adsets: int = 2, ads: int = 3, budget: int = 5000
) -> list[AdEntity]:
    """A campaign whose ad sets hold the budgets: `c1`, `c1s1`, `c1s1a1`, all running."""
    top = f"c{number}"

    def made(entity_id: str, kind: Kind, parent: str | None, **more: Any) -> AdEntity:
        named = f"{kind} {entity_id}"
        return AdEntity(entity_id, account_id, kind, parent, top, named, "ACTIVE", "ACTIVE", **more)

    found = [made(top, "campaign", None)]
    for s in range(1, adsets + 1):
        found.append(made(f"{top}s{s}", "adset", top, daily_budget=budget, bid=300))
        found += [made(f"{top}s{s}a{a}", "ad", f"{top}s{s}", creative_id=f"k{a}") for a in range(1, ads + 1)]
    return found
