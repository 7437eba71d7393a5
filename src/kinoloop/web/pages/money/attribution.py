"""Attribution: every ad under every model side by side, how far the models are apart, what layers found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.currency import Currency, Minor, currency
from kinoloop.learning.attribution.queries import log, models_side_by_side, settings, unattributed_share
from kinoloop.learning.attribution.records import (
    LAYERS,
    MODELS,
    AttributionSettings,
    Layer,
    LogRow,
    Model,
)
from kinoloop.web.pages.money.spread import AdRow, Spread, rows_of, spread_of
from kinoloop.web.pages.money.whose import Tenant, ad_names
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage

router = APIRouter(include_in_schema=False)
SPANS: tuple[tuple[int | None, str], ...] = (
    (None, "All time"),
    (90, "90 days"),
    (30, "30 days"),
    (7, "7 days"),
)
ATTEMPTS, ADS = 1_000, 100
"""The attempts that are counted by layer, and the ads that are shown, the most valuable first."""
MODEL_WORDS: dict[Model, tuple[str, str]] = {
    "first": ("First click", "All credit to the first click of the person."),
    "last": ("Last click", "All credit to the last click before the deal."),
    "linear": ("Linear", "The same part for every click."),
    "time_decay": ("Time decay", "A click counts half as much for every week it is older."),
    "position": ("Position", "40 % to the first, 40 % to the last, the rest to those between."),
    "matched": (
        "Matched",
        "By the probability that this click was this person's; the one deals are shown with.",
    ),
}
LAYER_WORDS: dict[Layer, tuple[str, str]] = {
    "url_param": ("Click id in the link", "The person came back with the id their click was given."),
    "fingerprint": ("Same device", "The same screen, time zone, system and browser; with consent only."),
    "probabilistic": ("Likeness", "Network, device, place and time weighed together; with consent only."),
}


@dataclass(frozen=True)
class LayerCount:
    """What one layer did over the conversions counted: of `tried`, `hit` named an ad for sure enough."""

    layer: Layer
    tried: int
    hit: int
    unsure: int
    decided: int


@dataclass(frozen=True)
class AttributionPage:
    """`days` None means all time. `counted` conversions are in `layers`; `everything` are in the table."""

    template: ClassVar[str] = "money/attribution.html"
    frame: Frame
    currency: Currency
    days: int | None
    spans: tuple[tuple[int | None, str], ...]
    models: tuple[Model, ...]
    model_words: dict[Model, tuple[str, str]]
    rows: tuple[AdRow, ...]
    left_out: int
    spread: Spread | None
    everything: int
    value: Minor
    unattributed: float | None
    layers: tuple[LayerCount, ...]
    layer_words: dict[Layer, tuple[str, str]]
    counted: int
    capped: bool
    settings: AttributionSettings


@router.get("/attribution")
def attribution_page(
    request: Request, stage: Stage, clock: Now, tenant: Tenant, days: Literal["7", "30", "90"] | None = None
) -> Response:
    since = None if days is None else clock.now() - timedelta(days=int(days))
    frame = frame_of(request, "Attribution", "attribution")
    with stage.database.read() as connection:
        page = _page(connection, frame, tenant, None if days is None else int(days), since)
    return respond(page)


def _page(
    connection: Connection, frame: Frame, tenant: str, days: int | None, since: datetime | None
) -> AttributionPage:
    told = models_side_by_side(connection, tenant, since=since)
    rows = rows_of(told, ad_names(connection, (one.ad_id for one in told)))
    shown = (
        *[row for row in rows if row.ad_id is not None][:ADS],
        *(row for row in rows if row.ad_id is None),
    )
    attempts = log(connection, tenant, limit=ATTEMPTS)
    latest = latest_attempts([one for one in attempts if since is None or one.at >= since])
    mine, matched = settings(connection, tenant), [one for one in told if one.model == "matched"]
    return AttributionPage(
        frame=frame,
        currency=currency(mine.currency),
        days=days,
        spans=SPANS,
        models=MODELS,
        model_words=MODEL_WORDS,
        rows=shown,
        left_out=len(rows) - len(shown),
        spread=spread_of(rows),
        everything=round(sum(one.conversions for one in matched)),
        value=sum(one.value for one in matched),
        unattributed=unattributed_share(connection, tenant, since=since),
        layers=layer_counts(latest),
        layer_words=LAYER_WORDS,
        counted=len(latest),
        capped=len(attempts) == ATTEMPTS,
        settings=mine,
    )


def latest_attempts(attempts: Sequence[LogRow]) -> tuple[LogRow, ...]:
    """Each conversion's newest attempt; `attempts` come newest first."""
    latest: dict[str, LogRow] = {}
    for one in attempts:
        latest.setdefault(one.conversion_id, one)
    return tuple(latest.values())


def layer_counts(attempts: Sequence[LogRow]) -> tuple[LayerCount, ...]:
    """By layer: how often it was tried, was sure, was not sure enough, and decided the answer."""
    return tuple(_counted(number, layer, attempts) for number, layer in enumerate(LAYERS, 1))


def _counted(number: int, layer: Layer, attempts: Sequence[LogRow]) -> LayerCount:
    said = [str(getattr(one, f"layer_{number}_result")) for one in attempts]
    return LayerCount(
        layer=layer,
        tried=len(said) - said.count("not_attempted"),
        hit=said.count("match"),
        unsure=said.count("ambiguous"),
        decided=sum(one.final_method == layer for one in attempts),
    )
