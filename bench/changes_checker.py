"""An independent look at what really happened: reads the sandbox's journal and the wishes, nothing else.

Nothing here imports the product. The journal has every write that took hold, with before and after, and every
request with what was answered.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

HOUR, WINDOW = timedelta(hours=1), timedelta(hours=6)
PER_CAMPAIGN, PER_BUDGET, VELOCITY, FUZZ = 15, 4, 0.20, 0.03
REFUSAL = "the bench refuses"
"""Marks the planned refusals in the journal of requests."""


class Asked(Protocol):
    """One wish, as the bench made it."""

    @property
    def campaign_id(self) -> str: ...
    @property
    def entity_id(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> int | str: ...
    @property
    def exact(self) -> bool: ...


@dataclass(frozen=True)
class Took:
    """One write that took hold."""

    at: datetime
    kind: str
    entity_id: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Facts:
    """What the journal has; ad set by ad, campaign by anything; least and most budget."""

    took: tuple[Took, ...]
    refused: frozenset[str]
    ad_set_of: Mapping[str, str]
    campaign_of: Mapping[str, str]
    least: int
    most: int


@dataclass(frozen=True)
class Found:
    """One sentence for each offence; `held` are wishes that an hour's limit still keeps waiting."""

    applied: int
    duplicates: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    held: int = 0
    refused: int = 0
    stopped: int = 0

    @property
    def clean(self) -> bool:
        return not (self.duplicates or self.unasked or self.lost or self.violations)


def read(
    effects: Sequence[Mapping[str, Any]], requests: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Took, ...], frozenset[str]]:
    """The writes by the API, in order, and the ids of what was refused on purpose."""
    took = tuple(
        Took(datetime.fromisoformat(e["at"]), e["kind"], e["entity_id"], e["field"], e["before"], e["after"])
        for e in effects
        if e["by"] == "api"
    )
    refused = frozenset(
        str(entry["path"]).rpartition("/")[2] for entry in requests if REFUSAL in str(entry["fault"] or "")
    )
    return took, refused


def check(wishes: Sequence[Asked], forbidden: Sequence[Asked], facts: Facts) -> Found:
    """`forbidden` are wishes that no guard may let through; they may be among the others."""
    left, duplicates, unasked = _matched(wishes, facts.took)
    lost, held, refused, stopped = [], 0, 0, 0
    per_campaign = _count(facts.campaign_of[each.entity_id] for each in facts.took)
    for wish in left:
        if wish in forbidden or _last_one(wish, facts):
            stopped += 1
        elif wish.entity_id in facts.refused:
            refused += 1
        elif per_campaign[wish.campaign_id] >= PER_CAMPAIGN or _worn(wish, facts):
            held += 1
        else:
            lost.append(f"{wish.entity_id} {wish.field} -> {wish.value} never took hold")
    broken = [*_rates(facts), *_velocities(facts), *_limits(facts), *_emptied(facts)]
    return Found(len(facts.took), duplicates, unasked, lost, broken, held, refused, stopped)


def _matched(wishes: Sequence[Asked], took: Sequence[Took]) -> tuple[list[Asked], list[str], list[str]]:
    """Each write takes up one wish. What is left over of writes is a duplicate, or was never asked for."""
    waiting: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    known = {(wish.entity_id, wish.field) for wish in wishes}
    for wish in wishes:
        waiting[wish.entity_id, wish.field].append(wish)
    duplicates, unasked = [], []
    for each in took:
        open_wishes = waiting[each.entity_id, each.field]
        meant = next((wish for wish in open_wishes if _meets(wish, each.after)), None)
        told = f"{each.entity_id} {each.field} {each.before} -> {each.after} at {each.at:%H:%M:%S}"
        if each.before == each.after or (meant is None and (each.entity_id, each.field) in known):
            duplicates.append(told)
        elif meant is None:
            unasked.append(told)
        if meant is not None:
            open_wishes.remove(meant)
    return [wish for group in waiting.values() for wish in group], duplicates, unasked


def _meets(wish: Asked, value: object) -> bool:
    if wish.field != "daily_budget" or wish.exact or not isinstance(value, int):
        return value == wish.value
    return abs(value - int(wish.value)) <= FUZZ * int(wish.value)


def _rates(facts: Facts) -> Iterator[str]:
    campaigns: dict[str, list[datetime]] = defaultdict(list)
    budgets: dict[str, list[datetime]] = defaultdict(list)
    for each in facts.took:
        campaigns[facts.campaign_of[each.entity_id]].append(each.at)
        if each.field == "daily_budget":
            budgets[each.entity_id].append(each.at)
    for groups, limit, what in (
        (campaigns, PER_CAMPAIGN, "changes in campaign"),
        (budgets, PER_BUDGET, "budgets of"),
    ):
        for name, times in groups.items():
            most = max(sum(start <= at < start + HOUR for at in times) for start in times)
            if most > limit:
                yield f"{most} {what} {name} within an hour, {limit} are allowed"


def _velocities(facts: Facts) -> Iterator[str]:
    for each in facts.took:
        if each.field != "daily_budget":
            continue
        window = [
            other
            for other in facts.took
            if (other.entity_id, other.field) == (each.entity_id, each.field)
            and each.at - WINDOW < other.at <= each.at
        ]
        base = window[0].before
        if abs(each.after - base) > VELOCITY * base:
            yield f"{each.entity_id} went from {base} to {each.after} within six hours"


def _limits(facts: Facts) -> Iterator[str]:
    for each in facts.took:
        if each.field == "daily_budget" and not facts.least <= each.after <= facts.most:
            yield f"{each.entity_id} got a budget of {each.after}"


def _emptied(facts: Facts) -> Iterator[str]:
    running: dict[str, set[str]] = defaultdict(set)
    for ad, adset in facts.ad_set_of.items():
        running[adset].add(ad)
    for each in facts.took:
        if each.kind == "ad" and each.field == "status":
            ads = running[facts.ad_set_of[each.entity_id]]
            (ads.add if each.after == "ACTIVE" else ads.discard)(each.entity_id)
            if not ads:
                yield f"ad set {facts.ad_set_of[each.entity_id]} was left without a running ad at {each.at}"


def _last_one(wish: Asked, facts: Facts) -> bool:
    """The only ad of its set that still runs, by the journal: it has to stay."""
    adset = facts.ad_set_of.get(wish.entity_id)
    if adset is None:
        return False
    stopped = {each.entity_id for each in facts.took if each.field == "status" and each.after == "PAUSED"}
    return {ad for ad, its in facts.ad_set_of.items() if its == adset} - stopped == {wish.entity_id}


def _worn(wish: Asked, facts: Facts) -> bool:
    """Its budget had the changes that an hour allows."""
    mine = [each for each in facts.took if (each.entity_id, each.field) == (wish.entity_id, wish.field)]
    return wish.field == "daily_budget" and len(mine) >= PER_BUDGET


def _count(names: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for name in names:
        counts[name] += 1
    return counts
