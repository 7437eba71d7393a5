"""An account as a tree: campaigns with their ad sets and ads, in the words of who buys ads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.drift.records import Drift
from kinoloop.web.ads.words import NOUNS, budget_words, learning_words, running_words
from kinoloop.web.words import ago_words


@dataclass(frozen=True)
class Branch:
    """One campaign, ad set or ad with what is under it. `alarm` is the open alarm about this very ad."""

    entity: AdEntity
    noun: str
    status: str
    tone: str
    budget: str | None
    learning: str | None
    seen: str | None
    alarm: Drift | None
    under: tuple["Branch", ...]

    @property
    def alarms(self) -> int:
        """Open alarms here and below."""
        return (self.alarm is not None) + sum(one.alarms for one in self.under)

    @property
    def counted(self) -> str:
        """What is under it: `3 ad sets`, `1 ad`; empty for nothing."""
        if not self.under:
            return ""
        noun = self.under[0].noun
        return f"{len(self.under)} {noun}{'' if len(self.under) == 1 else 's'}"


def tree_of(
    entities: Iterable[AdEntity], drifts: Iterable[Drift], currency: Currency, now: datetime
) -> tuple[Branch, ...]:
    """Campaigns first those that run, then by name; what has lost its parent stands at the top."""
    known = {one.entity_id: one for one in entities}
    below = defaultdict[str | None, list[AdEntity]](list)
    for one in known.values():
        below[one.parent_id if one.parent_id in known else None].append(one)
    alarms = {one.ad_id: one for one in drifts}

    def branch(one: AdEntity) -> Branch:
        above = known.get(one.parent_id) if one.parent_id else None
        return Branch(
            entity=one,
            noun=NOUNS[one.kind],
            status="Gone" if one.gone_at else running_words(one),
            tone=tone_of(one),
            budget=budget_words(one, above, currency),
            learning=learning_words(one.learning),
            seen=ago_words(one.seen_at, now),
            alarm=alarms.get(one.entity_id),
            under=branches(one.entity_id),
        )

    def branches(parent: str | None) -> tuple[Branch, ...]:
        order = sorted(
            below[parent], key=lambda one: (one.effective_status != "ACTIVE", one.name, one.entity_id)
        )
        return tuple(branch(one) for one in order)

    return branches(None)


def tone_of(entity: AdEntity) -> str:
    """Which colour the status has: on, off, wrong or gone."""
    if entity.gone_at:
        return "gone"
    return _TONES.get(entity.effective_status, "off")


_TONES: Mapping[str, str] = {
    "ACTIVE": "on",
    "WITH_ISSUES": "wrong",
    "DISAPPROVED": "wrong",
    "PENDING_BILLING_INFO": "wrong",
}
