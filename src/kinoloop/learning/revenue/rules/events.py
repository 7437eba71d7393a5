"""Many tellings of one event make one event, whatever their order: the later word on its worth holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from kinoloop.core.currency import Minor
from kinoloop.learning.revenue.records import StageEvent

Key = tuple[str, str, str, datetime]
SOURCES = ", "


def merged(events: Iterable[StageEvent]) -> tuple[StageEvent, ...]:
    """One event per (tenant, deal, stage, instant), sorted by that.

    Joining is commutative, associative and idempotent, so order, repetition and splitting into batches of
    what is told make no difference: the value said last (at the same instant the greater), all sources.
    """
    kept = dict[Key, StageEvent]()
    for event in events:
        key = (event.tenant_id, event.deal_id, event.stage, event.at)
        seen = kept.get(key)
        kept[key] = _dated(event) if seen is None else _joined(seen, _dated(event))
    return tuple(kept[key] for key in sorted(kept))


def latest_value(events: Iterable[StageEvent]) -> Minor | None:
    """What the deal was last said to be worth; what is below nothing does not count."""
    told = [(one.value_at or one.at, one.deal_value) for one in events if usable(one.deal_value)]
    return max(((at, value) for at, value in told if value is not None), default=(None, None))[1]


def usable(value: Minor | None) -> bool:
    return value is not None and value >= 0


def _dated(event: StageEvent) -> StageEvent:
    """With `value_at` written out where there is a value, and nowhere else; sources in one order."""
    at = None if event.deal_value is None else (event.value_at or event.at)
    return replace(event, value_at=at, source=_sources(event.source))


def _joined(one: StageEvent, other: StageEvent) -> StageEvent:
    known = [
        (event.value_at or event.at, event.deal_value)
        for event in (one, other)
        if event.deal_value is not None
    ]
    at, value = max(known, default=(None, None))
    return replace(one, deal_value=value, value_at=at, source=_sources(one.source, other.source))


def _sources(*told: str) -> str:
    return SOURCES.join(sorted({word for text in told for word in text.split(SOURCES) if word}))
