"""The way back: what deals left in one file, or in a stretch of it. Pure.

A scene that is only partly inside the stretch counts by the part of its time that is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.lineage.records import (
    Amounts,
    DealMoney,
    Film,
    FootageMoney,
    Scene,
    ScenePart,
    Source,
    SpanMoney,
    Trace,
)
from kinoloop.learning.lineage.rules.amounts import changed, total
from kinoloop.learning.lineage.rules.chances import likely
from kinoloop.learning.lineage.rules.parts import parts

Window = tuple[int, int]
"""[start, end) in ms of a file."""


@dataclass(frozen=True)
class _Left:
    """What one deal left in one stretch."""

    trace: Trace
    ad_id: str
    source: Source
    money: Amounts


def footage_money(
    asset_id: str,
    traces: Sequence[Trace],
    rng: np.random.Generator,
    *,
    ads: Sequence[str] = (),
    window: Window | None = None,
) -> FootageMoney:
    """What these deals left in the file, or in its `window`. `ads` are the published ones that show it."""
    left = [one for trace in traces for one in _left(trace, asset_id, window)]
    won = [trace for trace in traces if trace.sale.won]
    earned = [one for one in left if one.trace.sale.won]
    return FootageMoney(
        asset_id=asset_id,
        window=window,
        ads=tuple(ads),
        earned=total(one.money for one in earned),
        likely=likely([_chances(one, asset_id, window) for one in won], rng) if earned else None,
        coming=total(one.money for one in left if is_open(one.trace)),
        deals=_by_deal(left),
        spans=_by_span(left),
    )


def is_open(trace: Trace) -> bool:
    return not (trace.sale.won or trace.sale.lost)


def inside(part: Minor, source: Source, window: Window | None) -> Minor:
    """The part of a stretch's money that lies in the window."""
    if window is None:
        return part
    within = overlap(source, window)
    return parts(part, [within, source.out_ms - source.in_ms - within])[0]


def overlap(source: Source, window: Window) -> int:
    """Ms that both share."""
    return max(0, min(source.out_ms, window[1]) - max(source.in_ms, window[0]))


def own_footage(scene: Scene) -> Source | None:
    """The stretch of the footage library that a scene shows, if it shows one."""
    return scene.source if scene.kind == "footage" else None


def scenes_of(traces: Iterable[Trace]) -> Iterator[tuple[Trace, str, ScenePart, Source]]:
    """Every scene of own footage in these deals, with its ad."""
    for trace in traces:
        for ad in trace.ads:
            for part in ad.scenes:
                source = own_footage(part.scene)
                if source is not None:
                    yield trace, ad.ad_id, part, source


def _left(trace: Trace, asset_id: str, window: Window | None) -> Iterator[_Left]:
    for _, ad_id, part, source in scenes_of([trace]):
        if source.asset_id != asset_id or (window is not None and not overlap(source, window)):
            continue
        money = changed(part.money, partial(inside, source=source, window=window))
        yield _Left(trace, ad_id, _cut(source, window), money)


def _cut(source: Source, window: Window | None) -> Source:
    if window is None:
        return source
    return replace(source, in_ms=max(source.in_ms, window[0]), out_ms=min(source.out_ms, window[1]))


def _by_deal(left: Sequence[_Left]) -> tuple[DealMoney, ...]:
    """Won ones first, then by the money under the matched model."""
    held: dict[str, list[_Left]] = {}
    for one in left:
        held.setdefault(one.trace.sale.deal_id, []).append(one)
    deals = [DealMoney(own[0].trace.sale, total(one.money for one in own)) for own in held.values()]
    return tuple(sorted(deals, key=lambda d: (not d.sale.won, -d.money.under("matched"), d.sale.deal_id)))


def _by_span(left: Sequence[_Left]) -> tuple[SpanMoney, ...]:
    """In the order of the file."""
    held: dict[Window, list[_Left]] = {}
    for one in left:
        held.setdefault((one.source.in_ms, one.source.out_ms), []).append(one)
    return tuple(_span(held[place]) for place in sorted(held))


def _span(left: Sequence[_Left]) -> SpanMoney:
    return SpanMoney(
        source=left[0].source,
        earned=total(one.money for one in left if one.trace.sale.won),
        coming=total(one.money for one in left if is_open(one.trace)),
        deals=tuple(dict.fromkeys(one.trace.sale.deal_id for one in left)),
        ads=tuple(dict.fromkeys(one.ad_id for one in left)),
    )


def _chances(trace: Trace, asset_id: str, window: Window | None) -> list[tuple[float, Minor]]:
    """For each ad that may have brought the deal alone: how likely, and what the file gets if it did."""
    return [
        (float(ad.shares["matched"]), round(trace.sale.value * _part(ad.film, asset_id, window)))
        for ad in trace.ads
        if ad.film is not None and ad.shares["matched"]
    ]


def _part(film: Film, asset_id: str, window: Window | None) -> Fraction:
    """The part of a film's time in which the file (its window) is seen."""
    seen = 0
    for scene in film.scenes:
        source = own_footage(scene)
        if source is not None and source.asset_id == asset_id:
            seen += scene.lasts_ms if window is None else overlap(source, window)
    return Fraction(seen, film.lasts_ms)
