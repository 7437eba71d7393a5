"""What a round was shown, added up: read from the very bytes it was decided on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import AccountView
from kinoloop.learning.decisions.rules.around import tree_of
from kinoloop.learning.decisions.rules.freezing import thaw

DAY = 24.0


@dataclass(frozen=True)
class KnownThen:
    """`names` are of campaigns, ad sets and ads; `size` is how many bytes were read.

    `entries` are leads (or sales, where it sells at once): `by_id` of them with a click id, `guessed` with
    ads named by likeness, `sold` worth `value` together.
    """

    since: datetime
    names: Mapping[str, str]
    days: float
    ads: int
    running: int
    spend: Minor
    impressions: int
    clicks: int
    mode: str
    stages: tuple[str, ...]
    entries: int
    by_id: int
    guessed: int
    lost: int
    sold: int
    value: Minor
    hoped: Minor | None
    organic: float
    size: int


def known_then(frozen: bytes) -> KnownThen:
    """Raises IntegrityError for bytes that are no frozen view."""
    view, around = thaw(frozen)
    told = view.outcomes
    named = (told.guess >= 0).any(axis=1) if told.guess.size else np.zeros(len(told), dtype=np.bool_)
    sold = np.isfinite(told.value)
    return KnownThen(
        since=datetime.fromisoformat(around["start"]),
        names={one.entity_id: one.name for one in tree_of(around)},
        days=view.hours / DAY,
        ads=view.count,
        running=sum(one == "running" for one in view.standing),
        spend=int(view.spend.sum()),
        impressions=int(view.impressions.sum()),
        clicks=int(view.clicks.sum()),
        mode=view.mode,
        stages=view.stages,
        entries=len(told),
        by_id=int((told.by_id >= 0).sum()),
        guessed=int((named & (told.by_id < 0)).sum()),
        lost=int(np.isfinite(told.lost_at).sum()),
        sold=int(sold.sum()),
        value=_money(view),
        hoped=view.hoped,
        organic=view.organic,
        size=len(frozen),
    )


def _money(view: AccountView) -> Minor:
    return round(float(np.nansum(view.outcomes.value))) if len(view.outcomes) else 0
