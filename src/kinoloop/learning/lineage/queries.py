"""Both ways through the chain: from a deal to seconds of footage, from footage to the deals it helped win."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.footage.analysis.queries import shot
from kinoloop.footage.search.queries import by_shot
from kinoloop.footage.search.records import Hit
from kinoloop.learning.lineage.film_queries import Showing, ads_with, used_stretches
from kinoloop.learning.lineage.records import FootageMoney, Overview, Source, SpanMoney, Trace, Unsold
from kinoloop.learning.lineage.rules.footage import Window, footage_money, overlap, scenes_of
from kinoloop.learning.lineage.rules.tracing import trace
from kinoloop.learning.lineage.sale_queries import deals_of_ads, sales, won_deals

LIKE, ALIKE = 6, 12
"""So many stretches that earned are compared, each with so many shots that look most like it."""
SAME_PLACE = 0.7
"""From this cosine on two shots are of one place: in the sample shoot shots of one place have 0.69 and more
with their next of kin, shots of different ones 0.60 at most."""


def traces(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> tuple[Trace, ...]:
    """These deals taken apart, in the order asked for; those that nothing is known of are left out."""
    found = sales(connection, tenant_id, deal_ids)
    showing = Showing(connection, {one.ad_id for sale in found for one in sale.credits})
    return tuple(trace(sale, showing.film_at) for sale in found)


def deal_trace(connection: Connection, tenant_id: str, deal_id: str) -> Trace:
    """One deal. Raises NotFoundError."""
    found = traces(connection, tenant_id, [deal_id])
    if not found:
        raise NotFoundError(
            f"Nothing is known of deal '{deal_id}' of '{tenant_id}'.",
            fix="Check its id, or wait for the next sync.",
        )
    return found[0]


def footage(
    connection: Connection,
    tenant_id: str,
    asset_id: str,
    rng: np.random.Generator,
    *,
    window: Window | None = None,
) -> FootageMoney:
    """What a file, or its stretch `window` in ms, helped earn. Nothing for a file that no ad ever showed.

    `rng` draws the interval. Raises InputError for a stretch that cannot be.
    """
    if window is not None and not 0 <= window[0] < window[1]:
        raise InputError("This stretch ends before it begins.", fix="Give in and out in ms, in first.")
    ads = ads_with(connection, asset_id, window)
    told = traces(connection, tenant_id, deals_of_ads(connection, tenant_id, ads))
    return footage_money(asset_id, told, rng, ads=ads, window=window)


def clip(connection: Connection, tenant_id: str, clip_id: str, rng: np.random.Generator) -> FootageMoney:
    """What the stretch of one shot helped earn. Raises NotFoundError."""
    found = shot(connection, clip_id)
    window = (round(found.span.start * 1000), round(found.span.end * 1000))
    return footage(connection, tenant_id, found.asset_id, rng, window=window)


def overview(
    connection: Connection, tenant_id: str, rng: np.random.Generator, *, limit: int = 200
) -> Overview:
    """The latest won deals and the footage in them, what they left most in first (matched model)."""
    ids = won_deals(connection, tenant_id, limit + 1)
    told = traces(connection, tenant_id, ids[:limit])
    files = dict.fromkeys(source.asset_id for *_, source in scenes_of(told))
    money = [footage_money(one, told, rng, ads=ads_with(connection, one)) for one in files]
    ranked = sorted(money, key=lambda one: (-one.earned.under("matched"), one.asset_id))
    return Overview(told, tuple(ranked), len(ids) > limit)


def unsold(connection: Connection, earned: Sequence[FootageMoney], *, limit: int = 4) -> tuple[Unsold, ...]:
    """Shots that look like what earned (SAME_PLACE) and that no published ad shows, the likest first.

    Only shots that were analysed with a picture can be compared.
    """
    spans = [span for one in earned for span in one.spans if span.earned.under("matched")]
    spans.sort(key=lambda span: -span.earned.under("matched"))
    best: dict[str, Unsold] = {}
    for span in [span for span in spans if span.source.clip_id][:LIKE]:
        hits = _alike(connection, span)
        used = used_stretches(connection, {hit.asset_id for hit in hits})
        for hit in hits:
            found = _unsold(hit, span, used)
            known = best.get(hit.clip_id or "")
            if found is not None and (known is None or known.likeness < found.likeness):
                best[found.clip_id] = found
    return tuple(sorted(best.values(), key=lambda one: (-one.likeness, one.clip_id))[:limit])


def _alike(connection: Connection, span: SpanMoney) -> tuple[Hit, ...]:
    assert span.source.clip_id is not None
    try:
        return by_shot(connection, span.source.clip_id, limit=ALIKE)
    except (NotFoundError, InputError):  # analysed anew since, or without a picture: nothing to compare
        return ()


def _unsold(hit: Hit, span: SpanMoney, used: Mapping[str, Sequence[Window]]) -> Unsold | None:
    if hit.clip_id is None or hit.span is None or hit.score < SAME_PLACE:
        return None
    window = (round(hit.span.start * 1000), round(hit.span.end * 1000))
    source = Source(hit.asset_id, hit.clip_id, hit.filename, *window)
    if any(overlap(source, stretch) for stretch in used.get(hit.asset_id, ())):
        return None
    return Unsold(hit.clip_id, source, hit.score, span)
